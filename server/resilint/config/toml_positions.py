"""Where a key stands in a TOML file: parsers give values without lines, and people want the line."""

from __future__ import annotations

import re

_KEY = r"(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)"
_HEADER = re.compile(rf"\s*\[\[?\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*\]")
_LINE = re.compile(rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*=")


def row_of(lines: list[str], path: tuple[str, ...], near: str = "") -> int:
    """The row of the key at `path`, or of the text `near` within its value; as close as can be found."""
    best, row = -1, 1
    header: tuple[str, ...] = ()
    ends: list[int] = []
    for number, line in enumerate(lines, 1):
        if found := _HEADER.match(line):
            header = full = _split(found.group(1))
        elif found := _LINE.match(line):
            full = (*header, *_split(found.group(1)))
        else:
            continue
        ends.append(number)
        if len(full) > best and path[: len(full)] == full:
            best, row = len(full), number
    stop = next((end for end in ends if end > row), len(lines) + 1)
    if near:
        for number in range(row, stop):
            if f'"{near}"' in lines[number - 1] or f"'{near}'" in lines[number - 1]:
                return number
    return row


def _split(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, key))


_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def damage(said: str, text: str) -> tuple[int, str]:
    """The row and the plain message in what tomli says of a broken text; older ones give no row apart."""
    found = _PLACE.search(said)
    message = _PLACE.sub("", said)
    row = int(found.group(1)) if found and found.group(1) else len(text.splitlines()) + text.endswith("\n")
    return max(row, 1), message[:1].lower() + message[1:]
