"""Whether a value comes from the request that a function handles, so that its sender has written it."""

from __future__ import annotations

import libcst as cst

from ...kit import EntryKind, Frame, entry_point
from ...kit.interp.values import Argument, Derived, Ref, Value, options
from ...kit.syntax.bound_names import values_given


def is_from_request(frame: Frame, argument: Argument) -> bool:
    """Whether an argument is read off the request of the handler that it stands in."""
    node: cst.CSTNode = argument.node
    if isinstance(node, cst.Name):
        given = frame.tree.derived(values_given, frame.tree.module).get(node.value, [])
        node = given[0] if len(given) == 1 else node
    root = _root(node)
    if not isinstance(root, cst.Name):
        return False
    value = frame.lookup(root.value)
    if value is not None and any(_is_request(frame, option) for option in options(value)):
        return True
    if entry_point(frame) is not EntryKind.REQUEST:
        return False
    if root.value == "self":
        return frame.tree.code(node).startswith("self.request.")
    return root.value in _sent(frame)


def _is_request(frame: Frame, value: Value) -> bool:
    """Whether a value is read off the request that a web framework keeps under a name of its own."""
    name = value.path.base if isinstance(value, Derived) else value.name if isinstance(value, Ref) else ""
    if not name.endswith(".request"):
        return False
    return any(library.peer == "web" for library in frame.scope.catalog.libraries(name))


def _root(node: cst.CSTNode) -> cst.CSTNode:
    """What an expression reads from: the name at its left end."""
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call, cst.Await)):
        if isinstance(node, cst.Await):
            node = node.expression
        else:
            node = node.func if isinstance(node, cst.Call) else node.value
    return node


def _sent(frame: Frame) -> set[str]:
    """The parameters of a handler whose values a request brings: those for which no function of its own is called."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef):
        return set()
    params = (*node.params.params, *node.params.kwonly_params)
    return {param.name.value for param in params if not isinstance(param.default, cst.Call)}
