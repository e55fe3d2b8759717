"""Retry loops written by hand: a loop around a guarded external call that goes round again when it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..exceptions.handlers import Clause, clauses
from ..findings import Finding, Fix
from ..interp.calls import Call, Frame, Guard
from ..interp.kinds import Around
from ..syntax.bound_names import bound_in, shared_in, used_in, waited_for
from ..syntax.exits import AGAIN, Exit, is_endless, ways
from ..syntax.idioms import calls_in
from ..syntax.tree import dotted, walk
from .loop_counter import Rounds
from .policies import Layer, external, layers

_TIMED = re.compile(r"time_?out|deadline|move_on|fail_after|expir|alarm", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Loop(Rounds):
    """A loop whose body tries external calls (`calls`), leaves when they succeed, and goes on when they fail.

    `before` and `after` are the statements of the loop's body around the `try`.
    """

    guard: Guard
    clauses: tuple[Clause, ...]
    calls: tuple[Call, ...]
    before: tuple[cst.CSTNode, ...]
    after: tuple[cst.CSTNode, ...]

    @property
    def endless(self) -> bool:
        """Whether nothing but its body ends it, or nothing but its own success."""
        return is_endless(self.node) or bool(self.flag)

    @property
    def flag(self) -> str:
        """The name that a `while not done` or `while answer is None` waits for, if only a success gives it a value."""
        name = waited_for(self.node)
        if not name or any(name in shared_in(each) for each in (self.frame.node, self.node) if each is not None):
            return ""
        body = self.guard.node
        success = (body.body, *((body.orelse,) if body.orelse is not None else ()))
        inside = {id(each) for part in success for each in walk(part)}
        found = [each for each in walk(self.node.body) if name in bound_in(each)]
        return name if found and all(id(each) in inside for each in found) else ""

    @property
    def retried(self) -> tuple[Clause, ...]:
        """The clauses that catch a failure of the calls and may go round again."""
        after = self._after_failure
        found = []
        for each in self.clauses:
            left = each.leaves
            if Exit.FALLS in left:
                left = (left - {Exit.FALLS}) | after
            if left & AGAIN and any(each.concerns(call) or each.refused(call) for call in self.calls):
                found.append(each)
        return tuple(found)

    @property
    def _after_failure(self) -> frozenset[Exit]:
        """How the statements after the `try` can be left."""
        found: frozenset[Exit] = frozenset((Exit.FALLS,))
        for each in self.after:
            if Exit.FALLS not in found:
                break
            found = (found - {Exit.FALLS}) | ways(each)
        return found

    @property
    def each_success_leaves(self) -> bool:
        """Whether the loop is left as soon as the calls have succeeded."""
        if self.flag:
            lines = (each for each in self.guard.node.body.body if isinstance(each, cst.SimpleStatementLine))
            return any(self.flag in bound_in(each) for line in lines for each in line.body)
        return Exit.FALLS not in self._success and Exit.CONTINUE not in self._success

    @property
    def some_success_leaves(self) -> bool:
        """Whether success can leave the loop."""
        return bool(self._success & {Exit.RETURN, Exit.BREAK}) or bool(self.flag)

    @property
    def _success(self) -> frozenset[Exit]:
        node = self.guard.node
        found = ways(node.body)
        if Exit.FALLS in found and node.orelse is not None:
            found = (found - {Exit.FALLS}) | ways(node.orelse)
        if Exit.FALLS in found and not self.falls_on:
            found = (found - {Exit.FALLS}) | self._after_failure
        return found

    @property
    def falls_on(self) -> bool:
        """Whether a failure reaches the statements after the `try`."""
        return any(Exit.FALLS in each.leaves for each in self.clauses)

    @property
    def gives_up(self) -> bool:
        """Whether anything on the way of a failure may end the loop: an exit, or a call that could raise."""
        node = self.guard.node
        if any(not each.leaves <= AGAIN for each in self.clauses):
            return True
        if node.finalbody is not None and ways(node.finalbody) != {Exit.FALLS}:
            return True
        others = [*self.before, *(self.after if self.falls_on else ())]
        if any(not ways(each) <= AGAIN for each in others) or any(self._may_check(each) for each in others):
            return True
        if any(not self.quiet(call) for each in self.clauses for call in calls_in(each.node.body)):
            return True
        first = self._first()
        return any(not ways(each) <= AGAIN for each in first)

    def _may_check(self, node: cst.CSTNode) -> bool:
        """Whether a statement calls something for its effect alone, which may be to raise."""
        for each in walk(node):
            if isinstance(each, cst.Expr):
                inner = each.value.expression if isinstance(each.value, cst.Await) else each.value
                if isinstance(inner, cst.Call) and not self.quiet(inner):
                    return True
        return False

    def _first(self) -> list[cst.CSTNode]:
        """The statements of the `try` before the one with the first external call."""
        found: list[cst.CSTNode] = []
        nodes = {id(call.node) for call in self.calls}
        for each in self.guard.node.body.body:
            if any(id(inner) in nodes for inner in walk(each)):
                break
            found.append(each)
        return found

    @property
    def mends(self) -> bool:
        """Whether something is done about a failure before the next attempt, such as connecting again."""
        if any(not self.quiet(call) for each in self.clauses for call in calls_in(each.node.body)):
            return True
        return self.falls_on and any(self._may_check(each) for each in self.after)

    @property
    def timed(self) -> bool:
        """Whether something around the loop limits its time."""
        for each in self.guard.within:
            if each.node is self.node:
                return False
            if each.kind is Around.SCOPE:
                return True
            if each.kind is Around.WITH and _TIMED.search(self.frame.tree.code(each.node)):
                return True
        return False

    @property
    def varies(self) -> bool:
        """Whether an attempt differs from the one before: another host, another proxy, a new connection."""
        used = used_in(self.guard.node.body)
        for each in self.before:
            used |= used_in(each) if isinstance(each, cst.SimpleStatementLine) else set()
        if self.counter and self.counter in used:
            return True
        changed: set[str] = set()
        for clause in self.clauses:
            for each in walk(clause.node.body):
                targets: list[cst.CSTNode] = []
                if isinstance(each, cst.Assign):
                    targets = [target.target for target in each.targets]
                elif isinstance(each, (cst.AugAssign, cst.AnnAssign)):
                    targets = [each.target]
                changed.update(dotted(target).partition(".")[0] or "?" for target in targets)
        return bool(changed & (used | {"?", "self"}))

    def finding(self, message: str, *fixes: Fix) -> Finding:
        """A finding about this loop."""
        call = self.calls[0]
        return self.frame.finding(message, self.head, fixes, callee=call.callee, library=call.library, statement=None)


Retry = Layer | Loop
"""A retry, whoever does it: a library's policy, or a loop written by hand."""


def loops(frames: list[Frame]) -> Iterator[Loop]:
    """The retry loops of functions and statements."""
    for outer in frames:
        for frame in outer.all_frames():
            for guard in frame.guards.values():
                found = _loop(guard)
                if found is not None:
                    yield found


def retries(frames: list[Frame]) -> Iterator[Retry]:
    """The retries of functions and statements: policies first, then loops."""
    yield from layers(frames)
    yield from loops(frames)


def _loop(guard: Guard) -> Loop | None:
    calls = tuple(each for each in guard.calls if external(each) and not each.deferred and not each.harmless)
    if not calls or not guard.node.handlers:
        return None
    around = list(guard.within)
    node: cst.For | cst.While | None = None
    while around:
        last = around.pop()
        if last.kind is Around.LOOP:
            node = last.node if isinstance(last.node, (cst.For, cst.While)) else None
            break
        if last.kind not in (Around.WITH, Around.SCOPE):
            return None
    if node is None or not isinstance(node.body, cst.IndentedBlock):
        return None
    # a call in a comprehension, or in a loop inside the `try`, is made for many things, not again
    calls = tuple(each for each in calls if _innermost(each) is node)
    split = _around(node.body, guard.node)
    if not calls or split is None:
        return None
    found = Loop(node, guard.frame, guard, clauses(guard), calls, *split)
    return found if found.retried and found.some_success_leaves else None


def _innermost(call: Call) -> cst.CSTNode | None:
    return next((each.node for each in reversed(call.within) if each.kind is Around.LOOP), None)


def _around(
    block: cst.BaseSuite, wanted: cst.CSTNode
) -> tuple[tuple[cst.CSTNode, ...], tuple[cst.CSTNode, ...]] | None:
    """The statements before and after one, in its block and those around it; None if a condition stands between."""
    body = list(block.body)
    for index, each in enumerate(body):
        if each is wanted:
            return tuple(body[:index]), tuple(body[index + 1 :])
        if isinstance(each, cst.With):
            inner = _around(each.body, wanted)
            if inner is not None:
                return (*body[:index], *inner[0]), (*inner[1], *body[index + 1 :])
    return None
