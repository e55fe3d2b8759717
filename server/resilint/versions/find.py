"""Finds the files that say which versions of its libraries a project may run with, and reads them.

The nearest folder above a file that names a library decides, up to the root of the repository, wherever a check
starts: in a repository of several services the pins of a service lie beside it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from ..fs import files
from .names import DECLARATION, rank

Found = list[tuple[str, bytes]]
"""The files of one folder that name versions: name and content of each."""


class Pins:
    """The versions that libraries may have in the folders of a project. Effect: reads, once for a folder."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._files: dict[str, Found] = {}
        self._digests: dict[str, str] = {}
        self._versions: dict[str, dict[str, str]] = {}

    def digest(self, folder: str) -> str:
        """The same as long as the files in one folder below the root say the same, "" if there are none."""
        if folder not in self._digests:
            self._digests[folder] = _digest(self._found(folder))
        return self._digests[folder]

    def digests(self, name: str) -> dict[str, str]:
        """The digest of each folder from that of a file to below the root, by its path below the root."""
        return {folder: self.digest(folder) for folder in _folders(name)}

    def decisive(self, name: str) -> str:
        """The nearest folder of a file, below the root, that says something of versions; "" if none does."""
        return next((folder for folder in _folders(name) if self.digest(folder)), "")

    def of(self, folder: str = "") -> dict[str, str]:
        """The versions that the libraries in a folder may have, by its path below the root."""
        if folder not in self._versions:
            inner = [self._found(below) for below in (*_folders(f"{folder}/x"), "")] if folder else [self._found("")]
            levels = [found for found in (*inner, *(_read(above) for above in _above(self.root))) if found]
            self._versions[folder] = _layered(levels)
        return self._versions[folder]

    def _found(self, folder: str) -> Found:
        if folder not in self._files:
            self._files[folder] = _read(os.path.join(self.root, folder) if folder else self.root)
        return self._files[folder]


def pins(root: str) -> dict[str, str]:
    """The versions that the libraries of the project in a folder may have. Effect: reads."""
    return Pins(root).of()


def digest(root: str) -> str:
    """The same as long as nothing can have changed about versions, "" if nothing is said. Effect: reads."""
    levels = [_digest(_read(folder)) for folder in (root, *_above(root))]
    return files.digest("\n".join(levels).encode())[:16] if any(levels) else ""


def unread(root: str) -> list[str]:
    """Sentences about files that would name versions, and are too large to be read. Effect: asks the disk."""
    found = []
    for name, path in (pair for folder in (root, *_above(root)) for pair in _candidates(folder)):
        if name == DECLARATION:  # one too large is a mistake in the settings
            continue
        with contextlib.suppress(OSError):
            if os.stat(path).st_size > files.LIMIT:
                megabytes = files.LIMIT // (1024 * 1024)
                found.append(f"{path} is not read: larger than {megabytes} MB; the versions in it are not known")
    return found


def _layered(levels: list[Found]) -> dict[str, str]:
    if not levels:
        return {}
    from .lockfiles import layered

    return layered(levels)


def _digest(found: Found) -> str:
    digests = "".join(f"{name}\0{files.digest(data)}\n" for name, data in found)
    return files.digest(digests.encode("utf-8", "surrogateescape"))[:16] if found else ""


def _read(folder: str) -> Found:
    """The files of a folder that name versions."""
    found = []
    for name, path in _candidates(folder):
        try:
            data = files.read(path)
        except files.Unreadable:
            continue
        if name != DECLARATION or b"dependenc" in data or b"requires-python" in data:
            found.append((name, data))
    return found


def _candidates(folder: str) -> list[tuple[str, str]]:
    """Name and path of each file of a folder that may name versions."""
    if not folder:
        return []
    own = _listed(folder)
    paths = [(name, os.path.join(folder, name)) for name in own if rank(name) >= 0]
    if NESTED in own:
        nested = os.path.join(folder, NESTED)
        names = (name for name in _listed(nested) if name.endswith(".txt"))
        paths += [(f"requirements-{name}", os.path.join(nested, name)) for name in names]
    return paths


NESTED = "requirements"
"""A folder whose text files are all pins of the folder that it lies in."""


def _folders(name: str) -> Iterator[str]:
    """The folders of a file below the root, the innermost first, without the root itself."""
    folder = name.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _above(root: str) -> list[str]:
    """The folders above a root up to that of its repository, the nearest first; none if there is no repository."""
    folder, found = root, list[str]()
    while folder and not os.path.exists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return []
        found.append(folder)
    return found


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
