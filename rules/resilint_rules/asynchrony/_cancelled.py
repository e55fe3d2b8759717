"""Handlers that swallow the cancellation of their task."""

from __future__ import annotations

import libcst as cst

from ..kit.exceptions.handlers import Handler, handlers_of, known_as
from ..kit.findings import Fix
from ..kit.fixes.edits import indentation
from ..kit.interp.calls import Guard
from ..kit.retries.loops import enclosing_loop
from ..kit.syntax.exits import AGAIN, Exit, ways_of
from ..kit.syntax.idioms import calls_in, closes, last_name
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import Tree, walk

_CANCELLED = "asyncio.CancelledError"
_TAKEN = frozenset(("BaseException", _CANCELLED, "asyncio.exceptions.CancelledError"))


def swallowing_handler(guard: Guard) -> Handler | None:
    """Returns the handler of a `try` in a coroutine's loop that takes a cancellation and goes on; None without one."""
    if not _goes_on(guard):
        return None
    for handler in handlers_of(guard):
        if handler.errors is None:
            return None
        if any(error in _TAKEN for error in handler.errors):
            raises = any(isinstance(node, cst.Raise) for node in walk(handler.node.body))
            return handler if handler.leaves <= AGAIN and not raises and _comes_round(guard, handler) else None
    return None


def _goes_on(guard: Guard) -> bool:
    """Whether a `try` awaits in a coroutine's loop, and neither cancels a task nor closes one thing after the other."""
    frame, loop = guard.frame, enclosing_loop(guard.within)
    if not frame.is_async or loop is None or not any(_waits(node) for node in walk(guard.node.body)):
        return False
    if frame.tree.derived(_cancels, frame.node or loop):
        return False
    return not any(closes(last_name(call)) for call in calls_in(guard.node.body))


def _comes_round(guard: Guard, handler: Handler) -> bool:
    """Whether the loop goes on behind a handler: what follows the `try` in the loop may leave it for good."""
    if Exit.CONTINUE in handler.leaves:
        return True
    loop = enclosing_loop(guard.within)
    node: cst.CSTNode | None = guard.node
    while node is not None and node is not loop:
        above = guard.frame.tree.parent(node)
        if isinstance(above, cst.IndentedBlock):
            place = next((index for index, line in enumerate(above.body) if line is node), len(above.body))
            after = ways_of(above.body[place + 1 :])
            if Exit.FALLS not in after:
                return Exit.CONTINUE in after
        node = above
    return True


def _waits(node: cst.CSTNode) -> bool:
    """Whether a coroutine waits at a node, so that a cancellation may come there."""
    return isinstance(node, cst.Await) or (isinstance(node, (cst.With, cst.For)) and node.asynchronous is not None)


def _cancels(tree: Tree, top: cst.CSTNode) -> bool:
    """Whether code cancels a task, or closes what it reads from."""
    return any(last_name(call) in ("cancel", "aclose") for call in calls_in(top))


def let_pass(handler: Handler) -> list[Fix]:
    """Returns the fix that puts a handler in front which raises the cancellation again."""
    frame = handler.frame
    if handler.names and "BaseException" not in handler.names:
        return []
    start = frame.tree.span(handler.node).start
    document = frame.scope.module.even
    line = document.starts[document.position(start)[0] - 1]
    indent, newline = indentation(frame, start), document.newline
    if document.text[line:start].strip() or not handler.node.body.body:
        return []
    inner = indentation(frame, frame.tree.span(handler.node.body.body[0]).start)
    if len(inner) <= len(indent) or isinstance(handler.node, cst.ExceptStarHandler):
        return []
    name, needed = known_as(frame, _CANCELLED)
    text = f"except {name}:{newline}{inner}raise{newline}{indent}"
    return [Fix("Let CancelledError pass", (Edit(start, start, text),), (needed,) if needed is not None else ())]
