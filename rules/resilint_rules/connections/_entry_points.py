"""Functions that others start again and again: for each request, each task, each turn of a loop."""

from __future__ import annotations

import libcst as cst

from ..kit.catalog.surroundings import AppFact
from ..kit.interp.calls import Call, Frame, call_at
from ..kit.interp.kinds import Around, EventKind
from ..kit.interp.values import Const, Derived, Instance, Method, Ref, Value, options
from ..kit.syntax.access_path import Attr, Called, Path


def entry(frame: Frame) -> str:
    """What a function is called for, by its decorators or its shape: "request", "task", "event"; "" for others."""
    if _takes_events(frame):
        return "event"
    for _, value in frame.decorators:
        for option in options(value):
            found = _declared(frame, option)
            if found:
                return found
    return ""


def _takes_events(frame: Frame) -> bool:
    """Whether it is the handler that a cloud starts for each event: a function `...handler(event, context)`."""
    node = frame.node
    if frame.outer is not None or "." in frame.qualname or not isinstance(node, cst.FunctionDef):
        return False
    names = [param.name.value.strip("_") for param in node.params.params]
    return frame.qualname.lower().endswith("handler") and names in (["event", "context"], ["event", ""])


def _declared(frame: Frame, value: Value) -> str:
    catalog = frame.scope.catalog
    if isinstance(value, Method):
        if catalog.method("task", value.owner.type, value.name) is not None:
            return "task"
        return "request" if catalog.method("route", value.owner.type, value.name) is not None else ""
    path = Path(value.name) if isinstance(value, Ref) else value.path if isinstance(value, Derived) else None
    if path is None:
        return ""
    if path.qualified and catalog.fact("task", path.qualified) is not None:
        return "task"
    steps = path.steps[:-1] if path.steps[-1:] == (Called(),) else path.steps
    if len(steps) > 1 and steps[-2] == Called() and isinstance(steps[-1], Attr):
        app = catalog.fact(AppFact, Path(path.base, steps[:-1]).qualified)
        if app is not None and catalog.method("route", app.type, steps[-1].name) is not None:
            return "request"
    return ""


def turn(call: Call) -> cst.For | None:
    """The `for` loop that a call is made in each turn of, unless it only counts attempts."""
    loops = [place.node for place in call.within if place.kind is Around.LOOP]
    if not loops or not isinstance(loops[-1], cst.For):
        return None
    over = loops[-1].iter
    counts = isinstance(over, cst.Call) and isinstance(over.func, cst.Name) and over.func.value in ("range", "count")
    return None if counts else loops[-1]


def the_same_each_time(call: Call) -> bool:
    """Whether everything a call is given is the same each time: literals, and constants of the module."""
    if call.args.open_names or call.args.open_positions:
        return False
    module = call.frame.scope.module
    for argument in (*call.args.positional, *call.args.named.values()):
        value = argument.value
        if isinstance(value, Instance) and value.made is not None:
            if not the_same_each_time(call_at(value.made)):
                return False
        elif isinstance(value, Const):
            if value.soft or (value.name and value.name not in module.bindings):
                return False
        else:
            return False
    return True


def used_once(call: Call) -> bool:
    """Whether a client is used for one call where it is made, and never leaves that place.

    A stream does not count: its connection is its own in any case.
    """
    frame = call.frame
    made = next(iter(_made(call)), None)
    if made is None or made.escaped or any(event.kind is EventKind.SET for event in made.events):
        return False
    kept = [*frame.returns, *(value for _, _, _, value in frame.sets.values())]
    if any(option is made for value in kept for option in options(value)):
        return False
    if any(_uses(inner, call) for inner in frame.nested):
        return False
    others = [other for other in frame.calls.values() if other is not call and not other.as_client.part]
    uses = [other for other in others if any(client.made is call for client in other.clients)]
    return len(uses) == 1 and _loops(uses[0]) == _loops(call) and not uses[0].as_external.streams


def _made(call: Call) -> list[Instance]:
    found = call.result
    inner = getattr(found, "value", found)
    return [inner] if isinstance(inner, Instance) else []


def _uses(frame: Frame, call: Call) -> bool:
    return any(client.made is call for other in frame.calls.values() for client in other.clients)


def _loops(call: Call) -> list[int]:
    return [id(place.node) for place in call.within if place.kind is Around.LOOP]
