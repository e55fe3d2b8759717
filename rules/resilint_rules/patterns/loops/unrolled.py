"""Part of the pattern `layers`: a loop around what is repeated inside already gives way to what it tries."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...kit.exceptions.handlers import named
from ...kit.findings import Finding, Fix, Severity
from ...kit.interp.call_kinds import SleepCall
from ...kit.interp.calls import Call, Frame
from ...kit.interp.values import Class
from ...kit.retries.attempts import built_in, policies
from ...kit.retries.loops import RetryLoop
from ...kit.syntax.exits import Exit, ways
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk
from ..nesting import unneeded
from .reaching import repeated_by_hand


def unroll(frame: Frame) -> Iterator[Finding]:
    """Offers to remove loops around calls that something inside repeats."""
    for loop in repeated_by_hand(frame):
        inside = next((call for call in loop.calls if _is_repeated(call, loop)), None)
        fix = _unrolled(loop) if inside is not None else None
        if inside is not None and fix is not None:
            message = f"the loop repeats what is repeated inside: `{inside.written}`"
            yield loop.finding(message, fix, severity=Severity.HINT)


def _is_repeated(call: Call, loop: RetryLoop) -> bool:
    """Whether a call is repeated by its client, or by a policy or another function that the loop goes around."""
    if any(layer.attempts is not None and layer.attempts > 2 for layer in built_in(call)):
        return True
    return call.frame.outermost is not loop.frame.outermost and (call.passed_by is not None or bool(policies(call)))


def _unrolled(loop: RetryLoop) -> Fix | None:
    """Puts what a loop tries in its place, without what follows on the last failure; None for other shapes."""
    frame, body, end = loop.frame, loop.guard.node.body, _dead_end(loop)
    if end is None or not isinstance(body, cst.IndentedBlock) or not _may_go(loop):
        return None
    tree, document = frame.tree, frame.scope.module.even
    start, first, behind = tree.span(loop.node).start, tree.span(body.body[0]).start, tree.span(body.body[-1]).end
    indent = document.text[document.starts[document.position(start)[0] - 1] : start]
    deeper = document.text[document.starts[document.position(first)[0] - 1] : first]
    if indent.strip() or deeper.strip() or not deeper.startswith(indent):
        return None
    lines = [line.removeprefix(deeper) for line in document.lines(first, behind)]
    written = f"{document.newline}{indent}".join(line if line.strip() else "" for line in lines)
    gone = tree.source(start, first) + tree.source(min(behind, end), end)
    edits = (Edit(start, end, written.rstrip()), *unneeded(frame.scope.module, gone))
    return Fix("Call it once: it is repeated inside", tuple(sorted(edits)))


def _may_go(loop: RetryLoop) -> bool:
    """Whether a loop does nothing but try, and nothing in it would be lost: a comment, a line of a text."""
    body, tree = loop.guard.node.body, loop.frame.tree
    if ways(body) != {Exit.RETURN} or loop.node.orelse is not None or loop.recovers or not _does_nothing_else(loop):
        return False
    texts = (node for node in walk(body) if isinstance(node, (cst.SimpleString, cst.FormattedString)))
    return not tree.comments_in(loop.node) and not any("\n" in tree.code(node) for node in texts)


def _does_nothing_else(loop: RetryLoop) -> bool:
    """Whether a loop only sleeps besides what it tries, and whether its counter is used in nothing else."""
    for part in (*loop.before, *loop.after):
        calls = [node for node in walk(part) if isinstance(node, cst.Call)]
        if not calls or not isinstance(loop.frame.calls.get(id(calls[0])), SleepCall):
            return False
    used = {node.value for node in walk(loop.guard.node.body) if isinstance(node, cst.Name)}
    return not loop.varies and loop.counter not in used


def _dead_end(loop: RetryLoop) -> int | None:
    """Where a loop ends, with a last statement that is never reached without it; None if that may matter."""
    tree, document = loop.frame.tree, loop.frame.scope.module.even
    block = tree.parent(loop.node)
    if not isinstance(block, cst.IndentedBlock):
        return None
    parts = list(block.body)
    rest = parts[next(number for number, part in enumerate(parts) if part is loop.node) + 1 :]
    last: cst.CSTNode = loop.node
    if rest:
        only = rest[0].body[0] if len(rest) == 1 and isinstance(rest[0], cst.SimpleStatementLine) else None
        if only is None or not _ends(loop.frame, only):
            return None
        last = rest[0]
    span = tree.span(last)
    return span.start + len(document.text[span.start : span.end].rstrip())


def _ends(frame: Frame, node: cst.BaseSmallStatement) -> bool:
    """Whether a statement gives None, or raises what is no exception of the project, which its callers may expect."""
    if isinstance(node, cst.Return):
        return node.value is None or frame.tree.code(node.value) == "None"
    if not isinstance(node, cst.Raise):
        return False
    made = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
    return made is None or not isinstance(named(frame, made), Class)
