"""Requests that functions of the project send: what a loop around a call of such a function repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from ...kit.exceptions.handlers import Handler, handlers_of
from ...kit.fixes.loops.refusals import refused_loops
from ...kit.fixes.loops.sent import requests_of
from ...kit.interp.call_kinds import WrappedCall
from ...kit.interp.calls import Call, Frame, Guard
from ...kit.interp.values import Function, Partial, options
from ...kit.project.module import Module
from ...kit.retries.loops import RetryLoop, around, enclosing_loop, may_fail, retry_loop
from ...kit.retries.policies import layers_of
from ...kit.retries.repeating import asks_again, tries_again
from ...kit.syntax.tree import dotted, walk
from .statuses import is_requested_again

_DEPTH = 3
"""Functions between a loop and the request that it repeats."""


def sent_by(frame: Frame, target: object, depth: int = _DEPTH) -> Iterator[Call]:
    """The requests that a function of the project sends when it is called, itself or through others."""
    for option in options(target):  # type: ignore[arg-type]
        inner = frame.scope.session.frame(option) if isinstance(option, Function) else None
        for call in inner.calls.values() if inner is not None else ():
            if type(call) is Call and may_fail(call) and call.peer in ("http", "llm"):
                yield call
        for _, further in inner.uses.values() if inner is not None and depth > 1 else ():
            yield from sent_by(inner, further, depth - 1)  # type: ignore[arg-type]


def repeated_by_hand(frame: Frame) -> Iterator[RetryLoop]:
    """The loops of a function that try requests again: its own, those of functions that it calls, or is given."""
    for guard in frame.guards.values():
        found = retry_loop(guard) or _around_others(guard)
        if found is not None:
            yield found


def _around_others(guard: Guard) -> RetryLoop | None:
    """The loop that tries a function of the project again; None if there is none, or that sends no request."""
    node = enclosing_loop(guard.within)
    if node is None or not isinstance(node.body, cst.IndentedBlock) or not guard.node.handlers:
        return None
    split = around(node.body, guard.node)
    request = next(_requests(guard), None) or _given(guard)
    if split is None or request is None:
        return None
    clauses = tuple(_assumed(clause) for clause in handlers_of(guard))
    found = RetryLoop(node, guard.frame, guard, clauses, (request,), *split)
    return found if found.retried and found.some_success_leaves else None


def _assumed(clause: Handler) -> Handler:
    """A handler for the errors that a parameter names, as one for every exception: it is there to repeat."""
    node = clause.node.type
    given = clause.errors is None and isinstance(node, cst.Name) and node.value in _parameters(clause.frame)
    return replace(clause, errors=("Exception",)) if given else clause


def _requests(guard: Guard) -> Iterator[Call]:
    frame = guard.frame
    for known, target in frame.uses.values():
        if frame.tree.inside(known.node, guard.node.body):
            yield from (call for call in requests_of(frame) if call.node is known.node)
            yield from sent_by(frame, target)


def _given(guard: Guard) -> Call | None:
    """A request of a module whose functions this one repeats: it calls a parameter, as a decorator or a helper does."""
    frame = guard.frame
    params = _parameters(frame)
    called = {
        node.func.value
        for node in walk(guard.node.body)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name)
    }
    if not called & params:
        return None
    module = frame.scope.module
    name = frame.outermost.qualname
    if module.search(rf"(?:^|[^\w.])@?{re.escape(name)}\(") is None:
        return None
    for function in module.all_functions():
        inner = frame.scope.frame(function) if function.chunk.start != frame.outermost.tree.start else None
        for call in inner.calls.values() if inner is not None else ():
            if type(call) is Call and may_fail(call) and call.peer in ("http", "llm"):
                return call
    return None


def _parameters(frame: Frame) -> set[str]:
    found: set[str] = set()
    inner: Frame | None = frame
    while inner is not None:
        if isinstance(inner.node, cst.FunctionDef):
            found.update(param.name.value for param in inner.node.params.params)
        inner = inner.outer
    return found


def is_tried_again(frame: Frame) -> bool:
    """Whether something in the module tries a function again: a decorator of the project, a helper, or a loop."""
    function = frame.outermost
    if not isinstance(function.node, cst.FunctionDef):
        return False
    module, name = function.scope.module, function.node.name.value
    if repeating_decorator(function) is not None:
        return True
    mentioned = re.compile(rf"\b{re.escape(name)}\s*[(,)]")
    others = [other for other in module.all_functions() if other.chunk.start != function.tree.start]
    for other in others:
        text = module.source(other.chunk)
        inner = function.scope.frame(other) if mentioned.search(text) else None
        if inner is not None and _is_tried_in(inner, text, function):
            return True
    return False


def _is_tried_in(inner: Frame, text: str, function: Frame) -> bool:
    """Whether a function of the module, of which this is the text, tries another one again."""
    if tries_again(text) and any(_is_of(loop, function) for loop in repeated_by_hand(inner)):
        return True
    if (asks_again(text) and _asks_for(inner, function)) or _is_repeated_around(inner, function):
        return True
    return any(_is_given(known, target, function) for known, target in inner.uses.values())


def _asks_for(frame: Frame, function: Frame) -> bool:
    """Whether a loop makes a request that another function sends again, by its status."""
    refused = [loop.call for loop in refused_loops(frame, counted=True)]
    sent = [call for call in requests_of(frame) if isinstance(call, WrappedCall)]
    own = [call for call in sent if call.made.frame.outermost is function]
    return any(call in refused or is_requested_again(call) for call in own)


def _is_repeated_around(inner: Frame, function: Frame) -> bool:
    """Whether a function calls another one, and is repeated itself: by a policy, or by a decorator of the project."""
    called = any(
        isinstance(option, Function) and option.chunk.chunk.start == function.tree.start
        for _, target in inner.uses.values()
        for option in options(target)
    )
    return called and (repeating_decorator(inner) is not None or any(layers_of(inner)))


def repeating_decorator(function: Frame) -> cst.Decorator | None:
    """The decorator of a function that repeats it, if that is a function of its module; None if there is none."""
    module = function.scope.module
    every = (decorator for decorator, _ in function.decorators)
    return next((decorator for decorator in every if _repeats_what_it_decorates(module, decorator)), None)


def _repeats(function: Function) -> bool:
    return tries_again(function.module.source(function.chunk.chunk))


def _repeats_what_it_decorates(module: Module, decorator: cst.Decorator) -> bool:
    """Whether a decorator is a function of the module that tries again what it decorates."""
    node = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
    return any(tries_again(module.source(function.chunk)) for function in module.functions.get(dotted(node), ()))


def _is_of(loop: RetryLoop, function: Frame) -> bool:
    """Whether a loop around a call of another function repeats a request of this one."""
    return any(call.frame.outermost is function and call.frame is not loop.frame for call in loop.calls)


def _is_given(call: Call, target: object, function: Frame) -> bool:
    """Whether a call passes a function to one of the project that repeats what it is given."""
    if not any(isinstance(option, Function) and _repeats(option) for option in options(target)):  # type: ignore[arg-type]
        return False
    values = [option for argument in call.args.positional for option in options(argument.value)]
    given = [value.target if isinstance(value, Partial) else value for value in values]
    return any(isinstance(option, Function) and option.chunk.chunk.start == function.tree.start for option in given)
