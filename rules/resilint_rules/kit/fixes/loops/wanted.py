"""What fixes of loops write: statuses that may pass, the numbers of a project, names and places of functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...catalog.lookup import Library
from ...interp.call_kinds import WrappedCall
from ...interp.calls import Call, Frame
from ...retries.attempts import built_in, policies
from ...retries.loop_counter import BoundedLoop
from ..edits import front, number

STATUSES = (429, 500, 502, 503, 504)
"""Statuses that may pass: a limit on requests, faults of the server and of what stands before it."""

_FEW = 2
"""Attempts that a client makes where it sends once more when a connection has ended."""


class Numbers(NamedTuple):
    """What a project wants to be written: attempts in all, seconds after which none begins, and of the first pause."""

    attempts: int
    within: str
    pause: str


def numbers(frame: Frame) -> Numbers:
    """The numbers of a project: by default a second attempt gets past most short failures, a third past a restart."""
    given = frame.scope.session.patterns
    return Numbers(int(given["attempts"]), number(given["within"]), number(given["pause"]))


def attempts_of(loop: BoundedLoop, calls: Iterable[Call]) -> int:
    """How often a loop is to try: less often around what is repeated inside, since attempts multiply."""
    most = numbers(loop.frame).attempts
    return max(most - 1, 2) if any(_is_repeated_inside(loop, call) for call in calls) else most


def _is_repeated_inside(loop: BoundedLoop, call: Call) -> bool:
    """Whether its client repeats a call as often, or a policy within the function that a loop goes around."""
    own = call.made if isinstance(call, WrappedCall) else call.reached or call
    if any((layer.attempts or 0) > _FEW for layer in built_in(own)):
        return True
    return own.frame.outermost is not loop.frame.outermost and bool(policies(own))


def name_for(call: Call, library: Library, plain: str, suffix: str = "") -> str:
    """The name that a function has for a library; the plain one belongs to the first library in a module."""
    module = call.frame.scope.module
    name = f"{plain}{suffix}"
    roots = {error.partition(".")[0] for error in library.transient_errors if "." in error}
    for function in module.functions.get(name, ()):
        if not any(f"{root}." in module.source(function.chunk) for root in roots):
            return f"{plain}_{library.name}{suffix}"
    return name


def definition_place(call: Call) -> int | None:
    """Where the function is defined before it is used: at the first function, or before the statement at hand."""
    module = call.frame.scope.module
    place = front(module)
    start = call.frame.tree.start
    tops = [chunk.start for chunk in module.outline.chunks if chunk.start <= start]
    here = tops[-1] if tops else None
    found = here if place is None else min(place, here if here is not None else place)
    return found or None  # nothing can be imported above the first line
