"""Searches for a status in the text of an exception."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit.exceptions.handlers import Handler, handlers_of
from ..kit.findings import Fix
from ..kit.fixes.edits import replace
from ..kit.interp.calls import Call, Guard
from ..kit.syntax.tree import walk

_STATUS = re.compile(r"\W*([45]\d\d)(?!\d)[ \w:.-]{0,40}")
"""A text that is a status, with its phrase perhaps."""
_FOLDS = ("lower", "upper", "strip", "casefold")


class Search(NamedTuple):
    """A comparison that searches the text of an exception for a status, its handler, and the call that raised it."""

    node: cst.Comparison
    status: str
    clause: Handler
    call: Call


def searches(guard: Guard) -> Iterator[Search]:
    """Yields where handlers search the text of what the check of a call's status raises."""
    for handler in handlers_of(guard):
        call = next((call for call in guard.calls if handler.name and handler.catches_status_error(call)), None)
        if call is None:
            continue
        for node in walk(handler.node.body):
            status = _searched(node, handler.name) if isinstance(node, cst.Comparison) else ""
            if status and isinstance(node, cst.Comparison):
                yield Search(node, status, handler, call)


def _searched(node: cst.Comparison, name: str) -> str:
    """The status that a comparison searches for in the text of an exception; "" for any other comparison."""
    target = node.comparisons[0]
    if (
        len(node.comparisons) != 1
        or not isinstance(target.operator, cst.In)
        or not isinstance(node.left, cst.SimpleString)
    ):
        return ""
    found = _STATUS.fullmatch(str(node.left.raw_value))
    return found.group(1) if found is not None and _is_text(target.comparator, name) else ""


def _is_text(node: cst.BaseExpression, name: str) -> bool:
    """Whether an expression is the text of an exception: `str(exc)`, `f"{exc}"`, in small letters perhaps."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _FOLDS:
        return _is_text(node.func.value, name)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in ("str", "repr"):
        value: cst.CSTNode | None = node.args[0].value if len(node.args) == 1 else None
    elif isinstance(node, cst.FormattedString) and len(node.parts) == 1:
        part = node.parts[0]
        value = part.expression if isinstance(part, cst.FormattedStringExpression) else None
    else:
        return False
    return isinstance(value, cst.Name) and value.value == name


def compare_status(search: Search) -> list[Fix]:
    """Returns the fix that compares the status; none where the exception may have no response."""
    fact, handler = search.call.answer, search.clause
    if fact is None or "status_code" not in fact.checks or set(handler.names) != {fact.raiser_raises}:
        return []
    text = f"{handler.name}.response.status_code == {search.status}"
    return [Fix(f"Compare {text}", (replace(handler.frame, search.node, text),))]
