"""Pieces of a module, and how the starts of its logical lines become chunks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lexer import NESTING_LIMIT, SHALLOW, Reading, after_colon


@dataclass(slots=True)
class Chunk:
    """Whole lines of a module that make one thing; all numbers but the last two are offsets."""

    kind: str
    """"function", "class", "block" (a compound statement with a function or class inside it), "statement"."""
    name: str
    """What a function or class is called, else ""."""
    start: int
    """The start of its first line, decorators included."""
    end: int
    """Just after its last line; dedented comments and blank lines behind it do not belong to it."""
    body: int
    """Just after the colon of the header; `end` for a statement."""
    indent: int
    """The first non-blank character of its first line."""
    head: int
    """The first word behind the decorators: `def`, `async`, `class`, or a statement's first word."""
    is_async: bool = False
    children: tuple[Chunk, ...] = ()
    """Of a class the chunks of its body, of a block those of all its suites."""
    depth: int = SHALLOW
    """The deepest nesting of brackets inside; up to two too high, but exact where it matters (above 200)."""
    weight: int = 0
    """Operators, calls and subscripts of its heaviest logical line, if they are more than 1,000, else 0."""


BLANKS = r"(?:[ \t\f]|\\(?:\r\n|\n|\r))+"
"""Between two words of a line: blanks and continuations (a regular expression)."""
_WORD = re.compile(r"\w+|@|")
_HEADS = frozenset({"async", "class", "def"})
_HEAD = re.compile(rf"(?:(async){BLANKS})?(?:(def|class){BLANKS})?(\w*)")
_AGAIN = frozenset({"elif", "else", "except", "finally"})
_COMMENT_LINE = re.compile(r"([ \t\f]*)#[^\n\r]*(?:\r\n|\n|\r|\Z)")


class Cutter:
    """Turns the starts of logical lines into chunks.

    `level` is the number of indentations at which chunks are cut now. The open chunk is finished
    only by the line behind it, because that may be an `else` or belong to its suite.
    """

    __slots__ = (
        "_column", "_decorated", "_gap", "_indented", "_open", "_outer", "_pieces", "_suites",
        "level", "reading", "text", "weight",
    )  # fmt: skip

    def __init__(self, text: str, reading: Reading) -> None:
        self.text = text
        self.reading = reading
        self.level = 1
        self.weight = 0
        self._pieces: list[Chunk] = []  # finished, beside the open one
        self._open: Chunk | None = None
        self._suites: list[Chunk] = []  # finished, inside the open one
        self._column = 0  # of the open one
        self._indented = False  # whether the open one has a suite on lines of its own
        self._decorated = False  # whether the open one is only decorators so far
        self._outer: list[tuple[Chunk | None, list[Chunk], int]] = []
        self._gap = _Gap(text, 0, 0)

    def enter(self, level: int) -> None:
        """An indentation starts: the suite of the open chunk, if it is the first below it."""
        if level != self.level + 1:
            return
        self._indented = True
        self._decorated = False
        if self._open is None or self._open.kind != "function":
            self._weigh()
            self._outer.append((self._open, self._pieces, self._column))
            self.level = level
            self._pieces = self._suites
            self._open = None
            self._suites = []

    def leave(self, level: int, end: int, start: int) -> None:
        """Indentations end between the offsets: the chunks of suites above `level` are complete."""
        while self.level > level:
            self._finish(end, start)
            suites = self._pieces
            self._open, self._pieces, self._column = self._outer.pop()
            self._indented = True
            self.level -= 1
            if self._open is None:  # text that starts with an indentation
                self._pieces += suites
                suites = []
            self._suites = suites

    def cut(self, start: int, first: int, end: int, column: int) -> bool:
        """A logical line starts at `first` where chunks are cut; the last one ended at `end`.

        Says whether it is the header of a function.
        """
        word = _WORD.match(self.text, first).group()  # type: ignore[union-attr]
        is_async = keyword = ""
        if word in _HEADS:
            is_async, keyword, word = _HEAD.match(self.text, first).groups("")  # type: ignore[union-attr]
        chunk = self._open
        if chunk is not None:
            if self._decorated:
                if word == "@":
                    return False
                if keyword:
                    self._decorated = False
                    self._indented = keyword == "def"
                    chunk.kind = "class" if keyword == "class" else "function"
                    chunk.name = word
                    chunk.head = first
                    chunk.is_async = bool(is_async)
                    return self._indented
            elif word in _AGAIN and chunk.kind == "statement":
                return False
            self._finish(end, start)
        self._decorated = word == "@"
        self._indented = keyword == "def"
        self._column = column
        kind, name = "statement", ""
        if keyword:
            kind = "class" if keyword == "class" else "function"
            name = word
        elif word == "case" and self._matching():
            kind = "case"
        self._open = Chunk(kind, name, start, start, start, first, first, bool(is_async))
        return self._indented

    def within_function(self) -> bool:
        """Whether the open chunk is a function: what is indented deeper belongs to it."""
        return self._open is not None and self._open.kind == "function"

    def close(self, end: int) -> tuple[Chunk, ...]:
        """The text is over; its last logical line ended at `end`."""
        self.leave(1, end, len(self.text))
        self._finish(end, len(self.text))
        return tuple(self._pieces)

    def _matching(self) -> bool:
        owner = self._outer[-1][0] if self._outer else None
        return owner is not None and self.text.startswith("match", owner.head)

    def _weigh(self) -> None:
        """What was read since the open chunk started or was left counts for it."""
        reading = self.reading
        if self._open is not None and (reading.depth or self.weight):
            depth = min(reading.depth + SHALLOW, max(reading.depth, NESTING_LIMIT))
            self._open.depth = max(self._open.depth, depth)
            self._open.weight = max(self._open.weight, self.weight)
        reading.depth = self.weight = 0

    def _finish(self, end: int, start: int) -> None:
        """The open chunk is complete: its last logical line ended at `end`, the next is at `start`."""
        chunk = self._open
        if chunk is None:
            return
        self._weigh()
        self._open = None
        if self._indented:
            if self._gap.end != end:
                self._gap = _Gap(self.text, end, start)
            end = self._gap.inside(self._column)
        chunk.end = end
        header_end = end
        suites = self._suites
        if suites:
            self._suites = []
            chunk.depth = max(chunk.depth, *(inner.depth for inner in suites))
            chunk.weight = max(chunk.weight, *(inner.weight for inner in suites))
            if chunk.kind == "case":
                self._pieces += suites
                return
            if chunk.kind == "class" or any(inner.kind != "statement" for inner in suites):
                if chunk.kind == "statement":
                    chunk.kind = "block"
                chunk.children = tuple(suites)
                header_end = suites[0].start
        chunk.body = end if chunk.kind == "statement" else after_colon(self.text, chunk.head, header_end)
        if chunk.kind != "case":
            self._pieces.append(chunk)


class _Gap:
    """The comments between two logical lines, assigned from the innermost chunk that ends there outwards."""

    __slots__ = ("_comments", "_next", "_reached", "end")

    def __init__(self, text: str, end: int, start: int) -> None:
        self.end = end
        self._reached = end
        self._next = 0
        self._comments: list[tuple[int, int]] = []
        if text.find("#", end, start) >= 0:
            self._comments = [
                (column_at(text, *found.span(1)), found.end()) for found in _COMMENT_LINE.finditer(text, end, start)
            ]

    def inside(self, column: int) -> int:
        """The end of the leading comments that are indented deeper than a chunk at `column`."""
        comments = self._comments
        while self._next < len(comments) and comments[self._next][0] > column:
            self._reached = comments[self._next][1]
            self._next += 1
        return self._reached


def column_at(text: str, start: int, first: int) -> int:
    """The column that an indentation reaches, by CPython's rules for tabs and form feeds."""
    column = 0
    for char in text[start:first]:
        if char == " ":
            column += 1
        elif char == "\t":
            column += 8 - column % 8
        else:
            column = 0
    return column
