"""Part of the pattern `retry`: loops that repeat by hand let out what is no use to repeat, and the last failure."""

from __future__ import annotations

from collections.abc import Iterator

from ...kit.findings import Finding, Severity
from ...kit.fixes.loops.gates import gates
from ...kit.interp.calls import Frame
from .reaching import repeated_by_hand


def let_out(frame: Frame) -> Iterator[Finding]:
    """Offers conditions for the handlers of retry loops that swallow what stays, or the last failure."""
    for loop in repeated_by_hand(frame):
        fix = gates(loop)
        if fix is not None:
            call = loop.calls[0].written
            message = f"the loop around `{call}` repeats what stays, and keeps the last failure to itself"
            yield loop.finding(message, fix, severity=Severity.HINT)
