"""Names in a chunk of syntax: those it binds, uses, shares with others, or waits for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import NamedTuple

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


def names_given(tree: Tree, top: cst.CSTNode) -> dict[str, list[cst.BaseExpression]]:
    """As `values_given`, and what several names at once are given; for `tree.derived`."""
    found = {name: list(values) for name, values in values_given(tree, top).items()}
    for node in walk(top):
        if not isinstance(node, cst.Assign):
            continue
        for target in node.targets:
            if isinstance(target.target, (cst.Tuple, cst.List)):
                parts = [part.value for part in target.target.elements]
                values = _members(node.value, len(parts))
                for part, value in zip(parts, values, strict=True):
                    if isinstance(part, cst.Name):
                        found.setdefault(part.value, []).append(value)
    return found


def _members(value: cst.BaseExpression, size: int) -> list[cst.BaseExpression]:
    """The values that several names get: those of a tuple, or for each the whole that it is a part of."""
    if isinstance(value, cst.Tuple) and len(value.elements) == size:
        return [element.value for element in value.elements]
    return [value] * size


def followed(
    node: cst.BaseExpression, given: Callable[[cst.BaseExpression], Iterable[cst.BaseExpression]]
) -> list[cst.BaseExpression]:
    """The expressions that a value comes from: what `given` has for it, and for that, until it has no more.

    Each name is followed once, so that one that holds itself has only what else it holds.
    """
    found: list[cst.BaseExpression] = []
    pending, seen = [node], set()
    while pending:
        inner = pending.pop()
        if isinstance(inner, cst.Name):
            if inner.value in seen:
                continue
            seen.add(inner.value)
        more = list(given(inner))
        pending.extend(more)
        if not more:
            found.append(inner)
    return found


class _Given(NamedTuple):
    """A value that a name is given."""

    end: int
    """Where the value ends in the document: from here on the name has it."""
    value: cst.BaseExpression
    block: cst.CSTNode | None
    """The block whose statement gives it, whenever the block runs; None if a part of an expression may."""


def values_reaching(tree: Tree, top: cst.CSTNode, use: cst.Name) -> list[cst.BaseExpression]:
    """Those of `names_given` that a name may have where it is read, by the order of statements, branches and loops.

    A function inside another may run at any time: there the name may have each.
    """
    given = tree.derived(_by_place, top).get(use.value, [])
    around = _around(tree, top, use) if len(given) > 1 else None
    if around is None:
        return [one.value for one in given]
    end = bisect_left(given, (tree.span(use).start,))
    first = next((index for index in range(end - 1, -1, -1) if id(given[index].block) in around), None)
    for node in around.values():
        span = tree.span(node) if isinstance(node, (cst.For, cst.While)) else None
        if span is not None and (first is None or given[first].end < span.start):  # what its last round has given
            end = max(end, bisect_left(given, (span.end + 1,)))
    return [one.value for one in given[first or 0 : end]]


def _around(tree: Tree, top: cst.CSTNode, use: cst.Name) -> dict[int, cst.CSTNode] | None:
    """The nodes around a name by id, up to the function; None if it stands in another function, or elsewhere."""
    found: dict[int, cst.CSTNode] = {}
    node = tree.parent(use)
    while node is not None and node is not top and not isinstance(node, (cst.FunctionDef, cst.Lambda)):
        found[id(node)] = node
        node = tree.parent(node)
    return {**found, id(top): top} if node is top else None


def _by_place(tree: Tree, top: cst.CSTNode) -> dict[str, list[_Given]]:
    """What `names_given` finds, in the order of the text."""
    return {
        name: sorted((_placed(tree, value) for value in values), key=lambda one: one.end)
        for name, values in tree.derived(names_given, top).items()
    }


def _placed(tree: Tree, value: cst.BaseExpression) -> _Given:
    node: cst.CSTNode | None = value
    while node is not None and not isinstance(node, (cst.Assign, cst.AnnAssign, cst.NamedExpr)):
        node = tree.parent(node)
    line = tree.parent(node) if isinstance(node, (cst.Assign, cst.AnnAssign)) else None
    block = tree.parent(line) if isinstance(line, cst.SimpleStatementLine) else line
    return _Given(tree.span(value).end, value, block)
