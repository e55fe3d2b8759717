"""The pattern `idempotency`: a key by which the peer knows a request again is made once, not for each attempt."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.exceptions.handlers import named
from ..kit.findings import Finding, Fix, Severity
from ..kit.fixes.edits import indentation, unused
from ..kit.interp.calls import Call, Frame
from ..kit.interp.values import Ref
from ..kit.retries.loops import RetryLoop, loops
from ..kit.syntax.idioms import calls_in
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import walk

_KEY = re.compile(r"idempotency|request[-_]?id|dedup", re.IGNORECASE)
_RANDOM = frozenset(("uuid.uuid4", "uuid.uuid1", "uuid.uuid7", "secrets.token_hex", "secrets.token_urlsafe"))
"""Functions that give another value each time."""


def make_once(frame: Frame) -> Iterator[Finding]:
    """Offers to make the key of a repeated request before the loop that repeats it."""
    for loop in loops([frame]):
        for call in loop.calls:
            made = _key(loop, call)
            fix = _hoisted(loop, made) if made is not None else None
            if fix is not None:
                yield call.finding(
                    f"`{call.written}` has another idempotency key for each attempt", fix, severity=Severity.HINT
                )
                break


def _key(loop: RetryLoop, call: Call) -> cst.BaseExpression | None:
    """The expression that makes a new key for each attempt, in a header, an argument or a statement of the loop."""
    for node in (*walk(call.node), *walk(loop.node.body)):
        value = _named_as_key(node)
        if value is not None and _is_random(call.frame, value):
            return value
    return None


def _named_as_key(node: cst.CSTNode) -> cst.BaseExpression | None:
    """What a header, an argument or a name has as its value whose name is that of such a key; None for other nodes."""
    if isinstance(node, cst.DictElement) and _is_key(node.key):
        return node.value
    if isinstance(node, cst.Arg) and node.keyword is not None and _KEY.search(node.keyword.value):
        return node.value
    if isinstance(node, cst.Assign) and len(node.targets) == 1:
        target = node.targets[0].target
        return node.value if isinstance(target, cst.Name) and _KEY.search(target.value) else None
    return None


def _is_key(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.SimpleString) and _KEY.search(node.value) is not None


def _is_random(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether an expression is a random value, and made of nothing else."""
    found = False
    for call in calls_in(node):
        target = named(frame, call.func)
        found = found or (isinstance(target, Ref) and target.name in _RANDOM)
    names = {inner.value for inner in walk(node) if isinstance(inner, cst.Name)}
    return found and names <= {"str", "uuid", "hex", "secrets", *(name.rpartition(".")[2] for name in _RANDOM)}


def _hoisted(loop: RetryLoop, made: cst.BaseExpression) -> Fix | None:
    frame = loop.frame
    tree = frame.tree
    name = unused(frame, ("idempotency_key", "request_key"))
    start = loop.head.start
    document = frame.scope.module.even
    before = document.text[document.starts[document.position(start)[0] - 1] : start]
    if not name or before.strip() or tree.comments_in(made):
        return None
    span = tree.outer(made)
    above = Edit(start, start, f"{name} = {tree.code(made)}{document.newline}{indentation(frame, start)}")
    return Fix("Make the idempotency key once, before the loop", (above, Edit(span.start, span.end, name)))
