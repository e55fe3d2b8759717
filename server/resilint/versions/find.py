"""Finds the files that say which versions of its libraries a project may run with, and reads them."""

from __future__ import annotations

import contextlib
import os

from ..fs import files
from .names import DECLARATION, rank


def pins(root: str) -> dict[str, str]:
    """The versions that the libraries of the project in a folder may have. Effect: reads."""
    found = _read(root)
    if not found:
        return {}
    from .lockfiles import merged

    return merged(found)


def digest(root: str) -> str:
    """The same as long as nothing can have changed about versions, "" if nothing is said. Effect: reads."""
    found = _read(root)
    digests = "".join(f"{name}\0{files.digest(data)}\n" for name, data in found)
    return files.digest(digests.encode("utf-8", "surrogateescape"))[:16] if found else ""


def unread(root: str) -> list[str]:
    """Sentences about files that would name versions, and are too large to be read. Effect: asks the disk."""
    found = []
    for name, path in _candidates(root):
        if name == DECLARATION:  # one too large is a mistake in the settings
            continue
        with contextlib.suppress(OSError):
            if os.stat(path).st_size > files.LIMIT:
                megabytes = files.LIMIT // (1024 * 1024)
                found.append(f"{path} is not read: larger than {megabytes} MB; the versions in it are not known")
    return found


def _read(root: str) -> list[tuple[str, bytes]]:
    """The files of a project that name versions, each with its name."""
    found = []
    for name, path in _candidates(root):
        try:
            data = files.read(path)
        except files.Unreadable:
            continue
        if name != DECLARATION or b"dependenc" in data or b"requires-python" in data:
            found.append((name, data))
    return found


def _candidates(root: str) -> list[tuple[str, str]]:
    """Name and path of each file of a project that may name versions."""
    if not root:
        return []
    paths = [(name, os.path.join(root, name)) for name in _listed(root) if rank(name) >= 0]
    nested = os.path.join(root, "requirements")
    paths += [(f"requirements-{name}", os.path.join(nested, name)) for name in _listed(nested) if name.endswith(".txt")]
    if not any(rank(name) == 0 for name, _ in paths):
        paths += _above(root)
    return paths


def _above(root: str) -> list[tuple[str, str]]:
    """The nearest lock above a project, in the same repository: a workspace has one for all its members."""
    folder, found = root, list[tuple[str, str]]()
    while not os.path.exists(os.path.join(folder, ".git")):
        folder = os.path.dirname(folder)
        if folder == os.path.dirname(folder):
            return []
        if not found:
            found = [(name, os.path.join(folder, name)) for name in _listed(folder) if rank(name) == 0]
    return found


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
