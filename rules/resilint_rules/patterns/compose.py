"""What the patterns offer at the calls of functions and statements, the innermost layer first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from ..kit.findings import Finding
from ..kit.interp.calls import Call, Frame
from ..kit.subscriptions import functions
from .answers.checked import check_own, check_passed
from .answers.shape import expect
from .batches import raise_if_all_fail, raise_status
from .idempotency import make_once
from .isolation.breaker import stop_sending
from .isolation.pool import bound_pools
from .isolation.rate_limit import wait_for_limiter
from .isolation.renewal import renew_once
from .last_error import raise_last
from .limits import shorten
from .loops.doubled import undecorate
from .loops.gates import let_out
from .loops.recursion import let_recursion_out
from .loops.refused import drop_waits, end_refusals
from .loops.statuses import let_statuses_out
from .loops.unrolled import unroll
from .names import PREFIX
from .nesting import fewer
from .policies import judge
from .retry import repeat
from .visible.trace import log_loops, log_policies

_AT_CALLS: tuple[tuple[str, Callable[[Call], Iterator[Finding]]], ...] = (
    ("retry", repeat),
    ("rate-limit", wait_for_limiter),
)
"""What patterns offer at an external call, by their names."""
_IN_FUNCTIONS: tuple[tuple[str, Callable[[Frame], Iterator[Finding]]], ...] = (
    ("idempotency", make_once),
    ("layers", unroll),
    ("layers", fewer),
    ("layers", undecorate),
    ("retry", judge),
    ("retry", let_out),
    ("retry", let_recursion_out),
    ("retry", end_refusals),
    ("retry", let_statuses_out),
    ("retry", drop_waits),
    ("last-error", raise_status),
    ("last-error", raise_if_all_fail),
)
"""What they offer in a function or statement, as to its loops and layers: before all else, which hides these."""
_NEXT: tuple[tuple[str, Callable[[Frame], Iterator[Finding]]], ...] = (
    ("limit", shorten),
    ("last-error", raise_last),
    ("status", check_own),
    ("status", check_passed),
    ("status", expect),
    ("bulkhead", bound_pools),
    ("token", renew_once),
    ("breaker", stop_sending),
    ("trace", log_policies),
    ("trace", log_loops),
)
"""What they offer in a function or statement."""


def offers(frames: list[Frame], wanted: Collection[str]) -> Iterator[Finding]:
    """What some patterns offer at the calls of functions and statements, as findings with one fix each."""
    for frame in functions(frames):
        loops = [found for name, look in _IN_FUNCTIONS if name in wanted for found in _named(name, look(frame))]
        if loops:
            yield from loops
            continue
        for name, look in _NEXT:
            if name in wanted:
                yield from _named(name, look(frame))
        for call in frame.calls.values():
            for name, offer in _AT_CALLS if type(call) is Call else ():
                if name in wanted:
                    yield from _named(name, offer(call))


def _named(name: str, found: Iterator[Finding]) -> Iterator[Finding]:
    """The findings of a pattern, under its name."""
    return (replace(finding, rule=f"{PREFIX}{name}") for finding in found if not finding.played)
