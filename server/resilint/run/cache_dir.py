"""The cache folder: what it is called, whose it is, and how it is removed.

`remembered.py` says what lies in it.
"""

from __future__ import annotations

import json
import os
import sys

from ..fs import atomic, files
from ..version import __version__

FOLDER = ".resilint_cache"
TAG = "CACHEDIR.TAG"

_SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55"
_TAG_TEXT = f"{_SIGNATURE}\n# This folder was made by resilint. See https://bford.info/cachedir/\n"
_FORMAT = 4
_ENDING = ".json"
_KEPT = 12
"""How many caches of one root live side by side: one for each set of options."""


def place(root: str, folder: str, key: str) -> str:
    """The path of the cache of a root; `folder` is "" for one inside the root, else one that roots share."""
    if not folder:
        return os.path.join(root, FOLDER, f"index-{key}{_ENDING}")
    owner = files.digest(os.fsencode(root))[:12]
    return os.path.join(folder, f"{owner}-{key}{_ENDING}")


def key(settings: str, *more: str) -> str:
    """Returns a short digest of our version, Python's, the settings' digest and `more`: what results depend on."""
    inputs = json.dumps([_FORMAT, tool(), sys.version_info[:2], settings, *more])
    return files.digest(inputs.encode())[:16]


def tool() -> str:
    """Returns our version; for a development version with a digest of its source files."""
    import resilint_rules

    folders = [
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        *map(os.path.abspath, resilint_rules.__path__),
    ]
    if all(_installed(folder) for folder in folders) and "dev" not in __version__:
        return __version__
    looks: list[tuple[str, int, int]] = []
    while folders:
        with os.scandir(folders.pop()) as listing:
            for entry in listing:
                if entry.name.endswith((".py", ".toml", ".so", ".pyd")):
                    found = entry.stat()
                    looks.append((entry.path, found.st_mtime_ns, found.st_size))
                elif entry.name != "__pycache__" and entry.is_dir():
                    folders.append(entry.path)
    return f"{__version__}+{files.digest(repr(sorted(looks)).encode('utf-8', 'surrogateescape'))}"


def _installed(folder: str) -> bool:
    return os.path.basename(os.path.dirname(folder)) in ("site-packages", "dist-packages")


def prepare(folder: str) -> None:
    """Effect: makes a cache folder that backups and git leave alone. Raises OSError."""
    if os.path.islink(folder):
        raise OSError(f"{folder} is a link")
    os.makedirs(folder, exist_ok=True)
    for own, text in ((TAG, _TAG_TEXT), (".gitignore", "*\n")):
        if not os.path.lexists(os.path.join(folder, own)):
            atomic.write(os.path.join(folder, own), text.encode(), mode=0o644)


def store(path: str, data: bytes) -> None:
    """Effect: puts a cache in its place, in one step. Raises OSError."""
    if os.path.islink(os.path.dirname(path)):
        raise OSError(f"{os.path.dirname(path)} is a link")
    if os.path.lexists(path) and (os.path.islink(path) or not os.path.isfile(path)):
        raise OSError(f"{path} is a link or no regular file")
    atomic.write(path, data, mode=0o644)
    _forget_oldest(path)


def _forget_oldest(path: str) -> None:
    """Removes what was left of the same root under options long out of use."""
    folder, own = os.path.split(path)
    prefix = own.partition("-")[0] + "-"
    with os.scandir(folder) as listing:
        alike = [entry for entry in listing if entry.name.startswith(prefix) and entry.name.endswith(_ENDING)]
    alike.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime_ns, reverse=True)
    for entry in alike[_KEPT:]:
        os.unlink(entry.path)


def clean(folder: str) -> bool:
    """Removes a cache folder and says whether there was one. Effect: removes files.

    Only a real folder with our own tag is touched, and in it only files that we write.
    """
    if os.path.islink(folder):
        return False
    try:
        tag = files.read(os.path.join(folder, TAG))
    except files.Unreadable:
        return False
    if tag != _TAG_TEXT.encode():
        return False
    with os.scandir(folder) as listing:
        ours = [
            entry.path
            for entry in listing
            if entry.name in (TAG, ".gitignore") or entry.name.endswith((_ENDING, ".tmp"))
        ]
    for path in ours:
        os.unlink(path)
    try:
        os.rmdir(folder)
    except OSError:  # it holds a foreign file
        return True
    return True
