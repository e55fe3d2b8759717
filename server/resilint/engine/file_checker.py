"""One file through the check: what a worker does, and what a run without workers does itself.

A result leaves here as the text that the pipe carries and the cache keeps, with files named below
their root: serial, parallel and cached runs differ in nothing but cost.
"""

from __future__ import annotations

import gc
import os
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.files import MAYBE, YES
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

from ..config.selection import for_file, severity_of
from ..fs import files
from ..fs.memory import held
from ..own_rules import CRASHED, UNREADABLE
from ..results import Cell, FileResult, Place, Problem, from_report, to_json
from ..versions import find
from ..versions.names import VERSIONS

if TYPE_CHECKING:
    from resilint_rules.kit.rule import Rule

    from ..config.settings import Settings
    from ..results import Report

LOOK = 400_000
"""Bytes of files between two looks at the memory: runs switch off the collections that would come by themselves, as
nearly all that a check has built goes by itself when it is done."""

HEAVY = 320 * 1024 * 1024
"""Bytes of memory from which on it is worth doing without what was learnt of other files, and a collection. Lower, a
large package is learnt several times over: the 6,000 modules of one take 300 MB."""
MORE = 16 * 1024 * 1024
"""Bytes more that a process must hold before that is done again: what it gives up it seldom gives back to the system,
but uses itself."""

STACK = 64 * 1024 * 1024
"""Bytes of stack for the thread that parses: libcst uses 4 KB for a nested bracket."""


class FileJob(NamedTuple):
    """A file to check: where it is, its name below the root, and its package. `size` is in bytes.

    `sure`: it has integration code; otherwise it may turn out to have none, and silence is in order if it
    cannot be read.
    """

    path: str
    name: str
    package: str
    size: int
    sure: bool = True


class FileOutcome(NamedTuple):
    """The digest of the bytes that were checked ("" if they could not be read) and the result's text.

    Where results are not kept the digest is "", and so is the text if nothing was found and nothing parsed.
    """

    digest: str
    text: str


class FileChecker:
    """Checks files of one root, and remembers what it learnt of their neighbours."""

    def __init__(self, root: str, settings: Settings, check: str, kept: bool = True) -> None:
        """Creates a checker; with `kept` the results carry digests, so that a cache can validate them later."""
        self._settings = settings
        self._projects = PinnedProjects(root, settings)
        self._levels: dict[str, int] = {}
        self._kept = kept
        self._seen = 0
        self._heavy = HEAVY
        self._check: Callable[[Document, Project, Settings], Report] = pkgutil.resolve_name(check)

    def preset_levels(self, levels: Iterable[tuple[str, int]]) -> None:
        """Stores more of the file filter's verdicts on files, by name, for the files that import them."""
        fresh = dict(levels)
        self._levels.update(fresh)
        for known in self._projects:
            known.derived(Exports).preset_levels(fresh)

    def look(self, job: FileJob) -> FileOutcome:
        """Effect: reads the file, and neighbours that it imports. Never raises an Exception."""
        try:
            data = files.read(job.path)
        except files.Unreadable as error:
            return FileOutcome("", to_json(self._unread(job, error)))
        result = self.judge(data, job)
        self._seen += len(data)
        if self._seen > LOOK:
            self._seen = 0
            self._lighten()
        if self._kept:
            return FileOutcome(files.digest(data), to_json(result))
        silent = not (result.problems or result.suppressed or result.chunks or result.left_out)
        return FileOutcome("", "" if silent else to_json(result))

    def _lighten(self) -> None:
        """Effect: gives memory back, if this process holds much."""
        if held() > self._heavy:
            for known in self._projects:
                known.forget()  # goes by itself, so that little is left to be searched
                known.derived(Exports).preset_levels(self._levels)
            gc.collect()
            self._heavy = max(HEAVY, held() + MORE)

    def judge(self, data: bytes, job: FileJob) -> FileResult:
        """Returns the result for a file's bytes; the file is named relative to its root."""
        try:
            doc = document(data, job.name, job.package)
        except files.Unreadable as error:
            return self._unread(job, error)
        known, fresh = self._projects.of(job.name)
        exports = known.derived(Exports)
        if fresh:
            exports.preset_levels(self._levels)
        exports.preset_level(doc, _level(job))
        try:
            result = in_cells(from_report(doc, self._check(doc, known, self._settings), job.name), data)
            return replace(result, reads=(*result.reads, *self._projects.reads(job.name))) if self._kept else result
        except Exception as error:  # noqa: BLE001 - whatever it is, the other files go on
            return whole_file_result(job.name, CRASHED, f"resilint failed on this file: {error!r}")

    def _unread(self, job: FileJob, error: files.Unreadable) -> FileResult:
        if not job.sure or UNREADABLE.name not in for_file(self._settings, [UNREADABLE], job.name):
            return FileResult(job.name)
        severity = severity_of(self._settings, UNREADABLE).value
        return whole_file_result(job.name, UNREADABLE, f"cannot be read: {error}", severity)


def _level(job: FileJob) -> int:
    return YES if job.sure else MAYBE


def document(data: bytes, name: str, package: str) -> Document:
    """The document in a file's bytes; `name` is its path below the root. Raises Unreadable."""
    if files.is_notebook(name):
        from ..fs.notebook import read_notebook

        return Document(read_notebook(data).text, name, "", files.kind(name))
    module = files.module(name.rpartition("/")[2], package)
    return Document(files.decode(data).text, name, module, files.kind(name))


def in_cells(result: FileResult, data: bytes) -> FileResult:
    """The result of a notebook with the places of its cells; any other as it is."""
    if not files.is_notebook(result.file) or not (result.problems or result.suppressed):
        return result
    from ..fs.notebook import read_notebook

    cells = tuple(Cell(*cell) for cell in read_notebook(data).cells)
    problems, suppressed = (
        tuple(replace(problem, cells=cells) for problem in group) for group in (result.problems, result.suppressed)
    )
    return replace(result, problems=problems, suppressed=suppressed)


class PinnedProjects:
    """The project of a root, once for each set of versions that holds in some of its folders."""

    def __init__(self, root: str, settings: Settings) -> None:
        self._root = root
        self._settings = settings
        self._pins = find.Pins(root)
        self._known: dict[str, Project] = {}

    def __iter__(self) -> Iterator[Project]:
        return iter(self._known.values())

    def of(self, name: str) -> tuple[Project, bool]:
        """The project as the file of this name sees it, and whether it is new. Effect: reads pins."""
        folder = self._pins.decisive(name)
        fresh = folder not in self._known
        if fresh:
            self._known[folder] = _project(self._root, self._settings, self._pins.of(folder))
        return self._known[folder], fresh

    def reads(self, name: str) -> Iterator[tuple[str, str]]:
        """What a result of the file rests on: for each folder between it and the root, what it says of versions."""
        for folder, digest in self._pins.digests(name).items():
            yield f"{folder}/{VERSIONS}", digest


def project(root: str, settings: Settings, name: str = "") -> Project:
    """The files below a root, as far as a check of the file `name` may ask for them."""
    return PinnedProjects(root, settings).of(name)[0]


def _project(root: str, settings: Settings, pins: Mapping[str, str]) -> Project:
    safe: set[str] = set()

    def read(name: str) -> bytes | None:
        return files.read_below(root, name, safe)

    def exists(name: str) -> bool:
        return os.path.exists(os.path.join(root, name))

    return Project(read, settings.library, pins, exists)


def whole_file_result(name: str, rule: Rule, message: str, severity: str = "") -> FileResult:
    """Returns a result with one problem that concerns a whole file."""
    level = severity or rule.severity.value
    return FileResult(name, (Problem(rule.code, rule.name, level, message, name, Place(1, 1, 1, 1)),))


def on_deep_stack(work: Iterable[Any]) -> Iterator[Any]:
    """Iterates over `work` on a thread with a deep stack, ahead of the consumer."""
    import threading
    from queue import SimpleQueue

    ready: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    left = threading.Event()

    def go() -> None:
        try:
            for item in work:
                ready.put(("item", item))
                if left.is_set():
                    return
            ready.put(("end", None))
        except BaseException as error:  # noqa: BLE001 - raised again on the consuming thread
            ready.put(("error", error))

    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=go, name="resilint-check", daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    try:
        while True:
            what, value = ready.get()
            if what == "item":
                yield value
            elif what == "error":
                raise value
            else:
                return
    finally:
        left.set()
