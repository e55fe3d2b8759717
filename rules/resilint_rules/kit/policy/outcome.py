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
from ..retries.layer import DROPPED, HANG, LIMITED_RATE, UNAVAILABLE, RetryLayer, row
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


def seconds(value: float) -> str:
    """Returns a duration as text, with minutes or hours for long ones."""
    text = f"{value:.6g} s"
    if value >= 120:
        text += f" ({value / 60:.3g} min)" if value < 7200 else f" ({value / 3600:.3g} h)"
    return text


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
        self.attempts: int | None = 1
        self.pauses = 0.0
        self.least = False
        self.more_attempts = False
        """Whether a layer may repeat it, or repeats it an unknown number of times, beside `attempts`."""
        self.silence = True
        self.looped = False
        self.ends: tuple[str, ...] = ()
        for repeat in repeats:
            self.add(repeat, repeat.on.get(kind))
        self.inner = self.attempts

    def add(self, layer: RetryLayer, verdict: bool | None) -> None:
        """Counts a layer in; a verdict of None is "cannot see"."""
        if verdict is False or (layer.attempts == 1 and not layer.endless):
            return
        if verdict is None:
            self.least = self.more_attempts = True
            unknown = "whether this failure counts is not known, " if layer.attempts else ""
            reason = f"{layer.unsure[self.kind]}, " if self.kind in layer.unsure else unknown
            count = f"up to {layer.attempts} attempts, " if layer.attempts else ""
            self.parts.append(f"{layer.who} may repeat it ({count}{reason}{layer.source})")
            return
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
        self.ends = tuple(filter(None, (layer.ends.get(self.kind, layer.ends.get("", "")),)))

    def raised_outcome(self, errors: tuple[str, ...]) -> Outcome:
        """Returns the outcome of a failure that raises one of these exceptions."""
        seen = self._follow(self.ends or errors)
        return self._outcome(seen)

    def silent_outcome(self) -> Outcome:
        """Returns the outcome of an error status that does not raise by itself."""
        call, response = self.call, self.call.response
        unseen = [
            client for client in call.clients if client.made is None or client.escaped or client.subclass is not None
        ]
        if raises_itself(call):
            reason = "its client is not seen whole" if unseen else "the client or an argument may make it raise"
            return self._outcome(f"whether an error status raises cannot be seen: {reason}")
        fact = call.answer
        checked = fact is not None and response is not None and fact.checks
        if response is None or response.escaped or any(name in (checked or ()) for name, _ in response.uses):
            for _, repeat in policies(call):  # what is made of the answer may raise
                self.add(repeat, None)
            self.looped = any(place.kind is Around.LOOP for place in call.within)
        if response is None or fact is None:
            return self._outcome("nothing raises: it is an answer like any other")
        raiser = fact.raiser
        for name, node in response.uses:
            if name == raiser:
                line = row(call.frame, node)
                errors = tuple(filter(None, (fact.raiser_raises,)))
                return self._outcome(f"`{name}()` on line {line} raises; " + self._follow(errors))
        checks = [(name, node) for name, node in response.uses if name in fact.checks]
        if checks:
            name, node = checks[0]
            return self._outcome(f"nothing raises; the function looks at `{name}` on line {row(call.frame, node)}")
        if response.escaped:
            return self._outcome(f"nothing raises, and nothing here looks at the status; {response.escaped}")
        return self._outcome("nothing raises, and nothing here looks at the status")

    def _follow(self, errors: tuple[str, ...] | None) -> str:
        """Who sees the exception: handlers from the inside out, then policies around the function, then the caller."""
        call = self.call
        if call.deferred and not any(place.kind is Around.SCOPE for place in call.within):
            return "it is raised where the function is called in the end"
        again = ""
        for guard in _around(call):
            for clause in handlers_of(guard):
                verdict = _catches(clause, errors)
                if verdict is False:
                    continue
                head = f"`{_head(clause)}` (line {row(clause.frame, clause.node)})"
                if verdict is None:
                    return f"{again}{_raised(errors)}may be caught by {head}"
                loop = _loop(guard)
                if loop is not None and any(candidate.node is clause.node for candidate in loop.retried):
                    self._count(loop)
                    return f"{again}{_raised(errors)}{head} sees each failure"
                if clause.leaves == frozenset((Exit.RAISE,)):
                    again += f"{_raised(errors)}{head} raises {'it again' if _bare(clause) else 'another exception'}; "
                    errors = errors if _bare(clause) else None
                    break
                return f"{again}{_raised(errors)}{head} sees it and {_leaves(clause)}"
        for layer, repeat in policies(call):
            wanted = layer.errors
            verdict = _covered(call, wanted, errors) if wanted is not None and errors else None
            self.add(repeat, verdict)
            gives_up = layer.fact.gives_up
            if verdict and gives_up and repeat.attempts != 1:
                value = layer.args.value(layer.fact.reraise)
                if value is None:
                    errors = (gives_up,)
                elif getattr(value, "value", None) is not True:
                    errors = None
        name = call.frame.qualname
        to = f"the caller of `{name}`" if name and call.frame.kind is FrameKind.FUNCTION else "the top level"
        subject = _names(errors) or "an exception"
        return f"{again}{subject} reaches {to}: no handler here"

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
        total: float | None = None
        parts = list(self.parts)
        if self.kind == HANG and (self.per or self.scope):
            per = self.per
            if per is not None and self.scope is not None and self.inner is not None:
                whole = min(self.scope, per * self.inner)
                outer = (self.attempts or 1) // max(self.inner, 1)
                total = whole * outer + (self.pauses if outer > 1 else 0)
                parts.insert(0, f"the enclosing limit ends it after {seconds(whole)}")
            elif per is not None:
                parts.insert(0, f"gives up after {seconds(per)}{' of silence' if self.silence else ''}")
                total = per * (self.attempts or 1) + self.pauses
            elif self.scope is not None:
                parts.insert(0, f"the enclosing limit ends it after {seconds(self.scope)}")
                total = self.scope * ((self.attempts or 1) // max(self.inner or 1, 1))
            if total is not None and (self.attempts != 1 or self.least):
                least = "at least " if self.least or self.attempts is None else ""
                count = f"{'at least ' if self.more_attempts else ''}{self.attempts} attempts, "
                parts.append(f"{count if self.attempts and self.attempts > 1 else ''}{least}{seconds(total)} in all")
        elif self.attempts is not None and self.attempts > 1:
            pauses = f"{seconds(self.pauses)} of pauses" if self.pauses and not self.least else ""
            at_least = "at least " if self.more_attempts else ""
            parts.append(f"{at_least}{self.attempts} attempts in all{', ' + pauses if pauses else ''}")
        elif not parts:
            parts.append(f"{self.call.library} does not repeat it" if self.looped else "nothing here repeats it")
        parts.append(seen)
        return Outcome(EVENTS[self.kind], "; ".join(parts), self.attempts, total, self.least)


def _around(call: Call) -> list[Guard]:
    """The `try` statements whose body holds a call, the innermost first."""
    found = [candidate for candidate in call.frame.guards.values() if any(one is call for one in candidate.calls)]
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
