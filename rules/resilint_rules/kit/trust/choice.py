"""Whether those who call a function choose it, or all of a module's calls go through it."""

from __future__ import annotations

import libcst as cst

from ..interp.calls import Frame
from ..syntax.idioms import skips_checks
from ..syntax.tree import Tree, walk


def is_always_used(frame: Frame) -> bool:
    """Whether what is called after unchecked peers is used in its module, and nowhere on a condition.

    That is a function, a method or the class around it. Then its name informs the reader, and there is no choice. False
    if nothing of the module calls it, or if what does is itself named so.
    """
    module = frame.scope.module
    name = next((part for part in reversed(frame.qualname.split(".")) if skips_checks(part)), "")
    if not name.isidentifier():
        return False
    chunks = module.statements_mentioning(name)
    functions = [one for one in module.chosen(module.functions_mentioning(name)) if one.name != name]
    if any(skips_checks(function.name) for function in functions):
        return False
    found = 0
    for chunk in (*chunks, *(function.chunk for function in functions)):
        tree = frame.scope.tree(chunk)
        for node in walk(tree.module) if tree is not None else ():
            if isinstance(node, cst.Name) and node.value == name:
                if tree is None or not _is_plain_call(tree, node):
                    return False
                found += 1
    return found > 0


def _is_plain_call(tree: Tree, node: cst.Name) -> bool:
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
