"""The records of the cache, as they are read and written."""

from __future__ import annotations

from typing import NamedTuple

from .discovery import WIDTH, Entries, Listing

Read = tuple[str, str]
"""A question about another file and its answer: its path below the root, and its digest or "" if absent."""


class Record(NamedTuple):
    """What is known of a file that matters: its bytes' digest, its result's text ("" if there is
    nothing to say), and the recorded queries about other files."""

    digest: str
    text: str
    reads: tuple[Read, ...]


class CachedFolder(NamedTuple):
    """What is known of a folder: how it looked, its package, how many of its files matter.

    `records` is the line that tells of each of those, `texts` are the lines of results with something to
    say, in order of their files. A file that is in the listing and not in the records does not matter.
    """

    entries: Entries
    look: list[int]
    folders: list[str]
    marks: int
    package: str
    wanted: int
    records: int
    texts: list[int]

    @property
    def listing(self) -> Listing:
        """How the folder looked; without `look` it was not seen whole."""
        return Listing(self.look, self.entries, self.folders, self.marks)


def rows(entries: Entries) -> dict[str, Entries]:
    """The look of each file by its name."""
    return {str(entries[at]): entries[at + 1 : at + WIDTH] for at in range(0, len(entries), WIDTH)}
