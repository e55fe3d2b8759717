"""The worker's queue: the open documents, what is known of them, and what is to be done next.

A newer version of a document makes all older work on it void. Questions come before checks, and the document that
was changed last before the others. Code lenses come when there is nothing else to do for a document.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.syntax.text import Document, Span

from ...config.reading import Reporter
from ...engine.incremental import Abandoned, IncrementalCache
from ...fs import files
from ...own_rules import CRASHED
from ...results import Report
from ..channel.json_fields import BadMessageError
from ..channel.messages import (
    Busy,
    Change,
    Checked,
    Close,
    FilesChanged,
    Forget,
    FromWorker,
    LensesAnswer,
    LensesQuestion,
    Mark,
    NoAnswer,
    Numbered,
    Open,
    Problem,
    QuickQuestion,
    ReadingSettings,
    RelatedMark,
    Roots,
    ScanAnswer,
    ScannedDocument,
    ScannedFile,
    ScanProgress,
    ScanQuestion,
)
from . import settings_file
from .buffer import Buffer
from .code_actions import View, answer, shifted
from .engine import Engine
from .lens_run import LensRun
from .workspace import DocumentContext, Workspace
from .workspace_scan import Clean, WorkspaceScan

_STRIDE = 100
"""Files between two signs of progress."""

log = logging.getLogger(__name__)


class Dispatcher:
    """Takes messages and works them off, a chunk at a time.

    `send` sends a message to the protocol process; `is_superseded` says whether a message has come that makes the work
    on a text void.
    """

    def __init__(
        self, engine: Engine, send: Callable[[FromWorker], None], is_superseded: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._is_superseded = is_superseded
        self._engine = engine
        self._send = send
        self._reading = Reporter(self._report_reading)
        self._workspace = Workspace((), {}, self._read, self._say, self._reading)
        self._buffers: dict[str, Buffer] = {}
        self._paths: dict[str, Buffer] = {}
        self._queue: list[str] = []
        self._questions: dict[int, QuickQuestion] = {}
        self._lens_runs: dict[int, LensRun] = {}
        self._scans: dict[int, WorkspaceScan] = {}
        self._clean = Clean()
        self.serial = 0

    def take(self, numbered: Numbered) -> None:
        """Takes note of a message; the work it causes is done by `work`."""
        self.serial = numbered.serial
        message = numbered.message
        match message:
            case Roots():
                self._take_roots(message)
            case Open():
                self._take_open(message)
            case Change():
                self._take_change(message)
            case Close():
                self._take_close(message.uri)
            case FilesChanged():
                self._take_files_changed(message)
            case Forget():
                self._questions.pop(message.number, None)
                self._lens_runs.pop(message.number, None)
                self._scans.pop(message.number, None)
            case ScanQuestion():
                self._scans[numbered.serial] = WorkspaceScan(self._workspace, self._clean, message.without)
            case LensesQuestion():
                self._lens_runs[numbered.serial] = LensRun(message, self._engine, self._pulse)
            case _:  # a question that is answered at once when the document has been checked
                self._questions[numbered.serial] = message

    def work(self) -> bool:
        """Does one chunk of work: a question that can be answered, else a check. False: nothing to do."""
        for number, question in self._questions.items():
            buffer = self._buffers.get(question.uri)
            if buffer is None or buffer.version != question.version:
                del self._questions[number]
                self._send(NoAnswer(number, "the text has changed"))
                return True
            if buffer.fresh:
                del self._questions[number]
                self._reply(number, question, buffer)
                return True
        for uri in self._queue:
            if not self._buffers[uri].fresh:
                self._check(self._buffers[uri])
                return True
        for number, run in self._lens_runs.items():
            self._look_further(number, run)
            return True
        for number, scan in self._scans.items():
            self._scan_next(number, scan)
            return True
        return False

    def _take_roots(self, message: Roots) -> None:
        self._workspace = Workspace(
            message.roots, message.given, self._read, self._say, self._reading, message.left_out
        )
        self._settle_all()

    def _take_open(self, message: Open) -> None:
        self._take_close(message.uri)
        place = self._workspace.place(message.path)
        buffer = Buffer(message.uri, message.path, message.version, message.text, place, message.without)
        self._buffers[buffer.uri] = buffer
        if buffer.path:
            self._paths[buffer.path] = buffer
        self._touch(buffer)

    def _take_change(self, message: Change) -> None:
        buffer = self._buffers.get(message.uri)
        if buffer is None:
            raise BadMessageError(f"`Change` of a document that is not open: {message.uri!r}")
        buffer.edit(message.edits, message.version)
        self._touch(buffer)

    def _take_close(self, uri: str) -> None:
        buffer = self._buffers.pop(uri, None)
        if buffer is None:
            return
        self._queue.remove(buffer.uri)
        if self._paths.get(buffer.path) is buffer:
            del self._paths[buffer.path]
        self._invalidate(buffer.path)

    def _take_files_changed(self, message: FilesChanged) -> None:
        """Settings and lock files concern all documents, other files those that read them."""
        if message.settings:
            self._workspace.forget()
            self._settle_all()
        for path in message.paths:
            self._invalidate(path)

    def _settle_all(self) -> None:
        self._clean.clear()
        for buffer in self._buffers.values():
            buffer.settle(self._workspace.place(buffer.path))

    def _touch(self, buffer: Buffer) -> None:
        """The text that was touched last is checked first; its readers follow."""
        if buffer.uri in self._queue:
            self._queue.remove(buffer.uri)
        self._queue.insert(0, buffer.uri)
        self._invalidate(buffer.path)

    def _invalidate(self, path: str) -> None:
        """Invalidates the results that depend on `path`."""
        if not path:
            return
        self._workspace.changed(path)
        self._clean.invalidate(path)
        for buffer in self._buffers.values():
            name = files.below(path, buffer.place.project_context.root)
            if name and buffer.path != path and buffer.depends_on(name):
                buffer.fresh = False

    def _check(self, buffer: Buffer) -> None:
        doc, place = buffer.doc, buffer.place
        size = len(buffer.text)
        self._send(Busy(buffer.uri, "", size))

        def pulse(chunk: str) -> None:
            self._send(Busy(buffer.uri, chunk, size))
            if self._is_superseded(buffer.uri):
                raise Abandoned

        buffer.memo.pulse = pulse
        try:
            buffer.take(self._look(doc, place, buffer.memo))
        except Abandoned:
            return  # a message follows that leads to another check
        marks = self._marks(buffer.report, place, buffer.lead)
        self._send(Checked(buffer.uri, buffer.version, self.serial, marks))

    def _look_further(self, number: int, run: LensRun) -> None:
        """One step towards the code lenses of a document."""
        buffer = self._buffers.get(run.question.uri)
        answer: FromWorker = NoAnswer(number, "the text has changed")
        if buffer is not None and buffer.version == run.question.version:
            try:
                found = run.step(buffer)
            except Exception:
                log.exception("no code lenses for %s", buffer.uri)
                answer = NoAnswer(number, "the analysis failed")
            else:
                if found is None:
                    return
                answer = LensesAnswer(number, found)
        del self._lens_runs[number]
        self._send(answer)

    def _pulse(self, buffer: Buffer, chunk: str) -> None:
        self._send(Busy(buffer.uri, chunk, len(buffer.text)))

    def _scan_next(self, number: int, scan: WorkspaceScan) -> None:
        """One step of a scan; open texts are as they are open."""
        path = scan.next()
        if not path:
            del self._scans[number]
            self._send(ScanAnswer(number, scan.total))
            return
        self._send(Busy(path))
        position = number, scan.done, scan.total
        buffer = self._paths.get(path)
        if buffer is not None:  # checked already: that comes first
            marks = self._marks(buffer.report, buffer.place, buffer.lead)
            self._send(ScannedDocument(*position, buffer.uri, buffer.version, marks))
            return

        def look(doc: Document, place: DocumentContext) -> Report:
            return self._look(doc, place, IncrementalCache(lambda _: self._send(Busy(path, "", len(doc.text)))))

        if (seen := scan.look(path, look)) is not None:
            marks = self._marks(seen.report, seen.place, seen.lead)
            self._send(ScannedFile(*position, path, seen.text, marks))
        elif scan.done % _STRIDE == 0:
            self._send(ScanProgress(*position, scan.take_clean()))

    def _look(self, doc: Document, place: DocumentContext, memo: IncrementalCache | None = None) -> Report:
        if settings_file.is_settings(doc.name):
            return settings_file.report(doc, self._engine.rules())
        if place.out:
            return Report()
        project_context = place.project_context
        try:
            report = self._engine.check(doc, project_context.project, project_context.settings, memo)
            path = os.path.join(project_context.root, place.name) if project_context.root else ""
            return replace(report, findings=tuple(project_context.recorded.soften(report.findings, path)))
        except Abandoned:
            raise
        except Exception as error:
            log.exception("the check of %s failed", place.name)
            return Report(findings=(_crash(error),))

    def _reply(self, number: int, question: QuickQuestion, buffer: Buffer) -> None:
        self._send(Busy(buffer.uri, "", len(buffer.text)))
        view = View(
            buffer.doc,
            buffer.place.project_context.project,
            buffer.place.project_context.settings,
            buffer.report,
            self._engine,
            buffer.lead,
            *self._settings_of(buffer),
            buffer.place.project_context.root,
        )
        try:
            reply: FromWorker = answer(view, number, question)
        except Exception:
            log.exception("no answer to %s", type(question).__name__)
            reply = NoAnswer(number, "the analysis failed")
        self._send(reply)

    def _settings_of(self, buffer: Buffer) -> tuple[str, str]:
        """The file of settings of a document's project, and its text as it is open; "" twice without a project."""
        root = buffer.place.project_context.root
        for name in ("resilint.toml", "pyproject.toml") if root else ():
            path = os.path.join(root, name)
            if path in self._paths:
                return path, self._paths[path].text
            try:
                return path, files.decode(files.read(path)).text
            except files.Unreadable:
                continue
        return "", ""

    def _marks(self, report: Report, place: DocumentContext, lead: int) -> tuple[Mark, ...]:
        return tuple(self._mark(finding, place, lead) for finding in report.findings)

    def _mark(self, finding: Finding, place: DocumentContext, lead: int) -> Mark:
        return Mark(
            shifted(finding.span, lead),
            finding.code,
            finding.rule,
            finding.severity.value,
            finding.message,
            finding.help,
            self._engine.source(finding.rule),
            tuple(
                RelatedMark(
                    other.message,
                    os.path.join(place.project_context.root, other.file) if other.file else "",
                    shifted(other.span, 0 if other.file else lead),
                    other.row,
                )
                for other in finding.related
            ),
        )

    def _read(self, path: str) -> bytes | None:
        """An open text as its file would be if it were saved now."""
        buffer = self._paths.get(path)
        return buffer.text.encode("utf-8") if buffer else None

    def _report_reading(self, root: str, path: str) -> None:
        self._send(ReadingSettings(root, path))

    def _say(self, text: str) -> None:
        self._send(Problem(text))


def _crash(error: Exception) -> Finding:
    """Returns the finding that reports a crash of the check itself."""
    message = f"resilint itself failed on this file: {error!r}"
    return Finding(CRASHED.code, CRASHED.name, CRASHED.severity, Span(0, 0), message)
