"""The calls of a function in its own module, found without interpreting the functions that they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..interp.calls import Frame
from ..prefilter.library_names import COMMON
from ..project.module import Module
from ..syntax.idioms import last_name
from ..syntax.outline import Chunk
from ..syntax.tree import Tree, dotted, walk

_ITSELF = frozenset(("self", "cls"))
"""How a method's object is written in its class."""


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
    chunks += [(chunk, "") for chunk in module.statements_mentioning(name) if is_code(module, chunk)]
    found: list[CallSite] = []
    for chunk, owner in chunks:
        tree = frame.scope.tree(chunk)
        sites = _sites(frame, tree, name, within=owner == frame.qualname) if tree is not None else None
        if tree is None or sites is None:
            return []
        found.extend(CallSite(node, tree, owner) for node in sites)
    return found if module.count(rf"\bdef {name}\b") == 1 else _of_own_class(frame, found)


def _of_own_class(frame: Frame, sites: list[CallSite]) -> list[CallSite]:
    """The calls of a method in its own class, where others of the module have one of that name.

    None is known if one of those is called other than by its own class: it may be this one.
    """
    of_class = frame.qualname.rpartition(".")[0]
    for site in sites:
        func = site.node.func
        if not isinstance(func, cst.Attribute) or dotted(func.value) not in _ITSELF or "." not in site.owner:
            return []
    return [site for site in sites if of_class and site.owner.rpartition(".")[0] == of_class]


def _sites(frame: Frame, tree: Tree, name: str, *, within: bool) -> list[cst.Call] | None:
    """The calls of a function in a tree; None if its name is used in another way, or means something else as well.

    What is reached through an import is something else for sure. So is, `within` the function itself, a method of that
    name of another object: it is what the function wraps.
    """
    named = [node for node in walk(tree.module) if isinstance(node, cst.Call) and last_name(node) == name]
    named = [node for node in named if not _is_imported(frame, node.func)]
    sites = [node for node in named if _may_be(frame, node)]
    if len(sites) < len(named) and not within:
        return None
    return None if _is_used_otherwise(frame, tree, name, named) else sites


def _is_used_otherwise(frame: Frame, tree: Tree, name: str, calls: list[cst.Call]) -> bool:
    """Whether a name stands for more than the target of some calls, so that the function may be passed on."""
    known = {id(part) for call in calls for part in (call.func, getattr(call.func, "attr", None))}
    known |= set(_others(frame, tree))
    return any(_names(node, name) and id(node) not in known for node in walk(tree.module))


def _others(frame: Frame, tree: Tree) -> Iterator[int]:
    """The names in a tree, by id, that mean something else for sure: those of definitions, and what is imported."""
    for node in walk(tree.module):
        if isinstance(node, cst.FunctionDef):
            yield id(node.name)
        elif isinstance(node, cst.Attribute) and _is_imported(frame, node):
            yield id(node)
            yield id(node.attr)


def _is_imported(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an attribute is one of something that the module imports: `requests.get`."""
    root = dotted(node).partition(".")[0] if isinstance(node, cst.Attribute) else ""
    return root in frame.scope.module.imports


def _may_be(frame: Frame, node: cst.Call) -> bool:
    """Whether a call is one of a function by the way it is written: a method by its object, a function by its name."""
    of_class, _, name = frame.qualname.rpartition(".")
    if not of_class:
        return isinstance(node.func, cst.Name)
    if not isinstance(node.func, cst.Attribute):
        return False
    on = node.func.value
    if isinstance(on, cst.Call):
        return last_name(on) == "super"
    return dotted(on) in (*_ITSELF, of_class) or name not in COMMON


def _names(node: cst.CSTNode, name: str) -> bool:
    """Whether a node is a use of a name, by itself or as an attribute."""
    if isinstance(node, cst.Attribute):
        return node.attr.value == name
    return isinstance(node, cst.Name) and node.value == name


def is_code(module: Module, statement: Chunk) -> bool:
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
