"""How often a loop tries at most: the condition of its last attempt, and the edits that leave it three attempts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import libcst as cst

from ...exceptions.handlers import named
from ...interp.values import Const
from ...retries.loop_counter import counters
from ...retries.loops import RetryLoop
from ...retries.status_loops import StatusLoop
from ...syntax.exits import Exit, is_endless, ways
from ...syntax.text import Edit
from ...syntax.tree import walk
from ..edits import indentation, replace, unused
from .rounds import last_round
from .wanted import attempts_of, numbers

AnyLoop = RetryLoop | StatusLoop
_MOST = 6
"""Attempts that a project may configure itself."""
Bounds = tuple[str, list[Edit]]
"""The condition of the last attempt, "" if the loop counts in another way; the edits that bound the attempts."""


def bounded(loop: AnyLoop) -> Bounds | None:
    """Returns the bounds of a loop; None if it cannot be bounded."""
    if not loop.ranged():
        return _bounded_while(loop)
    counter = _counter(loop)
    if counter is None:
        return None
    name, edits = counter
    condition, more = _last(loop)
    return f"{name} == {condition}", [*edits, *more]


def _most(loop: AnyLoop) -> int:
    """How often a loop is to try."""
    return attempts_of(loop, loop.calls if isinstance(loop, RetryLoop) else (loop.call,))


def _counter(loop: AnyLoop) -> Bounds | None:
    """The name that counts, in place of `_` a new one."""
    if not loop.counter or len(loop.ranged()) > 2:
        return None
    if loop.counter != "_":
        return loop.counter, []
    name = unused(loop.frame, ("attempt", "attempt_number"))
    read = any(isinstance(node, cst.Name) and node.value == "_" for node in walk(loop.node.body))
    assert isinstance(loop.node, cst.For)
    return (name, [replace(loop.frame, loop.node.target, name)]) if name and not read else None


def _last(loop: AnyLoop) -> Bounds:
    """The value that the counter has in the last attempt, of three at most."""
    frame, first, stop = loop.frame, loop.first, loop.ranged()[-1].value
    code = frame.tree.code
    attempts = loop.own_attempts
    allowed = _most(loop)
    if first is not None and attempts is not None and attempts > allowed:
        limit = first + allowed
        text = str(limit) if isinstance(stop, cst.Integer) else f"min({code(stop)}, {limit})"
        return str(limit - 1), [
            replace(frame, stop, text),
            *_compared(loop, (str(first + attempts - 1), f"{code(stop)} - 1"), str(limit - 1)),
        ]
    more = _one_more(loop, stop) if attempts is None and first == 1 else None
    if more is not None:
        return more
    return _last_as_written(loop, stop)


def _last_as_written(loop: AnyLoop, stop: cst.BaseExpression) -> Bounds:
    """The same where the number of attempts is not known, or small."""
    frame, attempts, first, code = loop.frame, loop.own_attempts, loop.first, loop.frame.tree.code
    if attempts is None and first == 0 and _configured(loop, stop) > _own_choice(loop):
        most = f"min({code(stop)}, {_most(loop)})"
        edits = _compared(loop, (f"{code(stop)} - 1",), f"{most} - 1")
        return f"{most} - 1", [replace(frame, stop, most), *edits]
    if isinstance(stop, cst.Integer):
        return str(int(stop.evaluated_value) - 1), []
    if isinstance(stop, cst.BinaryOperation) and isinstance(stop.operator, cst.Add) and code(stop.right) == "1":
        return code(stop.left), []
    return f"{code(stop)} - 1", []


def _one_more(loop: AnyLoop, stop: cst.BaseExpression) -> Bounds | None:
    """The same for `range(1, attempts + 1)`, where a larger number is configured; None for all else."""
    frame, code = loop.frame, loop.frame.tree.code
    added = isinstance(stop, cst.BinaryOperation) and isinstance(stop.operator, cst.Add)
    if not isinstance(stop, cst.BinaryOperation) or not added or code(stop.right) != "1":
        return None
    if _configured(loop, stop.left) <= _own_choice(loop):
        return None
    most = f"min({code(stop.left)}, {_most(loop)})"
    return most, [replace(frame, stop.left, most), *_compared(loop, (code(stop.left),), most)]


def _own_choice(loop: AnyLoop) -> int:
    """How many attempts a project may configure."""
    most = _most(loop)
    return _MOST if most == numbers(loop.frame).attempts else most


def _compared(loop: AnyLoop, old: tuple[str, ...], new: str) -> list[Edit]:
    """Puts the new last value of a counter where the body compares it to the old one."""
    frame = loop.frame
    targets = [
        node.comparisons[0].comparator
        for node in walk(loop.node.body)
        if isinstance(node, cst.Comparison) and len(node.comparisons) == 1
        if isinstance(node.left, cst.Name) and node.left.value == loop.counter
    ]
    return [replace(frame, target, new) for target in targets if frame.tree.code(target) in old]


def _configured(loop: AnyLoop, stop: cst.BaseExpression) -> int:
    """The largest number that the module gives to what a loop counts to, as a default or a constant; 0 if none is."""
    name = loop.frame.tree.code(stop).rpartition(".")[2]
    if not name.isidentifier():
        return 0
    found = loop.frame.scope.module.matches(re.compile(rf"\b{name}\b\s*(?::\s*int\s*)?=\s*(\d+)\b"))
    return max(map(int, found), default=0)


def _bounded_while(loop: AnyLoop) -> Bounds | None:
    if not isinstance(loop.node, cst.While):
        return None
    if not loop.counted:
        return _counted_from_now(loop)
    names = counters(loop.node)
    compared = [
        node
        for node in walk(loop.node)
        if isinstance(node, cst.Comparison) and len(node.comparisons) == 1
        if isinstance(node.left, cst.Name) and node.left.value in names
    ]
    edits = [edit for node in compared for edit in _lowered(loop, node.comparisons[0].comparator)]
    if len(names) == 1 and is_endless(loop.node) and _only_in_handlers(loop, compared):
        most = _most(loop)
        return f"{next(iter(names))} >= {most}", edits  # the other handlers go round without end
    if isinstance(loop, RetryLoop) and not loop.raises_after:
        last, more = last_round(loop, edits)
        return last, [*edits, *more]
    return "", edits


def _goes_down(loop: AnyLoop) -> bool:
    """Whether a loop takes something from a count, so that what is left of it says little."""
    return any(isinstance(node, (cst.SubtractAssign, cst.Subtract)) for node in walk(loop.node))


def _only_in_handlers(loop: AnyLoop, nodes: Sequence[cst.CSTNode]) -> bool:
    """Whether some nodes stand in the handlers of a loop's `try`, and compare a count that goes up."""
    clauses = [clause.node for clause in loop.handlers_of] if isinstance(loop, RetryLoop) else []
    inside = all(any(loop.frame.tree.inside(node, clause) for clause in clauses) for node in nodes)
    return inside and not _goes_down(loop)


def _counted_from_now(loop: AnyLoop) -> Bounds | None:
    """Makes a `for` of a `while True` that success leaves."""
    name = unused(loop.frame, ("attempt", "attempt_number"))
    if not name or not is_endless(loop.node) or loop.node.orelse is not None:
        return None
    most = _most(loop)
    return f"{name} == {most - 1}", [Edit(*loop.head, f"for {name} in range({most})")]


class Consecutive(NamedTuple):
    """A count of failures in a row: its name, the edits that begin it and set it back, what counts in a handler."""

    name: str
    edits: tuple[Edit, ...]

    @property
    def counting(self) -> str:
        """The statement that counts a failure."""
        return f"{self.name} += 1"


def consecutive(loop: RetryLoop) -> Consecutive | None:
    """Counts the failures in a row of a loop that goes on after success, as one that waits for something."""
    frame, body = loop.frame, loop.guard.node.body
    name = unused(frame, ("failures", "failed_attempts", "failures_in_a_row"))
    if not name or Exit.CONTINUE in ways(body) or loop.guard.node.orelse is not None:
        return None
    start, newline = loop.head.start, frame.scope.module.doc.newline
    indent = indentation(frame, start)
    again = at_end(loop, f"{name} = 0")
    above = Edit(start, start, f"{name} = 0{newline}{indent}")
    return Consecutive(name, (above, *again)) if again else None


def at_end(loop: RetryLoop, text: str) -> list[Edit]:
    """Puts a statement at the end of what a loop tries; [] if that is never reached."""
    body = loop.guard.node.body
    if Exit.FALLS not in ways(body) or not isinstance(body, cst.IndentedBlock) or loop.guard.node.orelse is not None:
        return []
    tree, document = loop.frame.tree, loop.frame.scope.module.even
    span = tree.span(body.body[-1])
    row = document.position(span.start + len(document.text[span.start : span.end].rstrip()))[0]
    at = document.starts[row - 1] + len(document.line(row))
    return [Edit(at, at, f"{document.newline}{indentation(loop.frame, span.start)}{text}")]


def _lowered(loop: AnyLoop, node: cst.BaseExpression) -> list[Edit]:
    """Puts three in place of a larger number of attempts, or takes the smaller of it and a constant."""
    most = _most(loop)
    if isinstance(node, cst.Integer):
        return [replace(loop.frame, node, str(most))] if int(node.evaluated_value) > most else []
    value = named(loop.frame, node)
    if isinstance(value, Const) and isinstance(value.value, int) and value.value > most:
        return [replace(loop.frame, node, f"min({loop.frame.tree.code(node)}, {most})")]
    if value is None or not isinstance(value, Const):
        configured = isinstance(node, (cst.Name, cst.Attribute)) and _configured(loop, node) > _own_choice(loop)
        return [replace(loop.frame, node, f"min({loop.frame.tree.code(node)}, {most})")] if configured else []
    return []
