"""What earlier runs found out, kept so that a tree that has not changed costs one look at its folders.

One file per root, settings and version of ours. Its first line holds a keyed checksum of the rest; its second, in
JSON, what every run needs of each folder: how it looked, and where results with something to say are; the
other lines are read only when something has changed, or when there is something to say. A file that was
damaged is a file that is not there. It is written beside its place and then moved, so that two runs at once
cannot mix.

What a result rests on in other files is kept as questions and answers. If every folder looks as it did, all
questions inside them have the answers they had; the others, `outside`, are evaluated again.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ..fs import files
from ..versions.find import Pins
from ..versions.names import VERSIONS
from . import cache_dir
from .cache_format import CachedFolder, Record, rows
from .cache_trust import seal
from .discovery import Entries, Listing, unlisted

_LARGEST = 512 * 1024 * 1024

_Fields = list[Any]
"""A record as it is kept: digest, one more than its place in `texts` or 0, numbers of reads."""


class Cache:
    """The results of one root under one set of options. Effect: reads its file when made.

    A file that was not written with `key` is not used: see `cache_trust`.
    """

    def __init__(self, root: str, path: str, key: bytes) -> None:
        self.root = root
        self.path = path
        self._key = key
        self.size = 0
        self._began = time.time_ns()
        self._lines: list[bytes] = []
        self._folders: dict[str, CachedFolder] = {}
        self._outside: list[list[Any]] = []
        self._whole = False
        self._parsed: dict[int, Any] = {}
        self._valid: dict[int, bool] = {}
        self._new: dict[str, tuple[Listing, str, dict[str, Record | None]]] = {}
        self._kept: set[str] = set()
        self._changed = self._partial = False
        self._pins = Pins(root)
        self._load()

    def _load(self) -> None:
        try:
            data = files.read(self.path, _LARGEST)
        except files.Unreadable:
            return
        self.size = len(data)
        mark, _, body = data.partition(b"\n")
        if mark != seal(self._key, self.path, body):
            return
        lines = body.split(b"\n")
        try:
            index = json.loads(lines[0])
            self._folders = {name: CachedFolder(*fields) for name, fields in index["folders"].items()}
            self._outside, self._whole = index["outside"], index["whole"]
        except (ValueError, KeyError, TypeError, RecursionError):
            self._folders = {}
            return
        self._lines = lines

    # What is known

    def folder(self, name: str) -> CachedFolder | None:
        """Returns what is known of a folder, by its path below the root ("" for the root)."""
        return self._folders.get(name)

    def settled(self, met: set[str]) -> bool:
        """Whether all results hold, if the folders that were `met` are as they were."""
        if not self._whole or met != self._folders.keys():
            return False
        if not all(self._answer(path, answer, look) == answer for path, answer, look in self._outside):
            return False
        self._kept |= met
        return True

    def texts(self, known: CachedFolder) -> list[str]:
        """The results in a folder that have something to say."""
        return [self._lines[line].decode("ascii") for line in known.texts]

    def names(self, known: CachedFolder) -> list[str]:
        """The files of a folder that matter."""
        return list(self._records(known))

    def record(self, known: CachedFolder, own: str) -> Record | None:
        """What is known of a file, if all that it rests on outside itself is as it was."""
        fields = self._records(known).get(own)
        return self._record(known, fields) if fields and all(map(self._holds, fields[2])) else None

    def _record(self, known: CachedFolder, fields: _Fields) -> Record:
        digest, place, reads = fields
        text = self._lines[known.texts[place - 1]].decode("ascii") if place else ""
        table = self._reads
        return Record(digest, text, tuple((table[number][0], table[number][1]) for number in reads))

    def _records(self, known: CachedFolder) -> dict[str, _Fields]:
        return self._line(known.records) if known.wanted else {}

    def _line(self, number: int) -> Any:
        if number not in self._parsed:
            self._parsed[number] = json.loads(self._lines[number])
        return self._parsed[number]

    @property
    def _reads(self) -> list[list[str]]:
        return self._line(1) if self._lines else []

    @property
    def _looks(self) -> dict[str, list[Any]]:
        """For files that other files depend on: digest, time of change, size, inode."""
        return self._line(2) if self._lines else {}

    def _holds(self, number: int) -> bool:
        known = self._valid.get(number)
        if known is None:
            path, answer = self._reads[number]
            known = self._valid[number] = self._answer(path, answer, self._looks.get(path)) == answer
        return known

    def _answer(self, path: str, answer: str, look: list[Any] | None) -> str:
        """What the question about `path` would be answered today: a digest, or "" for absence."""
        whole = f"{self.root}{os.sep}{path}"
        if path.endswith(VERSIONS):
            return self._pins.digest(path.rpartition("/")[0])
        if path.endswith("/"):  # no module and no package of this name
            bare = whole[:-1]
            return "there" if os.path.exists(bare) or os.path.exists(bare + ".py") else ""
        try:
            found = os.stat(whole)
        except (OSError, ValueError):
            return ""
        if answer and look == [answer, found.st_mtime_ns, found.st_size, found.st_ino]:
            return answer
        data = files.read_below(self.root, path)
        return "" if data is None else files.digest(data)

    # What this run finds out

    def keep(self, name: str) -> None:
        """Says that what is known of a folder still holds."""
        self._kept.add(name)

    def put(self, name: str, listing: Listing, package: str, wanted: dict[str, Record | None]) -> None:
        """Replaces what is known of a folder. None in `wanted` is a result that may still come."""
        self._changed = True
        self._new[name] = (listing, package, wanted)

    def add(self, name: str, entries: Entries, package: str, wanted: dict[str, Record | None]) -> None:
        """Adds files to what is known of a folder, which may hold more."""
        before: dict[str, Entries] = {}
        records: dict[str, Record | None] = {}
        if name in self._new:
            listing, _, records = self._new[name]
            before = rows(listing.entries)
        elif (known := self.folder(name)) is not None and known.package == package:
            before = rows(known.entries)
            records = {own: self._record(known, fields) for own, fields in self._records(known).items()}
        new = rows(entries)
        kept = {own: record for own, record in records.items() if own not in new}
        merged = {**before, **new}
        flat: Entries = []
        for own in sorted(merged):
            flat += [own, *merged[own]]
        self.put(name, unlisted(flat), package, {**kept, **wanted})
        self._partial = True  # the kept records were not validated

    def fill(self, name: str, own: str, record: Record) -> None:
        """The result that a file in `put` or `add` was waiting for."""
        self._new[name][2][own] = record

    def save(self, tops: tuple[str, ...]) -> None:
        """Writes what is known now, if that is more than was read. Effect: makes the cache folder. Raises OSError.

        `tops` are the folders that were walked, below the root: what lies in them and was not met is gone.
        """
        carried = [
            name for name in self._folders if name not in self._new and (name in self._kept or not _inside(name, tops))
        ]
        whole = not self._partial and all(name in self._kept for name in carried)
        if not self._changed and len(carried) == len(self._folders) and (self._whole or not whole):
            return
        from .cache_writer import Writer

        writer = Writer(self.root, self._began, whole)
        for name in carried:
            known = self._folders[name]
            records = self._records(known).items()
            writer.carry(name, known, {own: self._record(known, fields) for own, fields in records})
        for name, (listing, package, wanted) in self._new.items():
            writer.add(name, listing, package, wanted)
        body = writer.text(self._looks).encode("ascii")
        cache_dir.store(self.path, seal(self._key, self.path, body) + b"\n" + body)


def _inside(name: str, tops: tuple[str, ...]) -> bool:
    return any(not top or name == top or name.startswith(top + "/") for top in tops)
