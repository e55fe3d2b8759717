"""A clock that waiting moves: sleeps, time limits and event loops end at once, and are counted."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import time
from collections.abc import Iterator
from unittest import mock

LONGEST = 24 * 3600.0
"""Seconds after which a play counts as one that never ends."""


class EndlessError(BaseException):
    """The code would go on without end; nothing that it catches."""


class Clock:
    """Seconds since the play began."""

    def __init__(self) -> None:
        self.now = 0.0
        self.begun = time.time()

    def move(self, seconds: float) -> None:
        """Lets time pass. Raises EndlessError after a day."""
        self.now += max(0.0, seconds)
        if self.now > LONGEST:
            raise EndlessError(f"still running after {LONGEST / 3600:g} h")

    def wall(self) -> float:
        """What `time.time` says."""
        return self.begun + self.now


class _Selector(selectors.DefaultSelector):
    """Waits for what threads send, shortly, and then lets the clock move instead."""

    clock: Clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """The events that are there; without any, time passes until the next timer."""
        if timeout is not None and timeout <= 0:
            return super().select(0)
        found = super().select(0.05)
        if not found and timeout is None:
            raise EndlessError("nothing will ever wake the event loop")
        if not found and timeout is not None:
            self.clock.move(timeout)
        return found


class _Loop(asyncio.SelectorEventLoop):
    """An event loop on a clock."""

    def __init__(self, clock: Clock) -> None:
        selector = _Selector()
        selector.clock = clock
        self._clock_of_play = clock
        super().__init__(selector)

    def time(self) -> float:
        """Seconds on the clock."""
        return self._clock_of_play.now


@contextlib.contextmanager
def running(clock: Clock) -> Iterator[None]:
    """Puts the clock in the place of the machine's. Effect: patches `time` and the event loop policy."""
    with (
        mock.patch("time.sleep", clock.move),
        mock.patch("time.monotonic", lambda: clock.now),
        mock.patch("time.perf_counter", lambda: clock.now),
        mock.patch("time.time", clock.wall),
        mock.patch("asyncio.new_event_loop", lambda: _Loop(clock)),
        mock.patch("asyncio.events.new_event_loop", lambda: _Loop(clock)),
    ):
        yield
