"""Conditions on the status of a response, and bodies that are parsed in front of one."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from ..interp.calls import Frame
from ..syntax.exits import Exit, ways, ways_of
from ..syntax.tree import dotted, walk

_STATUSES = ("status_code", "status")
_FEW = 5
"""Statements behind a condition that are looked at."""


def is_tested_behind(frame: Frame, read: cst.CSTNode, check: cst.CSTNode) -> bool:
    """Whether a body is kept in a name, and a condition further down in the block leaves for every error status.

    Nothing that an error status takes, nor a condition on the way, looks at what was parsed.
    """
    line, test = line_of(frame, read), _condition(frame, check)
    block = frame.tree.parent(line) if line is not None else None
    if test is None or not isinstance(block, cst.IndentedBlock) or frame.tree.parent(test) is not block:
        return False
    first, last = (next(at for at, item in enumerate(block.body) if item is one) for one in (line, test))
    names = _names_given(frame, read)
    if not names or first >= last:
        return False
    owner = dotted(check.value) if isinstance(check, cst.Attribute) else ""
    refused = _refused_part(test, block.body[last + 1 :], owner)
    between = [item for item in block.body[first + 1 : last] if not isinstance(item, cst.SimpleStatementLine)]
    return bool(refused) and not any(_mentions(item, names) for item in (*between, *refused))


def _mentions(node: cst.CSTNode, names: set[str]) -> bool:
    return any(isinstance(part, cst.Name) and part.value in names for part in walk(node))


def _condition(frame: Frame, check: cst.CSTNode) -> cst.If | None:
    """The `if` whose condition reads a status."""
    below, above = check, frame.tree.parent(check)
    while isinstance(above, (cst.BaseExpression, cst.ComparisonTarget)):
        below, above = above, frame.tree.parent(above)
    return above if isinstance(above, cst.If) and below is above.test else None


def _names_given(frame: Frame, read: cst.CSTNode) -> set[str]:
    """The names that the assignment around a node gives a value."""
    above: cst.CSTNode | None = read
    while above is not None and not isinstance(above, (cst.BaseSmallStatement, cst.BaseStatement)):
        above = frame.tree.parent(above)
    targets = [target.target for target in above.targets] if isinstance(above, cst.Assign) else []
    return {target.value for target in targets if isinstance(target, cst.Name)}


def _refused_part(test: cst.If, rest: Sequence[cst.CSTNode], owner: str) -> list[cst.CSTNode]:
    """What an error status takes of a condition and of what follows it, if that leaves; empty if it goes on."""
    if not owner:
        return []
    if refuses(test.test, owner):
        return [test.body] if Exit.FALLS not in ways(test.body) else []
    if not accepts(test.test, owner):
        return []
    part: list[cst.CSTNode] = [test.orelse] if test.orelse is not None else list(rest[:_FEW])
    ends = test.orelse is not None or Exit.FALLS not in ways(test.body)
    return part if part and ends and ways_of(part) == {Exit.RAISE} else []


def line_of(frame: Frame, node: cst.CSTNode) -> cst.SimpleStatementLine | None:
    """The line of simple statements that a node stands in; None for the head of a compound one."""
    above: cst.CSTNode | None = node
    while above is not None and not isinstance(above, cst.BaseStatement):
        above = frame.tree.parent(above)
    return above if isinstance(above, cst.SimpleStatementLine) else None


def accepts(test: cst.BaseExpression, owner: str) -> bool:
    """Whether a test is true for success alone, so that all errors are in what is left: `r.ok`, `r.status == 200`."""
    if dotted(test) in (f"{owner}.ok", f"{owner}.is_success"):
        return True
    if not isinstance(test, cst.Comparison) or dotted(test.left) not in [f"{owner}.{name}" for name in _STATUSES]:
        return False
    target = test.comparisons[0]
    number = target.comparator.evaluated_value if isinstance(target.comparator, cst.Integer) else 0
    return len(test.comparisons) == 1 and isinstance(target.operator, cst.Equal) and 200 <= number < 300


def _is_range_of_errors(test: cst.Comparison, owner: str) -> bool:
    """Whether a test is `400 <= r.status_code < 600`."""
    low, high = test.comparisons
    first = test.left.evaluated_value if isinstance(test.left, cst.Integer) else 0
    last = high.comparator.evaluated_value if isinstance(high.comparator, cst.Integer) else 0
    read = dotted(low.comparator) in [f"{owner}.{name}" for name in _STATUSES]
    return read and first == 400 and last >= 599 and isinstance(low.operator, cst.LessThanEqual)


def refuses(test: cst.BaseExpression, owner: str) -> bool:
    """Whether a test is true for all error statuses of a response: `not r.ok`, `r.status_code >= 400`, `!= 200`."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return dotted(test.expression) in (f"{owner}.ok", f"{owner}.is_success")
    if dotted(test) == f"{owner}.is_error":
        return True
    if not isinstance(test, cst.Comparison):
        return False
    if isinstance(test.left, cst.Integer) and len(test.comparisons) == 2:
        return _is_range_of_errors(test, owner)
    if dotted(test.left) not in [f"{owner}.{name}" for name in _STATUSES]:
        return False
    target = test.comparisons[0]
    number = target.comparator.evaluated_value if isinstance(target.comparator, cst.Integer) else 0
    if isinstance(target.operator, cst.NotEqual):
        return 200 <= number < 300
    return isinstance(target.operator, (cst.GreaterThanEqual, cst.GreaterThan)) and 299 <= number <= 400
