"""The requests of a function: its own, those that functions of the project send for it, and those that it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy

import libcst as cst

from ...interp.call_kinds import WrappedCall
from ...interp.calls import Call, Frame
from ...interp.kinds import Around, Part
from ...interp.values import Response, Within
from ...retries.policies import external
from ...syntax.tree import walk

_BLOCKS: tuple[tuple[tuple[type[cst.CSTNode], ...], Around, Part | None], ...] = (
    ((cst.For, cst.While), Around.LOOP, None),
    ((cst.With,), Around.WITH, None),
    ((cst.If,), Around.IF, Part.BODY),
    ((cst.Try, cst.TryStar), Around.TRY, Part.BODY),
    ((cst.ExceptHandler, cst.ExceptStarHandler), Around.TRY, Part.HANDLER),
)
"""What a call stands in, by the node."""


def requests_of(frame: Frame) -> list[Call]:
    """The requests of a function; those of plain wrappers as if they stood at the call of the wrapper.

    Likewise those that its callers give it to call.
    """
    if requests_of not in frame.derived:
        own: list[Call] = [call for call in frame.calls.values() if type(call) is Call]
        every = (_seen_through(call) for call in frame.wrapped_calls.values())
        frame.derived[requests_of] = [*own, *(call for call in every if call is not None), *_given(frame)]
    found: list[Call] = frame.derived[requests_of]
    return found


def _seen_through(call: WrappedCall) -> Call | None:
    """The request that a call of a wrapper makes, with what is read of its answer here; None if it gives no answer."""
    given = call.made.response
    if not external(call) or call.deferred or call.frame.is_async is not call.made.frame.is_async:
        return None
    if call.response is not None:
        return call
    return _answered(call, given) if given is not None and _is_unread(given) else None


def _is_unread(answer: Response) -> bool:
    return not answer.uses and answer.escaped == "it is returned"


def _answered(call: Call, given: Response) -> Call | None:
    """A call with an answer by the name that it is bound to; None if it is bound to none."""
    statement = call.statement
    target = statement.targets[0].target if isinstance(statement, cst.Assign) and len(statement.targets) == 1 else None
    if not isinstance(statement, cst.Assign) or not isinstance(target, cst.Name) or call.frame.node is None:
        return None
    value = statement.value.expression if isinstance(statement.value, cst.Await) else statement.value
    if value is not call.node:
        return None
    parts = (node for node in walk(call.frame.node) if isinstance(node, cst.Attribute))
    uses: list[tuple[str, cst.CSTNode]] = [
        (node.attr.value, node)
        for node in parts
        if isinstance(node.value, cst.Name) and node.value.value == target.value
    ]
    found = copy(call)
    found.response = Response(found, given.type, uses, names=[target.value])
    return found


def _given(frame: Frame) -> Iterator[Call]:
    """The call of a function's first parameter in a loop, as the request that its callers in the module give it."""
    node = _called_in_loop(frame)
    sent = _sent_by_callers(frame) if node is not None else []
    answers = [call.response for call in sent if call.response is not None]
    if node is None or not answers or len(answers) < len(sent) or len({answer.type for answer in answers}) > 1:
        return
    above = frame.tree.parent(node)
    found = copy(sent[0])
    found.node, found.frame = node, frame
    found.statement = frame.tree.parent(above) if isinstance(above, cst.Await) else above
    found.within, found.deferred = tuple(_places(frame, node)), False
    answered = _answered(found, answers[0])
    if answered is not None:
        yield answered


def _called_in_loop(frame: Frame) -> cst.Call | None:
    """The one call of the first parameter of a function of a module, if it stands in a loop."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or frame.outer is not None or frame.owner is not None:
        return None
    first = node.params.params[0].name.value if node.params.params else ""
    calls = (part for part in walk(node.body) if isinstance(part, cst.Call) and isinstance(part.func, cst.Name))
    found = [part for part in calls if isinstance(part.func, cst.Name) and part.func.value == first]
    if len(found) != 1 or not any(place.kind is Around.LOOP for place in _places(frame, found[0])):
        return None
    return found[0]


def _places(frame: Frame, node: cst.CSTNode) -> list[Within]:
    """What a call stands in, from the outside."""
    found: list[Within] = []
    inner, above = node, frame.tree.parent(node)
    while above is not None and above is not frame.node:
        for types, kind, part in _BLOCKS:
            if isinstance(above, types):
                found.append(Within(kind, above, part if part is None or inner is above.body else Part.ELSE))  # type: ignore[attr-defined]
        inner, above = above, frame.tree.parent(above)
    return found[::-1]


def _sent_by_callers(frame: Frame) -> list[Call]:
    """The requests that the other functions of a module give to a function to make them."""
    module, name = frame.scope.module, frame.qualname
    called = re.compile(rf"(?<![\w.]){re.escape(name)}\(")
    found: list[Call] = []
    for function in module.all_functions():
        if function.qualname == name or called.search(module.source(function.chunk)) is None:
            continue
        inner = frame.scope.frame(function)
        for one in inner.all_frames() if inner is not None else ():
            found += [call for call in one.calls.values() if type(call) is Call and _is_passed_to(call, name)]
    return found


def _is_passed_to(call: Call, name: str) -> bool:
    """Whether a request is made by a function of this name, which is given it as a function or a lambda."""
    passed = call.passed_by
    if passed is not None:
        return passed.chunk.qualname == name
    above = call.frame.tree.parent(call.frame.node) if isinstance(call.frame.node, cst.Lambda) else None
    made = call.frame.tree.parent(above) if isinstance(above, cst.Arg) else None
    return isinstance(made, cst.Call) and isinstance(made.func, cst.Name) and made.func.value == name
