"""Entry points: functions that a framework, a queue or a cloud calls, by decorator, class, shape or routing table."""

from __future__ import annotations

import enum

import libcst as cst

from ..catalog.lookup import Catalog
from ..catalog.surroundings import AppFact, EntryFact, TaskFact
from ..interp.calls import Frame
from ..interp.values import Class, Derived, Instance, Method, Object, Ref, Value, options
from ..syntax.access_path import Attr, Called, Path
from .routed import is_registered


class EntryKind(enum.Enum):
    """What an entry point is called for, as a message says it."""

    REQUEST = "request"
    TASK = "task"
    MESSAGE = "message"
    EVENT = "event"
    COMMAND = "command"
    STARTUP = "startup"

    @property
    def repeated(self) -> bool:
        """Whether it is called again and again in one process."""
        return self not in (EntryKind.COMMAND, EntryKind.STARTUP)


def entry_point(frame: Frame) -> EntryKind | None:
    """Returns what a function is called for from outside; None if nothing says that it is.

    Effect: modules that may hold its route are read, the first time that it is an open question.
    """
    if entry_point not in frame.derived:
        frame.derived[entry_point] = _found(frame)
    found: EntryKind | None = frame.derived[entry_point]
    return found


def _found(frame: Frame) -> EntryKind | None:
    if _takes_events(frame):
        return EntryKind.EVENT
    for _, value in frame.decorators:
        for option in options(value):
            found = _decorated(frame.scope.catalog, option)
            if found is not None:
                return found
    if not isinstance(frame.node, cst.FunctionDef) or frame.outer is not None:
        return None
    found = _of_class(frame)
    if found is not None or "." in frame.qualname:
        return found
    runs = is_registered(frame.scope, frame.qualname)
    return EntryKind(runs) if runs else None


def _takes_events(frame: Frame) -> bool:
    """Whether a function is the handler that a cloud calls for each event: `...handler(event, context)`."""
    node = frame.node
    if frame.outer is not None or "." in frame.qualname or not isinstance(node, cst.FunctionDef):
        return False
    names = [param.name.value.strip("_") for param in node.params.params]
    return frame.qualname.lower().endswith("handler") and names in (["event", "context"], ["event", ""])


def _decorated(catalog: Catalog, value: Value) -> EntryKind | None:
    """What a decorator makes a function to be called for."""
    if isinstance(value, Method):
        return _method(catalog, value.owner.type, value.name)
    path = Path(value.name) if isinstance(value, Ref) else value.path if isinstance(value, Derived) else None
    if path is None:
        return None
    if path.qualified:
        found = _function(catalog, path.qualified)
        if found is not None:
            return found
    steps = path.steps[:-1] if path.steps[-1:] == (Called(),) else path.steps
    if not path.qualified and not steps:
        return None
    if len(steps) > 1 and steps[-2] == Called() and isinstance(steps[-1], Attr):
        app = catalog.fact(AppFact, Path(path.base, steps[:-1]).qualified)
        if app is not None:
            return _method(catalog, app.type, steps[-1].name)
    plain = Path(path.base, steps).qualified
    return _function(catalog, plain) if plain else None


def _method(catalog: Catalog, owner: str, name: str) -> EntryKind | None:
    task = catalog.method(TaskFact, owner, name)
    if task is not None:
        return EntryKind.TASK if task.form == "declare" else None
    return EntryKind.REQUEST if catalog.method("route", owner, name) is not None else None


def _function(catalog: Catalog, name: str) -> EntryKind | None:
    task = catalog.fact(TaskFact, name)
    if task is not None:
        return EntryKind.TASK if task.form == "declare" else None
    if catalog.fact("route", name) is not None:
        return EntryKind.REQUEST
    entry = catalog.fact(EntryFact, name)
    return EntryKind(entry.runs) if entry is not None and entry.form == "decorator" else None


def _of_class(frame: Frame) -> EntryKind | None:
    """What a method is called for because of the class that its own class extends, through classes of the project."""
    owner = frame.owner
    if isinstance(owner, Instance) or "." not in frame.qualname:
        return None
    cls = owner.cls if isinstance(owner, Object) else owner
    if not isinstance(cls, Class):
        return None
    session, name = frame.scope.session, frame.qualname.rpartition(".")[2]
    for heir in session.lineage(cls):
        for base in session.bases(heir):
            entry = frame.scope.catalog.fact(EntryFact, base.name) if isinstance(base, Ref) else None
            if entry is not None and entry.form == "base" and name in entry.methods:
                return EntryKind(entry.runs)
    return None
