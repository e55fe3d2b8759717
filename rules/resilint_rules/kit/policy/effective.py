"""The effective policy of an external call: limits, retry layers, longest duration and outcomes of failures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..catalog.records import ClientFact, ExternalFact
from ..interp.calls import Call, Frame, call_at
from ..retries.attempts import built_in
from ..retries.breakers import Breaker, breakers
from ..retries.layer import (
    DROPPED,
    HANG,
    LIMITED_RATE,
    STATUSES,
    UNAVAILABLE,
    RetryLayer,
    edition,
    product,
    seconds,
    where,
)
from ..retries.policies import external
from ..syntax.text import Span
from ..timeouts.effective import Limit, limit, scopes_around
from ..timeouts.values import Bound
from .outcome import EVENTS, Outcome
from .trace import FailureTrace

_HTTP = frozenset(("http", "llm", "cloud"))
"""Peers that answer with a status."""
_ANSWER = frozenset(("read", "total"))
"""Phases in which it waits for an answer."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A limit in force: its phases, its seconds (None: none), who set it (`origin`) and where in words."""

    phases: tuple[str, ...]
    seconds: float | None
    origin: str
    source: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything about one external call. `why` says who decides its limit, or why that is unknown."""

    span: Span
    written: str
    callee: str
    library: str
    edition: str
    peer: str
    state: str
    why: str
    settings: tuple[Setting, ...]
    outcomes: tuple[Outcome, ...]


def policy(call: Call, callers: tuple[Call, ...] = (), *, follow: bool = True) -> Policy:
    """The effective policy of a call, or of the making of a client; without outcomes unless failures are followed.

    `callers` are calls of functions of the project that lead to it, the innermost first: their retries and handlers
    count, too.
    """
    found = limit(call)
    here = callers[-1].frame if callers else call.frame
    settings = tuple(_settings(call, found, here))
    outcomes = tuple(_outcomes(call, found, callers)) if follow and external(call) else ()
    return Policy(
        call.span,
        call.written,
        call.callee,
        call.library,
        edition(call),
        call.peer,
        found.state,
        found.why,
        settings,
        outcomes,
    )


def _settings(call: Call, found: Limit, here: Frame) -> Iterator[Setting]:
    sources: dict[tuple[float | None, str, str], list[str]] = {}
    for bound in found.bounds:
        key = (bound.seconds, bound.origin, _source(call, bound, here))
        sources.setdefault(key, []).extend(sorted(bound.phases))
    for (value, origin, source), phases in sources.items():
        yield Setting(tuple(dict.fromkeys(phases)), value, origin, source)


def _source(call: Call, bound: Bound, here: Frame) -> str:
    own = where(call.frame, call.node, here)
    if bound.origin == "call":
        return f"the call, {own}"
    if bound.origin == "client":
        made = [call_at(client.made) for client in call.clients if client.made is not None]
        return f"the client, {where(made[0].frame, made[0].node, here) if made else own}"
    if bound.origin == "scope":
        return "an enclosing time limit"
    return f"the default of {product(call)}"


def _outcomes(call: Call, found: Limit, callers: tuple[Call, ...]) -> Iterator[Outcome]:
    yield from (outcome for _, outcome in failures_of(call, callers, found))
    for place in (call, *callers):
        for breaker in breakers(place):
            yield _open(breaker)


def failures_of(
    call: Call, callers: tuple[Call, ...] = (), found: Limit | None = None
) -> Iterator[tuple[FailureTrace, Outcome]]:
    """Yields each failure of the peer of a call as it was followed, and what comes of it."""
    repeats = built_in(call)
    trace = FailureTrace(call, HANG, repeats, callers=callers)
    yield trace, _hang(call, found or limit(call), trace)
    if call.peer in _HTTP:
        for kind in (UNAVAILABLE, LIMITED_RATE):
            errors = call.raises(str(STATUSES[kind])) or call.raises("status") or ()
            trace = FailureTrace(call, kind, repeats, callers=callers)
            yield trace, _status(call, trace, repeats, errors)
    trace = FailureTrace(call, DROPPED, repeats, callers=callers)
    yield trace, trace.raised_outcome(call.raises("dropped") or call.raises("connect") or ())


def _open(breaker: Breaker) -> Outcome:
    """What the caller gets while a circuit breaker lets nothing through."""
    number = f"{breaker.failures:g} " if breaker.failures is not None else ""
    time = f" for {seconds(breaker.seconds)}" if breaker.seconds is not None else ""
    raised = f": `{breaker.errors[0]}` is raised at once" if breaker.errors else ""
    text = f"after {number}failures in a row `{breaker.written}` (line {breaker.line}) sends nothing{time}{raised}"
    return Outcome("while the breaker is open", text, 0)


def _hang(call: Call, found: Limit, trace: FailureTrace) -> Outcome:
    event, callers = EVENTS[HANG], trace.callers
    ended = found.state == "bounded" or any(scopes_around(place) for place in callers)
    if found.state == "unbounded" and not ended:
        return Outcome(event, "waits without limit; nothing is repeated and no handler is reached")
    if found.state == "unknown":
        return Outcome(event, f"how long it waits cannot be seen: {found.why}")
    per, silence = _answer_limit(found)
    if per is None and not any(scopes_around(place) for place in (call, *callers)):
        return Outcome(event, "no limit on the wait for an answer is seen: " + found.why)
    trace.limit_attempts(per, silence=silence)
    return trace.raised_outcome(call.raises("timeout") or (), call.raises("stall") or ())


def _answer_limit(found: Limit) -> tuple[float | None, bool]:
    """The shortest limit of the wait for an answer, in seconds, and whether only silence counts against it."""
    waits = [bound for bound in found.bounds if bound.origin != "scope" and bound.sure and bound.phases & _ANSWER]
    per = _shortest(waits)
    return per, not any("total" in bound.phases and bound.seconds == per for bound in waits)


def _shortest(bounds: Iterable[Bound]) -> float | None:
    """The shortest of the limits that are surely in force, in seconds; None if there is none."""
    return min((bound.seconds for bound in bounds if bound.sure and bound.seconds), default=None)


def _status(call: Call, trace: FailureTrace, repeats: tuple[RetryLayer, ...], errors: tuple[str, ...]) -> Outcome:
    kind = trace.kind
    behaviour = call.as_external.status
    if not behaviour and call.clients:
        fact = call.frame.scope.catalog.fact(ClientFact, call.clients[0].type)
        behaviour = fact.status if fact is not None else ""
    if behaviour == "raises":
        return trace.raised_outcome(errors)
    if behaviour != "silent":
        return Outcome(EVENTS[kind], "what an error status does is not known")
    ends = [repeat.ends.get("status", "") for repeat in repeats if repeat.on.get(kind) and repeat.attempts != 1]
    if any(ends):
        return trace.raised_outcome(tuple(filter(None, ends)))
    return trace.silent_outcome()


def subjects(frames: list[Frame]) -> Iterator[Call]:
    """The external calls, and the making of clients, in functions and statements."""
    for outer in frames:
        for frame in outer.all_frames():
            for call in frame.calls.values():
                if isinstance(call.fact, ExternalFact):
                    yield call
