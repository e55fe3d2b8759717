"""How long a call may wait: every bound that applies, who set it, and what is left unbounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from ..catalog.lookup import Catalog
from ..catalog.parts import Param
from ..catalog.records import ExternalFact
from ..catalog.surroundings import ScopeFact
from ..interp.calls import Call, call_at
from ..interp.kinds import Around, EventKind
from ..interp.values import Arguments, Const, Instance, Mapping, Value, Within
from ..project.startup import sets
from .client_hooks import check_clients, holds_no_limit
from .drivers import open_driver
from .values import Bound, Origin, UnknownBound, parse_bounds, read_off

State = Literal["bounded", "unbounded", "unknown"]
_ATTRIBUTE = Param("timeout", -1, ("connect", "read"))
"""A client's attribute that holds its limit, as a parameter."""


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
    """The effective limit of a call, over call, client, driver, enclosing scopes, process and library default."""
    driver = open_driver(call)
    if driver is not None:
        return Limit("unbounded", f"{driver.name}, its driver, connects without limit by default")
    return _limit(call, call.as_external)


def _limit(call: Call, fact: ExternalFact) -> Limit:
    """The effective limit of a call that does not leave it to a driver."""
    if fact.missing in ("n/a", "unknown"):
        return Limit("unknown", "the version in use decides" if fact.missing == "unknown" else "nothing to decide here")
    scopes = tuple(enclosing(call))
    if any(bound.seconds is None and not bound.sure for bound in scopes):
        return Limit("unknown", "an enclosing time limit cannot be seen", scopes)
    try:
        own = timeout_bounds(call, fact)
        inherited = _inherited(call, fact) if own is None else None
    except UnknownBound as unseen:
        return Limit("unknown", str(unseen), scopes)
    bounds = own if own is not None else inherited if inherited is not None else _defaults(fact, "library")
    if scopes:
        return Limit("bounded", "an enclosing time limit ends it", (*bounds, *scopes))
    why_open = _why_open(call) if own is None else ""
    if why_open:
        return Limit("unknown", why_open, bounds)
    if own is None and inherited is None:
        return _limit_by_default(fact, bounds)
    return _limit_by_value(fact, bounds, by_client=own is None)


def _inherited(call: Call, fact: ExternalFact) -> tuple[Bound, ...] | None:
    """The bounds of a call that sets none itself: those of its client; None if the library's default applies.

    Raises UnknownBound if a limit may come from anywhere else.
    """
    bounds = _client(call) if fact.missing == "inherit" else None
    check_clients(call)
    if bounds is None:
        _check_process(call, fact)
    return bounds


def _why_open(call: Call) -> str:
    """Why nothing can be said of a call without a limit of its own; "" if its bounds decide."""
    if not leaves(call):
        return "it may not leave the machine, or not wait"
    return "it connects later, and the limit may come with that" if _connects_later(call) else ""


def _limit_by_default(fact: ExternalFact, bounds: tuple[Bound, ...]) -> Limit:
    """The limit of a call for which the library's default decides."""
    if _is_limited(bounds, "total"):
        return Limit("bounded", _who(bounds), bounds)
    if fact.missing == "flag":
        return Limit("unbounded", f"{fact.library} waits without limit by default", bounds)
    return Limit("bounded" if fact.missing == "ok" else "unknown", _who(bounds), bounds)


def _limit_by_value(fact: ExternalFact, bounds: tuple[Bound, ...], *, by_client: bool) -> Limit:
    """The limit of a call for which its arguments, or those of its client, decide."""
    if _is_limited(bounds, "total"):
        return Limit("bounded", _who(bounds), bounds)
    if not all(bound.sure for bound in bounds):
        return Limit("unknown", "the environment may decide", bounds)
    off = _switched_off(bounds)
    if off is not None and off.omitted and fact.missing == "flag":
        return Limit("unbounded", f"{fact.library} waits without limit by default", bounds)
    if off is not None:
        return Limit("unbounded", "its timeout is switched off", bounds, off)
    if by_client and bounds and _is_unlimited(bounds):
        return Limit("unbounded", f"its client has none, and {fact.library} waits without limit by default", bounds)
    return Limit("bounded", _who(bounds), bounds)


def _switched_off(bounds: tuple[Bound, ...]) -> Bound | None:
    """The bound of the call or its client that takes the limit away; None if each wait for more has one."""
    if _is_limited(bounds, "read", "total"):
        return None
    return next((bound for bound in _unlimited_waits(bounds) if bound.origin in ("call", "client")), None)


def _unlimited_waits(bounds: tuple[Bound, ...]) -> list[Bound]:
    """The bounds by which waiting for an answer, or for all of a call, has no limit."""
    return [bound for bound in bounds if bound.seconds is None and bound.phases & {"read", "total"}]


def _is_limited(bounds: tuple[Bound, ...], *phases: str) -> bool:
    """Whether one of some phases has a limit, though perhaps not a sure one."""
    return any(bound.seconds is not None and bound.phases & set(phases) for bound in bounds)


def _is_unlimited(bounds: tuple[Bound, ...]) -> bool:
    return all(bound.seconds is None for bound in bounds)


def _connects_later(call: Call) -> bool:
    """Whether a client is made without the parameter that makes it connect."""
    lazy = call.as_external.lazy
    return lazy is not None and call.args.value(lazy) is None


def _takes_limit(call: Call) -> bool:
    """Whether a call of a client connects to an address, and takes a limit for all that comes after."""
    return call.as_external.target is not None and bool(call.as_external.timeout)


def connects_late(call: Call) -> bool:
    """Whether a call connects a client that was made without an address, so that it decides on the limit, too."""
    makers = [call_at(client.made) for client in call.clients if client.made is not None]
    return bool(makers) and _takes_limit(call) and all(_connects_later(made) for made in makers)


def leaves(call: Call) -> bool:
    """Whether a call surely leaves the machine, and waits.

    Some leave it only for an address, and take a text or a file as it is; some return before they are connected.
    """
    given = [call.args.named[name].value for name in call.as_client.at_once if name in call.args.named]
    if any(not (isinstance(value, Const) and not value.value) for value in given):
        return False
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
        if name in call.args.named and not holds_no_limit(call.args.named[name].value, call.frame.scope):
            raise UnknownBound(f"`{name}` may hold the limit")
    return tuple(found) if some else None


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


def timeout_off(call: Call, *, part: bool = False) -> Bound | None:
    """The literal that switches off the limit on waiting for an answer; None for a stream, or if there is none.

    With `part`, connecting may have a limit: that is right for a stream, so that the body must be known to be none.
    """
    fact = call.as_external
    if call.streams or enclosing(call):
        return None
    try:
        bounds = timeout_bounds(call, fact) or ()
    except UnknownBound:
        return read_off(call, fact)
    if _is_limited(bounds, "read", "total"):
        return None
    off = next((bound for bound in _unlimited_waits(bounds) if bound.sure), None)
    if off is None or (off.omitted and fact.missing == "flag"):
        return None  # nothing was there to be switched off
    if fact.stream is None and not part and not _is_unlimited(bounds):
        return None  # connecting has its limit, and the body may be a stream
    return off


def _client(call: Call) -> tuple[Bound, ...]:
    """What the client that a call is made on sets: over all clients it may be, the loosest."""
    if not call.clients:
        raise UnknownBound("its client cannot be seen")
    found = [_client_bounds(client, call) for client in call.clients]
    unlimited = [bounds for bounds in found if any(b.seconds is None for b in bounds)]
    return (unlimited or found)[0]


def _client_bounds(client: Instance, call: Call) -> tuple[Bound, ...]:
    """What one client sets, where it is made or afterwards, or its library's default."""
    if client.made is None:
        raise UnknownBound("its client is made elsewhere")
    if client.escaped:
        raise UnknownBound(f"its client may be configured elsewhere: {client.escaped}")
    if client.subclass is not None:
        raise UnknownBound("its client's class may set the limit")
    made = call_at(client.made)
    bounds = _set_afterwards(client, made, call.frame.scope.catalog)
    if bounds is None:
        bounds = timeout_bounds(made, made.as_external)
    if bounds is None:
        _settled(made, call)
        return _defaults(made.as_external, "library")
    return bounds


def _set_afterwards(client: Instance, made: Call, catalog: Catalog) -> tuple[Bound, ...] | None:
    """The bounds that an attribute of a client sets once it is made; None if none does."""
    for event in client.events:
        if event.kind is EventKind.SET and event.name in ("timeout", "_timeout"):
            bounds = parse_bounds(event.values[0], _ATTRIBUTE, made.as_external, "client", made.node, catalog)
            if bounds is not None:
                return bounds
        elif event.kind is EventKind.CALL and event.name in made.as_client.adapters:
            raise UnknownBound("its client is given a transport")
    return None


def _settled(made: Call, call: Call) -> None:
    """Raises UnknownBound if a client without its own limit may still get one, or its default is not known."""
    fact = made.as_external
    if fact.missing in ("n/a", "unknown"):
        raise UnknownBound(
            "the version in use decides" if fact.missing == "unknown" else "its client says nothing of limits"
        )
    if _connects_later(made) and not _takes_limit(call):  # what connects could bring one, and does not
        raise UnknownBound("it connects later, and the limit may come with that")
    _check_process(call, fact)


def enclosing(call: Call) -> list[Bound]:
    """Time limits around an awaited call; one whose seconds cannot be seen is not sure."""
    if call.fact.is_sync or not call.frame.is_async or call.offloaded:
        return []
    found = [bound for _, bound in _scopes(call)]
    return [bound for bound in found if bound.seconds is not None or not bound.sure]


def scopes_around(call: Call) -> list[tuple[int, float]]:
    """The sure time limits around an awaited call: each with its place among what the call stands in, innermost first.

    The call may be one of a coroutine of the project.
    """
    if call.offloaded or not call.frame.is_async or (isinstance(call.fact, ExternalFact) and call.fact.is_sync):
        return []
    found = [(place, bound.seconds) for place, bound in _scopes(call) if bound.seconds is not None and bound.sure]
    return found[::-1]


def _scopes(call: Call) -> Iterator[tuple[int, Bound]]:
    """The time limits around a call, with their places among what it stands in, the outermost first."""
    for number, place in enumerate(call.within):
        if place.kind is Around.SCOPE:
            yield number, _scope_bound(place, call)
        elif place.kind is Around.WITH and isinstance(place.node, cst.WithItem):
            inner = call.frame.calls.get(id(place.node.item)) if isinstance(place.node.item, cst.Call) else None
            if inner is not None and isinstance(inner.fact, ScopeFact):
                yield number, _seconds(inner.args.value(inner.fact.param))


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


def _check_process(call: Call, fact: ExternalFact) -> None:
    """Raises UnknownBound if a library heeds a limit for the whole program and its function may be called."""
    heeded, scope = fact.process, call.frame.scope
    if heeded and sets((heeded.rpartition(".")[2],), scope.module, scope.session.project):
        raise UnknownBound(f"`{heeded}` may set one")
