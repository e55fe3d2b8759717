"""A fix as the few lines it removes and adds, made from the lines that a problem carries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from ..results import Change, Line

_NEWLINE = re.compile(r"\r\n|\n|\r")


class Row(NamedTuple):
    """A line of a diff: `sign` is "-" (`number` counts in the old text) or "+" (in the new one).

    `first` to `last` are the code points of `text` that differ; `left` and `right` say that the
    line goes on there.
    """

    sign: str
    number: int
    text: str
    first: int = 0
    last: int = 0
    left: bool = False
    right: bool = False


def diff(changes: Sequence[Change], source: Sequence[Line]) -> list[Row]:
    """The rows of a small diff, nothing if `source` lacks a line that changes."""
    lines = {line.row: line for line in source}
    found: list[Row] = []
    moved = 0
    for hunk in _hunks(changes):
        first, last = hunk[0].place.row, max(change.place.end_row for change in hunk)
        if any(row not in lines for row in range(first, last + 1)):
            return []
        old = [lines[row] for row in range(first, last + 1)]
        new = _apply(hunk, old)
        if new is None:
            return []
        found += _compare(old, new, first, moved)
        moved += len(new) - len(old)
    return found


def _hunks(changes: Sequence[Change]) -> list[list[Change]]:
    """Changes that share a line or meet, together."""
    hunks: list[list[Change]] = []
    reach = 0
    for change in changes:
        if not hunks or change.place.row > reach:
            hunks.append([])
        hunks[-1].append(change)
        reach = max(reach, change.place.end_row)
    return hunks


def _apply(hunk: Sequence[Change], old: Sequence[Line]) -> list[str] | None:
    """The new lines; None if a change begins or ends in a part of a line that was cut away."""
    starts, offset = {}, 0
    for line in old:
        starts[line.row] = offset
        offset += len(line.text) + 1
    text = "\n".join(line.text for line in old)
    known = {line.row: line for line in old}
    chunks, done = [], 0
    for change in hunk:
        place = change.place
        ends = []
        for row, column in (
            (place.row, place.column),
            (place.end_row, place.end_column),
        ):
            inside = column - known[row].start
            if not 0 <= inside <= len(known[row].text):
                return None
            ends.append(starts[row] + inside)
        chunks += [text[done : ends[0]], change.content]
        done = max(done, ends[1])
    return _NEWLINE.split("".join([*chunks, text[done:]]))


def _compare(old: Sequence[Line], new: Sequence[str], first: int, moved: int) -> list[Row]:
    rows = []
    before = [line.text for line in old]
    for kind, a, b, c, d in SequenceMatcher(None, before, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for index in range(a, b):
            line = old[index]
            other = new[c + index - a] if c + index - a < d else ""
            span = _differing(line.text, other)
            rows.append(Row("-", line.row, line.text, *span, line.start > 1, line.cut))
        for index in range(c, d):
            same = a + index - c
            twin = old[same] if same < b else None
            span = _differing(new[index], twin.text if twin else "")
            left, right = (twin.start > 1, twin.cut) if twin else (False, False)
            rows.append(Row("+", first + moved + index, new[index], *span, left, right))
    return rows


def _differing(text: str, other: str) -> tuple[int, int]:
    """The part of `text` between what it has in common with `other` at its start and at its end."""
    shorter = min(len(text), len(other))
    start = 0
    while start < shorter and text[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and text[-1 - end] == other[-1 - end]:
        end += 1
    return start, len(text) - end
