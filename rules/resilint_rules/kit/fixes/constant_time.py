"""Comparisons in constant time, of bytes: what is missing, or is text outside ASCII, raises nothing."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from ..findings import Import
from ..interp.calls import Frame
from ..interp.values import Ref
from ..syntax.layout import comments_in, with_comments
from ..syntax.text import Edit
from .timeouts import spelled

_READ_OF = (
    cst.Name, cst.Attribute, cst.Subscript, cst.Call, cst.SimpleString, cst.FormattedString,
)  # fmt: skip
"""What an attribute can be read from without brackets."""
_INNER = (cst.BooleanOperation, cst.UnaryOperation, cst.Comparison)


class Operand(NamedTuple):
    """One side of a comparison: what is bytes, what may be missing, and what must not be."""

    node: cst.BaseExpression
    binary: bool | None
    """Whether it is bytes (True) or text (False); None if that cannot be seen: then it is left as it is."""
    absent: bool = False
    """It may be None, which counts as empty."""
    vital: bool = False
    """It may be None or empty, and then nothing is equal to it."""
    odd: bool = False
    """It may be a number or a list in place of a text."""


def compare_in_constant_time(
    frame: Frame, node: cst.Comparison, operands: tuple[Operand, Operand], function: str
) -> tuple[Edit, tuple[Import, ...]]:
    """Returns the edit that makes an `==` or `!=` a call of a function that compares bytes, and the imports for it."""
    tree = frame.tree
    imports, (head,) = spelled(frame.scope.module, [f"{function}("], _known_near(frame))
    text = f"{head}{', '.join(_argument(frame, operand) for operand in operands)})"
    vital = [tree.code(operand.node) for operand in operands if operand.vital]
    differs = isinstance(node.comparisons[0].operator, cst.NotEqual)
    above = tree.parent(node)
    if vital and (differs or isinstance(above, cst.If)):
        text = f"{vital[0]} and {text}"
        if differs or isinstance(above, _INNER):
            text = f"({text})"
    elif vital:
        text = f"bool({vital[0]}) and {text}"
        if isinstance(above, _INNER):
            text = f"({text})"
    if differs:
        text = f"not {text}"
    start, end = tree.span(node)
    comments = comments_in(tree.source(start, end))
    return Edit(start, end, with_comments(text, comments, frame.scope.module.doc.newline)), imports


def _argument(frame: Frame, operand: Operand) -> str:
    """The text of an operand as bytes."""
    node, text = operand.node, frame.tree.code(operand.node)
    if operand.binary is None:
        return text
    if operand.odd:
        return f"str({text}).encode()"
    if operand.absent:
        text = f'{text} or {"b" if operand.binary else ""}""'
    if operand.binary:
        return text
    if operand.absent or not (isinstance(node, _READ_OF) or _bracketed(text)):
        text = f"({text})"
    return f"{text}.encode()"


def _bracketed(text: str) -> bool:
    """Whether one pair of brackets is around all of a text."""
    depth = 0
    for number, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return number == len(text) - 1 and text.startswith("(")
    return False


def _known_near(frame: Frame) -> dict[str, str]:
    """What a function knows of libraries by names of its own."""
    found: dict[str, str] = {}
    at: Frame | None = frame
    while at is not None:
        for name, value in at.env.items():
            if isinstance(value, Ref):
                found.setdefault(value.name, name)
        at = at.outer
    return found
