"""Clients that a module makes for others and never calls itself."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit.interp.calls import Call, Frame, maker
from ..kit.interp.kinds import FrameKind
from ..kit.interp.values import Instance, Pending, options
from ..kit.syntax.tree import Tree, walk
from ..kit.timeouts.client_usage import calls_on

_MOST = 8
"""How many functions and tables a client is followed through."""
_TABLES = (cst.Dict, cst.List, cst.Tuple, cst.Set, cst.DictElement, cst.Element)
_MEMBERS = (*_TABLES, cst.DictComp)
_PARTS = (cst.Subscript, cst.Await, *_TABLES)


def only_given_away(made: Call) -> bool:
    """Whether a function gives the client that it makes to other modules alone: they may limit each call on it.

    It may do so through functions of its module that give it back, and through tables of functions or clients.
    """
    frame = made.frame
    if _is_member(made):
        return not any(calls_on(made))
    if frame.kind is not FrameKind.FUNCTION or not _gives_back(made) or _is_called(made):
        return False
    names = [frame.qualname.rpartition(".")[2]]
    for name in names:
        followed = _passed_on(frame, name) if len(names) <= _MOST else None
        if followed is None:
            return False
        names.extend(new for new in dict.fromkeys(followed) if new not in names)
    return any(not name.startswith("_") for name in names)


def _is_member(made: Call) -> bool:
    """Whether a client is made for a table of clients, from which other modules take the one that they need."""
    above = made.frame.tree.parent(made.node)
    while isinstance(above, _MEMBERS):
        if isinstance(above, (cst.DictElement, cst.DictComp)):
            return True
        above = made.frame.tree.parent(above)
    return False


def _gives_back(made: Call) -> bool:
    given = [value for returned in made.frame.returns for value in options(returned)]
    clients = [value.value if isinstance(value, Pending) else value for value in given]
    return any(isinstance(client, Instance) and _made_by(client, made) for client in clients)


def _is_called(made: Call) -> bool:
    return any(_made_by(client, made) for call in made.frame.calls.values() for client in call.clients)


def _made_by(client: Instance, made: Call) -> bool:
    one = maker(client)
    return one is not None and one.node is made.node


def _passed_on(frame: Frame, name: str) -> list[str] | None:
    """The functions that give back what a function gives, and the tables that it stands in; None if it is used."""
    module = frame.scope.module
    if module.count(rf"\b{name}\b") == 1:
        return []
    chunks = [(function.chunk, function.name) for function in module.chosen(module.functions_mentioning(name))]
    chunks += [(chunk, "") for chunk in module.statements_mentioning(name)]
    found: list[str] = []
    for chunk, owner in chunks:
        tree = frame.scope.tree(chunk)
        if tree is None:
            return None
        for node in _mentions(tree, name):
            followed = _leads_to(tree, node, owner)
            if not followed:
                return None
            found.append(followed)
    return found


def _mentions(tree: Tree, name: str) -> Iterator[cst.CSTNode]:
    """Where a name is used in a tree, as it is or as an attribute, but where a function or a table gets it."""
    for node in walk(tree.module):
        found = node.attr if isinstance(node, cst.Attribute) else node
        if isinstance(found, cst.Name) and found.value == name and not _is_label(tree.parent(node), node):
            yield node


def _is_label(above: cst.CSTNode | None, node: cst.CSTNode) -> bool:
    """Whether a name says how something is called: a function, a target, an attribute, an argument."""
    if isinstance(above, (cst.Attribute, cst.Arg)):
        return above.value is not node
    if isinstance(above, cst.AnnAssign):
        return above.target is node
    return isinstance(above, (cst.FunctionDef, cst.AssignTarget))


def _leads_to(tree: Tree, node: cst.CSTNode, owner: str) -> str:
    """The function that gives back what is made at a use of a name, or the table that it goes into; "" for others."""
    below, above = node, tree.parent(node)
    in_table, called = False, False
    while above is not None:
        in_table = in_table or isinstance(above, _TABLES)
        if isinstance(above, cst.Call) and above.func is below and not called:
            called = True
        elif isinstance(above, cst.Return):
            return owner
        elif isinstance(above, cst.Assign):
            target = above.targets[0].target
            return target.value if in_table and not called and isinstance(target, cst.Name) else ""
        elif not isinstance(above, _PARTS):
            return ""
        below, above = above, tree.parent(above)
    return ""
