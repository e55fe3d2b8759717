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
from ..interp.values import Function, ProjectModule, Unknown, Value, options
from ..syntax.tree import dotted, walk
from .callees import callee, may_reach, runs_as_written


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
    found = _imported(frame, session, dotted(node.func))
    if found is None and isinstance(node.func, (cst.Name, cst.Attribute)):
        found = evaluate(frame, node.func)
    functions = [option for option in options(found) if isinstance(option, Function)] if found is not None else []
    return callee(session, functions[0]) if len(functions) == 1 else None


def _imported(frame: Frame, session: Session, path: str) -> Value | None:
    """What a dotted name stands for, if its first part comes from another module of the project; None if not."""
    head, *rest = path.split(".") if path else [""]
    targets = frame.scope.module.imports.get(head)
    if not targets or _is_local(frame, head) or not isinstance(frame.lookup(head), Unknown):
        return None
    found: Value | None = frame.scope.imported(targets)
    for name in rest:
        if found is None:
            return None
        module = found.module if isinstance(found, ProjectModule) else None
        found = session.scope(module).value(name) if module is not None else session.attribute(found, name)
    return found


def _is_local(frame: Frame, name: str) -> bool:
    """Whether a function, or one around it, binds a name itself."""
    around: Frame | None = frame
    while around is not None and name not in around.env:
        around = around.outer
    return around is not None
