"""The pattern `last-error`: a function that has nothing to give back after a failure lets the failure out.

Only where the failure would become a None that nothing in the function, its annotation or its docstring mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.exceptions.handlers import Handler, handlers_of
from ..kit.findings import Finding, Fix, Import, Severity
from ..kit.fixes.edits import indentation
from ..kit.interp.calls import Call, Frame, Guard
from ..kit.interp.values import Function, options
from ..kit.retries.loops import may_fail
from ..kit.syntax.exits import Exit
from ..kit.syntax.idioms import closes_only, is_log, last_name, probes
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import walk

_LOGGER = re.compile(r"^(\w+)\s*=\s*logging\.getLogger\(", re.MULTILINE)
_NONE = re.compile(r"\bNone\b|\bOptional\b")


def raise_last(frame: Frame) -> Iterator[Finding]:
    """Offers to raise what a handler drops, where the function then ends without a value."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or may_give_none(frame, node):
        return
    for guard in frame.guards.values():
        call = reached(guard)
        if call is None or not isinstance(node.body, cst.IndentedBlock) or node.body.body[-1] is not guard.node:
            continue
        if not _gives_value(guard) or guard.node.finalbody is not None or guard.node.orelse is not None:
            continue
        for clause in handlers_of(guard):
            if drops(clause) and (clause.broad or clause.concerns(call)):
                fix = _raised(frame, clause)
                message = f"`{node.name.value}` gives None after a failure of `{call.written}`"
                yield call.frame.finding(
                    message, clause.head if call.frame is frame else call.span, (fix,), severity=Severity.HINT,
                    callee=call.callee, library=call.library,
                )  # fmt: skip


def may_give_none(frame: Frame, node: cst.FunctionDef) -> bool:
    """Whether None is an answer of a function: it says so, or only asks or closes something."""
    returns = frame.tree.code(node.returns) if node.returns is not None else ""
    docstring = str(node.get_docstring() or "")
    name = node.name.value
    return bool(_NONE.search(returns) or _NONE.search(docstring)) or probes(name) or closes_only(name)


def reached(guard: Guard) -> Call | None:
    """The first external call in the body of a `try`, or in a function of the project that is called there."""
    for call in guard.calls:
        if may_fail(call):
            return call
    frame = guard.frame
    for known, target in frame.uses.values():
        if not frame.tree.inside(known.node, guard.node.body):
            continue
        for option in options(target):
            inner = frame.scope.session.frame(option) if isinstance(option, Function) else None
            for call in inner.calls.values() if inner is not None else ():
                if type(call) is Call and may_fail(call):
                    return call
    return None


def _gives_value(guard: Guard) -> bool:
    return any(isinstance(node, cst.Return) and node.value is not None for node in walk(guard.node.body))


def drops(clause: Handler) -> bool:
    """Whether a handler does nothing with a failure but say it."""
    block = clause.node.body
    if not isinstance(block, cst.IndentedBlock) or clause.leaves != {Exit.FALLS}:
        return False
    return all(_only_says(statement) for statement in block.body)


def _only_says(statement: cst.BaseStatement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return all(
        isinstance(part, cst.Pass)
        or (isinstance(part, cst.Expr) and isinstance(part.value, cst.Call) and _says(part.value))
        for part in statement.body
    )


def _says(node: cst.Call) -> bool:
    return is_log(node) or last_name(node) in ("print", "print_exc", "echo")


def _raised(frame: Frame, clause: Handler) -> Fix:
    """Raises at the end of a handler; one that says nothing logs first."""
    tree, module = frame.tree, frame.scope.module
    document = module.even
    block = clause.node.body
    last = block.body[-1]
    span = tree.span(last)
    end = span.start + len(document.text[span.start : span.end].rstrip())
    only = last.body[0] if isinstance(last, cst.SimpleStatementLine) else None
    indent = indentation(frame, span.start)
    if not isinstance(only, cst.Pass):
        row = document.position(end)[0]
        at = document.starts[row - 1] + len(document.line(row))
        return Fix("Raise the failure", (Edit(at, at, f"{document.newline}{indent}raise"),))
    found = module.search(_LOGGER)
    logger = found.partition("=")[0].strip() if found else "logging"
    said = f'{logger}.exception("{frame.qualname} failed"){document.newline}{indent}raise'
    place = tree.span(only)
    imports = () if found else (Import("logging"),)
    return Fix("Log the failure and raise it", (Edit(place.start, place.end, said),), imports)
