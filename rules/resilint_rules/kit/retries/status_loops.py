"""Retry loops that check nothing but the status: the same request all_retries, until the answer is no error.

They have no `try`: a failure to connect ends them. What makes a loop one of these has to be seen in full: one
request that is the same in each round, one question about its status, and nothing else that could repair
what failed, change the request, or wait.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import libcst as cst

from ..findings import Finding, Fix
from ..interp.body_checks import TURNS_PAGES
from ..interp.call_kinds import SleepCall
from ..interp.calls import Call, Frame
from ..syntax.exits import AGAIN, Exit, is_endless, ways, ways_of
from ..syntax.idioms import CONSTANT, calls_in, harmless, last_name
from ..syntax.tree import children, dotted, walk
from .consume_loops import ConsumeLoop, consume_loops
from .loop_counter import BoundedLoop
from .loops import RetryConstruct, enclosing_loop
from .policies import external

_LEFT = frozenset((Exit.RETURN, Exit.BREAK))
_FLAGS = {
    "ok": True,
    "is_success": True,
    "is_error": False,
    "is_client_error": False,
    "is_server_error": False,
}
"""Attributes of an answer, and whether they hold for a good status."""
_STATUS = frozenset(("status", "status_code", "code"))
_MOVES = re.compile(r"poll|wait|watch|stream|rand|uuid|time\.", re.IGNORECASE)
"""Words of requests that differ each time, or that the other side answers late on purpose."""


@dataclass(frozen=True, slots=True)
class StatusLoop(BoundedLoop):
    """A loop that repeats `call` as long as its status is an error."""

    call: Call

    @property
    def endless(self) -> bool:
        """Whether nothing ends it but a good answer."""
        return not isinstance(self.node, cst.For) and not self.counted

    def finding(self, message: str, *fixes: Fix) -> Finding:
        """A finding about this loop."""
        call = self.call
        return self.frame.finding(message, self.head, fixes, callee=call.callee, library=call.library, statement=None)


AnyRetry = RetryConstruct | StatusLoop | ConsumeLoop
"""A retry construct, a loop that checks the status only, or one that asks again and again."""


def other_loops(frames: list[Frame]) -> Iterator[StatusLoop | ConsumeLoop]:
    """The loops of functions and statements that check the status, or ask again and again."""
    yield from consume_loops(frames)
    for outer in frames:
        for frame in outer.all_frames():
            for call in frame.calls.values():
                found = _loop(call)
                if found is not None:
                    yield found


def status_loop(call: Call) -> StatusLoop | None:
    """Returns the loop that repeats a call as long as its status is an error, with or without pauses; None if none."""
    return _loop(call, paced=True)


def _loop(call: Call, *, paced: bool = False) -> StatusLoop | None:
    """Returns the loop that repeats a call as long as its status is an error; None if there is none.

    One that pauses counts only if it may be `paced`.
    """
    node = enclosing_loop([place for place in call.within if not is_let_through(place.node)])
    if node is None or not external(call) or call.response is None or call.deferred:
        return None
    loop = StatusLoop(node, call.frame, call)
    if not _may_retry(loop):
        return None
    steps = _flat(node.body)
    at = next((index for index, step in enumerate(steps) if _holds(step, call.node)), None)
    if at is None or _varies(loop):
        return None
    failing = _failing_round(loop, steps, at)
    return loop if failing is not None and _changes_nothing(loop, failing, paced=paced) else None


def _may_retry(loop: StatusLoop) -> bool:
    """Whether the rounds of a loop may be attempts: a `while`, or a plain `for` over a range, and no generator."""
    node = loop.node
    if isinstance(node, cst.For) and (node.asynchronous is not None or not loop.ranged()):
        return False
    return not loop.is_generator


def _failing_round(loop: StatusLoop, steps: list[cst.CSTNode], at: int) -> list[cst.CSTNode] | None:
    """The statements between two attempts, if nothing but an error status leads to the next one; None if not.

    The head of the loop may check the status, or an `if` in its body.
    """
    node = loop.node
    if isinstance(node, cst.While) and not is_endless(node):
        if verdict_on(loop.call, node.test) is False and all(ways(step) <= AGAIN for step in steps):
            return steps
        if not loop.counted:
            return None
    return _failing(loop, steps, at)


def _changes_nothing(loop: StatusLoop, steps: list[cst.CSTNode], *, paced: bool) -> bool:
    """Whether the calls of these statements, save those of a `raise`, are idle: the next attempt is the same."""
    ends: list[cst.CSTNode] = [node for step in steps for node in walk(step) if isinstance(node, cst.Raise)]
    if paced:
        ends += [call.node for call in loop.frame.calls.values() if isinstance(call, SleepCall)]
    left_out = {id(inner) for end in ends for inner in walk(end)}
    return all(_idle(loop, call) for step in steps for call in calls_in(step) if id(call) not in left_out)


def _failing(loop: StatusLoop, steps: list[cst.CSTNode], at: int) -> list[cst.CSTNode] | None:
    """The statements that run from one failing answer to the next, if a good one leaves the loop; None if not."""
    call = loop.call
    first = at if isinstance(steps[at], cst.If) else at + 1
    for index in range(first, len(steps)):
        step = steps[index]
        verdict = verdict_on(call, step.test) if isinstance(step, cst.If) else None
        if verdict is None or not isinstance(step, cst.If):
            continue
        rest = steps[index + 1 :]
        otherwise = [step.orelse] if step.orelse is not None else []
        good, bad = ([step.body], otherwise) if verdict else (otherwise, [step.body])
        if not ways_of([*good, *rest]) <= _LEFT:
            continue
        left = ways_of([*bad, *rest])
        if not left & AGAIN or (not left <= AGAIN and is_endless(loop.node)):
            return None
        return [*steps[:index], *bad, *(rest if Exit.FALLS in ways_of(bad) else ())]
    return None


def _flat(block: cst.BaseSuite) -> list[cst.CSTNode]:
    """The statements of a block, those in a `with` among them, and in a `try` that keeps no failure."""
    found: list[cst.CSTNode] = []
    for statement in block.body:
        if isinstance(statement, cst.With):
            found.extend((*statement.items, *_flat(statement.body)))
        elif is_let_through(statement):
            found.extend(_flat(statement.body))
        else:
            found.append(statement)
    return found


def is_let_through(node: cst.CSTNode) -> TypeGuard[cst.Try]:
    """Whether a statement is a `try` whose handlers all raise: what follows it, follows success."""
    if not isinstance(node, cst.Try) or node.orelse is not None or node.finalbody is not None:
        return False
    return all(ways(handler.body) == {Exit.RAISE} for handler in node.handlers)


def _holds(step: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Whether a statement makes a call, itself or in its question."""
    inside = step.test if isinstance(step, cst.If) else step
    return any(inner is node for inner in walk(inside))


def _idle(loop: StatusLoop, node: cst.Call) -> bool:
    """Whether a call is the request itself, or surely repairs nothing, ends nothing and does not wait."""
    if node is loop.call.node or (loop.is_inert(node) and id(node) not in loop.frame.calls):
        return True
    owner = node.func.value if isinstance(node.func, cst.Attribute) else None
    fixed = harmless(last_name(node), CONSTANT) and any(inner is node for inner in walk(loop.call.node))
    return fixed or (owner is not None and _is_answer(loop.call, owner) and last_name(node) != "raise_for_status")


def _is_answer(call: Call, node: cst.CSTNode) -> bool:
    """Whether an expression is what the call gave back."""
    if isinstance(node, cst.Await):
        node = node.expression
    names = call.response.names if call.response is not None else ()
    return node is call.node or (isinstance(node, cst.Name) and node.value in names)


def last_choice(block: cst.BaseSuite) -> cst.If | None:
    """The last `if` of a block, or of a `with` or a `try` that keeps no failure at its end.

    Nothing but plain statements is behind it.
    """
    for part in reversed(block.body):
        if isinstance(part, cst.With) or is_let_through(part):
            return last_choice(part.body)
        if not isinstance(part, cst.SimpleStatementLine):
            return part if isinstance(part, cst.If) else None
        if not all(isinstance(inner, (cst.Assign, cst.Expr)) for inner in part.body):
            return None
    return None


def verdict_on(call: Call, test: cst.CSTNode) -> bool | None:
    """Whether a condition holds for a good status (True) or for an error (False); None if it tests anything else."""
    fact = call.answer
    if fact is None:
        return None
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        inner = verdict_on(call, test.expression)
        return None if inner is None else not inner
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.Or):
        left, right = verdict_on(call, test.left), verdict_on(call, test.right)
        return left if left is right else None
    if isinstance(test, cst.Comparison):
        return _compared(call, test, fact.checks)
    if isinstance(test, cst.Attribute) and _is_answer(call, test.value) and test.attr.value in fact.checks:
        return _FLAGS.get(test.attr.value)
    return True if fact.truth == "status" and _is_answer(call, test) else None


def _compared(call: Call, test: cst.Comparison, checks: Sequence[str]) -> bool | None:
    """Whether a comparison with one operator holds for a good status (True) or for an error; None as above."""
    if len(test.comparisons) != 1:
        return None
    left, operator, right = test.left, test.comparisons[0].operator, test.comparisons[0].comparator
    if isinstance(operator, cst.Is) and isinstance(right, cst.Name) and right.value == "None":
        return False if _is_answer(call, left) else None
    if not isinstance(left, cst.Attribute) or left.attr.value not in _STATUS or left.attr.value not in checks:
        return None
    return _between(operator, _statuses(right)) if _is_answer(call, left.value) else None


def _between(operator: cst.BaseCompOp, statuses: list[int]) -> bool | None:
    """Whether a status that compares so to these is a good one (True) or an error (False); None if it may be both."""
    if not statuses:
        return None
    good = max(statuses) < 400
    if isinstance(operator, (cst.Equal, cst.In)):
        return True if good else False if min(statuses) >= 400 else None
    if isinstance(operator, (cst.NotEqual, cst.NotIn)):
        return False if good else None
    if isinstance(operator, (cst.LessThan, cst.LessThanEqual)):
        return True if 299 <= statuses[0] <= 400 else None
    if isinstance(operator, (cst.GreaterThan, cst.GreaterThanEqual)):
        return False if 299 <= statuses[0] <= 500 else None
    return None


def _statuses(node: cst.CSTNode) -> list[int]:
    """The statuses that are written there; [] if one of them cannot be seen."""
    if isinstance(node, cst.Integer):
        return [int(node.evaluated_value)]
    if isinstance(node, (cst.Tuple, cst.List, cst.Set)):
        every = [_statuses(element.value) for element in node.elements]
        return [number for candidate in every for number in candidate] if all(every) else []
    return [200] if dotted(node).rpartition(".")[2].lower() == "ok" else []


def _varies(loop: StatusLoop) -> bool:
    """Whether a request may differ from the one before, or is answered late on purpose."""
    call = loop.call
    text = loop.frame.tree.code(call.node)
    if _MOVES.search(text) or TURNS_PAGES.search(text):
        return True
    used = set(_names_read(call.node))
    targets: list[cst.CSTNode] = [loop.node.target] if isinstance(loop.node, cst.For) else []
    for node in walk(loop.node.body):
        if isinstance(node, cst.Assign):
            targets += [target.target for target in node.targets]
        elif isinstance(node, (cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For, cst.CompFor, cst.Del)):
            targets.append(node.target)
        elif isinstance(node, cst.AsName):
            targets.append(node.name)
    return any(_touches(name, path) for target in targets for path in _paths(target) for name in used)


def _names_read(node: cst.CSTNode) -> Iterator[str]:
    """The names and chains of names that an expression reads."""
    if isinstance(node, (cst.Name, cst.Attribute)) and dotted(node):
        yield dotted(node)
        return
    for item in [node.value] if isinstance(node, (cst.Arg, cst.Attribute)) else children(node):
        yield from _names_read(item)


def _paths(target: cst.CSTNode) -> list[str]:
    """What an assignment changes, as it is written; "" if that is unknown."""
    if isinstance(target, (cst.Tuple, cst.List)):
        return [path for element in target.elements for path in _paths(element.value)]
    while isinstance(target, (cst.Subscript, cst.StarredElement)):
        target = target.value
    return [dotted(target)]


def _touches(used: str, changed: str) -> bool:
    return not changed or f"{used}.".startswith(f"{changed}.") or f"{changed}.".startswith(f"{used}.")
