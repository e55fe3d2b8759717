"""Files of our own that are written whole or not at all: reports, baselines, the cache."""

from __future__ import annotations

import contextlib
import os
import stat


def write(path: str, data: bytes, mode: int = 0o666) -> None:
    """Puts `data` in the place of a file in one step; what failed leaves nothing behind. Raises OSError.

    A new file gets `mode` less the process's mask, one that exists keeps its mode, and a link stays: what it leads to
    is replaced. What is no regular file, such as a pipe, is written to. Effect: writes.
    """
    real = os.path.realpath(path)
    try:
        found = os.stat(path)
    except FileNotFoundError:
        _replace(real, data, mode, None)
        return
    if stat.S_ISREG(found.st_mode):
        if not os.access(real, os.W_OK):
            raise PermissionError(13, "Permission denied", path)
        try:
            _replace(real, data, mode, found)
            return
        except PermissionError:  # a folder that takes no new files may hold one that can be written to
            pass
    with open(path, "wb") as target:
        target.write(data)


def _replace(path: str, data: bytes, mode: int, before: os.stat_result | None) -> None:
    spare = os.path.join(os.path.dirname(path), f".resilint-{os.urandom(6).hex()}.tmp")
    handle = os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
        if before is not None:
            os.chmod(spare, stat.S_IMODE(before.st_mode))
        os.replace(spare, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(spare)
        raise
