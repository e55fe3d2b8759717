"""Part of the pattern `retry`: a loop that repeats while the peer refuses ends after three attempts, or a minute."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...kit.findings import Finding, Fix, Severity
from ...kit.fixes.edits import before_body, front, indentation, unused
from ...kit.fixes.loops.waits import RefusedLoop, asks, in_place_of_wait, is_wait
from ...kit.fixes.loops.wanted import numbers
from ...kit.fixes.retry_after import HELPER, IMPORTS, SECONDS, can_import
from ...kit.interp.calls import Call, Frame
from ...kit.retries.loops import enclosing_loop
from ...kit.syntax.exits import Exit, is_endless, ways
from ...kit.syntax.idioms import last_name
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk
from ..resending import is_resender

_NAMES = ("attempt", "attempts", "tries")


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
            any(_goes_round(loop, inner) for inner in walk(node.body)) if is_endless(node) else asks(loop, node.test)
        )
        if again and (counted or not counts) and call.response is not None and call.response.names:
            found.setdefault(id(node), loop)
    return list(found.values())


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
    return isinstance(node, cst.If) and ways(node.body) == {Exit.CONTINUE} and asks(loop, node.test)
