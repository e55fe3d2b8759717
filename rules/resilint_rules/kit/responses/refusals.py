"""Bodies that a function gives back as they are, refusals included, because its callers read them."""

from __future__ import annotations

import re

import libcst as cst

from ..interp.calls import Call
from ..syntax.text import Span

_REFUSALS = re.compile(
    r"\b(?:refusals?|errors?|failures?|rejections?|declines?|problems?)\b[^.\n]{0,40}?"
    r"(?:\b(?:is|are|comes?|stands?|given|returned|passed|included|too|as well|alike)\b|\{)",
    re.IGNORECASE,
)
"""How people say that the body may be that of a refusal."""
_RAISED = re.compile(r"\brais|\bexcept|\bthrow|\blog", re.IGNORECASE)


def gives_refusals(call: Call) -> bool:
    """Whether a body is returned as it is, and the docstring or a comment says that it may be one of a refusal."""
    frame, function, answer = call.frame, call.frame.node, call.answer
    if call.response is None or answer is None or not isinstance(function, cst.FunctionDef):
        return False
    reads = [node for name, node in call.response.uses if name in answer.body]
    if not reads or not all(_is_returned(call, node) for node in reads):
        return False
    texts = (function.get_docstring() or "").split("\n")
    for start in {frame.tree.span(node).start for node in (call.statement or call.node, *reads)}:
        texts.extend(frame.comments(Span(start, start)))
    return any(_says_so(text) for text in texts)


def _says_so(text: str) -> bool:
    return _REFUSALS.search(text) is not None and _RAISED.search(text) is None


def _is_returned(call: Call, node: cst.CSTNode) -> bool:
    """Whether what is read is given back as it is: `return answer.json()`."""
    tree = call.frame.tree
    above = tree.parent(node)
    while isinstance(above, (cst.Call, cst.Await)):
        above = tree.parent(above)
    return isinstance(above, cst.Return)
