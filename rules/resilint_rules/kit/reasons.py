"""Comments in which somebody says why a call is as it is."""

from __future__ import annotations

import re

import libcst as cst

from .calls import Call


def explained(call: Call, node: cst.CSTNode, why: re.Pattern[str]) -> bool:
    """Whether a comment on a node's line, or right above it or the call's statement, says `why`."""
    document = call.frame.scope.module.doc
    lines = call.frame.scope.module.text.splitlines()
    for place in (node, call.statement or node):
        row = document.position(call.frame.tree.span(place).start)[0] - 1
        above = row - 1
        while above >= 0 and lines[above].lstrip().startswith("#"):
            above -= 1
        if any(why.search(each) for each in lines[above + 1 : row + 1]):
            return True
    return False
