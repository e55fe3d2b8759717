"""Writing down what a run found out, in the form that `remembered.py` reads."""

from __future__ import annotations

import json
import os
from typing import Any

from ..fs import files
from ..versions.find import NESTED
from ..versions.names import VERSIONS
from .cache_format import CachedFolder, Read, Record, rows
from .discovery import WIDTH, Entries, Listing

_FRESH = 2_000_000_000
"""Nanoseconds in which a file may change twice without its time of change telling."""

_NEVER = -1
"""Stands in for a time of change that proves nothing, so that the file is read again."""


class Writer:
    """Collects folders, then gives the text. `whole`: each of them was met and found to hold in this run."""

    def __init__(self, root: str, began: int, whole: bool) -> None:
        self._root = root
        self._latest = began - _FRESH
        self._whole = whole
        self._lines: list[str] = []
        self._folders: dict[str, list[Any]] = {}
        self._listings: dict[str, Listing] = {}
        self._new: set[str] = set()
        self._numbers: dict[Read, int] = {}
        self._rows: dict[str, dict[str, Entries]] = {}

    def carry(self, name: str, known: CachedFolder, records: dict[str, Record]) -> None:
        """A folder as it was known before."""
        self._put(name, known.listing, known.package, dict(records))

    def add(self, name: str, listing: Listing, package: str, wanted: dict[str, Record | None]) -> None:
        """A folder as this run has found it. None is a result that never came."""
        look = listing.look
        if look and look[0] > self._latest:
            look = [_NEVER, look[1]]
        self._put(name, listing._replace(entries=self._believed(listing.entries, wanted), look=look), package, wanted)
        self._new.add(name)

    def _put(self, name: str, listing: Listing, package: str, wanted: dict[str, Record | None]) -> None:
        texts: list[int] = []
        records: dict[str, list[Any]] = {}
        for own, record in wanted.items():
            if record is None:
                continue
            if record.text:
                texts.append(self._add_line(record.text))
            reads = [self._numbers.setdefault(read, len(self._numbers)) for read in record.reads]
            records[own] = [record.digest, len(texts) if record.text else 0, reads]
        line = self._add_line(_json(records)) if records else 0
        _, entries, folders, marks = listing
        sealed = [listing.look, folders, marks] if listing.look else [[], [], 0]
        self._folders[name] = [entries, *sealed, package, len(records), line, texts]
        self._listings[name] = listing

    def _add_line(self, text: str) -> int:
        self._lines.append(text)
        return len(self._lines) + 2  # behind the index, the reads and the looks

    def _believed(self, entries: Entries, wanted: dict[str, Record | None]) -> Entries:
        """`entries` without the times that prove nothing: too fresh, or of a file without a result."""
        doubtful = [
            at
            for at in range(0, len(entries), WIDTH)
            if int(entries[at + 1]) > self._latest or (entries[at] in wanted and wanted[str(entries[at])] is None)
        ]
        if doubtful:
            entries = entries.copy()
            for at in doubtful:
                entries[at + 1] = _NEVER
        return entries

    def text(self, old_looks: dict[str, list[Any]]) -> str:
        """Returns the whole cache. Effect: stats files outside the folders that other files depend on."""
        answers: dict[str, str] = {}
        for path, answer in self._numbers:
            answers[path] = answer if answers.get(path, answer) == answer else "?"
        if "?" in answers.values():
            self._whole = False
        looks: dict[str, list[Any]] = {}
        outside: list[list[Any]] = []
        for path, answer in answers.items():
            if answer == "?":
                continue
            row, covered = self._look(path)
            look = None if path.endswith(("/", VERSIONS)) else self._look_of(path, answer, row, old_looks.get(path))
            if look:
                looks[path] = look
            if not covered or (answer and path.endswith(VERSIONS)):  # the look of a folder tells of names only
                outside.append([path, answer, looks.get(path)])
        index = {"folders": self._folders, "outside": outside, "whole": self._whole}
        return "\n".join([_json(index), _json(list(self._numbers)), _json(looks), *self._lines])

    def _look_of(self, path: str, answer: str, row: Entries | None, old: list[Any] | None) -> list[Any] | None:
        """A file's digest and how it looked then; `row` is how it looked in this run, `old` what is known already."""
        if not answer or (old and old[0] == answer and (row is None or old[1:] == row)):
            return old if answer else None
        # In a whole run every answer is younger than what the walk has seen of the file.
        return [answer, *row] if row and self._whole else self._look_again(path, answer)

    def _look(self, path: str) -> tuple[Entries | None, bool]:
        """How a file looked when this run met it, and whether its folder's look tells if that changes."""
        folder, _, own = path.removesuffix("/").rpartition("/")
        listing = self._listings.get(folder)
        if listing is not None:
            if folder not in self._rows:
                self._rows[folder] = rows(listing.entries)
            row = self._rows[folder].get(own) if folder in self._new else None
            inside = path.endswith("/") or own.endswith((".py", ".pyi"))
            inside |= own == VERSIONS and NESTED not in listing.folders
            return row, bool(listing.look) and inside
        while folder:  # a folder that is not there: the nearest one that is would tell of it
            around, _, step = folder.rpartition("/")
            listing = self._listings.get(around)
            if listing is not None:
                return None, bool(listing.look) and step not in listing.folders
            folder = around
        return None, False

    def _look_again(self, path: str, answer: str) -> list[Any] | None:
        """Returns the stat fields of a file whose digest is still `answer`; None if it differs or is too recent."""
        try:
            found = os.stat(os.path.join(self._root, path))
        except (OSError, ValueError):
            return None
        data = files.read_below(self._root, path)
        if data is None or files.digest(data) != answer or found.st_mtime_ns > self._latest:
            return None
        return [answer, found.st_mtime_ns, found.st_size, found.st_ino]


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
