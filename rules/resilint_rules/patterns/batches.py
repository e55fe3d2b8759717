"""Parts of the pattern `last-error`: a status that nothing handles, and a batch in which everything fails, raise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..kit.exceptions.handlers import Handler, handlers_of
from ..kit.findings import Finding, Fix, Severity
from ..kit.fixes.edits import after_statement, before_body, indentation, unused
from ..kit.interp.calls import Call, Frame, Guard
from ..kit.retries.loops import may_fail
from ..kit.retries.status_loops import verdict_on
from ..kit.syntax.exits import Exit, ways
from ..kit.syntax.text import Edit
from .last_error import drops, may_give_none, reached


def raise_status(frame: Frame) -> Iterator[Finding]:
    """Offers to raise an error status where a function only handles good ones, and then ends without a value."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or may_give_none(frame, node):
        return
    last = node.body.body[-1] if isinstance(node.body, cst.IndentedBlock) else None
    if not isinstance(last, cst.If) or last.orelse is not None or ways(last.body) != {Exit.RETURN}:
        return
    for call in frame.calls.values():
        name = _handled(call, last.test) if type(call) is Call and may_fail(call) else ""
        edit = after_statement(frame, last, name) if name else None
        if edit is not None:
            message = f"`{node.name.value}` gives None after an error status of `{call.written}`"
            yield call.finding(message, Fix("Raise for an error status", (edit,)), severity=Severity.HINT)


def _handled(call: Call, test: cst.BaseExpression) -> str:
    """The statement that raises for an error status, where a condition holds for good ones and nothing else raises."""
    response, fact = call.response, call.answer
    if response is None or fact is None or not fact.raiser or not response.names or not verdict_on(call, test):
        return ""
    raised = any(name == fact.raiser for name, _ in response.uses)
    return "" if raised else f"{response.names[0]}.{fact.raiser}()"


@dataclass(frozen=True, slots=True)
class Batch:
    """A loop that requests one thing after the other, skips those that fail, and what it collects."""

    node: cst.For
    clause: Handler
    call: Call
    result: str
    end: cst.SimpleStatementLine


def raise_if_all_fail(frame: Frame) -> Iterator[Finding]:
    """Offers to raise the last failure of a batch of which nothing has succeeded."""
    for guard in frame.guards.values():
        batch = _batch(guard)
        name = unused(frame, ("failure", "last_failure"))
        edits = _edits(frame, batch, name) if batch is not None and name else None
        if batch is not None and edits is not None:
            message = f"`{frame.qualname}` gives nothing back if each `{batch.call.written}` fails"
            fix = Fix("Raise the last failure if all have failed", tuple(sorted(edits)))
            yield batch.call.frame.finding(
                message, batch.clause.head if batch.call.frame is frame else batch.call.span, (fix,),
                severity=Severity.HINT, callee=batch.call.callee, library=batch.call.library,
            )  # fmt: skip


def _batch(guard: Guard) -> Batch | None:
    """The batch that a `try` is a part of; None if it is none."""
    tree = guard.frame.tree
    block = tree.parent(guard.node)
    loop = tree.parent(block) if block is not None else None
    clauses, call = handlers_of(guard), reached(guard)
    if not isinstance(loop, cst.For) or len(loop.body.body) != 1 or call is None or guard.node.orelse is not None:
        return None
    end = _end(guard.frame, loop)
    if end is None or len(clauses) != 1 or not drops(clauses[0]):
        return None
    result = tree.code(end).split()
    return Batch(loop, clauses[0], call, result[1], end) if len(result) == 2 else None


def _end(frame: Frame, loop: cst.For) -> cst.SimpleStatementLine | None:
    """The statement behind a loop that gives back a name as the last of a function."""
    body = frame.node.body if isinstance(frame.node, cst.FunctionDef) else None
    parts = list(body.body) if isinstance(body, cst.IndentedBlock) else []
    end = parts[-1] if parts[-2:-1] == [loop] else None
    only = end.body[0] if isinstance(end, cst.SimpleStatementLine) else None
    given = isinstance(only, cst.Return) and isinstance(only.value, cst.Name)
    return end if given and isinstance(end, cst.SimpleStatementLine) else None


def _edits(frame: Frame, batch: Batch, name: str) -> list[Edit] | None:
    tree, newline = frame.tree, frame.scope.module.doc.newline
    clause, start, end = batch.clause, tree.span(batch.node).start, tree.span(batch.end).start
    caught = clause.name or unused(frame, ("error", "exc", "err"))
    kept = before_body(frame, clause.node.body, f"{name} = {caught}")
    if not caught or kept is None:
        return None
    indent = indentation(frame, start)
    step = indentation(frame, tree.span(batch.node.body.body[0]).start)[len(indent) :]
    raised = f"if {name} is not None and not {batch.result}:{newline}{indent}{step}raise {name}{newline}{indent}"
    edits = [
        Edit(start, start, f"{name} = None{newline}{indent}"),
        kept,
        Edit(end, end, raised),
    ]
    if not clause.name:
        written = " Exception as " if clause.node.type is None else " as "
        edits.append(Edit(clause.head.end, clause.head.end, f"{written}{caught}"))
    return edits
