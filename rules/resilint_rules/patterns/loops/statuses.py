"""Part of the pattern `retry`: loops that repeat a request for its status end, and wait as long as the peer asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...kit.findings import Finding, Fix, Import, Severity
from ...kit.fixes.edits import after_statement, before_body, indentation, unused
from ...kit.fixes.loops.bounds import Bounds, bounded
from ...kit.fixes.loops.gates import longer_pauses
from ...kit.fixes.loops.giving_up import give_up, helper
from ...kit.fixes.loops.refusals import Refusal
from ...kit.fixes.loops.sent import requests_of
from ...kit.fixes.loops.wanted import STATUSES, numbers
from ...kit.fixes.retry_after import IMPORTS, SECONDS
from ...kit.interp.calls import Call, Frame
from ...kit.retries.loops import enclosing_loop
from ...kit.retries.status_loops import StatusLoop, is_let_through, status_loop
from ...kit.syntax.exits import Exit, ways
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk

_LET_OUT = re.compile(r"\b(?:wanted_)?pause > \d")
_LEFT = frozenset((Exit.RETURN, Exit.BREAK))
_PASSING = frozenset((408, 425, 429))
"""Statuses below 500 of a peer that may answer a moment later."""


def let_statuses_out(frame: Frame) -> Iterator[Finding]:
    """Offers an end for what stays in loops that look at nothing but a status."""
    for call in requests_of(frame):
        loop = status_loop(call) if call.peer == "http" else None
        if loop is None or call.response is None or not call.response.names:
            continue
        edits = _ended(loop, call.response.names[0])
        brought = helper(frame) if edits else None
        if not edits or brought is None:
            continue
        title = f"Repeat {call.written} on 429 and 5xx only, {numbers(frame).attempts} times at most"
        fix = Fix(title, tuple(sorted((*brought, *edits))), (*IMPORTS, Import("asyncio" if frame.is_async else "time")))
        message = f"the loop repeats `{call.written}` after any status, also one that stays"
        yield call.finding(message, fix, severity=Severity.HINT)


def is_requested_again(call: Call) -> bool:
    """Whether a loop makes a call again for its status, before or after this pattern has ended it."""
    return status_loop(call) is not None or is_let_out(call) or goes_round_again(call)


def is_let_out(call: Call) -> bool:
    """Whether a call is repeated by a loop that ends for what stays, as this pattern writes it."""
    node, fact = enclosing_loop(call.within), call.answer
    if node is None or fact is None:
        return False
    return _LET_OUT.search(call.frame.tree.source(*call.frame.tree.span(node))) is not None


def goes_round_again(call: Call) -> bool:
    """Whether a loop sends the same request again where a question about its status goes on with the next round."""
    loop, response, tree = enclosing_loop(call.within), call.response, call.frame.tree
    if loop is None or response is None or not response.names:
        return False
    names = "|".join(map(re.escape, response.names))
    tests = re.compile(rf"\b(?:{names})\.(?:ok|status|status_code|is_\w+)\b")
    again = (node for node in walk(loop.body) if isinstance(node, cst.If) and Exit.CONTINUE in ways(node.body))
    return any(tests.search(tree.code(node.test)) for node in again) and _stays_same(call, loop)


def _stays_same(call: Call, loop: cst.For | cst.While) -> bool:
    """Whether nothing that a loop changes is part of a request in it."""
    changed = [node.target for node in walk(loop.body) if isinstance(node, (cst.AssignTarget, cst.AugAssign))]
    if isinstance(loop, cst.For):
        changed.append(loop.target)
    sent = {name.value for arg in call.node.args for name in walk(arg.value) if isinstance(name, cst.Name)}
    return sent.isdisjoint(name.value for target in changed for name in walk(target) if isinstance(name, cst.Name))


def _ended(loop: StatusLoop, answer: str) -> list[Edit]:
    """The edits after which a status that stays, or comes in the last attempt, raises; [] for other shapes."""
    fact, frame = loop.call.answer, loop.frame
    if fact is None or not (fact.number and fact.headers and fact.raiser):
        return []
    at = _failing(loop)
    if at is None or is_let_out(loop.call) or _awaits_result(frame, *at):
        return []
    bound, pause = bounded(loop), unused(frame, ("pause", "wanted_pause"))
    if bound is None or not pause or _raised_before(loop, fact.raiser, *at):
        return []
    last, edits = bound
    node = frame.tree.parent(at[0]) if at[1] is None else None
    if isinstance(node, cst.If):
        given_up = give_up(Refusal(node, frame, loop.call), last)
        return [*edits, *given_up.edits] if given_up is not None else []
    return _checked_behind(loop, answer, at, bound)


def _awaits_result(frame: Frame, block: cst.IndentedBlock, behind: cst.BaseStatement | None) -> bool:
    """Whether a loop goes round for statuses alone that say that a result is not there yet: 404, 202, 409."""
    node = frame.tree.parent(block) if behind is None else None
    if not isinstance(node, cst.If):
        return False
    parts = [*walk(node.test)]
    statuses = [int(part.evaluated_value) for part in parts if isinstance(part, cst.Integer)]
    equal = all(
        isinstance(part.operator, (cst.Equal, cst.In)) for part in parts if isinstance(part, cst.ComparisonTarget)
    )
    return bool(statuses) and equal and all(status not in _PASSING and status < 500 for status in statuses)


def _checked_behind(
    loop: StatusLoop, answer: str, at: tuple[cst.IndentedBlock, cst.BaseStatement | None], bound: Bounds
) -> list[Edit]:
    """The same behind the `if` that a good answer leaves the loop by."""
    fact, frame, (last, edits) = loop.call.answer, loop.frame, bound
    pause = unused(frame, ("pause", "wanted_pause"))
    assert fact is not None
    test = f"{pause} > {numbers(frame).within} or {answer}.{fact.number} not in {STATUSES}"
    test = f"{last} or {test}" if last else test
    lines = [
        f'{pause} = {SECONDS}({answer}.{fact.headers}.get("Retry-After", ""), default=0.0)',
        f"if {test}:", f"\t{answer}.{fact.raiser}()", "\tbreak",
    ]  # fmt: skip
    pauses = longer_pauses(frame, loop.node.body, pause, behind=frame.tree.span(loop.call.node).end)
    if not pauses:
        lines.append(f"{'await asyncio' if frame.is_async else 'time'}.sleep({pause})")
    edit = _put(loop, lines, *at)
    return [*edits, *pauses, edit] if edit is not None else []


def _raised_before(loop: StatusLoop, raiser: str, block: cst.IndentedBlock, behind: cst.BaseStatement | None) -> bool:
    """Whether an error status raises before the place where a failing answer goes on."""
    tree = loop.frame.tree
    end = tree.span(behind).start if behind is not None else tree.span(block).start
    raisers = (n for n in walk(loop.node) if isinstance(n, cst.Attribute) and n.attr.value == raiser)
    return any(tree.span(node).start < end for node in raisers)


def _put(loop: StatusLoop, lines: list[str], block: cst.IndentedBlock, behind: cst.BaseStatement | None) -> Edit | None:
    """Puts lines at the beginning of a block, or behind one of its statements; a tab stands for a step inwards."""
    frame = loop.frame
    body = loop.node.body
    indent = indentation(frame, frame.tree.span(block.body[0]).start)
    first = indentation(frame, frame.tree.span(body.body[0]).start)
    step = first[len(indentation(frame, frame.tree.span(loop.node).start)) :]
    lines = [line.replace("\t", step) for line in lines]
    if behind is not None:
        return after_statement(frame, behind, "\n".join(lines))
    return before_body(frame, block, f"{frame.scope.module.doc.newline}{indent}".join(lines))


def _failing(loop: StatusLoop) -> tuple[cst.IndentedBlock, cst.BaseStatement | None] | None:
    """Where a failing answer goes on: a block, and the statement in it behind which; None for its beginning."""
    return _failing_in(loop.node.body)


def _failing_in(block: cst.BaseSuite) -> tuple[cst.IndentedBlock, cst.BaseStatement | None] | None:
    """The same in a block; in a `try`, only where it ends: what is put there has failures of its own."""
    if not isinstance(block, cst.IndentedBlock):
        return None
    for part in reversed(block.body):
        if isinstance(part, cst.With):
            return _failing_in(part.body)
        if is_let_through(part):
            inner = _failing_in(part.body)
            return (block, part) if inner is not None and inner[1] is part.body.body[-1] else None
        if not isinstance(part, cst.If):
            continue
        if ways(part.body) <= _LEFT and part.orelse is None:
            return block, part
        leaves = ways(part.body)
        if Exit.CONTINUE in leaves and not leaves & _LEFT and isinstance(part.body, cst.IndentedBlock):
            return part.body, None
    return None
