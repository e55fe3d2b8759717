"""The effects of one function alone: its external calls, and its calls of functions of the project."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalog.surroundings import TaskFact
from ..interp.calls import Call, Frame
from ..interp.values import Value
from ..syntax.text import Span
from .records import Kind, ReachedCall, Step
from .waiting import awaited_calls, reaches_peer, waits

_STATEFUL = ("database", "file")


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call of a function of the project."""

    call: Call
    target: Value
    awaited: bool

    @property
    def step(self) -> Step:
        """Its place: found when it is needed, as most sites lead nowhere."""
        return step_of(self.call)


@dataclass(frozen=True, slots=True)
class LocalEffects:
    """What a function does itself, and what it calls. Calls in threads and later calls are left out."""

    calls: tuple[ReachedCall, ...]
    sites: tuple[CallSite, ...]


def local_effects(frame: Frame) -> LocalEffects:
    """Returns the effects of a frame alone, without the functions that are defined inside it."""
    awaited = awaited_calls(frame)
    calls = [reached(call) for call in frame.calls.values() if counts(call)]
    sites = [
        CallSite(call, target, id(call.node) in awaited)
        for call, target in used(frame)
        if not call.offloaded and not call.deferred
    ]
    return LocalEffects(tuple(calls), tuple(sites))


def used(frame: Frame) -> list[tuple[Call, Value]]:
    """Returns the calls of the project that a body makes, each with what is called; what decorates it runs before."""
    above = {id(decorator.decorator) for decorator, _ in frame.decorators}
    return [use for key, use in frame.uses.items() if key not in above]


def counts(call: Call) -> bool:
    """Whether a call is made where it stands and reaches a peer, or sends a task."""
    if call.offloaded or call.deferred:
        return False
    return sends(call) or reaches_peer(call)


def sends(call: Call) -> bool:
    """Whether a call sends a task to a queue."""
    return isinstance(call.fact, TaskFact) and call.fact.form == "send"


def reached(call: Call) -> ReachedCall:
    """The record of an external call."""
    return ReachedCall(
        Kind.TASK if sends(call) else Kind.EXTERNAL,
        call.library,
        call.callee,
        call.peer,
        waits(call) and id(call.node) not in awaited_calls(call.frame),
        call.fact.kind == "client" or call.peer in _STATEFUL,
        (step_of(call),),
    )


def step_of(call: Call) -> Step:
    """The place of a call, as a step of a path."""
    head: Span = call.head
    document = call.frame.scope.module.doc
    return Step(document.name, head, document.position(head.start)[0], call.written)
