"""The answer to one question about code lenses, found a function at a time, so that other work comes between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from ...engine.lenses import Lens
from ...results import Report
from ..channel.messages import LensesQuestion, LensText
from .buffer import Buffer
from .code_actions import shifted
from .engine import Engine


class LensRun:
    """One question about a document, and what is known of its answer."""

    def __init__(self, question: LensesQuestion, engine: Engine, pulse: Callable[[Buffer, str], None]) -> None:
        self.question = question
        self._engine = engine
        self._pulse = pulse
        self._steps: Iterator[Lens | None] = iter(())
        self._report: Report | None = None
        self._found: list[LensText] = []

    def step(self, buffer: Buffer) -> tuple[LensText, ...] | None:
        """Looks at one more function of a document that was checked; all that was found once there is none left.

        It begins again when the document was checked again, as other files may have changed.
        """
        if self._report is not buffer.report:
            self._report, self._found = buffer.report, []
            self._steps = self._begin(buffer)
        with suppress(StopIteration):
            lens = next(self._steps)
            if lens is not None:
                self._found.append(LensText(shifted(lens.span, buffer.lead), lens.title))
            return None
        return tuple(self._found)

    def _begin(self, buffer: Buffer) -> Iterator[Lens | None]:
        buffer.lenses.pulse = lambda chunk: self._pulse(buffer, chunk)
        context = buffer.place.project_context
        if buffer.place.out:
            return iter(())
        return iter(self._engine.lenses(buffer.doc, context.project, context.settings, buffer.lenses))
