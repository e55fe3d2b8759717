"""Where a text mentions what is being followed."""

from __future__ import annotations

import re
from bisect import bisect_left


class Marks:
    """Where a text mentions what is being followed, as sorted offsets.

    Each name is looked for by itself with a plain search, and confirmed in place: an alternation of
    all of them would be tried at every character.
    """

    __slots__ = ("_known", "_sorted", "offsets", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.offsets: list[int] = []
        self._known: set[tuple[str, str]] = set()
        self._sorted = True

    def add(self, anchor: str, rest: str = "") -> bool:
        """Marks the places of `anchor`, a name or `.name`, that `rest`, an expression, goes on from.

        Returns False if that was done before.
        """
        if (anchor, rest) in self._known:
            return False
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
            if alone and (confirm is None or confirm.match(text, end)):
                fresh.append(found)
            found = text.find(anchor, end)
        if fresh:
            self.offsets.extend(fresh)
            self._sorted = False
        return True

    def within(self, start: int, end: int) -> bool:
        """Whether anything is mentioned in a range."""
        if not self._sorted:
            self.offsets.sort()
            self._sorted = True
        index = bisect_left(self.offsets, start)
        return index < len(self.offsets) and self.offsets[index] < end
