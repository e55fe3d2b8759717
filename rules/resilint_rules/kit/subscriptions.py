"""What rules can subscribe to: the types of `on=(...)` or of a rule's first parameter, and where their objects are.

A type of calls means that type alone: a rule on `Call` does not see a `ClientCall`, though that is a subclass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .interp.call_kinds import KINDS, BlockCall, GlobalCall, WrappedCall
from .interp.calls import Call, Frame, Guard
from .policy.constructs import all_constructs, all_loops, all_retries
from .retries.policies import layers


def functions(frames: list[Frame]) -> Iterator[Frame]:
    """Functions, lambdas and module-level statements, outer before inner."""
    for frame in frames:
        yield from frame.all_frames()


def _calls(kind: type[Call]) -> Callable[[list[Frame]], Iterator[object]]:
    def find(frames: list[Frame]) -> Iterator[object]:
        for frame in functions(frames):
            for call in (frame.asides if kind in (BlockCall, GlobalCall) else frame.calls).values():
                if type(call) is kind:
                    yield call

    return find


def wrapped_calls(frames: list[Frame]) -> Iterator[WrappedCall]:
    """Calls of functions of other modules that make one external call with what they are given."""
    for frame in functions(frames):
        yield from (call for call in frame.wrapped_calls.values() if call.elsewhere)


def guards(frames: list[Frame]) -> Iterator[Guard]:
    """`try` statements with the calls they guard."""
    for frame in functions(frames):
        yield from frame.guards.values()


SUBSCRIPTIONS: dict[str, Callable[[list[Frame]], Iterator[object]]] = {
    **{kind.__name__: _calls(kind) for kind in KINDS.values()},
    "AnyRetry": all_retries,
    "Frame": functions,
    "Guard": guards,
    "RetryPolicy": layers,
    "RetryLoop": all_loops,
    "RetryConstruct": all_constructs,
    "WrappedCall": wrapped_calls,
}


class Subscriptions:
    """Objects that rules examine in some frames, collected once per type."""

    def __init__(self, frames: list[Frame]) -> None:
        self._frames = frames
        self._found: dict[str, list[object]] = {}

    def of(self, on: tuple[str, ...]) -> list[object]:
        """All objects of some types, which are names of `SUBSCRIPTIONS`."""
        for subject in on:
            if subject not in self._found:
                self._found[subject] = list(SUBSCRIPTIONS[subject](self._frames))
        return [found for subject in on for found in self._found[subject]]
