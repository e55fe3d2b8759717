"""Workflow commands that GitHub turns into annotations beside the changed lines.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest silently. So
problems of one rule in one file are merged where there are more, the tenth annotation says
how many are not shown, and those are listed in a folded part of the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ..results import FileResult, Problem
from .view import View, said, spot, visible

_MOST = 10
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice", "hint": "notice"}
_NOUNS = {"error": ("error", "errors"), "warning": ("warning", "warnings")}
_ROWS = 20
"""Rows that one annotation for many problems names."""


def render(results: Sequence[FileResult], view: View) -> str:
    """Commands, the worst first; nothing without problems."""
    problems = [problem for result in results for problem in result.problems]
    lines: list[str] = []
    for command in ("error", "warning", "notice"):
        level = [problem for problem in problems if _COMMANDS[problem.severity] == command]
        lines += _level(command, level, view)
    return "".join(line + "\n" for line in lines)


def escape_data(text: str) -> str:
    """A command's message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """The value of one of a command's properties."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def command_line(command: str, message: str, properties: Iterable[tuple[str, object]]) -> str:
    """One workflow command; properties that are empty are left out."""
    given = ",".join(f"{key}={escape_property(str(value))}" for key, value in properties if value)
    return f"::{command}{' ' if given else ''}{given}::{escape_data(message)}"


def _level(command: str, problems: list[Problem], view: View) -> Iterator[str]:
    """The commands for all problems of one level, and the list of those without an annotation."""
    groups: list[list[Problem]] = [[problem] for problem in problems]
    if len(groups) > _MOST:
        groups = _by_rule_and_file(problems)
    annotated = groups if len(groups) <= _MOST else groups[: _MOST - 1]
    for group in annotated:
        yield _annotation(command, group, view)
    rest = [problem for group in groups[len(annotated) :] for problem in group]
    if not rest:
        return
    counts = Counter(f"{problem.code}[{problem.rule}]" for problem in rest)
    title = f"resilint: {len(rest)} more {_noun(command, len(rest))}"
    listing = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    yield command_line(command, f"{listing}; the log of this step lists them", [("title", title)])
    yield f"::group::{escape_data(title)}"
    for problem in rest:
        yield _plain(f"{view.below_root(problem.file)}:{spot(problem, problem.place.row)}: {said(problem)}")
    yield "::endgroup::"


def _by_rule_and_file(problems: Sequence[Problem]) -> list[list[Problem]]:
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.file, problem.code), []).append(problem)
    return list(groups.values())


def _annotation(command: str, group: Sequence[Problem], view: View) -> str:
    first = group[0]
    place = first.place
    file = view.below_root(first.file)
    # The log shows the message alone, so it says where.
    lines = [f"{visible(file)}:{spot(first, place.row)}:{place.column}: {said(first)}"]
    if first.help:
        lines.append(f"help: {visible(first.help)}")
    if first.offers:
        lines.append(f"fix: {visible(first.offers[0].title)}")
    if len(group) > 1:
        rows = ", ".join(spot(problem, problem.place.row) for problem in group[1 : _ROWS + 1])
        rest = f" and {len(group) - 1 - _ROWS} more" if len(group) - 1 > _ROWS else ""
        lines.append(f"{len(group) - 1} more of this kind in this file, in lines {rows}{rest}")
    columns: list[tuple[str, object]] = []
    if place.row == place.end_row and not first.cells:  # GitHub takes columns of one line only
        columns = [
            ("col", place.column),
            ("endColumn", max(place.end_column, place.column)),
        ]
    return command_line(
        command,
        "\n".join(lines),
        [
            ("title", f"resilint {first.code}[{first.rule}]"),
            ("file", visible(file)),
            ("line", first.row_in_file(place.row)),
            ("endLine", first.row_in_file(place.end_row)),
            *columns,
        ],
    )


def _noun(command: str, count: int) -> str:
    one, many = _NOUNS.get(command, ("notice", "notices"))
    return one if count == 1 else many


def _plain(text: str) -> str:
    """A line of the log that the runner cannot take for a command, wherever it looks for one."""
    return "- " + visible(text).replace("##[", "## [")
