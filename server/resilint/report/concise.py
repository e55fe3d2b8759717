"""One line per problem: `path:row:col: CODE[name] severity: message`."""

from __future__ import annotations

from collections.abc import Sequence

from ..results import FileResult
from .view import View, said, where


def render(results: Sequence[FileResult], view: View) -> str:
    """The problems in the order of the results; silenced ones are left out."""
    return "".join(f"{where(problem)}: {said(problem)}\n" for result in results for problem in result.problems)
