"""Handlers that look for one error among those that they catch, and let all others vanish with it."""

from __future__ import annotations

import libcst as cst

from ..kit import Around, Call, Guard, Handler, walk

_LITERALS = (cst.SimpleString, cst.Integer, cst.Attribute)
_GROUPS = (cst.Tuple, cst.List, cst.Set)


def picks_one(clause: Handler, lines: list[cst.CSTNode]) -> bool:
    """Whether a handler, given by its statements, consists of a test for one error without an `else`.

    What the test looks at may be computed before it, and is used for nothing else.
    """
    *before, last = lines
    about = names_of_error(clause, before)
    return about is not None and isinstance(last, cst.If) and last.orelse is None and _is_for_one(last.test, about)


def names_of_error(clause: Handler, lines: list[cst.CSTNode]) -> set[str] | None:
    """Returns the names of an error and of what statements compute from it; None if they do anything else."""
    if not clause.name:
        return None
    about = {clause.name}
    for line in lines:
        target = line.targets[0].target if isinstance(line, cst.Assign) and len(line.targets) == 1 else None
        if not isinstance(line, cst.Assign) or not isinstance(target, cst.Name) or not _reads(line.value, about):
            return None
        if _is_used_elsewhere(clause, target.value):
            return None
        about.add(target.value)
    return about


def is_refused(clause: Handler, call: Call) -> bool:
    """Whether a handler catches the error by which a call reports a refusal."""
    return any(clause.catches(error) for error in call.raises("status") or ())


def is_repeated(guard: Guard) -> bool:
    """Whether a loop goes round after a failure, so that all errors lead to another attempt."""
    return any(place.kind is Around.LOOP for place in guard.within)


def _is_for_one(test: cst.BaseExpression, about: set[str]) -> bool:
    """Whether a test compares something of an error with what is written: a status, a code, a text."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    other = test.comparisons[0]
    if isinstance(other.operator, cst.In):
        found = _is_written(other.comparator) if _reads(test.left, about) else isinstance(test.left, cst.SimpleString)
        return found and _reads(test, about)
    return isinstance(other.operator, cst.Equal) and _reads(test.left, about) and _is_written(other.comparator)


def _is_written(node: cst.CSTNode) -> bool:
    if isinstance(node, _GROUPS):
        return all(isinstance(element.value, _LITERALS) for element in node.elements)
    return isinstance(node, _LITERALS)


def _reads(node: cst.CSTNode, names: set[str]) -> bool:
    return any(isinstance(part, cst.Name) and part.value in names for part in walk(node))


def _is_used_elsewhere(clause: Handler, name: str) -> bool:
    """Whether a name occurs in the function outside of a handler."""
    top = clause.frame.node

    def count(node: cst.CSTNode) -> int:
        return sum(isinstance(part, cst.Name) and part.value == name for part in walk(node))

    return top is None or count(top) != count(clause.node)
