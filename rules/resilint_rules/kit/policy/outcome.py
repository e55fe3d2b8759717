"""Follows a failure of the peer from the innermost attempt through retry layers and handlers to the caller."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from ..exceptions.handlers import Handler, handlers_of
from ..exceptions.hierarchy import is_subclass
from ..interp.calls import Call, Guard
from ..interp.kinds import Around, FrameKind
from ..responses.status import raises_itself
from ..retries.attempts import policies
from ..retries.layer import DROPPED, HANG, LIMITED_RATE, STATUSES, UNAVAILABLE, RetryLayer, row, seconds
from ..retries.loops import RetryLoop, loops
from ..syntax.exits import Exit
from ..syntax.tree import walk

EVENTS = {
    HANG: "on a hang",
    UNAVAILABLE: "on 503",
    LIMITED_RATE: "on 429",
    DROPPED: "on a dropped connection",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one failure event of the peer.

    `attempts` and `seconds` are None where they are not proven; `least`: there may be more of both.
    """

    event: str
    text: str
    attempts: int | None = None
    seconds: float | None = None
    least: bool = False


_NAMED = re.compile(r"^`[\w.]+`(?: or `[\w.]+`)?")
"""The exceptions at the beginning of a sentence."""


class FailureTrace:
    """One failure event, followed from the innermost attempt through retry layers and handlers to the caller."""

    def __init__(
        self,
        call: Call,
        kind: str,
        repeats: tuple[RetryLayer, ...],
        per: float | None = None,
        scope: float | None = None,
    ) -> None:
        self.call = call
        self.kind = kind
        self.per = per
        self.scope = scope
        self.parts: list[str] = []
        self.asides: list[str] = []
        """What is repeated before anything is sent."""
        self.attempts: int | None = 1
        self.pauses = 0.0
        self.least = False
        self.more_attempts = False
        """Whether a layer may repeat it, or repeats it an unknown number of times, beside `attempts`."""
        self.silence = True
        self.looped = False
        self.header = ""
        """How long a pause may be that the answer asks for, in words; "" if no layer waits for that."""
        self.ends: tuple[str, ...] = ()
        for repeat in repeats:
            self.add(repeat, repeat.on.get(kind))
        self.inner = self.attempts
        self._beneath = len(self.parts)

    def add(self, layer: RetryLayer, verdict: bool | None) -> None:
        """Counts a layer in; a verdict of None is "cannot see"."""
        if verdict is False or (layer.attempts == 1 and not layer.endless):
            if layer.connects and self.kind in (HANG, DROPPED) and (layer.attempts or 0) > 1:
                self.asides.append(f"{layer.who} makes up to {layer.attempts} attempts to connect ({layer.source})")
        elif verdict is None:
            self._add_possible(layer)
        else:
            self._add_certain(layer)

    def _add_possible(self, layer: RetryLayer) -> None:
        """Names a layer that may repeat it."""
        self.least = self.more_attempts = True
        unknown = "whether this failure counts is not known, " if layer.attempts else ""
        reason = f"{layer.unsure[self.kind]}, " if self.kind in layer.unsure else unknown
        count = f"up to {layer.attempts} attempts, " if layer.attempts else ""
        self.parts.append(f"{layer.who} may repeat it ({count}{reason}{layer.source})")

    def _add_certain(self, layer: RetryLayer) -> None:
        """Names a layer that repeats it, and multiplies the attempts."""
        pace = f", {layer.pace}" if layer.pace else ""
        note = f"; {layer.note}" if layer.note else ""
        if layer.endless:
            self.parts.append(f"{layer.who} repeats it without end ({layer.source}{pace}{note})")
            self.attempts, self.least = None, True
            return
        if layer.attempts is None:
            self.parts.append(f"{layer.who} repeats it, how often cannot be seen ({layer.source}{pace}{note})")
            self.least = self.more_attempts = True
            return
        self.parts.append(f"{layer.who} tries {layer.attempts} times in all ({layer.source}{pace}{note})")
        if layer.pauses is None:
            self.least = True
        elif self.attempts is not None:
            self.pauses = self.pauses * layer.attempts + layer.pauses
        if self.attempts is not None:
            self.attempts *= layer.attempts
        if self.kind in STATUSES and layer.header:
            self.header = layer.header
        self.ends = tuple(filter(None, (layer.ends.get(self.kind, layer.ends.get("", "")),)))

    def raised_outcome(self, errors: tuple[str, ...], stall: tuple[str, ...] = ()) -> Outcome:
        """Returns the outcome of a failure that raises one of these exceptions.

        `stall` are those of an answer that stops half way, which no transport repeats.
        """
        seen = self._follow(self.ends or errors)
        later = (
            FailureTrace(self.call, self.kind, ()).stalled_end(stall, seen, self.parts[self._beneath :])
            if stall
            else ""
        )
        return self._outcome(f"{seen}; {later}" if later else seen)

    def stalled_end(self, errors: tuple[str, ...], before: str, parts: list[str]) -> str:
        """Who sees that an answer stops half way; "" if that is who sees that none begins, repeated as often."""
        seen = self._follow(errors)
        if parts == self.parts and _NAMED.sub("", seen) == _NAMED.sub("", before):
            return ""
        return "; ".join((*(f"then {part}" for part in self.parts), f"if the answer stops half way, {seen}"))

    def silent_outcome(self) -> Outcome:
        """Returns the outcome of an error status that does not raise by itself."""
        call = self.call
        if raises_itself(call):
            unseen = any(
                client.made is None or client.escaped or client.subclass is not None for client in call.clients
            )
            reason = "its client is not seen whole" if unseen else "the client or an argument may make it raise"
            return self._outcome(f"whether an error status raises cannot be seen: {reason}")
        if _judges(call):  # what is made of the answer may raise
            if _raiser(call) is None:
                for _, repeat in policies(call):
                    self.add(repeat, None)
            self.looped = any(place.kind is Around.LOOP for place in call.within)
        return self._outcome(self._answered())

    def _answered(self) -> str:
        """What the function makes of an answer with an error status."""
        call, response, fact = self.call, self.call.response, self.call.answer
        if response is None or fact is None:
            return "nothing raises: it is an answer like any other"
        raiser = _raiser(call)
        if raiser is not None:
            errors = (fact.raiser_raises,) if fact.raiser_raises else ()
            return f"`{fact.raiser}()` on line {row(call.frame, raiser)} raises; {self._follow(errors, raiser)}"
        for name, node in response.uses:
            if name in fact.checks:
                return f"nothing raises; the function looks at `{name}` on line {row(call.frame, node)}"
        unchecked = "nothing raises, and nothing here looks at the status"
        return f"{unchecked}; {response.escaped}" if response.escaped else unchecked

    def _follow(self, errors: tuple[str, ...] | None, node: cst.CSTNode | None = None) -> str:
        """Who sees the exception: handlers from the inside out, then policies around the function, then the caller.

        `node` raises it, if that is not the call itself.
        """
        call = self.call
        if call.deferred and not any(place.kind is Around.SCOPE for place in call.within):
            return "it is raised where the function is called in the end"
        again = ""
        for guard in _around(call, node):
            clause, surely = _catcher(guard, errors)
            if clause is None:
                continue
            again += _raised(errors)
            end = self._stops_at(guard, clause) if surely else f"may be caught by {_place(clause)}"
            if end:
                return again + end
            again += f"{_place(clause)} raises {'it again' if _bare(clause) else 'another exception'}; "
            errors = errors if _bare(clause) else None
        errors = self._add_policies(errors)
        name = call.frame.qualname
        to = f"the caller of `{name}`" if name and call.frame.kind is FrameKind.FUNCTION else "the top level"
        subject = _names(errors) or "an exception"
        return f"{again}{subject} reaches {to}: no handler here"

    def _stops_at(self, guard: Guard, clause: Handler) -> str:
        """How the exception ends in a clause that catches it; "" if the clause always raises in turn."""
        loop = _loop(guard)
        if loop is not None and any(retried.node is clause.node for retried in loop.retried):
            self._count(loop)
            return f"{_place(clause)} sees each failure"
        if clause.leaves == frozenset((Exit.RAISE,)):
            return ""
        return f"{_place(clause)} sees it and {_leaves(clause)}"

    def _add_policies(self, errors: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Counts in the policies around the function; returns what leaves the last one, None if that is not known."""
        for policy, layer in policies(self.call):
            wanted = policy.errors
            verdict = _covered(self.call, wanted, errors) if wanted is not None and errors else None
            self.add(layer, verdict)
            gives_up = policy.fact.gives_up
            if not verdict or not gives_up or layer.attempts == 1:
                continue
            reraise = policy.args.value(policy.fact.reraise)
            if reraise is None:
                errors = (gives_up,)
            elif getattr(reraise, "value", None) is not True:
                errors = None
        return errors

    def _count(self, loop: RetryLoop) -> None:
        line = f"line {row(loop.frame, loop.node)}"
        pauses = None if loop.paced else 0.0
        pace = "pauses in between" if loop.paced else "no pause"
        self.add(
            RetryLayer(
                "the loop", loop.attempts, line, endless=loop.endless and not loop.gives_up, pauses=pauses, pace=pace
            ),
            True,
        )

    def _outcome(self, seen: str) -> Outcome:
        """The outcome with all that was counted in; `seen` says who sees the failure."""
        texts, total = self.parts, None
        if self.kind == HANG and (self.per or self.scope):
            limit, total = self._limited()
            texts = [limit, *texts]
        sums = self._counted() if total is None else self._timed(total)
        text = "; ".join(filter(None, (*texts, sums, *self.asides, seen)))
        return Outcome(EVENTS[self.kind], text, self.attempts, total, self.least)

    def _limited(self) -> tuple[str, float]:
        """What ends a hang, in words, and the seconds until all attempts have ended, those without an end as one."""
        per, scope, attempts = self.per, self.scope, self.attempts or 1
        if per is not None and (scope is None or self.inner is None):
            silence = " of silence" if self.silence else ""
            return f"gives up after {seconds(per)}{silence}", per * attempts + self.pauses
        whole, pauses = scope or 0.0, 0.0
        outer = attempts // max(self.inner or 1, 1)
        if per is not None:
            whole = min(whole, per * (self.inner or 1))
            pauses = self.pauses if outer > 1 else 0.0
        return f"the enclosing limit ends it after {seconds(whole)}", whole * outer + pauses

    def _timed(self, total: float) -> str:
        """How many attempts take how many seconds; "" for a single one, whose limit says it all."""
        if self.attempts == 1 and not self.least:
            return ""
        number = self._number()
        least = "at least " if self.least or self.attempts is None else ""
        return f"{number}{', ' if number else ''}{least}{seconds(total)} in all"

    def _counted(self) -> str:
        """How many attempts are made, where nothing is known of their time; that nothing repeats it, if so."""
        number = self._number()
        if number:
            pauses = f", {seconds(self.pauses)} of pauses" if self.pauses and not self.least else ""
            header = f", or {self.header}" if self.header else ""
            return f"{number} in all{pauses}{header}"
        if self.parts:
            return ""
        return f"{self.call.library} does not repeat it" if self.looped else "nothing here repeats it"

    def _number(self) -> str:
        """The number of attempts in words; "" if there is one, or if it is not known."""
        if self.attempts is None or self.attempts <= 1:
            return ""
        return f"{'at least ' if self.more_attempts else ''}{self.attempts} attempts"


def _judges(call: Call) -> bool:
    """Whether the function may raise for an answer: it looks at the status, or passes the answer on."""
    response, fact = call.response, call.answer
    if response is None or response.escaped:
        return True
    return fact is not None and any(name in fact.checks for name, _ in response.uses)


def _raiser(call: Call) -> cst.CSTNode | None:
    """Where an error status of a call is made an exception by the method for that; None if nowhere."""
    response, fact = call.response, call.answer
    if response is None or fact is None:
        return None
    return next((node for name, node in response.uses if name == fact.raiser), None)


def _around(call: Call, node: cst.CSTNode | None = None) -> list[Guard]:
    """The `try` statements whose body holds a call, or a node of its function, the innermost first."""
    guards = call.frame.guards.values()
    if node is None:
        found = [candidate for candidate in guards if any(one is call for one in candidate.calls)]
    else:
        found = [candidate for candidate in guards if any(inner is node for inner in walk(candidate.node.body))]
    return sorted(found, key=lambda guard: -len(guard.within))


def _loop(guard: Guard) -> RetryLoop | None:
    return next((loop for loop in loops([guard.frame]) if loop.guard is guard), None)


def _catches(clause: Handler, errors: tuple[str, ...] | None) -> bool | None:
    """Whether a clause catches an exception that is one of these; None if that cannot be seen."""
    if clause.broad:
        return True
    if clause.errors is None or not errors:
        return None
    catalog = clause.frame.scope.catalog
    caught = [clause.catches(raised) for raised in errors]
    if all(caught):
        return True
    related = any(
        is_subclass(catalog, one, other) is not False
        for error in errors
        for known in clause.errors
        for one, other in ((known, error), (error, known))
    )
    return None if related else False


def _catcher(guard: Guard, errors: tuple[str, ...] | None) -> tuple[Handler | None, bool]:
    """The first clause that catches, or may catch, one of these exceptions, and whether it surely does."""
    for clause in handlers_of(guard):
        verdict = _catches(clause, errors)
        if verdict is not False:
            return clause, verdict is True
    return None, False


def _place(clause: Handler) -> str:
    """A clause in words: its head and its line."""
    return f"`{_head(clause)}` (line {row(clause.frame, clause.node)})"


def _head(clause: Handler) -> str:
    doc = clause.frame.scope.module.doc
    line = doc.line(row(clause.frame, clause.node)).strip()
    return re.sub(r"\s*:\s*(#.*)?$", "", line.partition(" as ")[0].partition(":")[0])


def _bare(clause: Handler) -> bool:
    """Whether all that it raises is the exception it caught."""
    for node in walk(clause.node.body):
        if not isinstance(node, cst.Raise) or node.exc is None:
            continue
        if not (isinstance(node.exc, cst.Name) and node.exc.value == clause.name):
            return False
    return True


_LEFT = {
    Exit.RAISE: "may raise",
    Exit.RETURN: "returns",
    Exit.BREAK: "leaves the loop",
    Exit.CONTINUE: "goes on with the loop",
    Exit.FALLS: "goes on",
}


def _leaves(clause: Handler) -> str:
    left = clause.leaves
    return " or ".join(text for way, text in _LEFT.items() if way in left) or "goes on"


def _covered(call: Call, wanted: tuple[str, ...], errors: tuple[str, ...]) -> bool | None:
    """Whether a policy for some exceptions repeats a call for all of `errors`; None if for some, or not known."""
    catalog = call.frame.scope.catalog
    rows = [[is_subclass(catalog, error, name) for name in wanted] for error in errors]
    covered = {True if True in row else None if None in row else False for row in rows}
    return covered.pop() if len(covered) == 1 else None


def _names(errors: tuple[str, ...] | None) -> str:
    return " or ".join(f"`{error}`" for error in (errors or ())[:2])


def _raised(errors: tuple[str, ...] | None) -> str:
    named = _names(errors)
    return f"{named}: " if named else ""
