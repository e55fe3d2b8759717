"""Where a handler searches the text of an exception for a status that the exception itself has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ...kit.exceptions.handlers import Handler, handlers_of
from ...kit.findings import Fix
from ...kit.fixes.edits import replace
from ...kit.interp.calls import Call, Guard
from ...kit.syntax.bound_names import values_given
from ...kit.syntax.idioms import last_name
from ...kit.syntax.tree import dotted, walk

_STATUS = re.compile(r"\W*([45]\d\d)(?!\d)[ \w:.)'-]{0,40}")
"""A text that is a status, with its phrase perhaps."""
_PHRASE = re.compile(
    r"(?:[\w:' -]{0,30}\b(?:errors?|http|status|code|returned|response)\b)?[\W_]*([45]\d\d)(?!\w)[ \w:.'-]{0,40}",
    re.IGNORECASE,
)
"""The beginning or the whole of a library's text about a status: `Client error '404`, `500 Server Error`."""
_IN_PATTERN = re.compile(r"(?<![\d\\])[45](?:\d\d(?!\d)|\d?\[\d[\d-]*\]|\\d\\d)")
"""A status in a regular expression: `429`, `50[234]`, `5\\d\\d`."""
_FOLDS = ("lower", "upper", "strip", "casefold")
_FINDS = ("find", "index", "count")
_CUTS = ("split", "partition", "rsplit", "rpartition")
_BEGINS = ("startswith", "endswith")
_MATCHES = ("re.search", "re.match", "re.findall", "re.fullmatch")


class Search(NamedTuple):
    """A search of the text of an exception for a status, its handler, and the call that raised it."""

    node: cst.BaseExpression
    status: str
    """The one status; "" where several are searched for, or in another way than by `in`."""
    clause: Handler
    call: Call
    worded: bool = False
    """Whether the wording of the text has to be the expected one."""


class _Text(NamedTuple):
    """The name of an exception, and the names that hold its text."""

    error: str
    names: frozenset[str]


def searches(guard: Guard) -> Iterator[Search]:
    """Yields where handlers search the text of what a call raises for its status, or what the check of it raises."""
    for handler in handlers_of(guard):
        call = next((call for call in guard.calls if handler.name and _may_raise_status(handler, call)), None)
        if call is None:
            continue
        text = _texts(handler)
        for node in walk(handler.node.body):
            status = _searched(node, text)
            if isinstance(node, cst.BaseExpression):
                if status is not None:
                    yield Search(node, status, handler, call)
                elif worded := _worded(node, text):
                    yield Search(node, worded, handler, call, worded=True)


def _may_raise_status(handler: Handler, call: Call) -> bool:
    """Whether a handler surely catches what an error status becomes, by a check or in the library itself."""
    if handler.catches_status_error(call):
        return True
    raised = call.raises("status") if call.answer is None else None
    return bool(raised) and all(handler.catches(name) for name in raised or ())


def _texts(handler: Handler) -> _Text:
    given = values_given(handler.frame.tree, handler.node.body)
    bare = _Text(handler.name, frozenset())
    return _Text(
        handler.name,
        frozenset(name for name, values in given.items() if all(_is_text(value, bare) for value in values)),
    )


def _searched(node: cst.CSTNode, text: _Text) -> str | None:
    """What an expression searches for in the text of an exception; None if it does not, "" if that is no one status."""
    if isinstance(node, cst.Comparison):
        return _compared(node, text)
    if not isinstance(node, cst.Call) or len(node.args) < 1:
        return None
    if last_name(node) == "any" and isinstance(node.args[0].value, cst.GeneratorExp):
        return "" if _any_of(node.args[0].value, text) else None
    if dotted(node.func) in _MATCHES and len(node.args) > 1 and _is_text(node.args[1].value, text):
        pattern = node.args[0].value
        found = isinstance(pattern, cst.SimpleString) and _IN_PATTERN.search(str(pattern.raw_value))
        return "" if found else None
    return None


def _worded(node: cst.CSTNode, text: _Text) -> str:
    """The status of which an expression expects a wording in the text of an exception; "" for other expressions.

    `str(exc).startswith("404")`, `"Client error '404" in str(exc)`, `str(exc).split()[0] == "404"`.
    """
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _BEGINS:
        begins = len(node.args) == 1 and _is_text(node.func.value, text)
        return _status(node.args[0].value, _PHRASE) if begins else ""
    if not isinstance(node, cst.Comparison) or len(node.comparisons) != 1:
        return ""
    target, left = node.comparisons[0], node.left
    if isinstance(target.operator, cst.In):
        return _status(left, _PHRASE) if _is_text(target.comparator, text) else ""
    if isinstance(target.operator, cst.Equal) and _is_part(left, text):
        number = target.comparator
        if isinstance(number, cst.Integer):
            return number.value if isinstance(left, cst.Call) and 400 <= number.evaluated_value <= 599 else ""
        return _status(number, _PHRASE)
    return ""


def _is_part(node: cst.BaseExpression, text: _Text) -> bool:
    """Whether an expression is the text of an exception, or a part of it: `str(exc)[:3]`, `str(exc).split()[0]`."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "int":
        return len(node.args) == 1 and _is_part(node.args[0].value, text)
    if isinstance(node, cst.Subscript) and not _is_text(node, text):
        return _is_part(node.value, text)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _CUTS:
        return _is_part(node.func.value, text)
    return _is_text(node, text)


def _compared(node: cst.Comparison, text: _Text) -> str | None:
    if len(node.comparisons) != 1:
        return None
    target, left = node.comparisons[0], node.left
    if isinstance(target.operator, (cst.In, cst.NotIn)):
        status = _status(left)
        if not status or not _is_text(target.comparator, text):
            return None
        return status if isinstance(target.operator, cst.In) else ""
    if isinstance(left, cst.Call) and isinstance(left.func, cst.Attribute) and left.func.attr.value in _FINDS:
        found = len(left.args) == 1 and _status(left.args[0].value) and _is_text(left.func.value, text)
        return "" if found else None
    return None


def _status(node: cst.BaseExpression, pattern: re.Pattern[str] = _STATUS) -> str:
    """The status that a text in the code is; "" if it is none."""
    found = pattern.fullmatch(str(node.raw_value)) if isinstance(node, cst.SimpleString) else None
    return found.group(1) if found is not None else ""


def _any_of(generator: cst.GeneratorExp, text: _Text) -> bool:
    """Whether one of several texts, a status among them, is searched for: `any(s in str(exc) for s in LIST)`."""
    one, loop = generator.elt, generator.for_in
    if not isinstance(one, cst.Comparison) or len(one.comparisons) != 1 or not isinstance(loop.target, cst.Name):
        return False
    target = one.comparisons[0]
    if not isinstance(target.operator, cst.In) or dotted(one.left) != loop.target.value:
        return False
    listed = loop.iter.elements if isinstance(loop.iter, (cst.Tuple, cst.List, cst.Set)) else ()
    return any(_status(element.value) for element in listed) and _is_text(target.comparator, text)


def _is_text(node: cst.BaseExpression, text: _Text) -> bool:
    """Whether an expression is the text of an exception: `str(exc)`, `f"no: {exc}"`, `exc.args[0]`, folded perhaps."""
    if isinstance(node, cst.Name):
        return node.value in text.names
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _FOLDS:
        return _is_text(node.func.value, text)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in ("str", "repr"):
        return len(node.args) == 1 and _is_error(node.args[0].value, text.error)
    if isinstance(node, cst.FormattedString):
        parts = [part.expression for part in node.parts if isinstance(part, cst.FormattedStringExpression)]
        return len(parts) == 1 and _is_error(parts[0], text.error)
    return isinstance(node, cst.Subscript) and dotted(node.value) == f"{text.error}.args"


def _is_error(node: cst.CSTNode, error: str) -> bool:
    """Whether an expression is an exception, or the first of its arguments."""
    if isinstance(node, cst.Subscript):
        return dotted(node.value) == f"{error}.args"
    return isinstance(node, cst.Name) and node.value == error


def compare_status(search: Search) -> list[Fix]:
    """Returns the fix that compares the status; none where the exception may have no response."""
    fact, handler = search.call.answer, search.clause
    if not search.status or fact is None or "status_code" not in fact.checks:
        return []
    if set(handler.names) != {fact.raiser_raises}:
        return []
    text = f"{handler.name}.response.status_code == {search.status}"
    return [Fix(f"Compare {text}", (replace(handler.frame, search.node, text),))]
