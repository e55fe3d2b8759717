"""Part of the pattern `status`: what an answer has to hold is taken out of it, or an error of its library is raised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...kit.findings import Finding, Severity
from ...kit.interp.calls import Frame
from ...kit.responses.shape import taken_apart

_LACK = r"(?:Key|Index|Lookup|Type|Attribute)Error"
_CATCHES = re.compile(rf"\b(?:except|suppress)\b[^:]{{0,200}}?\b{_LACK}\b")
"""What goes on where Python says that a part is missing."""
_CATCHES_VALUES = re.compile(r"\b(?:except|suppress)\b[^:]{0,200}?\b(?:Value|JSONDecode)Error\b")
_RAISES = re.compile(rf"^[ \t]*raise {_LACK}\b", re.MULTILINE)


def expect(frame: Frame) -> Iterator[Finding]:
    """Offers to raise an error of the library where a body lacks what is taken out of it.

    Not where a part is read with `get`, which allows for its lack.
    """
    for found in taken_apart(frame):
        call, request = found.flow.call, found.flow.request
        if found.fix is None or found.errors == ("AttributeError",) or _is_expected(frame, found.errors):
            continue
        yield frame.finding(
            f"the answer of `{call.written}` is taken apart as if it always had the expected shape",
            call.head, (found.fix,), severity=Severity.HINT, callee=request.callee, library=request.library,
            statement=call.statement,
        )  # fmt: skip


def _is_expected(frame: Frame, errors: tuple[str, ...]) -> bool:
    """Whether a function raises such errors of Python's by name, or one of its module that calls it catches them."""
    outermost = frame.outermost
    if _RAISES.search(outermost.tree.flat):
        return True
    catches = (_CATCHES, _CATCHES_VALUES) if "ValueError" in errors else (_CATCHES,)
    module = frame.scope.module
    for function in module.chosen(module.functions_mentioning(outermost.qualname.rpartition(".")[2])):
        text = module.source(function.chunk) if function.chunk.start != outermost.tree.start else ""
        if any(pattern.search(text) for pattern in catches):
            return True
    return False
