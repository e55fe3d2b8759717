"""Follows a failure of the peer from the innermost attempt through retry layers and handlers to the caller."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import libcst as cst

from ..effects.decorators import Wrapper, wrappers
from ..exceptions.handlers import Handler
from ..interp.calls import Call, Frame
from ..interp.kinds import Around, FrameKind
from ..responses.status import raises_itself
from ..retries.attempts import policies
from ..retries.counted_turns import turns
from ..retries.layer import DROPPED, HANG, STATUSES, RetryLayer, row, seconds, where
from ..retries.loops import RetryLoop, loop_around
from ..retries.policies import RetryPolicy
from ..syntax.exits import Exit
from ..timeouts.effective import scopes_around
from .handling import (
    find_clause,
    guards_around,
    is_bare,
    is_covered,
    judges,
    name_clause,
    name_errors,
    name_exits,
    name_raised,
    raiser_of,
)
from .outcome import EVENTS, Outcome

_NAMED = re.compile(r"^`[\w.]+`(?: or `[\w.]+`)?")
"""The exceptions at the beginning of a sentence."""
_TIMED_OUT = ("TimeoutError",)
"""What an enclosing time limit raises."""


@dataclass(slots=True)
class _Passage:
    """An exception on its way through one function: what was said of it, what it is, and whether it has ended there.

    `errors` are None if it is not known what leaves the function.
    """

    errors: tuple[str, ...] | None
    text: str = ""
    ended: bool = False
    sure: bool = True
    """Whether it surely ends where it does."""


class FailureTrace:
    """One failure event, followed from the innermost attempt through retry layers and handlers to the caller.

    `callers` are calls of functions of the project that lead to the external call, the innermost first.
    """

    def __init__(
        self,
        call: Call,
        kind: str,
        repeats: tuple[RetryLayer, ...],
        callers: tuple[Call, ...] = (),
    ) -> None:
        self.call = call
        self.kind = kind
        self.callers = callers
        self.parts: list[str] = []
        self.asides: list[str] = []
        """What is repeated before anything is sent."""
        self.layers: list[RetryLayer] = []
        """The layers that surely repeat it a known number of times, the innermost first."""
        self.attempts: int | None = 1
        self.pauses = 0.0
        self.total: float | None = None
        """The seconds until all attempts so far have ended, those without an end as one; None if there is no limit."""
        self.least = False
        self.more_attempts = False
        """Whether a layer may repeat it, or repeats it an unknown number of times, beside `attempts`."""
        self.silence = True
        """Whether only silence counts against the limit of one attempt."""
        self.looped = False
        self.handled = False
        """Whether a handler that is seen ends it."""
        self.header = ""
        """How long a pause may be that the answer asks for, in words; "" if no layer waits for that."""
        self.ends: tuple[str, ...] = ()
        self._per: float | None = None
        self._wrapper: Wrapper | None = None
        """The decorator of the project through which the exception passes."""
        self._ended_by = ""
        """The enclosing limit that ends all attempts before their own do, in words."""
        for repeat in repeats:
            self.add(repeat, repeat.on.get(kind))
        self._beneath = len(self.parts)

    @property
    def here(self) -> Frame:
        """The function that the explanation starts from: places in its file are named by their line alone."""
        return self.callers[-1].frame if self.callers else self.call.frame

    def limit_attempts(self, per: float | None, *, silence: bool) -> None:
        """Sets the limit of one attempt in seconds; `silence` if only silence counts against it."""
        self._per, self.silence = per, silence
        if per is not None:
            self.total = per * (self.attempts or 1) + self.pauses

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
        self.layers.append(layer)
        if layer.pauses is None:
            self.least = True
        if self.attempts is not None:
            self.pauses = self.pauses * layer.attempts + (layer.pauses or 0.0)
            self.attempts *= layer.attempts
        if self.total is not None and self.attempts is not None:
            self.total = self.total * layer.attempts + (layer.pauses or 0.0)
        if self.kind in STATUSES and layer.header:
            self.header = layer.header
        self.ends = tuple(filter(None, (layer.ends.get(self.kind, layer.ends.get("", "")),)))

    def raised_outcome(self, errors: tuple[str, ...], stall: tuple[str, ...] = ()) -> Outcome:
        """Returns the outcome of a failure that raises one of these exceptions.

        `stall` are those of an answer that stops half way, which no transport repeats.
        """
        seen = self._follow(self.ends or errors)
        if stall and not self._ended_by:
            trace = FailureTrace(self.call, self.kind, (), callers=self.callers)
            later = trace.stalled_end(stall, seen, self.parts[self._beneath :])
            seen = f"{seen}; {later}" if later else seen
        return self._outcome(seen)

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
        if judges(call):  # what is made of the answer may raise
            if raiser_of(call) is None:
                for place in (call, *self.callers):
                    for _, repeat in policies(place, self.here):
                        self.add(repeat, None)
            self.looped = any(place.kind is Around.LOOP for place in call.within)
        return self._outcome(self._answered())

    def _answered(self) -> str:
        """What the function makes of an answer with an error status."""
        call, response, fact = self.call, self.call.response, self.call.answer
        if response is None or fact is None:
            return "nothing raises: it is an answer like any other"
        raiser = raiser_of(call)
        if raiser is not None:
            errors = (fact.raiser_raises,) if fact.raiser_raises else ()
            place = where(call.frame, raiser, self.here)
            return f"`{fact.raiser}()` on {place} raises; {self._follow(errors, raiser)}"
        for name, node in response.uses:
            if name in fact.checks:
                return f"nothing raises; the function looks at `{name}` on line {row(call.frame, node)}"
        unchecked = "nothing raises, and nothing here looks at the status"
        return f"{unchecked}; {response.escaped}" if response.escaped else unchecked

    def _follow(self, errors: tuple[str, ...] | None, node: cst.CSTNode | None = None) -> str:
        """Who sees the exception: handlers from the inside out, policies around the function, then its callers.

        `node` raises it, if that is not the call itself.
        """
        call = self.call
        if call.deferred and not any(place.kind is Around.SCOPE for place in call.within):
            return "it is raised where the function is called in the end"
        passage = _Passage(errors)
        self._pass(passage, call, node)
        for place in self.callers:
            if passage.ended:
                break
            call = place
            self._pass(passage, place, place.node)
        self.handled = passage.ended and passage.sure
        if passage.ended:
            return passage.text
        frame = call.frame
        to = f"the caller of `{frame.qualname}`" if frame.qualname and frame.kind is FrameKind.FUNCTION else ""
        subject = name_errors(passage.errors) or "an exception"
        return f"{passage.text}{subject} reaches {to or 'the top level'}: no handler here"

    def _pass(self, passage: _Passage, call: Call, node: cst.CSTNode | None) -> None:
        """Takes an exception through the function of a call: time limits, handlers and loops, then its policies."""
        scopes = scopes_around(call) if self.kind == HANG else []
        for guard in guards_around(call, node):
            scopes = self._cap(passage, scopes, len(guard.within))
            clause, surely = find_clause(guard, passage.errors) if not passage.ended else (None, False)
            if clause is None:
                continue
            passage.text += name_raised(passage.errors)
            loop = loop_around(guard, clause, call)
            if not surely:
                passage.text += f"may be caught by {name_clause(clause, self.here)}"
                passage.ended, passage.sure = True, False
                if loop is not None or any(policies(place) for place in (call, *self.callers)):
                    self.least = self.more_attempts = True
            elif loop is not None:
                scopes = self._cap(passage, scopes, _depth(call, loop))
                self._go_round(passage, loop, clause)
            else:
                self._stop(passage, clause)
        self._cap(passage, scopes, 0)
        self._leave(passage, call)

    def _leave(self, passage: _Passage, call: Call) -> None:
        """Takes an exception out of the function of a call: blocks of policies, then decorators from the inside out."""
        own = {id(wrapper.decorator): wrapper for wrapper in wrappers(call.frame)}
        found = policies(call, self.here)
        for policy, layer in found:
            if policy.body is None and not passage.ended:
                passage.errors = self._add_policy(call, policy, layer, passage.errors)
        for decorator, _ in reversed(call.frame.decorators):
            if passage.ended:
                return
            wrapper = own.get(id(decorator))
            if wrapper is not None:
                self._pass_wrapper(passage, wrapper)
            for policy, layer in found:
                if policy.body is not None and policy.node is decorator.decorator:
                    passage.errors = self._add_policy(call, policy, layer, passage.errors)

    def _pass_wrapper(self, passage: _Passage, wrapper: Wrapper) -> None:
        """Takes an exception through what a decorator of the project puts in the place of a function."""
        site, around = wrapper.site or wrapper.before_last, self._wrapper
        if site is not None:
            errors, known = passage.errors, len(self.parts)
            self._wrapper = wrapper
            self._pass(passage, site, site.node)
            self._wrapper = around
            counted = len(self.parts) > known
            if wrapper.site is None and passage.ended and counted:  # the last attempt is behind the loop
                passage.errors, passage.ended = errors, False
                passage.text += ", the last one leaves it; "
            return
        place = where(wrapper.of, wrapper.decorator, self.here)
        if wrapper.repeats:
            self.add(RetryLayer(f"`{wrapper.written}`", None, place), None)
        if wrapper.frame.guards:
            passage.text += f"`{wrapper.written}` may catch it ({place}); else "
            passage.errors = None

    def _cap(self, passage: _Passage, scopes: list[tuple[int, float]], depth: int) -> list[tuple[int, float]]:
        """Lets the time limits end it that stand deeper than `depth` in a function; returns the others."""
        for place, limit in scopes:
            if place < depth or (self.total is not None and self.attempts is not None and self.total <= limit):
                continue
            self._ended_by = self._ended_by or f"the enclosing limit ends it after {seconds(limit)}"
            self.total, self.least = limit, self.more_attempts
            passage.text += "; " if passage.ended else ""
            passage.errors, passage.ended = _TIMED_OUT, False
        return [scope for scope in scopes if scope[0] < depth]

    def _go_round(self, passage: _Passage, loop: RetryLoop, clause: Handler) -> None:
        """Counts a loop in that tries again when a clause has caught the exception."""
        self._count(loop, clause)
        passage.text += f"{name_clause(clause, self.here)} sees each failure"
        raises = Exit.RAISE in clause.leaves
        if not raises or not is_bare(clause):
            passage.errors = None
        passage.ended = not (raises or loop.raises_after)
        passage.text += "" if passage.ended else ", at last "

    def _stop(self, passage: _Passage, clause: Handler) -> None:
        """Ends an exception in a clause that catches it, unless the clause always raises in turn."""
        place = name_clause(clause, self.here)
        if clause.leaves != frozenset((Exit.RAISE,)):
            passage.text += f"{place} sees it and {name_exits(clause)}"
            passage.ended = True
            return
        passage.text += f"{place} raises {'it again' if is_bare(clause) else 'another exception'}; "
        passage.errors = passage.errors if is_bare(clause) else None

    def _add_policy(
        self, call: Call, policy: RetryPolicy, layer: RetryLayer, errors: tuple[str, ...] | None
    ) -> tuple[str, ...] | None:
        """Counts in a policy around the function; returns what leaves it, None if that is not known."""
        wanted = policy.errors
        verdict = is_covered(call, wanted, errors) if wanted is not None and errors else None
        self.add(layer, verdict)
        gives_up = policy.fact.gives_up
        if verdict is False or not gives_up or layer.attempts == 1:
            return errors
        reraise = policy.args.value(policy.fact.reraise)
        if getattr(reraise, "value", None) is True:
            return errors
        return (gives_up,) if reraise is None and verdict else None

    def _count(self, loop: RetryLoop, clause: Handler) -> None:
        place = where(loop.frame, loop.node, self.here)
        pauses = None if loop.paced else 0.0
        pace = "pauses in between" if loop.paced else "no pause"
        endless = loop.endless and not loop.gives_up
        attempts = turns(loop)
        if attempts is not None and self._wrapper is not None and self._wrapper.site is None:
            attempts += 1
        layer = RetryLayer("the loop", attempts, place, endless=endless, pauses=pauses, pace=pace)
        layer = replace(layer, frame=loop.frame, span=loop.head)
        if self._wrapper is not None:
            decorated, decorator = self._wrapper.of, self._wrapper.decorator
            source = f"{where(decorated, decorator, self.here)}, by its loop, {place}"
            layer = replace(
                layer, who=f"`{self._wrapper.written}`", source=source, frame=decorated,
                span=decorated.tree.span(decorator),
            )  # fmt: skip
        self.add(layer, None if loop.chooses(clause) else True)

    def _outcome(self, seen: str) -> Outcome:
        """The outcome with all that was counted in; `seen` says who sees the failure."""
        texts, total = self.parts, None
        if self.kind == HANG and self.total is not None:
            silence = " of silence" if self.silence else ""
            limit = self._ended_by or f"gives up after {seconds(self._per or 0)}{silence}"
            texts, total = [limit, *texts], self.total
        sums = self._counted() if total is None else self._timed(total)
        text = "; ".join(filter(None, (*texts, sums, *self.asides, seen)))
        least = self.least or self.more_attempts
        return Outcome(EVENTS[self.kind], text, self.attempts, total, least, self.more_attempts, self.handled)

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


def _depth(call: Call, loop: RetryLoop) -> int:
    """In how many places of its function a loop around a call stands."""
    return next((number + 1 for number, place in enumerate(call.within) if place.node is loop.node), 0)
