"""Locks of the program that are held while a call waits for another system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit import Call, ClientCall, Const, Frame, ReachedCall, effects_of, path_to, reaches_peer
from ..kit.catalog.records import ClientFact
from ..kit.catalog.surroundings import LockFact
from ..kit.findings import Related
from ..kit.interp.kinds import Around
from ..kit.interp.values import Derived, options
from ..kit.project.module import Module
from ..kit.syntax.exits import Exit, ways
from ..kit.syntax.idioms import is_log
from ..kit.syntax.tree import Tree, dotted, walk
from ..kit.timeouts.effective import limit

_GIVEN = re.compile(r"(?m)^[ \t]*((?:self\.|cls\.)?\w+[ \t]*(?::[^=\n]+)?=(?!=)[ \t]*[^\n]+)")
_MADE = re.compile(r"((?:self\.|cls\.)?\w+)[ \t]*(?::[^=\n]+)?=[ \t]*([\w.]+)\(")
_SEPARATE = ("http", "cloud", "llm", "rpc")
"""Peers for which each request stands alone. Other connections are for one thread at a time: a lock is for that."""


class Held(NamedTuple):
    """A call made while a lock is held, and the external call that it leads to, "" if it is one itself.

    `brings`: the block looks first whether the call is needed, so that others wait for what it brings.
    """

    call: Call
    block: cst.With
    leads_to: str
    callee: str
    library: str
    path: tuple[Related, ...]
    brings: bool

    @property
    def lock(self) -> str:
        """The lock as it is written."""
        return dotted(self.block.items[0].item)


def held_calls(frame: Frame) -> Iterator[Held]:
    """Yields the calls of a function that wait for a peer while a lock of the program guards state of it."""
    for call in frame.calls.values():
        block = _lock_around(call) if _waits(call) else None
        if block is not None:
            yield Held(call, block, "", call.callee, call.library, (), _is_checked_first(call, block))
    for call, target in frame.uses.values():
        block = None if call.offloaded or call.deferred or _is_switched(call) else _lock_around(call)
        calls = effects_of(frame, target, call).calls if block is not None else ()
        reached = next((hit for hit in calls if _is_certain(hit)), None)
        if block is not None and reached is not None:
            path, checked = path_to(call, reached), _is_checked_first(call, block)
            yield Held(call, block, reached.place.written, reached.callee, reached.library, path, checked)


def _is_certain(reached: ReachedCall) -> bool:
    """Whether a function makes a call itself: on a longer way, conditions decide that are not seen."""
    return len(reached.path) == 1 and reached.peer in _SEPARATE and not reached.stateful


def is_endless(held: Held) -> bool:
    """Whether the call may hold the lock without an end."""
    return not held.leads_to and limit(held.call).state == "unbounded"


def _waits(call: Call) -> bool:
    """Whether a call waits for a peer, on a connection that may be used without a lock."""
    if (
        call.offloaded
        or call.deferred
        or isinstance(call, ClientCall)
        or call.peer not in _SEPARATE
        or not reaches_peer(call)
    ):
        return False
    facts = (call.frame.scope.catalog.fact(ClientFact, client.type) for client in call.clients)
    return not any(fact is not None and fact.one_thread for fact in facts)


def _is_switched(call: Call) -> bool:
    """Whether a call gives a switch, by which the function may leave out what it does else."""
    given = (*call.args.positional, *call.args.named.values())
    return any(isinstance(one.value, Const) and isinstance(one.value.value, bool) for one in given)


def _lock_around(call: Call) -> cst.With | None:
    """The block around a call that holds a lock and changes what others see: the lock guards that."""
    frame = call.frame
    for place in reversed(call.within):
        if place.kind is not Around.WITH or not isinstance(place.node, cst.WithItem):
            continue
        block = frame.tree.parent(place.node)
        if isinstance(block, cst.With) and _is_lock(frame, dotted(block.items[0].item)):
            return block if any(True for _ in changed(frame, block.body)) else None
    return None


def _is_lock(frame: Frame, name: str) -> bool:
    """Whether a name stands for a lock: by the function around it, or by all that the module assigns to it."""
    catalog = frame.scope.catalog
    around: Frame | None = frame
    while around is not None and name not in around.env:
        around = around.outer
    if around is not None:
        made = [option.path.qualified if isinstance(option, Derived) else "" for option in options(around.env[name])]
    else:
        frame.scope.module.matches(_GIVEN)  # recorded for each function that relies on it
        made = frame.scope.module.derived(_makers).get(name, [])
    return bool(name and made) and all(catalog.fact(LockFact, full) is not None for full in made)


def _makers(module: Module) -> dict[str, list[str]]:
    """What the names and attributes of a module are made by, as qualified names; "" for anything but a call."""
    found: dict[str, list[str]] = {}
    for text in module.matches(_GIVEN):
        parts = _MADE.match(text)
        name = parts.group(1) if parts is not None else re.split(r"[ \t:=]", text, maxsplit=1)[0]
        head, _, rest = parts.group(2).partition(".") if parts is not None else ("", "", "")
        targets = [target for target in module.imports.get(head, ()) if not target.level]
        full = [".".join(filter(None, (target.module, target.name, rest))) for target in targets]
        found.setdefault(name, []).extend(full or [""])
    return found


def changed(frame: Frame, top: cst.CSTNode) -> Iterator[str]:
    """Yields what a block changes that outlives the function, as written: attributes, items, names of the module."""
    own = frame.tree.derived(_own_names, frame.node if frame.node is not None else frame.tree.module)
    for node in walk(top):
        for target in _targets(node):
            if _outlives(target, own):
                yield dotted(target.value if isinstance(target, cst.Subscript) else target)
        func = _method(frame, node)
        if func is not None and _outlives(func, own):
            yield dotted(func.value)


def _method(frame: Frame, node: cst.CSTNode) -> cst.Attribute | None:
    """The method that a statement calls to change something: it is no external call, and writes no log."""
    call = node.value if isinstance(node, cst.Expr) else None
    if not isinstance(call, cst.Call) or id(call) in frame.calls or is_log(call):
        return None
    return call.func if isinstance(call.func, cst.Attribute) else None


def _targets(node: cst.CSTNode) -> list[cst.BaseExpression]:
    """What a statement gives another value."""
    if isinstance(node, cst.Assign):
        return [item.target for item in node.targets]
    return [node.target] if isinstance(node, (cst.AugAssign, cst.AnnAssign, cst.Del)) else []


def _own_names(tree: Tree, top: cst.CSTNode) -> set[str]:
    """The names that a function gives a value and that are no others' as well."""
    names: set[str] = set()
    shared: set[str] = set()
    for part in walk(top):
        bound: list[cst.CSTNode] = [*_targets(part)]
        if isinstance(part, (cst.For, cst.NamedExpr)):
            bound.append(part.target)
        elif isinstance(part, cst.AsName):
            bound.append(part.name)
        elif isinstance(part, (cst.Global, cst.Nonlocal)):
            shared.update(item.name.value for item in part.names)
        names.update(name for target in bound for name in _plain_names(target))
    return names - shared


def _plain_names(target: cst.CSTNode) -> Iterator[str]:
    """The names that an assignment to a target binds."""
    parts = walk(target) if isinstance(target, (cst.Tuple, cst.List)) else (target,)
    yield from (part.value for part in parts if isinstance(part, cst.Name))


def _outlives(target: cst.BaseExpression, own: set[str]) -> bool:
    """Whether what is changed is no local name of the function, nor a part of one."""
    at: cst.BaseExpression = target
    while isinstance(at, (cst.Attribute, cst.Subscript)):
        at = at.value
    return isinstance(at, cst.Name) and at.value not in own


def _is_checked_first(call: Call, block: cst.With) -> bool:
    """Whether the block looks first whether there is anything to do."""
    tree = call.frame.tree
    line: cst.CSTNode = call.node
    above = tree.parent(line)
    while above is not None and above is not block:
        if isinstance(above, cst.If):
            return True
        line = above if any(above is other for other in block.body.body) else line
        above = tree.parent(above)
    for earlier in block.body.body:
        if earlier is line:
            return False
        if isinstance(earlier, cst.If) and Exit.FALLS not in ways(earlier.body):
            return True
    return False
