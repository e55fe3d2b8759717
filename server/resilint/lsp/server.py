"""The language server: one editor, its open documents, and the worker that analyses them."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from resilint_rules.kit.syntax.text import Edit, Span

from ..fs import files
from ..own_rules import UNREADABLE
from ..version import __version__
from . import convert
from .capabilities import Client, EditorSettings
from .channel.messages import (
    Change,
    Checked,
    Close,
    DocumentQuestion,
    FilesChanged,
    Mark,
    Open,
    Problem,
    Root,
    Roots,
    ToWorker,
)
from .diagnostics_store import DiagnosticsStore
from .document import LARGEST, OpenDocument
from .failure import Failure, Work
from .notebooks.cells import OpenNotebook, selector
from .protocol import Protocol
from .supervision.watchdog import Limits
from .worker_process import A, Lost, WorkerProcess, command

log = logging.getLogger(__name__)

_MOST_CHUNKS = 8
"""Chunks of a document that are left out at most; if there are more, the whole document is."""

_NEWEST = 1 << 60
"""The serial of findings that no message outdates: those of a document that is not analysed."""


class ResilintServer(LanguageServer):
    """The state of one session. Handlers are functions that get it as their first argument."""

    def __init__(self, engine: str = "", limits: Limits | None = None) -> None:
        super().__init__("resilint", __version__, notebook_document_sync=selector(), protocol_cls=Protocol)
        self.client = Client()
        self.editor_settings: dict[str, EditorSettings] = {}
        self.folders: dict[str, str] = {}
        self.docs: dict[str, OpenDocument] = {}
        self.notebooks: dict[str, OpenNotebook] = {}
        self.pulls_cells = False
        """Whether the editor pulls for cells: few of those that pull do, so that the others are pushed to."""
        self.reports = DiagnosticsStore()
        self.analysis = WorkerProcess(
            command(engine, (limits or Limits()).silence),
            on_result=self._on_result,
            replay=self._replay,
            on_crash=self._on_crash,
            on_pause=self._on_pause,
            limits=limits,
        )
        self._files_out: dict[str, tuple[str, tuple[int, int]]] = {}
        """Files that are not open whose analysis ended the worker, by path: the message, and the file's stamp then."""
        self.change = asyncio.Event()
        """Set at the next change of what was found."""
        self.isolated = 0
        """How often something that ended the analysis was left out of the next one."""
        self._left_out: set[str] = set()
        """Documents, by uri, that are not analysed until they change."""
        self._roots_out: dict[str, str] = {}
        """Projects whose settings ended the analysis, by root folder, with the message about it."""
        self._chunks_out: dict[str, set[str]] = {}
        """Chunks of documents, by name, whose analysis ended the worker."""
        self._messages_sent: set[str] = set()
        self._refreshing: dict[str, bool] = {}
        self._background_tasks: set[asyncio.Task[Any]] = set()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Logs errors of the server itself, without a message in the editor."""
        log.error("%s", error, exc_info=error)

    def run_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs a coroutine in the background; its failure is logged."""
        task = asyncio.ensure_future(work)
        self._background_tasks.add(task)
        task.add_done_callback(self._finish_task)

    def _finish_task(self, task: asyncio.Task[Any]) -> None:
        self._background_tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("%s: %s", type(error).__name__, error)

    def say(self, text: str, kind: types.MessageType = types.MessageType.Warning) -> None:
        """Displays a message in the editor, once."""
        if text not in self._messages_sent:
            self._messages_sent.add(text)
            self.window_show_message(types.ShowMessageParams(kind, f"resilint: {text}"))

    def settings_for(self, folder: str = "") -> EditorSettings:
        """Returns the editor's settings for a folder, or in general."""
        return self.editor_settings.get(folder) or self.editor_settings.get("") or EditorSettings()

    def find(self, uri: str) -> tuple[OpenDocument, OpenDocument] | None:
        """The document of a uri as the analysis and as the editor knows it: they differ for a cell of a notebook."""
        for notebook in self.notebooks.values():
            if uri in notebook.views:
                return notebook.doc, notebook.views[uri]
        doc = self.docs.get(uri)
        return (doc, doc) if doc is not None and uri not in self.notebooks else None

    def open(self, doc: OpenDocument) -> None:
        """Adds a document that was opened, or opened again."""
        self.docs[doc.uri] = doc
        self._readmit_document(doc.uri)
        self._send_text(doc)

    def edit(self, doc: OpenDocument, edits: Sequence[Edit]) -> None:
        """Sends the edits of a document to the worker."""
        if doc.uri in self._left_out or not self._analysed(doc):
            self._readmit_document(doc.uri)
            self._send_text(doc)
            return
        self.analysis.forget(doc.uri)
        self.reports.expect(doc.uri, self.analysis.send(Change(doc.uri, doc.version, tuple(edits))))

    def close_cells(self, uris: Iterable[str]) -> None:
        """Removes the findings in cells that are gone."""
        for uri in uris:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def close(self, uri: str) -> None:
        """Removes a document and its findings."""
        self._chunks_out.pop(uri, None)
        if self.docs.pop(uri, None) is not None:
            self._readmit_document(uri)
            self.analysis.send(Close(uri))
            self.reports.drop(uri)
            self._publish(uri, None, [])

    def configure(self) -> None:
        """Sends open folders and editor settings to the worker: every document is checked again."""
        serial = self.analysis.send(self._roots())
        self._expect_all(serial)

    def files_changed(self, paths: Iterable[str], *, settings: bool) -> None:
        """Sends changed files to the worker."""
        self._notify_change()
        paths = [*paths]
        for path in [*self._files_out]:
            if settings or any(files.below(path, changed) or path == changed for changed in paths):
                del self._files_out[path]
        if settings:
            self.analysis.forget()
        if settings and self._readmit(paths):
            self.analysis.send(self._roots())
        serial = self.analysis.send(FilesChanged(tuple(paths), settings))
        if settings:
            self._expect_all(serial)

    async def request_about(self, doc: OpenDocument, question: DocumentQuestion, kind: type[A]) -> A | None:
        """Queries the worker about a document; None if there is no answer, or if the text has changed since."""
        version = doc.version
        if not self._analysed(doc) or doc.uri in self._left_out or not self.settings_for().enable:
            return None
        try:
            answer = await self.analysis.request(question, kind)
        except Lost as lost:
            log.info("no answer to %s: %s", type(question).__name__, lost)
            return None
        return answer if self.docs.get(doc.uri) is doc and doc.version == version else None

    def not_analysed(self) -> dict[str, tuple[str, Mark]]:
        """Returns the files and open documents that are not analysed, by path: their uri, and what is shown of them.

        Effect: looks whether the files have changed; those that have are analysed again.
        """
        for path, (_, stamp) in [*self._files_out.items()]:
            if stamp != _stamp(path):
                del self._files_out[path]
        found = {path: (convert.uri(path), _not_analysed(text)) for path, (text, _) in self._files_out.items()}
        for uri in self._left_out:
            if (path := convert.path(uri)) and (known := self.reports.get(self.docs[uri])):
                found[os.path.normpath(path)] = uri, known.marks[0]
        return found

    def _readmit_document(self, uri: str) -> None:
        """Lets a document be analysed again that has changed."""
        self._left_out.discard(uri)
        self.analysis.forget(uri)

    def _readmit(self, paths: Iterable[str]) -> bool:
        """Lets the settings be read again in projects where a file has changed; whether there are such projects."""
        changed = [root for root in self._roots_out if any(files.below(path, root) for path in paths)]
        for root in changed:
            self._messages_sent.discard(self._roots_out.pop(root))
        return bool(changed)

    def _notify_change(self) -> None:
        """Wakes the tasks that wait for any change."""
        self.change.set()
        self.change = asyncio.Event()

    def _expect_all(self, serial: int) -> None:
        for doc in self.docs.values():
            if doc.uri not in self._left_out:
                self.reports.expect(doc.uri, serial)

    def _send_text(self, doc: OpenDocument) -> None:
        if self._analysed(doc):
            self.reports.expect(doc.uri, self.analysis.send(self._opening(doc)))
        else:
            self.analysis.send(Close(doc.uri))
            self._leave_out(doc, f"this file is not analysed: it has more than {LARGEST:,} characters")

    def _leave_out(self, doc: OpenDocument, message: str) -> None:
        """Keeps a document from the analysis until it changes; the message stands in for its findings."""
        self._left_out.add(doc.uri)
        self._learn(doc, _NEWEST, (_not_analysed(message),))

    def _opening(self, doc: OpenDocument) -> Open:
        path = convert.path(doc.uri)
        path = os.path.normpath(path) if path else ""
        without = tuple(sorted(self._chunks_out.get(doc.uri, ())))
        return Open(doc.uri, path, doc.version, doc.text, without)

    def _analysed(self, doc: OpenDocument) -> bool:
        return len(doc.text) <= LARGEST

    def _roots(self) -> Roots:
        roots = tuple(
            Root(os.path.normpath(convert.path(uri)), dict(self.settings_for(uri).given))
            for uri in self.folders
            if convert.path(uri)
        )
        return Roots(roots, dict(self.settings_for().given), tuple(sorted(self._roots_out)))

    def _replay(self) -> Iterable[ToWorker]:
        """Yields the messages that bring a new worker up to date."""
        yield self._roots()
        for doc in self.docs.values():
            if doc.uri not in self._left_out:
                yield self._opening(doc)

    def _on_result(self, message: Checked | Problem) -> None:
        if isinstance(message, Problem):
            self.say(message.message)
            return
        doc = self.docs.get(message.uri)
        if doc is not None and doc.version == message.version:
            self._learn(doc, message.serial, message.marks)

    def _on_crash(self, work: Work, failure: Failure) -> bool:
        """Leaves out what the analysis was working on when it ended; whether there was something to leave out."""
        isolated = self._isolate(work, failure)
        self.isolated += isolated
        return isolated

    def _isolate(self, work: Work, failure: Failure) -> bool:
        uri, chunk = work.uri, work.chunk
        if work.root:
            return self._leave_out_settings(work, failure)
        if not uri:
            return False
        if uri not in self.docs:
            if os.path.isabs(uri):  # a file's path: a scan was under way; otherwise it was closed meanwhile
                self._files_out[uri] = failure.of_document(), _stamp(uri)
            return True
        chunks = self._chunks_out.setdefault(uri, set())
        if chunk and chunk not in chunks and len(chunks) < _MOST_CHUNKS:
            chunks.add(chunk)
            log.warning("a piece of %s is left out until it changes", uri)
        else:
            self._leave_out(self.docs[uri], failure.of_document())
        return True

    def _leave_out_settings(self, work: Work, failure: Failure) -> bool:
        if work.root in self._roots_out:
            return False  # the defaults hold there already
        message = self._roots_out[work.root] = failure.of_settings(work.root, work.source)
        self.say(message)
        return True

    def _on_pause(self, failure: Failure, seconds: float) -> None:
        """While there is no analysis, each document whose findings are not known says so."""
        message = failure.of_process(seconds)
        self.say(f"the analysis process {failure}; see the log", types.MessageType.Error)
        for doc in self.docs.values():
            known = self.reports.get(doc)
            if doc.uri not in self._left_out and (known is None or known.serial == _NEWEST):
                self._learn(doc, _NEWEST, (_not_analysed(message),))

    def _learn(self, doc: OpenDocument, serial: int, marks: tuple[Mark, ...]) -> None:
        if not self.settings_for().enable:
            marks = ()
        version = (known := self.reports.get(doc)) and known.version
        changed = self.reports.learn(doc, serial, marks)
        if changed or version != doc.version:
            self._notify_change()
        shows_other = changed or version != doc.version
        if notebook := self.notebooks.get(doc.uri):
            self._publish_cells(notebook, marks)
        elif not self.client.pull and shows_other:
            self._publish(doc.uri, doc.version, convert.diagnostics(doc, marks, self.client))
        if self.client.pull and changed:
            self.refresh()
        if changed and version == doc.version:  # not by an edit here, after which an editor fetches them anyway
            self.refresh_lenses()

    def _publish_cells(self, notebook: OpenNotebook, marks: tuple[Mark, ...]) -> None:
        """Sends the findings of each cell, also to editors that pull, until they do so for cells."""
        if self.pulls_cells:
            return
        for view in notebook.views.values():
            found = convert.diagnostics(view, (mark for mark in marks if view.holds(mark.span)), self.client)
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(view.uri, found, view.version))

    def _publish(self, uri: str, version: int | None, found: list[types.Diagnostic]) -> None:
        if not self.client.pull:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))

    def refresh(self) -> None:
        """Requests the editor to pull again; while one such request is under way, at most one more waits."""
        if self.client.refresh:
            self._once("diagnostics", self.workspace_diagnostic_refresh_async)
        self.refresh_hints()

    def refresh_hints(self) -> None:
        """Requests the editor to fetch inlay hints again."""
        if self.client.refresh_hints:
            self._once("hints", self.workspace_inlay_hint_refresh_async)

    def refresh_lenses(self, *, switched: bool = False) -> None:
        """Requests the editor to fetch code lenses again, unless they are off; `switched`: perhaps they were on."""
        if self.client.refresh_lenses and (switched or self.settings_for().code_lens):
            self._once("lenses", self.workspace_code_lens_refresh_async)

    def _once(self, what: str, refresh: Callable[[None], Awaitable[None]]) -> None:
        if what in self._refreshing:
            self._refreshing[what] = True
            return

        async def run() -> None:
            again = True
            try:
                while again:
                    self._refreshing[what] = False
                    await refresh(None)
                    again = self._refreshing[what]
            finally:
                del self._refreshing[what]

        self.run_in_background(run())


def _stamp(path: str) -> tuple[int, int]:
    """Returns what shows that a file has changed. Effect: reads its status."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _not_analysed(message: str) -> Mark:
    """The diagnostic of a document that is not analysed: silence would look like a clean file."""
    return Mark(Span(0, 0), UNREADABLE.code, UNREADABLE.name, "warning", message)
