"""Where strings end: plain ones of every prefix, and f-strings and t-strings with quotes nested in fields."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\r\n|\n|\r")
_FORMATTED = frozenset("fFrRtT")
_STRING_STOP = {'"': re.compile(r"[\"\n\r]"), "'": re.compile(r"['\n\r]")}


def plain_end(text: str, quote: int) -> int:
    """The end of a string without regard to braces; where it breaks off, negated, if it has none."""
    mark = text[quote]
    if text.startswith(mark * 3, quote):
        begin = quote + 3
        pos = text.find(mark * 3, begin)
        while pos >= 0:
            if not _escaped(text, pos, begin):
                return pos + 3
            pos = text.find(mark * 3, pos + 1)
        return -len(text)
    pos = begin = quote + 1
    search = _STRING_STOP[mark].search
    while found := search(text, pos):
        pos = found.start()
        if not _escaped(text, pos, begin):
            return pos + 1 if text[pos] == mark else -pos
        pos += 2 if text.startswith("\r\n", pos) else 1
        begin = pos
    return -len(text)


def _escaped(text: str, pos: int, begin: int) -> bool:
    """Whether an odd number of backslashes stands before `pos`, not looking before `begin`."""
    start = pos
    while start > begin and text[start - 1] == "\\":
        start -= 1
    return (pos - start) % 2 == 1


def is_formatted(text: str, quote: int) -> bool:
    """Whether the string that opens at `quote` has the prefix of an f-string or a t-string."""
    if text[quote - 1 : quote] not in _FORMATTED:  # nearly always
        return False
    start = quote
    while start > 0 and quote - start < 3 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start:quote].lower() in {"f", "fr", "rf", "t", "tr", "rt"}


_TEXT_STOP = re.compile(r"[\\{}\"'\n\r]")
_FIELD_STOP = re.compile(r"[\"'#()\[\]{}:\\]")
_TEXT, _FIELD, _FORMAT = range(3)
_DEEPEST = 300
"""F-strings and fields within each other that are followed: CPython takes at most 150 of each."""


class _Open:
    """A string, field or format specification that is not closed yet.

    `mark` is the quote of its string, `brackets` how many brackets are open in a field.
    """

    __slots__ = ("brackets", "mark", "state")

    def __init__(self, state: int, mark: str) -> None:
        self.state = state
        self.mark = mark
        self.brackets = 0


def formatted_end(text: str, quote: int) -> int:
    """The end of an f-string by the rules of Python 3.12 (quotes may nest), or 0."""
    stack = [_Open(_TEXT, _mark(text, quote))]
    pos = quote + len(stack[0].mark)
    while len(stack) <= _DEEPEST:
        in_field = stack[-1].state == _FIELD
        found = (_FIELD_STOP if in_field else _TEXT_STOP).search(text, pos)
        if found is None:
            return 0
        pos = (_after_field_stop if in_field else _after_text_stop)(text, found.start(), stack)
        if not pos or not stack:
            return pos
    return 0


def _mark(text: str, quote: int) -> str:
    """The quote, single or triple, that opens a string."""
    char = text[quote]
    return char * 3 if text.startswith(char * 3, quote) else char


def _after_text_stop(text: str, pos: int, stack: list[_Open]) -> int:
    """Where to go on behind a character that matters in text or in a format specification; 0 if there is no end."""
    char, inner = text[pos], stack[-1]
    if char == "\\":
        return _after_backslash(text, pos)
    if char == "{":
        if inner.state == _TEXT and text.startswith("{{", pos):
            return pos + 2
        stack.append(_Open(_FIELD, inner.mark))
        return pos + 1
    if char == "}":
        if inner.state == _FORMAT:
            stack.pop()
        return pos + 1
    if char in "\n\r":
        return 0 if len(inner.mark) == 1 else pos + 1
    if not text.startswith(inner.mark, pos):
        return pos + 1
    if inner.state == _FORMAT:
        return 0
    stack.pop()
    return pos + len(inner.mark)


def _after_backslash(text: str, pos: int) -> int:
    if text.startswith("N{", pos + 1):
        return text.find("}", pos) + 1
    if text.startswith("\r\n", pos + 1):
        return pos + 3
    return pos + 1 if text[pos + 1 : pos + 2] in ("{", "}") else pos + 2


def _after_field_stop(text: str, pos: int, stack: list[_Open]) -> int:
    """Where to go on behind a character that matters in a field; 0 if there is no end."""
    char, inner = text[pos], stack[-1]
    if char in "\"'":
        if not is_formatted(text, pos):
            return max(plain_end(text, pos), 0)
        stack.append(_Open(_TEXT, _mark(text, pos)))
        return pos + len(stack[-1].mark)
    if char == "#":
        found = _LINE_END.search(text, pos)
        return found.start() if found else len(text)
    if char == "\\":
        return pos + 2
    if char in "([{":
        inner.brackets += 1
    elif char == ":":
        if not inner.brackets:
            inner.state = _FORMAT
    elif inner.brackets:
        inner.brackets -= 1
    elif char == "}":
        stack.pop()
    else:
        return 0
    return pos + 1
