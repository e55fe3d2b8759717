"""Keyed digests, and the expressions that carry one: encoded, prefixed, named, or returned by a function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

import libcst as cst

from ..kit.effects.followed import called_function
from ..kit.entry_points.sent import is_sent, may_be_no_text, spine
from ..kit.findings import Applicability, Fix
from ..kit.fixes.constant_time import Operand, compare_in_constant_time
from ..kit.interp.call_kinds import DigestCall
from ..kit.interp.calls import Frame
from ..kit.interp.values import Const, Function, Ref, Unknown
from ..kit.syntax.tree import Tree, children, walk

_KEEPS = frozenset(
    ("decode", "encode", "lower", "upper", "strip", "rstrip", "lstrip", "hex", "format", "join", "replace")
)
"""Methods after which text or bytes still hold what they held."""
_ENCODES = (
    "base64.b64encode", "base64.urlsafe_b64encode", "base64.standard_b64encode", "base64.b16encode", "base64.b32encode",
    "base64.encodebytes", "binascii.hexlify", "binascii.b2a_base64", "str", "bytes", "format",
)  # fmt: skip
_BYTES = ("digest", "encode", "bytes", "hexlify")
_TEXT = ("hexdigest", "decode", "hex", "str", "format")
_COMPARES = re.compile(r"[=!]=")
_DEPTH = 6
_OTHERS = (cst.FunctionDef, cst.Lambda, cst.ClassDef)


def digest_in(frame: Frame, node: cst.CSTNode, depth: int = _DEPTH) -> DigestCall | None:
    """Returns the call that makes the digest in an expression; None if there is none or it cannot be seen."""
    if depth <= 0:
        return None
    if isinstance(node, cst.Name):
        return _named(frame, node.value, depth)
    if isinstance(node, cst.Call):
        return _called(frame, node, depth)
    if isinstance(node, cst.FormattedString):
        parts = [part.expression for part in node.parts if isinstance(part, cst.FormattedStringExpression)]
        return _first(frame, parts, depth) if len(parts) == 1 else None
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, (cst.Add, cst.Modulo)):
        return _first(frame, [node.left, node.right], depth)
    return None


def _first(frame: Frame, nodes: list[cst.BaseExpression], depth: int) -> DigestCall | None:
    return next((found for node in nodes if (found := digest_in(frame, node, depth - 1)) is not None), None)


def _called(frame: Frame, node: cst.Call, depth: int) -> DigestCall | None:
    made = frame.calls.get(id(node))
    if isinstance(made, DigestCall):
        return made if made.fact.form == "value" else None
    func = node.func
    if isinstance(func, cst.Attribute):
        name = func.attr.value
        read = _object(frame, func.value, depth)
        if read is not None:
            return read if name in read.fact.reads else None
        if name in _KEEPS:
            inner = digest_in(frame, func.value, depth - 1)
            if inner is not None or name != "format":
                return inner
            return _first(frame, [arg.value for arg in node.args], depth)
    target = _target(frame, func)
    if isinstance(target, Ref) and target.name in _ENCODES and node.args:
        return digest_in(frame, node.args[0].value, depth - 1)
    if isinstance(target, Unknown):
        target = called_function(frame, node)
    if isinstance(target, Function):
        return _returned_digest(frame, target, depth)
    return None


def _target(frame: Frame, func: cst.CSTNode) -> object:
    """Returns what a called name stands for: a function of the module, of `self`, or of a library."""
    if isinstance(func, cst.Name):
        return frame.lookup(func.value) or Ref(func.value)
    if isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name):
        owner = frame.lookup(func.value.value)
        if isinstance(owner, Ref):
            return Ref(f"{owner.name}.{func.attr.value}")
        return frame.scope.session.attribute(owner, func.attr.value) if owner is not None else None
    return None


def _object(frame: Frame, node: cst.CSTNode, depth: int) -> DigestCall | None:
    """Returns the call that makes the digest object of an expression; None if it is no digest object."""
    if isinstance(node, cst.Call):
        made = frame.calls.get(id(node))
        return made if isinstance(made, DigestCall) and made.fact.form == "object" else None
    if isinstance(node, cst.Name):
        key = _object, node.value, depth
        if key not in frame.derived:
            values = _assigned(frame, node.value)
            found = {_object(item, value, depth - 1) if depth > 1 else None for item, value in values}
            frame.derived[key] = found.pop() if len(found) == 1 else None
        return cast("DigestCall | None", frame.derived[key])
    return None


def _named(frame: Frame, name: str, depth: int) -> DigestCall | None:
    """Returns the digest that a name holds; None if anything else is assigned to it in its function."""
    key = _named, name, depth
    if key not in frame.derived:
        found = [digest_in(item, value, depth - 1) for item, value in _assigned(frame, name)]
        frame.derived[key] = found[0] if found and all(digest is not None for digest in found) else None
    return cast("DigestCall | None", frame.derived[key])


def _assigned(frame: Frame, name: str) -> list[tuple[Frame, cst.BaseExpression]]:
    """Returns the expressions that are assigned to a local name, with the frame that has it."""
    at: Frame | None = frame
    while at is not None:
        top = at.node if at.node is not None else at.tree.module
        found = [(at, value) for value in at.tree.derived(_values, top).get(name, ())]
        if found:
            return found
        at = at.outer
    return []


def _values(_: Tree, top: cst.CSTNode) -> dict[str, list[cst.BaseExpression]]:
    """The expressions that a function assigns to its local names."""
    found: dict[str, list[cst.BaseExpression]] = {}
    for node in _within(top):
        if isinstance(node, cst.Assign):
            for name in {bound.target.value for bound in node.targets if isinstance(bound.target, cst.Name)}:
                found.setdefault(name, []).append(node.value)
        elif isinstance(node, (cst.AnnAssign, cst.NamedExpr)) and isinstance(node.target, cst.Name):
            found.setdefault(node.target.value, []).extend([node.value] if node.value is not None else [])
    return found


def _within(top: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yields the nodes of a function, except those of functions inside it."""
    stack = [top]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(inner for inner in children(node) if not isinstance(inner, _OTHERS))


def _returned_digest(frame: Frame, function: Function, depth: int) -> DigestCall | None:
    """Returns the digest that a function of the project returns on every path; else None."""
    inner = frame.scope.session.frame(function)
    if inner is None or inner.node is None or inner is frame:
        return None
    returned = [node.value for node in _within(inner.node) if isinstance(node, cst.Return)]
    found = [digest_in(inner, value, depth - 1) if value is not None else None for value in returned]
    return found[0] if found and all(digest is not None for digest in found) else None


def is_bytes(frame: Frame, node: cst.CSTNode) -> bool | None:
    """Whether an expression that carries a digest is bytes (True) or text (False); None if that cannot be seen."""
    if isinstance(node, cst.Name):
        key = is_bytes, node.value
        if key not in frame.derived:
            frame.derived[key] = None  # the answer to a question from inside its own
            frame.derived[key] = _agreed({is_bytes(item, value) for item, value in _assigned(frame, node.value)})
        return cast("bool | None", frame.derived[key])
    if isinstance(node, cst.FormattedString):
        return False
    if isinstance(node, cst.BinaryOperation):
        return _agreed({is_bytes(frame, node.left), is_bytes(frame, node.right)} - {None})
    if isinstance(node, cst.SimpleString):
        return "b" in node.prefix.lower()
    return _gives_bytes(frame, node) if isinstance(node, cst.Call) else None


def _agreed(kinds: set[bool | None]) -> bool | None:
    """Returns what all of several expressions are; None if they differ or there are none."""
    return next(iter(kinds)) if len(kinds) == 1 else None


def _gives_bytes(frame: Frame, node: cst.Call) -> bool | None:
    """Whether the result of a call is bytes (True) or text (False); None if that cannot be seen."""
    name = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")
    if isinstance(frame.calls.get(id(node)), DigestCall) or name in _BYTES or "64encode" in name:
        return True
    if name in _TEXT:
        return False
    if isinstance(node.func, cst.Attribute) and name in _KEEPS:
        return is_bytes(frame, node.func.value)
    target = _target(frame, node.func)
    inner = frame.scope.session.frame(target) if isinstance(target, Function) else None
    if inner is None or inner.node is None:
        return None
    returned = [child.value for child in walk(inner.node) if isinstance(child, cst.Return)]
    return _agreed({is_bytes(inner, value) for value in returned if value is not None})


def digest_comparisons(frame: Frame) -> Iterator[tuple[Frame, cst.Comparison, int, DigestCall]]:
    """Yields comparisons by `==` or `!=` of a digest that is made in this frame with a value from elsewhere.

    The tuple holds the frame of the comparison, its node, the index of the side with the digest, and the
    call that makes it. For a function that returns its digest, the callers in its module are searched, too.
    """
    if not frame.scope.mentions_library("digest"):
        return
    for place in (frame, *_callers(frame)):
        for node, _ in place.compares.values():
            if len(node.comparisons) != 1 or not isinstance(node.comparisons[0].operator, (cst.Equal, cst.NotEqual)):
                continue
            sides = (node.left, node.comparisons[0].comparator)
            made = [digest_in(place, side) for side in sides]
            side = 0 if made[0] is not None else 1
            found, other = made[side], sides[1 - side]
            if found is None or made[1 - side] is not None or not _foreign(place, other):
                continue
            if found.frame is frame or (place is frame and found.frame in _around(frame)):
                yield place, node, side, found


def _around(frame: Frame) -> Iterator[Frame]:
    while frame.outer is not None:
        frame = frame.outer
        yield frame


def _foreign(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether an expression is no literal, and no constant of the module."""
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString, cst.Integer)):
        return False
    value = frame.lookup(node.value) if isinstance(node, cst.Name) else None
    return not (isinstance(node, cst.Name) and (node.value in ("None", "True", "False") or isinstance(value, Const)))


def _callers(frame: Frame) -> list[Frame]:
    """Returns the functions of the module that call this one and compare values, if this one returns a digest."""
    node = frame.node
    makes = any(isinstance(call, DigestCall) for call in frame.calls.values())
    if frame.outer is not None or not makes or not isinstance(node, cst.FunctionDef):
        return []
    if not any(isinstance(place, cst.Return) and place.value is not None for place in _within(node)):
        return []
    scope, name = frame.scope, node.name.value
    found: list[Frame] = []
    callers = scope.module.functions_mentioning(name, re.compile(rf"\b{name}\s*\("), _COMPARES)
    for function in scope.module.chosen(callers):
        caller = scope.frame(function)
        if caller is not None and caller is not frame:
            found.extend(caller.all_frames())
    return found


def compare_signatures(frame: Frame, node: cst.Comparison, side: int, made: DigestCall) -> list[Fix]:
    """Returns the fix that compares in constant time, as bytes; a value that may be missing counts as empty.

    It is safe where the other side is text that a request has brought, or the annotation says what it is. Of anything
    else than text or bytes `==` makes a False, and the comparison an error.
    """
    if not made.fact.compare:
        return []
    other = (node.left, node.comparisons[0].comparator)[1 - side]
    digest = (node.left, node.comparisons[0].comparator)[side]
    binary = is_bytes(frame, digest)
    odd = binary is False and may_be_no_text(frame, other)
    absent = binary is not None and not odd and _may_be_missing(frame, other)
    operands = [Operand(digest, binary), Operand(other, binary, absent=absent, odd=odd)]
    left, right = operands if side == 0 else operands[::-1]
    edit, imports = compare_in_constant_time(frame, node, (left, right), made.fact.compare)
    certain = odd or (binary is not None and _is_certain(frame, other, binary=binary))
    applicability: Applicability = "safe" if certain else "unsafe"
    return [Fix("Compare in constant time", (edit,), imports, applicability)]


def _is_certain(frame: Frame, node: cst.BaseExpression, *, binary: bool, seen: set[str] | None = None) -> bool:
    """Whether a value demonstrably is text, or bytes, or missing; names that were `seen` on the way decide nothing."""
    given = is_bytes(frame, node)
    if given is not None:
        return given is binary
    if not binary and is_sent(frame, node) and spine(node).endswith(("[]", "()")):
        return True
    if isinstance(node, cst.Name):
        seen = set() if seen is None else seen
        if node.value in seen:
            return True
        seen.add(node.value)
        values = _assigned(frame, node.value)
        if values:
            return all(_is_certain(at, value, binary=binary, seen=seen) for at, value in values)
        kind = "bytes" if binary else "str"
        return re.match(rf"(?:Annotated\[|Optional\[)?{kind}\b", _annotation(frame, node.value)) is not None
    return False


def _annotation(frame: Frame, name: str) -> str:
    """What is written as the type of a parameter."""
    params = frame.node.params if isinstance(frame.node, cst.FunctionDef) else cst.Parameters()
    for param in (*params.posonly_params, *params.params, *params.kwonly_params):
        if param.name.value == name and param.annotation is not None:
            return frame.tree.code(param.annotation.annotation)
    return ""


def _may_be_missing(frame: Frame, node: cst.CSTNode, seen: set[str] | None = None) -> bool:
    """Whether a value may be None, as far as can be seen: a look-up without a default, a name without a test.

    Names that were `seen` on the way decide nothing.
    """
    if isinstance(node, cst.Subscript):
        return False
    if isinstance(node, cst.Call):
        name = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
        return name == "get" and len(node.args) < 2
    if not isinstance(node, cst.Name):
        return isinstance(node, cst.Attribute)
    top = frame.node if frame.node is not None else frame.tree.module
    known = frame.tree.derived(_may_be_none, top).get(node.value)
    if known is not None:
        return known
    seen = set() if seen is None else seen
    if node.value in seen:
        return False
    seen.add(node.value)
    values = _assigned(frame, node.value)
    return not values or any(_may_be_missing(at, value, seen) for at, value in values)


_TESTED = re.compile(r"\b\w+\b(?!\s*[\[.(])")
"""A name in a condition that is tested itself, and not something that is read from it."""


def _may_be_none(tree: Tree, top: cst.CSTNode) -> dict[str, bool]:
    """For the names that a function tests, or has as annotated parameters, whether they may be None."""
    found: dict[str, bool] = {}
    for place in _within(top):
        if isinstance(place, (cst.If, cst.IfExp)):
            for name in _TESTED.findall(tree.code(place.test)):
                found.setdefault(name, False)
        elif isinstance(place, cst.Param) and place.annotation is not None:
            found.setdefault(place.name.value, tree.code(place.annotation.annotation) not in ("str", "bytes"))
    return found
