"""How fast the machine is that tests run on, for the few that say how long something may take."""

from __future__ import annotations

import time

_USUAL = 0.12
"""Seconds of processor time that the measured loop takes on a usual machine."""


def slowness() -> float:
    """How many times as long as on a usual machine work takes here and now; at least 1: no limit gets stricter."""
    return max(1.0, min(_loop() for _ in range(3)) / _USUAL)


def _loop() -> float:
    began = time.process_time()
    found = {}
    for number in range(1_000_000):
        found[number & 1023] = str(number)
    return time.process_time() - began
