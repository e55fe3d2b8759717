"""Pull diagnostics: the findings of one document, and of the whole workspace."""

from __future__ import annotations

import os
from collections.abc import Sequence

from lsprotocol import types
from pygls.exceptions import JsonRpcInternalError

from . import convert
from .channel.messages import Mark, ScanAnswer, Scanned, ScannedDocument, ScanProgress, ScanQuestion
from .document import OpenDocument
from .notebooks.cells import CellView
from .server import ResilintServer
from .worker_process import Lost

_MOST_LOSSES = 3
"""How often in a row the analysis may end during a scan without a file that was done or left out."""

_NOTHING = types.RelatedFullDocumentDiagnosticReport(items=[])

WholeReport = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport


async def diagnostic(
    ls: ResilintServer, params: types.DocumentDiagnosticParams
) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
    """Returns the findings of a document's newest version, even if it changed after the request."""
    found = ls.find(params.text_document.uri)
    known = await ls.reports.wait(found[0]) if found else None
    if found is None or known is None:
        return _NOTHING
    view = (ls.find(params.text_document.uri) or found)[1]
    if isinstance(view, CellView) and not ls.pulls_cells:
        ls.pulls_cells = True
        ls.close_cells(uri for notebook in ls.notebooks.values() for uri in notebook.views)
    if known.id == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=known.id)
    marks = (mark for mark in known.marks if not isinstance(view, CellView) or view.holds(mark.span))
    items = convert.diagnostics(view, marks, ls.client)
    return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=known.id)


async def workspace_diagnostic(
    ls: ResilintServer, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    """Returns the findings of all files, in parts if the editor accepts them.

    A repeated request is answered when something has changed: the editor repeats it at once.
    """
    known = {previous_result_id.uri: previous_result_id.value for previous_result_id in params.previous_result_ids}
    progress = _Progress(ls, params.work_done_token)
    progress.begin()
    try:
        while True:
            change = ls.change
            items = await _scan(ls, params.partial_result_token, known, progress)
            if items or not known:
                break
            await change.wait()
    finally:
        progress.end()
    return types.WorkspaceDiagnosticReport(items=[] if params.partial_result_token is not None else items)


async def _scan(
    ls: ResilintServer, token: types.ProgressToken | None, known: dict[str, str], progress: _Progress
) -> list[WholeReport]:
    """Returns the reports that the editor does not have. Effect: sends them as they are found if there is a token.

    If the analysis ends meanwhile, the next one goes on with the files that are not done.
    """
    found: dict[str, WholeReport | None] = {}
    done: set[str] = set()

    def add(uri: str, report: WholeReport | None) -> None:
        found[uri] = report
        if report is not None and token is not None:
            ls.progress(types.ProgressParams(token, types.WorkspaceDiagnosticReportPartialResult(items=[report])))

    def take(message: Scanned) -> None:
        progress.report(len(skipped) + message.done, len(skipped) + message.total)
        if isinstance(message, ScanProgress):
            done.update(message.clean)
            return
        if isinstance(message, ScannedDocument):
            doc, version = ls.docs.get(message.uri), message.version
            done.add(os.path.normpath(convert.path(message.uri)))
            if doc is None or doc.version != version or message.uri in ls.notebooks:
                return  # what is known of the newer text comes otherwise, and of a notebook with its cells
        else:
            uri, version = convert.uri(message.path), None
            done.add(message.path)
            if uri in ls.docs:
                return  # it was opened meanwhile, perhaps with another text
            doc = OpenDocument(uri, 0, message.text, ls.client.encoding)
        add(doc.uri, _report(ls, doc, version, message.marks, known.get(doc.uri)))

    losses = 0
    while True:
        before = ls.isolated + len(done)
        await ls.analysis.started()
        for path, (uri, mark) in ls.not_analysed().items():
            if path not in done:
                done.add(path)
                doc = ls.docs.get(uri)
                text = doc or OpenDocument(uri, 0, "", ls.client.encoding)
                add(uri, _report(ls, text, doc.version if doc else None, (mark,), known.get(uri)))
        skipped = frozenset(done)
        try:
            await ls.analysis.request(ScanQuestion(tuple(skipped)), ScanAnswer, take)
            break
        except Lost as lost:
            losses = 0 if ls.isolated + len(done) > before else losses + 1
            if losses == _MOST_LOSSES:
                raise JsonRpcInternalError(f"the files could not be read: {lost}") from lost
    for uri in known.keys() - found.keys():
        if known[uri] != _CLEAN:  # fixed, deleted or excluded by now
            add(uri, types.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=[], result_id=_CLEAN))
    return [report for report in found.values() if report is not None]


def _report(
    ls: ResilintServer, doc: OpenDocument, version: int | None, marks: Sequence[Mark], before: str | None
) -> WholeReport | None:
    """Returns the report of a file; None if the editor has it already."""
    number = convert.result_id(marks)
    if number == (before or _CLEAN):
        return None
    return types.WorkspaceFullDocumentDiagnosticReport(
        uri=doc.uri,
        items=convert.diagnostics(doc, marks, ls.client),
        version=version,
        result_id=number,
    )


_CLEAN = convert.result_id(())


class _Progress:
    """Progress reports, for editors that sent a token for them."""

    def __init__(self, ls: ResilintServer, token: types.ProgressToken | None) -> None:
        self._ls = ls
        self._token = token
        self._percent = -1

    def begin(self) -> None:
        if self._token is not None:
            value = types.WorkDoneProgressBegin("Checking the workspace", cancellable=True, percentage=0)
            self._ls.work_done_progress.begin(self._token, value)

    def report(self, done: int, total: int) -> None:
        percent = done * 100 // max(total, 1)
        if self._token is not None and percent != self._percent:
            self._percent = percent
            value = types.WorkDoneProgressReport(message=f"{done} of {total} files", percentage=percent)
            self._ls.work_done_progress.report(self._token, value)

    def end(self) -> None:
        if self._token is not None:
            self._ls.work_done_progress.end(self._token, types.WorkDoneProgressEnd())


def announce_pull(server: ResilintServer) -> None:
    """Effect: announces pull diagnostics; for the whole workspace only if the settings enable it."""
    options = types.DiagnosticOptions(True, False, identifier="resilint")
    server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(diagnostic)
    if server.settings_for().workspace_diagnostics:
        server.feature(types.WORKSPACE_DIAGNOSTIC)(workspace_diagnostic)


def allow_scan(server: ResilintServer) -> None:
    """Effect: enables workspace diagnostics on demand, though they were not announced to the editor."""
    if types.WORKSPACE_DIAGNOSTIC not in server.protocol.fm.features:
        server.feature(types.WORKSPACE_DIAGNOSTIC)(workspace_diagnostic)
