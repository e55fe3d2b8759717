"""What the transports of a client repeat, and the policy objects that they and libraries are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from dataclasses import replace

import libcst as cst

from ..catalog.parts import AnyRetry
from ..catalog.policies import RetryFact
from ..catalog.records import AdapterFact, ClientFact
from ..interp.calls import Call, Frame, call_at
from ..interp.kinds import EventKind
from ..interp.values import Const, Derived, Instance, Mapping, Sequence, Value, options
from .layer import DROPPED, HANG, PACES, STATUSES, WORDS, RetryLayer, seconds, where
from .policies import UNLIMITED, RetryPolicy


def parse_attempts(value: Value, counts: str) -> int | None:
    """How often a literal number of `retries` or `attempts` makes it try in all; None if it is no such number."""
    if not isinstance(value, Const) or value.soft:
        return None
    if value.value is False:
        return 1
    if isinstance(value.value, int) and not isinstance(value.value, bool):
        return max(1, value.value + (counts == "retries"))
    return None


def policy_in(value: Value, node: cst.CSTNode, frame: Frame) -> RetryPolicy | None:
    """The retry policy that an argument is, or holds."""
    catalog = frame.scope.catalog
    if isinstance(value, Instance) and value.made is not None:
        fact = catalog.fact(RetryFact, value.made.callee)
        if fact is not None and not value.escaped:
            return RetryPolicy(fact, call_at(value.made).frame, value.made.node, call_at(value.made))
        return None
    if isinstance(value, Derived):
        fact = catalog.fact(RetryFact, value.path.qualified)
        if fact is None:
            return None
        made = frame.calls.get(id(node))
        if made is None:
            every = [call for call in frame.calls.values() if call.callee == fact.name]
            made = every[0] if len(every) == 1 else _kept_by_module(frame, node, fact)
        return RetryPolicy(fact, made.frame, made.node, made) if made is not None else None
    return None


def _kept_by_module(frame: Frame, node: cst.CSTNode, fact: RetryFact) -> Call | None:
    """The call whose result a name of the module holds: one statement that makes a policy; else None."""
    module = frame.scope.module
    chunks = module.bindings.get(node.value, []) if isinstance(node, cst.Name) else []
    if len(chunks) != 1 or not isinstance(node, cst.Name) or module.writers_of(node.value):
        return None
    tree = frame.scope.tree(chunks[0])
    every = [held for held in frame.scope.session.frames if held.tree is tree and not held.qualname]
    made = {id(call.node): call for held in every for call in held.calls.values() if call.callee == fact.name}
    return next(iter(made.values())) if len(made) == 1 else None


def policy_layer(
    layer: RetryPolicy, call: Call, who: str, source: str, ends: ReadOnly[str, str] | None = None
) -> RetryLayer:
    """What a policy object that a library or its transport was given does."""
    attempts, on = layer.attempts, dict[str, bool]()
    pauses: float | None = None
    pace = PACES[layer.waits]
    if layer.fact.methods is not None:
        attempts, pauses, pace = _urllib3_policy(layer, call, attempts, on)
    unsure = _retry_after_statuses(layer, on)
    return RetryLayer(
        who,
        attempts,
        source,
        on,
        layer.limit == UNLIMITED,
        pauses,
        pace,
        unsure=unsure,
        header=_longest_pause(layer),
        connects=layer.fact.methods is not None,
        policy=layer,
        ends=ends or {},
    )


WITH_RETRY_AFTER = "only an answer with Retry-After"
"""The condition on which some statuses are repeated."""


def _obeys_retry_after(layer: RetryPolicy) -> bool:
    """Whether a policy waits as long as an answer asks for, unless that is switched off."""
    param = layer.fact.retry_after
    value = layer.args.value(param) if param is not None else None
    return param is not None and not (isinstance(value, Const) and value.value is False)


def _longest_pause(layer: RetryPolicy) -> str:
    """How long a pause may be that an answer asks for, in words; "" if the policy does not obey."""
    if not _obeys_retry_after(layer):
        return ""
    text = "each as long as Retry-After says"
    fact = layer.fact
    most = layer.args.value(fact.retry_after_most) if fact.retry_after_most is not None else None
    limit = fact.default_retry_after if most is None else most.value if isinstance(most, Const) else None
    if limit == 0 and most is None:
        return f"{text}, without limit"
    return f"{text}, up to {seconds(limit)}" if isinstance(limit, (int, float)) else text


def _retry_after_statuses(layer: RetryPolicy, on: dict[str, bool]) -> dict[str, str]:
    """Statuses that are repeated if the answer says when. Effect: takes them out of `on`."""
    if not _obeys_retry_after(layer):
        return {}
    found = {}
    for kind in STATUSES:
        if on.get(kind) is False and on.get(HANG):
            del on[kind]
            found[kind] = WITH_RETRY_AFTER
    return found


def _urllib3_policy(
    layer: RetryPolicy, call: Call, attempts: int | None, on: dict[str, bool]
) -> tuple[int | None, float | None, str]:
    """A policy by method and status: which failures it repeats, its attempts and pauses. Effect: fills `on`."""
    fact, args = layer.fact, layer.args
    if any(args.get(other_attempt) is not None for other_attempt in fact.other_attempts):
        attempts = None
    listed = args.value(fact.statuses)
    statuses = _numbers(listed)
    safe = _is_repeated(call, args.value(fact.methods), fact)
    if safe is not None:
        on[HANG] = on[DROPPED] = safe
        for kind, status in STATUSES.items():
            if not safe:
                on[kind] = False
            elif statuses is not None:
                on[kind] = status in statuses
    factor = args.value(fact.wait)
    given = factor.value if isinstance(factor, Const) else 0 if factor is None else None
    if not isinstance(given, (int, float)):
        return attempts, None, ""
    if not given:
        return attempts, 0.0, "no pause"
    pauses = None
    if attempts is not None:
        pauses = sum(min(120.0, given * 2.0**turn) for turn in range(1, attempts - 1))
    return attempts, pauses, f"`backoff_factor={given}`"


def _is_repeated(call: Call, methods: Value | None, fact: RetryFact) -> bool | None:
    """Whether a policy repeats a call with its HTTP method; None if either method or policy cannot be seen."""
    listed = _methods(methods, fact)
    return None if listed is None or not call.verb else not listed or call.verb in listed


def _methods(value: Value | None, fact: RetryFact) -> tuple[str, ...] | None:
    """The HTTP methods that a policy repeats, () for every method; None if that cannot be seen."""
    if fact.methods is None:
        return ()
    if value is None:
        return fact.methods.default
    if isinstance(value, Const) and not value.soft and str(value.value) in fact.methods.all:
        return ()
    if isinstance(value, Sequence) and all(isinstance(member, Const) for member in value.members):
        return tuple(str(member.value) for member in value.members if isinstance(member, Const))
    return None


def _numbers(value: Value | None) -> list[int] | None:
    if value is None:
        return []
    if isinstance(value, Sequence) and all(isinstance(member, Const) for member in value.members):
        return [member.value for member in value.members if isinstance(member, Const)]
    return None


def transport_layers(call: Call) -> Iterator[RetryLayer]:
    """What the transport repeats that the client was given for the address at hand."""
    found: list[tuple[str, Instance]] = []
    for prefix, transport in _transports(call):
        if not any(_same(transport, other) for _, other in found):
            found.append((prefix, transport))
    if not found:
        return
    address = _address(call)
    if address is not None:
        found = _nearest(found, address)
    if len(found) > 1:
        yield RetryLayer("one of its transports", None, "which one is not known")
        return
    for prefix, transport in found:
        made = transport.made
        adapter = call.frame.scope.catalog.fact(AdapterFact, made.callee) if made is not None else None
        if adapter is None or made is None or transport.subclass is not None:
            yield RetryLayer("its transport", None, "what it does cannot be seen")
        else:
            yield _adapter_layer(call, call_at(made), adapter, "" if address is not None else prefix)


def _same(one: Instance, other: Instance) -> bool:
    """Whether two objects are one: a statement that is interpreted twice makes two of what it makes once."""
    return one is other or (one.made is not None and other.made is not None and one.made.node is other.made.node)


def _address(call: Call) -> str | None:
    """The literal address that a call goes to; None if it is none."""
    value = call.target.value if call.target is not None else None
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def _nearest(transports: list[tuple[str, Instance]], address: str) -> list[tuple[str, Instance]]:
    """The transport with the longest prefix that an address begins with; all of them if none has a prefix."""
    if not any(prefix for prefix, _ in transports):
        return transports
    near = [(prefix, item) for prefix, item in transports if address.lower().startswith(prefix.lower())]
    return sorted(near, key=lambda transport: -len(transport[0]))[:1]


def _transports(call: Call) -> Iterator[tuple[str, Instance]]:
    """The transports of a call's client, each with the beginning of the addresses that it is for."""
    client = call.clients[0] if call.clients else None
    if client is None or client.made is None:
        return
    fact = call.frame.scope.catalog.fact(ClientFact, client.type)
    if fact is None:
        return
    for event in client.events:
        if event.kind is EventKind.CALL and event.name in fact.adapters:
            prefix = _prefix(event.values)
            for value in event.values:
                yield from ((prefix, transport) for transport in _instances(value))
    for name, argument in client.made.args.named.items():
        if name in fact.opaque:
            yield from _given_transports(argument.value)


def _given_transports(value: Value) -> Iterator[tuple[str, Instance]]:
    """The transports that a parameter of a client is given: one for all addresses, or several in a mapping."""
    yield from (("", transport) for transport in _instances(value))
    for prefix, (held, _) in value.items.items() if isinstance(value, Mapping) else ():
        yield from (("" if prefix == "all://" else prefix, transport) for transport in _instances(held))


def _prefix(values: Iterable[Value]) -> str:
    """The first literal text among arguments, such as those of `mount("https://", adapter)`; "" if there is none."""
    for value in values:
        if isinstance(value, Const) and isinstance(value.value, str):
            return value.value
    return ""


def _instances(value: Value) -> Iterator[Instance]:
    """The objects that a value may be."""
    return (option for option in options(value) if isinstance(option, Instance))


def _adapter_layer(call: Call, made: Call, adapter: AdapterFact, prefix: str) -> RetryLayer:
    """What a transport of a known class repeats; `prefix` names it where another may be chosen."""
    param = adapter.retries
    who = f"its `{made.callee.rpartition('.')[2]}`" + (f" for `{prefix}`" if prefix else "")
    argument = made.args.get(param) if param is not None else None
    if param is None or argument is None:
        if param is not None and made.args.may_have(param):
            return RetryLayer(who, None, "a spread may hold its retries")
        return RetryLayer(who, 1, "its default", dict.fromkeys(WORDS, False))
    again = adapter.again or AnyRetry()
    source = f"`{param.name}`, {where(made.frame, argument.node, call.frame)}"
    policy = policy_in(argument.value, argument.node, made.frame)
    if policy is not None:
        return policy_layer(policy, call, who, source, again.ends)
    attempts = parse_attempts(argument.value, "retries")
    if attempts is None:
        return RetryLayer(who, None, "its retries cannot be seen")
    return _number_layer(call, RetryLayer(who, attempts, source, ends=again.ends), again)


def _number_layer(call: Call, layer: RetryLayer, again: AnyRetry) -> RetryLayer:
    """Completes the layer of a transport that was given a number: which failures of the call it repeats."""
    nothing = dict.fromkeys(WORDS, False)
    if not again.methods:  # only connecting is tried again
        return replace(layer, on=nothing, pauses=0.0, ends={}, connects=True)
    if not call.verb:
        return replace(layer, pauses=0.0)
    if call.verb not in again.methods:
        return replace(layer, on=nothing, connects=True)
    conditional = dict.fromkeys(STATUSES, WITH_RETRY_AFTER) if again.retry_after else {}
    on = {kind: kind in (HANG, DROPPED) for kind in WORDS if kind not in conditional}
    return replace(layer, on=on, pauses=0.0, pace=PACES[False], unsure=conditional)
