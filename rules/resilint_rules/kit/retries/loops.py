"""Retry loops written by hand: a loop around a guarded external call that goes round again when it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from ..exceptions.handlers import Handler, handlers_of
from ..findings import Finding, Fix, Severity
from ..interp.calls import Call, Frame, Guard
from ..interp.kinds import Around
from ..interp.values import Within
from ..reach.addresses import is_local, stays_here
from ..syntax.bound_names import bound_in, shared_in, used_in, waited_for
from ..syntax.exits import AGAIN, Exit, is_endless, ways
from ..syntax.idioms import calls_in, is_log, last_name
from ..syntax.tree import Tree, dotted, walk
from .loop_counter import BoundedLoop, names_attempts
from .policies import RetryPolicy, external

_PEERS = re.compile(
    r"host|server|prox(?:y|ies)|mirror|replica|endpoint|backend|node|peer|gateway|provider", re.IGNORECASE
)
"""Names of what there are several of, so that another one may answer."""
_TIMED = re.compile(r"time_?out|deadline|move_on|fail_after|expir|alarm", re.IGNORECASE)


def _picked(node: cst.CSTNode) -> Iterator[str]:
    """The names to which a statement gives one of several peers, out of a call: `host = choose(hosts)`."""
    for part in walk(node) if isinstance(node, cst.SimpleStatementLine) else ():
        if isinstance(part, cst.Assign) and isinstance(part.value, cst.Call):
            yield from (name for name in bound_in(part) if _PEERS.search(name))


@dataclass(frozen=True, slots=True)
class RetryLoop(BoundedLoop):
    """A loop whose body tries external calls (`calls`), leaves when they succeed, and goes on when they fail.

    `before` and `after` are the statements of the loop's body around the `try`.
    """

    guard: Guard
    handlers_of: tuple[Handler, ...]
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
        if not name or any(name in shared_in(item) for item in (self.frame.node, self.node) if item is not None):
            return ""
        body = self.guard.node
        success = (body.body, *((body.orelse,) if body.orelse is not None else ()))
        inside = {id(node) for part in success for node in walk(part)}
        found = [node for node in walk(self.node.body) if name in bound_in(node)]
        return name if found and all(id(hit) in inside for hit in found) else ""

    @property
    def retried(self) -> tuple[Handler, ...]:
        """The clauses that catch a failure of the calls and may go round again."""
        return tuple(
            candidate
            for candidate in self.handlers_of
            if self.goes_round(candidate)
            and any(candidate.concerns(call) or candidate.catches_status_error(call) for call in self.calls)
        )

    def goes_round(self, clause: Handler) -> bool:
        """Whether the loop may go round again once a clause has caught something."""
        left = clause.leaves
        if Exit.FALLS in left:
            left = (left - {Exit.FALLS}) | self._after_failure
        return bool(left & AGAIN)

    def chooses(self, clause: Handler) -> bool:
        """Whether a clause decides by the failure whether the loop goes round, not by the number of the attempt."""
        exits = (cst.Raise, cst.Return, cst.Break, cst.Continue)
        for node in walk(clause.node.body):
            if isinstance(node, cst.If) and any(isinstance(inner, exits) for inner in walk(node)):
                words = used_in(node.test)
                if not any(word == self.counter or names_attempts(word) for word in words):
                    return True
        return False

    @property
    def raises_after(self) -> bool:
        """Whether the function raises anything behind the loop's body, as for what has failed to the last."""
        if self.frame.node is None:
            return False
        end = self.frame.tree.span(self.node.body).end
        return self.frame.tree.derived(_last_raise, self.frame.node) >= end

    @property
    def _after_failure(self) -> frozenset[Exit]:
        """How the statements after the `try` can be left."""
        found: frozenset[Exit] = frozenset((Exit.FALLS,))
        for candidate in self.after:
            if Exit.FALLS not in found:
                break
            found = (found - {Exit.FALLS}) | ways(candidate)
        return found

    @property
    def every_success_leaves(self) -> bool:
        """Whether the loop is left as soon as the calls have succeeded."""
        if self.flag:
            lines = (
                statement for statement in self.guard.node.body.body if isinstance(statement, cst.SimpleStatementLine)
            )
            return any(self.flag in bound_in(statement) for line in lines for statement in line.body)
        return Exit.FALLS not in self._success and Exit.CONTINUE not in self._success

    @property
    def leaves_or_repeats(self) -> bool:
        """Whether success leaves the loop, or spends one of its attempts at once, as on an answer of no use."""
        return Exit.FALLS not in self._success and self.some_success_leaves and self.counted

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
        return any(Exit.FALLS in candidate.leaves for candidate in self.handlers_of)

    @property
    def gives_up(self) -> bool:
        """Whether anything on the way of a failure may end the loop: an exit, or a call that could raise."""
        node = self.guard.node
        if any(not candidate.leaves <= AGAIN for candidate in self.handlers_of):
            return True
        if node.finalbody is not None and ways(node.finalbody) != {Exit.FALLS}:
            return True
        others = [*self.before, *(self.after if self.falls_on else ())]
        if any(not ways(other) <= AGAIN for other in others) or any(self._may_check(other) for other in others):
            return True
        if any(not self.is_inert(call) for candidate in self.handlers_of for call in calls_in(candidate.node.body)):
            return True
        first = self._first()
        return any(not ways(candidate) <= AGAIN for candidate in first)

    def _may_check(self, node: cst.CSTNode) -> bool:
        """Whether a statement calls something for its effect alone, which may be to raise."""
        for child in walk(node):
            if isinstance(child, cst.Expr):
                inner = child.value.expression if isinstance(child.value, cst.Await) else child.value
                if isinstance(inner, cst.Call) and not self.is_inert(inner):
                    return True
        return False

    def _first(self) -> list[cst.CSTNode]:
        """The statements of the `try` before the one with the first external call."""
        found: list[cst.CSTNode] = []
        nodes = {id(call.node) for call in self.calls}
        for statement in self.guard.node.body.body:
            if any(id(inner) in nodes for inner in walk(statement)):
                break
            found.append(statement)
        return found

    @property
    def recovers(self) -> bool:
        """Whether something is done about a failure before the next attempt, such as connecting again."""
        if any(not self.is_inert(call) for candidate in self.handlers_of for call in calls_in(candidate.node.body)):
            return True
        return self.falls_on and any(self._may_check(candidate) for candidate in self.after)

    @property
    def timed(self) -> bool:
        """Whether something around the loop limits its time."""
        for place in self.guard.within:
            if place.node is self.node:
                return False
            if place.kind is Around.SCOPE:
                return True
            if place.kind is Around.WITH and _TIMED.search(self.frame.tree.code(place.node)):
                return True
        return False

    @property
    def varies(self) -> bool:
        """Whether an attempt differs from the one before: another host, another proxy, a new connection."""
        used = used_in(self.guard.node.body)
        for candidate in self.before:
            used |= used_in(candidate) if isinstance(candidate, cst.SimpleStatementLine) else set()
        if self.counter and self.counter in used and self._counter_matters:
            return True
        if self._picks_peer:
            return True
        changed: set[str] = set()
        for clause in self.handlers_of:
            for node in walk(clause.node.body):
                targets: list[cst.CSTNode] = []
                if isinstance(node, cst.Assign) and not _keeps(node, clause.name):
                    targets = [target.target for target in node.targets]
                elif isinstance(node, (cst.AugAssign, cst.AnnAssign)):
                    targets = [node.target]
                changed.update(dotted(target).partition(".")[0] or "?" for target in targets)
        return bool(changed & (used | {"?", "self"}))

    @property
    def _picks_peer(self) -> bool:
        """Whether each attempt first picks one of several peers, which it then asks."""
        tried = used_in(self.guard.node.body)
        return any(name in tried for candidate in self.before for name in _picked(candidate))

    @property
    def _counter_matters(self) -> bool:
        """Whether the number of an attempt is used for more than to wait, and to say it."""
        tried = [self.guard.node.body, *self.before]
        idle = [n for part in tried for n in walk(part) if isinstance(n, cst.Call) and self._idles(n)]
        beside = {id(inner) for node in idle for inner in walk(node)}
        names = (n for part in tried for n in walk(part) if isinstance(n, cst.Name) and n.value == self.counter)
        return any(id(name) not in beside for name in names)

    def _idles(self, node: cst.Call) -> bool:
        known = self.frame.calls.get(id(node))
        return (known is not None and known.fact.kind == "sleep") or is_log(node) or last_name(node) == "print"

    @property
    def is_local(self) -> bool:
        """Whether it waits for this machine alone: for a server that the program, or its owner, has started."""
        return all(is_local(call) for call in self.calls)

    def finding(self, message: str, *fixes: Fix, severity: Severity | None = None) -> Finding:
        """A finding about this loop."""
        call = self.calls[0]
        return self.frame.finding(
            message, self.head, fixes, callee=call.callee, library=call.library, statement=None, severity=severity
        )


def _keeps(node: cst.Assign, name: str) -> bool:
    """Whether a statement keeps the failure that a handler has caught, to raise or report it later."""
    return bool(name) and isinstance(node.value, cst.Name) and node.value.value == name


def _last_raise(tree: Tree, function: cst.CSTNode) -> int:
    """Where the last `raise` of a function stands; -1 if there is none."""
    return max((tree.span(node).start for node in walk(function) if isinstance(node, cst.Raise)), default=-1)


RetryConstruct = RetryPolicy | RetryLoop
"""A retry construct: a library's policy, or a loop written by hand."""


def loops(frames: list[Frame]) -> Iterator[RetryLoop]:
    """The retry loops of functions and statements."""
    for outer in frames:
        for frame in outer.all_frames():
            for guard in frame.guards.values():
                found = retry_loop(guard)
                if found is not None:
                    yield found


def retry_loop(guard: Guard, others: tuple[Call, ...] = ()) -> RetryLoop | None:
    """Returns the loop that repeats the body of a `try` when it fails; None if there is none.

    `others` are calls that the body makes through functions.
    """
    calls = tuple(call for call in (*guard.calls, *others) if may_fail(call))
    if not calls or not guard.node.handlers:
        return None
    node = enclosing_loop(guard.within)
    if node is None or not isinstance(node.body, cst.IndentedBlock):
        return None
    # a call in a comprehension, or in a loop inside the `try`, is made for many things, not again
    calls = tuple(call for call in calls if _innermost(call) is node)
    split = around(node.body, guard.node)
    if not calls or split is None:
        return None
    found = RetryLoop(node, guard.frame, guard, handlers_of(guard), calls, *split)
    return found if found.retried and found.some_success_leaves else None


def loop_around(guard: Guard, clause: Handler, call: Call) -> RetryLoop | None:
    """Returns the loop that makes a call again when a clause of a `try` has caught its failure; None if there is none.

    The call may be one of a function of the project, whose failures are not known here.
    """
    if external(call):
        found = retry_loop(guard)
        return found if found is not None and any(one.node is clause.node for one in found.retried) else None
    node = enclosing_loop(guard.within)
    if node is None or not isinstance(node.body, cst.IndentedBlock) or _innermost(call) is not node:
        return None
    split = around(node.body, guard.node)
    if split is None:
        return None
    found = RetryLoop(node, guard.frame, guard, handlers_of(guard), (call,), *split)
    return found if found.goes_round(clause) and found.some_success_leaves else None


def enclosing_loop(within: Sequence[Within]) -> cst.For | cst.While | None:
    """Returns the loop around what stands within these places, if there are only `with` blocks in between.

    None for a comprehension, and if a condition, a handler or a function stands in between.
    """
    for place in reversed(within):
        if place.kind is Around.LOOP:
            return place.node if isinstance(place.node, (cst.For, cst.While)) else None
        if place.kind not in (Around.WITH, Around.SCOPE):
            return None
    return None


def may_fail(call: Call) -> bool:
    """Whether a call reaches a peer, and fails where it is written."""
    return external(call) and not call.deferred and not stays_here(call)


def _innermost(call: Call) -> cst.CSTNode | None:
    return next((place.node for place in reversed(call.within) if place.kind is Around.LOOP), None)


def around(block: cst.BaseSuite, wanted: cst.CSTNode) -> tuple[tuple[cst.CSTNode, ...], tuple[cst.CSTNode, ...]] | None:
    """The statements before and after one, in its block and those around it; None if a condition stands between."""
    body = list(block.body)
    for index, item in enumerate(body):
        if item is wanted:
            return tuple(body[:index]), tuple(body[index + 1 :])
        if isinstance(item, cst.With):
            inner = around(item.body, wanted)
            if inner is not None:
                return (*body[:index], *inner[0]), (*inner[1], *body[index + 1 :])
    return None
