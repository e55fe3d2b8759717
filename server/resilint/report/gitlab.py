"""GitLab's code quality report, a subset of Code Climate's format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from ..results import FileResult, Problem
from .view import View, sound, spot

_SEVERITIES = {"error": "critical", "warning": "major", "info": "minor", "hint": "info"}


def render(results: Sequence[FileResult], view: View) -> str:
    """An array, empty without problems; paths are below the repository's top."""
    seen: dict[str, int] = {}
    entries = [_entry(problem, view, seen) for result in results for problem in result.problems]
    return json.dumps(entries, indent=2) + "\n"


def _entry(problem: Problem, view: View, seen: dict[str, int]) -> dict[str, Any]:
    path = sound(view.below_root(problem.file))
    name = f"{problem.code}[{problem.rule}]"
    body = "\n\n".join([*filter(None, [problem.help]), *(f"Fix: {offer.title}" for offer in problem.offers)])
    return {
        "type": "issue",
        "check_name": name,
        "description": f"{name}: {_in_cell(problem)}{sound(problem.message)}",
        **({"content": {"body": sound(body)}} if body else {}),
        "categories": ["Bug Risk"],
        "severity": _SEVERITIES[problem.severity],
        "fingerprint": _unique(problem, path, seen),
        "location": {
            "path": path,
            "lines": {
                "begin": problem.row_in_file(problem.place.row),
                "end": problem.row_in_file(problem.place.end_row),
            },
        },
    }


def _in_cell(problem: Problem) -> str:
    """Where in a notebook a problem is: GitLab shows the file as it is."""
    return f"{spot(problem, problem.place.row)}: " if problem.cells else ""


def _unique(problem: Problem, path: str, seen: dict[str, int]) -> str:
    """A digest of path and fingerprint: GitLab drops an entry whose fingerprint it has met."""
    key = f"{path}\0{problem.code}\0{problem.fingerprint}"
    seen[key] = ordinal = seen.get(key, 0) + 1
    return sha256(f"{key}\0{ordinal}".encode()).hexdigest()
