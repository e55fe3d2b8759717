"""A run over files and folders: which files, which of them matter, what is known already, what is found.

    run = Run(["."], Options(wish=Wish(given={"select": ["TMO"]}), jobs=0, cache=True))
    for result in run:          # FileResult, only of files with something to say
        ...
    run.counts                  # Counts, complete when the results are
    run.mistakes                # what is wrong in settings (settings.Mistake), complete then, too
    run.home(path).settings     # the settings that hold for a path: `fail_on`, `baseline`, ...
    run.open(result.file)       # Opened: document, project and settings, for `--fix`
    run.text(data, "a/b.py")    # the result of bytes that are not on the disk: standard input

The order of results is that of the path arguments, and in a folder files by name, then its folders by
name; it depends on nothing else. A file is named as people would name it: relative to the working
folder if it lies below it, else whole. Nothing heavy is imported before a file turns out to matter.
"""

from __future__ import annotations

import errno
import gc
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..config.roots import Overrides, ProjectRoot, ProjectRoots
from ..fs import files
from .plan import MAYBE, Counts, Plan, code

if TYPE_CHECKING:
    from resilint_rules.kit.project.imports import Project
    from resilint_rules.kit.syntax.text import Document

    from ..config.settings import Mistake, Settings
    from ..engine.file_checker import FileOutcome
    from ..results import FileResult, Problem
    from .cache_reader import Cache
    from .workers import WorkerPool

__all__ = ["Counts", "Opened", "Options", "Overrides", "Run"]

CHECK = "resilint.engine.check:check"
SIEVE = "resilint_rules.kit.prefilter.files:sift"

WORTH = 1_500_000
"""Bytes of files to check from which on more processes are worth their start."""


class Options(NamedTuple):
    """How to run. `wish` is about settings; `jobs` 0 means one process per core; `cache_dir` "" means
    a folder in each root.

    `progress` receives the number of checked files and of all files. `check` and `sieve` are dotted names.
    """

    wish: Overrides = Overrides()
    jobs: int = 0
    cache: bool = True
    cache_dir: str = ""
    force_exclude: bool = False
    progress: Callable[[int, int], None] | None = None
    check: str = CHECK
    sieve: str = SIEVE


DEFAULT = Options()


class Opened(NamedTuple):
    """A file as the check sees it, and the digest of its bytes: what `writing.write` wants to know."""

    path: str
    home: ProjectRoot
    document: Document
    project: Project
    settings: Settings
    digest: str


class Run:
    """One run. Iterating over it does the work, once; `paths` are files and folders."""

    def __init__(self, paths: Sequence[str], options: Options = DEFAULT) -> None:
        self.options = options
        self.homes = ProjectRoots(options.wish)
        self._paths = paths
        self._caches: dict[str, Cache] = {}
        self._cwd = os.getcwd()
        self._sieve: Callable[[bytes, tuple[str, ...]], int] | None = None
        self._plan = Plan(self.homes, self._wanted, self._cache)
        self._pieces = self._lines = self._left_out = 0
        self._crew: WorkerPool | None = None
        self._notices: list[str] = []
        self._begun = self._size = 0

    @property
    def counts(self) -> Counts:
        """What was done so far."""
        plan = self._plan
        size = sum(cache.size for cache in self._caches.values())
        parsed = (self._pieces, self._lines, self._left_out)
        return Counts(plan.seen, plan.read, plan.wanted, plan.cached, *parsed, size)

    @property
    def folders(self) -> Sequence[str]:
        """The folders whose files were looked at so far."""
        return self._plan.folders

    def again(self) -> Run:
        """Returns a new run over the same paths."""
        return Run(self._paths, self.options)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What is wrong in the settings of all roots met so far."""
        return tuple(mistake for home in self.homes for mistake in home.mistakes)

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about what is not used of the projects met so far, and of the cache. Effect: asks the disk."""
        from ..versions.find import unread

        lines = [line for home in self.homes for line in (*home.notices, *unread(home.root))]
        return tuple(dict.fromkeys((*self._notices, *lines)))

    def home(self, path: str) -> ProjectRoot:
        """The root and the settings of a file or folder."""
        whole = os.path.abspath(path)
        return self.homes.above(whole if os.path.isdir(whole) else os.path.dirname(whole))

    def open(self, path: str) -> Opened:
        """A file with what the check takes. Effect: reads. Raises files.Unreadable."""
        from ..engine.file_checker import document, project

        whole = os.path.abspath(path)
        home = self.home(path)
        data = files.read(whole)
        name = _name(whole, home)
        doc = document(data, name, files.package(os.path.dirname(whole)))
        return Opened(whole, home, doc, project(home.root, home.settings, name), home.settings, files.digest(data))

    def candidates(self) -> list[str]:
        """The files that may matter, in order, with or without findings. Effect: reads their beginnings."""
        for _ in self._plan.fill(self._paths, self.options.force_exclude):
            pass
        return [self._label(job.path) for _, job in self._plan.jobs]

    def text(self, data: bytes, path: str) -> FileResult:
        """Returns the result of `data` as if it lay at `path`. Uses no cache."""
        from ..engine.file_checker import FileChecker, FileJob, on_deep_stack
        from ..results import FileResult

        whole = os.path.abspath(path)
        folder = os.path.dirname(whole)
        home = self.homes.above(folder)
        level = self._wanted(home, code(path, data))
        if not level:
            return FileResult(self._label(whole))
        job = FileJob(whole, _name(whole, home), files.package(folder), len(data), level > MAYBE)
        analyst = FileChecker(home.root, home.settings, self.options.check)
        (result,) = on_deep_stack(analyst.judge(data, item) for item in [job])
        self._tally(result)
        return self._labelled(result, home)

    def __iter__(self) -> Iterator[FileResult]:
        collecting = gc.isenabled()
        gc.disable()  # many small records, none of them garbage
        try:
            for _ in self._plan.fill(self._paths, self.options.force_exclude):
                self._begin(_cores())
            if self._plan.items:
                yield from self._results()
            self._save()
        finally:
            if self._crew:
                self._crew.shutdown()
            if collecting:
                gc.enable()

    def _results(self) -> Iterator[FileResult]:
        """The results with something to say, in order, as soon as they are known."""
        from ..results import from_json

        coming = self._work()
        ready: dict[int, FileOutcome] = {}
        finished = 0
        try:
            for item in self._plan.items:
                if item.trouble:
                    path, reason = item.trouble
                    yield self._unread(path, reason)
                    continue
                if item.text:
                    yield self._labelled(from_json(item.text), item.home, cached=True)
                    continue
                while item.number not in ready:
                    number, done = next(coming)
                    ready[number] = done
                    finished += 1
                    if self.options.progress:
                        self.options.progress(finished, len(self._plan.jobs))
                done = ready.pop(item.number)
                if not done.text:
                    continue
                result = from_json(done.text)
                self._tally(result)
                says = bool(result.problems or result.suppressed)
                if item.slot and done.digest:
                    from .cache_format import Record

                    cache, folder, own = item.slot
                    cache.fill(folder, own, Record(done.digest, done.text if says else "", result.reads))
                if says:
                    yield self._labelled(result, item.home)
        finally:
            coming.close()

    def _begin(self, least: int) -> None:
        """Hands what is known of the work to processes, once it is worth `least` of them, or as many as are allowed."""
        fresh = self._plan.jobs[self._begun :]
        self._size += sum(job.size for _, job in fresh)
        self._begun += len(fresh)
        if self._crew is None:
            most = self.options.jobs or _cores()
            processes = min(most, 2 * self._size // WORTH, self._begun)
            if processes < min(least, most) or processes < 2:
                return
            from . import workers

            self._crew = workers.WorkerPool(processes, self.options.check, self.options.cache, self._plan.levels)
            fresh = self._plan.jobs
        if fresh:
            self._crew.add(fresh)

    def _work(self) -> Generator[tuple[int, FileOutcome], None, None]:
        """Number (from one) and outcome of each job, in any order."""
        jobs = self._plan.jobs
        done: set[int] = set()
        self._begin(2)
        if self._crew:
            from . import workers

            try:
                for number, outcome in self._crew.outcomes():
                    done.add(number)
                    yield number, outcome
            except workers.CannotStart:
                self._crew.shutdown()  # slower, but as good
        from ..engine.file_checker import FileChecker, on_deep_stack

        def look() -> Iterator[tuple[int, FileOutcome]]:
            root = ""
            for number, (home, job) in enumerate(jobs, 1):
                if number in done:
                    continue
                if home.root != root:
                    root = home.root
                    analyst = FileChecker(root, home.settings, self.options.check, self.options.cache)
                    analyst.preset_levels(self._plan.levels.get(root, ()))
                yield number, analyst.look(job)

        if len(done) < len(jobs):
            yield from on_deep_stack(look())

    def _wanted(self, home: ProjectRoot, data: bytes) -> int:
        if self._sieve is None:
            import pkgutil

            self._sieve = pkgutil.resolve_name(self.options.sieve)
        return self._sieve(data, home.libraries)

    def _cache(self, home: ProjectRoot) -> Cache | None:
        if not self.options.cache:
            return None
        from . import cache_dir, cache_trust
        from .cache_reader import Cache

        key = cache_dir.key(home.digest, self.options.check, self.options.sieve)
        path = cache_dir.place(home.root, self.options.cache_dir, key)
        folder = os.path.dirname(path)
        if cache_trust.tracked(folder):
            self._notices.append(
                f"{folder} is not used: git tracks it; remove it with `git rm -r --cached` and ignore it"
            )
            return None
        try:
            secret = cache_trust.key_for(home.root)
            # Before anything is listed: a folder made later would change the look of the root.
            cache_dir.prepare(folder)
        except OSError as error:
            self._lose_cache(folder, error)
            return None
        if not secret:
            return None
        found = self._caches[home.root] = Cache(home.root, path, secret)
        return found

    def _lose_cache(self, folder: str, error: OSError) -> None:
        """Says that a cache is not written, unless that is how the folder is meant: read-only."""
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            reason = (error.strerror or str(error)).lower()
            self._notices.append(f"the cache in {folder} cannot be written, so the next run is slower: {reason}")

    def _save(self) -> None:
        tops = [os.path.abspath(path) for path in self._paths if os.path.isdir(path)]
        for root, cache in self._caches.items():
            whole = any(top == root or files.below(root, top) for top in tops)
            inside = ("",) if whole else tuple(filter(None, (files.below(top, root) for top in tops)))
            try:
                cache.save(inside)
            except OSError as error:
                self._lose_cache(os.path.dirname(cache.path), error)

    def _unread(self, path: str, reason: str) -> FileResult:
        from ..engine.file_checker import whole_file_result
        from ..own_rules import UNREADABLE

        return whole_file_result(self._label(path), UNREADABLE, f"cannot be read: {reason}")

    def _tally(self, result: FileResult) -> None:
        self._pieces += result.chunks
        self._lines += result.lines
        self._left_out += result.left_out

    def _label(self, whole: str) -> str:
        """What people call a file: relative to the working folder, or whole."""
        inside = files.below(whole, self._cwd)
        return inside.replace("/", os.sep) if inside else whole

    def _labelled(self, result: FileResult, home: ProjectRoot, cached: bool = False) -> FileResult:
        """Returns the result with paths relative to the working folder instead of the root."""
        from dataclasses import replace

        def label(name: str) -> str:
            return self._label(os.path.normpath(os.path.join(home.root, name)))

        def labelled(problems: Iterable[Problem]) -> tuple[Problem, ...]:
            return tuple(
                replace(
                    problem,
                    file=own_label,
                    related=tuple(replace(note, file=label(note.file)) for note in problem.related),
                )
                for problem in problems
            )

        if home.root == self._cwd and os.sep == "/":
            return replace(result, cached=True) if cached else result
        own_label = label(result.file)
        problems, suppressed = labelled(result.problems), labelled(result.suppressed)
        return replace(result, file=own_label, problems=problems, suppressed=suppressed, cached=cached)


def _name(whole: str, home: ProjectRoot) -> str:
    return files.below(whole, home.root) or os.path.basename(whole)


def _cores() -> int:
    """How many processes can work at once here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
