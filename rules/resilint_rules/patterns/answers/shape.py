"""Part of the pattern `status`: what an answer has to hold is taken out of it, or an error of its library is raised."""

from __future__ import annotations

from collections.abc import Iterator

from ...kit.findings import Finding, Severity
from ...kit.interp.calls import Frame
from ...kit.responses.shape import taken_apart


def expect(frame: Frame) -> Iterator[Finding]:
    """Offers to raise an error of the library where a body lacks what is taken out of it."""
    for found in taken_apart(frame):
        call, request = found.flow.call, found.flow.request
        if found.fix is None:
            continue
        yield frame.finding(
            f"the answer of `{call.written}` is taken apart as if it always had the expected shape",
            call.head, (found.fix,), severity=Severity.HINT, callee=request.callee, library=request.library,
            statement=call.statement,
        )  # fmt: skip
