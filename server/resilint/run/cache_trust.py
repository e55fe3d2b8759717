"""Whether a cache was written by this user on this machine: its checksum needs a key that lies outside of all projects.

A project may hold a cache folder with results that are not ours. The key is 32 random bytes in the user's own cache
folder; without it there is no cache.
"""

from __future__ import annotations

import os
import stat
import sys

from ..fs import atomic, files

_SIZE = 32
_LARGEST_INDEX = 256 * 1024 * 1024
"""Bytes of a git index that are searched."""


def key_for(root: str) -> bytes:
    """Returns the key for the caches of a project, b"" if there is none. Effect: makes one. Raises OSError.

    A key inside the project or its repository is not used: it may have come with it.
    """
    folder = _user_folder()
    if not os.path.isabs(folder):  # no home folder
        return b""
    path = os.path.join(os.path.realpath(folder), "resilint", "cache.key")
    top = os.path.realpath(_repository(root) or root)
    if files.below(path, top):
        return b""
    return _read(path) or _make(path)


def _user_folder() -> str:
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA", "")
    if chosen := os.environ.get("XDG_CACHE_HOME", ""):
        return chosen
    return os.path.expanduser("~/Library/Caches" if sys.platform == "darwin" else "~/.cache")


def _repository(folder: str) -> str:
    """The nearest folder above that is a git repository, "" if there is none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


def _read(path: str) -> bytes:
    """The key in a file; b"" if it is none, or if others could have written it or may read it."""
    try:
        found = os.lstat(path)
        data = files.read(path)
    except (OSError, files.Unreadable):
        return b""
    if not stat.S_ISREG(found.st_mode) or len(data) != _SIZE:
        return b""
    if os.name == "posix" and (found.st_uid != os.getuid() or found.st_mode & 0o077):
        return b""
    return data


def _make(path: str) -> bytes:
    """Makes a key. Of two that are made at once the later one stays; a cache with the other is then replaced."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    atomic.write(path, os.urandom(_SIZE), mode=0o600)
    return _read(path)


def seal(key: bytes, path: str, body: bytes) -> bytes:
    """Returns what stands before the body of a cache: it depends on the key, the cache's place and the body."""
    try:
        from _blake2 import blake2b  # hashlib would load OpenSSL first: a third of an empty interpreter
    except ImportError:
        from hashlib import blake2b

    place = os.fsencode(os.path.abspath(path))
    digest = blake2b(len(place).to_bytes(4, "big") + place, key=key, digest_size=32)
    digest.update(body)
    return digest.hexdigest().encode()


def tracked(folder: str) -> bool:
    """Whether git tracks something in a folder called as our cache. Effect: reads the index of its repository."""
    top = _repository(os.path.dirname(folder))
    if not top:
        return False
    name = os.fsencode(files.below(folder, top)) + b"/"
    return any(_lists(index, name) for index in _indexes(os.path.join(top, ".git")))


def _indexes(git: str) -> list[str]:
    """The paths of the indexes of a repository: more than one if it is split."""
    if os.path.isfile(git):  # a work tree of its own, or a submodule
        try:
            text = os.fsdecode(files.read(git))
        except files.Unreadable:
            return []
        git = os.path.join(os.path.dirname(git), text.partition("gitdir:")[2].strip())
    try:
        shared = [name for name in os.listdir(git) if name.startswith("sharedindex.")]
    except (OSError, ValueError):
        return []
    return [os.path.join(git, name) for name in ("index", *shared)]


def _lists(index: str, name: bytes) -> bool:
    """Whether an index has an entry whose path begins with `name`."""
    try:
        data = files.read(index, _LARGEST_INDEX)
    except files.Unreadable:
        return False
    if data[:4] != b"DIRC":
        return False
    return (_lists_compressed if int.from_bytes(data[4:8], "big") >= 4 else _lists_plain)(data, name)


def _lists_plain(data: bytes, name: bytes) -> bool:
    """The same of versions 2 and 3: before a path are its length, or two bytes of which the second is 0."""
    at = data.find(name)
    while at >= 0:
        size = data.find(b"\0", at) - at
        if data[at - 1] == 0 or int.from_bytes(data[at - 2 : at], "big") & 0x0FFF == min(size, 0x0FFF):
            return True
        at = data.find(name, at + 1)
    return False


def _lists_compressed(data: bytes, name: bytes) -> bool:
    """The same of version 4, where a path is written as what differs from the one before it."""
    at, path = 12, b""
    for _ in range(int.from_bytes(data[8:12], "big")):
        at += 64 if data[at + 60 : at + 61] >= b"@" and data[at + 60] & 0x40 else 62
        strip, at = _number(data, at)
        end = data.find(b"\0", at)
        if end < 0:
            return False
        path = path[: len(path) - strip] + data[at:end]
        if path.startswith(name):
            return True
        at = end + 1
    return False


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number in seven bits a byte, as git writes what is cut off a path; and where it ends."""
    value = -1
    while at < len(data):
        value = (value + 1 << 7) + (data[at] & 0x7F)
        at += 1
        if not data[at - 1] & 0x80:
            break
    return value, at
