"""Loops that ask a peer again and again, and start the next round at once where it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import libcst as cst

from ..exceptions.handlers import Handler, handlers_of, pauses
from ..findings import Finding
from ..interp.call_kinds import ClientCall, LimitCall
from ..interp.calls import Call, Frame, Guard
from ..syntax.exits import AGAIN, Exit, is_endless
from ..syntax.idioms import calls_in
from ..syntax.tree import walk
from .attempts import retry_facts
from .loop_counter import BoundedLoop
from .loops import around, enclosing_loop, may_fail, retry_loop
from .policies import external

_REPEATS = re.compile(r"attempt|retr|delay|backoff|reconnect", re.IGNORECASE)
"""Names of parameters by which a client repeats its attempts, or pauses, by itself."""


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
    split = around(node.body, guard.node) if isinstance(node, cst.While) and _goes_on(node) else None
    handler = _hasty_handler(guard, calls[0]) if split is not None else None
    if not isinstance(node, cst.While) or split is None or handler is None:
        return None
    found = ConsumeLoop(node, guard.frame, calls[0], handler)
    after = split[1] if Exit.FALLS in handler.leaves else ()
    return found if _is_at_full_speed(found, guard, (*split[0], *after)) else None


def _hasty_handler(guard: Guard, call: Call) -> Handler | None:
    """The handler of a call's failure, if it goes on with the next round, and the library did not pause before it."""
    handler = next((one for one in handlers_of(guard) if one.concerns(call)), None)
    if handler is None or not _is_hasty(guard, handler) or _library_waits(call, handler):
        return None
    return handler


def _library_waits(call: Call, handler: Handler) -> bool:
    """Whether the library, in some version at least, repeats a call with pauses before a handler sees its failure."""
    words = retry_facts(call)[0]
    waits = words is not None and (words.waits or words.varies is not None)
    return waits and not any(handler.catches(error) for error in call.raises("status") or ())


def _is_at_full_speed(loop: ConsumeLoop, guard: Guard, rest: tuple[cst.CSTNode, ...]) -> bool:
    """Whether nothing in a round that fails waits, or ends the loop."""
    if loop.paced or loop.is_generator:
        return False
    return not _ends_or_awaits(rest, guard) and not _may_wait(loop, guard, rest)


def _is_hasty(guard: Guard, handler: Handler) -> bool:
    """Whether a handler goes on with the next round; a loop that ends with a success is another matter."""
    return handler.leaves <= AGAIN and guard.node.finalbody is None and retry_loop(guard) is None


def _goes_on(node: cst.While) -> bool:
    """Whether nothing that the loop does brings its end nearer: `while True`, until an event or a flag is set."""
    if not isinstance(node.body, cst.IndentedBlock):
        return False
    if is_endless(node):
        return True
    test = node.test.expression if isinstance(node.test, cst.UnaryOperation) else node.test
    if isinstance(test, cst.Call) and isinstance(test.func, cst.Attribute):
        return test.func.attr.value == "is_set" and test is not node.test
    if not isinstance(test, cst.Attribute):
        return False
    name = test.attr.value
    return not any(isinstance(part, cst.Attribute) and part.attr.value == name for part in walk(node.body))


def _ends_or_awaits(rest: tuple[cst.CSTNode, ...], guard: Guard) -> bool:
    """Whether what runs besides the `try`'s body may end the loop, or awaits something."""
    if any(isinstance(part, (cst.Break, cst.Return, cst.Raise)) for line in rest for part in walk(line)):
        return True
    parts = (*rest, *(handler.body for handler in guard.node.handlers))
    return any(isinstance(part, cst.Await) for line in parts for part in walk(line))


def _may_wait(loop: ConsumeLoop, guard: Guard, rest: tuple[cst.CSTNode, ...]) -> bool:
    """Whether anything in a round that fails may wait: only the call itself, logs and computations are known."""
    parts = (*rest, *_up_to(guard.node.body, loop.call.node), loop.handler.node.body)
    calls = (call for part in parts for call in calls_in(part) if call is not loop.call.node)
    return any(pauses(loop.frame, call) or not (loop.is_inert(call) or _only_prepares(loop, call)) for call in calls)


def _only_prepares(loop: ConsumeLoop, node: cst.Call) -> bool:
    """Whether a call makes a client that does not connect yet, or an object with settings for one."""
    known = loop.frame.calls.get(id(node))
    if known is None or known.args.open_names or any(_REPEATS.search(name) for name in known.args.named):
        return False
    return not known.fact.connects if isinstance(known, ClientCall) else isinstance(known, LimitCall)


def _up_to(block: cst.BaseSuite, call: cst.Call) -> Iterator[cst.CSTNode]:
    """Yields what of a block runs before a call is answered: of a `with` that enters it, not what it is for."""
    lines = (line.body if isinstance(line, cst.SimpleStatementLine) else (line,) for line in block.body)
    for line in chain.from_iterable(lines):
        here = any(part is call for part in walk(line))
        if here and isinstance(line, cst.With):
            yield from line.items
            if not any(part is call for item in line.items for part in walk(item)):
                yield from _up_to(line.body, call)
        else:
            yield line
        if here:
            return
