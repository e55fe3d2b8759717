"""Part of the pattern `token`: of several coroutines that find a token expired one renews it, and the others wait."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from ...kit.findings import Finding, Fix, Import, Severity
from ...kit.fixes.edits import after_statement, width
from ...kit.fixes.retry_after import can_import
from ...kit.interp.calls import Call, Frame
from ...kit.interp.kinds import FrameKind
from ...kit.interp.values import Function
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk

LOCK = "_token_lock"
_CHECKS = re.compile(r"\bif\b[^\n]*\bself\.\w*(?:expir|token|valid)", re.IGNORECASE)
_RENEWS = re.compile(r"grant_type|access_token|refresh_token")
_KEEPS = re.compile(r"\bself\.\w*(?:token|access|jwt|credential)\w*\s*(?:,[^=\n]*)?=[^=]", re.IGNORECASE)
_MOST = 100
"""Characters of a line that the deeper level may leave: a formatter makes two of a longer one than it likes."""
_HELD = re.compile(
    r"lock\b|locks\b|semaphore|mutex|single_?flight|create_task|ensure_future|\bFuture|Event\(|Condition\(|in_progress|"
    r"in_flight|pending|_refreshing\b",
    re.IGNORECASE,
)
"""Words of a class that holds others back already."""


def renew_once(frame: Frame) -> Iterator[Finding]:
    """Offers a lock for a method that checks a token and renews it: without one, each coroutine renews it."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or not frame.is_async or frame.kind is not FrameKind.FUNCTION:
        return
    owner, _, name = frame.qualname.rpartition(".")
    call = _renewal(frame)
    if call is None or not owner or _CHECKS.search(frame.tree.flat) is None or f".{name}(" in frame.tree.flat:
        return
    methods = [method for method in frame.scope.module.all_functions() if method.qualname.startswith(f"{owner}.")]
    if any(frame.scope.module.search(_HELD, method.chunk) is not None for method in methods):
        return
    fix = _locked(frame, node, owner)
    if fix is not None:
        message = f"several coroutines renew the token of `{owner}` at once"
        yield call.finding(message, fix, severity=Severity.HINT)


def _renewal(frame: Frame) -> Call | None:
    """The request of a method that renews a token, and keeps it on its object; None if there is none."""
    posts = [call for call in frame.calls.values() if type(call) is Call and call.verb and call.peer == "http"]
    text = frame.tree.flat
    if len(posts) != 1 or _RENEWS.search(text) is None or _KEEPS.search(text) is None:
        return None
    return posts[0]


def _locked(frame: Frame, node: cst.FunctionDef, owner: str) -> Fix | None:
    """Puts the body of a method under a lock that the constructor makes."""
    body, made = _under_lock(frame, node), _making(frame, owner)
    if body is None or made is None or not can_import(frame.scope.module, Import("asyncio")):
        return None
    title = "Let one coroutine renew the token, and the others wait for it"
    return Fix(title, tuple(sorted((body, made))), (Import("asyncio"),))


def _making(frame: Frame, owner: str) -> Edit | None:
    """The lock, at the end of the constructor; None where there is no plain one."""
    module = frame.scope.module
    found = module.functions_named(f"{owner}.__init__")
    inner = frame.scope.session.frame(Function(module, found[0])) if len(found) == 1 else None
    node = inner.node if inner is not None else None
    if inner is None or not isinstance(node, cst.FunctionDef) or not isinstance(node.body, cst.IndentedBlock):
        return None
    inner.tree.locate()
    last = node.body.body[-1]
    simple = isinstance(last, cst.SimpleStatementLine) and not isinstance(last.body[-1], (cst.Return, cst.Raise))
    return after_statement(inner, last, f"self.{LOCK} = asyncio.Lock()") if simple else None


def _under_lock(frame: Frame, node: cst.FunctionDef) -> Edit | None:
    """The body of a function, one level deeper; None where a text in it would change, or a line becomes too long."""
    tree, document = frame.tree, frame.scope.module.even
    if not isinstance(node.body, cst.IndentedBlock):
        return None
    quoted = (n for n in walk(node.body) if isinstance(n, (cst.SimpleString, cst.FormattedString)))
    parts = node.body.body[1:] if node.get_docstring() is not None else node.body.body
    if not parts or any("\n" in tree.source(*tree.span(text)) for text in quoted if _is_inside(frame, text, parts)):
        return None
    start = tree.span(parts[0]).start
    first = document.starts[document.position(start)[0] - 1]
    indent = document.text[first:start]
    last = tree.span(parts[-1])
    row = document.position(last.start + len(document.text[last.start : last.end].rstrip()))[0]
    end = document.starts[row - 1] + len(document.line(row))
    step = "\t" if "\t" in indent else "    "
    lines = [step + line if line.strip() else line for line in document.lines(first, end)]
    if indent.strip() or max(map(len, lines)) > max(width(document), _MOST):
        return None
    head = f"{indent}async with self.{LOCK}:{document.newline}"
    return Edit(first, end, head + document.newline.join(lines))


def _is_inside(frame: Frame, node: cst.CSTNode, parts: Sequence[cst.CSTNode]) -> bool:
    return any(frame.tree.inside(node, part) for part in parts)
