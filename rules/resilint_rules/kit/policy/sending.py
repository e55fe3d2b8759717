"""Calls that send a task of the project to a queue: `letter.delay(...)`, where `letter` is declared as a task."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..catalog.lookup import Catalog
from ..catalog.records import CallFact
from ..catalog.surroundings import TaskFact
from ..exceptions.handlers import named
from ..interp.calls import Call, Frame
from ..interp.values import Arguments, Derived, Function, Method, Ref, Value, options
from ..syntax.tree import walk


def sent_tasks(frame: Frame) -> Iterator[Call]:
    """Yields the calls in a function or statement that send a task which the project declares.

    Their entry is that of a call to the broker, if the catalogue has one, else that of the sending.
    """
    body = [frame.node.body] if frame.node is not None else frame.tree.body
    for top in body:
        for node in walk(top):
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and id(node) not in frame.calls:
                fact = _sending(frame, node.func)
                if fact is not None:
                    yield Call(node, fact, Arguments(), statement=None, frame=frame)


def _sending(frame: Frame, func: cst.Attribute) -> CallFact | TaskFact | None:
    """What the catalogue says of a method that sends a task; None if it is no such method."""
    name = func.attr.value
    for target in options(_target(frame, func.value)):
        declared = frame.scope.session.frame(target) if isinstance(target, Function) else None
        for _, value in declared.decorators if declared is not None else ():
            task = declaration(frame.scope.catalog, value)
            if task is not None and name in task.sends:
                known = frame.scope.catalog.method(CallFact, task.makes, name) if task.makes else None
                return known or task
    return None


def _target(frame: Frame, node: cst.BaseExpression) -> Value:
    """What a dotted name stands for; a task of another module is looked up there."""
    value = named(frame, node)
    targets = frame.scope.module.imports.get(node.value, ()) if isinstance(node, cst.Name) else ()
    if len(targets) == 1 and not isinstance(value, Function):
        return frame.scope.imported(list(targets), follow=True)
    return value if value is not None else Ref("")


def sending_entry(call: Call) -> TaskFact | None:
    """Returns the entry of a call that sends a task itself: `queue.enqueue(function)`; None for other calls."""
    fact = call.frame.scope.catalog.fact(TaskFact, call.callee)
    return fact if fact is not None and fact.form == "send" else None


def declaration(catalog: Catalog, decorator: Value) -> TaskFact | None:
    """Returns the entry by which a decorator makes its function a task; None if it does not."""
    found: TaskFact | None = None
    if isinstance(decorator, Method):
        found = catalog.method(TaskFact, decorator.owner.type, decorator.name)
    elif isinstance(decorator, Ref):
        found = catalog.fact(TaskFact, decorator.name)
    elif isinstance(decorator, Derived):
        found = catalog.fact(TaskFact, decorator.path.base)
    return found if found is not None and found.form == "declare" else None
