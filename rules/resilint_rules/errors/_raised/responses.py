"""What handlers read of the response of an exception, and responses that are false for an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from ...kit.catalog.records import ResponseFact
from ...kit.exceptions.handlers import Handler, caught, handlers_of
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
            before = _last(above.left)
            if dotted(before) == dotted(node.value) != "" and _compares_error(compared):
                yield before


def _last(node: cst.BaseExpression) -> cst.BaseExpression:
    """What is tested last of several conditions that must all hold."""
    while isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.And):
        node = node.right
    return node


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
        if text and _is_false_for_errors(handler.frame, handler.names):
            for same in (text, *_names_of(handler, text)):
                yield from _tests(handler.node.body, same)


def false_tests_of_argument(frame: Frame) -> Iterator[cst.BaseExpression]:
    """Yields `exc.response` in the same way, where a function is given an exception.

    Its class is that of the annotation, or of `isinstance`.
    """
    if not isinstance(frame.node, cst.FunctionDef) or not _RESPONSE_AND.search(frame.tree.flat):
        return
    named = {param.name.value: param.annotation for param in frame.node.params.params}
    for name, annotation in named.items():
        kinds = [annotation.annotation] if annotation is not None else list(_instances(frame.node.body, name))
        found = [caught(frame, kind) for kind in kinds]
        classes = [one for names in found for one in names or ("",)]
        if classes and "" not in classes and _is_false_for_errors(frame, classes):
            yield from _tests(frame.node.body, f"{name}.response")


_RESPONSE_AND = re.compile(r"\.response\s+and\b|\bif\s+\w+\.response\b")


def _instances(top: cst.CSTNode, name: str) -> Iterator[cst.BaseExpression]:
    """Yields the classes of which a function asks whether an argument is one."""
    for node in walk(top):
        asks = isinstance(node, cst.Call) and dotted(node.func) == "isinstance" and len(node.args) == 2
        if asks and isinstance(node, cst.Call) and dotted(node.args[0].value) == name:
            yield node.args[1].value


def _names_of(handler: Handler, text: str) -> Iterator[str]:
    """Yields the names that a handler gives to an expression: `response = exc.response`."""
    for node in walk(handler.node.body):
        if isinstance(node, cst.Assign) and dotted(node.value) == text:
            yield from (item.target.value for item in node.targets if isinstance(item.target, cst.Name))


def _tests(top: cst.CSTNode, text: str) -> Iterator[cst.BaseExpression]:
    """Yields an expression where what it stands for is read only if it is true."""
    for node in walk(top):
        if isinstance(node, cst.BooleanOperation):
            before, right = _last(node.left), node.right if isinstance(node.right, cst.Comparison) else None
            reads = right is not None and dotted(before) == text and dotted(right.left).startswith(f"{text}.")
            if right is not None and reads and _is_and(node, right) and _compares_error(right):
                yield before
        elif isinstance(node, (cst.If, cst.IfExp)) and dotted(node.test) == text and _reads(node.body, text):
            yield node.test


def _reads(top: cst.CSTNode, text: str) -> bool:
    """Whether an attribute of something is read below a node."""
    return any(isinstance(node, cst.Attribute) and dotted(node.value) == text for node in walk(top))


def _is_false_for_errors(frame: Frame, classes: Sequence[str]) -> bool:
    """Whether the responses of the library of some exceptions are false for error statuses, which are among them."""
    catalog = frame.scope.catalog
    libraries = [library for name in classes for library in catalog.libraries(name)]
    facts = [fact for library in libraries for fact in library.facts.values() if isinstance(fact, ResponseFact)]
    raised = {fact.raiser_raises for fact in facts if fact.raiser_raises}
    are_raised = any(is_a(catalog, error, name) for error in raised for name in classes)
    return bool(facts) and are_raised and all(fact.truth == "status" for fact in facts)


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
