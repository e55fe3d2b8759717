"""The functions of the project that a function calls, in any module, coroutines included.

Interpretation follows names of other modules only where they may hold a client. This module resolves the others as
well, for questions that are worth it: what runs before a webhook is answered.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..interp.calls import Frame
from ..interp.session import Session
from ..interp.statements import evaluate
from ..interp.values import Function, options
from ..syntax.tree import dotted, walk
from .callees import callee, may_reach, runs_as_written
from .decorators import imported_value


def followed_calls(frame: Frame, *, reaching: bool = False) -> Iterator[tuple[cst.Call, Frame]]:
    """Yields the calls of functions of the project in a function, each with the frame of what it runs.

    With `reaching`, only of those that may reach integration code, which is cheaper.
    """
    session = frame.scope.session
    assert isinstance(session, Session)
    for node in walk(frame.node.body) if isinstance(frame.node, cst.FunctionDef) else ():
        if not isinstance(node, cst.Call) or id(node) in frame.calls:
            continue
        function = called_function(frame, node)
        if function is not None and reaching and not may_reach(session, function.module, function.chunk):
            continue
        inner = session.frame(function) if function is not None else None
        if inner is not None and runs_as_written(inner, session):
            yield node, inner


def called_function(frame: Frame, node: cst.Call) -> Function | None:
    """Returns the function of the project that a call runs; None if there are several, or it cannot be seen."""
    session = frame.scope.session
    assert isinstance(session, Session)
    used = frame.uses.get(id(node))
    if used is not None:
        return callee(session, used[1])
    found = imported_value(frame, dotted(node.func))
    if found is None and isinstance(node.func, (cst.Name, cst.Attribute)):
        found = evaluate(frame, node.func)
    functions = [option for option in options(found) if isinstance(option, Function)] if found is not None else []
    return callee(session, functions[0]) if len(functions) == 1 else None
