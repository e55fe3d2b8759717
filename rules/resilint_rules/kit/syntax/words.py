"""Where names, and words of several tokens such as `.ack(`, occur in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_GAP = r"(?:\s|#[^\n]*\n)*"  # as `layout.GAP`; the file filter imports this module and not that one
_TOKENS = re.compile(r"\w+|\W")
_BEGINS = re.compile(r"\w")
_FAR = 80
"""Characters before a name in which the sign before it stands."""


def mentioned(name: str, text: str) -> bool:
    """Whether a name stands in a text as a word of its own: many times as fast as an expression with its edges."""
    return next(words(name, text, 0, len(text)), None) is not None


def words(name: str, text: str, start: int, end: int) -> Iterator[int]:
    """Where a name stands in a range as a word of its own, be it an attribute."""
    at = text.find(name, start, end) if name else -1
    while at >= 0:
        last = at + len(name)
        before, after = text[at - 1 : at], text[last : last + 1]
        if not (after.isalnum() or after == "_") and not (before.isalnum() or before == "_"):
            yield at
        at = text.find(name, last, end)


def may_follow_a_dot(text: str, at: int) -> bool:
    """Whether a dot may stand before a word, with blanks, line ends and comments between."""
    before = text[at - 1 : at]
    if not before.isspace():
        return before == "."
    line = text.rfind("\n", 0, at) + 1
    before = text[line:at].rstrip()
    while not before and line:  # in brackets, a dot may end the line above
        end, line = line - 1, text.rfind("\n", 0, line - 1) + 1
        *code, last = text[line:end].split("#")
        if any(part.rstrip().endswith(".") for part in code):
            return True
        before = last.rstrip() if not code else code[0].strip()
    return before.endswith(".")


def is_phrase(word: str) -> bool:
    """Whether a word is of several tokens, so that layout may stand in it; one with a hyphen is of a string."""
    return not word.isidentifier() and "-" not in word


def stands(word: str, text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether a word stands in a range of a text, if it is of several tokens whatever the layout between them."""
    if text.find(word, start, len(text) if end is None else end) >= 0:
        return True
    return is_phrase(word) and next(phrases(word, text, start, end), None) is not None


def phrases(word: str, text: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Where a word of several tokens stands in a range, whatever the layout between them, from its first name on."""
    lead, head, pattern = _phrase(word)
    last = len(text) if end is None else end
    if text.find(head, start, last) < 0:
        return
    for found in pattern.finditer(text, start, last):
        if _leads(lead, text, found.start()):
            yield found.start()


@cache
def _phrase(word: str) -> tuple[str, str, re.Pattern[str]]:
    """What comes before the first name of a word, this name, and the expression for it and what follows."""
    begin = _BEGINS.search(word)
    at = begin.start() if begin is not None else 0
    tokens = _TOKENS.findall(word, at)
    spelled = (r"\s" if sign == " " else re.escape(sign) for sign in tokens)
    return word[:at], tokens[0], re.compile(_GAP.join(spelled))


def _leads(lead: str, text: str, at: int) -> bool:
    if lead == ".":
        return may_follow_a_dot(text, at)
    if lead == " ":
        return text[at - 1 : at].isspace()
    return not lead or text[max(at - _FAR, 0) : at].rstrip(" \t").endswith(lead)
