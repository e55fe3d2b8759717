"""The baseline files of a run: where they lie, what of today's findings they know, and writing them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..config.roots import AstrayError, ProjectRoot, ProjectRoots, usual_baseline
from ..errors import RunError
from ..fs import files
from ..own_rules import OWN
from ..results import FileResult, Problem
from . import match

_NEVER = frozenset(rule.code for rule in OWN) - {"IGN001"}
"""Damage is not recorded: it hides findings."""


class BaselineRequest(NamedTuple):
    """What a run looks at: the paths asked for, the home of the first, and the homes that were met.

    `given` is the baseline that an option names, "" if none does.
    """

    paths: Sequence[str]
    home: ProjectRoot
    homes: ProjectRoots
    given: str = ""


class Shelf:
    """The baselines of a run: an option's, or for each file that of its home or the nearest above."""

    def __init__(self, asked: BaselineRequest, *, anew: bool = False) -> None:
        self._asked = asked
        self._anew = anew
        self._open: dict[str, BaselineView] = {}
        self._paths: dict[str, str] = {}

    def books(self, results: Sequence[FileResult], *, usual: bool = False) -> list[tuple[BaselineView, list[int]]]:
        """The baselines, and which of the results each is about; with `usual` also one that is not there yet."""
        fallback = ""
        if usual:
            with _told():
                fallback = self._asked.given or usual_baseline(self._asked.home)
        found: dict[str, list[int]] = {}
        for home in (self._asked.home, *self._asked.homes):
            found.setdefault(self._path(home) or fallback, [])
        for number, result in enumerate(results):
            folder = os.path.dirname(os.path.abspath(result.file))
            found.setdefault(self._path(self._asked.homes.above(folder)) or fallback, []).append(number)
        return [(self._recorded(path), numbers) for path, numbers in found.items() if path]

    def part(self, results: Sequence[FileResult]) -> tuple[list[FileResult], dict[str, int]]:
        """The results with known findings set apart, and how many entries are stale in which file."""
        parted = list(results)
        stale: dict[str, int] = {}
        for book, numbers in self.books(results):
            mine, gone = book.part([results[number] for number in numbers])
            stale[book.shown] = len(gone)
            for number, result in zip(numbers, mine, strict=True):
                parted[number] = result
        return parted, stale

    def _path(self, home: ProjectRoot) -> str:
        if self._asked.given:
            return self._asked.given
        if home.root not in self._paths:
            with _told():
                self._paths[home.root] = self._asked.homes.baseline(home)
        return self._paths[home.root]

    def _recorded(self, path: str) -> BaselineView:
        if path not in self._open:
            self._open[path] = BaselineView(path, self._asked, anew=self._anew)
        return self._open[path]


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except AstrayError as error:
        raise RunError(str(error)) from None


class BaselineView:
    """A baseline and the folder that its file names start from.

    With `anew` a damaged one counts as empty, if all that it can speak of is looked at.
    """

    def __init__(self, path: str, asked: BaselineRequest, *, anew: bool = False) -> None:
        self.path = path
        self._folder = os.path.dirname(path)
        self._asked = [os.path.abspath(name) for name in asked.paths]
        self._homes = asked.homes
        self._enabled: dict[str, frozenset[str]] = {}
        whole = any(candidate == self._folder or files.below(self._folder, candidate) for candidate in self._asked)
        self.entries = _read(path, anew=anew and whole)

    @property
    def shown(self) -> str:
        """What people call the file."""
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
            raise RunError(f"{self.shown} is a link, and was left as it is")
        try:
            handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".resilint-", suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(match.write(entries))
            os.chmod(temporary, 0o644)
            os.replace(temporary, self.path)
        except OSError as error:
            raise RunError(f"{self.shown} cannot be written: {error.strerror or error}") from None

    def looked_at(self, entry: match.Entry) -> bool:
        """Whether this run would have found what an entry stands for."""
        whole = os.path.normpath(os.path.join(self._folder, entry.file))
        if not any(whole == asked or files.below(whole, asked) for asked in self._asked):
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


def _read(path: str, *, anew: bool) -> tuple[match.Entry, ...]:
    if not os.path.lexists(path):
        return ()
    shown = os.path.relpath(path)
    try:
        return match.read(files.read(path, match.LIMIT))
    except files.Unreadable as error:
        raise RunError(f"{shown} cannot be read: {error}") from None
    except match.DamagedError as error:
        if anew:
            return ()
        raise RunError(f"{shown} {error}") from None
