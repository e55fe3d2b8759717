"""What a line of source looks like in a terminal: tabs, wide characters, and lines too long for it."""

from __future__ import annotations

import unicodedata
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
    """One cell for each code point of a line; control characters are spelt out."""
    if line.isascii() and line.isprintable():
        return [_PLAIN[character] for character in line]
    found: list[Cell] = []
    column = 0
    for character in line:
        cell = _PLAIN.get(character) or _cell(character, column)
        column += cell.width
        found.append(cell)
    return found


def _cell(character: str, column: int) -> Cell:
    if character == "\t":
        width = _TAB - column % _TAB
        return Cell(" " * width, width)
    if visible(character) != character:
        spelt = spell(character)
        return Cell(spelt, len(spelt))
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return Cell(character, 0)  # drawn over the one before
    return Cell(character, 2 if unicodedata.east_asian_width(character) in "WF" else 1)


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
    high, taken = low, 0
    while high < len(row) and taken + row[high].width <= room:
        taken += row[high].width
        high += 1
    return low, high
