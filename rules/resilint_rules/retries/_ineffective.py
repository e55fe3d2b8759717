"""Retry policies without effect: removed options, transports without a policy, mounts that miss calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..kit.catalog.parts import AdapterRetries
from ..kit.catalog.policies import RetryFact
from ..kit.catalog.records import AdapterFact
from ..kit.exceptions.handlers import caught, named
from ..kit.exceptions.hierarchy import is_a
from ..kit.findings import Fix, Import
from ..kit.fixes.edits import add_argument, after_statement, replace
from ..kit.interp.calls import Call, Frame, maker
from ..kit.interp.kinds import Around, EventKind, FrameKind
from ..kit.interp.statements import evaluate
from ..kit.interp.values import Argument, Const, Derived, Instance, Sequence, Value, literal, options
from ..kit.retries.counters import counts_by_hand
from ..kit.retries.policies import RetryPolicy
from ..kit.retries.transports import transport_layers
from ..kit.syntax.access_path import Called
from ..kit.syntax.idioms import calls_in, last_name
from ..kit.syntax.layout import plain
from ..kit.syntax.text import Edit, Span
from ..kit.syntax.tree import walk
from ..kit.timeouts.client_usage import calls_on

_VERSION = re.compile(r"version|hasattr|getattr|signature", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Renamed:
    """An option that a library no longer accepts under its old name."""

    old: str
    new: str
    span: Span
    fix: Fix


def removed_option(layer: RetryPolicy) -> Renamed | None:
    """Returns the removed option of a policy, unless the project's versions accept it or the code handles both."""
    call = layer.call
    removed = layer.fact.renamed
    if call is None or not removed:
        return None
    catalog = layer.frame.scope.catalog
    if catalog.within(layer.fact.name, layer.fact.removed_versions) is False or _prepared(call):
        return None
    given = {arg.keyword.value for arg in call.node.args if arg.keyword is not None}
    for arg in call.node.args:
        old = arg.keyword.value if arg.keyword is not None else ""
        if old in removed and arg.keyword is not None and removed[old] not in given:
            new = removed[old]
            span = layer.frame.tree.span(arg.keyword)
            return Renamed(old, new, span, Fix(f"Rename to {new}", (Edit(span.start, span.end, new),), (), "safe"))
    return None


def _prepared(call: Call) -> bool:
    """Whether a call is in a `try` or an `if` that distinguishes versions of a library."""
    for place in call.within:
        if place.kind is Around.TRY and isinstance(place.node, (cst.Try, cst.TryStar)):
            errors = [caught(call.frame, handler.type) for handler in place.node.handlers]
            for names in errors:
                if names is None or any(is_a(call.frame.scope.catalog, "TypeError", name) for name in names):
                    return True
        if (
            place.kind is Around.IF
            and isinstance(place.node, cst.If)
            and _VERSION.search(call.frame.tree.code(place.node.test))
        ):
            return True
    return False


def lacks_statuses(layer: RetryPolicy) -> bool:
    """Whether a policy waits between attempts, does not limit what is retried, and retries no status."""
    statuses, wait = layer.fact.statuses, layer.fact.wait
    if statuses is None or wait is None or layer.call is None or layer.args.open_names or layer.args.open_positions:
        return False
    attempts = layer.fact.attempts
    total = layer.args.get(attempts) if attempts is not None else None
    if layer.args.get(statuses) is not None or not _counts_all(layer, total):
        return False
    if total is not None and isinstance(total.value, Const) and not total.value.value:
        return False
    pause = layer.args.get(wait)
    pauses = pause is not None and not (isinstance(pause.value, Const) and not pause.value.value)
    return pauses and not counts_by_hand(layer)


def _counts_all(layer: RetryPolicy, total: Argument | None) -> bool:
    """Whether a policy is about every kind of failure: none has a number of its own, or only beside a total.

    A kind that is not retried says that others are meant.
    """
    own = [found for param in layer.fact.other_attempts if (found := layer.args.get(param)) is not None]
    if not own:
        return True
    numbers = [literal(found.value) for found in own]
    return total is not None and bool(literal(total.value)) and all(type(one) is int and one > 0 for one in numbers)


def misplaced_policy(call: Call) -> tuple[Argument, list[Fix]] | None:
    """Returns the retry policy that a transport is given in the place of another parameter, and the fix."""
    entry = transport_retries(call)
    if entry is None or not entry.policy or call.args.get(entry) is not None:
        return None
    argument = next((one for one in call.args.positional if _makes_policy(call.frame, one.value)), None)
    if argument is None:
        return None
    places = [place for place in call.node.args if place.keyword is None]
    if not places or places[-1].value is not argument.node:
        return argument, []
    edit = replace(call.frame, argument.node, f"{entry.name}={call.frame.tree.code(argument.node)}")
    return argument, [Fix(f"Write {entry.name}=", (edit,))]


def _makes_policy(frame: Frame, value: Value) -> bool:
    return isinstance(value, Derived) and value.path.steps == (Called(),) and _is_policy(frame, value.path.base)


def unused_policy(layer: RetryPolicy) -> str:
    """Returns the local name of a policy that is never read; "" if there is none."""
    call, frame = layer.call, layer.frame
    statement = call.statement if call is not None else None
    if call is None or frame.kind is not FrameKind.FUNCTION or layer.fact.form != "policy":
        return ""
    if not isinstance(statement, cst.Assign) or statement.value is not call.node or len(statement.targets) != 1:
        return ""
    target = statement.targets[0].target
    if not isinstance(target, cst.Name) or target.value.startswith("_"):
        return ""
    names = [node.value for node in walk(frame.node) if isinstance(node, cst.Name)] if frame.node is not None else []
    return target.value if names.count(target.value) == 1 and "locals" not in names else ""


def transport_retries(call: Call) -> AdapterRetries | None:
    """Returns the parameter for retries, if a call makes a transport."""
    return call.fact.retries if isinstance(call.fact, AdapterFact) else None


def retries_as_number(call: Call) -> int:
    """Returns the retries of a transport given as a number where a policy is possible; 0 if there are none.

    One is none, too: it is for a kept connection that the other side has closed, and no person takes it for a policy.
    """
    entry = transport_retries(call)
    found = call.args.get(entry) if entry is not None else None
    if entry is None or not entry.policy or found is None or not isinstance(found.value, Const):
        return 0
    value = found.value.value
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 1 else 0


def replace_number_with_policy(call: Call, total: int) -> list[Fix]:
    """Returns the fix that gives a transport a policy with pauses and statuses, in place of a number."""
    entry = transport_retries(call)
    found = call.args.get(entry) if entry is not None else None
    if entry is None or found is None:
        return []
    home, _, name = entry.policy.rpartition(".")
    module = call.frame.scope.module
    known = module.imports.get(name, [])
    ready = any(_is_policy(call.frame, f"{candidate.module}.{candidate.name}") for candidate in known)
    elsewhere = module.count(re.escape(name)) > module.count(re.escape(home)) * home.count(name)
    if not ready and elsewhere and call.frame.lookup(name) is not None:
        return []
    text = entry.becomes.format(total=total)
    imports = () if ready else (Import(home, name),)
    return [Fix(f"Set max_retries={text}", (replace(call.frame, found.node, text),), imports)]


def _is_policy(frame: Frame, name: str) -> bool:
    fact = frame.scope.catalog.fact(RetryFact, name)
    return fact is not None and fact.statuses is not None


def add_statuses(layer: RetryPolicy) -> list[Fix]:
    """Returns the fix that adds statuses worth a retry; for writes, only those of calls that were not processed."""
    text = layer.fact.fix_statuses_any if _repeats_any(layer) else layer.fact.fix_statuses
    edit = add_argument(layer.call, text) if text and layer.call is not None else None
    return [Fix(f"Add {text}", (edit,))] if edit is not None else []


def _repeats_any(layer: RetryPolicy) -> bool:
    """Whether a policy may repeat calls that its library does not repeat by default."""
    methods = layer.fact.methods
    given = layer.args.get(methods) if methods is not None else None
    if given is None or methods is None:
        return False
    named = [literal(member) for member in given.value.members] if isinstance(given.value, Sequence) else [...]
    return any(argument not in methods.default for argument in named)


@dataclass(frozen=True, slots=True)
class Mount:
    """A transport with retries that is mounted for `http://` only."""

    client: Call
    node: cst.Call
    fixes: tuple[Fix, ...]


def plain_mounts(frame: Frame) -> Iterator[Mount]:
    """Yields the transports with retries that a client mounts for `http://` and for nothing else."""
    if "mount" not in frame.tree.text:
        return
    for part in (frame.node,) if frame.node is not None else frame.tree.body:
        for node in calls_in(part):
            statement = frame.tree.parent(node)
            if not isinstance(statement, cst.Expr) or not _is_mount(node):
                continue
            assert isinstance(node.func, cst.Attribute)
            for made in options(named(frame, node.func.value) or evaluate(frame, node.func.value)):
                client = maker(made) if isinstance(made, Instance) else None
                if client is None or _stands_above(frame, node, client):
                    continue
                if isinstance(made, Instance) and _mounts_plain_only(made):
                    yield Mount(client, node, _mount_too(frame, statement, node))


def _stands_above(frame: Frame, node: cst.Call, client: Call) -> bool:
    """Whether a call stands above what makes its client, where it is run only once: in a module's own statements."""
    if not (frame.kind is client.frame.kind is FrameKind.STATEMENT):
        return False
    same = frame.scope.module is client.frame.scope.module
    return same and frame.tree.span(node).start < client.span.start


def unrepeated_calls(frame: Frame) -> Iterator[tuple[Call, str]]:
    """Yields the first call of each client whose policy is for statuses, and for none of its calls' methods.

    With it the words for what the policy is. Another module may make calls on a client that is given away.
    """
    seen: set[int] = set()
    for call in frame.calls.values():
        made = maker(call.clients[0]) if len(call.clients) == 1 else None
        if made is None or id(made) in seen or made.frame.scope.module is not frame.scope.module:
            continue
        seen.add(id(made))
        client = call.clients[0]
        if client.escaped or client.subclass is not None or _ignoring_policy(call) is None:
            continue
        uses = sorted(calls_on(made), key=lambda use: use.span.start)
        if uses and all(_ignoring_policy(use) is not None for use in uses) and uses[0].node is call.node:
            yield call, str(_ignoring_policy(call))


def _ignoring_policy(call: Call) -> str | None:
    """The policy for statuses that a call's transport has, if it repeats no call of this method; else None."""
    layers = [layer for layer in transport_layers(call) if layer.policy is not None]
    if len(layers) != 1 or not call.verb:
        return None
    policy = layers[0].policy
    assert isinstance(policy, RetryPolicy)
    methods, statuses = policy.fact.methods, policy.args.value(policy.fact.statuses)
    if methods is None or not isinstance(statuses, Sequence) or not statuses.members:
        return None
    return policy.written if policy.args.value(methods) is None and call.verb not in methods.default else None


def _mounts_plain_only(client: Instance) -> bool:
    """Whether all transports of a client are for `http://`, as far as can be seen, and one has retries."""
    mounts = [event.values for event in client.events if event.kind is EventKind.CALL and event.name == "mount"]
    if client.escaped or not all(arguments and _is_plain(arguments[0]) for arguments in mounts):
        return False
    return any(has_retries(value) for arguments in mounts for value in arguments[1:])


def _is_plain(prefix: object) -> bool:
    return isinstance(prefix, Const) and str(prefix.value).lower() == "http://"


def has_retries(value: Value) -> bool:
    """Whether a value is a transport with retries."""
    for option in options(value):
        call = maker(option) if isinstance(option, Instance) else None
        param = transport_retries(call) if call is not None else None
        if call is not None and param is not None and call.args.get(param) is not None:
            return True
    return False


def _is_mount(node: cst.Call) -> bool:
    """Whether a call is written `client.mount("http://", ...)`."""
    if last_name(node) != "mount" or not node.args or not isinstance(node.func, cst.Attribute):
        return False
    first = node.args[0].value
    return isinstance(first, cst.SimpleString) and str(first.evaluated_value).lower() == "http://"


def _mount_too(frame: Frame, statement: cst.Expr, node: cst.Call) -> tuple[Fix, ...]:
    start, end = frame.tree.span(statement)
    text = frame.tree.source(start, end)
    first = frame.tree.span(node.args[0].value)
    literal = frame.tree.source(*first)
    other = (
        text[: first.start - start]
        + re.sub("http://", "https://", literal, flags=re.IGNORECASE)
        + text[first.end - start :]
    )
    edit = after_statement(frame, statement, plain(other))
    return (Fix("Mount it for https:// too", (edit,)),) if edit is not None else ()
