"""How often a loop tries at most: the condition of its last attempt, and the edits that leave it three attempts."""

from __future__ import annotations

import libcst as cst

from ..kit.exceptions.handlers import named
from ..kit.fixes.edits import replace, unused
from ..kit.interp.values import Const
from ..kit.retries.loops import RetryLoop
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import walk
from .resending import numbers

Bounds = tuple[str, list[Edit]]
"""The condition of the last attempt, "" if the loop counts in another way; the edits that bound the attempts."""


def bounded(loop: RetryLoop) -> Bounds | None:
    """Returns the bounds of a loop; None if it cannot be bounded."""
    if not loop.ranged():
        return _bounded_while(loop)
    counter = _counter(loop)
    if counter is None:
        return None
    name, edits = counter
    condition, more = _last(loop)
    return f"{name} == {condition}", [*edits, *more]


def _counter(loop: RetryLoop) -> Bounds | None:
    """The name that counts, in place of `_` a new one."""
    if not loop.counter or len(loop.ranged()) > 2:
        return None
    if loop.counter != "_":
        return loop.counter, []
    name = unused(loop.frame, ("attempt", "attempt_number"))
    read = any(isinstance(node, cst.Name) and node.value == "_" for node in walk(loop.node.body))
    assert isinstance(loop.node, cst.For)
    return (name, [replace(loop.frame, loop.node.target, name)]) if name and not read else None


def _last(loop: RetryLoop) -> Bounds:
    """The value that the counter has in the last attempt, of three at most."""
    frame, first, stop = loop.frame, loop.first, loop.ranged()[-1].value
    code = frame.tree.code
    attempts, most = loop.attempts, numbers(frame).attempts
    if first is not None and attempts is not None and attempts > most:
        limit = first + most
        text = str(limit) if isinstance(stop, cst.Integer) else f"min({code(stop)}, {limit})"
        return str(limit - 1), [replace(frame, stop, text)]
    if isinstance(stop, cst.Integer):
        return str(int(stop.evaluated_value) - 1), []
    if isinstance(stop, cst.BinaryOperation) and isinstance(stop.operator, cst.Add) and code(stop.right) == "1":
        return code(stop.left), []
    return f"{code(stop)} - 1", []


def _bounded_while(loop: RetryLoop) -> Bounds | None:
    if not loop.counted or not isinstance(loop.node, cst.While):
        return None
    counters = _counters(loop)
    compared = [
        node.comparisons[0].comparator
        for node in walk(loop.node)
        if isinstance(node, cst.Comparison) and len(node.comparisons) == 1
        if isinstance(node.left, cst.Name) and node.left.value in counters
    ]
    return "", [edit for node in compared for edit in _lowered(loop, node)]


def _lowered(loop: RetryLoop, node: cst.BaseExpression) -> list[Edit]:
    """Puts three in place of a larger number of attempts, or takes the smaller of it and a constant."""
    most = numbers(loop.frame).attempts
    if isinstance(node, cst.Integer):
        return [replace(loop.frame, node, str(most))] if int(node.evaluated_value) > most else []
    value = named(loop.frame, node)
    if isinstance(value, Const) and isinstance(value.value, int) and value.value > most:
        return [replace(loop.frame, node, f"min({loop.frame.tree.code(node)}, {most})")]
    return []


def _counters(loop: RetryLoop) -> set[str]:
    return {
        node.target.value
        for node in walk(loop.node)
        if isinstance(node, cst.AugAssign) and isinstance(node.target, cst.Name) and isinstance(node.value, cst.Integer)
    }
