"""Cuts a module's text into functions, classes and statements in one linear pass, without parsing.

A chunk is cheap to find and can be parsed alone later, if it matters. Functions are never cut
further; classes, and compound statements that hold a function or a class, are cut into the chunks
of their suites. Works on any text: on Python 2, and on files that are being typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .chunks import BLANKS, Chunk, Cutter, column_at
from .lexer import (
    GAP,
    INDENT,
    LINE,
    LONG,
    NEWLINE,
    SHALLOW,
    Broken,
    Reading,
    finish,
    logical_lines,
    string_end,
    suite_end,
    weigh,
)

__all__ = ["Broken", "Chunk", "Comment", "Outline", "logical_lines", "scan"]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that may silence something; `own_line` if nothing but blanks stands before it."""

    start: int
    end: int
    text: str
    own_line: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """What one pass sees of a module; the last three are offsets, 0 if there is no such thing."""

    chunks: tuple[Chunk, ...]
    comments: tuple[Comment, ...]
    """Only those that address a linter: resilint, noqa, nosec, pylint."""
    depth: int
    """The deepest nesting of brackets, as in chunks."""
    broken: Broken | None
    """The first proven damage, if any; valid Python never has one. Indentation inside functions is not looked at."""
    docstring_end: int
    """Just after the line on which the module's docstring ends."""
    imports_end: int
    """Just after the last import statement of the module itself that no function or class precedes."""
    future_end: int
    """Just after the last `from __future__ import`."""


_IMPORT = re.compile(rf"import\b|from\b(?:{BLANKS}(__future__)\b)?")
_WORDS = ("resilint", "noqa", "nosec", "pylint")
_LINTER_WORD = re.compile("|".join(_WORDS), re.IGNORECASE)
_DOCSTRING = re.compile(r"[rRuU]?(?=[\"'])")
_ANY_BLANKS = re.compile(rf"(?:{BLANKS})?")


def scan(text: str) -> Outline:
    """Cuts a module's text (without a byte order mark) into chunks."""
    reading = Reading(_linter_words(text))
    chunks = _cut(text, reading)
    imports_end, future_end = _imports(text, chunks)
    return Outline(
        chunks,
        tuple(_comment(text, *span) for span in reading.comments),
        max((chunk.depth for chunk in chunks), default=SHALLOW),
        reading.broken,
        _docstring_end(text, chunks),
        imports_end,
        future_end,
    )


def _cut(text: str, reading: Reading) -> tuple[Chunk, ...]:
    """Returns the chunks of a module. Effect: `reading` collects comments and damage."""
    cutter = Cutter(text, reading)
    awkward = _is_awkward(text)
    suspect = _suspect_length(text)
    columns = [0]
    top = pos = last = 0
    size = len(text)
    match = LINE.match
    while pos < size:
        found = match(text, pos)
        assert found is not None
        start = pos
        first = found.end(GAP)
        if found.end(INDENT) != first:
            start = max(text.rfind("\n", pos, first), text.rfind("\r", pos, first)) + 1
        pos = found.end()
        if reading.wanted < pos:
            reading.collect(text, start, pos)
        if text[first : first + 1] in ("", "#"):
            continue
        width = column_at(text, start, first) if awkward else first - start
        if width != top:
            _indent(cutter, columns, width, (last, start, first))
            top = width
        if len(columns) == cutter.level and cutter.cut(start, first, last, top) and not awkward:
            pos, long = suite_end(text, pos, width, reading)
            if long or pos - first > suspect:
                cutter.weight = max(cutter.weight, _heaviest_line(text, first, pos))
        else:
            if found.start(NEWLINE) == pos:
                pos = finish(text, pos, reading)
            if pos - first > LONG:
                cutter.weight = max(cutter.weight, weigh(text, first, pos))
        last = pos
    return cutter.close(last)


def _indent(cutter: Cutter, columns: list[int], width: int, offsets: tuple[int, int, int]) -> None:
    """Changes the indentation to `width` columns; the last of `columns`, those that are open, is `width` then.

    The offsets are the end of the logical line before, the start of this one, and its first character.
    """
    last, start, first = offsets
    if width < columns[-1]:
        while width < columns[-1]:
            columns.pop()
        cutter.leave(len(columns), last, start)
        if width > columns[-1] and not cutter.within_function():
            cutter.reading.damage(first, "unindent does not match any outer indentation level")
    if width > columns[-1]:
        columns.append(width)
        cutter.enter(len(columns))


def _linter_words(text: str) -> list[int]:
    """The offsets of words that linters listen to, in any case."""
    lowered = text.lower()
    if len(lowered) != len(text):  # some capitals have a longer small form
        return [found.start() for found in _LINTER_WORD.finditer(text)]
    offsets = []
    for word in _WORDS:
        pos = lowered.find(word)
        while pos >= 0:
            offsets.append(pos)
            pos = lowered.find(word, pos + 1)
    return sorted(offsets)


def _heaviest_line(text: str, start: int, end: int) -> int:
    """Returns the weight of the heaviest logical line in a range."""
    return max(weigh(text, *line) for line in logical_lines(text, start, end))


def _suspect_length(text: str) -> int:
    """Returns the length above which a function may have a line longer than LONG that nothing continues."""
    pos = 0
    while pos < len(text) - LONG:
        pos = text.rfind("\n", pos, pos + LONG) + 1
        if not pos:
            return LONG
    return len(text)


_AWKWARD = re.compile(r"^ *[\t\f]|\r(?!\n)", re.MULTILINE)


def _is_awkward(text: str) -> bool:
    """Whether a line is indented by other than spaces or ends with a lone carriage return."""
    return ("\t" in text or "\f" in text or "\r" in text) and _AWKWARD.search(text) is not None


def _comment(text: str, start: int, end: int) -> Comment:
    before = start
    while before > 0 and text[before - 1] in " \t\f":
        before -= 1
    return Comment(start, end, text[start:end], before == 0 or text[before - 1] in "\r\n")


def _docstring_end(text: str, chunks: tuple[Chunk, ...]) -> int:
    if not chunks or chunks[0].kind != "statement":
        return 0
    reading = Reading()
    end = chunks[0].end
    pos = chunks[0].head
    while found := _DOCSTRING.match(text, pos, end):
        pos = string_end(text, found.end(), reading)
        blanks = _ANY_BLANKS.match(text, pos, end)
        assert blanks is not None
        pos = blanks.end()
        if pos >= end or text[pos] in "\r\n#;":
            return end
    return 0


def _imports(text: str, chunks: tuple[Chunk, ...]) -> tuple[int, int]:
    imports_end = future_end = 0
    for chunk in chunks:
        if chunk.kind == "statement":
            found = _IMPORT.match(text, chunk.head)
            if found:
                imports_end = chunk.end
                if found.group(1):
                    future_end = chunk.end
        elif chunk.kind != "block":
            break
    return imports_end, future_end
