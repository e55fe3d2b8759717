"""What a line of source looks like in a terminal: tabs, wide characters, and lines too long for it."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from .view import spell, visible

_TAB = 4
_LEAD = 24
"""Columns of context kept before what is pointed at in a line that is cut."""

DOTS = "..."


class Cell(NamedTuple):
    """A code point as it is printed, and how many terminal columns it takes."""

    text: str
    width: int


_PLAIN = {character: Cell(character, 1) for character in map(chr, range(ord(" "), ord("~") + 1))}
_WIDTH = itemgetter(1)


def cells(line: str) -> list[Cell]:
    """Returns one cell for each code point of a line; control characters are spelt out.

    The width of code points that are drawn together, such as a joined emoji, is that of the first one's cell.
    Effect: imports wcwidth (about 50 ms) if the line is not ASCII.
    """
    if line.isascii() and line.isprintable():
        return [_PLAIN[character] for character in line]
    found: list[Cell] = []
    column, start = 0, 0
    for at, character in enumerate(line):
        if character != "\t" and visible(character) == character:
            continue
        drawn = _drawn(line[start:at])
        column += width(drawn)
        cell = _spelt(character, column)
        column += cell.width
        found += [*drawn, cell]
        start = at + 1
    return found + _drawn(line[start:])


def _spelt(character: str, column: int) -> Cell:
    """The cell of a tab or a control character that is printed in a column."""
    if character == "\t":
        size = _TAB - column % _TAB
        return Cell(" " * size, size)
    spelt = spell(character)
    return Cell(spelt, len(spelt))


def _drawn(text: str) -> list[Cell]:
    """The cells of text without control characters."""
    if text.isascii():
        return [_PLAIN[character] for character in text]
    from wcwidth import iter_graphemes, wcswidth

    found: list[Cell] = []
    for grapheme in iter_graphemes(text):
        # A negative width means that the terminal's behaviour is not known.
        found.append(Cell(grapheme[0], max(wcswidth(grapheme), 0)))
        found += [Cell(character, 0) for character in grapheme[1:]]
    return found


def width(row: Sequence[Cell]) -> int:
    """Terminal columns that some cells take together."""
    return sum(map(_WIDTH, row))


def window(row: Sequence[Cell], first: int, last: int, limit: int) -> tuple[int, int]:
    """Which cells to print so that they fit in `limit` columns and show `first` to `last`.

    Where not everything fits, the beginning and a little before it win. The dots for what is cut are counted.
    """
    if width(row) <= limit:
        return 0, len(row)
    room = max(limit - 2 * len(DOTS), 1)
    low = first = min(first, len(row))
    if width(row[:last]) <= room:
        low = 0
    else:
        spare = min(_LEAD, max(room - width(row[first:last]), room // 4))
        while low > 0 and width(row[low - 1 : first]) <= spare:
            low -= 1
        while low < first and row[low].width == 0:  # never begin inside characters that are drawn together
            low += 1
    high, taken = low, 0
    while high < len(row) and taken + row[high].width <= room:
        taken += row[high].width
        high += 1
    return low, high
