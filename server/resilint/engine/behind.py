"""What is behind functions of the project: the external calls that they lead to, however far away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.files import NO
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import FunctionChunk, Module
from resilint_rules.kit.syntax.outline import Chunk
from resilint_rules.kit.syntax.text import Document, Span

from ..config.settings import Settings

if TYPE_CHECKING:
    from resilint_rules.kit.effects.records import Step
    from resilint_rules.kit.interp.calls import Call, Frame
    from resilint_rules.kit.policy.behind import Lead
    from resilint_rules.kit.policy.effective import Policy
    from resilint_rules.kit.policy.outcome import Outcome
    from resilint_rules.kit.prefilter.summaries import ExportSummary


@dataclass(frozen=True, slots=True)
class Reached:
    """An external call: the places that lead to it, its own the last, and its policy with all layers on the way.

    `policy` is None for the sending of a task of whose queue nothing is known.
    """

    path: tuple[Step, ...]
    library: str
    policy: Policy | None

    @property
    def requests(self) -> int | None:
        """How often it is sent at most while its peer is away; None if there is no end, or if that is not known."""
        found = [outcome.attempts for outcome in self._failures]
        known = [count for count in found if count is not None]
        return max(known) if known and len(known) == len(found) else None

    @property
    def is_uncounted(self) -> bool:
        """Whether it may be sent more often."""
        return any(outcome.uncounted for outcome in self._failures)

    @property
    def seconds(self) -> float | None:
        """How long a peer that does not answer holds it up, with all attempts; None if there is no limit."""
        return self._hang.seconds if self._hang is not None else None

    @property
    def is_longer(self) -> bool:
        """Whether it may be held up longer."""
        return self._hang is not None and self._hang.least

    @property
    def is_protected(self) -> bool:
        """Whether it has a limit, and something repeats it or handles its failure."""
        if self.policy is None or self.policy.state != "bounded":
            return False
        return any(outcome.handled or (outcome.attempts or 2) > 1 for outcome in self._failures)

    @property
    def _hang(self) -> Outcome | None:
        return self._failures[0] if self._failures else None

    @property
    def _failures(self) -> list[Outcome]:
        return [outcome for outcome in self.policy.outcomes if outcome.attempts != 0] if self.policy is not None else []


@dataclass(frozen=True, slots=True)
class Reachable:
    """What a function, or the calls on a line, lead to. `complete` is False if there may be more."""

    span: Span
    name: str
    calls: tuple[Reached, ...]
    complete: bool


class Follower:
    """Answers questions about the functions of one document."""

    def __init__(
        self,
        doc: Document,
        project: Project,
        settings: Settings,
        module: Module | None = None,
        known: ExportSummary | None = None,
    ) -> None:
        """`module` and `known`, what may hold a client in it, are found if they are not given."""
        self.doc = doc
        exports = project.derived(Exports)
        self.module = module if module is not None else project.module(doc)
        self.matters = exports.level_of_document(doc) != NO
        if self.matters:
            from resilint_rules.kit.interp.session import Session

            self.session = Session(project, asdict(settings.timeouts), asdict(settings.patterns))
            if known is None:
                known = relevant(self.module, exports, follow=True).summary
            self.session.scope(self.module).known = known
            self.session.follows = True

    def functions(self, name: str) -> list[FunctionChunk]:
        """The functions of a name: qualified, or the last part of one."""
        every = list(self.module.all_functions())
        exact = [function for function in every if function.qualname == name]
        return exact or [function for function in every if function.name == name]

    def function_at(self, offset: int) -> FunctionChunk | None:
        """The function whose name stands at an offset of its head."""
        for function in self.module.all_functions():
            span = name_span(self.doc, function)
            if span is not None and span.start <= offset <= span.end:
                return function
        return None

    def function_in(self, start: int, end: int) -> FunctionChunk | None:
        """The function whose name stands in a stretch of the text."""
        every = self.module.all_functions()
        names = ((function, name_span(self.doc, function)) for function in every if function.chunk.start <= end)
        return next((function for function, span in names if span and start <= span.start <= end), None)

    def of_function(self, function: FunctionChunk) -> Reachable | None:
        """What is behind a function; None if it cannot be read."""
        from resilint_rules.kit.policy.behind import Walk

        frame = self._frame(function)
        if frame is None:
            return None
        walk = Walk(self.session, self.module, as_called=True)
        found = tuple(_reached(lead) for inner in _run_in(frame) for lead in walk.of_function(inner))
        span = name_span(self.doc, function) or Span(function.chunk.head, function.chunk.head)
        return Reachable(span, function.qualname, found, walk.complete)

    def of_calls(self, start: int, end: int) -> list[Reachable]:
        """What is behind each call of a function of the project whose name stands in a stretch of the text."""
        from resilint_rules.kit.policy.behind import Walk
        from resilint_rules.kit.policy.sending import sent_tasks

        found: list[Reachable] = []
        for frame in self._frames(start, end):
            walk = Walk(self.session, self.module, as_called=True)
            for call, target in frame.uses.values():
                if call.head.start <= end and start <= call.head.end:
                    walk.complete = True
                    leads = tuple(_reached(lead) for lead in walk.of_calls(frame, [(call, target)]))
                    found.append(Reachable(call.head, call.written, leads, walk.complete))
            tasks = (task for task in sent_tasks(frame) if task.head.start <= end and start <= task.head.end)
            found.extend(Reachable(task.head, task.written, (_sent(task),), complete=True) for task in tasks)
        return sorted(found, key=lambda behind: behind.span)

    def _frames(self, start: int, end: int) -> Iterator[Frame]:
        """The frames of all functions and statements that touch a stretch of the text."""
        if not self.matters:
            return
        every: list[FunctionChunk | Chunk] = [*self.module.all_functions(), *self.module.statements]
        every.extend(chunk for cls in self.module.all_classes() for chunk in cls.statements)
        for item in every:
            chunk = item.chunk if isinstance(item, FunctionChunk) else item
            frame = self._frame(item) if chunk.start <= end and start <= chunk.end else None
            yield from frame.all_frames() if frame is not None else ()

    def _frame(self, item: FunctionChunk | Chunk) -> Frame | None:
        """The frame of a function or statement; None if it cannot be parsed."""
        if not self.matters:
            return None
        from resilint_rules.kit.syntax.tree import Misread

        scope = self.session.scope(self.module)
        try:
            frame = scope.frame(item) if isinstance(item, FunctionChunk) else scope.statement(item)
            if frame is not None:
                frame.tree.locate()
        except (RecursionError, Misread):
            return None
        return frame


def name_span(doc: Document, function: FunctionChunk) -> Span | None:
    """Where a function's name stands in its head."""
    text, chunk = doc.text, function.chunk
    at = text.find(f"def {function.name}", chunk.head, chunk.body)
    return Span(at + 4, at + 4 + len(function.name)) if at >= 0 else None


def _run_in(frame: Frame) -> Iterator[Frame]:
    """A function, and what is defined in it and called on the spot or later, such as a lambda that it passes on."""
    from resilint_rules.kit.interp.kinds import FrameKind

    yield frame
    for inner in frame.nested:
        if inner.kind is FrameKind.LAMBDA:
            yield from _run_in(inner)


def _reached(lead: Lead) -> Reached:
    from resilint_rules.kit.policy.effective import policy

    return Reached(lead.path, lead.call.library, policy(lead.call, lead.callers))


def _sent(call: Call) -> Reached:
    from resilint_rules.kit.catalog.records import CallFact
    from resilint_rules.kit.effects.local import step_of
    from resilint_rules.kit.policy.effective import policy

    known = policy(call) if isinstance(call.fact, CallFact) else None
    return Reached((step_of(call),), call.library, known)
