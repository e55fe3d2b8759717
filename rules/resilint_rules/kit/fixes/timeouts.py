"""Fixes that several rules offer: a time limit in the words of the library at hand."""

from __future__ import annotations

import math
import re
from dataclasses import replace as replace_fix

import libcst as cst

from ..catalog.lookup import Catalog
from ..catalog.parts import Param
from ..catalog.records import CallFact, ExternalFact, Fact, LimitFact
from ..findings import Fix, Import
from ..interp.calls import Call, Frame, call_at, maker
from ..interp.kinds import FrameKind
from ..interp.values import Const, Instance, Mapping, Object, Ref
from ..project.module import Module
from ..syntax.idioms import calls_in, is_log
from ..syntax.text import Span
from ..syntax.tree import Tree, dotted, walk
from ..timeouts.client_usage import may_stay_silent
from ..timeouts.constants import constants, parameter
from ..timeouts.drivers import ARGUMENTS, open_driver
from .edits import add_argument, add_key, after_statement, number, replace

_CALLED = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*)\(")
SILENCE_FACTOR = 10
"""How many times longer than the read limit a peer that sends events may be silent."""
_HOLDER = re.compile(r"[\w.]+\((\w+)=([^(),]*)\)")
"""How an object that holds a limit is written: the keyword, and its value."""


def seconds(call: Call) -> dict[str, str]:
    """The settings' time limits as text, in seconds and milliseconds."""
    values = call.frame.scope.session.timeouts
    found = {name: number(value) for name, value in values.items()}
    found.update({f"{name}_ms": number(value * 1000) for name, value in values.items()})
    found.update(
        {f"{name}_whole": str(math.ceil(value)) for name, value in values.items()}
    )  # some take whole seconds only
    return found


def advice(call: Call) -> str:
    """What to do instead where no parameter takes a limit, as the catalogue says it; "" if it does not."""
    return call.as_external.advice.format(**seconds(call))


def written(call: Call, fact: ExternalFact) -> list[tuple[str, str]]:
    """(parameter, value) pairs that set a limit, as the library writes it; [] if it has no parameter for one."""
    if not fact.writes or not fact.timeout:
        return []
    values = seconds(call)
    if isinstance(fact.writes, str):
        return [(fact.timeout[0].name, fact.writes.format(**values))]
    return [(name, text.format(**values)) for name, text in fact.writes.items()]


def needed(call: Call, fact: Fact, texts: list[str]) -> tuple[tuple[Import, ...], list[str]]:
    """The imports that written values need, and the values with the names that are known where the call stands."""
    near: dict[str, str] = {}
    frame: Frame | None = call.frame
    while frame is not None:
        for name, value in frame.env.items():
            if isinstance(value, Ref):
                near.setdefault(value.name, name)
        frame = frame.outer
    return spelled(call.frame.scope.module, texts, near)


def spelled(
    module: Module, texts: list[str], near: dict[str, str] | None = None
) -> tuple[tuple[Import, ...], list[str]]:
    """The imports that texts with calls need, and the texts with the names this module uses for them.

    A value such as `httpx.Timeout(30)` needs `httpx`, unless the module knows it by another name, or the place
    does, as `near` says. What lies deeper in a library is imported by its name.
    """
    imports: list[Import] = []
    result: list[str] = []
    for text in texts:
        root = _CALLED.match(text)
        if root:
            dotted = root.group(1)
            head, _, name = dotted.rpartition(".")
            top = dotted.partition(".")[0]
            known = {**(near or {}), **_known(module, dotted, top)}
            at = next((item for item in (dotted, top) if item in known), "")
            if at:
                text = known[at] + text[len(at) :]
            elif "." in head and not module.mentions_name(name):
                imports.append(Import(head, name))
                text = name + text[len(dotted) :]
            else:
                imports.append(Import(top))
        result.append(text)
    return tuple(imports), result


def _known(module: Module, dotted: str, top: str) -> dict[str, str]:
    """What the module imports of a name and of the library it is from, and as what."""
    found: dict[str, str] = {}
    for own, targets in module.imports.items():
        for target in targets:
            whole = f"{target.module}.{target.name}" if target.name else target.module
            if whole in (dotted, top):
                found.setdefault(whole, own)
    return found


def elsewhere_driven(module: Module, catalog: Catalog) -> bool:
    """Whether the coroutines of a module may run on a loop that is not asyncio's, by what it imports."""
    every = (target for targets in module.imports.values() for target in targets)
    roots = {target.module.partition(".")[0] for target in every if not target.level}
    if "asyncio" in roots:
        return False
    return any(library.driver == "own" for root in roots for library in catalog.libraries(root))


_TAKES_LONG = re.compile(
    r"\b(?:\d+|an?|one|two|three|four|five|six|eight|ten|twelve|fifteen|twenty|thirty|forty|sixty|ninety|several|some"
    r"|many|few|half an?|quarter of an)[ -](?:min(?:ute)?s?|hours?|hrs?|days?)\b"
    r"|\bslow(?:ly)?\b|\blong.running\b|\blong time\b|\btakes? (?:very |quite )?long\b"
    r"|\btakes? (?:a while|ages|for ?ever)\b|\b\d{2,}0 ?s(?:ec(?:ond)?s?)?\b",
    re.IGNORECASE,
)
"""How people say that an answer takes longer than a common limit."""


def bound(call: Call) -> list[Fix]:
    """Ways to give a call a time limit; only to be looked at where a comment or a docstring says that it takes long."""
    off = _written_none(call)
    return _unless_long(call, _bound(call) if off is None else _rebound(call, off))


def _unless_long(call: Call, fixes: list[Fix]) -> list[Fix]:
    """The fixes, only to be looked at where the call takes longer than they allow, by what is said or by what it does.

    Only its author knows how long a command runs on another machine before it says something.
    """
    unsaid = isinstance(call.fact, CallFact) and bool(call.fact.beyond)
    if not fixes or not (unsaid or takes_long(call)):
        return fixes
    return [replace_fix(fix, applicability="displayonly") for fix in fixes]


def takes_long(call: Call) -> bool:
    """Whether what is written for people around a call, or by it into a log, says that it takes minutes, or is slow."""
    frame, function = call.frame, call.frame.node
    start = frame.tree.span(call.statement or call.node).start
    texts = [*frame.comments(Span(start, start))]
    if isinstance(function, cst.FunctionDef):
        texts.append(str(function.get_docstring() or ""))
        texts.extend(frame.tree.derived(_logged, function.body))
    if isinstance(frame.owner, Object) and frame.owner.cls.chunk.statements:
        first = frame.scope.module.source(frame.owner.cls.chunk.statements[0])
        texts.append(first if first.lstrip(" \t\nrRuU").startswith(("'", '"')) else "")
    return any(_TAKES_LONG.search(text) for text in texts)


def _logged(_: Tree, body: cst.CSTNode) -> list[str]:
    """The texts that the body of a function writes into a log."""
    parts = (part for node in calls_in(body) if is_log(node) for part in walk(node))
    return [part.value for part in parts if isinstance(part, cst.SimpleString)]


def _written_none(call: Call) -> cst.CSTNode | None:
    """The None that a call is given for a time limit, which a limit has to take the place of; None without one."""
    given = (call.args.get(param) for param in call.as_external.timeout)
    off = next((argument for argument in given if argument is not None and isinstance(argument.value, Const)), None)
    return off.node if off is not None and isinstance(off.value, Const) and off.value.value is None else None


def _bound(call: Call) -> list[Fix]:
    """Ways to give a call a time limit: the module's own constant, the caller's limit, the settings' values."""
    fact = call.as_external
    pairs = written(call, fact)
    if not pairs:
        return _through_driver(call)
    held = holder(call, fact)
    if held is not None:
        return completed(call, held)
    fixes = _where_built(call, pairs)
    if fixes:
        return fixes
    if (
        isinstance(fact.writes, str)
        and "{connect}" in fact.writes
        and "{read}" in fact.writes
        and may_stay_silent(call)
    ):
        return _silence_limits(call, pairs[0][0], fact.writes)
    if isinstance(fact.writes, str):
        fixes.extend(_own_limits(call, pairs[0][0]))
    imports, texts = needed(call, fact, [text for _, text in pairs])
    joined = ", ".join(f"{name}={text}" for (name, _), text in zip(pairs, texts, strict=True))
    edit = add_argument(call, joined)
    if edit is not None:
        fixes.append(Fix(f"Add {joined}", (edit,), imports))
    return fixes


def _through_driver(call: Call) -> list[Fix]:
    """Gives the driver of a client its limits, among what is passed on to it."""
    driver = open_driver(call)
    if driver is None:
        return []
    connecting = {param.name for param in driver.fact.timeout if "connect" in param.phases}
    pairs = [(name, value) for name, value in written(call, driver.fact) if name in connecting]
    given = call.args.named.get(ARGUMENTS)
    text = ", ".join(f'"{name}": {value}' for name, value in pairs)
    if given is None:
        edit = add_argument(call, f"{ARGUMENTS}={{{text}}}")
        return [Fix(f"Add {ARGUMENTS}={{{text}}}", (edit,))] if edit is not None else []
    held = given.value.display if isinstance(given.value, Mapping) else None
    if held is None or len(pairs) != 1 or held[0] is not call.frame.tree:
        return []
    ((name, value),) = pairs
    return [Fix(f'Add "{name}": {value}', (add_key(*held, call.frame.scope.module.even, name, value),))]


def _own_limits(call: Call, limit: str) -> list[Fix]:
    """Gives a call the limit of its caller, or a constant of the module that holds one."""
    own = [*(parameter(call) if limit == "timeout" else ()), *constants(call)]
    edits = [(name, add_argument(call, f"{limit}={name}")) for name in own[:2]]
    return [Fix(f"Add {limit}={name}", (edit,)) for name, edit in edits if edit is not None]


def _silence_limits(call: Call, limit: str, writes: str) -> list[Fix]:
    """Lets the other side be silent for much longer than an answer may take, or a stream for as long as it likes."""
    fixes: list[Fix] = []
    longest = number(call.frame.scope.session.timeouts["read"] * SILENCE_FACTOR)
    ways = [(longest, f"{longest} s"), *([("None", "any time")] if call.streams else [])]
    for silence, duration in ways:
        text = writes.format(**{**seconds(call), "read": silence})
        imports, texts = needed(call, call.fact, [text])
        edit = add_argument(call, f"{limit}={texts[0]}")
        if edit is not None:
            fixes.append(Fix(f"Add {limit}={texts[0]}: it may be silent for {duration}", (edit,), imports))
    return fixes


def _where_built(call: Call, pairs: list[tuple[str, str]]) -> list[Fix]:
    """Adds the limit to the arguments that a function writes out for this call alone; [] if it has other callers.

    Beside their spread it could come twice, once it is added there.
    """
    built = call.args.spread_returns[0] if len(call.args.spread_returns) == 1 else None
    module = call.frame.scope.module
    if built is None or built.display is None or len(pairs) != 1 or not built.returned_by.startswith("_"):
        return []
    if module.count(rf"\b{built.returned_by}\b") != 2:  # where it is defined, and here
        return []
    name, value = pairs[0]
    imports, texts = spelled(module, [value])
    edit = add_key(*built.display, module.even, name, texts[0])
    return [Fix(f"Add {name}={texts[0]} in `{built.returned_by}`", (edit,), imports)]


def once(call: Call) -> list[Fix]:
    """Gives a limit to all calls of a client that holds none, where it is made: to the method that they go through."""
    method, pairs = call.as_call.through, written(call, call.as_external)
    if not method or len(pairs) != 1 or may_stay_silent(call):
        return []
    place = _maker_and_target(call)
    if place is None:
        return []
    made, target = place
    if "." not in target and made.frame is call.frame and _uses(made) < 2:
        return []
    if made.frame.kind is FrameKind.STATEMENT and made.frame.qualname:
        return []  # a class body is not where readers expect it
    name, value = pairs[0]
    own = constants(call) if made.frame.kind is FrameKind.FUNCTION else []  # of a module's names, it may come before
    value = next((candidate for candidate in own if candidate not in made.frame.env), value)
    imports, texts = spelled(made.frame.scope.module, [f"functools.partial({target}.{method}, {name}={value})"])
    assert made.statement is not None
    edit = after_statement(made.frame, made.statement, f"{target}.{method} = {texts[0]}")
    return [Fix(f"Set {name}={value} once, where `{target}` is made", (edit,), imports)] if edit is not None else []


def _maker_and_target(call: Call) -> tuple[Call, str] | None:
    """The call in this module that makes a call's client, and the name to which its statement binds just that.

    None if there may be several clients, of a project's own class or of other modules, or the statement does more.
    """
    made = maker(call.clients[0]) if len(call.clients) == 1 and call.clients[0].subclass is None else None
    if made is None or made.frame.scope.module is not call.frame.scope.module:
        return None
    statement = made.statement
    if not isinstance(statement, (cst.Assign, cst.AnnAssign)) or statement.value is not made.node:
        return None
    targets = [statement] if isinstance(statement, cst.AnnAssign) else statement.targets
    target = dotted(targets[0].target) if len(targets) == 1 else ""
    return (made, target) if target else None


def _uses(made: Call) -> int:
    """How many calls are made on a client where it is made."""
    every = (call for frame in made.frame.all_frames() for call in frame.calls.values())
    return sum(any(client.made is made for client in candidate.clients) for candidate in every)


def end_silence(call: Call) -> list[Fix]:
    """Adds a limit on silence to the object that limits the whole of a stream; [] if that is made elsewhere."""
    held = holder(call, call.as_external)
    if held is None or held.frame.scope.module is not call.frame.scope.module or held.args.open_names:
        return []
    name = next((param.name for param in _params(held) if param.phases == ("read",)), "")
    text = f"{name}={seconds(call)['llm']}"
    edit = add_argument(held, text) if name and name not in held.args.named else None
    return [Fix(f"Add {text}", (edit,))] if edit is not None else []


def rebound(call: Call, node: cst.CSTNode) -> list[Fix]:
    """Puts a time limit in place of a value that switches it off; only to be looked at where the call takes long."""
    return _unless_long(call, _rebound(call, node))


def _rebound(call: Call, node: cst.CSTNode) -> list[Fix]:
    fact = call.as_external
    pairs = written(call, fact)
    if len(pairs) != 1:
        return []
    held = holder(call, fact)
    if held is not None and set(held.args.named) - {param.name for param in _params(held)}:
        return completed(call, held)  # it carries more than the limit
    if held is not None and isinstance(node, cst.Name) and held.frame.scope.module is call.frame.scope.module:
        call, node = held, held.node  # where it is made, so that nothing is left behind
    imports, texts = needed(call, fact, [pairs[0][1]])
    return [Fix(f"Set {pairs[0][0]}={texts[0]}", (replace(call.frame, node, texts[0]),), imports)]


def holder(call: Call, fact: ExternalFact) -> Call | None:
    """The making of the object that a call is given to hold its limit; None if it is given none that can be seen."""
    value = call.args.value(fact.timeout[0]) if fact.timeout else None
    if isinstance(value, Instance) and value.made is not None and isinstance(value.made.fact, LimitFact):
        return call_at(value.made)
    return None


def _params(held: Call) -> tuple[Param, ...]:
    """The parameters of an object that holds a limit."""
    return held.fact.params if isinstance(held.fact, LimitFact) else ()


def completed(call: Call, held: Call) -> list[Fix]:
    """Gives the limit to the object that lacks it; [] if that is made in another module, or takes it in another way."""
    writes = held.fact.writes if isinstance(held.fact, LimitFact) else ""
    found = _HOLDER.fullmatch(writes) if isinstance(writes, str) else None
    if found is None or held.frame.scope.module is not call.frame.scope.module or held.args.open_names:
        return []
    name, value = found.group(1), found.group(2).format(**seconds(call))
    given = next((held.args.get(param) for param in _params(held) if param.name == name), None)
    if given is not None:
        return [Fix(f"Set {name}={value}", (replace(held.frame, given.node, value),))]
    edit = add_argument(held, f"{name}={value}")
    return [Fix(f"Add {name}={value}", (edit,))] if edit is not None else []
