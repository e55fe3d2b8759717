"""Handlers inside a retried function that catch what the retry waits for."""

from __future__ import annotations

import re

import libcst as cst

from ..kit.exceptions.handlers import Handler, failures, handlers_of
from ..kit.exceptions.hierarchy import is_a
from ..kit.findings import Fix
from ..kit.fixes.edits import after_statement
from ..kit.interp.calls import Call, Frame
from ..kit.interp.kinds import Around, Part
from ..kit.retries.policies import RetryPolicy, external
from ..kit.syntax.exits import Exit
from ..kit.syntax.idioms import BROAD, COMPUTES, calls_in, harmless, is_log, last_name
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import walk

_MAY_RAISE = re.compile(r"raise|retry|abort|fail|reject|exit|requeue|again|throw", re.IGNORECASE)
"""Names of functions that may raise, or request another attempt."""


def defeating_handlers(layer: RetryPolicy) -> list[tuple[Handler, Call]]:
    """The handlers of a decorated function that catch all that the policy retries, with a call; [] if any is left."""
    body, wanted = layer.body, layer.errors
    if body is None or not wanted or body.nested:
        return []
    calls = [call for call in body.calls.values() if external(call) and not call.deferred]
    found: dict[int, tuple[Handler, Call]] = {}
    for call in calls:
        handler = _defeating(body, call, wanted)
        if handler is None:
            return []
        found.setdefault(id(handler.node), (handler, call))
    if set(wanted) & BROAD and _others(body, [handler for handler, _ in found.values()]):
        return []
    return list(found.values())


def _defeating(body: Frame, call: Call, wanted: tuple[str, ...]) -> Handler | None:
    """The handler that catches each failure of a call that the policy retries, and surely raises nothing."""
    awaited = _awaited(body, call, wanted)
    for place in reversed(call.within):
        guard = body.guards.get(id(place.node)) if place.kind is Around.TRY and place.part is Part.BODY else None
        for handler in handlers_of(guard) if guard is not None and awaited else ():
            if handler.errors is not None and all(handler.catches(error) for error in awaited):
                return handler if _is_quiet(handler) else None
            if handler.errors is None or handler.concerns(call):
                return None
    return None


def _awaited(body: Frame, call: Call, wanted: tuple[str, ...]) -> list[str]:
    """The failures of a call that a policy retries; [] in a loop, where one item of several is skipped."""
    if any(place.kind is Around.LOOP for place in call.within):
        return []
    catalog = body.scope.catalog
    return [error for error in failures(call) if any(is_a(catalog, error, other) for other in wanted)]


def _is_quiet(handler: Handler) -> bool:
    """Whether a handler raises nothing, and calls nothing that is named as if it did."""
    if Exit.RAISE in handler.leaves or any(isinstance(node, cst.Raise) for node in walk(handler.node.body)):
        return False
    if handler.comment and _MAY_RAISE.search(handler.comment):
        return False
    return not any(_MAY_RAISE.search(last_name(call)) for call in calls_in(handler.node.body))


def _others(body: Frame, handlers: list[Handler]) -> bool:
    """Whether a function calls something outside of the `try` statements of some handlers that may raise, too."""
    tree = body.tree
    guarded = [guard.node for guard in body.guards.values()]
    for call in calls_in(body.node.body if isinstance(body.node, cst.FunctionDef) else tree.module):
        if any(tree.inside(call, top) for top in guarded):
            continue
        if is_log(call) or (isinstance(call.func, cst.Name) and harmless(call.func.value, COMPUTES)):
            continue
        return True
    return not handlers


def raise_again(handler: Handler) -> list[Fix]:
    """Returns the fix that ends a handler with `raise`; none where its end is a compound statement."""
    frame, body = handler.frame, handler.node.body
    last = body.body[-1] if isinstance(body, cst.IndentedBlock) and body.body else None
    if not isinstance(last, cst.SimpleStatementLine):
        return []
    end = last.body[-1]
    if isinstance(end, (cst.Return, cst.Pass)) and len(handler.leaves) == 1:
        start, stop = frame.tree.span(end)
        edit: Edit | None = Edit(start, stop, "raise")
    else:
        edit = after_statement(frame, end, "raise") if handler.leaves == {Exit.FALLS} else None
    return [Fix("Raise the exception again", (edit,))] if edit is not None else []
