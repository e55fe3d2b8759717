"""What a person reads in a terminal: each place once, with what was found there and the fix as a diff.

The lines that a fix changes stand there as the fix leaves them and as they were; what is not changed is shown
with a caret below.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence

from ..results import FileResult, Line, Note, Offer, Place, Problem
from .blocks import Alike, Block, blocks, joined
from .columns import DOTS, Cell, cells, width, window
from .diff import Row, diff
from .view import View, addressed, linked, spot, visible, where

_WIDTH = 140
"""Columns for a reader who looks through no terminal."""

_NARROWEST = 40

_COLOURS = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "hint": "1;35",
    "frame": "34",
    "strong": "1",
    "-": "31",
    "+": "32",
}

_TRUST = {
    "safe": "",
    "unsafe": " (unsafe: may act differently)",
    "displayonly": " (to finish by hand)",
}

_BRIEF = {"safe": "safe fix", "unsafe": "unsafe fix", "displayonly": "to finish by hand"}


def render(results: Sequence[FileResult], view: View) -> str:
    """The problems, the mildest first, with an empty line after each block."""
    return "".join("\n".join(_Page(block, view).lines()) + "\n\n" for block in blocks(results))


class _Page:
    """One block on its way to the terminal: the gutter's width and the colours are fixed here."""

    def __init__(self, block: Block, view: View) -> None:
        self.view = view
        self.found = block.found
        self.problems = [alike.first for alike in block.found]
        self.source = _lines_of(self.problems)
        self.diffs = _diffs(self.problems, self.source)
        self.place = _trimmed(self.problems[0].place)
        self.excerpt_rows = self._excerpt_rows()
        numbers = [line.row for line in self.excerpt_rows] + [row.number for rows in self.diffs for row in rows]
        self.gutter = len(str(max([*numbers, *(problem.place.row for problem in self.problems)])))
        self.limit = max((view.width or _WIDTH) - self.gutter - 3, _NARROWEST)
        self.severity = min(block.found, key=lambda alike: alike.first.severity != "error").first.severity

    def _excerpt_rows(self) -> list[Line]:
        """The lines of the span; none if a diff shows them all as they are."""
        rows = [line for line in self.source if self.place.row <= line.row <= self.place.end_row]
        replaced = {row.number for rows in self.diffs[:1] for row in rows if row.sign == "-"}
        return [] if rows and replaced.issuperset(line.row for line in rows) else rows

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour if colours are on."""
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.view.colour and text else text

    def framed(self, number: int | str, bar: str, text: str = "") -> str:
        """A line behind the gutter; a number is that of a row."""
        if self.problems[0].cells and isinstance(number, int):
            number = self.problems[0].row_in_cell(number)
        frame = self.paint(f"{number!s:>{self.gutter}} {bar}", "frame")
        return f"{frame} {text}" if text else frame

    def noted(self, label: str, text: str) -> str:
        """A line with a label below the source."""
        return self.framed("", "=", f"{self.paint(label, 'strong')} {text}")

    def lines(self) -> Iterator[str]:
        """The whole block."""
        brief = [self.is_brief(number) for number in range(len(self.problems))]
        for problem, short in zip(self.problems, brief, strict=True):
            yield self.head(problem, short)
        yield from self.excerpt()
        together = len(self.diffs) == 1
        if together:
            yield from self.change(self.diffs[0])
        for number, problem in enumerate(self.problems):
            for text in problem.help.splitlines():
                yield self.noted("help:", visible(text))
            for note in problem.related:
                yield self.noted("see:", _note_text(problem, note))
            if not together and number < len(self.diffs):
                yield from self.change(self.diffs[number])
            for index, offer in enumerate(problem.offers):
                if index or not brief[number]:
                    yield self.noted("or:" if index else "fix:", _offered(offer))
        for alike in self.found:
            yield from self.elsewhere(alike)

    def head(self, problem: Problem, brief: bool) -> str:
        """Where, what, how bad; `brief`: and how far the fix that the diff shows may be trusted."""
        place = linked(where(problem), problem.file, self.view)
        code = self.paint(f"{problem.code}[{problem.rule}]", problem.severity)
        code = addressed(code, self.view.page(problem.rule), self.view)
        severity = self.paint(f"{problem.severity}:", problem.severity)
        trust = f" ({_BRIEF.get(problem.offers[0].applicability, '')})" if brief else ""
        return f"{place}: {code} {severity} {self.paint(visible(problem.message), 'strong')}{trust}"

    def is_brief(self, number: int) -> bool:
        """Whether the diff says all about the preferred fix: it changes, or inserts, one line."""
        problem = self.problems[number]
        if not problem.offers or len(self.diffs) != 1:
            return False
        rows = diff(problem.offers[0].changes, self.source)
        return [row.sign for row in rows] in (["-", "+"], ["+"], ["-"])

    def change(self, rows: Sequence[Row]) -> Iterator[str]:
        """A fix, row by row, with dots where it leaves lines out."""
        reached, grown = 0, 0
        cell = self.cell_of(self.place.row)
        for number, row in enumerate(rows):
            place = row.number - (grown if row.sign == "+" else 0)  # in the old text
            if number and place != reached:
                yield self.framed("", DOTS)
            if cell != (cell := self.cell_of(place)):
                yield self.framed("", f"cell {cell}:")
            yield self.changed(row)
            reached, grown = (place, grown + 1) if row.sign == "+" else (place + 1, grown - 1)

    def cell_of(self, row: int) -> int:
        """The number of the cell that a row is in, 0 if the file is no notebook."""
        cell = self.problems[0].cell_of(row)
        return cell.number if cell else 0

    def elsewhere(self, alike: Alike) -> Iterator[str]:
        """Where the same was found, and what differs there."""
        first, groups = alike.first, dict[tuple[str, str], list[Problem]]()
        for other in alike.others:
            said = "" if other.message == first.message else visible(other.message)
            fix = "" if _preferred(other) == _preferred(first) else _preferred(other) or "no fix"
            groups.setdefault((said, fix), []).append(other)
        one_client = first.client and all(other.client == first.client for other in alike.others)
        for (said, fix), others in groups.items():
            rows = ", ".join(spot(other, other.place.row) for other in others)
            lines = f"{'line' if len(others) == 1 else 'lines'} {rows}"
            more = f"{len(others)} more calls of the same client, on" if one_client else f"{len(others)} more, on"
            text = f"also: {lines}: {said}" if said else f"also: {more} {lines}"
            text += f" (fix: {fix})" if fix else ""
            for index, line in enumerate(textwrap.wrap(text, self.limit, subsequent_indent="      ")):
                yield self.framed("", " " if index else "=", line.replace("also:", self.paint("also:", "strong"), 1))

    def excerpt(self) -> Iterator[str]:
        """The source with what is pointed at underlined."""
        if self.place.end_row == self.place.row:
            for line in self.excerpt_rows:
                yield from self.underlined(line)
            return
        opened = False
        for before, line in zip([None, *self.excerpt_rows], self.excerpt_rows, strict=False):
            if before and line.row > before.row + 1:
                yield self.framed(DOTS[: self.gutter], "|", "| " + DOTS if opened else DOTS)
            row = cells(line.text)
            first, last = _underlined(line, self.place)
            low, high = window(row, first, max(last, first + 1), self.limit - 2)
            text = _cut(row, low, high, line)
            at = len(DOTS) * (low > 0 or line.start > 1) + width(row[low : max(first, low)])
            length = max(width(row[max(first, low) : min(last, high)]), 1)
            if line.row == self.place.row:
                opened = True
                blank = not line.text[:first].strip()
                yield self.framed(line.row, "|", (self.marked("/") if blank else " ") + " " + text)
                if not blank:
                    yield self.framed("", "|", " " + self.marked("_" * (at + 1) + "^"))
            else:
                bar = self.marked("|") if opened else " "
                yield self.framed(line.row, "|", f"{bar} {text}".rstrip())
                if line.row == self.place.end_row:
                    opened = False
                    yield self.framed("", "|", self.marked("|" + "_" * (at + length) + "^"))

    def underlined(self, line: Line) -> Iterator[str]:
        """A line, and carets below all that was found in it."""
        row = cells(line.text)
        spans = sorted({_underlined(line, _trimmed(problem.place)) for problem in self.problems})
        first, last = spans[0][0], spans[0][1]
        low, high = window(row, first, max(last, first + 1), self.limit)
        yield self.framed(line.row, "|", _cut(row, low, high, line))
        marks = " " * (len(DOTS) * (low > 0 or line.start > 1))
        for first, last in spans:
            start = min(max(first, low), high)
            at = len(DOTS) * (low > 0 or line.start > 1) + width(row[low:start])
            length = max(width(row[start : min(last, high)]), 1)
            if at >= len(marks) and (first < high or not marks.strip()):
                marks = marks.ljust(at) + "^" * length
        yield self.framed("", "|", self.marked(marks))

    def marked(self, text: str) -> str:
        """An underline in the colour of the severity."""
        return self.paint(text, self.severity)

    def changed(self, row: Row) -> str:
        """A line of the diff."""
        text = cells(row.text)
        low, high = window(text, row.first, max(row.last, row.first + 1), self.limit)
        visible_text = DOTS * (row.left or low > 0) + "".join(cell.text for cell in text[low:high])
        visible_text += DOTS * (row.right or high < len(text))
        return self.framed(row.number, self.paint(row.sign, row.sign), self.paint(visible_text, row.sign))


def _lines_of(problems: Sequence[Problem]) -> list[Line]:
    """The lines that were kept of all problems, each once."""
    lines: dict[int, Line] = {}
    for problem in problems:
        for line in problem.source:
            lines.setdefault(line.row, line)
    return [lines[row] for row in sorted(lines)]


def _diffs(problems: Sequence[Problem], source: Sequence[Line]) -> list[list[Row]]:
    """The preferred fixes as one diff; as one for each problem if they touch each other."""
    if not any(problem.offers for problem in problems):
        return []
    changes = joined(problems)
    if changes is not None and (rows := diff(changes, source)):
        return [rows]
    own = [diff(problem.offers[0].changes, problem.source) if problem.offers else [] for problem in problems]
    return own if any(own) else []


def _trimmed(place: Place) -> Place:
    """A span that ends with a line break ends on the line that it breaks."""
    if place.end_row > place.row and place.end_column == 1:
        return Place(place.row, place.column, place.end_row - 1, sys.maxsize)
    return place


def _underlined(line: Line, place: Place) -> tuple[int, int]:
    """The code points of the kept text that the span covers."""
    size = len(line.text)
    first = place.column - line.start if line.row == place.row else 0
    last = place.end_column - line.start if line.row == place.end_row else size
    first = min(max(first, 0), size)
    return first, min(max(last, first), size)


def _cut(row: Sequence[Cell], low: int, high: int, line: Line) -> str:
    text = "".join(cell.text for cell in row[low:high])
    left, right = low > 0 or line.start > 1, high < len(row) or line.cut
    return (DOTS * left + text + DOTS * right).rstrip()


def _note_text(problem: Problem, note: Note) -> str:
    place = ""
    if note.place:
        place = f":{spot(problem, note.place.row) if note.file == problem.file else note.place.row}"
        if note.place != Place(note.place.row, 1, note.place.row, 1):  # just a row
            place += f":{note.place.column}"
    return f"{visible(note.file)}{place}: {visible(note.message)}"


def _offered(offer: Offer) -> str:
    return visible(offer.title) + _TRUST.get(offer.applicability, "")


def _preferred(problem: Problem) -> str:
    return _offered(problem.offers[0]) if problem.offers else ""
