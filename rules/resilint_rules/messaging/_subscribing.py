"""Subscriptions that a client loses when it connects again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.catalog.parts import Subscriptions
from ..kit.catalog.records import ClientFact
from ..kit.interp.calls import Frame, maker
from ..kit.interp.statements import evaluate
from ..kit.interp.values import Instance, literal, options
from ..kit.project.module import ClassChunk, FunctionChunk, Module
from ..kit.syntax.layout import flat
from ..kit.syntax.tree import dotted
from ._messages import mentions_any, own_calls

_CALLED = re.compile(r"(?<![\w.])(?:self\.)?(\w+)\(")
_SUBSCRIBES = "subscribe"
"""What is in the names of the methods that subscribe."""
_DECORATED = "connect_callback"
"""A decorator in place of the assignment."""


def lost_subscriptions(frame: Frame) -> Iterator[tuple[cst.Call, str]]:
    """Yields the subscriptions of a function that are not made again, with the callback in which they would be."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or frame.outer is not None or _SUBSCRIBES not in frame.tree.text:
        return
    given = {param.name.value for param in node.params.params} - {"self"}
    for call in own_calls(node.body):
        if not isinstance(call.func, cst.Attribute) or any(mentions_any(arg.value, given) for arg in call.args):
            continue  # what a wrapper subscribes to comes from its caller
        fact = _subscribing(frame, call.func)
        if fact is not None and _is_lost(frame, dotted(call.func.value), fact):
            yield call, fact.callback


def _subscribing(frame: Frame, method: cst.Attribute) -> Subscriptions | None:
    """What a client asks for by a method, if it is made here or in its class, and the other side does not keep it."""
    found: set[Subscriptions] = set()
    for option in options(evaluate(frame, method.value)):
        made = maker(option) if isinstance(option, Instance) else None
        fact = frame.scope.catalog.fact(ClientFact, option.type) if isinstance(option, Instance) else None
        known = fact.subscriptions if fact is not None else None
        if made is None or known is None or known.method != method.attr.value or made.args.open_names:
            return None
        if any(literal(made.args.named[name].value) is not True for name in known.kept_by if name in made.args.named):
            return None
        found.add(known)
    return found.pop() if len(found) == 1 else None


def _is_lost(frame: Frame, owner: str, fact: Subscriptions) -> bool:
    """Whether a client runs on by itself, and no function that is called at each connection subscribes."""
    module = frame.scope.module
    own = _function_at(module, frame)
    if own is None or not owner or module.mentions(_DECORATED):
        return False
    cls = own.owner if owner.startswith("self.") else None
    texts = _texts(module, own, cls)
    name = re.escape(owner)
    loops = re.compile(rf"\b{name}\.(?:{'|'.join(fact.loops)})\(")
    if not any(loops.search(text) for text in texts) or (cls is None and f"{owner}.disconnect(" in texts[0]):
        return False
    given = re.compile(rf"\b{name}\.{fact.callback}[ \t]*=[ \t]*([^\n]+)")
    callbacks = [found for text in texts for found in given.findall(text)]
    return all(_does_not_subscribe(module, cls, own, callback, fact) for callback in callbacks)


def _texts(module: Module, own: FunctionChunk, cls: ClassChunk | None) -> list[str]:
    """The texts of a function, or of all methods of a class."""
    functions = [function for same in cls.methods.values() for function in same] if cls is not None else [own]
    return [flat(module.source(function.chunk)) for function in functions]


def _function_at(module: Module, frame: Frame) -> FunctionChunk | None:
    found = module.functions_named(frame.qualname)
    return found[0] if len(found) == 1 else None


def _does_not_subscribe(
    module: Module, cls: ClassChunk | None, own: FunctionChunk, callback: str, fact: Subscriptions
) -> bool:
    """Whether a callback surely subscribes to nothing, nor what it calls, and does not call the function at hand."""
    name = callback.strip().removeprefix("self.")
    pending, seen = [name], {name}
    for depth, current in enumerate(pending):  # grows while it is iterated
        named = _named(module, cls, current)
        if not named:
            if not depth:
                return False  # what it does is not seen
            continue
        source = flat(module.source(named[0].chunk))
        if named[0] is own or f".{fact.method}(" in source:
            return False
        called = set(_CALLED.findall(source)) - seen
        seen |= called
        pending.extend(sorted(called) if depth < _DEPTH else ())
    return True


_DEPTH = 20
"""Functions that are followed from a callback."""


def _named(module: Module, cls: ClassChunk | None, name: str) -> list[FunctionChunk]:
    return [*(cls.methods.get(name, ()) if cls is not None else ()), *module.functions.get(name, ())]
