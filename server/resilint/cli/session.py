"""One command-line run: its arguments, its results, and which of them count."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..config.roots import AstrayError
from ..errors import RunError
from ..fs import files
from ..run.run import Opened, Options, Run
from . import options, terminal

if TYPE_CHECKING:
    from argparse import Namespace

    from ..baseline import files as baseline_files
    from ..config.roots import ProjectRoot
    from ..engine.file_checker import PinnedProjects
    from ..results import FileResult, Problem

STDIN = "stdin.py"
"""The name of standard input if `--stdin-filename` is missing."""

_SUFFIXES = (".py", ".pyi", files.NOTEBOOK)
CRASHED = "E001"
DAMAGE = frozenset({CRASHED, "E902", "E999"})
"""Codes of our own about what could not be checked."""


class Session:
    """One run on behalf of a person: options, settings, results."""

    def __init__(self, args: Namespace, engine: Options) -> None:
        self.args = args
        self.started = time.monotonic()
        self.stdin = args.paths == ["-"]
        if "-" in args.paths and not self.stdin:
            raise RunError("- stands for standard input, and goes with no other path")
        self.paths: list[str] = [getattr(args, "stdin_filename", "") or STDIN] if self.stdin else args.paths or ["."]
        wish = options.overrides(args)
        self.home: ProjectRoot = options.home_of(self.paths[0], wish)
        self.progress = terminal.progress(args.quiet)
        self.run = Run(self.paths, options.options(args, engine, wish, self.home, self.progress))
        self.narrowed = False
        self.raw: list[FileResult] = []
        self.stale: dict[str, int] = {}
        """How many entries of which baseline are stale."""
        self.data = b""
        self._projects: dict[str, PinnedProjects] = {}
        self._touched: Callable[[str, int, int], bool] = _everything

    def results(self) -> list[FileResult]:
        """All results. Effect: does the work."""
        if self.stdin:
            if sys.stdin is None:
                raise RunError("standard input is closed, and - stands for it")
            self.data = sys.stdin.buffer.read()
            return [] if self.passed_over() else [self.run.text(self.data, self.paths[0])]
        try:
            return list(self.run)
        finally:
            if self.progress:
                self.progress.clear()

    def recover(self) -> tuple[str, ...]:
        """Settles what killed runs left in the folders of this run, and returns sentences about what went wrong.

        Effect: removes temporary files, and restores files that were written in part; then checks again.
        """
        from ..fs import writing

        done = writing.recover(self.run.folders)
        if done.restored:
            self.run = self.run.again()
            self.raw = self.results()
        restored = (
            f"{path}: a fix was interrupted here; the text from before it was restored" for path in done.restored
        )
        return (*restored, *done.complaints)

    def passed_over(self) -> bool:
        """Whether standard input has the name of an excluded file, and `--force-exclude` applies."""
        if not self.run.options.force_exclude:
            return False
        from ..run.discovery import left_out

        return left_out(os.path.abspath(self.paths[0]), self.home, folder=False)

    def narrow(self, results: list[FileResult]) -> list[FileResult]:
        """Returns the results without known findings of a baseline and without unchanged lines."""
        if self.args.baseline and not os.path.isfile(self.args.baseline):
            raise RunError(f"--baseline: there is no file {self.args.baseline!r}; `resilint baseline` writes one")
        if self.args.baseline or self._has_baseline():
            from ..baseline import files as baseline_files

            results, self.stale = baseline_files.Shelf(self.baseline_request()).part(results)
            self.narrowed = True
        if self.args.diff_base:
            results = [_changed(result, self._touched) for result in results]
            self.narrowed, self.stale = True, {}
        return results

    def baseline_request(self) -> baseline_files.BaselineRequest:
        """Returns what the baselines need from the run."""
        from ..baseline import files as baseline_files

        given = os.path.abspath(self.args.baseline) if self.args.baseline else ""
        return baseline_files.BaselineRequest(self.paths, self.home, self.run.homes, given)

    def _has_baseline(self) -> bool:
        try:
            return any(self.run.homes.baseline(home) for home in (self.home, *self.run.homes))
        except AstrayError as error:
            raise RunError(str(error)) from None

    def learn_changes(self) -> Iterable[str]:
        """Returns the files changed since a revision and stores their lines for `narrow`. Raises RunError."""
        from ..fs.git_changes import GitError, since

        try:
            changes = since(self.args.diff_base, self.home.root)
        except GitError as error:
            raise RunError(f"--diff-base: {error}") from None
        self._touched = changes.touch
        return changes.files

    def only_changed(self) -> None:
        """Restricts the run to files that have changed since a revision. Raises RunError."""
        changed = self.learn_changes()
        if not self.stdin:
            requested = [os.path.realpath(path) for path in self.paths]
            paths = [
                path
                for path in sorted(changed)
                if path.endswith(_SUFFIXES) and any(path == top or files.below(path, top) for top in requested)
            ]
            paths = [path for path in paths if os.path.isfile(path)]
            self.run = Run(paths, self.run.options._replace(force_exclude=True))

    def open(self, file: str) -> Opened:
        """Opens a file of the results, or standard input under its file name."""
        if not self.stdin:
            opened = self.run.open(file)
            # What is learnt of neighbours serves all files of a root, as in a run.
            from ..engine.file_checker import PinnedProjects

            root = opened.home.root
            if root not in self._projects:
                self._projects[root] = PinnedProjects(root, opened.settings)
            return opened._replace(project=self._projects[root].of(opened.document.name)[0])
        from ..engine.file_checker import document, project

        whole = os.path.abspath(self.paths[0])
        name = files.below(whole, self.home.root) or os.path.basename(whole)
        doc = document(self.data, name, files.package(os.path.dirname(whole)))
        inside, settings = project(self.home.root, self.home.settings, name), self.home.settings
        return Opened(whole, self.home, doc, inside, settings, files.digest(self.data))

    def mistakes(self) -> list[str]:
        """Returns the mistakes in all settings that were read."""
        return options.mistake_lines((*self.home.mistakes, *self.run.mistakes))


def _everything(path: str, first: int, last: int) -> bool:
    return True


def _changed(result: FileResult, touched: Callable[[str, int, int], bool]) -> FileResult:
    from dataclasses import replace

    def counts(problem: Problem) -> bool:
        rows = (problem.row_in_file(problem.place.row), problem.row_in_file(problem.place.end_row))
        return problem.code in DAMAGE or touched(os.path.abspath(problem.file), *rows)

    return replace(result, problems=tuple(filter(counts, result.problems)))
