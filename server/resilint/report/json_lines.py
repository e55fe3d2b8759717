"""The objects of the `json` format, one a line: a reader need not wait for the end."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..results import FileResult
from .json import entry
from .view import View


def render(results: Sequence[FileResult], view: View) -> str:
    """One compact object a line, in ASCII; nothing at all without problems."""
    return "".join(
        json.dumps(entry(problem, view), separators=(",", ":")) + "\n"
        for result in results
        for problem in result.problems
    )
