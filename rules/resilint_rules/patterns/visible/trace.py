"""The pattern `trace`: attempts that fail leave a trace in the log, with the call and the number of the attempt."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...kit.exceptions.handlers import Handler
from ...kit.findings import Finding, Fix, Import, Severity
from ...kit.fixes.edits import add_argument, before_body, indentation, unused, width
from ...kit.fixes.loggers import logger_of
from ...kit.interp.calls import Call, Frame
from ...kit.reach.addresses import is_local
from ...kit.retries.loops import RetryLoop, loops
from ...kit.retries.policies import RetryPolicy, layers_of
from ...kit.syntax.idioms import is_log, last_name
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk

_SAYS = ("print", "print_exc", "echo", "secho", "capture_exception", "record_exception", "notify")


def log_policies(frame: Frame) -> Iterator[Finding]:
    """Offers to log the attempts of retry policies that repeat external calls without a word."""
    for policy in layers_of(frame):
        fact = policy.fact
        silent = fact.fix_log and policy.call is not None and not policy.args.open_names
        if silent and policy.remote and not any(name in policy.args.named for name in fact.logs):
            fix = _logged(policy, policy.call)
            if fix is not None:
                yield policy.finding(f"`{policy.written}` repeats without a word", fix, severity=Severity.HINT)


def _logged(policy: RetryPolicy, call: Call | None) -> Fix | None:
    logger, imports = logger_of(policy.frame)
    if call is None or ("." in logger.partition("(")[0] and logger.startswith(("self", "cls"))):
        return None  # a decorator has no object
    text, needed = policy.spelled(policy.fact.fix_log.format(logger=logger))
    edit = add_argument(call, text)
    return None if edit is None else Fix("Log each attempt that fails", (edit,), (Import("logging"), *imports, *needed))


def log_loops(frame: Frame) -> Iterator[Finding]:
    """Offers to log the failures that a loop repeats without a word."""
    for loop in loops([frame]):
        call = loop.calls[0]
        if is_local(call):  # what waits for a server of its own to begin
            continue
        for clause in loop.retried:
            fix = _with_log(loop, call, clause) if not _says(clause) else None
            if fix is not None:
                yield loop.finding(f"the loop repeats `{call.written}` without a word", fix, severity=Severity.HINT)
                break


def _says(clause: Handler) -> bool:
    """Whether a handler reports a failure, or keeps it for a later report."""
    for node in walk(clause.node.body):
        if isinstance(node, cst.Call) and (is_log(node) or last_name(node) in _SAYS):
            return True
        if isinstance(node, (cst.Assign, cst.AugAssign)) and clause.name and _holds(node.value, clause.name):
            return True
    return clause.comment != ""


def _holds(node: cst.CSTNode, name: str) -> bool:
    return any(isinstance(inner, cst.Name) and inner.value == name for inner in walk(node))


def _with_log(loop: RetryLoop, call: Call, clause: Handler) -> Fix | None:
    """Writes a warning at the top of a handler; `pass` alone is replaced."""
    frame = loop.frame
    name = clause.name or unused(frame, ("error", "exc", "err"))
    if not name or not isinstance(clause.node.body, cst.IndentedBlock):
        return None
    logger, imports = logger_of(frame)
    words, values = f"{call.written} failed", name
    if loop.counter not in ("", "_") and loop.first is not None:
        words += " in attempt %d"
        values = f"{loop.counter} + {1 - loop.first}, {name}" if loop.first < 1 else f"{loop.counter}, {name}"
    if '"' in words or len(words) > 80:
        return None
    edit = _first(frame, clause.node.body, f"{logger}.warning", f'"{words}: %r", {values}')
    if edit is None:
        return None
    edits = [edit]
    if not clause.name:
        written = " Exception as " if clause.node.type is None else " as "
        edits.append(Edit(clause.head.end, clause.head.end, f"{written}{name}"))
    return Fix("Log each attempt that fails", tuple(sorted(edits)), imports)


def _first(frame: Frame, block: cst.IndentedBlock, function: str, values: str) -> Edit | None:
    """A call as the first statement of a block, or in place of its `pass`; in three lines if one would be too long."""
    line, document = block.body[0], frame.scope.module.even
    indent, text = indentation(frame, frame.tree.span(line).start), f"{function}({values})"
    if len(indent) + len(text) > width(document):
        step = "\t" if "\t" in indent else "    "
        text = f"{function}({document.newline}{indent}{step}{values}{document.newline}{indent})"
    only = line.body[0] if len(block.body) == 1 and isinstance(line, cst.SimpleStatementLine) else None
    if isinstance(only, cst.Pass):
        start, end = frame.tree.span(only)
        return Edit(start, end, text)
    return before_body(frame, block, text)
