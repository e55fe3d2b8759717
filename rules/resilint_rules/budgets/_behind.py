"""The external calls of a function, and those that its calls of functions of the project lead to."""

from __future__ import annotations

from collections.abc import Iterator

from ..kit.effects.store import EffectStore, effects_of
from ..kit.interp.calls import Call, Frame
from ..kit.interp.session import Session
from ..kit.interp.values import Value
from ..kit.policy.behind import Lead, Walk
from ..kit.retries.policies import external


def leads(frame: Frame) -> Iterator[tuple[Call, Lead]]:
    """Yields the external calls behind a function, each with the call in it that leads there, or is it itself."""
    for call in frame.calls.values():
        if external(call) and not call.deferred:
            yield call, Lead(call)
    yield from _through(frame, [use for use in frame.uses.values() if not use[0].deferred])


def leads_of(frame: Frame, call: Call, target: Value) -> Iterator[Lead]:
    """Yields the external calls behind one function that a call in a frame is about."""
    return (lead for _, lead in _through(frame, [(call, target)]))


def _through(frame: Frame, uses: list[tuple[Call, Value]]) -> Iterator[tuple[Call, Lead]]:
    session = frame.scope.session
    if not uses or not isinstance(session, Session):
        return
    store = session.derived(EffectStore)
    for call, target in uses:
        if effects_of(frame, target, call).calls:
            walk = Walk(store.session, frame.scope.module)
            yield from ((call, lead) for lead in walk.of_calls(frame, [(call, target)]))
