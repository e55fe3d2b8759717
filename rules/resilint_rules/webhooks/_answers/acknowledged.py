"""Handlers that let a webhook be answered with a success though its work has failed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...kit import Call, Fix, Frame, Handler, handlers_of, reaches_peer
from ...kit.entry_points.webhooks import delivery, headers_in
from ...kit.fixes.edits import after_statement, replace_statement
from ...kit.syntax.exits import Exit
from ...kit.syntax.idioms import is_log

_READS = ("GET", "HEAD", "OPTIONS")
_REFUSES = re.compile(r"\b[45]\d\d\b|abort|status|error|fail", re.IGNORECASE)
"""What in an answer may say that it is no success."""


def acknowledged(frame: Frame) -> Iterator[tuple[Handler, Call]]:
    """Yields the handlers of a webhook that write a failure of its work to a log alone, with the call that failed."""
    taken = delivery(frame) if headers_in(frame) else None
    if taken is None or taken.answered is not None:
        return
    for guard in frame.guards.values():
        work = next((call for call in guard.calls if _is_work(call)), None)
        for handler in handlers_of(guard) if work is not None and guard.node.finalbody is None else ():
            if work is not None and handler.concerns(work):
                if _only_logs(frame, handler):
                    yield handler, work
                break


def _is_work(call: Call) -> bool:
    """Whether a call passes the event on to another system: it is waited for, and no mere question."""
    if call.offloaded or call.deferred or call.peer not in ("http", "llm", "mail", "cloud", "queue"):
        return False
    return call.verb not in _READS and reaches_peer(call)


def _only_logs(frame: Frame, handler: Handler) -> bool:
    """Whether a handler writes to a log and does nothing else, but for an answer that is no refusal."""
    if handler.leaves - {Exit.FALLS, Exit.RETURN}:
        return False
    *others, last = _statements(handler.node.body)
    if isinstance(last, cst.Return):
        if last.value is not None and not _is_success(frame, last.value):
            return False
    else:
        others.append(last)
    return bool(others) and all(
        isinstance(part, cst.Expr) and isinstance(part.value, cst.Call) and is_log(part.value) for part in others
    )


def _statements(block: cst.BaseSuite) -> list[cst.CSTNode]:
    """The statements of a block in order, whether they stand on lines of their own or behind its colon."""
    lines = [block] if isinstance(block, cst.SimpleStatementSuite) else block.body
    simple = (cst.SimpleStatementLine, cst.SimpleStatementSuite)
    return [part for line in lines for part in (line.body if isinstance(line, simple) else [line])]


def _is_success(frame: Frame, value: cst.BaseExpression) -> bool:
    """Whether an answer is written out and says nothing of a failure: `"", 204`, `{"ok": True}`."""
    plain = isinstance(value, (cst.Tuple, cst.Dict, cst.SimpleString, cst.Integer)) or frame.tree.code(value) == "None"
    return plain and _REFUSES.search(frame.tree.code(value)) is None


def report_failure(handler: Handler) -> Iterator[Fix]:
    """Yields the fix that raises the error again, so that the answer is no success."""
    frame, last = handler.frame, _statements(handler.node.body)[-1]
    if isinstance(last, cst.Return):
        edit = replace_statement(frame, last, "raise")
    else:
        edit = after_statement(frame, last, "raise")
    if edit is not None:
        yield Fix("Raise the error again, so that the sender learns of it", (edit,))
