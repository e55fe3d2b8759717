"""Waits for what a peer refuses, as code writes them by hand."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from ...interp.call_kinds import SleepCall
from ...interp.calls import Call, Frame
from ...syntax.exits import Exit, ways
from ...syntax.idioms import is_log, last_name
from ...syntax.text import Edit
from ...syntax.tree import walk


@dataclass(frozen=True, slots=True)
class RefusedLoop:
    """A `while` that makes the same request again as long as the peer refuses it."""

    node: cst.While
    frame: Frame
    call: Call


def asks(loop: RefusedLoop, test: cst.CSTNode) -> bool:
    """Whether a condition looks at the status of the loop's request, and for nothing but an error."""
    response, fact = loop.call.response, loop.call.answer
    uses = {id(used) for name, used in response.uses if fact is not None and name in fact.checks} if response else set()
    wanted = [
        n for n in walk(test) if isinstance(n, cst.Comparison) and any(id(inner) in uses for inner in walk(n.left))
    ]
    statuses = [int(n.evaluated_value) for comparison in wanted for n in walk(comparison) if isinstance(n, cst.Integer)]
    return bool(statuses) and min(statuses) >= 400


def is_passing(call: Call, test: cst.CSTNode) -> bool:
    """Whether a condition holds for statuses of an overload or an outage alone, which may be over a moment later."""
    signs = [part.operator for node in walk(test) if isinstance(node, cst.Comparison) for part in node.comparisons]
    plain = all(isinstance(sign, (cst.Equal, cst.In, cst.GreaterThan, cst.GreaterThanEqual)) for sign in signs)
    numbers = [int(node.evaluated_value) for node in walk(test) if isinstance(node, cst.Integer)]
    if not plain or any(isinstance(node, cst.Not) for node in walk(test)):
        return False
    wanted = all(number in (408, 425, 429) or 499 <= number <= 599 for number in numbers)
    return wanted and asks(RefusedLoop(cst.While(cst.Name("True"), cst.IndentedBlock([])), call.frame, call), test)


def is_wait(frame: Frame, call: Call, node: cst.If) -> bool:
    """Whether a condition is for a refusal of a call's, and its body waits, counts and begins the next round only."""
    body = node.body
    if node.orelse is not None or not isinstance(body, cst.IndentedBlock) or ways(body) != {Exit.CONTINUE}:
        return False
    wanted = asks(RefusedLoop(cst.While(cst.Name("True"), body), frame, call), node.test)
    plain = all(
        isinstance(part, (cst.AugAssign, cst.Continue, cst.Pass))
        or (isinstance(part, cst.Expr) and isinstance(part.value, (cst.Call, cst.Await)) and _idles(frame, part.value))
        for line in body.body
        for part in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))
    )
    return wanted and plain


def is_bare_wait(frame: Frame, call: Call, node: cst.If) -> bool:
    """The same, without a comment that would be lost with it."""
    return is_wait(frame, call, node) and not frame.tree.comments_in(node)


def _idles(frame: Frame, node: cst.Call | cst.Await) -> bool:
    """Whether a call sleeps, prints or logs."""
    inner = node.expression if isinstance(node, cst.Await) else node
    if not isinstance(inner, cst.Call):
        return False
    return isinstance(frame.calls.get(id(inner)), SleepCall) or is_log(inner) or last_name(inner) == "print"


def in_place_of_wait(frame: Frame, call: Call, node: cst.If) -> Edit:
    """Puts the check of the status in place of a wait for what something else repeats; nothing if it is checked."""
    response, fact, document = call.response, call.answer, frame.scope.module.even
    assert response is not None
    assert fact is not None
    start, end = frame.tree.span(node)
    end = start + len(document.text[start:end].rstrip())
    if all(name != fact.raiser for name, _ in response.uses):
        return Edit(start, end, f"{response.names[0]}.{fact.raiser}()")
    row = document.position(end)[0]
    return Edit(document.starts[document.position(start)[0] - 1], document.starts[row], "")
