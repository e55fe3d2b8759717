"""Comments in which somebody says why a call is as it is."""

from __future__ import annotations

import re

import libcst as cst

from ..interp.calls import Call
from .text import Span


def explained(call: Call, node: cst.CSTNode, why: re.Pattern[str]) -> bool:
    """Whether a comment on a node's line, or right above it or the call's statement, says `why`."""
    starts = {call.frame.tree.span(place).start for place in (node, call.statement or node)}
    return any(why.search(each) for start in starts for each in call.frame.comments(Span(start, start)))
