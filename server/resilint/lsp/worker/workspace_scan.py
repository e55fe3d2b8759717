"""The scan of all files in the open folders, for workspace diagnostics."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.prefilter.files import YES, sift
from resilint_rules.kit.syntax.text import Document, Span

from ...config.selection import for_file, severity_of
from ...fs import files
from ...fs.notebook import Notebook, read_notebook
from ...own_rules import UNREADABLE
from ...results import Report
from ...run.discovery import SUFFIXES, WIDTH, Trouble, walk
from .workspace import DocumentContext, Workspace

Look = Callable[[Document, DocumentContext], Report]
"""Finds what there is to find in a document."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a file that is not open. `text` is the editor's idea of it, `lead` as in `Buffer`."""

    path: str
    place: DocumentContext
    text: str
    lead: int
    report: Report


@dataclass(slots=True)
class Clean:
    """Files in which nothing was found: not looked at again while they, and what they read, are the same."""

    _known: dict[str, tuple[tuple[int, int, int], str, frozenset[str]]] = field(default_factory=dict)

    def holds(self, path: str) -> bool:
        """Whether nothing can be found in a file. Effect: reads the file's status."""
        known = self._known.get(path)
        return known is not None and known[0] == _stamp(path)

    def learn(self, seen: Seen, stamp: tuple[int, int, int]) -> None:
        """Nothing was found in a file that had this stamp when it was read."""
        if not seen.report.findings:
            reads = frozenset(name for name, _ in seen.report.reads)
            self._known[seen.path] = stamp, seen.place.project_context.root, reads

    def invalidate(self, path: str) -> None:
        """What lies at a path has changed."""
        self._known.pop(path, None)
        for own, (_, root, reads) in [*self._known.items()]:
            if reads and (name := files.below(path, root)) and (name in reads or _tops(name) & reads):
                del self._known[own]

    def clear(self) -> None:
        """Settings have changed."""
        self._known.clear()


class WorkspaceScan:
    """A walk through all files, a step at a time. Effect: lists the folders when it is made."""

    def __init__(self, workspace: Workspace, clean: Clean, without: Collection[str]) -> None:
        self._workspace = workspace
        self._clean = clean
        paths = dict.fromkeys(path for root in workspace.roots for path in _files(root.path, workspace))
        self._waiting = [path for path in paths if path not in without]
        self._waiting.reverse()
        self._found_clean: list[str] = []
        self.total = len(self._waiting)

    @property
    def done(self) -> int:
        """How many files have been looked at."""
        return self.total - len(self._waiting)

    def next(self) -> str:
        """The path that comes next, "" at the end."""
        return self._waiting.pop() if self._waiting else ""

    def take_clean(self) -> tuple[str, ...]:
        """Returns the files in which nothing was found since the last call."""
        found, self._found_clean = tuple(self._found_clean), []
        return found

    def look(self, path: str, look: Look) -> Seen | None:
        """Looks at a file; None if there is nothing to be found. Effect: reads."""
        if (seen := self._look(path, look)) is None:
            self._found_clean.append(path)
        return seen

    def _look(self, path: str, look: Look) -> Seen | None:
        if self._clean.holds(path):
            return None
        stamp = _stamp(path)
        data = None
        try:
            data = files.read(path)
            if files.is_notebook(path):
                return self._look_at_notebook(path, read_notebook(data), stamp, look)
            decoded = files.decode(data)
        except files.Unreadable as error:
            there = os.path.lexists(path) if data is None else sift(data) == YES
            return self._unread(path, error) if there else None
        place = self._workspace.place(path)
        doc = Document(decoded.text, place.name, place.module, place.kind)
        lead = 1 if decoded.bom else 0
        seen = Seen(path, place, "\ufeff" * lead + decoded.text, lead, look(doc, place))
        self._clean.learn(seen, stamp)
        return seen if seen.report.findings else None

    def _look_at_notebook(self, path: str, notebook: Notebook, stamp: tuple[int, int, int], look: Look) -> Seen | None:
        """What is found in a notebook that is not open, where its code stands in the file."""
        place = self._workspace.place(path)
        doc = Document(notebook.text, place.name, place.module, place.kind)
        report = look(doc, place)
        findings = tuple(_in_file(finding, doc, notebook) for finding in report.findings)
        seen = Seen(path, place, notebook.raw, 0, replace(report, findings=findings))
        self._clean.learn(seen, stamp)
        return seen if findings else None

    def _unread(self, path: str, error: files.Unreadable) -> Seen | None:
        """Reports a file that cannot be read, as a check in the terminal does."""
        place = self._workspace.place(path)
        settings = place.project_context.settings
        if place.out or UNREADABLE.name not in for_file(settings, [UNREADABLE], place.name):
            return None
        severity = severity_of(settings, UNREADABLE)
        found = Finding(UNREADABLE.code, UNREADABLE.name, severity, Span(0, 0), f"cannot be read: {error}")
        return Seen(path, place, "", 0, Report((found,)))


def _in_file(finding: Finding, doc: Document, notebook: Notebook) -> Finding:
    """A finding in the code of a notebook at its row of the file, whose columns are others; the cell is named."""
    row = doc.position(finding.span.start)[0]
    cell = next((cell for cell in reversed(notebook.cells) if cell.first <= row), None)
    if cell is None:
        return replace(finding, span=Span(0, 0), fixes=(), related=())
    line = cell.line + (row - cell.first) * cell.step
    rows = notebook.raw.split("\n")
    start = sum(len(text) + 1 for text in rows[: line - 1])
    text = rows[line - 1]
    return replace(
        finding,
        span=Span(start + len(text) - len(text.lstrip()), start + len(text.rstrip())),
        message=f"in cell {cell.number}:{row - cell.first + 1}: {finding.message}",
        fixes=(),
        related=tuple(note for note in finding.related if note.file),
    )


def _files(root: str, workspace: Workspace) -> list[str]:
    troubles: list[Trouble] = []
    homes = workspace.homes_of(os.path.join(root, "x"))
    found = [
        os.path.join(folder.path, str(own))
        for folder in walk([root], homes, troubles)
        for own in folder.entries[::WIDTH]
        if str(own).endswith(SUFFIXES)
    ]
    for trouble in troubles:
        workspace.report(f"{trouble.path}: {trouble.reason}")
    for home in homes:
        for notice in home.notices:
            workspace.report(notice)
    return found


def _stamp(path: str) -> tuple[int, int, int]:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return (0, 0, 0)
    return found.st_mtime_ns, found.st_size, found.st_ino


def _tops(name: str) -> frozenset[str]:
    """The absences that the coming of a file may end: see `Buffer.depends_on`."""
    parts = name.removesuffix(".py").split("/")
    return frozenset("/".join(parts[: depth + 1]) + "/" for depth in range(len(parts)))
