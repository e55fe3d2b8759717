"""What a function reads of a value that a call gives it: keys, attributes, positions; or that it goes out of sight.

Names are followed to where the value may arrive. Values that may arrive at one place are taken for one, so that what is
read of either counts as read: a reader that needs to know what is *not* read stays on the silent side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from ..interp.calls import Call
from ..interp.kinds import FrameKind
from ..syntax.bound_names import shared_in, values_reaching
from ..syntax.idioms import last_name
from ..syntax.tree import Tree, walk


@dataclass(slots=True)
class Reads:
    """What is read of a value."""

    words: set[str] = field(default_factory=set)
    """Keys and attributes: `answer["Failed"]`, `answer.get("Failed")`, `"Failed" in answer`, `answer.failed`."""
    parts: list[tuple[str, cst.CSTNode]] = field(default_factory=list)
    """The expressions that read them, each with its key or attribute."""
    positions: set[int] = field(default_factory=set)
    """Positions of a tuple, by index or by unpacking it."""
    names: list[str] = field(default_factory=list)
    """The names that it is bound to."""
    bound: set[tuple[str, int]] = field(default_factory=set)
    """Names with the values by id that were followed already: `answer = answer or {}` in a loop."""
    tested: bool = False
    """Its truth value decides something."""
    iterated: bool = False
    """It is taken apart by a loop, whose body is what the rest tells of."""
    mapping: bool = True
    """It may be a mapping, whose `get` reads a key; else it is an object with methods."""
    escaped: bool = False
    """It goes out of sight: returned, passed on, stored, or read by a key that is not written out."""

    @property
    def discarded(self) -> bool:
        """Whether nothing is read of it at all."""
        return not (self.words or self.positions or self.tested or self.escaped)


def reads_of(call: Call, *, mapping: bool = True) -> Reads:
    """What the function around a call reads of what it gives back."""
    found = Reads(mapping=mapping)
    if call.deferred or call.frame.kind is FrameKind.LAMBDA:
        found.escaped = True
    else:
        _follow(call.frame.tree, call.node, found)
    return found


def reads_at(tree: Tree, node: cst.CSTNode) -> Reads:
    """What a function reads of the value of an expression in it."""
    found = Reads()
    _follow(tree, node, found)
    return found


def loads_of(tree: Tree, name: str) -> list[cst.Name]:
    """The places of a function at which a name is read; none at the top of a module, where others may read it."""
    local = isinstance(tree.body[0], cst.FunctionDef)
    return tree.derived(_loads, tree.module).get(name, []) if local else []


def _follow(tree: Tree, node: cst.CSTNode, found: Reads) -> None:
    """Adds what the place of an expression does with its value."""
    above = tree.parent(node)
    while isinstance(above, cst.Await) or (isinstance(above, cst.IfExp) and above.test is not node):
        node, above = above, tree.parent(above)
    if isinstance(above, cst.Expr):
        return
    if isinstance(above, cst.NamedExpr):
        _bind(tree, above.target, found, node)
        _follow(tree, above, found)
    elif isinstance(above, cst.Assign):
        for target in above.targets:
            _bind(tree, target.target, found, node)
    elif isinstance(above, cst.AnnAssign):
        _bind(tree, above.target, found, node)
    elif isinstance(above, (cst.For, cst.CompFor)) and above.iter is node:
        found.iterated = True
        _bind(tree, above.target, found)
    elif isinstance(above, cst.Arg) and _drains(tree, above):
        found.iterated = True
    else:
        _use(tree, node, above, found)


def _bind(tree: Tree, target: cst.BaseExpression, found: Reads, value: cst.CSTNode | None = None) -> None:
    """Adds what is done with the names of a target, where the value that they are given arrives."""
    if isinstance(target, cst.Name):
        if not isinstance(tree.body[0], cst.FunctionDef) or target.value in tree.derived(_shared, tree.module):
            found.escaped = True
            value = None
        if (target.value, id(value)) in found.bound:
            return
        found.bound.add((target.value, id(value)))
        if target.value not in found.names:
            found.names.append(target.value)
        for node in _loads_of_value(tree, target.value, value):
            _use(tree, node, tree.parent(node), found)
    elif isinstance(target, (cst.Tuple, cst.List)):
        _unpack(tree, target, found)
    else:
        found.escaped = True


def _loads_of_value(tree: Tree, name: str, value: cst.CSTNode | None) -> Sequence[cst.Name]:
    """The places at which a name is read that is given a value, or whatever it is given if that is None."""
    if value is None:
        return tree.derived(_loads, tree.module).get(name, ())
    return tree.derived(_arrivals, tree.module).get((name, id(value)), ())


def _arrivals(tree: Tree, top: cst.CSTNode) -> dict[tuple[str, int], list[cst.Name]]:
    """Where names are read, by the name and the id of each value that it may have there."""
    found: dict[tuple[str, int], list[cst.Name]] = {}
    for name, loads in tree.derived(_loads, top).items():
        for load in loads:
            for value in values_reaching(tree, tree.body[0], load):
                found.setdefault((name, id(value)), []).append(load)
    return found


def _unpack(tree: Tree, target: cst.Tuple | cst.List, found: Reads) -> None:
    """Adds the positions whose names are used."""
    if not isinstance(tree.body[0], cst.FunctionDef):
        found.escaped = True
        return
    loads = tree.derived(_loads, tree.module)
    for index, element in enumerate(target.elements):
        if isinstance(element, cst.StarredElement) or not isinstance(element.value, cst.Name):
            found.escaped = True
        elif loads.get(element.value.value):
            found.positions.add(index)


def _use(tree: Tree, node: cst.CSTNode, above: cst.CSTNode | None, found: Reads) -> None:
    """Adds what stands around a value: an attribute, a key, a test."""
    if isinstance(above, cst.Attribute):
        _attribute(tree, above, found)
    elif isinstance(above, cst.Subscript) and above.value is node:
        _key(above, found)
    elif isinstance(above, cst.ComparisonTarget):
        comparison = tree.parent(above)
        searched = isinstance(above.operator, (cst.In, cst.NotIn)) and isinstance(comparison, cst.Comparison)
        _word(comparison.left if searched and isinstance(comparison, cst.Comparison) else None, None, found)
    elif _decides(above, node):
        found.tested = True
    elif isinstance(above, cst.BooleanOperation) and above.left is node:
        found.tested = True
        if isinstance(above.operator, cst.Or):  # it is what the whole gives
            _follow(tree, above, found)
    elif isinstance(above, cst.Expr):
        pass  # a name by itself
    else:
        found.escaped = True


def _attribute(tree: Tree, node: cst.Attribute, found: Reads) -> None:
    """Adds an attribute, or the key that its call reads."""
    name, above = node.attr.value, tree.parent(node)
    called = above if isinstance(above, cst.Call) and above.func is node else None
    if called is not None and found.mapping and name in _BY_KEY:
        _word(called.args[0].value if called.args else None, called, found)
    elif called is not None and found.mapping and name in _WHOLE:
        found.escaped = True
    else:
        found.words.add(name)
        found.parts.append((name, called or node))


_BY_KEY = ("get", "pop", "setdefault")
_WHOLE = ("items", "values", "keys", "copy", "append", "extend")


def _key(node: cst.Subscript, found: Reads) -> None:
    """Adds a key or an index."""
    part = node.slice[0].slice if len(node.slice) == 1 else None
    value = part.value if isinstance(part, cst.Index) else None
    if isinstance(value, cst.UnaryOperation):
        value = value.expression  # the last one
    if isinstance(value, cst.Integer):
        found.positions.add(value.evaluated_value)
    else:
        _word(value, node, found)


def _word(node: cst.CSTNode | None, part: cst.CSTNode | None, found: Reads) -> None:
    """Adds a key that is written out, and what it reads; any other may be each."""
    if not isinstance(node, cst.SimpleString):
        found.escaped = True
        return
    found.words.add(str(node.evaluated_value))
    if part is not None:
        found.parts.append((str(node.evaluated_value), part))


def _decides(above: cst.CSTNode | None, node: cst.CSTNode) -> bool:
    """Whether what stands around a value only looks whether there is one."""
    if isinstance(above, cst.Comparison):
        return _compares_with_none(above)
    if isinstance(above, cst.IfExp):
        return above.test is node
    return isinstance(above, (cst.If, cst.While, cst.Assert, cst.UnaryOperation))


def _compares_with_none(node: cst.Comparison) -> bool:
    other = node.comparisons[0]
    name = other.comparator.value if isinstance(other.comparator, cst.Name) else ""
    return len(node.comparisons) == 1 and isinstance(other.operator, (cst.Is, cst.IsNot)) and name == "None"


def _drains(tree: Tree, node: cst.Arg) -> bool:
    """Whether an argument is only run through: `deque(answers, maxlen=0)` as a statement."""
    call = tree.parent(node)
    if not isinstance(call, cst.Call) or last_name(call) not in ("list", "tuple", "deque", "set"):
        return False
    return call.args[0] is node and isinstance(tree.parent(call), cst.Expr)


def _loads(_: Tree, top: cst.CSTNode) -> dict[str, list[cst.Name]]:
    """The places at which each name is read, below a node."""
    nodes = [*walk(top)]
    others = {id(name) for node in nodes for name in _bound_or_foreign(node)}
    found: dict[str, list[cst.Name]] = {}
    for node in nodes:
        if isinstance(node, cst.Name) and id(node) not in others:
            found.setdefault(node.value, []).append(node)
    return found


_NAMES: dict[type, str] = {
    cst.AssignTarget: "target", cst.AnnAssign: "target", cst.NamedExpr: "target", cst.For: "target",
    cst.CompFor: "target", cst.AsName: "name", cst.FunctionDef: "name", cst.ClassDef: "name", cst.NameItem: "name",
    cst.ImportAlias: "name", cst.Attribute: "attr", cst.Arg: "keyword", cst.Param: "name",
}  # fmt: skip
"""Where a node of a type has a name that it binds, or that belongs to something else."""


def _bound_or_foreign(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Yields the names in a node that it does not read."""
    place = _NAMES.get(type(node))
    stack = [getattr(node, place)] if place is not None else []
    while stack:
        part = stack.pop()
        if isinstance(part, cst.Name):
            yield part
        elif isinstance(part, (cst.Tuple, cst.List)):
            stack.extend(element.value for element in part.elements)


def _shared(_: Tree, top: cst.CSTNode) -> set[str]:
    return shared_in(top)
