"""The baseline file of a run: where it lies, what of today's findings it knows, and writing it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace

from . import baseline, files
from .homes import Home
from .invocation import RunError
from .own import OWN
from .result import FileResult, Problem

_NEVER = frozenset(rule.code for rule in OWN) - {"IGN001"}
"""Damage is not recorded: it hides findings."""


class Recorded:
    """A baseline and the folder that its file names start from.

    With `anew` a damaged one counts as empty, if all that it can speak of is looked at.
    """

    def __init__(self, path: str, paths: Sequence[str], home: Home, *, anew: bool = False) -> None:
        self.path = path
        self._folder = os.path.dirname(path)
        self._asked = [os.path.abspath(each) for each in paths]
        self._home = home
        whole = any(each == self._folder or files.below(self._folder, each) for each in self._asked)
        self.entries = _read(path, anew=anew and whole)

    @property
    def shown(self) -> str:
        """What people call the file."""
        return os.path.relpath(self.path)

    def part(self, results: Sequence[FileResult]) -> tuple[list[FileResult], tuple[baseline.Entry, ...]]:
        """The results with known findings set apart, and the stale entries."""
        matched = baseline.match(self.entries, self._found(results), self._gone, self.looked_at)
        answers = iter(matched.recorded)
        parted = []
        for result in results:
            left: list[Problem] = []
            silent: list[Problem] = []
            for each in result.problems:
                if each.code not in _NEVER and next(answers):
                    silent.append(replace(each, suppressed="baseline"))
                else:
                    left.append(each)
            parted.append(replace(result, problems=tuple(left), suppressed=(*result.suppressed, *silent)))
        return parted, matched.stale

    def record(self, results: Iterable[FileResult]) -> tuple[baseline.Entry, ...]:
        """The entries for today's findings; those of files that were not looked at stay."""
        kept = [entry for entry in self.entries if not self.looked_at(entry)]
        return tuple(sorted((*self._found(results), *kept)))

    def prune(self, results: Iterable[FileResult]) -> tuple[tuple[baseline.Entry, ...], int]:
        """The entries without stale ones, renamed files under their new names; and how many were stale."""
        found = self._found(results)
        matched = baseline.match(self.entries, found, self._gone, self.looked_at)
        return baseline.refreshed(self.entries, found, matched), len(matched.stale)

    def _found(self, results: Iterable[FileResult]) -> list[baseline.Entry]:
        return [self._known(each) for result in results for each in result.problems if each.code not in _NEVER]

    def write(self, entries: Iterable[baseline.Entry]) -> None:
        """Effect: replaces the file in one step. Raises RunError."""
        if os.path.islink(self.path):
            raise RunError(f"{self.shown} is a link, and was left as it is")
        try:
            handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".resilint-", suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(baseline.write(entries))
            os.chmod(temporary, 0o644)
            os.replace(temporary, self.path)
        except OSError as error:
            raise RunError(f"{self.shown} cannot be written: {error.strerror or error}") from None

    def looked_at(self, entry: baseline.Entry) -> bool:
        """Whether this run would have found what an entry stands for."""
        from resilint_rules.registry import rules

        from .selection import enabled

        whole = os.path.normpath(os.path.join(self._folder, entry.file))
        if not any(whole == asked or files.below(whole, asked) for asked in self._asked):
            return False
        every = (*rules().values(), *OWN)
        return entry.rule in enabled(self._home.settings, every) or entry.rule not in {rule.name for rule in every}

    def _known(self, problem: Problem) -> baseline.Entry:
        name = os.path.relpath(os.path.abspath(problem.file), self._folder).replace(os.sep, "/")
        return baseline.entry(problem, name)

    def _gone(self, name: str) -> bool:
        return not os.path.exists(os.path.join(self._folder, name))


def _read(path: str, *, anew: bool) -> tuple[baseline.Entry, ...]:
    if not os.path.lexists(path):
        return ()
    shown = os.path.relpath(path)
    try:
        return baseline.read(files.read(path, baseline.LIMIT))
    except files.Unreadable as error:
        raise RunError(f"{shown} cannot be read: {error}") from None
    except baseline.DamagedError as error:
        if anew:
            return ()
        raise RunError(f"{shown} {error}") from None
