"""The baseline files of a run: where they lie, what of today's findings they know, and writing them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..config.roots import AstrayError, ProjectRoot, ProjectRoots, usual_baseline
from ..errors import RunError
from ..fs import atomic, files
from ..own_rules import OWN
from ..results import FileResult, Problem
from . import match

_NEVER = frozenset(rule.code for rule in OWN) - {"IGN001"}
"""Damage is not recorded: it hides findings."""


class BaselineRequest(NamedTuple):
    """The scope of a run: its path arguments, the project root of the first, and the roots met so far.

    `given` is the baseline that an option names, "" if none does.
    """

    paths: Sequence[str]
    home: ProjectRoot
    homes: ProjectRoots
    given: str = ""


class Shelf:
    """The baselines of a run: an option's, or for each file that of its home or the nearest above."""

    def __init__(self, request: BaselineRequest, *, replacing: bool = False) -> None:
        self._request = request
        self._replacing = replacing
        self._open: dict[str, BaselineView] = {}
        self._paths: dict[str, str] = {}

    def books(self, results: Sequence[FileResult], *, usual: bool = False) -> list[tuple[BaselineView, list[int]]]:
        """The baselines, and which of the results each is about; with `usual` also one that is not there yet."""
        fallback = ""
        if usual:
            with _as_run_error():
                fallback = self._request.given or usual_baseline(self._request.home)
        found: dict[str, list[int]] = {}
        for home in (self._request.home, *self._request.homes):
            found.setdefault(self._path(home) or fallback, [])
        for number, result in enumerate(results):
            folder = os.path.dirname(os.path.abspath(result.file))
            found.setdefault(self._path(self._request.homes.above(folder)) or fallback, []).append(number)
        return [(self._recorded(path), numbers) for path, numbers in found.items() if path]

    def part(self, results: Sequence[FileResult]) -> tuple[list[FileResult], dict[str, int]]:
        """The results with known findings set apart, and how many entries are stale in which file."""
        parted = list(results)
        stale: dict[str, int] = {}
        for book, numbers in self.books(results):
            mine, gone = book.part([results[number] for number in numbers])
            stale[book.label] = len(gone)
            for number, result in zip(numbers, mine, strict=True):
                parted[number] = result
        return parted, stale

    def _path(self, home: ProjectRoot) -> str:
        if self._request.given:
            return self._request.given
        if home.root not in self._paths:
            with _as_run_error():
                self._paths[home.root] = self._request.homes.baseline(home)
        return self._paths[home.root]

    def _recorded(self, path: str) -> BaselineView:
        if path not in self._open:
            self._open[path] = BaselineView(path, self._request, replacing=self._replacing)
        return self._open[path]


@contextlib.contextmanager
def _as_run_error() -> Iterator[None]:
    try:
        yield
    except AstrayError as error:
        raise RunError(str(error)) from None


class BaselineView:
    """A baseline and the folder that its file names start from.

    With `replacing` a damaged one counts as empty, provided that the run covers its whole folder.
    """

    def __init__(self, path: str, request: BaselineRequest, *, replacing: bool = False) -> None:
        self.path = path
        self._folder = os.path.dirname(path)
        self._requested = [os.path.abspath(name) for name in request.paths]
        self._homes = request.homes
        self._enabled: dict[str, frozenset[str]] = {}
        whole = any(path == self._folder or files.below(self._folder, path) for path in self._requested)
        self.entries = _read(path, replacing=replacing and whole)

    @property
    def label(self) -> str:
        """Returns the path of the file for messages, relative to the working folder."""
        return os.path.relpath(self.path)

    def part(self, results: Sequence[FileResult]) -> tuple[list[FileResult], tuple[match.Entry, ...]]:
        """The results with known findings set apart, and the stale entries."""
        matched = match.match(self.entries, self._found(results), self._gone, self.looked_at)
        answers = iter(matched.recorded)
        parted = []
        for result in results:
            left: list[Problem] = []
            silent: list[Problem] = []
            for problem in result.problems:
                if problem.code not in _NEVER and next(answers):
                    silent.append(replace(problem, suppressed="baseline"))
                else:
                    left.append(problem)
            parted.append(replace(result, problems=tuple(left), suppressed=(*result.suppressed, *silent)))
        return parted, matched.stale

    def record(self, results: Iterable[FileResult]) -> tuple[match.Entry, ...]:
        """The entries for today's findings; those of files that were not looked at stay."""
        kept = [entry for entry in self.entries if not self.looked_at(entry)]
        return tuple(sorted((*self._found(results), *kept)))

    def prune(self, results: Iterable[FileResult]) -> tuple[tuple[match.Entry, ...], int]:
        """The entries without stale ones, renamed files under their new names; and how many were stale."""
        found = self._found(results)
        matched = match.match(self.entries, found, self._gone, self.looked_at)
        return match.refreshed(self.entries, found, matched), len(matched.stale)

    def _found(self, results: Iterable[FileResult]) -> list[match.Entry]:
        return [self._known(problem) for result in results for problem in result.problems if problem.code not in _NEVER]

    def write(self, entries: Iterable[match.Entry]) -> None:
        """Effect: replaces the file in one step. Raises RunError."""
        if os.path.islink(self.path):
            raise RunError(f"{self.label} is a link, and was left as it is")
        try:
            atomic.write(self.path, match.write(entries).encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise RunError(f"{self.label} cannot be written: {error.strerror or error}") from None

    def looked_at(self, entry: match.Entry) -> bool:
        """Whether this run would have found what an entry stands for."""
        whole = os.path.normpath(os.path.join(self._folder, entry.file))
        if not any(whole == path or files.below(whole, path) for path in self._requested):
            return False
        from resilint_rules.registry import rules

        from ..config.selection import enabled

        every = (*rules().values(), *OWN)
        home = self._homes.above(os.path.dirname(whole))
        if home.root not in self._enabled:
            self._enabled[home.root] = frozenset(enabled(home.settings, every))
        return entry.rule in self._enabled[home.root] or entry.rule not in {rule.name for rule in every}

    def _known(self, problem: Problem) -> match.Entry:
        name = os.path.relpath(os.path.abspath(problem.file), self._folder).replace(os.sep, "/")
        return match.entry(problem, name)

    def _gone(self, name: str) -> bool:
        return not os.path.exists(os.path.join(self._folder, name))


def _read(path: str, *, replacing: bool) -> tuple[match.Entry, ...]:
    if not os.path.lexists(path):
        return ()
    label = os.path.relpath(path)
    try:
        return match.read(files.read(path, match.LIMIT))
    except files.Unreadable as error:
        raise RunError(f"{label} cannot be read: {error}") from None
    except match.DamagedError as error:
        if replacing:
            return ()
        raise RunError(f"{label} {error}") from None
