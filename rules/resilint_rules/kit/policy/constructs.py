"""All retries of functions and statements, also those around external calls that stand behind other functions."""

from __future__ import annotations

from collections.abc import Iterator

from ..interp.calls import Frame
from ..retries.loops import RetryConstruct, RetryLoop, enclosing_loop, retry_loop
from ..retries.policies import layers
from ..retries.status_loops import AnyRetry, other_loops
from .decorating import borrowed_loops, decorating_loop
from .through import calls_through


def all_loops(frames: list[Frame]) -> Iterator[RetryLoop]:
    """Yields the retry loops of functions and statements: what they repeat may stand behind functions."""
    for outer in frames:
        for frame in outer.all_frames():
            for guard in frame.guards.values():
                found = retry_loop(guard)
                if found is None and enclosing_loop(guard.within) is not None:
                    found = retry_loop(guard, calls_through(guard)) or decorating_loop(guard)
                if found is not None:
                    yield found
            yield from borrowed_loops(frame)


def all_constructs(frames: list[Frame]) -> Iterator[RetryConstruct]:
    """Yields the retries of functions and statements: policies first, then loops."""
    yield from layers(frames)
    yield from all_loops(frames)


def all_retries(frames: list[Frame]) -> Iterator[AnyRetry]:
    """Yields the retries of functions and statements, and the loops that check the status."""
    yield from all_constructs(frames)
    yield from other_loops(frames)
