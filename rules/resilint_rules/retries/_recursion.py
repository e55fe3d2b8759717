"""Functions that call themselves again after a failure: on an error, or on a status that passes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from ..kit import Call, Frame, FrameKind, Guard, Handler, calls_in, dotted, handlers_of, walk
from ..kit.policy.through import calls_through
from ..kit.retries.policies import external

_COUNTS = re.compile(r"retr|attempt|tries|trial|count|left|depth|max_?", re.IGNORECASE)
"""Names that a function which limits its own repetition has."""
_PASSING = re.compile(r"TOO_MANY_REQUESTS|TOO_EARLY|BAD_GATEWAY|SERVICE_UNAVAILABLE|GATEWAY_TIMEOUT|is_server_error")
"""Names of statuses that a lasting outage goes on giving."""
_STATUS = re.compile(r"\.(?:status|status_code|code|is_server_error)\b")


def calls_itself(found: Guard | Frame) -> Iterator[tuple[cst.Call, Call]]:
    """Yields the calls by which a function starts again after a failure, with nothing that counts, and what failed."""
    frame = found.frame if isinstance(found, Guard) else found
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or frame.outer is not None or frame.kind is not FrameKind.FUNCTION:
        return
    name = node.name.value
    wanted = {f"self.{name}", f"cls.{name}"} if "." in frame.qualname else {name}
    branches = _after_errors(found) if isinstance(found, Guard) else _after_statuses(frame, node)
    for body, failed in branches:
        for again in calls_in(body):
            if dotted(again.func) in wanted and not _may_end(node, body, again):
                yield again, failed


def _after_errors(guard: Guard) -> Iterator[tuple[cst.CSTNode, Call]]:
    """Yields what runs after a call of a `try` has failed, with the call: a handler, or a branch of it for a status."""
    calls = [call for call in (*guard.calls, *calls_through(guard)) if external(call) and not call.deferred]
    for handler in handlers_of(guard) if calls else ():
        failed = next((call for call in calls if handler.concerns(call)), None)
        if failed is not None:
            yield handler.node.body, failed
        refused = failed or next((call for call in calls if _catches_status(handler, call)), None)
        name = handler.node.name.name if handler.node.name is not None else None
        if refused is not None and isinstance(name, cst.Name):
            yield from ((part.body, refused) for part in _branches(guard.frame, handler.node.body, {name.value}))


def _catches_status(handler: Handler, call: Call) -> bool:
    """Whether a handler catches the error that a call, or the check of its response, makes of an error status."""
    errors = [*(call.raises("status") or ()), call.answer.raiser_raises if call.answer is not None else ""]
    return any(error and handler.catches(error) for error in errors)


def _after_statuses(frame: Frame, node: cst.FunctionDef) -> Iterator[tuple[cst.CSTNode, Call]]:
    """Yields the branches of a function for a status that passes, with the call whose response has it."""
    named = {
        name: call for call in frame.calls.values()
        if call.response is not None and external(call) and not call.deferred for name in call.response.names
    }  # fmt: skip
    if named and any(dotted(call.func).rpartition(".")[2] == node.name.value for call in calls_in(node)):
        for part in _branches(frame, node.body, named.keys()):
            first = next(name for name in named if _is_read(part.test, {name}))
            yield part.body, named[first]


def _branches(frame: Frame, top: cst.CSTNode, names: Iterable[str]) -> Iterator[cst.If]:
    """Yields the branches below a node that are for a status that passes, of something with one of some names."""
    for part in walk(top):
        if isinstance(part, cst.If) and _is_read(part.test, names) and _passes(frame.tree.code(part.test), part.test):
            yield part


def _is_read(test: cst.CSTNode, names: Iterable[str]) -> bool:
    return any(isinstance(part, cst.Name) and part.value in names for part in walk(test))


def _passes(code: str, test: cst.BaseExpression) -> bool:
    """Whether a test is for statuses of an overload or an outage alone: they come again as long as that lasts."""
    if not _STATUS.search(code) or any(isinstance(part, (cst.Not, cst.NotEqual, cst.NotIn)) for part in walk(test)):
        return False
    numbers = [int(part.value) for part in walk(test) if isinstance(part, cst.Integer) and part.value.isdecimal()]
    if any(number not in (408, 425, 429) and not 500 <= number <= 599 for number in numbers):
        return False
    return bool(numbers) or _PASSING.search(code) is not None


def _may_end(node: cst.FunctionDef, body: cst.CSTNode, again: cst.Call) -> bool:
    """Whether anything may end the repetition: other arguments, a condition, a counter, a step in between."""
    given = {arg.value.value if isinstance(arg.value, cst.Name) else "" for arg in again.args}
    params = {param.name.value for param in (*node.params.params, *node.params.kwonly_params)}
    if not given <= params:
        return True
    if any(isinstance(part, (cst.If, cst.Raise, cst.AugAssign, cst.IfExp)) for part in walk(body)):
        return True
    parts = [*walk(node)]
    if any(name in given for part in parts for name in _assigned(part)):
        return True
    return any(isinstance(part, cst.Name) and _COUNTS.search(part.value) for part in parts)


def _assigned(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, (cst.AssignTarget, cst.AugAssign)) and isinstance(node.target, cst.Name):
        yield node.target.value
