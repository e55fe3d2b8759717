"""Where a text mentions what is being followed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from ..syntax.layout import GAP
from ..syntax.outline import Chunk
from ..syntax.words import may_follow_a_dot, words

_CHAIN = re.compile(rf"(?:{GAP}\.{GAP}\w+)+")
_WORD = re.compile(r"\w+")
_FAR = 80
"""Characters before a name that are looked at."""


class MentionIndex:
    """Where names stand in a text, looked for once for all that ask.

    Each name is looked for by itself with a plain search: an alternation of all of them would be tried at every
    character.
    """

    __slots__ = ("_changed", "_earlier", "_found", "text")

    def __init__(self, text: str, earlier: MentionIndex | None = None, changed: Sequence[tuple[int, int]] = ()) -> None:
        """Looks in a text, or only in what has `changed` in it, in text order, since an `earlier` one was indexed.

        What has changed is layout and comments: a name is nowhere but where it was, or near it.
        """
        self.text = text
        self._earlier, self._changed = earlier, changed
        self._found: dict[str, list[int]] = {}

    def of(self, anchor: str) -> list[int]:
        """The offsets of a name, or of an attribute if it starts with a dot, as a word of its own."""
        if not anchor:  # `def :` defines a function without a name
            return []
        found = self._found.get(anchor)
        if found is None:
            if self._earlier is None:
                found = self._search(anchor, 0, len(self.text))
            else:
                found = self._moved(anchor, self._earlier.of(anchor))
            self._found[anchor] = found
        return found

    def used(self, name: str, *kinds: Sequence[str]) -> list[tuple[str, ...]]:
        """Of some kinds of words those that are an attribute somewhere by which the text goes on from a name.

        `a`, `b` and `c` are, of `name.a.b` and `name.c`. Each place of the name is then compared with them.
        """
        chains = (_CHAIN.match(self.text, at + len(name)) for at in self.of(name))
        distinct = {chain.group() for chain in chains if chain is not None}
        words = {word for chain in distinct for word in _WORD.findall(chain)}
        return [tuple(word for word in kind if word.rpartition(".")[2] in words) for kind in kinds]

    def follows(self, before: re.Pattern[str], name: str) -> bool:
        """Whether what a pattern with an end describes stands right before a name somewhere."""
        return any(before.search(self.text, max(at - _FAR, 0), at) is not None for at in self.of(name))

    def _search(self, anchor: str, start: int, end: int) -> list[int]:
        text = self.text
        every = words(anchor.removeprefix("."), text, start, end)
        if anchor[0] == ".":
            return [at - (text[at - 1] == ".") for at in every if may_follow_a_dot(text, at)]
        return [at for at in every if text[at - 1 : at] != "."]

    def _moved(self, anchor: str, earlier: list[int]) -> list[int]:
        """Where a name stands that stood at these offsets."""
        changed, found = self._changed, []
        last = -1
        for at in earlier:
            number = bisect_right(changed, at, key=lambda span: span[0]) - 1
            if number < 0 or at >= changed[number][1]:
                found.append(at)
            elif number != last:
                found += self._search(anchor, *changed[number])
                last = number
        return found


class Mentions:
    """Where a text mentions what is being followed, as sorted offsets."""

    __slots__ = ("_known", "_places", "_sorted", "ends", "offsets", "text")

    def __init__(self, places: MentionIndex) -> None:
        self.text = places.text
        self.offsets: list[int] = []
        self.ends: dict[int, int] = {}
        """Where what was marked at an offset ends."""
        self._places = places
        self._known: set[tuple[str, str]] = set()
        self._sorted = True

    def add(self, anchor: str, rest: str = "") -> list[int]:
        """Marks the places of `anchor`, a name or `.name`, that `rest`, an expression, goes on from.

        Returns their offsets; none if that was done before, or if `anchor` is "", the name in a damaged `def :`.
        """
        if not anchor or (anchor, rest) in self._known:
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

    def share(self, other: Mentions, offsets: list[int], unless: re.Pattern[str]) -> None:
        """Marks what `other` has just marked at these offsets, but where `unless` goes on from it."""
        chosen = [offset for offset in offsets if not unless.match(self.text, other.ends[offset])]
        self.ends.update((candidate, other.ends[candidate]) for candidate in chosen)
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
        return [(offset, self.ends[offset]) for offset in self.offsets[self._at(start) : self._at(end)]]

    def _at(self, offset: int) -> int:
        if not self._sorted:
            self.offsets.sort()
            self._sorted = True
        return bisect_left(self.offsets, offset)


_DOCSTRING = re.compile(r"\s*[rRuU]?(\"{3}|'{3})")


def docstring_span(text: str, chunk: Chunk) -> tuple[int, int]:
    """Where the docstring of a function stands, if it is one in three quotes; (0, 0) if not."""
    found = _DOCSTRING.match(text, chunk.body, chunk.end) if chunk.kind == "function" else None
    if found is None:
        return 0, 0
    end = text.find(found.group(1), found.end(), chunk.end)
    return (found.start(), end + 3) if end >= 0 else (0, 0)


def acts(text: str, offset: int, docstring: tuple[int, int]) -> bool:
    """Whether what is mentioned at an offset may do something there: not in a docstring, a comment, its own `def`."""
    if docstring[0] <= offset < docstring[1]:
        return False
    before = text[text.rfind("\n", 0, offset) + 1 : offset].strip()
    return not before.startswith("#") and before not in ("def", "async def")
