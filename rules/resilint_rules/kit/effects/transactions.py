"""Transactions that code runs in: opened by a block, or by a decorator of the function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..catalog.surroundings import TransactionFact
from ..interp.calls import Call, Frame
from ..interp.kinds import Around
from ..interp.statements import evaluate
from ..interp.values import Derived, Ref, Sequence, Value, options


class Transaction(NamedTuple):
    """What opens a transaction."""

    name: str
    """The last two names of the function, as a message has them."""
    fact: TransactionFact
    node: cst.CSTNode
    """The expression that a block enters, or a decorator; the function that is connected to a signal."""


def transaction_around(call: Call) -> str:
    """Returns the transaction that a call is made in, as a message names it: a block, or a decorator; "" for none."""
    for place in reversed(call.within):
        if place.kind is Around.WITH and place.value is not None and isinstance(place.node, cst.WithItem):
            opened = _opened(call.frame, place.value, place.node.item, called=True)
            if opened is not None:
                return opened.name
    found = _decorator(call.frame)
    return found.name if found is not None else ""


def transaction_at(frame: Frame, node: cst.CSTNode) -> Transaction | None:
    """Returns the innermost transaction around a node of a function; None if there is none."""
    above = frame.tree.parent(node)
    inside = node
    while above is not None and above is not frame.node:
        if isinstance(above, (cst.FunctionDef, cst.Lambda)):
            return None
        if isinstance(above, cst.With) and inside is above.body:
            for item in reversed(above.items):
                opened = _opened(frame, evaluate(frame, item.item), item.item, called=True)
                if opened is not None:
                    return opened
        inside, above = above, frame.tree.parent(above)
    return _decorator(frame)


def _decorator(frame: Frame) -> Transaction | None:
    for decorator, value in frame.decorators:
        opened = _opened(frame, value, decorator.decorator, called=False)
        if opened is not None:
            return opened
    return None


def _opened(frame: Frame, value: Value, node: cst.BaseExpression, *, called: bool) -> Transaction | None:
    """The transaction that a value opens, if it is what such a function returns, or for a decorator the function."""
    catalog = frame.scope.catalog
    for option in options(value):
        name = option.path.qualified if isinstance(option, Derived) else ""
        if not called and isinstance(option, Ref):
            name = option.name
        owner, _, method = name.rpartition(".")
        fact = catalog.fact(TransactionFact, name) or catalog.method(TransactionFact, owner, method) if name else None
        if fact is not None and fact.form.startswith("context") and (called or fact.form == "context+decorator"):
            return Transaction(".".join(name.split(".")[-2:]), fact, node)
    return None


def transaction_of_caller(frame: Frame) -> Transaction | None:
    """Returns by what a function is called inside the transactions of others, a decorator mostly; None without one."""
    for decorator, value in frame.decorators:
        node = decorator.decorator
        if not isinstance(node, cst.Call) or not node.args:
            continue
        for option in options(value):
            name = option.path.qualified if isinstance(option, Derived) else ""
            fact = frame.scope.catalog.fact(TransactionFact, name) if name else None
            if fact is not None and fact.form == "handler" and _is_signal(frame, node.args[0].value, fact):
                return Transaction(name, fact, node)
    return _connected(frame)


def _connected(frame: Frame) -> Transaction | None:
    """The signal to which the module connects a function by a call: `post_save.connect(start, sender=Job)`."""
    module, name = frame.scope.module, frame.qualname
    if frame.node is None or "." in name or not module.mentions("connect"):
        return None
    found = module.search(re.compile(rf"[\w.]+\.connect\(\s*(?:receiver\s*=\s*)?{name}\b"))
    if found is None:
        return None
    first, *rest = found.partition(".connect")[0].split(".")
    for target in module.imports.get(first, ()):
        signal = ".".join(part for part in (target.module, target.name, *rest) if part)
        for fact in _handlers(frame, signal) if not target.level else ():
            if signal in fact.signals:
                return Transaction(signal, fact, frame.node)
    return None


def _handlers(frame: Frame, signal: str) -> Iterator[TransactionFact]:
    """The entries for handlers of the library that a signal is of."""
    for library in frame.scope.catalog.libraries(signal):
        for fact in library.facts.values():
            if isinstance(fact, TransactionFact) and fact.form == "handler":
                yield fact


def _is_signal(frame: Frame, node: cst.BaseExpression, fact: TransactionFact) -> bool:
    """Whether the first argument of a handler's decorator is one of the signals, or holds one."""
    value = evaluate(frame, node)
    parts = value.members if isinstance(value, Sequence) else (value,)
    return any(isinstance(part, Ref) and part.name in fact.signals for part in parts)
