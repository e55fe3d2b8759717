"""Replaces a file's text so that neither a full disk nor a kill loses or mixes anything.

There are two ways, since no single one keeps everything:

- **Move.** The new text is written to a file beside the old, which has no name yet (Linux) or a temporary one. It gets
  owner, group, mode and extended attributes of the old file and is moved over it in one step.
- **Overwrite.** A move would give a file that has several names (hard links) a copy of its own, and one of another
  owner a new owner. Such a file is overwritten in place. Both texts lie in a journal beside it meanwhile; if the
  process is killed, `recover` puts the old text back in the next run that writes. To refuse such files would
  be simpler, but a repository on a shared disk may consist of nothing else.

Leftovers are recognised by their names. Their writer holds a lock on them, which ends with the process, so that
`recover` never takes one that is in use.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .files import Unreadable, Unwritable, below, decode, digest, encode, is_notebook, read, reason_of

try:
    import fcntl
except ImportError:  # Windows, where an open file can be neither moved nor removed: that is the lock
    fcntl = None  # type: ignore[assignment]

TEMPORARY = "resilint-tmp"
JOURNAL = "resilint-journal"
BACKUP = "resilint-backup"

_LEFTOVER = re.compile(rf"\..+\.[0-9a-f]{{12}}\.({TEMPORARY}|{JOURNAL})")
_NAME_LENGTH = 30
"""Characters of a file's name that the names of its companions hold: with four bytes each they still fit."""

_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY | _NO_LINK
_UNNAMED = getattr(os, "O_TMPFILE", 0)
_EFFECTIVE = os.access in os.supports_effective_ids
_OLD_AGE = 3600
"""Seconds after which a leftover on a file system without locks counts as abandoned."""


class Recovery(NamedTuple):
    """Paths of files whose old text was put back, and sentences about those where that was not possible."""

    restored: tuple[str, ...]
    complaints: tuple[str, ...]


def write(path: str, text: str, *, root: str, before: str) -> str:
    """Replaces a file's text, in its own encoding, and returns the new bytes' digest.

    `before` is the digest of the bytes that `text` was made from. Effect: writes. Raises Unwritable,
    and then nothing has changed, if the file is a link, is read-only, lies outside `root`, or is not as it was.
    """
    real = os.path.realpath(path)
    try:
        found = os.lstat(path)
    except OSError as error:
        raise Unwritable(f"cannot be written ({reason_of(error)})") from None
    if not stat.S_ISREG(found.st_mode):
        raise Unwritable("is a link or no regular file")
    if not below(real, os.path.realpath(root)):
        raise Unwritable(f"lies outside {root}")
    # The mode counts for root, too: who sets a file to read-only does not want it to be fixed.
    if not found.st_mode & stat.S_IWUSR or not os.access(real, os.W_OK, effective_ids=_EFFECTIVE):
        raise Unwritable("is read-only")
    try:
        old = read(real)
        new = encoded(real, text, old)
    except Unreadable as error:
        raise Unwritable(f"cannot be read ({error})") from None
    if old == new:  # a fix of this run, through another name of the file
        return digest(new)
    if digest(old) != before:
        raise Unwritable("has changed since it was read")
    if found.st_nlink > 1 or not _move(real, found, new, before):
        _overwrite(real, found, old, new)
    return digest(new)


def encoded(name: str, text: str, old: bytes) -> bytes:
    """The bytes of a file that get another text. Raises Unreadable and Unwritable."""
    if is_notebook(name):
        from .notebook import rewritten

        return rewritten(old, text)
    like = decode(old)
    try:
        if encode(like.text, like) != old:
            raise Unwritable(f"cannot be written back in {like.encoding} as it was")
        return encode(text, like)
    except UnicodeError:
        raise Unwritable(f"the new text does not fit its encoding, {like.encoding}") from None


def _move(path: str, found: os.stat_result, new: bytes, before: str) -> bool:
    """Moves a file with the new text over a file; False if that would not keep its owner and attributes."""
    if _UNNAMED:
        # Without /proc, or on a file system that knows no files without names, the other way is taken.
        with contextlib.suppress(OSError):
            return _move_new(path, found, new, before, os.path.dirname(path))
    try:
        return _move_new(path, found, new, before, "")
    except PermissionError:  # a folder with the sticky bit: only the owner of a file may replace it
        return False
    except OSError as error:
        raise Unwritable(f"cannot be written ({reason_of(error)})") from None


def _move_new(path: str, found: os.stat_result, new: bytes, before: str, folder: str) -> bool:
    """Writes a file and moves it over another; `folder` is given if it is to have no name until it is complete."""
    spare = companion(path, TEMPORARY)
    handle = os.open(folder, os.O_RDWR | _UNNAMED, 0o600) if folder else os.open(spare, _CREATE, 0o600)
    named = not folder
    try:
        try:
            _lock(handle)
            if not _give_attributes(handle, spare, path, found):
                return False
            _put(handle, new)
            if folder:
                named = True
                # With a folder to start from, `link` follows the entry in /proc to the open file.
                start = os.open(folder, os.O_RDONLY)
                try:
                    os.link(f"/proc/self/fd/{handle}", spare, src_dir_fd=start, follow_symlinks=True)
                finally:
                    os.close(start)
        finally:
            os.close(handle)
        _check_unchanged(path, before)
        os.replace(spare, path)
        named = False
    finally:
        if named:
            _remove(spare)
    return True


def _check_unchanged(path: str, before: str) -> None:
    try:
        now = read(path)
    except Unreadable as error:
        raise Unwritable(f"cannot be read ({error})") from None
    if digest(now) != before:
        raise Unwritable("has changed since it was read")


def companion(path: str, ending: str) -> str:
    """Returns a new path beside a file, under a name that `recover` recognises."""
    folder, own = os.path.split(path)
    return os.path.join(folder, f".{own[:_NAME_LENGTH]}.{os.urandom(6).hex()}.{ending}")


def _give_attributes(handle: int, spare: str, path: str, found: os.stat_result) -> bool:
    """Gives a new file owner, group, extended attributes and mode of another; False if we may not."""
    try:
        now = os.fstat(handle)
        if (now.st_uid, now.st_gid) != (found.st_uid, found.st_gid):
            os.fchown(handle, found.st_uid, found.st_gid)
        _copy_extended(handle, path)
        os.chmod(handle if os.chmod in os.supports_fd else spare, stat.S_IMODE(found.st_mode))
        now = os.fstat(handle)
    except OSError:
        return False
    return (now.st_uid, now.st_gid, now.st_mode) == (found.st_uid, found.st_gid, found.st_mode) or os.name == "nt"


def _copy_extended(handle: int, path: str) -> None:
    """Copies extended attributes, access lists among them, where Python can (Linux). Raises OSError."""
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(path)
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):
            return
        raise
    have = os.listxattr(handle)
    for name in names:
        value = os.getxattr(path, name)
        if name not in have or os.getxattr(handle, name) != value:
            os.setxattr(handle, name, value)
    for name in have:  # a default access list of the folder, which the old file was made without
        if name not in names:
            os.removexattr(handle, name)


class _IncompleteError(Exception):
    """A file could be written neither whole nor back."""


def _overwrite(path: str, found: os.stat_result, old: bytes, new: bytes) -> None:
    """Overwrites a file in place, with a journal beside it meanwhile. Raises Unwritable."""
    journal = companion(path, JOURNAL)
    try:
        saved = os.open(journal, _CREATE, 0o600)
    except OSError as error:
        raise Unwritable(f"cannot be written safely, since its folder takes no journal ({reason_of(error)})") from None
    needed = False
    try:
        try:
            _lock(saved)
            _put(saved, _entry(path, old, new))
            _put_in_place(path, found, old, new)
        finally:
            os.close(saved)
    except _IncompleteError as error:
        needed = True
        reason = f"is incomplete ({error}); the next `resilint check --fix` restores it from {journal}"
        raise Unwritable(reason) from None
    except OSError as error:
        raise Unwritable(f"cannot be written ({reason_of(error)})") from None
    finally:
        if not needed:
            _remove(journal)


def _put_in_place(path: str, found: os.stat_result, old: bytes, new: bytes) -> None:
    """Writes the new bytes or, if that fails, the old ones again, for which there was space."""
    handle = os.open(path, os.O_RDWR | _BINARY | _NO_LINK)
    try:
        now = os.fstat(handle)
        if (now.st_dev, now.st_ino) != (found.st_dev, found.st_ino) or _content(handle) != old:
            raise Unwritable("has changed since it was read")
        try:
            _put(handle, new)
        except BaseException as error:
            try:
                _put(handle, old)
            except OSError:
                raise _IncompleteError(reason_of(error) if isinstance(error, OSError) else "stopped") from None
            raise
        if os.fstat(handle).st_mode != found.st_mode:  # the system takes set-user-ID away when a file is written
            with contextlib.suppress(OSError):
                os.chmod(handle if os.chmod in os.supports_fd else path, stat.S_IMODE(found.st_mode))
    finally:
        os.close(handle)


def _put(handle: int, data: bytes) -> None:
    """Makes `data` the content of an open file, on the disk too. Raises OSError."""
    os.lseek(handle, 0, os.SEEK_SET)
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.ftruncate(handle, len(data))
    os.fsync(handle)


def _content(handle: int) -> bytes:
    os.lseek(handle, 0, os.SEEK_SET)
    parts = []
    while part := os.read(handle, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _lock(handle: int) -> None:
    """Marks a file as in use until it is closed. Some file systems have no locks; then its age decides."""
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _entry(path: str, old: bytes, new: bytes) -> bytes:
    """The content of a journal: both texts and, as its last line, what they belong to."""
    record = {"file": os.path.basename(path), "sizes": [len(old), len(new)], "digest": digest(old + new)}
    return b"".join((old, new, b"\n", json.dumps(record).encode()))


def _read_entry(data: bytes) -> tuple[str, bytes, bytes] | None:
    """The name of the file and both texts in a journal; None if it was not completed: then its file is as it was."""
    texts, _, last = data.rpartition(b"\n")
    try:
        record = json.loads(last)
        name, (size, _) = record["file"], record["sizes"]
        if digest(texts) != record["digest"] or os.path.basename(name) != name:
            return None
        return name, texts[:size], texts[size:]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def recover(folders: Iterable[str]) -> Recovery:
    """Settles what killed runs left in folders. Effect: removes their temporary files, puts old texts back."""
    restored: list[str] = []
    complaints: list[str] = []
    for folder in folders:
        for name, ending in _leftovers(folder):
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError), _claimed(path) as claimed:
                if claimed is None:
                    continue
                if ending == JOURNAL:
                    _settle(folder, claimed, restored, complaints)
                else:
                    os.unlink(claimed[0])
    return Recovery(tuple(restored), tuple(complaints))


def _leftovers(folder: str) -> list[tuple[str, str]]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [(name, found.group(1)) for name in sorted(names) if (found := _LEFTOVER.fullmatch(name))]


@contextlib.contextmanager
def _claimed(path: str) -> Iterator[tuple[str, int] | None]:
    """The path and the open file of a leftover that no process uses; None if one does. Raises OSError."""
    if fcntl is None:
        renamed = re.sub(r"[0-9a-f]{12}(?=\.[\w-]+\Z)", os.urandom(6).hex(), path)
        os.rename(path, renamed)  # fails if a process has it open
        path = renamed
    handle = os.open(path, os.O_RDWR | _BINARY | _NO_LINK)
    try:
        yield (path, handle) if stat.S_ISREG(os.fstat(handle).st_mode) and _is_abandoned(handle) else None
    finally:
        os.close(handle)


def _is_abandoned(handle: int) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return time.time() - os.fstat(handle).st_mtime > _OLD_AGE
    return True


def _settle(folder: str, claimed: tuple[str, int], restored: list[str], complaints: list[str]) -> None:
    """Puts the old text back if the file is what an interrupted write leaves. Raises OSError."""
    journal, handle = claimed
    entry = _read_entry(_content(handle))
    if entry is not None:
        name, old, new = entry
        path = os.path.join(folder, name)
        try:
            now = read(path)
        except Unreadable:
            now = None
        if now is None or (now not in (old, new) and not _is_mixture(now, old, new)):
            # It was edited since. The old text may exist nowhere else.
            os.ftruncate(handle, len(old))
            kept = companion(path, BACKUP)
            os.rename(journal, kept)
            complaints.append(
                f"{path}: a fix was interrupted, and the file has changed since; its old text is now in {kept}"
            )
            return
        if now not in (old, new):
            try:
                _put_back(path, old)
            except OSError as error:
                complaints.append(f"{path}: a fix was interrupted and cannot be undone ({reason_of(error)})")
                return
            restored.append(path)
    os.unlink(journal)


def _put_back(path: str, old: bytes) -> None:
    handle = os.open(path, os.O_RDWR | _BINARY | _NO_LINK)
    try:
        _put(handle, old)
    finally:
        os.close(handle)


def _is_mixture(now: bytes, old: bytes, new: bytes) -> bool:
    """Whether an interrupted write of one text over the other may have left this."""
    low, high = sorted((len(old), len(new)))
    return low <= len(now) <= high and all(
        now[at] == (old[at] if at < len(old) else None) or now[at] == (new[at] if at < len(new) else None)
        for at in range(len(now))
    )
