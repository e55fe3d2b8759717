"""The limits of a worker, and the watch over them.

What counts is processor time: on a busy machine a worker that is not at fault may have to wait for its turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..failure import Cause, Failure
from . import usage

_PROGRESS = 0.1
"""Seconds of processor time that show that a process does something."""

_WITHOUT_CPU_TIME = 10
"""Seconds on the clock for each second of processor time, where the system does not report the latter."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a child process: seconds of processor time without a message while it has work, bytes of memory."""

    silence: float = 3.0
    silence_per_character: float = 3e-5
    """Seconds more for each character of the text: one function of 15,000 lines needs 10 s, without a message."""
    stall: float = 15.0
    """Seconds on the clock without a message in which it uses next to no processor time."""
    memory: int = 400 * 1024 * 1024
    poll_interval: float = 0.5
    """Seconds between two checks of a working child."""
    start: float = 30.0
    """Seconds until its first message, of processor time and without using any."""
    min_uptime: float = 10.0
    """Seconds after which the end of a child no longer counts as one of a row."""
    pauses: tuple[float, ...] = (0, 0, 1, 2, 4, 8, 16, 30)
    """Seconds to wait after the first, second, ... failed start in a row; the last holds for all further ones."""

    def pause(self, failures: int) -> float:
        """Returns the seconds to wait after so many failed starts in a row."""
        return self.pauses[min(failures, len(self.pauses)) - 1] if failures else 0

    def silence_at(self, size: int) -> float:
        """Returns the seconds of processor time without a message while it works on a text of so many characters."""
        return self.silence + size * self.silence_per_character


class Watchdog:
    """The watch over one child process. `hear` is called for each sign of life, `look` while it has work."""

    def __init__(self, pid: int, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._pid = pid
        self._limits = limits
        self._clock = clock
        self._looked_at = clock()
        self.hear()

    def hear(self) -> None:
        """Starts the count again. Cheap: it is called for each message."""
        self._heard = True

    def look(self, *, started: bool, size: int) -> Failure | None:
        """Returns the limit that the child exceeds, if it does; `size` is that of the text it works on."""
        limits, now = self._limits, self._clock()
        # The time between two looks counts up to a bound: this process, too, may have been stopped meanwhile.
        passed, self._looked_at = min(now - self._looked_at, 2 * limits.poll_interval), now
        if usage.memory(self._pid) > limits.memory:
            return Failure(Cause.MEMORY, limits.memory // 1024 // 1024)
        used = usage.cpu_time(self._pid)
        if self._heard:
            self._heard = False
            self._silent = self._stalled = 0.0
            self._used_at_message = self._used_at_progress = used or 0.0
            return None
        self._silent += passed
        limit = limits.silence_at(size) if started else limits.start
        if used is None:
            return Failure(Cause.SILENT, limit) if self._silent > limit * _WITHOUT_CPU_TIME else None
        if used - self._used_at_message > limit:
            return Failure(Cause.SILENT, limit)
        self._stalled += passed
        if used - self._used_at_progress >= _PROGRESS:
            self._stalled, self._used_at_progress = 0.0, used
        stall = limits.stall if started else max(limits.start, limits.stall)
        return Failure(Cause.STALLED, stall) if self._stalled > stall else None
