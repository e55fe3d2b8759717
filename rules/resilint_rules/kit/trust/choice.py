"""Whether those who call a function choose it, or all of a module's calls go through it."""

from __future__ import annotations

import libcst as cst

from ..interp.calls import Frame
from ..syntax.idioms import skips_checks
from ..syntax.outline import Chunk
from ..syntax.tree import Tree, walk


def is_always_used(frame: Frame) -> bool:
    """Whether what is called after unchecked peers is used in its module, and nowhere on a condition.

    That is a function, a method or the class around it. Then its name informs the reader, and there is no choice. False
    if nothing of the module calls it, or if what does is itself named so.
    """
    name = next((part for part in reversed(frame.qualname.split(".")) if skips_checks(part)), "")
    found = 0
    for chunk in _users(frame, name) if name.isidentifier() else ():
        tree = frame.scope.tree(chunk)
        uses = [node for node in walk(tree.module) if _names(node, name)] if tree is not None else []
        if tree is None or not all(_is_plain_call(tree, node) for node in uses):
            return False
        found += len(uses)
    return found > 0


def _users(frame: Frame, name: str) -> list[Chunk]:
    """The statements and functions of a module that use a name; none if one of them is named after unchecked peers."""
    module = frame.scope.module
    functions = [one for one in module.chosen(module.functions_mentioning(name)) if one.name != name]
    if any(skips_checks(function.name) for function in functions):
        return []
    return [*module.statements_mentioning(name), *(function.chunk for function in functions)]


def _names(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _is_plain_call(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a name, or the attribute of that name, is called, without arguments that choose and on no condition."""
    above = tree.parent(node)
    func = above if isinstance(above, cst.Attribute) and above.attr is node else node
    call = tree.parent(func)
    if not isinstance(call, cst.Call) or call.func is not func:
        return False
    at: cst.CSTNode | None = call
    while at is not None:
        if isinstance(at, (cst.If, cst.IfExp, cst.BooleanOperation, cst.ExceptHandler, cst.Match, cst.Lambda)):
            return False
        at = tree.parent(at)
    return True
