"""External calls that a `try` makes through functions of the project: what the functions hand on when they fail."""

from __future__ import annotations

from collections.abc import Iterable

from ..effects.decorators import wrappers
from ..effects.store import EffectStore, effects_of
from ..interp.calls import Call, Frame, Guard
from ..interp.kinds import Around, Part
from ..interp.session import Session
from ..interp.values import Argument, Arguments, Value
from ..retries.loops import may_fail
from ..syntax.exits import Exit
from .behind import Lead, Walk
from .handling import find_clause, guards_around, is_bare

_Use = tuple[Call, Value]


def calls_through(guard: Guard) -> tuple[Call, ...]:
    """Returns the calls of functions in the body of a `try` as the external calls that they surely lead to.

    Each stands where the function is called. A failure to reach the peer leaves the function as it is: what a
    handler on the way catches, and what is called in threads or later, is left out.
    """
    frame = guard.frame
    if not frame.uses:
        return ()
    if calls_through not in frame.derived:
        frame.derived[calls_through] = _by_guard(frame)
    uses: list[_Use] = frame.derived[calls_through].get(id(guard.node), [])
    return tuple(found for call, target in uses if (found := _through(frame, call, target)) is not None)


def _by_guard(frame: Frame) -> dict[int, list[_Use]]:
    """The calls of functions by the innermost `try` whose body they stand in."""
    found: dict[int, list[_Use]] = {}
    for call, target in frame.uses.values():
        inner = [place for place in call.within if place.kind is Around.TRY]
        if inner and inner[-1].part is Part.BODY and not call.deferred and not call.offloaded:
            found.setdefault(id(inner[-1].node), []).append((call, target))
    return found


def _through(frame: Frame, site: Call, target: Value) -> Call | None:
    """The first external call that a call leads to and whose failure leaves the function, put in its place."""
    session = frame.scope.session
    if not isinstance(session, Session) or not effects_of(frame, target, site).calls:
        return None
    walk = Walk(session.derived(EffectStore).session, frame.scope.module)
    lead = next((lead for lead in walk.of_calls(frame, [(site, target)]) if _fails(lead)), None)
    return in_place(site, lead.call) if lead is not None else None


def _fails(lead: Lead) -> bool:
    """Whether a failure to reach the peer of a call leaves all functions on the way, but the first, as it is."""
    places = (lead.call, *lead.callers[:-1])
    decorated = [site for place in places for wrapper in wrappers(place.frame) for site in wrapper.sites]
    return leaves(lead.call, (*places, *decorated))


def leaves(call: Call, places: Iterable[Call]) -> bool:
    """Whether a call may fail to reach its peer, and all functions that some places stand in let that out as it is."""
    if not may_fail(call) or call.offloaded:
        return False
    errors = call.raises("connect") or call.raises("timeout")
    return not any(_may_end(guard, errors) for place in places for guard in guards_around(place))


def _may_end(guard: Guard, errors: tuple[str, ...] | None) -> bool:
    """Whether a `try` may catch one of these exceptions and do more than to raise it again."""
    clause, _ = find_clause(guard, errors)
    return clause is not None and not (clause.leaves == frozenset((Exit.RAISE,)) and is_bare(clause))


def in_place(site: Call, call: Call) -> Call:
    """An external call as if it stood where a function that makes it is called.

    Its arguments keep their values, but stand where the call does: what they are written as is in another tree.
    """
    given = call.args
    args = Arguments(
        [Argument(argument.value, site.node) for argument in given.positional],
        {name: Argument(argument.value, site.node) for name, argument in given.named.items()},
        given.open_positions, given.open_names,
    )  # fmt: skip
    return type(call)(
        site.node, call.fact, args, call.clients, site.within, site.statement, site.awaited,
        discarded=site.discarded, keywords=False, frame=site.frame, reached=call,
    )  # fmt: skip
