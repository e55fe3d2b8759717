"""What handlers read of the response or the text of an exception, and responses that are false for an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..catalog.records import ResponseFact
from ..exceptions.handlers import Handler, handlers_of
from ..exceptions.hierarchy import is_a
from ..findings import Fix
from ..fixes.edits import replace
from ..interp.calls import Call, Frame, Guard
from ..retries.policies import external
from ..syntax.bound_names import values_given
from ..syntax.tree import dotted, walk


def false_tests(call: Call) -> Iterator[cst.BaseExpression]:
    """Yields the names of a response whose truth value stands before `and` and a comparison with an error status."""
    fact, tree = call.answer, call.frame.tree
    if fact is None or fact.truth != "status" or call.response is None or not call.response.truth:
        return
    for _, node in call.response.uses:
        compared = tree.parent(node)
        above = tree.parent(compared) if isinstance(compared, cst.Comparison) and compared.left is node else None
        if isinstance(node, cst.Attribute) and isinstance(compared, cst.Comparison) and _is_and(above, compared):
            assert isinstance(above, cst.BooleanOperation)
            if dotted(above.left) == dotted(node.value) != "" and _compares_error(compared):
                yield above.left


def _is_and(node: cst.CSTNode | None, right: cst.CSTNode) -> bool:
    return isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.And) and node.right is right


def _compares_error(node: cst.Comparison) -> bool:
    """Whether a comparison is true for error statuses alone."""
    target = node.comparisons[0]
    value = target.comparator
    if isinstance(target.operator, cst.In) and isinstance(value, (cst.Tuple, cst.List, cst.Set)):
        return bool(value.elements) and all(_is_error(element.value) for element in value.elements)
    return isinstance(target.operator, (cst.Equal, cst.GreaterThanEqual)) and _is_error(value)


def _is_error(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Integer) and 400 <= node.evaluated_value < 600


def false_tests_of_error(guard: Guard) -> Iterator[cst.BaseExpression]:
    """Yields `exc.response` where its truth value stands before `and` and its status, and its class is false then."""
    for handler in handlers_of(guard):
        text = f"{handler.name}.response" if handler.name and handler.names else ""
        if text and _is_false_for_errors(handler):
            yield from _tests(handler, text)


def _tests(handler: Handler, text: str) -> Iterator[cst.BaseExpression]:
    """Yields an expression where a handler has it before `and` and a comparison of what is read of it."""
    for node in walk(handler.node.body):
        right = node.right if isinstance(node, cst.BooleanOperation) else None
        if not isinstance(node, cst.BooleanOperation) or not isinstance(right, cst.Comparison):
            continue
        reads = dotted(node.left) == text and dotted(right.left).startswith(f"{text}.")
        if reads and _is_and(node, right) and _compares_error(right):
            yield node.left


def _is_false_for_errors(handler: Handler) -> bool:
    """Whether the responses of a handler's library are false for error statuses."""
    libraries = [library for name in handler.names for library in handler.frame.scope.catalog.libraries(name)]
    facts = [fact for library in libraries for fact in library.facts.values() if isinstance(fact, ResponseFact)]
    return bool(facts) and all(fact.truth == "status" for fact in facts)


def unguarded_reads(guard: Guard) -> Iterator[cst.Attribute]:
    """Yields what handlers read of the response of an exception that may have none, without a look at it."""
    for handler in handlers_of(guard):
        if not handler.name or not _may_lack_response(handler, guard):
            continue
        text = f"{handler.name}.response"
        if _looks(handler.frame.tree.source(*handler.frame.tree.span(handler.node)), text, handler.name):
            continue
        for node in walk(handler.node.body):
            if isinstance(node, cst.Attribute) and dotted(node.value) == text:
                yield node
                break


def _looks(code: str, text: str, name: str) -> bool:
    """Whether a handler's text looks at a response, or at the class of its exception, before it reads it."""
    end = re.escape(text)
    return bool(
        re.search(rf"(?:\bif|\bnot|\band|\bor|\belif|=)\s+\(?{end}\b(?!\s*\.)", code)
        or re.search(rf"{end}\s+(?:is|if|and|or)\b|\b(?:isinstance|hasattr|getattr|type)\(\s*{name}\b", code)
        or "AttributeError" in code
        or re.search(rf"\b{name}\.(?:errno|args|__class__)\b", code)
    )


def _may_lack_response(handler: Handler, guard: Guard) -> bool:
    """Whether a handler surely catches a timeout or a failed connection of a call, which has no response."""
    if handler.broad or not handler.names:
        return False
    catalog = guard.frame.scope.catalog
    for call in guard.calls:
        if not external(call) or call.answer is None or not call.answer.raiser_raises:
            continue
        failed = (*(call.raises("timeout") or ()), *(call.raises("connect") or ()))
        if any(is_a(catalog, error, name) for error in failed for name in handler.names):
            return True
    return False


def compare_with_none(frame: Frame, node: cst.BaseExpression) -> list[Fix]:
    """Returns the fix that compares a response with None."""
    text = f"{frame.tree.code(node)} is not None"
    return [Fix(f"Test {text}", (replace(frame, node, text),))]


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
        given = values_given(handler.frame.tree, handler.node.body)
        texts = frozenset(
            name
            for name, values in given.items()
            if all(_is_text(value, handler.name, frozenset()) for value in values)
        )
        for node in walk(handler.node.body):
            status = _searched(node, handler.name, texts) if isinstance(node, cst.Comparison) else ""
            if status and isinstance(node, cst.Comparison):
                yield Search(node, status, handler, call)


def _searched(node: cst.Comparison, error: str, texts: frozenset[str]) -> str:
    """The status that a comparison searches for in the text of an exception; "" for any other comparison.

    `texts` are the names that hold such a text.
    """
    target = node.comparisons[0]
    if (
        len(node.comparisons) != 1
        or not isinstance(target.operator, cst.In)
        or not isinstance(node.left, cst.SimpleString)
    ):
        return ""
    found = _STATUS.fullmatch(str(node.left.raw_value))
    return found.group(1) if found is not None and _is_text(target.comparator, error, texts) else ""


def _is_text(node: cst.BaseExpression, error: str, texts: frozenset[str]) -> bool:
    """Whether an expression is the text of an exception: `str(exc)`, `f"{exc}"`, in small letters perhaps."""
    if isinstance(node, cst.Name):
        return node.value in texts
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _FOLDS:
        return _is_text(node.func.value, error, texts)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in ("str", "repr"):
        value: cst.CSTNode | None = node.args[0].value if len(node.args) == 1 else None
    elif isinstance(node, cst.FormattedString) and len(node.parts) == 1:
        part = node.parts[0]
        value = part.expression if isinstance(part, cst.FormattedStringExpression) else None
    else:
        return False
    return isinstance(value, cst.Name) and value.value == error


def compare_status(search: Search) -> list[Fix]:
    """Returns the fix that compares the status; none where the exception may have no response."""
    fact, handler = search.call.answer, search.clause
    if fact is None or "status_code" not in fact.checks or set(handler.names) != {fact.raiser_raises}:
        return []
    text = f"{handler.name}.response.status_code == {search.status}"
    return [Fix(f"Compare {text}", (replace(handler.frame, search.node, text),))]
