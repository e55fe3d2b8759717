"""Part of the pattern `retry`: a loop that repeats while the peer refuses ends after three attempts, or a minute."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...kit.findings import Finding, Fix, Severity
from ...kit.fixes.loops.giving_up import end_loop
from ...kit.fixes.loops.refusals import refused_again, refused_loops
from ...kit.fixes.loops.waits import in_place_of_wait, is_bare_wait
from ...kit.interp.calls import Call, Frame
from ...kit.retries.loops import enclosing_loop
from ...kit.syntax.idioms import last_name
from ...kit.syntax.tree import walk
from ..resending import is_resender


def drop_waits(frame: Frame) -> Iterator[Finding]:
    """Offers to remove waits for a refused request that the function which sends it waits for already."""
    for call in frame.calls.values():
        if type(call) is not Call or call.passed_by is None or not is_resender(last_name(call.node)):
            continue
        if call.response is None or not call.response.names or call.answer is None or not call.answer.raiser:
            continue
        loop = enclosing_loop(call.within)
        for node in walk(loop.body) if loop is not None else ():
            if isinstance(node, cst.If) and is_bare_wait(frame, call, node):
                fix = Fix("Let the retry wait", (in_place_of_wait(frame, call, node),))
                message = f"the loop waits for `{call.written}` once more"
                yield call.finding(message, fix, severity=Severity.HINT)


def is_refused_again(call: Call) -> bool:
    """Whether a call is repeated by such a loop, or is the same request just before one."""
    text = call.frame.tree.code(call.node)
    if any(refusal.call is call for refusal, _ in refused_again(call.frame)):
        return True
    return any(text == loop.frame.tree.code(loop.call.node) for loop in refused_loops(call.frame, counted=True))


def end_refusals(frame: Frame) -> Iterator[Finding]:
    """Offers an end for loops that go on while the peer refuses."""
    for loop in refused_loops(frame, counted=False):
        fix = end_loop(loop)
        if fix is not None:
            message = f"the loop repeats `{loop.call.written}` as long as the peer refuses"
            yield loop.call.finding(message, fix, severity=Severity.HINT)
