"""Operations that may raise an exception, by their form."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import libcst as cst

from .idioms import is_log
from .tree import children

_RAISING = (
    cst.Call, cst.Subscript, cst.BinaryOperation, cst.AugAssign, cst.Await, cst.Yield, cst.Raise, cst.Assert, cst.Del,
    cst.Import, cst.ImportFrom, cst.For, cst.CompFor, cst.WithItem,
)  # fmt: skip
_DEFINES = (cst.FunctionDef, cst.Lambda)
"""What is only defined here, and runs elsewhere."""
_QUIET = frozenset(("str", "repr", "print", "isinstance", "issubclass", "bool", "type", "id", "callable", "range"))
"""Builtin functions that raise nothing for any argument that a program has reason to give."""


def raising(block: cst.CSTNode, known: AbstractSet[int]) -> list[cst.CSTNode]:
    """Returns the operations of a block that may raise, in order of the text, but for those whose `id` is known.

    Names, attributes, comparisons, literals, f-strings, log calls and a few builtin functions count as harmless. A
    loop, a `with` item or an `await` over a known operation counts as known, and so does a known function's call.
    """
    found: list[cst.CSTNode] = []
    stack = [block]
    while stack:
        node = stack.pop()
        if isinstance(node, _RAISING) and not _is_known(node, known) and not _is_harmless(node):
            found.append(node)
        if not isinstance(node, _DEFINES) and not isinstance(node, cst.Annotation):
            stack.extend(reversed(list(children(node))))
    return found


def _is_known(node: cst.CSTNode, known: AbstractSet[int]) -> bool:
    """Whether an operation is known itself, or adds nothing to one that is: `await`, `with`, the call of a function."""
    if id(node) in known:
        return True
    if isinstance(node, cst.Call):
        return id(node.func) in known
    if isinstance(node, cst.Await):
        return _is_known(node.expression, known)
    return isinstance(node, cst.WithItem) and _is_known(node.item, known)


def _is_harmless(node: cst.CSTNode) -> bool:
    """Whether an operation raises nothing worth a handler: a log call, `str(...)`, a loop over a display or a range."""
    if isinstance(node, cst.Call):
        return is_log(node) or (isinstance(node.func, cst.Name) and node.func.value in _QUIET)
    if isinstance(node, (cst.For, cst.CompFor)):
        source = node.iter
        ranged = isinstance(source, cst.Call) and isinstance(source.func, cst.Name) and source.func.value == "range"
        return ranged or isinstance(source, (cst.Tuple, cst.List, cst.Set, cst.Dict, cst.SimpleString))
    return False
