"""How long a call may wait: every bound that applies, who set it, and what is left unbounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import libcst as cst

from ..catalog.parts import Param
from ..catalog.records import AdapterFact, ClientFact, ExternalFact
from ..catalog.surroundings import ScopeFact
from ..interp.calls import Call, Names, call_at, maker
from ..interp.kinds import Around, EventKind
from ..interp.values import Arguments, Const, Instance, Mapping, Object, Sequence, Value, Within, options, present
from ..project.startup import sets
from .values import Bound, Origin, UnknownBound, parse_bounds

State = Literal["bounded", "unbounded", "unknown"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The effective limit of a call.

    `why` says in words who decides. `off` is the explicit value that switched a limit off, if one did.
    """

    state: State
    why: str
    bounds: tuple[Bound, ...] = ()
    off: Bound | None = None

    @property
    def unbounded(self) -> bool:
        """Whether every link is known and none is finite."""
        return self.state == "unbounded"

    @property
    def seconds(self) -> float | None:
        """The longest sure wait of one attempt, as the smallest bound that covers reading; None if there is none."""
        found = [b.seconds for b in self.bounds if b.seconds is not None and b.sure and b.phases & {"read", "total"}]
        return min(found) if found else None


def limit(call: Call) -> Limit:
    """The effective limit of a call, over call, client, enclosing scopes, process and library default."""
    fact = call.as_external
    if fact.missing in ("n/a", "unknown"):
        return Limit("unknown", "the version in use decides" if fact.missing == "unknown" else "nothing to decide here")
    scopes = enclosing(call)
    if any(bound.seconds is None and not bound.sure for bound in scopes):
        return Limit("unknown", "an enclosing time limit cannot be seen", tuple(scopes))
    try:
        own = timeout_bounds(call, fact)
        inherited = _client(call) if own is None and fact.missing == "inherit" else None
        if own is None and call.clients:
            _transports(call)
    except UnknownBound as unseen:
        return Limit("unknown", str(unseen), tuple(scopes))
    bounds = own if own is not None else inherited
    if bounds is None:
        process = _process(call, fact)
        if process:
            return Limit("unknown", f"`{process}` may set one", tuple(scopes))
        bounds = _defaults(fact, "library")
    off = _switched_off(bounds)
    by_default = own is None and inherited is None
    library_default = f"{fact.library} waits without limit by default"
    no_client_limit = f"its client has none, and {fact.library} waits without limit by default"
    verdicts: tuple[tuple[bool, State, str, Bound | None], ...] = (
        (bool(scopes), "bounded", "an enclosing time limit ends it", None),
        (own is None and not leaves(call), "unknown", "it may not leave the machine", None),
        (own is None and _connects_later(call), "unknown", "it connects later, and the limit may come with that", None),
        (_is_limited(bounds, "total"), "bounded", _who(bounds), None),
        (not all(bound.sure for bound in bounds), "unknown", "the environment may decide", None),
        (off is not None and off.omitted and fact.missing == "flag", "unbounded", library_default, None),
        (off is not None, "unbounded", "its timeout is switched off", off),
        (bool(inherited) and _is_unlimited(bounds), "unbounded", no_client_limit, None),
        (by_default and fact.missing == "flag", "unbounded", library_default, None),
        (by_default and fact.missing != "ok", "unknown", _who(bounds), None),
    )
    for holds, state, why, switch in verdicts:  # the first that holds decides
        if holds:
            return Limit(state, why, (*bounds, *scopes), switch)
    return Limit("bounded", _who(bounds), (*bounds, *scopes))


def _switched_off(bounds: tuple[Bound, ...]) -> Bound | None:
    """The bound of the call or its client that takes the limit away; None if each wait for more has one."""
    if _is_limited(bounds, "read", "total"):
        return None
    taken = (bound for bound in bounds if bound.seconds is None and bound.origin in ("call", "client"))
    return next((bound for bound in taken if bound.phases & {"read", "total"}), None)


def _is_limited(bounds: tuple[Bound, ...], *phases: str) -> bool:
    """Whether one of some phases has a limit, though perhaps not a sure one."""
    return any(bound.seconds is not None and bound.phases & set(phases) for bound in bounds)


def _is_unlimited(bounds: tuple[Bound, ...]) -> bool:
    return all(bound.seconds is None for bound in bounds)


def _connects_later(call: Call) -> bool:
    """Whether a client is made without the parameter that makes it connect."""
    lazy = call.as_external.lazy
    return lazy is not None and call.args.value(lazy) is None


def leaves(call: Call) -> bool:
    """Whether a call surely leaves the machine: some do so only for an address, and take a text or a file as it is."""
    only = call.as_external.only_for
    value = call.args.value(call.as_external.target)
    text = value.value if isinstance(value, Const) else None
    return not only or (isinstance(text, str) and text.startswith(only))


def _who(bounds: tuple[Bound, ...]) -> str:
    origins = {bound.origin for bound in bounds if bound.seconds is not None}
    return (
        "the call sets it"
        if "call" in origins
        else "the client sets it"
        if "client" in origins
        else "the library's default bounds it"
    )


def _defaults(fact: ExternalFact, origin: Origin) -> tuple[Bound, ...]:
    return tuple(Bound(frozenset((phase,)), seconds, origin) for phase, seconds in fact.default.items())


def timeout_bounds(call: Call, fact: ExternalFact) -> tuple[Bound, ...] | None:
    """The bounds that a call's own arguments set; None if it sets none. Unseen if a spread may hold one."""
    found: list[Bound] = []
    some = False
    for param in fact.timeout:
        argument = call.args.get(param)
        if argument is None:
            if call.args.may_have(param):
                raise UnknownBound("a spread may hold the timeout")
            continue
        if param.name in fact.bearers and isinstance(argument.value, Const):
            continue
        bounds = parse_bounds(
            argument.value,
            param,
            fact,
            "call" if fact.kind == "call" else "client",
            argument.node,
            call.frame.scope.catalog,
        )
        if bounds is None:
            continue
        some = True
        found.extend(bounds)
    for carrier in fact.carriers:
        _carried(call.args, carrier, carrier.key)
    for name in fact.opaque:
        if name in call.args.named and not _none(call.args.named[name].value):
            raise UnknownBound(f"`{name}` may hold the limit")
    return tuple(found) if some else None


def _none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None


def _carried(args: Arguments, param: Param, key: str) -> None:
    """A connection string, or options, that may hold the limit."""
    value = args.value(param)
    if value is None:
        return
    if isinstance(value, Const) and isinstance(value.value, str) and not value.soft:
        if key.lower() in value.value.lower():
            raise UnknownBound(f"`{key}` stands in the connection string")
        return
    if isinstance(value, Mapping) and not value.open and key not in value.items:
        return
    if not (isinstance(value, Const) and value.value is None):
        raise UnknownBound(f"`{param.name}` may hold `{key}`")


def timeout_off(call: Call) -> Bound | None:
    """The literal that switches off the limit on waiting for an answer; None for a stream, or if there is none."""
    try:
        bounds = timeout_bounds(call, call.as_external) or ()
    except UnknownBound:
        return None
    if any(b.seconds is not None and b.phases & {"read", "total"} for b in bounds) or call.streams or enclosing(call):
        return None
    off = next((b for b in bounds if b.seconds is None and b.sure and b.phases & {"read", "total"}), None)
    finite = any(b.seconds is not None for b in bounds)
    if off is not None and finite and call.as_external.stream is None:
        return None  # connecting has its limit, and the body may be a stream
    if off is not None and off.omitted and call.as_external.missing == "flag":
        return None  # nothing was there to be switched off
    return off


def _client(call: Call) -> tuple[Bound, ...] | None:
    """What the client that a call is made on sets: over all clients it may be, the loosest."""
    if not call.clients:
        raise UnknownBound("its client cannot be seen")
    found: list[tuple[Bound, ...]] = []
    for client in call.clients:
        if client.made is None:
            raise UnknownBound("its client is made elsewhere")
        if client.escaped:
            raise UnknownBound(f"its client may be configured elsewhere: {client.escaped}")
        made = call_at(client.made)
        if client.subclass is not None:
            raise UnknownBound("its client's class may set the limit")
        for event in client.events:
            if event.kind is EventKind.SET and event.name in ("timeout", "_timeout"):
                bounds = parse_bounds(
                    event.values[0],
                    Param("timeout", -1, ("connect", "read")),
                    made.as_external,
                    "client",
                    made.node,
                    call.frame.scope.catalog,
                )
                if bounds is not None:
                    found.append(bounds)
                    break
            if event.kind is EventKind.CALL and event.name in made.as_client.adapters:
                raise UnknownBound("its client is given a transport")
        else:
            own = timeout_bounds(made, made.as_external)
            if own is None:
                _settled(made, call)
            found.append(own if own is not None else _defaults(made.as_external, "library"))
    unlimited = [bounds for bounds in found if any(b.seconds is None for b in bounds)]
    return (unlimited or found)[0]


def _settled(made: Call, call: Call) -> None:
    """Raises UnknownBound if a client without its own limit may still get one, or its default is not known."""
    fact = made.as_external
    lazy = fact.lazy
    if fact.missing in ("n/a", "unknown"):
        raise UnknownBound(
            "the version in use decides" if fact.missing == "unknown" else "its client says nothing of limits"
        )
    if lazy is not None and made.args.value(lazy) is None:
        raise UnknownBound("it connects later, and the limit may come with that")
    process = _process(call, fact)
    if process:
        raise UnknownBound(f"`{process}` may set one")


def _transports(call: Call) -> None:
    """Raises UnknownBound if a client's transport, subclass or handling elsewhere may add a limit to each call."""
    for client in call.clients:
        fact = call.frame.scope.catalog.fact(ClientFact, client.type)
        if client.escaped:
            raise UnknownBound(f"its client may be configured elsewhere: {client.escaped}")
        if client.made is None and fact is not None and _prepares(call, fact):
            raise UnknownBound("it may be one of the clients that this module prepares")
        if client.made is not None:
            for name in client.made.as_external.opaque:
                if client.made.args.open_names or name in client.made.args.named:
                    raise UnknownBound(f"its client's `{name}` may hold the limit")
            if _intercepted(call_at(client.made)) or _extended(call_at(client.made)):
                raise UnknownBound("what its client calls on the way may set the limit")
        if client.subclass is not None and call.frame.scope.session.mentions(client.subclass, "timeout"):
            raise UnknownBound("its client's class may set the limit")
        for event in client.events:
            if event.kind is EventKind.SET and fact is not None and event.name in fact.funnel:
                raise UnknownBound(f"its `{event.name}` is replaced")
            if event.kind is EventKind.CALL and fact is not None and event.name in fact.adapters:
                for value in event.values[1:] or event.values:  # the first says for which addresses
                    _transport(value, call.frame.scope)


def _extended(made: Call) -> bool:
    """Whether a client is given an object whose class, the project's own, mentions limits."""
    given = [option for arg in (*made.args.positional, *made.args.named.values()) for option in options(arg.value)]
    classes = [
        argument.subclass for argument in given if isinstance(argument, Instance) and argument.subclass is not None
    ]
    classes.extend(argument.cls.chunk for argument in given if isinstance(argument, Object))
    return any(made.frame.scope.session.mentions(cls, "timeout") for cls in classes)


def _intercepted(made: Call) -> bool:
    """Whether something is called on the way that may set a limit, not a project class that mentions none."""
    between, args = made.as_client.between, made.args
    if between is None:
        return False
    if args.open_positions or args.open_names:
        return True
    given = [argument.value for argument in args.positional[between.index :]] if between.index >= 0 else []
    given.extend(item.value for name, item in args.named.items() if name == between.name)
    members = [
        inner
        for argument in given
        for inner in (argument.members if isinstance(argument, Sequence) else options(argument))
    ]
    mentions = made.frame.scope.session.mentions
    if not all(isinstance(member, Object) and not mentions(member.cls.chunk, "timeout") for member in members):
        return True
    inner = options(args.positional[0].value) if args.positional else ()
    makers = (maker(value) for value in inner if isinstance(value, Instance))
    return any(call is not None and _intercepted(call) for call in makers)


def _prepares(call: Call, fact: ClientFact) -> bool:
    """Whether the module replaces what all calls of such a client go through."""
    module = call.frame.scope.module
    return any(module.search(rf"\.{name}[ \t]*=(?!=)") is not None for name in fact.funnel)


def _transport(value: Value, scope: Names) -> None:
    for option in options(present(value)):
        if isinstance(option, Const):
            continue
        if (
            isinstance(option, Instance)
            and option.made is not None
            and isinstance(option.made.fact, AdapterFact)
            and option.subclass is None
        ):
            continue
        raise UnknownBound("its transport may set the limit")


def enclosing(call: Call) -> list[Bound]:
    """Time limits around an awaited call; one whose seconds cannot be seen is not sure."""
    if call.fact.is_sync or not call.frame.is_async or call.offloaded:
        return []
    found: list[Bound] = []
    for place in call.within:
        if place.kind is Around.SCOPE:
            found.append(_scope_bound(place, call))
        elif (
            place.kind is Around.WITH and isinstance(place.node, cst.WithItem) and isinstance(place.node.item, cst.Call)
        ):
            inner = call.frame.calls.get(id(place.node.item))
            if inner is not None and isinstance(inner.fact, ScopeFact):
                found.append(_seconds(inner.args.value(inner.fact.param)))
    return [bound for bound in found if bound.seconds is not None or not bound.sure]


def _scope_bound(within: Within, call: Call) -> Bound:
    node = within.node
    inner = call.frame.calls.get(id(node))
    fact = inner.fact if inner is not None else None
    return _seconds(inner.args.value(fact.param) if inner is not None and isinstance(fact, ScopeFact) else within.value)


def _seconds(value: Value | None) -> Bound:
    total = frozenset(("total",))
    if isinstance(value, Const) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
        return Bound(total, float(value.value), "scope", sure=not value.soft)
    if isinstance(value, Const) and value.value is None:
        return Bound(total, None, "scope", sure=True)
    return Bound(total, None, "scope", sure=False)


def _process(call: Call, fact: ExternalFact) -> str:
    """The function that sets a limit for the whole program, if a library heeds one and it may be called; else ""."""
    heeded, scope = fact.process, call.frame.scope
    return heeded if heeded and sets(heeded.rpartition(".")[2], scope.module, scope.session.project) else ""
