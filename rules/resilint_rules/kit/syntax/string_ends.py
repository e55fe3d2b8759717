"""Where strings end: plain ones of every prefix, and f-strings and t-strings with quotes nested in fields."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\r\n|\n|\r")
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
    start = quote
    while start > 0 and quote - start < 3 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start:quote].lower() in {"f", "fr", "rf", "t", "tr", "rt"}


_TEXT_STOP = re.compile(r"[\\{}\"'\n\r]")
_FIELD_STOP = re.compile(r"[\"'#()\[\]{}:\\]")
_TEXT, _FIELD, _FORMAT = range(3)
_DEEPEST = 300
"""F-strings and fields within each other that are followed: CPython takes at most 150 of each."""


def formatted_end(text: str, quote: int) -> int:
    """The end of an f-string by the rules of Python 3.12 (quotes may nest), or 0."""
    size = len(text)
    triple = text.startswith(text[quote] * 3, quote)
    # What is open: its state, the quote of its string, open brackets (of a field).
    stack: list[tuple[int, str]] = [(_TEXT, text[quote] * 3 if triple else text[quote])]
    brackets = [0]
    pos = quote + len(stack[-1][1])
    while pos < size and len(stack) <= _DEEPEST:
        state, mark = stack[-1]
        found = (_FIELD_STOP if state == _FIELD else _TEXT_STOP).search(text, pos)
        if found is None:
            return 0
        pos = found.start()
        char = text[pos]
        if char in "\"'":
            if state != _FIELD:
                if not text.startswith(mark, pos):
                    pos += 1
                elif state == _FORMAT:
                    return 0
                else:
                    pos += len(mark)
                    stack.pop()
                    brackets.pop()
                    if not stack:
                        return pos
            elif is_formatted(text, pos):
                opening = char * 3 if text.startswith(char * 3, pos) else char
                stack.append((_TEXT, opening))
                brackets.append(0)
                pos += len(opening)
            else:
                pos = plain_end(text, pos)
                if pos <= 0:
                    return 0
        elif state == _FIELD:
            if char == "#":
                found = _LINE_END.search(text, pos)
                pos = found.start() if found else size
            elif char == "\\":
                pos += 2
            elif char == ":":
                if not brackets[-1]:
                    stack[-1] = (_FORMAT, mark)
                pos += 1
            elif char in "([{":
                brackets[-1] += 1
                pos += 1
            elif brackets[-1]:
                brackets[-1] -= 1
                pos += 1
            elif char == "}":
                stack.pop()
                brackets.pop()
                pos += 1
            else:
                return 0
        elif char == "\\":
            if text.startswith("N{", pos + 1):
                pos = text.find("}", pos) + 1
                if not pos:
                    return 0
            elif text.startswith("\r\n", pos + 1):
                pos += 3
            else:
                pos += 1 if text[pos + 1 : pos + 2] in ("{", "}") else 2
        elif char == "{":
            if state == _TEXT and text.startswith("{{", pos):
                pos += 2
            else:
                stack.append((_FIELD, mark))
                brackets.append(0)
                pos += 1
        elif char == "}":
            if state == _FORMAT:
                stack.pop()
                brackets.pop()
            pos += 1
        elif len(mark) == 1:
            return 0
        else:
            pos += 1
    return 0
