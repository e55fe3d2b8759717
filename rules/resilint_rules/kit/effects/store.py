"""Effect summaries of the functions that one check asks for, each computed once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..interp.calls import Call, Frame, Names
from ..interp.session import Session
from ..interp.values import Function, Value, options
from ..prefilter.reach import LONG
from ..project.module import Module
from ..project.recording import Recording
from .callees import callee, is_iterated, may_reach, nested_frame, runs_as_written, runs_when_iterated
from .compose import nearest, seen_from
from .limits import DEPTH, FUNCTIONS
from .local import CallSite, LocalEffects, local_effects
from .records import UNKNOWN_EFFECTS, EffectSummary, ReachedCall

Key = tuple[str, int, int, bool]
"""File and start of a function, calls away, and whether it is a generator that is iterated."""


class EffectStore:
    """The summaries of one check. Get it with `session.derived(EffectStore)`.

    Functions are interpreted in a session of their own, so that no other result depends on which ones that are.
    `summary(function, depth)` holds what is at most `depth` calls away. It is made of the function's own effects and
    the summaries of its callees with one less, so that recursion ends without a fixed point, and the order of
    questions changes nothing.
    """

    def __init__(self, session: Session) -> None:
        self.asking = session
        self.session = Session(session.project, session.timeouts)
        self.session.follows = session.follows
        self.looked_at = 0
        """Functions that were interpreted for their effects."""
        self._document: Module | None = None
        """The checked module, whose queries may be recorded."""
        self._local: dict[Key, tuple[Frame, LocalEffects] | None] = {}
        self._summaries: dict[Key, EffectSummary] = {}
        self._recordings: dict[Key, Recording] = {}

    def attach(self, scope: Names) -> None:
        """Makes the checked module known: what may hold a client there, and its trees, which need no second parse."""
        if self._document is None and not self.session.project.owns(scope.module):
            self._document = scope.module
            own, theirs = self.session.scope(scope.module), self.asking.scope(scope.module)
            own.share(theirs)

    def dismiss(self) -> None:
        """Lets go of all that was learnt."""
        self.session.dismiss()
        self._document = None
        for held in (self._local, self._summaries, self._recordings):
            held.clear()

    def of_target(
        self, frame: Frame, target: Value, depth: int = DEPTH, call: Call | None = None
    ) -> tuple[EffectSummary, bool]:
        """The effects of calling a value in a frame, and whether it is a coroutine that has to be awaited.

        A generator has them where `call`, which stands in the frame, is iterated.
        """
        choices = options(target)
        if len(choices) > 1:
            return self._of_one(frame, choices, depth)
        iterated = call is not None and is_iterated(call)
        inner = nested_frame(frame, target)
        if inner is not None:
            if not (runs_as_written(inner, self.session) or (iterated and runs_when_iterated(inner))):
                return UNKNOWN_EFFECTS, inner.is_async
            return self._composed(inner, local_effects(inner), depth), inner.is_async
        function = callee(self.session, target)
        if function is None:
            return UNKNOWN_EFFECTS, False
        return self.summary(function, depth, iterated=iterated), function.chunk.chunk.is_async

    def _of_one(self, frame: Frame, choices: tuple[Value, ...], depth: int) -> tuple[EffectSummary, bool]:
        """The effects of calling one of several functions, as of `try: import`: those of the first, if all wait."""
        if not all(isinstance(choice, Function) for choice in choices):
            return UNKNOWN_EFFECTS, False
        found = [self.of_target(frame, choice, depth) for choice in choices]
        alike = all(summary.blocking for summary, _ in found) and len({coroutine for _, coroutine in found}) == 1
        return found[0] if alike else (UNKNOWN_EFFECTS, False)

    def summary(self, function: Function, depth: int = DEPTH, *, iterated: bool = False) -> EffectSummary:
        """The effects of calling a function of the project, or of iterating what a call of it gives."""
        key = (function.module.doc.name, function.chunk.chunk.start, depth, iterated)
        if key in self._summaries:
            if self._document is not None:
                self._document.use(self._recordings.get(key))
            return self._summaries[key]
        with self._recorded(key):
            self._summaries[key] = UNKNOWN_EFFECTS
            self._summaries[key] = found = self._found(function, depth, iterated)
        return found

    def _found(self, function: Function, depth: int, iterated: bool) -> EffectSummary:
        local = self._own(function)
        if local is None or not (iterated or runs_as_written(local[0], self.session)):
            return UNKNOWN_EFFECTS
        return self._composed(*local, depth)

    def _composed(self, frame: Frame, local: LocalEffects, depth: int) -> EffectSummary:
        """The effects of a function with those of its callees."""
        calls: list[ReachedCall] = [*local.calls]
        complete = depth > 1 or not local.sites
        for site in local.sites if depth > 1 else ():
            inner, coroutine = self._at(frame, site, depth - 1)
            calls.extend(seen_from(site, inner.calls, coroutine=coroutine))
            complete = complete and inner.complete
        return EffectSummary(nearest(calls), complete)

    def _at(self, frame: Frame, site: CallSite, depth: int) -> tuple[EffectSummary, bool]:
        return self.of_target(frame, site.target, depth, site.call)

    def _own(self, function: Function) -> tuple[Frame, LocalEffects] | None:
        """A function's frame and its own effects; None if it cannot be seen what a call of it runs."""
        key = (function.module.doc.name, function.chunk.chunk.start, 0, False)
        if key in self._local:
            if self._document is not None:
                self._document.use(self._recordings.get(key))
            return self._local[key]
        with self._recorded(key):
            self._local[key] = None
            self._local[key] = found = self._looked_at(function)
        return found

    def _looked_at(self, function: Function) -> tuple[Frame, LocalEffects] | None:
        chunk = function.chunk.chunk
        if chunk.end - chunk.start > LONG or self.looked_at >= FUNCTIONS:
            return None
        if not may_reach(self.session, function.module, function.chunk):
            return None
        self.looked_at += 1
        frame = self.session.scope(function.module).frame(function.chunk)
        if frame is None or not (runs_as_written(frame, self.session) or runs_when_iterated(frame)):
            return None
        return frame, local_effects(frame)

    @contextmanager
    def _recorded(self, key: Key) -> Iterator[None]:
        """Records what a result relies on in the checked module, if that is recorded at all."""
        document = self._document
        if document is None or not document.records:
            yield
            return
        with document.recording() as recording:
            self._recordings[key] = recording
            yield


def effects_of(frame: Frame, target: Value, call: Call | None = None) -> EffectSummary:
    """Returns the effects of calling a value in a frame, as the caller has them if it awaits a coroutine.

    With `call`, those of a generator that is iterated where it is called.
    """
    session = frame.scope.session
    assert isinstance(session, Session)
    store = session.derived(EffectStore)
    store.attach(frame.scope)
    return store.of_target(frame, target, call=call)[0]
