"""Calls that create a coroutine which nothing awaits: it is dropped, or used as if it were what it will give."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import Enum
from typing import NamedTuple, cast

import libcst as cst

from ..kit import Fix, replace, spelled
from ..kit.catalog.surroundings import CoroutineFact, SleepFact
from ..kit.effects.callees import callee, makes_coroutine, nested_frame
from ..kit.interp.calls import Call, Frame
from ..kit.interp.session import Session
from ..kit.interp.statements import evaluate
from ..kit.interp.values import Arguments, Function, Instance, Ref, Response, Value, options, present
from ..kit.prefilter.library_names import AWAITED
from ..kit.syntax.idioms import last_name
from ..kit.syntax.tree import walk


class Use(Enum):
    """What is done with a coroutine that is not awaited."""

    DROPPED = "dropped"
    TESTED = "tested"
    ITERATED = "iterated"
    READ = "read"


class Unawaited(NamedTuple):
    """A call that creates a coroutine, and what is done with it."""

    call: Call
    use: Use


_WRONG: dict[type | None, tuple[str, Use]] = {
    **dict.fromkeys((cst.If, cst.While, cst.IfExp, cst.Assert), ("test", Use.TESTED)),
    **dict.fromkeys((cst.For, cst.CompFor), ("iter", Use.ITERATED)),
    **dict.fromkeys((cst.Attribute, cst.Subscript), ("value", Use.READ)),
}
"""Where a coroutine must not stand without `await`: the part of a node, and what is done with it there."""
_ASSIGNED = re.compile(r"\.(\w+)[ \t]*=(?!=)")
_OF_COROUTINES = frozenset((
    "send", "throw", "close", "add_done_callback", "cancel", "__await__", "__aenter__", "__aexit__",
))  # fmt: skip
"""Attributes of coroutines, and of the tasks and contexts that some libraries give in place of one."""


def unawaited(frame: Frame) -> Iterator[Unawaited]:
    """Yields the calls of a function that create a coroutine which is not awaited where it has to be."""
    for call in frame.calls.values():
        use = _use(frame, call) if _is_library_coroutine(call) else None
        if use is not None:
            yield Unawaited(call, use)
    for call, target in frame.uses.values():
        use = _use(frame, call) if _may_be_coroutine(target) else None
        if use is not None and is_coroutine(frame, target):
            yield Unawaited(call, use)
    yield from _other_functions(frame)
    yield from _other_methods(frame)


def _other_methods(frame: Frame) -> Iterator[Unawaited]:
    """Yields dropped calls of a client's methods that are no calls of a peer: `client.aclose()`."""
    if frame.node is None or not _calls_one(frame, AWAITED):
        return
    for node in walk(frame.node.body):
        call = node.value if isinstance(node, cst.Expr) else None
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
            continue
        name = call.func.attr.value
        if name not in AWAITED or id(call) in frame.uses or id(call) in frame.calls:
            continue
        if _innermost(frame, node) is not frame.node:
            continue  # of a function inside
        fact = _method(frame, evaluate(frame, call.func.value), name)
        if fact is not None:
            yield Unawaited(Call(call, fact, Arguments(), statement=node, frame=frame), Use.DROPPED)


def _calls_one(frame: Frame, names: Collection[str]) -> bool:
    """Whether the text of a function holds a call of something that has one of some names: most hold none."""
    return any(name in frame.tree.text and f"{name}(" in frame.tree.flat for name in names)


def _method(frame: Frame, owner: Value, name: str) -> CoroutineFact | None:
    """The entry of a method that gives a coroutine, whichever of several clients it is; None if one has another."""
    facts = [
        frame.scope.catalog.method(CoroutineFact, value.type, name)
        if isinstance(value, Response) or (isinstance(value, Instance) and value.subclass is None)
        else None
        for value in options(present(owner))
    ]
    return facts[0] if facts and None not in facts else None


def _other_functions(frame: Frame) -> Iterator[Unawaited]:
    """Yields dropped calls of a library's functions that are no calls of a peer: `asyncio.to_thread(save)`."""
    words = frame.scope.known.unawaited
    if frame.node is None or not _calls_one(frame, words):
        return
    for node in walk(frame.node.body):
        call = node.value if isinstance(node, cst.Expr) else None
        if not isinstance(call, cst.Call) or id(call) in frame.uses or last_name(call) not in words:
            continue
        known = frame.calls.get(id(call))
        if known is not None and not known.offloaded:
            continue
        if _innermost(frame, node) is not frame.node:
            continue  # of a function inside
        value = evaluate(frame, call.func)
        fact = frame.scope.catalog.fact(CoroutineFact, value.name) if isinstance(value, Ref) else None
        if fact is not None:
            yield Unawaited(Call(call, fact, Arguments(), statement=node, frame=frame), Use.DROPPED)


def _innermost(frame: Frame, node: cst.CSTNode) -> cst.CSTNode | None:
    """The innermost function around a node."""
    above = frame.tree.parent(node)
    while above is not None and not isinstance(above, (cst.FunctionDef, cst.Lambda)):
        above = frame.tree.parent(above)
    return above


def _is_library_coroutine(call: Call) -> bool:
    return call.frame.scope.catalog.fact(CoroutineFact, call.callee) is not None


def _may_be_coroutine(target: Value) -> bool:
    """Whether a value may be a coroutine function, as far as its definition says."""
    return all(not isinstance(option, Function) or option.chunk.chunk.is_async for option in options(target))


def is_coroutine(frame: Frame, target: Value) -> bool:
    """Whether a call of a value gives a coroutine, whichever of several functions it is."""
    session = cast("Session", frame.scope.session)
    return all(_gives_coroutine(frame, session, option) for option in options(target))


def _gives_coroutine(frame: Frame, session: Session, target: Value) -> bool:
    nested = nested_frame(frame, target)
    if nested is not None:
        return makes_coroutine(nested)
    if not isinstance(target, Function) or not target.chunk.chunk.is_async or _is_replaced(target):
        return False
    function = callee(session, target)
    found = session.frame(function) if function is not None else None
    return found is not None and makes_coroutine(found)


def _is_replaced(function: Function) -> bool:
    """Whether the module assigns something else to the method or function, by its name."""
    return function.chunk.name in function.module.matches(_ASSIGNED)


def _use(frame: Frame, call: Call) -> Use | None:
    """What is done with the value of a call, if it cannot be right for a coroutine; None if it may be."""
    if call.offloaded or call.factory is not None:
        return None
    parent = frame.tree.parent(call.node)
    if isinstance(parent, cst.Expr):
        return Use.DROPPED
    if isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not):
        return Use.TESTED
    if isinstance(parent, (cst.For, cst.CompFor)) and parent.asynchronous is not None:
        return None
    if isinstance(parent, cst.Attribute) and parent.attr.value in _OF_COROUTINES:
        return None
    part, use = _WRONG.get(type(parent), ("", None))
    return use if part and getattr(parent, part) is call.node else None


def instead(call: Call) -> Iterator[Fix]:
    """Yields the fix that pauses a plain function without `await`."""
    plain = call.fact.plain if isinstance(call.fact, SleepFact) else ""
    if plain and call.keywords:
        imports, (text,) = spelled(call.frame.scope.module, [f"{plain}("])
        yield Fix(f"Call `{plain}`", (replace(call.frame, call.node.func, text[:-1]),), imports)
