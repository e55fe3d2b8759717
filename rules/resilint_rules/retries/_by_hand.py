"""Repetition without a policy and a loop: a function that calls itself, a task that wants another attempt."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import BROAD, Call, EntryKind, Frame, Guard, Handler, RetryFact, dotted, entry_point, handlers_of, walk
from ..kit.interp.values import Derived, Function, Method, Object, Ref, Value
from ..kit.policy.through import calls_through
from ..kit.retries.policies import external
from ..kit.syntax.idioms import calls_in

_COUNTS = re.compile(r"retr(?!y_?after)|attempt|tries|trial|count|left|depth|max_?", re.IGNORECASE)
"""Names that a function which limits its own repetition has."""
_PASSING = re.compile(r"TOO_MANY_REQUESTS|TOO_EARLY|BAD_GATEWAY|SERVICE_UNAVAILABLE|GATEWAY_TIMEOUT|is_server_error")
"""Names of statuses that a lasting outage goes on giving."""
_STATUS = re.compile(r"\.(?:status|status_code|code|is_server_error)\b")


def retried_by_hand(guard: Guard) -> tuple[Handler, Call] | None:
    """Returns the handler of a task that wants another attempt after every exception, and the call that may fail."""
    frame = guard.frame
    calls = [call for call in (*guard.calls, *calls_through(guard)) if external(call) and not call.deferred]
    if not calls or len(guard.node.handlers) != 1 or entry_point(frame) is not EntryKind.TASK:
        return None
    handler = handlers_of(guard)[0]
    if not any(error in BROAD for error in handler.errors or ()):
        return None
    task = _first_parameter(frame)
    for line in handler.node.body.body:
        if isinstance(line, cst.If):
            return None  # it may choose
        if task and any(_asks_again(frame, call, task) for call in calls_in(line)):
            return handler, calls[0]
    return None


def _first_parameter(frame: Frame) -> str:
    node = frame.node
    params = node.params.params if isinstance(node, cst.FunctionDef) else ()
    return params[0].name.value if params else ""


def _asks_again(frame: Frame, node: cst.Call, task: str) -> bool:
    """Whether a call is that method of a task which leaves it to be done again."""
    owner, _, name = dotted(node.func).rpartition(".")
    if owner != task:
        return False
    marks = [_name(value) for _, value in frame.decorators] or _bases(frame)
    libraries = {one for mark in marks for one in frame.scope.catalog.libraries(mark)}
    return any(
        isinstance(fact, RetryFact) and fact.form == "raise" and fact.on and name in fact.names
        for library in libraries
        for fact in library.facts.values()
    )


def _bases(frame: Frame) -> list[str]:
    """The qualified names of the classes of libraries that the class of a method extends."""
    session, owner = frame.scope.session, frame.owner
    if not isinstance(owner, Object):
        return []
    return [base.name for cls in session.lineage(owner.cls) for base in session.bases(cls) if isinstance(base, Ref)]


def _name(value: Value) -> str:
    """The qualified name of what a decorator is made from, as far as it tells the library."""
    if isinstance(value, Method):
        return value.owner.type
    return value.path.base if isinstance(value, Derived) else value.name if isinstance(value, Ref) else ""


def calls_itself(guard: Guard) -> Iterator[tuple[cst.Call, cst.BaseSuite, Call]]:
    """Yields the calls by which a function starts again after a failure, with nothing that counts.

    With each comes what runs after the failure, a handler or a branch of it, and the call that failed.
    """
    frame, node = guard.frame, guard.frame.node
    if not isinstance(node, cst.FunctionDef) or frame.outer is not None:
        return
    name = node.name.value
    wanted = {f"self.{name}", f"cls.{name}"} if "." in frame.qualname else {name}
    for body, failed in _after_failures(guard):
        for again in calls_in(body):
            if dotted(again.func) in wanted and not _is_beside(frame, frame, again) and not may_end(frame, body, again):
                yield again, body, failed


def called_back(guard: Guard) -> Iterator[tuple[cst.Call, Call]]:
    """Yields the calls, after a failure, of functions that only call this one again; with each the call that failed."""
    frame, node = guard.frame, guard.frame.node
    if not isinstance(node, cst.FunctionDef) or frame.outer is not None or not frame.uses:
        return
    for body, failed in _after_failures(guard):
        for away in calls_in(body):
            _, target = frame.uses.get(id(away), (None, None))
            if isinstance(target, Function) and not may_end(frame, body, away) and _calls_back(frame, target):
                yield away, failed


def _calls_back(frame: Frame, target: Function) -> bool:
    """Whether another function of the module surely calls a function again, with what it is given itself."""
    other = frame.scope.session.frame(target) if target.module is frame.scope.module else None
    node = other.node if other is not None else None
    if other is None or other is frame or other.decorators or not isinstance(node, cst.FunctionDef):
        return False
    name = frame.qualname.rpartition(".")[2]
    wanted = {f"self.{name}", f"cls.{name}"} if "." in frame.qualname else {name}
    lines = [line for line in node.body.body if isinstance(line, cst.SimpleStatementLine)]
    back = [call for line in lines for call in calls_in(line) if dotted(call.func) in wanted]
    return len(back) == 1 and not may_end(other, node.body, back[0]) and not _is_beside(other, frame, back[0])


def _is_beside(frame: Frame, called: Frame, node: cst.Call) -> bool:
    """Whether a call only makes a coroutine, which something runs beside this one: it returns at once."""
    return called.is_async and not isinstance(frame.tree.parent(node), cst.Await)


def _after_failures(guard: Guard) -> Iterator[tuple[cst.BaseSuite, Call]]:
    """Yields what runs after a call of a `try` has failed: a handler, or a branch of it for a status that passes."""
    calls = [call for call in (*guard.calls, *calls_through(guard)) if external(call) and not call.deferred]
    for handler in handlers_of(guard) if calls else ():
        failed = next((call for call in calls if handler.concerns(call)), None)
        if failed is not None:
            yield handler.node.body, failed
        refused = next((call for call in calls if _catches_status(handler, call)), failed)
        if refused is not None and handler.name:
            yield from ((branch, refused) for branch in _branches(guard.frame, handler))


def _branches(frame: Frame, handler: Handler) -> Iterator[cst.BaseSuite]:
    """Yields the branches of a handler for a status that passes."""
    for part in walk(handler.node.body):
        if isinstance(part, cst.If) and _passes(frame, part.test, handler.name):
            yield part.body


def _catches_status(handler: Handler, call: Call) -> bool:
    """Whether a handler catches the error that a call, or the check of its response, makes of an error status."""
    errors = [*(call.raises("status") or ()), call.answer.raiser_raises if call.answer is not None else ""]
    return any(error and handler.catches(error) for error in errors)


def _passes(frame: Frame, test: cst.BaseExpression, name: str) -> bool:
    """Whether a test is for statuses of an overload or an outage alone: they come again as long as that lasts."""
    code, parts = frame.tree.code(test), list(walk(test))
    if not _STATUS.search(code) or not any(isinstance(part, cst.Name) and part.value == name for part in parts):
        return False
    if any(isinstance(part, (cst.Not, cst.NotEqual, cst.NotIn)) for part in parts):
        return False
    numbers = [int(part.value) for part in parts if isinstance(part, cst.Integer) and part.value.isdecimal()]
    if any(number not in (408, 425, 429) and not 500 <= number <= 599 for number in numbers):
        return False
    return bool(numbers) or _PASSING.search(code) is not None


def may_end(frame: Frame, block: cst.BaseSuite, again: cst.Call) -> bool:
    """Whether anything may end the repetition: other arguments, a condition, a counter, a step in between."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef):
        return True
    given = {arg.value.value if isinstance(arg.value, cst.Name) else "" for arg in again.args}
    params = {param.name.value for param in (*node.params.params, *node.params.kwonly_params)}
    starred = (node.params.star_arg, node.params.star_kwarg)
    params |= {param.name.value for param in starred if isinstance(param, cst.Param)}
    if not given <= params:
        return True
    if any(isinstance(part, (cst.If, cst.Raise, cst.AugAssign, cst.IfExp)) for part in walk(block)):
        return True
    parts = [*walk(node.params), *walk(node.body)]  # what decorates it counts something else
    if any(name in given for part in parts for name in _assigned(part)):
        return True
    return any(isinstance(part, cst.Name) and _COUNTS.search(part.value) for part in parts)


def _assigned(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, (cst.AssignTarget, cst.AugAssign)) and isinstance(node.target, cst.Name):
        yield node.target.value
