"""Consumers whose messages the broker takes for processed at the moment of delivery."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

import libcst as cst

from ..kit import Function, options
from ..kit.catalog.surroundings import ConsumeFact
from ..kit.effects.callees import nested_frame
from ..kit.interp.calls import Frame
from ..kit.interp.session import Session
from ..kit.interp.statements import evaluate
from ._messages import does_work, facts, given, literal_of, own_calls

_OWN_QUEUE = ("exclusive=True", "exclusive = True")
"""A queue that ends with its consumer."""
_BUILT_IN = "amq."


class Automatic(NamedTuple):
    """A consumer that acknowledges at delivery."""

    call: cst.Call
    fact: ConsumeFact
    switch: cst.BaseExpression
    """The argument that says so."""
    handler: Frame | None
    """The function that gets the messages, if it is one of the module."""
    names: str
    """What is said of the queue and the handler."""

    @property
    def needs(self) -> int:
        """How many parameters of the handler an acknowledgement needs."""
        return 2 if "{second}" in self.fact.writes else 1


def automatic_acks(frame: Frame) -> Iterator[Automatic]:
    """Yields the consumers of a function that acknowledge at delivery, unless nothing can be lost with a message."""
    if not isinstance(frame.node, cst.FunctionDef) and frame.outer is not None:
        return
    known: dict[str, list[ConsumeFact]] = {}
    for fact in facts(frame, ConsumeFact):
        for name in fact.names:
            known.setdefault(name.rpartition(".")[2], []).append(fact)
    body = frame.node.body if isinstance(frame.node, cst.FunctionDef) else frame.tree.module
    for call in own_calls(body) if known else ():
        name = call.func.attr.value if isinstance(call.func, cst.Attribute) else getattr(call.func, "value", "")
        found = next(filter(None, (_automatic(frame, call, fact) for fact in known.get(name, ()))), None)
        if found is not None:
            yield found


def _automatic(frame: Frame, call: cst.Call, fact: ConsumeFact) -> Automatic | None:
    switch = given(call, fact.automatic.name, fact.automatic.index) if fact.automatic is not None else None
    if switch is None or fact.automatic is None or literal_of(switch) != fact.automatic.on:
        return None
    written = frame.tree.code(call)
    if frame.scope.module.mentions(*_OWN_QUEUE) or _BUILT_IN in written:
        return None
    callback = given(call, fact.callback.name, fact.callback.index) if fact.callback is not None else None
    handler = _handler(frame, callback) if callback is not None else None
    if handler is not None and not any(does_work(inner) for inner in own_calls(_body(handler))):
        return None
    return Automatic(call, fact, switch, handler, written)


def _body(frame: Frame) -> cst.CSTNode:
    return frame.node.body if frame.node is not None else frame.tree.module


def _handler(frame: Frame, node: cst.BaseExpression) -> Frame | None:
    """The function of the same module that is given as the handler."""
    for option in options(evaluate(frame, node)):
        nested = nested_frame(frame, option)
        if nested is not None:
            return nested
        if isinstance(option, Function) and option.module is frame.scope.module:
            return cast("Session", frame.scope.session).frame(option)
    return None
