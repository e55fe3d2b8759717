"""Code that is reached once, or seldom: what it brings is kept, and looked up before it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit.interp.calls import Call
from ..kit.syntax.bound_names import values_given
from ..kit.syntax.tree import Tree, walk

_LEAVES = (cst.Return, cst.Raise, cst.Continue)


def is_reached_once(call: Call) -> bool:
    """Whether a call is only made while a place that its function fills, and that outlives it, is empty."""
    function, tree = call.frame.node, call.frame.tree
    if not isinstance(function, cst.FunctionDef):
        return False
    filled = tree.derived(_filled, function)
    if not filled:
        return False
    local = tree.derived(values_given, function)
    return any(_looks_up(tree, test, filled, local) for test in _tests_before(tree, call.node, function))


def _filled(tree: Tree, function: cst.CSTNode) -> frozenset[str]:
    """The places outside of a function that it assigns: names of the module, attributes, keys of a mapping.

    What lies in one of its own variables ends with it.
    """
    nodes = list(walk(function))
    outer = {item.name.value for node in nodes if isinstance(node, (cst.Global, cst.Nonlocal)) for item in node.names}
    found: set[str] = set()
    targets = list(_targets(nodes))
    own = {target.value for target in targets if isinstance(target, cst.Name)} - outer
    for target in targets:
        root = tree.code(target).partition(".")[0].partition("[")[0]
        if root in own:
            continue
        if isinstance(target, cst.Name) and target.value in outer:
            found.add(target.value)
        elif isinstance(target, cst.Attribute):
            found.add(tree.code(target))
        elif isinstance(target, cst.Subscript):
            found |= {tree.code(target), tree.code(target.value)}
    return frozenset(found)


def _targets(nodes: list[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    for node in nodes:
        if isinstance(node, cst.Assign):
            yield from (target.target for target in node.targets)
        elif isinstance(node, cst.AnnAssign) and node.value is not None:
            yield node.target


def _tests_before(tree: Tree, node: cst.CSTNode, top: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yields the conditions around a node, and those before it under which the function is left."""
    below, above = node, tree.parent(node)
    while above is not None and below is not top:
        if isinstance(above, cst.If) and below is not above.test:
            yield above.test
        elif isinstance(above, (cst.Try, cst.TryStar)) and isinstance(below, cst.ExceptHandler):
            yield above.body  # looked up, and not there
        yield from _left_before(above, below)
        below, above = above, tree.parent(above)


def _left_before(block: cst.CSTNode, statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yields the conditions of a block under which it is left before one of its statements."""
    for line in block.body if isinstance(block, cst.IndentedBlock) else ():
        if line is statement:
            return
        if isinstance(line, (cst.If, cst.Try, cst.TryStar)) and any(isinstance(n, _LEAVES) for n in walk(line.body)):
            yield line.test if isinstance(line, cst.If) else line.body


def _looks_up(
    tree: Tree, test: cst.CSTNode, filled: frozenset[str], local: dict[str, list[cst.BaseExpression]]
) -> bool:
    """Whether a condition reads one of the places, or a local name that was read from one."""
    for node in walk(test):
        if isinstance(node, (cst.Attribute, cst.Subscript)) and tree.code(node) in filled:
            return True
        if isinstance(node, cst.Call) and _named_attribute(tree, node) in filled:
            return True
        if isinstance(node, cst.Name):
            if node.value in filled:
                return True
            known = local.get(node.value, ())
            if any(_looks_up(tree, value, filled, {}) for value in known):
                return True
    return False


def _named_attribute(tree: Tree, call: cst.Call) -> str:
    """Returns the attribute that `hasattr(owner, "name")` or `getattr` asks for; "" for any other call."""
    if not isinstance(call.func, cst.Name) or call.func.value not in ("hasattr", "getattr") or len(call.args) < 2:
        return ""
    owner, name = call.args[0].value, call.args[1].value
    return f"{tree.code(owner)}.{name.raw_value}" if isinstance(name, cst.SimpleString) else ""
