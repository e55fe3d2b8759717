"""Streams: how long one may be silent, and whether it is read for one answer only."""

from __future__ import annotations

import libcst as cst

from ..interp.calls import Call, call_at
from ..syntax.tree import Tree, walk
from .effective import enclosing, limit, timeout_bounds
from .values import Bound, UnknownBound, read_off

HALF_AN_HOUR = 1800.0
"""Seconds after which no person waits for an answer any more."""


def total_alone(call: Call) -> float | None:
    """The seconds of the limit on a whole stream, if no other one ends a silence in it; None if one does, or may."""
    found = limit(call)
    if not call.streams or found.state != "bounded":
        return None
    if any("read" in bound.phases and (bound.seconds is not None or not bound.sure) for bound in found.bounds):
        return None
    totals = [bound for bound in found.bounds if "total" in bound.phases and bound.seconds is not None]
    if not totals or not all(bound.sure for bound in totals):
        return None
    return min(bound.seconds for bound in totals if bound.seconds is not None)


def silent_for_one_answer(call: Call) -> bool:
    """Whether a stream may be silent without limit, though its reader only waits for one answer in it."""
    if not call.streams or call.tails or enclosing(call) or not _reads_one_answer(call):
        return False
    try:
        own = timeout_bounds(call, call.as_external)
    except UnknownBound:
        return read_off(call, call.as_external) is not None
    return _is_open(own) if own is not None else _has_open_client(call)


def _has_open_client(call: Call) -> bool:
    """Whether the one client of a call, which sets no limit itself, switches the limit on reading off."""
    if len(call.clients) != 1 or call.clients[0].made is None:
        return False
    client, made = call.clients[0], call_at(call.clients[0].made)
    if client.escaped or client.subclass is not None or call.as_external.missing != "inherit":
        return False
    try:
        bounds = timeout_bounds(made, made.as_external)
    except UnknownBound:
        return read_off(made, made.as_external) is not None
    return bounds is not None and _is_open(bounds)


def _is_open(bounds: tuple[Bound, ...]) -> bool:
    """Whether reading has no limit, and the whole has none."""
    reading = [bound for bound in bounds if bound.phases & {"read", "total"}]
    return bool(reading) and all(bound.seconds is None and bound.sure for bound in reading)


def _reads_one_answer(call: Call) -> bool:
    """Whether a loop over a stream gives something back from inside, in a function that yields nothing."""
    function, answer = call.frame.node, call.answer
    if not isinstance(function, cst.FunctionDef) or answer is None or call.response is None:
        return False
    read = {id(node) for name, node in call.response.uses if name in answer.streaming}
    if not read:
        return False
    given = call.frame.tree.derived(_given_back, function)
    return any(part in given for part in read)


def _given_back(tree: Tree, function: cst.CSTNode) -> set[int]:
    """What a function loops over to give something back from inside, part by part; nothing if it yields."""
    assert isinstance(function, cst.FunctionDef)
    nodes = list(walk(function.body))
    if any(isinstance(node, cst.Yield) for node in nodes):
        return set()
    loops = [
        loop for loop in nodes if isinstance(loop, cst.For)
        and any(isinstance(part, cst.Return) and part.value is not None for part in walk(loop.body))
    ]  # fmt: skip
    return {id(part) for loop in loops for part in walk(loop.iter)}
