"""Part of the pattern `retry`: a loop that repeats while the peer refuses ends after three attempts, or a minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ...kit.findings import Finding, Fix, Severity
from ...kit.fixes.edits import before_body, front, indentation, unused
from ...kit.fixes.retry_after import HELPER, IMPORTS, SECONDS, can_import
from ...kit.interp.call_kinds import SleepCall
from ...kit.interp.calls import Call, Frame
from ...kit.retries.loops import enclosing_loop
from ...kit.syntax.exits import Exit, is_endless, ways
from ...kit.syntax.idioms import is_log, last_name
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk
from ..resending import is_resender, numbers

_NAMES = ("attempt", "attempts", "tries")


@dataclass(frozen=True, slots=True)
class RefusedLoop:
    """A `while` that makes the same request again as long as the peer refuses it."""

    node: cst.While
    frame: Frame
    call: Call


def refused_loops(frame: Frame, *, counted: bool) -> list[RefusedLoop]:
    """The loops of a function that repeat while a status is an error; with `counted` those that count attempts, too."""
    found: dict[int, RefusedLoop] = {}
    for call in frame.calls.values():
        node = enclosing_loop(call.within)
        if type(call) is not Call or call.peer not in ("http", "llm") or not isinstance(node, cst.While):
            continue
        loop = RefusedLoop(node, frame, call)
        counts = any(isinstance(inner, cst.AugAssign) for inner in walk(node))
        again = (
            any(_goes_round(loop, inner) for inner in walk(node.body)) if is_endless(node) else _asks(loop, node.test)
        )
        if again and (counted or not counts) and call.response is not None and call.response.names:
            found.setdefault(id(node), loop)
    return list(found.values())


def is_wait(frame: Frame, call: Call, node: cst.If) -> bool:
    """Whether a condition is for a refusal of a call's, and its body waits, counts and begins the next round only."""
    body = node.body
    if node.orelse is not None or not isinstance(body, cst.IndentedBlock) or ways(body) != {Exit.CONTINUE}:
        return False
    wanted = _asks(RefusedLoop(cst.While(cst.Name("True"), body), frame, call), node.test)
    plain = all(
        isinstance(part, (cst.AugAssign, cst.Continue, cst.Pass))
        or (isinstance(part, cst.Expr) and isinstance(part.value, (cst.Call, cst.Await)) and _idles(frame, part.value))
        for line in body.body
        for part in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))
    )
    return wanted and plain and not frame.tree.comments_in(node)


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


def drop_waits(frame: Frame) -> Iterator[Finding]:
    """Offers to remove waits for a refused request that the function which sends it waits for already."""
    for call in frame.calls.values():
        if type(call) is not Call or call.passed_by is None or not is_resender(last_name(call.node)):
            continue
        if call.response is None or not call.response.names or call.answer is None or not call.answer.raiser:
            continue
        loop = enclosing_loop(call.within)
        for node in walk(loop.body) if loop is not None else ():
            if isinstance(node, cst.If) and is_wait(frame, call, node):
                fix = Fix("Let the retry wait", (in_place_of_wait(frame, call, node),))
                message = f"the loop waits for `{call.written}` once more"
                yield call.finding(message, fix, severity=Severity.HINT)


def _idles(frame: Frame, node: cst.Call | cst.Await) -> bool:
    """Whether a call sleeps, prints or logs."""
    inner = node.expression if isinstance(node, cst.Await) else node
    if not isinstance(inner, cst.Call):
        return False
    return isinstance(frame.calls.get(id(inner)), SleepCall) or is_log(inner) or last_name(inner) == "print"


def _asks(loop: RefusedLoop, test: cst.CSTNode) -> bool:
    """Whether a condition looks at the status of the loop's request, and for nothing but an error."""
    response, fact = loop.call.response, loop.call.answer
    uses = {id(used) for name, used in response.uses if fact is not None and name in fact.checks} if response else set()
    wanted = [
        n for n in walk(test) if isinstance(n, cst.Comparison) and any(id(inner) in uses for inner in walk(n.left))
    ]
    statuses = [int(n.evaluated_value) for comparison in wanted for n in walk(comparison) if isinstance(n, cst.Integer)]
    return bool(statuses) and min(statuses) >= 400


def is_refused_again(call: Call) -> bool:
    """Whether a call is repeated by such a loop, or is the same request just before one."""
    text = call.frame.tree.code(call.node)
    return any(text == loop.frame.tree.code(loop.call.node) for loop in refused_loops(call.frame, counted=True))


def end_refusals(frame: Frame) -> Iterator[Finding]:
    """Offers an end for loops that go on while the peer refuses."""
    for loop in refused_loops(frame, counted=False):
        call, fact = loop.call, loop.call.answer
        if fact is None or not fact.headers or call.response is None:
            continue
        header = f'{SECONDS}({call.response.names[0]}.{fact.headers}.get("Retry-After", ""))'
        edits = _counted(loop, header)
        brought = helper(frame)
        if edits is None or brought is None:
            continue
        title = f"Repeat {call.written} {numbers(frame).attempts} times at most"
        fix = Fix(title, tuple(sorted((*brought, *edits))), IMPORTS)
        message = f"the loop repeats `{call.written}` as long as the peer refuses"
        yield call.finding(message, fix, severity=Severity.HINT)


def helper(frame: Frame) -> list[Edit] | None:
    """The edit that brings the function which reads the header; [] if it is there, None if it cannot be brought."""
    module = frame.scope.module
    if SECONDS in module.functions:
        return []
    place = front(module)
    if not place or place > frame.tree.start or not can_import(module, *IMPORTS):
        return None
    newline = module.doc.newline
    return [Edit(place, place, HELPER.replace("\n", newline) + newline * 2)]


def _counted(loop: RefusedLoop, header: str) -> list[Edit] | None:
    """The edits after which a loop counts its attempts; None for other shapes."""
    node, frame = loop.node, loop.frame
    name = unused(frame, _NAMES)
    if not isinstance(node, cst.While) or not name or node.orelse is not None:
        return None
    tree, newline, wanted = frame.tree, frame.scope.module.doc.newline, numbers(frame)
    start = tree.span(node).start
    if is_endless(node):
        again = next(inner for inner in walk(node.body) if _goes_round(loop, inner))
        assert isinstance(again, cst.If)
        tested = tree.outer(again.test)
        more = f" and {name} < {wanted.attempts - 1} and {header} <= {wanted.within}"
        head = Edit(start, tree.outer(node.test).end, f"for {name} in range({wanted.attempts})")
        return [head, *_conjoined(again.test, tested, more)]
    tested = tree.outer(node.test)
    above = Edit(start, start, f"{name} = 1{newline}{indentation(frame, start)}")
    count = before_body(frame, node.body, f"{name} += 1")
    if count is None:
        return None
    return [
        above,
        *_conjoined(node.test, tested, f" and {name} < {wanted.attempts} and {header} <= {wanted.within}"),
        count,
    ]


def _conjoined(test: cst.BaseExpression, span: tuple[int, int], more: str) -> list[Edit]:
    """Adds to a condition, in brackets where it is an alternative."""
    start, end = span
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.Or) and not test.lpar:
        return [Edit(start, start, "("), Edit(end, end, f"){more}")]
    return [Edit(end, end, more)]


def _goes_round(loop: RefusedLoop, node: cst.CSTNode) -> bool:
    """Whether a statement looks for an error status and begins the next round."""
    return isinstance(node, cst.If) and ways(node.body) == {Exit.CONTINUE} and _asks(loop, node.test)
