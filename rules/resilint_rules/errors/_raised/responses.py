"""What handlers read of the response of an exception, and responses that are false for an error."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...kit.catalog.records import ResponseFact
from ...kit.exceptions.handlers import Handler, handlers_of
from ...kit.exceptions.hierarchy import is_a
from ...kit.findings import Fix
from ...kit.fixes.edits import replace
from ...kit.interp.calls import Call, Frame, Guard
from ...kit.retries.policies import external
from ...kit.syntax.tree import dotted, walk


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
    """Yields `exc.response` where its truth value decides whether its status is looked at, and it is false then."""
    for handler in handlers_of(guard):
        text = f"{handler.name}.response" if handler.name and handler.names else ""
        if text and _is_false_for_errors(handler):
            for same in (text, *_names_of(handler, text)):
                yield from _tests(handler, same)


def _names_of(handler: Handler, text: str) -> Iterator[str]:
    """Yields the names that a handler gives to an expression: `response = exc.response`."""
    for node in walk(handler.node.body):
        if isinstance(node, cst.Assign) and dotted(node.value) == text:
            yield from (item.target.value for item in node.targets if isinstance(item.target, cst.Name))


def _tests(handler: Handler, text: str) -> Iterator[cst.BaseExpression]:
    """Yields an expression where a handler reads what it stands for only if it is true."""
    for node in walk(handler.node.body):
        if isinstance(node, cst.BooleanOperation):
            right = node.right if isinstance(node.right, cst.Comparison) else None
            reads = right is not None and dotted(node.left) == text and dotted(right.left).startswith(f"{text}.")
            if right is not None and reads and _is_and(node, right) and _compares_error(right):
                yield node.left
        elif isinstance(node, (cst.If, cst.IfExp)) and dotted(node.test) == text and _reads(node.body, text):
            yield node.test


def _reads(top: cst.CSTNode, text: str) -> bool:
    """Whether an attribute of something is read below a node."""
    return any(isinstance(node, cst.Attribute) and dotted(node.value) == text for node in walk(top))


def _is_false_for_errors(handler: Handler) -> bool:
    """Whether the responses of a handler's library are false for error statuses, and the handler catches those."""
    catalog = handler.frame.scope.catalog
    libraries = [library for name in handler.names for library in catalog.libraries(name)]
    facts = [fact for library in libraries for fact in library.facts.values() if isinstance(fact, ResponseFact)]
    raised = {fact.raiser_raises for fact in facts if fact.raiser_raises}
    caught = any(is_a(catalog, error, name) for error in raised for name in handler.names)
    return bool(facts) and caught and all(fact.truth == "status" for fact in facts)


def unguarded_reads(guard: Guard) -> Iterator[cst.Attribute]:
    """Yields what handlers read of the response of an exception that may have none, without a look at it."""
    for handler in handlers_of(guard):
        if not handler.name or not _may_lack_response(handler, guard):
            continue
        text = f"{handler.name}.response"
        if _looks(handler.frame.tree.flat_part(handler.node), text, handler.name):
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
