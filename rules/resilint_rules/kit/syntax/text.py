"""Text and coordinates: the only place that turns offsets into lines, columns and UTF-16 units.

All spans in resilint are offsets in Unicode code points into `Document.text`. Lines end only at
`\r\n`, `\n` and `\r`, as in the language server protocol (and unlike `str.splitlines`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Literal, NamedTuple

Kind = Literal["source", "test", "script"]
"""source: what runs in production; test: a test; script: an example or a tool run by hand."""

Encoding = Literal["utf-8", "utf-16", "utf-32"]
"""The unit in which an editor counts columns: bytes, UTF-16 units or code points."""

_NEWLINE = re.compile(r"\r\n|\n|\r")


class Span(NamedTuple):
    """A half-open range of code point offsets."""

    start: int
    end: int


class Edit(NamedTuple):
    """Replaces `text[start:end]` by `text`; an insertion has `start == end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One module's text and what it is called.

    `text` is decoded and without a byte order mark; its newlines are as in the file. `name` is the
    path below the root with forward slashes, `module` the dotted import name ("" if it has none).
    """

    text: str
    name: str = "<stdin>"
    module: str = ""
    kind: Kind = "source"
    given_newline: str = ""
    """The line end of insertions; found in the text if it is empty."""
    _starts: list[int] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def starts(self) -> list[int]:
        """Offsets of the first character of every line; computed once."""
        if not self._starts:
            if "\r" in self.text:
                ends: Iterable[int] = (m.end() for m in _NEWLINE.finditer(self.text))
            else:  # nearly always, and many times as fast
                ends = accumulate(len(line) + 1 for line in self.text.split("\n")[:-1])
            self._starts.extend((0, *ends))
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """One-based row and column (in code points) of an offset."""
        row = bisect_right(self.starts, offset)
        return row, offset - self.starts[row - 1] + 1

    def offset(self, row: int, column: int) -> int:
        """The offset of a one-based row and column (in code points), the inverse of `position`.

        Clamped: a column beyond a line means the end of its content, before its line end; a row beyond
        the text means the text's end, and what is less than one means one.
        """
        if row < 1:
            return 0
        if row > len(self.starts):
            return len(self.text)
        return self.starts[row - 1] + min(max(column, 1) - 1, len(self.line(row)))

    def line(self, row: int) -> str:
        """The text of a one-based row, without its line end; "" when there is no such row."""
        if not 1 <= row <= len(self.starts):
            return ""
        start = self.starts[row - 1]
        end = self.starts[row] if row < len(self.starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def lines(self, start: int, end: int) -> list[str]:
        """The text between two offsets, cut at its line ends, which are left out."""
        return _NEWLINE.split(self.text[start:end])

    @property
    def newline(self) -> str:
        """The commonest line end, the first of those that tie, "\\n" if there is none: what an insertion uses."""
        return self.given_newline or _newline(self.text)


@lru_cache(maxsize=4)  # fixes of one text ask for it again and again
def _newline(text: str) -> str:
    pairs = text.count("\r\n")
    counts = {"\r\n": pairs, "\n": text.count("\n") - pairs, "\r": text.count("\r") - pairs}
    most = max(counts.values())
    if not most:
        return "\n"
    commonest = [newline for newline, count in counts.items() if count == most]
    if len(commonest) == 1:
        return commonest[0]
    return next(m.group() for m in _NEWLINE.finditer(text) if m.group() in commonest)


def units(text: str, encoding: Encoding) -> int:
    """How many units a text is wide; a half surrogate counts as any character of its size."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text) + sum(char > "\uffff" for char in text)
    return len(text.encode("utf-8", "surrogatepass"))


def points(line: str, wanted: int, encoding: Encoding) -> int:
    """How many characters of a line fit into so many units, all if it is narrower: the inverse of `units`.

    A position inside a character thus means the character's start.
    """
    if encoding == "utf-32" or line.isascii():
        return min(max(wanted, 0), len(line))
    seen = 0
    for count, char in enumerate(line):
        seen += units(char, encoding)
        if seen > wanted:
            return count
    return len(line)
