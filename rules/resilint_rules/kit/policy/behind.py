"""What is behind a function or a call of one: the external calls that it leads to, with the calls on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..effects.callees import callee, nested_frame, runs_at
from ..effects.decorators import wrappers
from ..effects.local import sends, step_of, used
from ..effects.records import Step
from ..interp.call_kinds import WrappedCall
from ..interp.calls import Call, Frame
from ..interp.session import Session
from ..interp.values import Function, Value, options
from ..prefilter.reach import LONG
from ..project.module import Module
from ..retries.policies import external

DEPTH = 6
"""Calls of functions of the project on the way to an external call."""
FUNCTIONS = 200
"""Functions that are looked into for one question."""


@dataclass(frozen=True, slots=True)
class Lead:
    """An external call, or the sending of a task, and the calls of functions that lead to it, the innermost first."""

    call: Call
    callers: tuple[Call, ...] = ()

    @property
    def path(self) -> tuple[Step, ...]:
        """The places from the first function to the external call, through the wrappers that it is seen through."""
        steps = [*reversed(self.callers), self.call]
        while isinstance(steps[-1], WrappedCall):
            steps.append(steps[-1].inner)
        return tuple(step_of(call) for call in steps)


class Walk:
    """Finds what is behind functions of one module. `complete` is False once a call could not be followed."""

    def __init__(self, session: Session, module: Module, *, as_called: bool = False) -> None:
        """With `as_called`, the call of a wrapper in another module is the external call, with what it is given."""
        self.session = session
        self.module = module
        self.as_called = as_called
        self.complete = True
        self._looked_into: set[tuple[str, int]] = set()

    def of_function(self, frame: Frame) -> Iterator[Lead]:
        """Yields what calling a function leads to, in the order of the text."""
        return self._within(frame, frame.calls.values(), used(frame), (), ())

    def of_calls(self, frame: Frame, calls: Iterable[tuple[Call, Value]]) -> Iterator[Lead]:
        """Yields what some calls of functions of the project lead to."""
        return self._within(frame, (), calls, (), ())

    def _within(
        self,
        frame: Frame,
        calls: Iterable[Call],
        uses: Iterable[tuple[Call, Value]],
        callers: tuple[Call, ...],
        above: tuple[Frame, ...],
    ) -> Iterator[Lead]:
        found: list[tuple[Call, Value | None]] = [(call, None) for call in calls if external(call) or sends(call)]
        found.extend(uses)
        for call, target in sorted(found, key=lambda pair: pair[0].head):
            if target is None:
                yield Lead(call, callers)
            else:
                yield from self._called(frame, call, target, callers, above)

    def _called(
        self, frame: Frame, call: Call, target: Value, callers: tuple[Call, ...], above: tuple[Frame, ...]
    ) -> Iterator[Lead]:
        """What one call of a function of the project leads to."""
        seen_through = frame.wrapped_calls.get(id(call.node)) if self.as_called else None
        if seen_through is not None and seen_through.is_plain:
            yield Lead(seen_through, callers)
            return
        choices = options(target)
        inner = nested_frame(frame, choices[0])
        if inner is None and len(choices) == 1 and len(callers) < DEPTH:
            function = callee(self.session, choices[0])
            inner = self._frame(function) if function is not None else None
        again = any(inner is known for known in above)
        if inner is None or again or len(choices) > 1 or not runs_at(inner, call):
            self.complete = False
            return
        self.complete = self.complete and _is_counted(inner)
        yield from self._within(inner, inner.calls.values(), used(inner), (call, *callers), (*above, inner))

    def _frame(self, function: Function) -> Frame | None:
        """A function's frame; None if it would cost too much, or cannot be parsed."""
        chunk = function.chunk.chunk
        self._looked_into.add((function.module.doc.name, chunk.start))
        if chunk.end - chunk.start > LONG or len(self._looked_into) > FUNCTIONS:
            return None
        return self.session.scope(function.module).frame(function.chunk)


def _is_counted(frame: Frame) -> bool:
    """Whether it is seen how often decorators of the project call a function."""
    return all(wrapper.site or wrapper.before_last or not wrapper.repeats for wrapper in wrappers(frame))
