"""What the patterns offer at the calls of functions and statements, the innermost layer first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from ..kit.findings import Finding
from ..kit.interp.calls import Call, Frame
from ..kit.subscriptions import functions
from .gates import let_out
from .idempotency import make_once
from .last_error import raise_last
from .names import PREFIX
from .nesting import fewer
from .recursion import let_recursion_out
from .refused import end_refusals
from .retry import repeat
from .shape import expect

_AT_CALLS: tuple[tuple[str, Callable[[Call], Iterator[Finding]]], ...] = (("retry", repeat), ("status", expect))
"""What patterns offer at an external call, by their names."""
_IN_FUNCTIONS: tuple[tuple[str, Callable[[Frame], Iterator[Finding]]], ...] = (
    ("idempotency", make_once),
    ("layers", fewer),
    ("retry", let_out),
    ("retry", let_recursion_out),
    ("retry", end_refusals),
    ("last-error", raise_last),
)
"""What they offer in a function or statement."""


def offers(frames: list[Frame], wanted: Collection[str]) -> Iterator[Finding]:
    """What some patterns offer at the calls of functions and statements, as findings with one fix each."""
    for frame in functions(frames):
        for name, look in _IN_FUNCTIONS:
            if name in wanted:
                yield from (replace(found, rule=f"{PREFIX}{name}") for found in look(frame) if not found.played)
        for call in frame.calls.values():
            if type(call) is not Call:
                continue
            for name, offer in _AT_CALLS:
                if name in wanted:
                    yield from (replace(found, rule=f"{PREFIX}{name}") for found in offer(call) if not found.played)
