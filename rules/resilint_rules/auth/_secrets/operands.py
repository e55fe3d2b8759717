"""Which side of a comparison is bytes, may be missing, or is no text: what the fix has to know of it."""

from __future__ import annotations

import re

import libcst as cst

from ...kit import Const, Fix, Frame
from ...kit.entry_points.sent import may_be_no_text
from ...kit.fixes.constant_time import Operand, compare_in_constant_time
from ...kit.syntax.bound_names import followed
from ...kit.syntax.tree import Tree, dotted, walk
from .comparisons import LOOKS_UP, WRAPS, SecretComparison, values_of

_TEXT = re.compile(r"(?:Annotated\[)?str\b(?!\s*\|)")
_NONE = re.compile(r"\bNone\b")


def compare_secrets(frame: Frame, found: SecretComparison) -> Fix:
    """Returns the fix that compares in constant time; who brings nothing, or where nothing is kept, is refused."""
    binary = any(_is_binary(frame, side) for side in (found.given, found.kept))
    odd = not binary and may_be_no_text(frame, found.given)
    given = Operand(found.given, binary, absent=not binary and not odd and _may_be_absent(frame, found.given), odd=odd)
    kept = Operand(found.kept, binary, vital=not binary and _may_be_none(frame, found.kept))
    operands = (given, kept) if found.node.left is found.given else (kept, given)
    module = frame.scope.module
    known = "secrets" in module.imports or not module.mentions_name("secrets")
    function = f"{'secrets' if known else 'hmac'}.compare_digest"
    edit, imports = compare_in_constant_time(frame, found.node, operands, function)
    return Fix("Compare in constant time", (edit,), imports)


def _is_binary(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether a value is bytes, as far as can be seen."""

    def given(value: cst.BaseExpression) -> list[cst.BaseExpression]:
        if isinstance(value, cst.Name):
            return values_of(frame, value.value)
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute):
            name = value.func.attr.value
            return [value.func.value] if name in WRAPS and name not in ("encode", "decode") else []
        return []

    values = followed(node, given)
    return bool(values) and all(map(_makes_bytes, values))


def _makes_bytes(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.SimpleString):
        return "b" in node.prefix.lower()
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return node.func.attr.value in ("encode", "digest", "b64decode")
    return isinstance(node, cst.Call) and dotted(node.func) == "bytes"


def _may_be_absent(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether what a request brought may be None: unless it is tested, has a default, or has to be there."""

    def given(value: cst.BaseExpression) -> list[cst.BaseExpression]:
        if isinstance(value, cst.NamedExpr):
            return [value.value]
        return values_of(frame, value.value) if isinstance(value, cst.Name) and not _is_tested(frame, value) else []

    return any(_is_absent(frame, value) for value in followed(node, given))


def _is_absent(frame: Frame, node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return node.func.attr.value in LOOKS_UP and len(node.args) < 2
    if isinstance(node, (cst.Name, cst.Attribute)) and _is_tested(frame, node):
        return False
    if isinstance(node, cst.Name):
        return not _is_text(frame, node.value)
    return isinstance(node, cst.Attribute) and node.attr.value != "credentials"


def _may_be_none(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether what is kept may be None or empty, and can be named twice."""
    if isinstance(node, (cst.Name, cst.Attribute)) and _is_tested(frame, node):
        return False
    if isinstance(node, cst.Name):
        value = frame.lookup(node.value)
        if isinstance(value, Const) and isinstance(value.value, str) and value.value:
            return False
        return not _is_text(frame, node.value) and any(map(_is_open, values_of(frame, node.value) or [node]))
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return node.func.attr.value in LOOKS_UP and len(node.args) < 2
    return isinstance(node, cst.Attribute) or (isinstance(node, cst.Subscript) and _is_open(node))


def _is_open(node: cst.BaseExpression) -> bool:
    """Whether a value may be None: no text is, nor what the environment has to hold."""
    if isinstance(node, (cst.FormattedString, cst.SimpleString, cst.BinaryOperation)):
        return False
    return not (isinstance(node, cst.Subscript) and dotted(node.value).endswith("environ"))


def _is_tested(frame: Frame, node: cst.Name | cst.Attribute) -> bool:
    """Whether the function asks whether something is there before it uses it."""
    tests = frame.tree.derived(_tests, frame.tree.module)
    start = frame.tree.span(node).start
    return any(place < start for place in tests.get(frame.tree.code(node), ()))


def _tests(tree: Tree, top: cst.CSTNode) -> dict[str, list[int]]:
    """Where conditions ask whether names and attributes are there: `not x`, `x is None`, or `x` itself."""
    found: dict[str, list[int]] = {}
    for node in walk(top):
        name: cst.CSTNode | None = None
        if isinstance(node, cst.UnaryOperation):
            name = node.expression if isinstance(node.operator, cst.Not) else None
        elif isinstance(node, cst.Comparison):
            name = node.left if isinstance(node.comparisons[0].operator, (cst.Is, cst.IsNot)) else None
        elif isinstance(node, cst.BooleanOperation):
            name = node.left
        elif isinstance(node, (cst.If, cst.IfExp, cst.Assert)):
            name = node.test
        if isinstance(name, (cst.Name, cst.Attribute)):
            found.setdefault(tree.code(name), []).append(tree.span(name).start)
    return found


def _is_text(frame: Frame, name: str) -> bool:
    """Whether a parameter is annotated as text, and is not None by default."""
    node = frame.node
    for param in (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params) if node else ():
        if param.name.value == name and param.annotation is not None:
            default = frame.tree.code(param.default) if param.default is not None else ""
            annotation = frame.tree.code(param.annotation.annotation)
            return _TEXT.match(annotation) is not None and not _NONE.search(annotation + default)
    return False
