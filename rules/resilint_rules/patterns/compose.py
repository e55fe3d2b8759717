"""What the patterns offer at the calls of functions and statements, the innermost layer first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from ..kit.findings import Finding
from ..kit.interp.calls import Call, Frame
from ..kit.subscriptions import functions
from .names import PREFIX
from .retry import repeat

_AT_CALLS: dict[str, Callable[[Call], Iterator[Finding]]] = {"retry": repeat}
"""What a pattern offers at an external call, by its name."""


def offers(frames: list[Frame], wanted: Collection[str]) -> Iterator[Finding]:
    """What some patterns offer at the calls of functions and statements, as findings with one fix each."""
    for frame in functions(frames):
        for call in frame.calls.values():
            if type(call) is not Call:
                continue
            for name, offer in _AT_CALLS.items():
                if name in wanted:
                    yield from (replace(found, rule=f"{PREFIX}{name}") for found in offer(call) if not found.played)
