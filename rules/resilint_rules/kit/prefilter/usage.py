"""Whether a text does something with the clients that it mentions, or only hands them on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..syntax.words import words

_STEP = re.compile(r"[\s\\]*\)*[\s\\]*\.\s*(\w+)|[ \t]*([(\[])")
"""An attribute, perhaps of what a bracket around the object is: `(await make()).get(`; a call; a subscript."""
_STORED = re.compile(r"[ \t]*(?:[-+*/|&%@]|//|\*\*|<<|>>)?=(?!=)")
_TAKEN_FROM = re.compile(r"(?:\bin\b[ \t]*(?:await\b[ \t]*)?[\w.]*[(\[]*|\bgetattr\([\w.]*)$")
_BECOMES = re.compile(r"[\s)]*\bas[ \t]+(\w+)")
_OR_ELSE = re.compile(r"[ \t]*(?:or|and|if)\b[^\n]*\)\s*\.")
"""The object is one of several, of which an attribute is taken: `(SESSION or other).get(`."""
_ASSIGNED = re.compile(r"[ \t]*(\w+)[ \t]*(?::[^=\n]+)?=[ \t]*")
_ENDS = re.compile(r"[ \t]*(?:#|;|\r|\n|\Z|(?:or|if)\b)")
_BRACKET = re.compile(r"[()\[\]{}\"'#]")
_FAR = 4000
"""Characters of an argument list that are searched."""


def asks(
    text: str, mentions: Iterable[tuple[int, int]], names: set[str], start: int, end: int, methods: frozenset[str]
) -> bool:
    """Whether a chunk of text may do one of these things with the clients that it mentions or has under `names`.

    "*" stands for anything, "*.*" for anything with what an attribute holds. Also if one is iterated over, renamed,
    or has an attribute set; when in doubt the answer is yes.
    """
    for first, last in mentions:
        line = text[text.rfind("\n", 0, first) + 1 : first]
        if _TAKEN_FROM.search(line) or _reaches(text, last, end, methods, names):
            return True
    for name in names:
        for at in words(name, text, start, end):
            line, last = text[text.rfind("\n", 0, at) + 1 : at], at + len(name)
            if line.endswith("."):
                continue
            if _TAKEN_FROM.search(line) or _renamed(text, line, name, last):
                return True
            if _reaches(text, last, end, methods, names):
                return True
    return False


def _renamed(text: str, line: str, name: str, last: int) -> bool:
    """Whether all that stands before a name on its line gives another name to it."""
    found = _ASSIGNED.fullmatch(line)
    return found is not None and found.group(1) != name and _ENDS.match(text, last) is not None


def _reaches(text: str, at: int, end: int, methods: frozenset[str], names: set[str]) -> bool:
    """Whether one of the attributes by which a text goes on from an object is one of these, or the last is set.

    Also if the object gets a name, by `as`, that is none of `names`.
    """
    nested = "*.*" in methods
    attributes, last = 0, ""
    while step := _STEP.match(text, at, end):
        at = step.end()
        if step.group(1):
            attributes += 1
            if "*" in methods or step.group(1) in methods or (nested and attributes > 1):
                return True
            last = "."
            continue
        last = step.group(2)
        at = closed(text, at, min(end, at + _FAR))
        if at < 0:
            return True
    becomes = _BECOMES.match(text, at, end)
    if (becomes and becomes.group(1) not in names) or _OR_ELSE.match(text, at, end):
        return True
    if last == "." and nested and _ENDS.match(text, at, end):
        return True
    return last in (".", "[") and _STORED.match(text, at, end) is not None


def closed(text: str, at: int, end: int) -> int:
    """Just after the bracket that closes the one before `at`; -1 if that is not plain to see."""
    depth = 1
    while depth:
        found = _BRACKET.search(text, at, end)
        if found is None:
            return -1
        sign = found.group()
        at = found.end()
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "#":
            at = text.find("\n", at, end)
        else:
            quotes = sign * 3 if text.startswith(sign * 2, at) else sign
            at = text.find(quotes, at + len(quotes) - 1, end)
            if at >= 0 and text[at - 1] == "\\":
                return -1
            at += len(quotes) if at >= 0 else 0
        if at < 0:
            return -1
    return at
