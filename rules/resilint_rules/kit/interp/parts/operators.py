"""Literals and operators: expressions whose value is computed from constants."""

from __future__ import annotations

import operator
from typing import Any

import libcst as cst

from ..body_checks import tested
from ..context import Context, Table
from ..values import UNKNOWN, Const, Instance, OneOf, Ref, Unknown, Value, join, options, present

_FOLDS: dict[type, Any] = {
    cst.Add: operator.add,
    cst.Subtract: operator.sub,
    cst.Multiply: operator.mul,
    cst.Divide: operator.truediv,
    cst.FloorDivide: operator.floordiv,
}


def _string(ctx: Context, node: cst.SimpleString | cst.ConcatenatedString) -> Value:
    if isinstance(node, cst.ConcatenatedString) and not isinstance(node.right, cst.SimpleString):
        ctx.value(node.right)
        return _string(ctx, node.left) if isinstance(node.left, cst.SimpleString) else UNKNOWN
    if isinstance(node, cst.SimpleString) and not node.prefix and "\\" not in node.value:
        return Const(node.raw_value)  # nearly all: libcst has Python compile the others
    try:
        return Const(node.evaluated_value)
    except Exception:  # noqa: BLE001 - an escape that this Python rejects
        return UNKNOWN


def _fstring(ctx: Context, node: cst.FormattedString) -> Value:
    for part in node.parts:
        if isinstance(part, cst.FormattedStringExpression):
            ctx.value(part.expression)
    first = node.parts[0] if node.parts else None
    if isinstance(first, cst.FormattedStringText):
        return Const(first.value, soft=True)  # its beginning is all that is known
    if isinstance(first, cst.FormattedStringExpression):
        inner = ctx.value(first.expression)
        if isinstance(inner, Const) and isinstance(inner.value, str):
            return Const(inner.value, soft=True)
    return UNKNOWN


def _number(ctx: Context, node: cst.Integer | cst.Float) -> Value:
    return Const(int(node.value) if node.value.isdecimal() else node.evaluated_value)


def _unary(ctx: Context, node: cst.UnaryOperation) -> Value:
    if isinstance(node.operator, cst.Not):
        ctx.truth(node.expression)
        return UNKNOWN
    value = ctx.value(node.expression)
    if isinstance(node.operator, cst.Minus) and isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Const(-value.value, value.soft)
    return UNKNOWN


def _binary(ctx: Context, node: cst.BinaryOperation) -> Value:
    """The value of an operation; of a chain, such as a text that is added up, without recursion into its left side."""
    chain = [node]
    while isinstance(chain[-1].left, cst.BinaryOperation):
        chain.append(chain[-1].left)
    value = ctx.value(chain[-1].left)
    for operation in reversed(chain):
        value = _operation(operation, value, ctx.value(operation.right))
    return value


def _operation(node: cst.BinaryOperation, left: Value, right: Value) -> Value:
    fold = _FOLDS.get(type(node.operator))
    if fold is None or not isinstance(left, Const):
        return UNKNOWN
    text = isinstance(left.value, str)
    if not isinstance(right, Const):
        return Const(left.value, soft=True) if text and isinstance(node.operator, cst.Add) else UNKNOWN
    if text and left.soft:
        return left
    if not _folds(node.operator, left.value, right.value):
        return UNKNOWN
    try:
        return Const(fold(left.value, right.value), left.soft or right.soft, left.name or right.name)
    except (ArithmeticError, ValueError):
        return UNKNOWN


def _folds(sign: cst.CSTNode, left: object, right: object) -> bool:
    """Whether an operation is computed: on two numbers, or the sum of two texts."""
    if isinstance(left, str) and isinstance(right, str):
        return isinstance(sign, cst.Add)
    return isinstance(left, (int, float)) and isinstance(right, (int, float))


def _boolean(ctx: Context, node: cst.BooleanOperation) -> Value:
    left = ctx.value(node.left)
    tested(left)
    right = ctx.value(node.right)
    if isinstance(node.operator, cst.Or):
        return right if _stands_in(ctx, left, right) else either(present(left), right)
    return right if not isinstance(left, Const) else join([left, right])


def _stands_in(ctx: Context, left: Value, right: Value) -> bool:
    """Whether a library itself is used where no client is given: `(session or requests).get(url)`."""
    unseen = all(isinstance(option, Unknown) for option in options(present(left)))
    if not unseen or not isinstance(right, Ref):
        return False
    return any(right.name in library.imports for library in ctx.frame.scope.catalog.libraries(right.name))


def _choice(ctx: Context, node: cst.IfExp) -> Value:
    ctx.truth(node.test)
    return either(ctx.value(node.body), ctx.value(node.orelse))


def either(one: Value, other: Value) -> Value:
    """One of two values; what may be given in place of a client that is made here, is a client of its kind."""
    for known, unknown in ((one, other), (other, one)):
        if isinstance(known, Instance) and known.made is not None and isinstance(unknown, Unknown):
            return OneOf((known, Instance(known.type, None, "given")))
    return join([one, other])


OPERATORS: Table = {
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
    cst.FormattedString: _fstring,
    cst.Integer: _number,
    cst.Float: _number,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.IfExp: _choice,
}
"""What evaluates each of these."""
