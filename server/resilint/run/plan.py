"""What a run has to do: the files that matter, in order, each with its known result or as a job.

This is the road that every file takes, so that nothing is done here that can be left: a folder that looks
as it did costs one comparison, and a file that does not matter is read once and never again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..config.roots import ProjectRoot, ProjectRoots
from ..fs import files
from .cache_format import rows
from .discovery import WIDTH, Folder, Listing, Trouble, unlisted, walk

if TYPE_CHECKING:
    from ..engine.file_checker import FileJob
    from .cache_format import CachedFolder, Record
    from .cache_reader import Cache


MAYBE = 1
"""What the sieve says of a file that matters only if its neighbours hand something out; 0 is no, 2 is yes."""


class Counts(NamedTuple):
    """What a run has done: the guard against growing slow that needs no clock.

    Files seen; files read; files that matter; of these, those whose result was known; chunks and lines
    that were parsed; chunks too dangerous to parse; bytes of cache read.
    """

    seen: int = 0
    read: int = 0
    wanted: int = 0
    cached: int = 0
    chunks: int = 0
    lines: int = 0
    left_out: int = 0
    cache_bytes: int = 0


class PlannedFile:
    """A place in the order of results: `text` is known, or `number` says which job will tell it.

    `slot` is where a cache waits for it: the folder's name and the file's. `trouble` says why a file could
    not be read.
    """

    __slots__ = ("home", "number", "slot", "text", "trouble")

    def __init__(
        self,
        home: ProjectRoot,
        text: str = "",
        number: int = 0,
        slot: tuple[Cache, str, str] | None = None,
        trouble: Trouble | None = None,
    ) -> None:
        self.home = home
        self.text = text
        self.number = number
        self.slot = slot
        self.trouble = trouble


class Plan:
    """Filled by `fill`: `items` in the order of results, and `jobs`, numbered from one."""

    def __init__(
        self,
        homes: ProjectRoots,
        wanted: Callable[[ProjectRoot, bytes], int],
        cache_for: Callable[[ProjectRoot], Cache | None],
    ) -> None:
        self.items: list[PlannedFile] = []
        self.jobs: list[tuple[ProjectRoot, FileJob]] = []
        self.folders: list[str] = []
        self.levels: dict[str, list[tuple[str, int]]] = {}
        """By root, the file filter's verdicts on whole files, with their names below it: those of no concern, too."""
        self.seen = self.read = self.wanted = self.cached = 0
        self._homes = homes
        self._matters = wanted
        self._cache_for = cache_for
        self._caches: dict[str, Cache | None] = {}
        self._packages: dict[str, str] = {}
        self._recalled: dict[str, tuple[ProjectRoot, str, CachedFolder | None]] = {}

    def fill(self, paths: Sequence[str], force_exclude: bool) -> Iterator[None]:
        """Looks at the files in and below `paths`, folder by folder. Effect: reads those that are not known."""
        troubles: list[Trouble] = []
        met = [
            (folder, *self._known(folder.home, folder.path))
            for folder in walk(paths, self._homes, troubles, force_exclude, self._recall)
        ]
        self.folders = [folder.path for folder, *_ in met]
        settled = self._settled(met)
        for folder, name, known in met:
            if known and folder.home.root in settled:
                self.seen += len(folder.entries) // WIDTH
                self._take(folder.home, known)
            else:
                self._sort(folder, name, known)
                yield
        for trouble in troubles:
            home = self._homes.above(os.path.dirname(trouble.path))
            self.items.append(PlannedFile(home, trouble=trouble))

    def _settled(self, met: list[tuple[Folder, str, CachedFolder | None]]) -> set[str]:
        """The roots in which nothing at all has changed."""
        names: dict[str, set[str]] = {}
        changed: set[str] = set()
        for folder, name, known in met:
            root = folder.home.root
            if root in changed:
                continue
            if folder.given or known is None or not _same(folder, known):
                changed.add(root)
                continue
            if root not in names:
                names[root] = set()
                # Packages follow from the listings of the folders met, but for the first.
                if known.package and known.package != self._package(folder.path):
                    changed.add(root)
            names[root].add(name)
        return {
            root
            for root, inside in names.items()
            if root not in changed and (cache := self._caches[root]) and cache.settled(inside)
        }

    def _take(self, home: ProjectRoot, known: CachedFolder) -> None:
        """Puts the results in a folder into the order as they are known."""
        self.wanted += known.wanted
        self.cached += known.wanted
        cache = self._caches[home.root]
        if cache and known.texts:
            self.items += [PlannedFile(home, text) for text in cache.texts(known)]

    def _sort(self, folder: Folder, name: str, known: CachedFolder | None) -> None:
        """Puts the files of a folder that matter into the order of results, as known or as jobs."""
        path, home, entries, given, listing = folder
        cache = self._cache(home)
        self.seen += len(entries) // WIDTH
        if cache and known and not given and _same(folder, known) and self._holds(cache, known, path):
            cache.keep(name)
            self._take(home, known)
            return
        wanted: dict[str, Record | None] = {}
        looks = rows(known.entries) if known else {}
        matter = cache.names(known) if cache and known else []
        for at in range(0, len(entries), WIDTH):
            own = str(entries[at])
            unchanged = looks.get(own) == entries[at + 1 : at + WIDTH]
            if unchanged and known and not given and own not in matter:
                continue
            record = None
            if cache and known and own in matter and known.package == self._package(path):
                record = cache.record(known, own)
            self._judge(folder, at, record, bool(unchanged and record), wanted)
        if cache:
            if given:
                cache.add(name, entries, self._package(path), wanted)
            else:
                cache.put(name, listing or unlisted(entries), self._packages.get(path, ""), wanted)

    def _holds(self, cache: Cache, known: CachedFolder, path: str) -> bool:
        """Whether all results in a folder that looks as it did hold."""
        if not known.wanted:
            return True
        if known.package != self._package(path):
            return False
        return all(cache.record(known, own) is not None for own in cache.names(known))

    def _judge(
        self, folder: Folder, at: int, record: Record | None, same: bool, wanted: dict[str, Record | None]
    ) -> None:
        """Decides about the file at `at`: it does not matter, its result is known, or it is a job.

        `record` rests on bytes of which `same` says that they are as they were.
        """
        path, home, entries, given, _ = folder
        own, size = str(entries[at]), int(entries[at + 2])
        whole = os.path.join(path, own)
        cache = self._caches[home.root]
        level = 0
        if not same:
            try:
                data = files.read_head(whole)
            except files.Unreadable as error:
                wanted[own] = None
                self.items.append(PlannedFile(home, trouble=Trouble(whole, str(error))))
                return
            self.read += 1
            level = self._matters(home, code(own, data))
            if not files.is_notebook(own) and size <= files.limit_of(own):
                self.levels.setdefault(home.root, []).append((files.below(whole, home.root), level))
            if not level:
                return
            if not files.is_notebook(own) and files.generated(data):
                if not given:
                    return
                cache = None  # a run that meets it unnamed must not take this for its own answer
            if record and (size > files.limit_of(own) or files.digest(data) != record.digest):
                record = None
        self.wanted += 1
        wanted[own] = record
        if record:
            self.cached += 1
            if record.text:
                self.items.append(PlannedFile(home, record.text))
            return
        from ..engine.file_checker import FileJob

        name = files.below(whole, home.root)
        self.jobs.append((home, FileJob(whole, name, self._package(path), size, level > MAYBE)))
        slot = (cache, files.below(path, home.root), own) if cache else None
        self.items.append(PlannedFile(home, number=len(self.jobs), slot=slot))

    def _package(self, path: str) -> str:
        package = self._packages.get(path)
        if package is None:
            package = self._packages[path] = files.package(path, self._package)
        return package

    def _known(self, home: ProjectRoot, path: str) -> tuple[str, CachedFolder | None]:
        """A folder's name below its root, and what is known of it."""
        found = self._recalled.pop(path, None)
        if found and found[0] is home:
            return found[1:]
        cache = self._cache(home)
        name = files.below(path, home.root)
        return name, cache.folder(name) if cache else None

    def _recall(self, home: ProjectRoot, path: str) -> Listing | None:
        name, known = self._known(home, path)
        self._recalled[path] = (home, name, known)
        return known.listing if known and known.look else None

    def _cache(self, home: ProjectRoot) -> Cache | None:
        if home.root not in self._caches:
            self._caches[home.root] = self._cache_for(home)
        return self._caches[home.root]


def code(name: str, data: bytes) -> bytes:
    """What may hold Python in a file's bytes: of a notebook the code in its cells."""
    if not files.is_notebook(name):
        return data
    from ..fs.notebook import code_of

    return code_of(data)


def _same(folder: Folder, known: CachedFolder) -> bool:
    """Whether a folder looks as it did, in all that matters here."""
    if folder.entries is known.entries:
        return True
    if folder.entries != known.entries or (folder.listing is None) is not (known.look == []):
        return False
    return folder.listing is None or folder.listing[1:] == known.listing[1:]
