"""Part of the pattern `retry`: a function that calls itself after a failure lets out what stays, and stops early."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...kit.exceptions.handlers import Handler, handlers_of
from ...kit.findings import Finding, Fix, Import, Severity
from ...kit.fixes.edits import replace
from ...kit.fixes.loops.gates import Gate, gated
from ...kit.fixes.loops.judges import MAY_PASS, judges
from ...kit.fixes.loops.wanted import numbers
from ...kit.interp.calls import Call, Frame, Guard
from ...kit.interp.values import Function, options
from ...kit.retries.loops import may_fail
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk


def calls_itself(frame: Frame, call: Call) -> bool:
    """Whether what follows on a failure of a call, a handler or a branch for its status, calls their function again."""
    if any(call in guard.calls and list(_repeating(guard)) for guard in frame.guards.values()):
        return True
    own = _own_calls(frame)
    return any(frame.tree.inside(node, branch) for branch in _branches(call) for node in own)


def _branches(call: Call) -> Iterator[cst.If]:
    """The conditions that look at the status of a call's answer."""
    response, fact, tree = call.response, call.answer, call.frame.tree
    checks = fact.checks if fact is not None else ()
    for name, node in response.uses if response is not None else ():
        above: cst.CSTNode | None = node if name in checks else None
        while isinstance(above, cst.BaseExpression):
            above = tree.parent(above)
        if isinstance(above, cst.If):
            yield above


def let_recursion_out(frame: Frame) -> Iterator[Finding]:
    """Offers a condition for handlers that call their own function again."""
    for guard in frame.guards.values():
        call = next((call for call in guard.calls if may_fail(call) and call.peer == "http"), None)
        if call is None:
            continue
        for clause in _repeating(guard):
            judged = judges(call) if MAY_PASS not in frame.tree.code(clause.node) else None
            edits = gated(clause, judged, Gate(), frame) if judged is not None else None
            if judged is None or edits is None:
                continue
            needs = Import("asyncio" if frame.is_async else "time")
            every = sorted((*judged.edits, *edits, *_fewer(frame, clause)))
            fix = Fix(f"Repeat {call.written} on no answer, 429 and 5xx only", tuple(every), (*judged.imports, needs))
            message = f"`{frame.qualname}` calls itself again after any failure of `{call.written}`"
            yield call.finding(message, fix, severity=Severity.HINT)


def _repeating(guard: Guard) -> Iterator[Handler]:
    """The handlers of a `try` that call the function in which it stands."""
    own = _own_calls(guard.frame)
    for clause in handlers_of(guard):
        if any(guard.frame.tree.inside(node, clause.node) for node in own):
            yield clause


def _own_calls(frame: Frame) -> list[cst.Call]:
    """The calls by which a function starts again."""
    return [
        known.node
        for known, target in frame.uses.values()
        for option in options(target)
        if isinstance(option, Function) and option.chunk.qualname == frame.qualname
    ]


def _fewer(frame: Frame, clause: Handler) -> Iterator[Edit]:
    """Lowers the number to which a parameter that counts the attempts is compared, so that three are made."""
    added = [node for node in walk(clause.node) if isinstance(node, cst.BinaryOperation)]
    counters = {
        node.left.value
        for node in added
        if isinstance(node.operator, cst.Add)
        and isinstance(node.left, cst.Name)
        and isinstance(node.right, cst.Integer)
    }
    for node in walk(frame.node) if frame.node is not None else ():
        if isinstance(node, cst.Comparison) and isinstance(node.left, cst.Name) and node.left.value in counters:
            yield from _lowered(frame, node.comparisons[0])


def _lowered(frame: Frame, target: cst.ComparisonTarget) -> Iterator[Edit]:
    most = numbers(frame).attempts - 1
    if isinstance(target.operator, (cst.GreaterThan, cst.LessThanEqual)):
        most -= 1
    right = target.comparator
    if isinstance(right, cst.Integer) and int(right.evaluated_value) > most:
        yield replace(frame, right, str(most))
