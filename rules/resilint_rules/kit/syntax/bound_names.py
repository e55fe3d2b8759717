"""Names in a chunk of syntax: those it binds, uses, shares with others, or waits for."""

from __future__ import annotations

import libcst as cst

from .idioms import is_log
from .tree import Tree, children, walk


def waited_for(node: cst.CSTNode) -> str:
    """The name that has to become true, or something, for a `while` to end; "" if that is not all it asks."""
    if not isinstance(node, cst.While):
        return ""
    test = node.test
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return test.expression.value if isinstance(test.expression, cst.Name) else ""
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1 and isinstance(test.left, cst.Name):
        against = test.comparisons[0]
        nothing = isinstance(against.comparator, cst.Name) and against.comparator.value in ("None", "False")
        return test.left.value if nothing and isinstance(against.operator, (cst.Is, cst.Equal)) else ""
    return ""


def bound_in(node: cst.CSTNode) -> set[str]:
    """The names that a statement or expression gives a value."""
    targets: list[cst.CSTNode] = []
    if isinstance(node, cst.Assign):
        targets = [bound.target for bound in node.targets]
    elif isinstance(node, (cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For)):
        targets = [node.target]
    elif isinstance(node, (cst.AsName,)):
        targets = [node.name]
    return {inner.value for target in targets for inner in walk(target) if isinstance(inner, cst.Name)}


def shared_in(node: cst.CSTNode) -> set[str]:
    """Names that others may set, too."""
    return {
        name.name.value
        for part in walk(node) if isinstance(part, (cst.Global, cst.Nonlocal)) for name in part.names
    }  # fmt: skip


def used_in(node: cst.CSTNode) -> set[str]:
    """The names that a block reads or binds, but for those that it only logs."""
    found: set[str] = set()
    stack = [node]
    while stack:
        at = stack.pop()
        if isinstance(at, cst.Call) and is_log(at):
            continue
        if isinstance(at, cst.Name):
            found.add(at.value)
        stack.extend(children(at))
    return found


def values_given(tree: Tree, top: cst.CSTNode) -> dict[str, list[cst.BaseExpression]]:
    """The values that assignments below a node give to names, in no promised order; for `tree.derived`."""
    found: dict[str, list[cst.BaseExpression]] = {}
    for node in walk(top):
        targets: list[cst.BaseExpression] = []
        if isinstance(node, cst.Assign):
            targets = [target.target for target in node.targets]
        elif isinstance(node, (cst.AnnAssign, cst.NamedExpr)):
            targets = [node.target]
        value = node.value if isinstance(node, (cst.Assign, cst.AnnAssign, cst.NamedExpr)) else None
        for target in targets:
            if isinstance(target, cst.Name) and value is not None:
                found.setdefault(target.value, []).append(value)
    return found


def iterated(tree: Tree, top: cst.CSTNode) -> frozenset[int]:
    """The expressions, by id, that loops and comprehensions below a node take members from, also by a name.

    For `tree.derived`.
    """
    found: list[cst.BaseExpression] = []
    for node in walk(top):
        if isinstance(node, (cst.For, cst.CompFor)):
            found.append(node.iter)
        elif isinstance(node, cst.From):
            found.append(node.item)
    given = tree.derived(values_given, tree.module)
    named = [value for node in found if isinstance(node, cst.Name) for value in given.get(node.value, ())]
    return frozenset(id(node) for node in (*found, *named))
