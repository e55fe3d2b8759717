"""The calls of a function in its own module, found without interpreting the functions that they stand in."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from ..interp.calls import Frame
from ..project.module import Module
from ..syntax.idioms import last_name
from ..syntax.outline import Chunk
from ..syntax.tree import Tree, walk


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call of a function of the module, in the tree of the chunk where it stands."""

    node: cst.Call
    tree: Tree
    owner: str
    """The qualified name of the function that it stands in; "" for a statement of the module."""

    @property
    def function(self) -> cst.CSTNode:
        """The innermost function around it, or the chunk."""
        above = self.tree.parent(self.node)
        while above is not None and not isinstance(above, (cst.FunctionDef, cst.Lambda)):
            above = self.tree.parent(above)
        return above if above is not None else self.tree.module


def callers(frame: Frame) -> list[CallSite]:
    """Returns all calls of a function or method in its module; [] if it is passed on, or never called.

    Other modules may call it too, unless its name is private: what they do is not seen.
    """
    name = frame.qualname.rpartition(".")[2]
    if not name.isidentifier() or not isinstance(frame.node, cst.FunctionDef) or frame.outer is not None:
        return []
    module = frame.scope.module
    chunks = [(function.chunk, function.qualname) for function in module.chosen(module.functions_mentioning(name))]
    chunks += [(chunk, "") for chunk in module.statements_mentioning(name) if _is_code(module, chunk)]
    found: list[CallSite] = []
    for chunk, owner in chunks:
        tree = frame.scope.tree(chunk)
        sites = _sites(tree, name) if tree is not None else None
        if tree is None or sites is None:
            return []
        found.extend(CallSite(node, tree, owner) for node in sites)
    return found if module.count(rf"\bdef {name}\b") == 1 else []


def _sites(tree: Tree, name: str) -> list[cst.Call] | None:
    """The calls of what has a name, in a tree; None if it is also used in another way."""
    nodes = list(walk(tree.module))
    sites = [node for node in nodes if isinstance(node, cst.Call) and last_name(node) == name]
    called = {id(part) for site in sites for part in (site.func, getattr(site.func, "attr", None))}
    return None if any(_names(node, name) and id(node) not in called for node in nodes) else sites


def _names(node: cst.CSTNode, name: str) -> bool:
    """Whether a node is a use of a name, by itself or as an attribute."""
    if isinstance(node, cst.Attribute):
        return node.attr.value == name
    return isinstance(node, cst.Name) and node.value == name


def _is_code(module: Module, statement: Chunk) -> bool:
    """Whether a statement of a module is more than a text."""
    return not module.source(statement).lstrip("rRbBuUfF \t\n").startswith(("'", '"'))


def parameters(frame: Frame) -> list[str]:
    """Returns the names of a function's parameters that can be given by position, without a method's first."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef):
        return []
    names = [param.name.value for param in (*node.params.posonly_params, *node.params.params)]
    return names[1:] if frame.owner is not None else names


def argument_for(site: CallSite, frame: Frame, name: str) -> cst.BaseExpression | None:
    """Returns what a call gives for a parameter of a function; None if it gives nothing, or a spread may hold it."""
    names = parameters(frame)
    if any(arg.star for arg in site.node.args):
        return None
    positional = [arg.value for arg in site.node.args if arg.keyword is None]
    for arg in site.node.args:
        if arg.keyword is not None and arg.keyword.value == name:
            return arg.value
    index = names.index(name) if name in names else -1
    return positional[index] if 0 <= index < len(positional) else None
