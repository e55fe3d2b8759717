"""Runs over small trees, with a check that obeys the text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from resilint.results import FileResult
from resilint.run.run import Counts, Options, Run

OPTIONS = Options(jobs=1, check="runs.probe:check", sieve="runs.sieve:wanted")


def run(*paths: Path | str, **options: Any) -> tuple[list[FileResult], Counts]:
    """All results of a run, and what it has done."""
    one = Run([str(path) for path in paths], OPTIONS._replace(**options))
    results = list(one)
    return results, one.counts


def told(results: list[FileResult]) -> list[tuple[str, str]]:
    """File and code of each problem, in order."""
    return [(os.path.basename(each.file), problem.code) for each in results for problem in each.problems]
