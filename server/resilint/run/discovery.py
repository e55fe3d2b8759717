"""Which files a run looks at: folder by folder, in an order that never changes.

In a folder files come first and then its folders, each by name. Links to folders are not followed and
links to files are left out, so that a loop is harmless and nothing is seen twice; what a person names
expressly is looked at in any case, unless `force_exclude` says otherwise.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from ..config.roots import MARKERS, ProjectRoot, ProjectRoots
from ..fs import files

if TYPE_CHECKING:
    from ..fs.gitignore import Ignores

SUFFIXES = (".py", ".pyi", files.NOTEBOOK)

Entries = list[str | int]
"""For each file its name, time of change in nanoseconds, size and inode, one after the other."""

WIDTH = 4
"""How many items of `Entries` make one file."""


class Listing(NamedTuple):
    """All that a folder holds of interest, before anything is left out.

    `look` is the folder's own time of change and inode: while it stays, so do the names. `folders` are
    sorted; `marks` says whether a name may make it a root, and whether there is a `.gitignore`.
    """

    look: list[int]
    entries: Entries
    folders: list[str]
    marks: int


_ROOT, _IGNORES = 1, 2


class Folder(NamedTuple):
    """Files of one folder. `given`: they were named expressly, and the folder may hold more.

    `listing` is there if none of the folder's files is left out.
    """

    path: str
    home: ProjectRoot
    entries: Entries
    given: bool = False
    listing: Listing | None = None


Recall = Callable[[ProjectRoot, str], "Listing | None"]
"""What an earlier run saw in a folder."""


def unlisted(entries: Entries) -> Listing:
    """Entries of a folder that may hold more, or that leaves some out."""
    return Listing([], entries, [], 0)


class Trouble(NamedTuple):
    """A path that could not be looked at, and why."""

    path: str
    reason: str


_Trail = tuple[tuple[str, "Ignores"], ...]
"""The `.gitignore` files that hold in a folder, outermost first: (folder, patterns)."""


def walk(
    paths: Sequence[str],
    homes: ProjectRoots,
    troubles: list[Trouble],
    force_exclude: bool = False,
    recall: Recall | None = None,
) -> Iterator[Folder]:
    """The files to look at in and below `paths`, each once. Effect: asks the disk.

    What cannot be looked at is appended to `troubles`. A folder that `recall` knows and that has not
    changed is not listed again, which halves the time of a run that finds nothing new.
    """
    seen: set[str] | None = set() if len(paths) > 1 else None
    for path in paths:
        whole = os.path.abspath(path)
        try:
            found = os.stat(whole)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            troubles.append(Trouble(whole, reason.lower()))
            continue
        if os.path.isdir(whole):
            home = homes.above(whole)
            if not (_forced(home, force_exclude) and left_out(whole, home, folder=True)):
                yield from _below((whole, home), homes, troubles, seen, recall)
            continue
        folder, own = os.path.split(whole)
        home = homes.above(folder)
        if _forced(home, force_exclude) and left_out(whole, home, folder=False):
            continue
        if seen is not None:
            if whole in seen:
                continue
            seen.add(whole)
        yield Folder(folder, home, [own, found.st_mtime_ns, found.st_size, found.st_ino], True)


def _forced(home: ProjectRoot, force_exclude: bool) -> bool:
    return force_exclude or (not home.plain and home.settings.force_exclude)


def _below(
    top: tuple[str, ProjectRoot],
    homes: ProjectRoots,
    troubles: list[Trouble],
    seen: set[str] | None,
    recall: Recall | None,
) -> Iterator[Folder]:
    path, home = top
    trail = _trail(path, home) if home.respects_gitignore else ()
    waiting: list[tuple[str, ProjectRoot, _Trail]] = [(path, home, trail)]
    while waiting:
        path, home, trail = waiting.pop()
        if seen is not None:
            if path in seen:
                continue
            seen.add(path)
        start = path if path.endswith(os.sep) else path + os.sep
        known = recall(home, path) if recall else None
        listing = _look(path, start, known, troubles)
        if listing is None:
            continue
        if listing.marks:
            home, trail = _enter(path, home, trail, listing.marks, homes)
        entries, folders = _left_in(path, home, trail, listing, listing is known)
        if seen is not None:
            entries = _without(entries, {own for own in _names(entries) if start + own in seen})
            seen.update(start + own for own in _names(listing.entries))
        if entries or (recall and listing.folders):
            yield Folder(path, home, entries, False, listing if entries is listing.entries else None)
        waiting += [(start + own, home, trail) for own in reversed(folders)]


def _look(path: str, start: str, known: Listing | None, troubles: list[Trouble]) -> Listing | None:
    """What a folder holds: `known` itself if nothing has changed; None if it cannot be looked at."""
    try:
        return (known and _again(path, start, known)) or _list(path)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):  # gone meanwhile: nothing to say
            troubles.append(Trouble(path, (error.strerror or str(error)).lower()))
        return None


def _enter(path: str, home: ProjectRoot, trail: _Trail, marks: int, homes: ProjectRoots) -> tuple[ProjectRoot, _Trail]:
    """The root that a folder belongs to, and the `.gitignore` files that hold in it."""
    if marks & _ROOT and path != home.root:
        home = homes.inside(path, home)
    if marks & _IGNORES and home.respects_gitignore and (not trail or trail[-1][0] != path):
        trail = _with(trail, path, home)
    return home, trail


def _left_in(path: str, home: ProjectRoot, trail: _Trail, listing: Listing, known: bool) -> tuple[Entries, list[str]]:
    """The files and folders of a folder that are not left out; `known`: its files were not left out before."""
    excluded = home.excluded
    if not excluded.plain or trail:
        folders = [own for own in listing.folders if not _out(path, own, home, trail, True)]
        gone = {own for own in _names(listing.entries) if _out(path, own, home, trail, False)}
        return _without(listing.entries, gone), folders
    names, endings = excluded.names, excluded.endings
    folders = [own for own in listing.folders if own not in names]
    if known:
        return listing.entries, folders
    gone = {own for own in _names(listing.entries) if own in names or own.endswith(endings)}
    return _without(listing.entries, gone), folders


def _names(entries: Entries) -> list[str]:
    return entries[::WIDTH]  # type: ignore[return-value]


def _list(path: str) -> Listing:
    look = os.stat(path)
    rows: list[tuple[str, int, int, int]] = []
    folders: list[str] = []
    marks = 0
    with os.scandir(path) as found:
        for entry in found:
            own = entry.name
            if own.endswith(SUFFIXES) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError):
                    stat = entry.stat(follow_symlinks=False)
                    rows.append((own, stat.st_mtime_ns, stat.st_size, stat.st_ino))
            elif own in MARKERS:
                marks |= _ROOT
            elif own == ".gitignore":
                marks |= _IGNORES
            elif entry.is_dir(follow_symlinks=False):
                folders.append(own)
    rows.sort()
    folders.sort()
    return Listing([look.st_mtime_ns, look.st_ino], list(chain.from_iterable(rows)), folders, marks)


def _again(path: str, start: str, known: Listing) -> Listing | None:
    """A folder that holds the same names as before: `known` itself if its files look the same, too."""
    if os.name == "nt":
        return None  # a folder's time of change may come late there
    look = os.lstat(path)
    if [look.st_mtime_ns, look.st_ino] != known.look:
        return None
    entries: Entries = []
    for own in known.entries[::WIDTH]:
        stat = os.lstat(start + own)  # type: ignore[operator]
        entries += (own, stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return known if entries == known.entries else known._replace(entries=entries)


def _without(entries: Entries, gone: set[str]) -> Entries:
    """The entries whose names are not gone: the list itself if that is all of them."""
    if not gone:
        return entries
    return [
        item for at in range(0, len(entries), WIDTH) if entries[at] not in gone for item in entries[at : at + WIDTH]
    ]


def _out(path: str, own: str, home: ProjectRoot, trail: _Trail, folder: bool) -> bool:
    whole = os.path.join(path, own)
    if home.excluded.out(own, files.below(whole, home.root)):
        return True
    for base, ignores in reversed(trail):
        verdict = ignores.verdict(files.below(whole, base), folder)
        if verdict is not None:
            return verdict
    return False


def left_out(whole: str, home: ProjectRoot, folder: bool) -> bool:
    """Whether a path that was named expressly, or a folder above it in its project, is out."""
    trail = _trail(os.path.dirname(whole), home) if home.respects_gitignore else ()
    path = home.root
    steps = files.below(whole, home.root).split("/")
    for depth, own in enumerate(steps):
        if own:
            inner = tuple(candidate for candidate in trail if files.below(os.path.join(path, own), candidate[0]))
            if _out(path, own, home, inner, folder or depth < len(steps) - 1):
                return True
        path = os.path.join(path, own)
    return False


def _trail(folder: str, home: ProjectRoot) -> _Trail:
    """The `.gitignore` files that hold in a folder: up to its repository, or else to its root."""
    chain: list[str] = []
    end = 0
    at = folder
    while True:
        chain.append(at)
        if os.path.exists(os.path.join(at, ".git")):
            end = len(chain)
            break
        if at == home.root and not end:
            end = len(chain)
        up = os.path.dirname(at)
        if up == at:
            break
        at = up
    trail: _Trail = ()
    for candidate in reversed(chain[: end or 1]):
        trail = _with(trail, candidate, home)
    return trail


def _with(trail: _Trail, folder: str, home: ProjectRoot) -> _Trail:
    """The trail with the `.gitignore` of a folder; what is not used of it goes to the notices of `home`."""
    path = os.path.join(folder, ".gitignore")
    try:
        data = files.read(path)
    except files.Unreadable as error:
        if os.path.isfile(path):
            home.notices[f"{path} is not used: {error}"] = None
        return trail
    from ..fs.gitignore import MAX_COST, Ignores

    budget = MAX_COST - sum(ignores.cost for _, ignores in trail)
    ignores = Ignores(data.decode("utf-8", "surrogateescape"), budget)
    if ignores.left_out:
        home.notices[f"{path} holds too many patterns to be compared: {ignores.left_out} of them are not used"] = None
    return (*trail, (folder, ignores))
