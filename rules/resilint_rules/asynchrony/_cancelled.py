"""Handlers that swallow the cancellation of their task."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.exceptions.handlers import Handler, caught, handlers_of, known_as
from ..kit.findings import Fix
from ..kit.fixes.edits import indentation
from ..kit.interp.calls import Frame, Guard
from ..kit.retries.loops import enclosing_loop
from ..kit.syntax.exits import AGAIN, Exit, ways_of
from ..kit.syntax.idioms import calls_in, closes, last_name
from ..kit.syntax.text import Edit, Span
from ..kit.syntax.tree import Tree, dotted, walk

_CANCELLED = "asyncio.CancelledError"
_TAKEN = frozenset(("BaseException", _CANCELLED, "asyncio.exceptions.CancelledError"))

_CANCELS = re.compile(r"\.cancel\(")
_FOR_TASKS = frozenset(("gather", "wait", "shield", "wait_closed", "join"))
"""Functions that wait for tasks, each of which may be cancelled alone."""


def swallowing_handler(guard: Guard) -> Handler | None:
    """Returns the handler of a `try` in a coroutine's loop that takes a cancellation and goes on; None without one."""
    loop = enclosing_loop(guard.within)
    if loop is None or not guard.frame.is_async or not _may_be_cancelled(guard.frame, guard.node.body, loop):
        return None
    for handler in handlers_of(guard):
        if handler.errors is None:
            return None
        if any(error in _TAKEN for error in handler.errors):
            again = Exit.CONTINUE in handler.leaves or _comes_round(guard.frame, guard.node, loop)
            raises = any(isinstance(node, cst.Raise) for node in walk(handler.node.body))
            ended = _ends(handler, loop) or _ended_elsewhere(guard.frame, loop)
            return handler if handler.leaves <= AGAIN and again and not raises and not ended else None
    return None


def suppressing(frame: Frame) -> Iterator[cst.BaseExpression]:
    """Yields each `suppress(...)` in a loop of a coroutine that takes a cancellation, where the loop goes on."""
    if not frame.is_async or frame.node is None or not frame.scope.module.mentions("suppress"):
        return
    for node in walk(frame.node):
        taking = [item.item for item in node.items if _takes(frame, item.item)] if isinstance(node, cst.With) else []
        loop = _loop_around(frame, node) if taking else None
        if isinstance(node, cst.With) and loop is not None:
            goes_on = _comes_round(frame, node, loop) and not _ended_elsewhere(frame, loop)
            if goes_on and _may_be_cancelled(frame, node.body, loop):
                yield taking[0]


def _takes(frame: Frame, manager: cst.BaseExpression) -> bool:
    """Whether a context manager suppresses a cancellation."""
    if not isinstance(manager, cst.Call) or last_name(manager) != "suppress":
        return False
    return any(error in _TAKEN for argument in manager.args for error in caught(frame, argument.value) or ())


def _loop_around(frame: Frame, node: cst.CSTNode) -> cst.For | cst.While | None:
    """The loop in the frame's function around a node, if only `with` blocks are in between."""
    above = frame.tree.parent(node)
    while isinstance(above, (cst.IndentedBlock, cst.With)):
        above = frame.tree.parent(above)
    return above if isinstance(above, (cst.For, cst.While)) else None


def _may_be_cancelled(frame: Frame, body: cst.BaseSuite, loop: cst.CSTNode) -> bool:
    """Whether a block in a coroutine's loop waits for what it does itself, and nothing there cancels or closes."""
    if frame.tree.derived(_cancels, frame.node or loop) or _is_meant(frame, loop, frame.tree.parent(body)):
        return False
    return any(_waits(node) for node in walk(body)) and not any(closes(last_name(call)) for call in calls_in(body))


def _is_meant(frame: Frame, *nodes: cst.CSTNode | None) -> bool:
    """Whether a comment above a loop, or above the statement in it, says what a cancellation is there."""
    starts = [frame.tree.span(node).start for node in nodes if node is not None]
    return any("cancel" in text.lower() for start in starts for text in frame.comments(Span(start, start)))


def _raised_later(handler: Handler) -> bool:
    """Whether the function raises, behind the loop, what a handler has kept."""
    top = handler.frame.node
    assigned = [node for node in walk(handler.node.body) if isinstance(node, cst.AssignTarget)]
    kept = {dotted(node.target) for node in assigned}
    raised = (node.exc for node in walk(top) if isinstance(node, cst.Raise)) if kept and top is not None else ()
    return any(exc is not None and dotted(exc) in kept for exc in raised)


def _comes_round(frame: Frame, node: cst.CSTNode, loop: cst.CSTNode) -> bool:
    """Whether the loop goes on behind a statement in it: what follows there may leave it for good."""
    at: cst.CSTNode | None = node
    while at is not None and at is not loop:
        above = frame.tree.parent(at)
        if isinstance(above, cst.IndentedBlock):
            place = next((index for index, line in enumerate(above.body) if line is at), len(above.body))
            after = ways_of(above.body[place + 1 :])
            if Exit.FALLS not in after:
                return Exit.CONTINUE in after
        at = above
    return True


def _ends(handler: Handler, loop: cst.For | cst.While) -> bool:
    """Whether a handler changes what a condition of the loop looks at: `self.running = False`, `stopped.set()`.

    Or it keeps what is raised behind the loop.
    """
    if _raised_later(handler):
        return True
    tested = handler.frame.tree.derived(_tested, loop)
    for node in walk(handler.node.body):
        if isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign)) and dotted(node.target) in tested:
            return True
        owner = dotted(node.func).rpartition(".")[0] if isinstance(node, cst.Call) else ""
        if owner and (owner in tested or any(name.startswith(f"{owner}.") for name in tested)):
            return True
    return False


def _ended_elsewhere(frame: Frame, loop: cst.For | cst.While) -> bool:
    """Whether what the loop runs on for is mentioned where a task is cancelled: it ends by that."""
    if not isinstance(loop, cst.While):
        return False
    names = {dotted(part).rpartition(".")[2] for part in walk(loop.test)} - {"", "True", "is_set"}
    return any(frame.scope.module.functions_mentioning(name, _CANCELS) for name in sorted(names))


def _tested(tree: Tree, loop: cst.CSTNode) -> frozenset[str]:
    """The names and attributes that the conditions of a loop look at."""
    tests = [node.test for node in walk(loop) if isinstance(node, (cst.While, cst.If))]
    return frozenset(dotted(part) for test in tests for part in walk(test)) - {"", "True"}


def _waits(node: cst.CSTNode) -> bool:
    """Whether a coroutine waits at a node, so that a cancellation may come there.

    A task or a future that it waits for may have been cancelled alone.
    """
    if isinstance(node, cst.Await):
        inner = node.expression
        return isinstance(inner, cst.Call) and last_name(inner) not in _FOR_TASKS
    return isinstance(node, (cst.With, cst.For)) and node.asynchronous is not None


def _cancels(tree: Tree, top: cst.CSTNode) -> bool:
    """Whether code cancels a task or takes that back, or closes what it reads from."""
    return any(last_name(call) in ("cancel", "aclose", "uncancel") for call in calls_in(top))


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
