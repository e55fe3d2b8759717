"""Requests that a peer refuses, and that are made again without end: in a loop, or by a function that calls itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...kit.findings import Finding
from ...kit.fixes.loops.giving_up import end_loop
from ...kit.fixes.loops.refusals import lasts, refusals_in, refused_again, refused_loops
from ...kit.fixes.loops.waits import RefusedLoop
from ...kit.interp.calls import Call, Frame, Guard
from ...kit.interp.kinds import Around
from ...kit.reach.addresses import stays_here
from ...kit.syntax.text import Span
from .._by_hand import called_back, calls_itself, may_end
from .recursion import count_down

_STATUS = re.compile(r"\b[45]\d\d\b")


def endless_refusals(frame: Frame) -> Iterator[Finding]:
    """Reports loops and functions that make a request again as long as the peer refuses it."""
    if not _STATUS.search(frame.tree.flat):
        return
    for loop in refused_loops(frame, counted=False):
        call, fix = loop.call, end_loop(loop)
        if stays_here(call) or any(place.kind is Around.SCOPE for place in call.within):
            continue
        if fix is None and not lasts(loop):
            continue
        yield frame.finding(
            f"the loop repeats `{call.written}` as long as the peer refuses: during an outage it never returns",
            _place(frame, loop), (fix,) if fix is not None else (),
            callee=call.callee, library=call.library, statement=None,
        )  # fmt: skip
    refused = [
        (refusal, again) for refusal, again in refused_again(frame)
        if not may_end(frame, refusal.node.body, again.node) and not stays_here(refusal.call)
    ]  # fmt: skip
    if refused:
        fix = count_down(frame, refused, [])
        refusal, again = refused[0]
        yield frame.finding(
            f"`{again.written}` calls itself again whenever the peer refuses `{refusal.call.written}`: "
            "an outage ends in RecursionError",
            again.span, (fix,) if fix is not None else (), callee=refusal.call.callee, library=refusal.call.library,
        )  # fmt: skip


def _place(frame: Frame, loop: RefusedLoop) -> Span:
    """The condition on which a loop goes round again."""
    refusals = refusals_in(loop) if lasts(loop) else []
    return frame.tree.span(refusals[0].node.test if refusals else loop.node.test)


def endless_recursion(guard: Guard) -> Iterator[Finding]:
    """Reports calls by which a function starts again whenever another call has failed."""
    frame = guard.frame
    found = list(calls_itself(guard))
    own: list[tuple[Call, Call]] = [
        (known, failed) for again, _, failed in found for known, _ in frame.uses.values() if known.node is again
    ]
    bodies = {id(again): body for again, body, _ in found}
    fix = count_down(frame, [], [(bodies[id(known.node)], known) for known, _ in own]) if own else None
    for again, _, call in found:
        yield frame.finding(
            f"`{frame.tree.code(again.func)}` calls itself again whenever `{call.written}` fails: "
            "an outage ends in RecursionError",
            frame.tree.span(again), (fix,) if fix is not None and len(own) == len(found) else (),
            callee=call.callee, library=call.library,
        )  # fmt: skip
    for away, call in called_back(guard):
        name = frame.qualname.rpartition(".")[2]
        yield frame.finding(
            f"`{frame.tree.code(away.func)}` calls `{name}` again whenever `{call.written}` fails: "
            "an outage ends in RecursionError",
            frame.tree.span(away), callee=call.callee, library=call.library,
        )  # fmt: skip
