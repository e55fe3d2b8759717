"""The last round of a `while` that counts up to a number, or down to zero."""

from __future__ import annotations

import libcst as cst

from ...retries.loop_counter import changed
from ...retries.loops import RetryLoop
from ...syntax.text import Edit
from ...syntax.tree import walk
from ..edits import replace
from .wanted import attempts_of

Last = tuple[str, list[Edit]]
"""The condition of the last round, "" if it is not sure; the edits that leave fewer rounds."""


def last_round(loop: RetryLoop, edits: list[Edit]) -> Last:
    """The condition under which a handler is in the last round of a loop that `edits` bound already."""
    test = loop.node.test if isinstance(loop.node, cst.While) else None
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1 or not isinstance(test.left, cst.Name):
        return "", []
    name, early = test.left.value, _counts_early(loop, test.left.value)
    return _last_of(loop, name, test.comparisons[0], edits, 0 if early else 1) if early is not None else ("", [])


def _last_of(loop: RetryLoop, name: str, target: cst.ComparisonTarget, edits: list[Edit], behind: int) -> Last:
    """The same for a count that is compared to something, and `behind` by as much when a handler runs."""
    sign, stop = target.operator, target.comparator
    if isinstance(sign, cst.LessThan):
        text = next((edit.text for edit in edits if edit.start == loop.frame.tree.span(stop).start), "")
        return f"{name} >= {_less(text or loop.frame.tree.code(stop), behind)}", []
    if isinstance(sign, cst.GreaterThan) and isinstance(stop, cst.Integer) and stop.value == "0":
        return f"{name} <= {behind}", _begins_lower(loop, name)
    return "", []


def _counts_early(loop: RetryLoop, name: str) -> bool | None:
    """Whether a round is counted before it is tried (True), or on its failure (False); None if neither is sure."""
    steps = [node for node in walk(loop.node) if changed(node) == name]
    tree = loop.frame.tree
    if len(steps) == 1 and any(tree.inside(steps[0], part) for part in loop.before):
        return True
    if len(steps) == 1 and any(tree.inside(steps[0], part) for part in loop.after):
        return False
    blocks = [clause.node.body.body for clause in loop.retried]
    own = [sum(tree.inside(step, line) for step in steps for line in block) for block in blocks]
    return False if len(steps) == len(blocks) and set(own) == {1} else None


def _less(text: str, number: int) -> str:
    """A number that is written out, or an expression for it, less another one."""
    return str(int(text) - number) if text.isdecimal() else f"{text} - {number}" if number else text


def _begins_lower(loop: RetryLoop, name: str) -> list[Edit]:
    """Lets a count that goes down begin with as many rounds as a loop is to make."""
    tree, most = loop.frame.tree, attempts_of(loop, loop.calls)
    block = tree.parent(loop.node)
    lines = block.body if isinstance(block, cst.IndentedBlock) else ()
    for line in lines:
        only = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
        if not isinstance(only, cst.Assign) or len(only.targets) != 1 or not isinstance(only.value, cst.Integer):
            continue
        target = only.targets[0].target
        if isinstance(target, cst.Name) and target.value == name and int(only.value.evaluated_value) > most:
            return [replace(loop.frame, only.value, str(most))]
    return []
