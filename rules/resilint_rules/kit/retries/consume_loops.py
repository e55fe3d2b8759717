"""Loops that ask a peer again and again, and start the next round at once where it fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..exceptions.handlers import Handler, handlers_of, pauses
from ..findings import Finding
from ..interp.calls import Call, Frame, Guard
from ..syntax.exits import AGAIN, is_endless
from ..syntax.idioms import calls_in
from ..syntax.tree import walk
from .loop_counter import BoundedLoop
from .loops import around, enclosing_loop, may_fail, retry_loop
from .policies import external


@dataclass(frozen=True, slots=True)
class ConsumeLoop(BoundedLoop):
    """A loop without an end of its own that goes round at once after the failure of an external call."""

    call: Call
    handler: Handler

    def finding(self, message: str) -> Finding:
        """A finding about this loop."""
        call = self.call
        return self.frame.finding(message, self.head, callee=call.callee, library=call.library, statement=None)


def consume_loops(frames: list[Frame]) -> Iterator[ConsumeLoop]:
    """The loops of functions that go round at once after a failure, whether or not a success ends them."""
    for outer in frames:
        for frame in outer.all_frames():
            for guard in frame.guards.values():
                found = _loop(guard)
                if found is not None:
                    yield found


def _loop(guard: Guard) -> ConsumeLoop | None:
    calls = [call for call in guard.calls if external(call) and may_fail(call)]
    node = enclosing_loop(guard.within) if calls and guard.node.handlers else None
    if not isinstance(node, cst.While) or not _goes_on(node) or not isinstance(node.body, cst.IndentedBlock):
        return None
    split = around(node.body, guard.node)
    handler = next((one for one in handlers_of(guard) if one.concerns(calls[0])), None)
    if split is None or handler is None or not handler.leaves <= AGAIN or guard.node.finalbody is not None:
        return None
    if retry_loop(guard) is not None:
        return None  # it ends with a success, which is another matter
    found = ConsumeLoop(node, guard.frame, calls[0], handler)
    if found.paced or found.is_generator or any(isinstance(part, cst.Await) for part in _rest(node, guard, split)):
        return None
    return found if not _may_wait(found, guard, split) else None


def _goes_on(node: cst.While) -> bool:
    """Whether nothing that the loop does brings its end nearer: `while True`, until an event or a flag is set."""
    if is_endless(node):
        return True
    test = node.test.expression if isinstance(node.test, cst.UnaryOperation) else node.test
    if isinstance(test, cst.Call) and isinstance(test.func, cst.Attribute):
        return test.func.attr.value == "is_set" and test is not node.test
    if not isinstance(test, cst.Attribute):
        return False
    name = test.attr.value
    return not any(isinstance(part, cst.Attribute) and part.attr.value == name for part in walk(node.body))


def _rest(
    node: cst.While, guard: Guard, split: tuple[tuple[cst.CSTNode, ...], tuple[cst.CSTNode, ...]]
) -> Iterator[cst.CSTNode]:
    """What runs in a round whose call fails, besides the `try`'s body."""
    for part in (*split[0], *split[1], *(handler.body for handler in guard.node.handlers)):
        yield from walk(part)


def _may_wait(loop: ConsumeLoop, guard: Guard, split: tuple[tuple[cst.CSTNode, ...], tuple[cst.CSTNode, ...]]) -> bool:
    """Whether anything in a round may wait, or end the loop: only the call itself, logs and computations are known."""
    first = [line for line in guard.node.body.body if any(part is loop.call.node for part in walk(line))]
    before = guard.node.body.body[: [*guard.node.body.body].index(first[0])] if first else guard.node.body.body
    known = {id(call.node) for call in guard.calls}
    parts = (*split[0], *split[1], *before, *first, loop.handler.node.body)
    for call in (call for part in parts for call in calls_in(part)):
        if id(call) in known and call is loop.call.node:
            continue
        if pauses(loop.frame, call) or not loop.is_inert(call):
            return True
    lines = (line for one in split for line in one)
    return any(isinstance(part, (cst.Break, cst.Return, cst.Raise)) for line in lines for part in walk(line))
