"""Where a text mentions what is being followed, and whether it does more than hand it on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from .scanner import Piece


class Marks:
    """Where a text mentions what is being followed, as sorted offsets.

    Each name is looked for by itself with a plain search, and confirmed in place: an alternation of
    all of them would be tried at every character.
    """

    __slots__ = ("_known", "_sorted", "ends", "offsets", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.offsets: list[int] = []
        self.ends: dict[int, int] = {}
        """Where what was marked at an offset ends."""
        self._known: set[tuple[str, str]] = set()
        self._sorted = True

    def add(self, anchor: str, rest: str = "") -> list[int]:
        """Marks the places of `anchor`, a name or `.name`, that `rest`, an expression, goes on from.

        Returns their offsets; none if that was done before.
        """
        if (anchor, rest) in self._known:
            return []
        self._known.add((anchor, rest))
        text, size = self.text, len(anchor)
        confirm = re.compile(rest) if rest else None
        found = text.find(anchor)
        fresh: list[int] = []
        while found >= 0:
            end = found + size
            before = text[found - 1] if found else " "
            after = text[end] if end < len(text) else " "
            alone = not (after.isalnum() or after == "_") and (
                anchor[0] == "." or not (before.isalnum() or before in "_.")
            )
            goes_on = confirm.match(text, end) if confirm is not None and alone else None
            if alone and (confirm is None or goes_on):
                fresh.append(found)
                self.ends[found] = goes_on.end() if goes_on else end
            found = text.find(anchor, end)
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
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not (text[at - 1 : at].isalnum() or text[at - 1 : at] == "_") and not (
            text[end : end + 1].isalnum() or text[end : end + 1] == "_"
        ):
            return True
        at = text.find(name, end)
    return False


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


_CALLED = re.compile(r"[ \t]*\([^()\n]*\)")
_HANDED_ON = re.compile(r"[ \t]*(?:[,)\]:=\"'|}]|#|\r|\n|\Z|(?:or|if|is|and)\b)")
_BEFORE = re.compile(r"\b(?:with|for|in|del|not)\b")


def handed_on(text: str, mentions: Iterable[tuple[int, int]], names: Iterable[str], start: int, end: int) -> bool:
    """Whether a piece of text does nothing with the clients it mentions but hand them on: as an argument, a value to
    keep, a type. `names` are those that it gives to clients itself; when in doubt the answer is no."""
    for first, last in mentions:
        called = _CALLED.match(text, last)
        line = text[text.rfind("\n", 0, first) + 1 : first]
        if not _HANDED_ON.match(text, called.end() if called else last) or _BEFORE.search(line):
            return False
    for name in names:
        reached = rf"(?<![\w.]){name}\b(?=[ \t]*[.\[(])|\b(?:with|in)\b[^\n]*\b{name}\b"
        renamed = rf"^[ \t]*\w+[ \t]*(?::[^=\n]+)?=[ \t]*{name}\b(?![ \t]*[,)])"
        if re.compile(f"{reached}|{renamed}", re.MULTILINE).search(text, start, end):
            return False
    return True
