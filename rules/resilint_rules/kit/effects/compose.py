"""Effects of a caller from its own and those of what it calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .limits import CALLS
from .local import CallSite
from .records import ReachedCall


def seen_from(site: CallSite, calls: tuple[ReachedCall, ...], *, coroutine: bool) -> Iterable[ReachedCall]:
    """The effects of a callee as its caller has them.

    A coroutine runs where it is awaited, and what blocks in it is reported there.
    """
    if not calls or (coroutine and not site.awaited):
        return
    step = site.step
    for call in calls:
        yield replace(call, path=(step, *call.path), blocks=call.blocks and not coroutine)


def nearest(calls: Iterable[ReachedCall]) -> tuple[ReachedCall, ...]:
    """One entry for each external call, by the shortest path, in a fixed order; the nearest if there are many."""
    found: dict[object, ReachedCall] = {}
    for call in sorted(calls, key=lambda call: (len(call.path), not call.blocks, call.path)):
        found.setdefault((call.place, call.blocks), call)
    return tuple(found.values())[:CALLS]
