"""Clients that are made in code that runs repeatedly, and used once."""

from __future__ import annotations

import libcst as cst

from ..kit.interp.calls import Call, Frame, call_at
from ..kit.interp.kinds import Around, EventKind
from ..kit.interp.values import Const, Instance, options


def enclosing_iteration(call: Call) -> cst.For | None:
    """Returns the innermost `for` loop around a call; None if there is none or it only counts attempts."""
    loops = [place.node for place in call.within if place.kind is Around.LOOP]
    if not loops or not isinstance(loops[-1], cst.For):
        return None
    over = loops[-1].iter
    counts = isinstance(over, cst.Call) and isinstance(over.func, cst.Name) and over.func.value in ("range", "count")
    return None if counts else loops[-1]


def has_constant_arguments(call: Call) -> bool:
    """Whether all arguments of a call are literals or constants of the module."""
    if call.args.open_names or call.args.open_positions:
        return False
    module = call.frame.scope.module
    for argument in (*call.args.positional, *call.args.named.values()):
        value = argument.value
        if isinstance(value, Instance) and value.made is not None:
            if not has_constant_arguments(call_at(value.made)):
                return False
        elif isinstance(value, Const):
            if value.soft or (value.name and value.name not in module.bindings):
                return False
        else:
            return False
    return True


def is_used_once(call: Call) -> bool:
    """Whether a client is used for one call in the function that creates it, and never leaves it.

    A stream does not count: its connection is its own in any case.
    """
    frame = call.frame
    made = _made(call)
    if made is None or made.escaped or any(event.kind is EventKind.SET for event in made.events):
        return False
    if _is_kept(frame, made) or any(_uses(inner, call) for inner in frame.nested):
        return False
    uses = [other for other in _uses(frame, call) if other is not call and not other.as_client.part]
    return len(uses) == 1 and _loops(uses[0]) == _loops(call) and not uses[0].as_external.streams


def _made(call: Call) -> Instance | None:
    """Returns the client that a call makes, also if it has to be awaited."""
    found = call.result
    inner = getattr(found, "value", found)
    return inner if isinstance(inner, Instance) else None


def _is_kept(frame: Frame, client: Instance) -> bool:
    """Whether a function returns a client, or assigns it to an attribute."""
    kept = [*frame.returns, *(value for _, _, _, value in frame.sets.values())]
    return any(option is client for value in kept for option in options(value))


def _uses(frame: Frame, client: Call) -> list[Call]:
    """Returns the calls of a function on a client, which is given by the call that makes it."""
    return [call for call in frame.calls.values() if any(known.made is client for known in call.clients)]


def _loops(call: Call) -> list[int]:
    return [id(place.node) for place in call.within if place.kind is Around.LOOP]
