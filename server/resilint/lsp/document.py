"""An open document, kept equal to the text in the editor.

Lines end only at `\\r\\n`, `\\n` and `\\r`: splitting at form feeds or U+2028 as well, as
`str.splitlines` does, would corrupt the text at the next edit. The table of lines is patched with
every edit instead of being rebuilt.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from resilint_rules.kit.syntax.text import Edit, Encoding, Span, units

LARGEST = 5_000_000
"""Characters above which a text is kept in step but not analysed."""

_NEWLINE = re.compile(r"\r\n|\n|\r")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Half surrogates, which no encoding can carry, become U+FFFD: the same width in every unit."""
    return _SURROGATE.sub("\ufffd", text)


class OpenDocument:
    """An open text with its version; all offsets are code points."""

    __slots__ = ("encoding", "starts", "text", "uri", "version")

    def __init__(self, uri: str, version: int, text: str, encoding: Encoding) -> None:
        self.uri = uri
        self.version = version
        self.encoding = encoding
        self.text = clean(text)
        self.starts = [0, *(m.end() for m in _NEWLINE.finditer(self.text))]

    def divided(self, edits: Iterable[Edit]) -> list[tuple[OpenDocument, list[Edit]]]:
        """Edits by the document that they are in: this one, but for the cells of a notebook."""
        return [(self, [*edits])]

    def offset(self, line: int, character: int) -> int:
        """The offset of a protocol position; one beyond a line means its end, beyond the text the text's.

        A position inside a character means the character's start.
        """
        if line >= len(self.starts):
            return len(self.text)
        start = self.starts[line]
        row = self.text[start : self._end(line)]
        return start + min(_points(row, character, self.encoding), len(row))

    def position(self, offset: int) -> tuple[int, int]:
        """The zero-based line and character, in the editor's units, of an offset."""
        line = bisect_right(self.starts, offset) - 1
        return line, units(self.text[self.starts[line] : offset], self.encoding)

    def holds(self, span: Span) -> bool:
        """Whether a span begins here: a cell of a notebook holds a part of the text."""
        return span.start <= len(self.text)

    def edit(self, start: int, end: int, text: str) -> Edit:
        """An edit for this text whose own text is one that every encoding can carry."""
        return Edit(start, end, clean(text))

    def replace(self, edit: Edit) -> None:
        """Applies one edit. Effect: text and table of lines change; the version does not."""
        start, end, new = edit
        first = bisect_right(self.starts, start) - 1
        if first and start == self.starts[first] and self.text[start - 1] == "\r":
            first -= 1  # a line feed put behind a carriage return makes one line end of the two
        last = bisect_right(self.starts, end) - 1
        shift = len(new) - (end - start)
        begin = self.starts[first]
        stop = self.starts[last + 1] + shift if last + 1 < len(self.starts) else None
        self.text = self.text[:start] + new + self.text[end:]
        region = self.text[begin:] if stop is None else self.text[begin:stop]
        fresh = [begin + m.end() for m in _NEWLINE.finditer(region)]
        tail = self.starts[last + 1 :]
        if stop is not None:
            del tail[0]  # the end of the region is the start of that line, and `fresh` has it
        self.starts[first + 1 :] = fresh + ([s + shift for s in tail] if shift else tail)

    def _end(self, line: int) -> int:
        """Where a line's content ends, before its line end."""
        if line + 1 == len(self.starts):
            return len(self.text)
        end = self.starts[line + 1] - 1
        return end - 1 if end and self.text[end - 1 : end + 1] == "\r\n" else end


def _points(row: str, character: int, encoding: Encoding) -> int:
    """How many code points of a row fit into so many of the editor's units; the kit's `points` counts each by itself.

    Here rows may be long and time is short: a clean text can be cut by its bytes at once.
    """
    if encoding == "utf-32" or row.isascii():
        return character
    if encoding == "utf-8":
        return len(row.encode("utf-8")[:character].decode("utf-8", "ignore"))
    units = 0
    for points, c in enumerate(row):
        units += 2 if c > "\uffff" else 1
        if units > character:
            return points
    return len(row)
