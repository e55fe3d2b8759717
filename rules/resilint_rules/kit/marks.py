"""Where a text mentions what is being followed, and whether it does more than hand it on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from .scanner import Piece


class Places:
    """Where names stand in a text, looked for once for all that ask.

    Each name is looked for by itself with a plain search: an alternation of all of them would be tried at every
    character.
    """

    __slots__ = ("_found", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[str, list[int]] = {}

    def of(self, anchor: str) -> list[int]:
        """The offsets of a name, or of an attribute if it starts with a dot, as a word of its own."""
        found = self._found.get(anchor)
        if found is None:
            text, attribute = self.text, anchor[0] == "."
            every = _words(anchor, text, 0, len(text), attribute=attribute)
            found = [at for at in every if attribute or text[at - 1 : at] != "."]
            self._found[anchor] = found
        return found


class Marks:
    """Where a text mentions what is being followed, as sorted offsets."""

    __slots__ = ("_known", "_places", "_sorted", "ends", "offsets", "text")

    def __init__(self, places: Places) -> None:
        self.text = places.text
        self.offsets: list[int] = []
        self.ends: dict[int, int] = {}
        """Where what was marked at an offset ends."""
        self._places = places
        self._known: set[tuple[str, str]] = set()
        self._sorted = True

    def add(self, anchor: str, rest: str = "") -> list[int]:
        """Marks the places of `anchor`, a name or `.name`, that `rest`, an expression, goes on from.

        Returns their offsets; none if that was done before.
        """
        if (anchor, rest) in self._known:
            return []
        self._known.add((anchor, rest))
        places, size = self._places.of(anchor), len(anchor)
        if not rest:
            self.ends.update((at, at + size) for at in places)
            self._take(places)
            return places
        confirm = re.compile(rest)
        fresh: list[int] = []
        for at in places:
            if goes_on := confirm.match(self.text, at + size):
                fresh.append(at)
                self.ends[at] = goes_on.end()
        self._take(fresh)
        return fresh

    def share(self, other: Marks, offsets: list[int], unless: re.Pattern[str]) -> None:
        """Marks what `other` has just marked at these offsets, but where `unless` goes on from it."""
        chosen = [each for each in offsets if not unless.match(self.text, other.ends[each])]
        self.ends.update((each, other.ends[each]) for each in chosen)
        self._take(chosen)

    def _take(self, offsets: list[int]) -> None:
        if offsets:
            self.offsets.extend(offsets)
            self._sorted = False

    def within(self, start: int, end: int) -> bool:
        """Whether anything is mentioned in a range."""
        index = self._at(start)
        return index < len(self.offsets) and self.offsets[index] < end

    def inside(self, start: int, end: int) -> list[tuple[int, int]]:
        """The mentions in a range, as (start, end)."""
        return [(each, self.ends[each]) for each in self.offsets[self._at(start) : self._at(end)]]

    def _at(self, offset: int) -> int:
        if not self._sorted:
            self.offsets.sort()
            self._sorted = True
        return bisect_left(self.offsets, offset)


def mentioned(name: str, text: str) -> bool:
    """Whether a name stands in a text as a word of its own: many times as fast as an expression with its edges."""
    return next(_words(name, text, 0, len(text)), None) is not None


def _words(name: str, text: str, start: int, end: int, *, attribute: bool = False) -> Iterator[int]:
    """Where a name stands in a range as a word of its own, be it an attribute, or, with its dot, an `attribute`."""
    at = text.find(name, start, end)
    while at >= 0:
        last = at + len(name)
        before, after = text[at - 1 : at], text[last : last + 1]
        if not (after.isalnum() or after == "_") and (attribute or not (before.isalnum() or before == "_")):
            yield at
        at = text.find(name, last, end)


_DOCSTRING = re.compile(r"\s*[rRuU]?(\"{3}|'{3})")


def docstring_span(text: str, piece: Piece) -> tuple[int, int]:
    """Where the docstring of a function stands, if it is one in three quotes; (0, 0) if not."""
    found = _DOCSTRING.match(text, piece.body, piece.end) if piece.kind == "function" else None
    if found is None:
        return 0, 0
    end = text.find(found.group(1), found.end(), piece.end)
    return (found.start(), end + 3) if end >= 0 else (0, 0)


def acts(text: str, offset: int, docstring: tuple[int, int]) -> bool:
    """Whether what is mentioned at an offset may do something there: not in a docstring, a comment, its own `def`."""
    if docstring[0] <= offset < docstring[1]:
        return False
    before = text[text.rfind("\n", 0, offset) + 1 : offset].strip()
    return not before.startswith("#") and before not in ("def", "async def")


_STEP = re.compile(r"\s*\.\s*(\w+)|[ \t]*([(\[])")
_STORED = re.compile(r"[ \t]*(?:[-+*/|&%@]|//|\*\*|<<|>>)?=(?!=)")
_TAKEN_FROM = re.compile(r"\bin\b[ \t]*(?:await\b[ \t]*)?(?:\w+\()?$")
_ASSIGNED = re.compile(r"[ \t]*(\w+)[ \t]*(?::[^=\n]+)?=[ \t]*")
_ENDS = re.compile(r"[ \t]*(?:#|;|\r|\n|\Z|(?:or|if)\b)")
_BRACKET = re.compile(r"[()\[\]{}\"'#]")
_FAR = 4000
"""Characters of an argument list that are gone through."""


def asks(
    text: str, mentions: Iterable[tuple[int, int]], names: Iterable[str], start: int, end: int, methods: frozenset[str]
) -> bool:
    """Whether a piece of text may do one of these things with the clients that it mentions or has under `names`.

    "*" stands for anything, "*.*" for anything with what an attribute holds. Also if one is iterated over, renamed,
    or has an attribute set; when in doubt the answer is yes.
    """
    for first, last in mentions:
        if _TAKEN_FROM.search(text[text.rfind("\n", 0, first) + 1 : first]) or _reaches(text, last, end, methods):
            return True
    for name in names:
        for at in _words(name, text, start, end):
            line, last = text[text.rfind("\n", 0, at) + 1 : at], at + len(name)
            if not line.endswith(".") and (
                _TAKEN_FROM.search(line) or _reaches(text, last, end, methods) or _renamed(text, line, name, last)
            ):
                return True
    return False


def _renamed(text: str, line: str, name: str, last: int) -> bool:
    """Whether all that stands before a name on its line gives another name to it."""
    found = _ASSIGNED.fullmatch(line)
    return found is not None and found.group(1) != name and _ENDS.match(text, last) is not None


def _reaches(text: str, at: int, end: int, methods: frozenset[str]) -> bool:
    """Whether one of the attributes by which a text goes on from an object is one of these, or the last is set."""
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
        at = _closed(text, at, min(end, at + _FAR))
        if at < 0:
            return True
    if last == "." and nested and _ENDS.match(text, at, end):
        return True
    return last in (".", "[") and _STORED.match(text, at, end) is not None


def _closed(text: str, at: int, end: int) -> int:
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
