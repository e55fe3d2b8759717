"""What a person reads in a terminal: the line with the caret, the help, and the fix as a diff.

Findings about one client that are alike are one page: the first of them, and where the others are. Each stays
a finding of its own, counted, silenced and recorded by itself, and every other format has all of them: a
comment, a baseline or a change concerns one call, and so does a program that reads line by line.
"""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from ..results import FileResult, Line, Note, Offer, Place, Problem
from .columns import DOTS, Cell, cells, width, window
from .diff import Row, diff
from .view import View, visible, where

_WIDTH = 140
"""Columns for a reader who looks through no terminal."""

_NARROWEST = 40

_MANY = 3
"""Findings about one client from which on they are one page."""

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


def render(results: Sequence[FileResult], view: View) -> str:
    """The problems in the order of the results with an empty line after each."""
    return "".join(
        "\n".join(_Page(first, view, others).lines()) + "\n\n"
        for result in results
        for first, *others in _alike(result.problems)
    )


def _alike(problems: Sequence[Problem]) -> list[list[Problem]]:
    """The problems of a file, many of one rule about one client together, by the first of them."""
    count = Counter(map(_about, problems))
    found: dict[object, list[Problem]] = {}
    for problem in problems:
        together = problem.client and count[_about(problem)] >= _MANY
        found.setdefault(_about(problem) if together else id(problem), []).append(problem)
    return list(found.values())


def _about(problem: Problem) -> tuple[str, ...]:
    return problem.client, problem.rule, problem.severity


class _Page:
    """One problem on its way to the terminal: the gutter's width and the colours are fixed here."""

    def __init__(self, problem: Problem, view: View, others: Sequence[Problem] = ()) -> None:
        self.problem = problem
        self.others = others
        self.view = view
        self.rows = diff(problem.offers[0].changes, problem.source) if problem.offers else []
        self.source = _around(problem)
        last = max([line.row for line in self.source] + [row.number for row in self.rows] + [problem.place.row])
        self.gutter = len(str(last))
        self.limit = max((view.width or _WIDTH) - self.gutter - 3, _NARROWEST)

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour if colours are on."""
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.view.colour and text else text

    def framed(self, number: object, bar: str, text: str = "") -> str:
        """A line behind the gutter."""
        frame = self.paint(f"{number!s:>{self.gutter}} {bar}", "frame")
        return f"{frame} {text}" if text else frame

    def lines(self) -> Iterator[str]:
        """The whole page."""
        problem = self.problem
        code = self.paint(f"{problem.code}[{problem.rule}]", problem.severity)
        severity = self.paint(f"{problem.severity}:", problem.severity)
        yield f"{code} {severity} {self.paint(visible(problem.message), 'strong')}"
        yield f"{self.paint(' ' * self.gutter + '-->', 'frame')} {where(problem)}"
        if self.source:
            yield self.framed("", "|")
            yield from self.excerpt()
            yield self.framed("", "|")
        for text in problem.help.splitlines():
            yield self.framed("", "=", f"{self.paint('help:', 'strong')} {visible(text)}")
        for note in problem.related:
            yield self.framed("", "=", f"{self.paint('see:', 'strong')} {_note_text(note)}")
        for index, offer in enumerate(problem.offers):
            label = "or:" if index else "fix:"
            yield self.framed("", "=", f"{self.paint(label, 'strong')} {_offered(offer)}")
            if index == 0 and self.rows:
                yield self.framed("", "|")
                yield from self.change()
                yield self.framed("", "|")
        if self.others:
            yield from self.elsewhere()

    def change(self) -> Iterator[str]:
        """The fix, row by row, with dots where it leaves lines out."""
        reached, grown = 0, 0
        for number, row in enumerate(self.rows):
            place = row.number - (grown if row.sign == "+" else 0)  # in the old text
            if number and place != reached:
                yield self.framed("", DOTS)
            yield self.changed(row)
            reached, grown = (place, grown + 1) if row.sign == "+" else (place + 1, grown - 1)

    def elsewhere(self) -> Iterator[str]:
        """Where the same holds of other calls on the client."""
        rows = ", ".join(str(other.place.row) for other in self.others)
        text = f"also: {len(self.others)} more calls of the same client, on lines {rows}"
        for index, line in enumerate(textwrap.wrap(text, self.limit, subsequent_indent="      ")):
            yield self.framed("", " " if index else "=", line.replace("also:", self.paint("also:", "strong"), 1))

    def excerpt(self) -> Iterator[str]:
        """The source with what is pointed at underlined."""
        place = _trimmed(self.problem.place)
        tall = place.end_row > place.row
        margin = "  " if tall else ""
        opened = False
        for before, line in zip([None, *self.source], self.source, strict=False):
            if before and line.row > before.row + 1:
                yield self.framed(DOTS[: self.gutter], "|", "| " + DOTS if opened else DOTS)
            row = cells(line.text)
            first, last = _underlined(line, place)
            low, high = window(row, first, max(last, first + 1), self.limit - len(margin))
            text = _cut(row, low, high, line)
            skipped = len(DOTS) * (low > 0 or line.start > 1)
            at = skipped + width(row[low : max(first, low)])
            length = max(width(row[max(first, low) : min(last, high)]), 1)
            blank = not line.text[:first].strip()
            if not tall:
                yield self.framed(line.row, "|", text)
                if line.row == place.row:
                    yield self.framed("", "|", " " * at + self.marked("^" * length))
            elif line.row == place.row:
                opened = True
                yield self.framed(line.row, "|", (self.marked("/") if blank else " ") + " " + text)
                if not blank:
                    yield self.framed("", "|", " " + self.marked("_" * (at + 1) + "^"))
            else:
                bar = self.marked("|") if opened else " "
                yield self.framed(line.row, "|", f"{bar} {text}".rstrip())
                if line.row == place.end_row:
                    opened = False
                    yield self.framed("", "|", self.marked("|" + "_" * (at + length) + "^"))

    def marked(self, text: str) -> str:
        """An underline in the colour of the severity."""
        return self.paint(text, self.problem.severity)

    def changed(self, row: Row) -> str:
        """A line of the diff."""
        text = cells(row.text)
        low, high = window(text, row.first, max(row.last, row.first + 1), self.limit)
        visible_text = DOTS * (row.left or low > 0) + "".join(cell.text for cell in text[low:high])
        visible_text += DOTS * (row.right or high < len(text))
        return self.framed(row.number, self.paint(row.sign, row.sign), self.paint(visible_text, row.sign))


def _around(problem: Problem) -> list[Line]:
    """The lines of the span and one around it; the source also holds what the fix changes."""
    low, high = problem.place.row - 1, problem.place.end_row + 1
    found = [line for line in problem.source if low <= line.row <= high]
    # An empty line at the edge tells nothing.
    while found and found[0].row < problem.place.row and not found[0].text.strip():
        del found[0]
    while found and found[-1].row > problem.place.end_row and not found[-1].text.strip():
        del found[-1]
    return found


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


def _note_text(note: Note) -> str:
    spot = ""
    if note.place:
        spot = f":{note.place.row}"
        if note.place != Place(note.place.row, 1, note.place.row, 1):  # just a row
            spot += f":{note.place.column}"
    return f"{visible(note.file)}{spot}: {visible(note.message)}"


def _offered(offer: Offer) -> str:
    return visible(offer.title) + _TRUST.get(offer.applicability, "")
