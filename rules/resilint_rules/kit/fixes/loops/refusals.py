"""Requests that are made again as long as the peer refuses them: in a `while`, or by a function that calls itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from ...interp.call_kinds import SleepCall
from ...interp.calls import Call, Frame
from ...interp.kinds import Around, Part
from ...interp.values import Function, Within, options
from ...retries.loops import enclosing_loop
from ...syntax.exits import Exit, is_endless, ways, ways_of
from ...syntax.idioms import is_log, last_name
from ...syntax.tree import walk
from ..retry_after import SECONDS
from .sent import requests_of
from .waits import RefusedLoop, asks, is_bare_wait, is_wait


@dataclass(frozen=True, slots=True)
class Refusal:
    """An `if` for an error status of a request, after which the same request is made again."""

    node: cst.If
    frame: Frame
    call: Call


def refused_loops(frame: Frame, *, counted: bool) -> list[RefusedLoop]:
    """The loops of a function that repeat while a status is an error; with `counted` those that count attempts, too."""
    found: dict[int, RefusedLoop] = {}
    for call in _requests(frame):
        node = enclosing_loop([place for place in call.within if not _is_tried(place)])
        if not isinstance(node, cst.While):
            continue
        loop = RefusedLoop(node, frame, call)
        if lasts(loop, but_for=is_bare_wait if counted else is_wait):
            again = bool(_rounds(loop)) and (counted or bool(refusals_in(loop)))
        else:
            again = asks(loop, node.test) and (counted or not any(isinstance(n, cst.AugAssign) for n in walk(node)))
        if again:
            found.setdefault(id(node), loop)
    return list(found.values())


def _is_tried(place: Within) -> bool:
    """Whether a place is the body of a `try`: what it takes is no refusal, which comes as an answer."""
    return place.kind is Around.TRY and place.part is Part.BODY


def lasts(loop: RefusedLoop, but_for: Callable[[Frame, Call, cst.If], bool] = is_wait) -> bool:
    """Whether only a request that is not refused leads out of a loop: `while True`, or `while url` if that stays.

    In a loop over pages, what does nothing but wait is left to a retry of the request, which may repeat more than that;
    `but_for` says what that is: a retry takes the place of none that has a comment.
    """
    if is_endless(loop.node):
        return True
    test, refusals = loop.node.test, _rounds(loop)
    others = (cst.Call, cst.Subscript, cst.Attribute)  # what may change by itself
    if not refusals or asks(loop, test) or any(isinstance(part, others) for part in walk(test)):
        return False
    held = {part.value for part in walk(test) if isinstance(part, cst.Name)}
    return not any(held & _bound(node) or but_for(loop.frame, loop.call, node) for node in refusals)


def _bound(node: cst.CSTNode) -> set[str]:
    """The names and attributes that a statement gives something to, by their last part."""
    targets = [part.target for part in walk(node) if isinstance(part, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign))]
    return {part.value for target in targets for part in walk(target) if isinstance(part, cst.Name)}


def _requests(frame: Frame) -> Iterator[Call]:
    """The requests of a function whose answers have a name."""
    for call in requests_of(frame):
        if call.peer in ("http", "llm") and call.response is not None and call.response.names:
            yield call


def _rounds(loop: RefusedLoop) -> list[cst.If]:
    """The statements of a loop that look for an error status of its request and begin the next round, in order."""
    response = loop.call.response
    known = loop.frame.derived.setdefault(_rounds, {})
    if id(loop.node) not in known:
        known[id(loop.node)] = _by_part(loop.node)
    by_part: dict[int, tuple[int, cst.If]] = known[id(loop.node)]
    uses = response.uses if response is not None else ()
    found = dict(by_part[id(used)] for _, used in uses if id(used) in by_part)
    return [found[number] for number in sorted(found) if asks(loop, found[number].test)]


def _by_part(node: cst.While) -> dict[int, tuple[int, cst.If]]:
    """The statements of a loop that begin its next round, with their number, by each part of what they test."""
    again = [part for part in walk(node.body) if isinstance(part, cst.If) and ways(part.body) == {Exit.CONTINUE}]
    return {id(part): (number, found) for number, found in enumerate(again) for part in walk(found.test)}


def refusals_in(loop: RefusedLoop) -> list[Refusal]:
    """The statements in a `while True` that wait for a refusing peer without end; none if one of them does more."""
    tree = loop.frame.tree
    rounds = sorted((node for node in _rounds(loop) if not is_counted(node)), key=lambda n: tree.span(n).start)
    found = [Refusal(node, loop.frame, loop.call) for node in rounds]
    return found if all(_is_of(loop, refusal) and _only_waits(refusal) for refusal in found) else []


def is_counted(node: cst.If) -> bool:
    """Whether an `if` goes round as long as a number that it raises is below another, and so ends by itself."""
    parts: list[cst.BaseExpression] = []
    stack: list[cst.BaseExpression] = [node.test]
    while stack:
        part = stack.pop()
        if isinstance(part, cst.BooleanOperation) and isinstance(part.operator, cst.And):
            stack += [part.left, part.right]
        else:
            parts.append(part)
    raised = {
        part.target.value
        for line in node.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for part in line.body
        if isinstance(part, cst.AugAssign)
        and isinstance(part.operator, cst.AddAssign)
        and isinstance(part.target, cst.Name)
    }
    return any(
        isinstance(part, cst.Comparison)
        and isinstance(part.left, cst.Name)
        and part.left.value in raised
        and isinstance(part.comparisons[0].operator, (cst.LessThan, cst.LessThanEqual))
        for part in parts
    )


def _is_of(loop: RefusedLoop, refusal: Refusal) -> bool:
    """Whether what begins the next round begins that of a loop, and no failure of it is taken inside."""
    above: cst.CSTNode | None = refusal.node
    while above is not None and above is not loop.node:
        if isinstance(above, (cst.For, cst.While, cst.Try, cst.TryStar, cst.FunctionDef)):
            return False
        above = loop.frame.tree.parent(above)
    return True


def only_refusals_go_round(node: cst.CSTNode, call: Call, after: Sequence[cst.CSTNode]) -> bool:
    """Whether what follows a request in a `while True` leaves it, but where the peer refuses."""
    if not isinstance(node, cst.While) or not is_endless(node) or call.response is None:
        return False
    loop = RefusedLoop(node, call.frame, call)
    rest = [part for part in after if not (isinstance(part, cst.If) and part.orelse is None and asks(loop, part.test))]
    return len(rest) < len(after) and ways_of(rest) <= {Exit.RETURN, Exit.BREAK, Exit.RAISE}


def _only_waits(refusal: Refusal) -> bool:
    """Whether an `if` does nothing about a refusal but to wait, say so, and compute how long."""
    read = {part.value for part in walk(refusal.call.node) if isinstance(part, cst.Name)}
    if read & _bound(refusal.node):
        return False  # the next request is another one
    return all(
        isinstance(part, (cst.Continue, cst.Pass, cst.Return, cst.Import, cst.ImportFrom))
        or (isinstance(part, cst.Expr) and _idles(refusal.frame, part.value))
        or (isinstance(part, (cst.Assign, cst.AnnAssign, cst.AugAssign)) and not _acts(refusal.frame, part))
        for line in refusal.node.body.body
        for part in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))
    )


def _idles(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether an expression sleeps, prints or logs, or is a text."""
    inner = node.expression if isinstance(node, cst.Await) else node
    if not isinstance(inner, cst.Call):
        return isinstance(inner, cst.SimpleString)
    return isinstance(frame.calls.get(id(inner)), SleepCall) or is_log(inner) or last_name(inner) == "print"


def _acts(frame: Frame, node: cst.Assign | cst.AnnAssign | cst.AugAssign) -> bool:
    """Whether a statement calls what may raise, or counts."""
    if isinstance(node, cst.AugAssign):
        return not isinstance(node.operator, cst.MultiplyAssign)
    bound = [part.target for part in walk(node) if isinstance(part, cst.AssignTarget)]
    targets = {target.value for target in bound if isinstance(target, cst.Name)}
    return any(_is_known(frame, inner) or _counts(inner, targets) for inner in walk(node))


def _is_known(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an expression calls a library, or a function of the project that may give up."""
    known = id(node) in frame.calls or id(node) in frame.uses
    return known and isinstance(node, cst.Call) and last_name(node) != SECONDS


def _counts(node: cst.CSTNode, targets: set[str]) -> bool:
    """Whether an expression adds to, or takes from, one of some names."""
    if not isinstance(node, cst.BinaryOperation) or not isinstance(node.operator, (cst.Add, cst.Subtract)):
        return False
    return bool({inner.value for inner in walk(node) if isinstance(inner, cst.Name)} & targets)


def own_calls(frame: Frame) -> list[Call]:
    """The calls by which a function calls itself."""
    return [
        call
        for call, target in frame.uses.values()
        for option in options(target)
        if isinstance(option, Function) and option.chunk.chunk.start == frame.tree.start
    ]


def refused_again(frame: Frame) -> Iterator[tuple[Refusal, Call]]:
    """The refusals after which a function calls itself again, at the end of an `if`, and does nothing else but wait."""
    again = own_calls(frame)
    for node in walk(frame.node) if again and frame.node is not None else ():
        last = _returned(node) if isinstance(node, cst.If) else None
        found = next((call for call in again if call.node is last), None) if last is not None else None
        for call in _requests(frame) if found is not None else ():
            loop = RefusedLoop(cst.While(cst.Name("True"), cst.IndentedBlock([])), frame, call)
            if found is not None and isinstance(node, cst.If) and asks(loop, node.test):
                refusal = Refusal(node, frame, call)
                if _only_waits(refusal):
                    yield refusal, found
                break


def _returned(node: cst.If) -> cst.CSTNode | None:
    """What the body of an `if` returns at its end, without `await`."""
    body = node.body.body
    line = body[-1] if isinstance(node.body, cst.IndentedBlock) and body else None
    last = line.body[-1] if isinstance(line, cst.SimpleStatementLine) else None
    value = last.value if isinstance(last, cst.Return) else None
    return value.expression if isinstance(value, cst.Await) else value
