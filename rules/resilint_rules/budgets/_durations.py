"""How long external calls, and pauses, take a function at most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..kit import Around, Part, SleepCall, layers_of, literal
from ..kit.interp.calls import Call, Frame
from ..kit.policy.behind import Lead
from ..kit.policy.effective import failures_of
from ..kit.retries.layer import HANG
from ..kit.syntax.exits import Exit, ways
from ..kit.timeouts.effective import limit
from ._behind import leads

_CHOSEN = ("call", "client")
"""Where limits are set that the code has chosen: a default may be long for another reason."""


@dataclass(frozen=True, slots=True)
class Duration:
    """What one call in a function takes at most: an external call, one that leads to it, or a pause.

    `once` are the seconds of one attempt, `seconds` those of all attempts that the function itself waits for.
    """

    site: Call
    lead: Lead
    once: float
    seconds: float


def durations(frame: Frame) -> Iterator[Duration]:
    """Yields the calls of a function whose greatest duration is known, and its pauses of a known length."""
    for site, lead in leads(frame):
        if not site.offloaded and not lead.call.offloaded:
            found = duration(site, lead, frame)
            if found is not None:
                yield found
    for call in frame.calls.values():
        if isinstance(call, SleepCall) and not call.deferred and not call.offloaded:
            pause = literal(call.args.value(call.fact.seconds))
            if isinstance(pause, (int, float)):
                yield Duration(call, Lead(call), pause, pause)


def duration(site: Call, lead: Lead, frame: Frame) -> Duration | None:
    """Returns what an external call takes a function at most; None if the code sets no limit that is known.

    What a queue repeats is left out: each time the task has its time again.
    """
    found = limit(lead.call)
    once = found.seconds if found.state == "bounded" else None
    if once is None or not any(bound.seconds == once and bound.origin in _CHOSEN for bound in found.bounds):
        return None
    return Duration(site, lead, once, max(once, _with_retries(lead, frame, once)))


def _with_retries(lead: Lead, frame: Frame, once: float) -> float:
    """The seconds of all attempts of a call whose peer does not answer, without those of a queue."""
    tasks = {frame.tree.span(policy.node) for policy in layers_of(frame) if policy.fact.form == "task"}
    hangs = [found for found in failures_of(lead.call, lead.callers) if found[0].kind == HANG]
    total = hangs[0][1].seconds if hangs else None
    for layer in hangs[0][0].layers if total is not None else ():
        if layer.frame is frame and layer.span in tasks and total is not None:
            total = (total - (layer.pauses or 0.0)) / (layer.attempts or 1)
    return total if total is not None else once


def longest_way(frame: Frame) -> list[Duration]:
    """Returns what a function waits for one after the other at least: the calls on its way, and one of its branches.

    A branch that leaves the function stands for what comes after it, so that it is not counted.
    """
    taken = [one for one in durations(frame) if not one.lead.call.streams]
    always = [one for one in taken if _is_always_made(one)]
    others = [one for one in taken if not (_is_always_made(one) or _leaves(one))]
    return [*always, *sorted(others, key=lambda one: one.seconds)[-1:]]


def _is_always_made(taken: Duration) -> bool:
    """Whether a call is made whatever happens, and has ended before the next one is made."""
    site = taken.site
    if any(place.kind is Around.IF or place.part in (Part.HANDLER, Part.ELSE) for place in site.within):
        return False
    if any(bound.origin == "scope" for bound in limit(taken.lead.call).bounds):
        return False
    return not site.frame.is_async or site.awaited or taken.lead.call.fact.is_sync


def _leaves(taken: Duration) -> bool:
    """Whether a call stands in a branch that does not go on behind it."""
    for place in taken.site.within:
        node = place.node
        if place.kind is Around.IF and isinstance(node, cst.If):
            other = node.orelse.body if isinstance(node.orelse, cst.Else) else node.orelse
            branch = node.body if place.part is Part.BODY else other
            if branch is not None and Exit.FALLS not in ways(branch):
                return True
    return False
