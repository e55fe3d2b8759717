"""Where a key stands in a TOML file: parsers give values without lines, and people want the line."""

from __future__ import annotations

import re
from typing import NamedTuple

_KEY = r"(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)"
_HEADER = re.compile(rf"\s*\[\[?\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*\]")
_LINE = re.compile(rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*=")


class Place(NamedTuple):
    """Where a cursor is: the table around it, the key whose line or value it is in, and whether it is in the value."""

    header: tuple[str, ...]
    key: tuple[str, ...]
    in_value: bool


def place_at(lines: list[str], row: int, column: int) -> Place:
    """The place of a one-based row and a column from 0; a value may go on over several rows."""
    header: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    begun = 0
    for number, line in enumerate(lines[:row], 1):
        if found := _HEADER.match(line):
            header, key, begun = _split(found.group(1)), (), 0
        elif found := _LINE.match(line):
            key, begun = _split(found.group(1)), number
            if number == row:
                return Place(header, key, column >= found.end())
    if begun and _is_open(lines[begun - 1 : row - 1]):
        return Place(header, key, True)
    return Place(header, (), False)


def _is_open(lines: list[str]) -> bool:
    """Whether an array or a table that begins in some lines does not end in them."""
    text = re.sub(r"\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*", "", "\n".join(lines).partition("=")[2])
    return text.count("[") + text.count("{") > text.count("]") + text.count("}")


class KeyRows:
    """The keys of a text with their rows, read once. `lines` end at line feeds, as TOML's do."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._keys: list[tuple[int, tuple[str, ...]]] = []
        header: tuple[str, ...] = ()
        for number, line in enumerate(lines, 1):
            if found := _HEADER.match(line):
                header = _split(found.group(1))
                self._keys.append((number, header))
            elif found := _LINE.match(line):
                self._keys.append((number, (*header, *_split(found.group(1)))))

    def row_of(self, path: tuple[str, ...], near: str = "") -> int:
        """The row of the key at `path`, or of the text `near` within its value; as close as can be found."""
        best, row, stop = -1, 1, len(self._lines) + 1
        for number, full in self._keys:
            if len(full) > best and path[: len(full)] == full:
                best, row, stop = len(full), number, len(self._lines) + 1
            elif stop > len(self._lines) and number > row:
                stop = number
        if near:
            for number in range(row, stop):
                if f'"{near}"' in self._lines[number - 1] or f"'{near}'" in self._lines[number - 1]:
                    return number
        return row


def _split(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, key))
