"""Connections that several threads use at once, though they are made for one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit import Call, ClientFact, Frame, Function, last_name, options
from ..kit.interp.calls import maker
from ..kit.interp.session import Session
from ..kit.interp.statements import evaluate
from ..kit.interp.values import Nested
from ..kit.syntax.tree import Tree, dotted, walk

_POOL = re.compile(r"ThreadPool(?:Executor)?\(")
_ONE = re.compile(r"ThreadPool(?:Executor)?\((?:max_workers=|processes=)?1\b")
_GUARDS = re.compile(r"lock\b|locks\b|mutex|semaphore|thread_?local|threading\.local|scoped_session", re.IGNORECASE)
"""What lets one thread at a time through, or gives each its own."""
_MANY = (cst.For, cst.While, cst.ListComp, cst.SetComp, cst.GeneratorExp)


class Shared(NamedTuple):
    """A connection that threads share: where they are started, the call on it, and why only one may use it."""

    start: cst.Call
    call: Call
    why: str


_STARTS = ("submit", "map", "Thread")
"""What stands in a function that starts threads."""


def shared_connections(frame: Frame) -> Iterator[Shared]:
    """Yields the connections that several threads use which a function starts, each with the first call on it."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or not any(word in frame.tree.text for word in _STARTS):
        return
    for start in walk(node.body):
        target = _started(frame, start) if isinstance(start, cst.Call) else None
        if target is not None and frame.scope.module.search(_GUARDS) is not None:
            return
        inner = _frame_of(frame, target) if target is not None else None
        found = next(_shared_in(inner), None) if inner is not None else None
        if found is not None and isinstance(start, cst.Call):
            yield Shared(start, *found)


def _started(frame: Frame, start: cst.Call) -> cst.BaseExpression | None:
    """The function that a call has several threads run; None if it starts one, or none."""
    name = last_name(start)
    if name in ("submit", "map", "imap", "imap_unordered") and isinstance(start.func, cst.Attribute) and start.args:
        made = _made(frame, start.func.value)
        many = name != "submit" or _is_repeated(frame, start)
        return start.args[0].value if many and _POOL.search(made) and not _ONE.search(made) else None
    if name == "Thread" and _is_repeated(frame, start):
        given = (arg.value for arg in start.args if arg.keyword is not None and arg.keyword.value == "target")
        return next(given, None)
    return None


def _made(frame: Frame, owner: cst.BaseExpression) -> str:
    """The text of what a name is made by: an assignment or a `with` of the function."""
    if isinstance(owner, cst.Call):
        return frame.tree.code(owner)
    top = frame.node if frame.node is not None else frame.tree.module
    return frame.tree.derived(_pools, top).get(dotted(owner), "")


def _pools(tree: Tree, top: cst.CSTNode) -> dict[str, str]:
    """The texts of the pools that a function makes, by the name that they are bound to."""
    found: dict[str, str] = {}
    for part in walk(top):
        if isinstance(part, cst.WithItem) and part.asname is not None:
            found[dotted(part.asname.name)] = tree.code(part.item)
        elif isinstance(part, cst.Assign) and len(part.targets) == 1 and isinstance(part.value, cst.Call):
            found[dotted(part.targets[0].target)] = tree.code(part.value)
    return found


def _is_repeated(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a call stands in a loop or a comprehension of its function."""
    above = frame.tree.parent(node)
    while above is not None and above is not frame.node:
        if isinstance(above, _MANY):
            return True
        above = frame.tree.parent(above)
    return False


def _frame_of(frame: Frame, target: cst.BaseExpression) -> Frame | None:
    """The function that an expression names, if it is one of the project."""
    session = frame.scope.session
    assert isinstance(session, Session)
    if _frame_of not in frame.derived:
        frame.derived[_frame_of] = {id(inner.node): inner for inner in frame.nested}
    inside: dict[int, Frame] = frame.derived[_frame_of]
    if isinstance(target, cst.Lambda):
        return inside.get(id(target))
    for option in options(evaluate(frame, target)):
        if isinstance(option, Nested):
            return inside.get(id(option.node))
        if isinstance(option, Function):
            return session.frame(option)
    return None


def _shared_in(inner: Frame) -> Iterator[tuple[Call, str]]:
    """The calls in a thread's function on a connection that was made outside of it, with the reason against that."""
    for call in inner.calls.values():
        for client in call.clients:
            fact = inner.scope.catalog.fact(ClientFact, client.type)
            made = maker(client)
            if fact is None or made is None or made.frame is inner:
                continue
            changed = _changed_here(inner, call, fact) if fact.sent_along else ""
            if fact.one_thread:
                yield call, fact.one_thread
            elif changed:
                yield call, f"what one of them sets in `{changed}` goes into the requests of the others"


def _changed_here(inner: Frame, call: Call, fact: ClientFact) -> str:
    """What of a client a thread's function changes that goes into every request, as it is written; "" for nothing."""
    func = call.node.func
    client = dotted(func.value) if isinstance(func, cst.Attribute) else ""
    if not client or inner.node is None:
        return ""
    changed: dict[str, None] = inner.tree.derived(_changes, inner.node)
    return next((full for name in fact.sent_along if (full := f"{client}.{name}") in changed), "")


def _changes(tree: Tree, top: cst.CSTNode) -> dict[str, None]:
    """What a function assigns to, in whole or in part, and what it calls a method of without a look at the result."""
    found: dict[str, None] = {}
    for node in walk(top):
        targets: list[cst.BaseExpression] = []
        if isinstance(node, cst.Assign):
            targets = [item.target for item in node.targets]
        elif isinstance(node, (cst.AugAssign, cst.Del)):
            targets = [node.target]
        elif isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
            func = node.value.func
            targets = [func.value] if isinstance(func, cst.Attribute) else []
        found.update((dotted(part.value if isinstance(part, cst.Subscript) else part), None) for part in targets)
    return found
