"""How often a `while` that counts by itself goes round at most: `tries += 1`, `if tries == 3: raise`.

The loop is taken through its turns on paper, each of which fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import libcst as cst

from ..exceptions.handlers import Handler
from ..syntax.exits import AGAIN, is_endless, ways
from ..syntax.tree import walk
from .loop_counter import changed
from .loops import RetryLoop

_MOST = 100
"""Turns after which it is given up to count."""
_COMPARES = {
    cst.LessThan: lambda left, right: left < right,
    cst.LessThanEqual: lambda left, right: left <= right,
    cst.GreaterThan: lambda left, right: left > right,
    cst.GreaterThanEqual: lambda left, right: left >= right,
    cst.Equal: lambda left, right: left == right,
    cst.NotEqual: lambda left, right: left != right,
}


class _Unseen(Exception):
    """What a test compares, or what changes the counter, cannot be seen."""


class _Counter(NamedTuple):
    name: str
    start: int
    changes: int
    """The places that change it in the loop."""


def turns(loop: RetryLoop) -> int | None:
    """Returns how often a loop tries at most; None if that cannot be seen."""
    if loop.attempts is not None or not isinstance(loop.node, cst.While):
        return loop.attempts
    counter = _counter(loop)
    if counter is None:
        return None
    try:
        found = [_turns_by(loop, counter, clause) for clause in loop.handlers_of if loop.goes_round(clause)]
    except _Unseen:
        return None
    return max(found) if found else None


def _counter(loop: RetryLoop) -> _Counter | None:
    """The one name that a loop counts by, with its value before the loop."""
    names = [changed(node) for node in walk(loop.node) if _step(node)]
    if len(set(names)) != 1:
        return None
    for line in reversed(_above(loop)):
        parts = line.body if isinstance(line, cst.SimpleStatementLine) else ()
        for part in reversed(parts):
            value = _assigned(part, names[0])
            if value is not None:
                start = loop.number(value)
                return _Counter(names[0], start, len(names)) if start is not None else None
        if not isinstance(line, cst.SimpleStatementLine) and _mentions(line, names[0]):
            return None
    return None


def _above(loop: RetryLoop) -> Sequence[cst.CSTNode]:
    """The statements before a loop in its block."""
    block = loop.frame.tree.parent(loop.node)
    body = list(block.body) if isinstance(block, cst.IndentedBlock) else []
    return body[: next((index for index, line in enumerate(body) if line is loop.node), 0)]


def _assigned(node: cst.CSTNode, name: str) -> cst.BaseExpression | None:
    """What a statement assigns to a name, also as one of several: `tries, delay = times, 1`."""
    if isinstance(node, cst.AnnAssign):
        return node.value if isinstance(node.target, cst.Name) and node.target.value == name else None
    if not isinstance(node, cst.Assign) or len(node.targets) != 1:
        return None
    target, value = node.targets[0].target, node.value
    if isinstance(target, cst.Name):
        return value if target.value == name else None
    if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple) and len(target.elements) == len(value.elements):
        for one, given in zip(target.elements, value.elements, strict=True):
            if isinstance(one.value, cst.Name) and one.value.value == name:
                return given.value
    return None


def _mentions(node: cst.CSTNode, name: str) -> bool:
    return any(isinstance(part, cst.Name) and part.value == name for part in walk(node))


def _turns_by(loop: RetryLoop, counter: _Counter, clause: Handler) -> int:
    """How often a loop tries if one clause catches each failure."""
    before, after = list(loop.before), [*clause.node.body.body, *_behind(loop)]
    changes = sum(bool(_step(small)) for line in (*before, *after) for small in _small(line))
    if changes != counter.changes:
        raise _Unseen
    value = counter.start
    for seen in range(_MOST):
        begun = _passed(loop, before, counter.name, value) if _goes_on(loop, counter.name, value) else None
        if begun is None:
            return seen
        failed = _passed(loop, after, counter.name, begun)
        if failed is None:
            return seen + 1
        value = failed
    raise _Unseen


def _behind(loop: RetryLoop) -> list[cst.CSTNode]:
    """The statements that run after a handler in one turn."""
    final = loop.guard.node.finalbody
    return [*(final.body.body if final is not None else ()), *(loop.after if loop.falls_on else ())]


def _passed(loop: RetryLoop, lines: Iterable[cst.CSTNode], name: str, value: int) -> int | None:
    """The counter after some statements; None if one of them ends the loop."""
    for line in lines:
        value += sum(_step(small) for small in _small(line))
        if isinstance(line, cst.If) and _ends(loop, line, name, value):
            return None
    return value


def _goes_on(loop: RetryLoop, name: str, value: int) -> bool:
    """Whether the head of a loop lets it go round again."""
    return isinstance(loop.node, cst.While) and (is_endless(loop.node) or _holds(loop, loop.node.test, name, value))


def _small(line: cst.CSTNode) -> Iterable[cst.CSTNode]:
    return line.body if isinstance(line, cst.SimpleStatementLine) else ()


def _step(node: cst.CSTNode) -> int:
    """By how much a statement changes the counter."""
    if not changed(node):
        return 0
    if isinstance(node, cst.AugAssign):
        amount, down = node.value, isinstance(node.operator, cst.SubtractAssign)
        if not down and not isinstance(node.operator, cst.AddAssign):
            return 0
    else:
        assert isinstance(node, cst.Assign)
        assert isinstance(node.value, cst.BinaryOperation)
        amount, down = node.value.right, isinstance(node.value.operator, cst.Subtract)
    assert isinstance(amount, cst.Integer)
    return -int(amount.evaluated_value) if down else int(amount.evaluated_value)


def _ends(loop: RetryLoop, node: cst.If, name: str, value: int) -> bool:
    """Whether a condition on the counter ends the loop now; others are taken not to hold."""
    leaves = ways(node.body)
    if not _mentions(node.test, name):
        return False
    if leaves & AGAIN or node.orelse is not None:
        raise _Unseen
    return _holds(loop, node.test, name, value)


def _holds(loop: RetryLoop, test: cst.BaseExpression, name: str, value: int) -> bool:
    """Whether a test of the counter holds."""

    def number(node: cst.BaseExpression) -> int:
        found = value if isinstance(node, cst.Name) and node.value == name else loop.number(node)
        if found is None:
            raise _Unseen
        return found

    if isinstance(test, cst.Name) and test.value == name:
        return bool(value)
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return not _holds(loop, test.expression, name, value)
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        raise _Unseen
    target = test.comparisons[0]
    compare = _COMPARES.get(type(target.operator))
    if compare is None:
        raise _Unseen
    return bool(compare(number(test.left), number(target.comparator)))
