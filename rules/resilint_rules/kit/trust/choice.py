"""Whether those who call a function choose it, or all of a module's calls go through it."""

from __future__ import annotations

import libcst as cst

from ..interp.calls import Frame
from ..syntax.idioms import skips_checks
from ..syntax.tree import Tree, walk


def is_always_used(frame: Frame) -> bool:
    """Whether a function of a module is called there, and nowhere on a condition or by a name that says why.

    Then its name informs the reader, and there is no choice. False if it is not called in its module.
    """
    name, module = frame.qualname, frame.scope.module
    if not name or "." in name:
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
    """Whether a name is called, without arguments that choose and on no condition."""
    call = tree.parent(node)
    if not isinstance(call, cst.Call) or call.func is not node:
        return False
    at: cst.CSTNode | None = call
    while at is not None:
        if isinstance(at, (cst.If, cst.IfExp, cst.BooleanOperation, cst.ExceptHandler, cst.Match, cst.Lambda)):
            return False
        at = tree.parent(at)
    return True
