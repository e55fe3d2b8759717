"""What a run has found in one file, with every offset turned into rows and columns.

These records need no document any more: they cross a pipe, lie in the cache, and are all that a
report format sees. Rows and columns are one-based; columns count Unicode code points.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # reading a result from the cache needs neither the checks nor the parser
    from resilint_rules.kit.findings import Finding, Fix, Related
    from resilint_rules.kit.syntax.text import Document, Edit, Span

_CONTEXT = 1
"""Lines shown before and after what is pointed at."""

_HEAD, _TAIL = 6, 2
"""Lines kept of a span that is taller than both together."""

_TALLEST_CHANGE = 40
"""A change that replaces more lines than this is not shown as a diff."""

_LONGEST_LINE = 400
"""A longer line is kept only around what is pointed at: one line may hold a thousand findings."""

_MARGIN = 150
"""Code points kept on both sides of what is pointed at in such a line."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of `check` for one document, with offsets in its text.

    `findings` and `suppressed` are sorted by span; an unused ignore is a finding too. `reads` are the
    recorded queries about other files, as (path below the root, digest or "" if absent), sorted.
    `chunks` and `lines` count what libcst parsed; `left_out` counts chunks too dangerous to parse.
    """

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    reads: tuple[tuple[str, str], ...] = ()
    chunks: int = 0
    lines: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A range in a file; the end is the first position that is no longer part of it."""

    row: int
    column: int
    end_row: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Change:
    """Replaces the text at `place` by `content`; the imports a fix needs are changes too."""

    place: Place
    content: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A fix that is offered: its effect, how far to trust it, and its changes in order of place."""

    title: str
    applicability: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Another place that explains a problem; `file` is named in the same way as the problem's."""

    message: str
    file: str
    place: Place | None = None


class Cell(NamedTuple):
    """A cell of a notebook: its number from 1, and the first row of it among those of all cells together.

    `line` is the row of the file where it begins; `step` is how many rows of the file each of its rows takes: 1 or 0.
    `column` is where the text of each of its rows begins in the file's, 0 if they do not all stand alike.
    """

    number: int
    first: int
    line: int
    step: int
    column: int = 0


class Line(NamedTuple):
    """A line of source for the terminal; `start` is the column of the first character of `text`.

    `cut` says that the line goes on after `text`.
    """

    row: int
    text: str
    start: int = 1
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding as it is reported to users; the first offer is the preferred one.

    `source` holds the lines of the span, a line around it, and those that the first offer changes.
    `suppressed` is "" or says what silences it: "comment" or "baseline". `text` is a digest of the words
    that stand there.
    """

    code: str
    rule: str
    severity: str
    message: str
    file: str
    place: Place
    help: str = ""
    offers: tuple[Offer, ...] = ()
    related: tuple[Note, ...] = ()
    fingerprint: str = ""
    source: tuple[Line, ...] = ()
    library: str = ""
    callee: str = ""
    scope: str = ""
    suppressed: str = ""
    text: str = ""
    client: str = ""
    """Of what is about one client: what tells it from others."""
    cells: tuple[Cell, ...] = ()
    """The cells of a notebook; all rows of a problem are those of their code together."""

    def cell_of(self, row: int) -> Cell | None:
        """The cell that a row is in; None if the file is no notebook."""
        return next((cell for cell in reversed(self.cells) if cell.first <= row), self.cells[0] if self.cells else None)

    def row_in_cell(self, row: int) -> int:
        """A row as people count: in its cell, if the file is a notebook."""
        cell = self.cell_of(row)
        return row - cell.first + 1 if cell else row

    def row_in_file(self, row: int) -> int:
        """A row as tools count that know nothing of notebooks."""
        cell = self.cell_of(row)
        return cell.line + (row - cell.first) * cell.step if cell else row


@dataclass(frozen=True, slots=True)
class FileResult:
    """All about one file: problems in order of place, the silenced ones apart, and what it cost.

    `chunks` and `lines` count what libcst parsed, `left_out` the chunks too dangerous to parse. `reads` are
    the recorded queries about other files.
    """

    file: str
    problems: tuple[Problem, ...] = ()
    suppressed: tuple[Problem, ...] = ()
    cached: bool = False
    chunks: int = 0
    lines: int = 0
    left_out: int = 0
    reads: tuple[tuple[str, str], ...] = ()


def from_report(doc: Document, report: Report, label: str) -> FileResult:
    """Resolves a report's offsets; `label` is the path of the file for messages."""
    return FileResult(
        file=label,
        problems=tuple(_problem(doc, finding, label, "") for finding in report.findings),
        suppressed=tuple(_problem(doc, found, label, "comment") for found in report.suppressed),
        chunks=report.chunks,
        lines=report.lines,
        left_out=report.left_out,
        reads=report.reads,
    )


def to_json(result: FileResult) -> str:
    """Compact text that `from_json` turns into an equal record: fields by position, ASCII only."""
    return json.dumps(result, default=_fields, separators=(",", ":"))


def from_json(text: str) -> FileResult:
    """Reads what `to_json` wrote with the same version of resilint; ValueError for anything else."""
    try:
        (
            file,
            problems,
            suppressed,
            cached,
            chunks,
            lines,
            left_out,
            reads,
        ) = json.loads(text)
        return FileResult(
            file=file,
            problems=tuple(map(_read_problem, problems)),
            suppressed=tuple(map(_read_problem, suppressed)),
            cached=cached,
            chunks=chunks,
            lines=lines,
            left_out=left_out,
            reads=tuple((name, digest) for name, digest in reads),
        )
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError(f"not a result of this version: {error}") from error


def _fields(record: Any) -> list[Any]:
    return [getattr(record, name) for name in type(record).__slots__]


def _read_problem(fields: list[Any]) -> Problem:
    given = dict(zip(Problem.__slots__, fields, strict=True))
    given["place"] = Place(*given["place"])
    given["offers"] = tuple(Offer(title, trust, _read_changes(changes)) for title, trust, changes in given["offers"])
    given["related"] = tuple(Note(said, where, place and Place(*place)) for said, where, place in given["related"])
    given["source"] = tuple(Line(*line) for line in given["source"])
    given["cells"] = tuple(Cell(*cell) for cell in given["cells"])
    return Problem(**given)


def _read_changes(changes: Iterable[Any]) -> tuple[Change, ...]:
    return tuple(Change(Place(*place), content) for place, content in changes)


def _problem(doc: Document, finding: Finding, label: str, suppressed: str) -> Problem:
    offers = tuple(_offer(doc, fix) for fix in finding.fixes)
    place = _place(doc, finding.span)
    return Problem(
        code=finding.code,
        rule=finding.rule,
        severity=finding.severity.value,
        message=finding.message,
        file=label,
        place=place,
        help=finding.help,
        offers=offers,
        related=tuple(_note(doc, related, label) for related in finding.related),
        fingerprint=finding.fingerprint,
        source=() if suppressed else _source(doc, place, offers[0].changes if offers else ()),
        library=finding.library,
        callee=finding.callee,
        scope=finding.scope,
        suppressed=suppressed,
        text=finding.text,
        client=finding.client,
    )


def _place(doc: Document, span: Span | Edit) -> Place:
    return Place(*doc.position(span.start), *doc.position(span.end))


def _offer(doc: Document, fix: Fix) -> Offer:
    edits: Sequence[Edit] = fix.edits
    if fix.imports:
        from .fixes.apply import edits_with_imports

        edits = edits_with_imports(doc.text, fix)
    changes = tuple(Change(_place(doc, edit), edit.text) for edit in sorted(edits, key=_order))
    return Offer(fix.title, fix.applicability, changes)


def _order(edit: Edit) -> tuple[int, int]:
    return edit.start, edit.end


def _note(doc: Document, related: Related, label: str) -> Note:
    if related.file in ("", doc.name):
        return Note(related.message, label, _place(doc, related.span))
    # The other file's text is not at hand: its row is known, its columns are not.
    row = related.row
    place = Place(row, 1, row, 1) if row else None
    return Note(related.message, _neighbour(doc.name, related.file, label), place)


def _neighbour(name: str, other: str, label: str) -> str:
    """Returns the path of `other` for messages, when `name` (both are below the root) has the label `label`."""
    left, right = name.split("/"), label.replace(os.sep, "/").split("/")
    if left[-1] != right[-1]:
        return other  # a buffer from standard input may be called anything
    while left and right and left[-1] == right[-1]:
        left.pop()
        right.pop()
    below = posixpath.relpath(other, "/".join(left) or ".")
    return "/".join([*right, below]) if right else below


def _source(doc: Document, place: Place, changes: tuple[Change, ...]) -> tuple[Line, ...]:
    """The lines to show, each cut around the columns that matter in it."""
    wanted: dict[int, list[Place]] = {}
    for row in _rows(place, changes):
        if 1 <= row <= len(doc.starts):
            wanted[row] = []
    for spot in (place, *(change.place for change in changes)):
        for row in {spot.row, spot.end_row} & wanted.keys():
            wanted[row].append(spot)
    return tuple(_line(doc, row, spots) for row, spots in sorted(wanted.items()))


def _rows(place: Place, changes: tuple[Change, ...]) -> Iterable[int]:
    first, last = place.row - _CONTEXT, place.end_row + _CONTEXT
    if last - first < _HEAD + _TAIL + 2 * _CONTEXT:
        yield from range(first, last + 1)
    else:
        yield from range(first, first + _CONTEXT + _HEAD)
        yield from range(last - _CONTEXT - _TAIL + 1, last + 1)
    if sum(change.place.end_row - change.place.row + 1 for change in changes) <= _TALLEST_CHANGE:
        for change in changes:
            yield from range(change.place.row - _CONTEXT, change.place.end_row + _CONTEXT + 1)


def _line(doc: Document, row: int, spots: list[Place]) -> Line:
    text = doc.line(row)
    if len(text) <= _LONGEST_LINE:
        return Line(row, text)
    columns = [spot.column for spot in spots if spot.row == row]
    columns += [spot.end_column for spot in spots if spot.end_row == row]
    if any(spot.row < row for spot in spots) or not columns:
        columns.append(1)
    # A window of bounded width that begins where the first thing of interest does.
    start = max(min(columns) - _MARGIN, 1)
    end = min(max(columns) + _MARGIN, start + _LONGEST_LINE)
    return Line(row, text[start - 1 : end - 1], start, end - 1 < len(text))
