"""Effect summaries: what calling a function of the project does."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ..syntax.text import Span


class Kind(enum.Enum):
    """What a reached call does."""

    EXTERNAL = "it asks a peer and waits for the answer"
    TASK = "it sends a task to a queue"


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """A call on a path: where it stands and how it is written. `row` is one-based."""

    file: str
    span: Span
    row: int
    written: str


@dataclass(frozen=True, slots=True)
class ReachedCall:
    """An external call, or the sending of a task, that calling a function may lead to."""

    kind: Kind
    library: str
    callee: str
    peer: str
    blocks: bool
    """It waits on the thread of the caller, without `await`."""
    stateful: bool
    """It is made on a connection that has to stay in its thread, or makes a client."""
    path: tuple[Step, ...]
    """The calls that lead to it, from the function's own one to the external call itself."""

    @property
    def place(self) -> Step:
        """The external call itself."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class EffectSummary:
    """The effects of one function. `calls` are sorted by the lengths of their paths and their places.

    All of them are certain: the callee of every step is the only one that is possible. `complete` is False if a call
    is not resolved or a budget was exceeded: then there may be more.
    """

    calls: tuple[ReachedCall, ...] = ()
    complete: bool = False

    @property
    def blocking(self) -> ReachedCall | None:
        """The nearest call that waits on the thread of the caller."""
        return next((call for call in self.calls if call.blocks), None)


UNKNOWN_EFFECTS = EffectSummary()
