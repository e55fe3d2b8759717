"""Writing a file: what is kept, and what a full disk, a kill or another user leaves."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from resilint.fs import files, writing
from resilint.fs.files import Unwritable

posix = pytest.mark.skipif(os.name == "nt", reason="there are neither forks nor owners")
root = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
OLD = "old = 1\n" * 3000
NEW = "new = 2  # longer\n" * 3000
SOMEONE = 12345
"""A user and a group that the machine need not know."""


def write(path: Path, text: str, root: Path | None = None, before: str | None = None) -> str:
    """`writing.write` with the digest of what is there now."""
    now = files.digest(path.read_bytes()) if before is None else before
    return writing.write(str(path), text, root=str(root or path.parent), before=now)


def test_writing_keeps_mode_encoding_mark_and_newlines(tmp_path: Path) -> None:
    """What a fix does not touch stays, to the byte."""
    path = tmp_path / "x.py"
    path.write_bytes(b"# coding: latin-1\r\nname = '\xe9'\r\n")
    path.chmod(0o754)
    told = write(path, "# coding: latin-1\r\nname = '\xe9\xe9'\r\n")
    assert path.read_bytes() == b"# coding: latin-1\r\nname = '\xe9\xe9'\r\n"
    assert told == files.digest(path.read_bytes())
    assert stat.S_IMODE(path.stat().st_mode) == 0o754
    path.write_bytes(b"\xef\xbb\xbfx = 1\n")
    write(path, "x = 2\n")
    assert path.read_bytes() == b"\xef\xbb\xbfx = 2\n"
    assert os.listdir(tmp_path) == ["x.py"]


def test_a_changed_file_is_not_overwritten(tmp_path: Path) -> None:
    """Somebody else's change is worth more than our fix."""
    path = tmp_path / "x.py"
    path.write_text("new\n")
    with pytest.raises(Unwritable, match="has changed"):
        write(path, "fixed\n", before=files.digest(b"old\n"))
    assert path.read_text() == "new\n"


def test_a_link_is_never_replaced(tmp_path: Path) -> None:
    """Neither the link nor what it leads to is touched."""
    target = tmp_path / "target.py"
    target.write_text("old\n")
    link = tmp_path / "x.py"
    link.symlink_to(target)
    with pytest.raises(Unwritable, match="link"):
        write(link, "fixed\n")
    assert link.is_symlink()
    assert target.read_text() == "old\n"


def test_nothing_outside_the_root_is_written(tmp_path: Path) -> None:
    """Also not through a folder that is a link."""
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "x.py").write_text("old\n")
    (root / "way").symlink_to(outside)
    with pytest.raises(Unwritable, match="outside"):
        write(root / "way" / "x.py", "fixed\n", root)
    with pytest.raises(Unwritable, match="outside"):
        write(outside / "x.py", "fixed\n", root)
    assert (outside / "x.py").read_text() == "old\n"


def test_text_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    """A file in an old encoding stays as it was when the fix cannot be said in it."""
    path = tmp_path / "x.py"
    path.write_bytes(b"# coding: latin-1\n")
    with pytest.raises(Unwritable, match="does not fit"):
        write(path, "# coding: latin-1\n\u20ac\n")
    assert path.read_bytes() == b"# coding: latin-1\n"


def test_a_change_at_the_last_moment_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest is compared again when the new bytes lie ready beside the file."""
    path = tmp_path / "x.py"
    path.write_text("old\n")
    fsync = os.fsync

    def meanwhile(handle: int) -> None:
        path.write_text("theirs\n")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(Unwritable, match="has changed"):
        write(path, "fixed\n")
    assert path.read_text() == "theirs\n"
    assert os.listdir(tmp_path) == ["x.py"]


def linked(folder: Path, text: str = OLD) -> tuple[Path, Path]:
    """A file with two names."""
    path, other = folder / "x.py", folder / "other.py"
    path.write_text(text)
    os.link(path, other)
    return path, other


@pytest.mark.parametrize(("old", "new"), [(OLD, NEW), (NEW, OLD), (OLD, "")])
def test_hard_links_stay(tmp_path: Path, old: str, new: str) -> None:
    """Both names show the new text, and they are still one file; no journal stays."""
    path, other = linked(tmp_path, old)
    before = files.digest(old.encode())
    write(path, new)
    assert (other.read_text(), path.samefile(other)) == (new, True)
    write(other, new, before=before)  # the same fix through the other name is done already
    assert sorted(os.listdir(tmp_path)) == ["other.py", "x.py"]


@posix
@pytest.mark.parametrize("mode", [0o444, 0o555, 0o464, 0o400])
def test_what_is_read_only_is_left_alone(tmp_path: Path, mode: int) -> None:
    """Root could write it, and does not."""
    path = tmp_path / "x.py"
    path.write_text("old\n")
    path.chmod(mode)
    with pytest.raises(Unwritable, match="is read-only"):
        write(path, "fixed\n")
    assert path.read_text() == "old\n"
    assert (stat.S_IMODE(path.stat().st_mode), os.listdir(tmp_path)) == (mode, ["x.py"])


def in_child(work: Callable[[], None]) -> int:
    """Runs something in a fork; returns its exit status, or the negative number of the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - pytest's failures are no Exception
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def as_someone() -> None:
    """Effect: this process stops being root."""
    os.setgroups([])
    os.setgid(SOMEONE)
    os.setuid(SOMEONE)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A folder that any user reaches and may write."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    above = [parent for parent in folder.parents if parent.is_relative_to("/tmp") and parent != Path("/tmp")]
    modes = [(parent, parent.stat().st_mode) for parent in above]
    for parent, mode in modes:
        parent.chmod(mode | 0o055)
    yield folder
    for parent, mode in modes:
        parent.chmod(mode)


@root
@pytest.mark.parametrize("names", [1, 2])
def test_root_keeps_another_owner(tmp_path: Path, names: int) -> None:
    """Owner, group and mode of the file are those it had, with one name and with two."""
    path = linked(tmp_path)[0]
    if names == 1:
        (tmp_path / "other.py").unlink()
    os.chown(path, SOMEONE, SOMEONE + 1)
    path.chmod(0o640)
    write(path, NEW)
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (SOMEONE, SOMEONE + 1, 0o640)
    assert (found.st_nlink, path.read_text()) == (names, NEW)


@root
def test_an_owner_that_only_root_could_give_is_kept(shared: Path) -> None:
    """A file of root's that all may write is overwritten, not replaced: it stays root's."""
    path = shared / "x.py"
    path.write_text(OLD)
    path.chmod(0o666)

    def work() -> None:
        as_someone()
        write(path, NEW)

    assert in_child(work) == 0
    assert (path.stat().st_uid, path.read_text(), os.listdir(shared)) == (0, NEW, ["x.py"])


@root
@pytest.mark.parametrize(("mode", "reason"), [(0o644, "is read-only"), (0o666, "takes no journal")])
def test_another_user_is_refused(shared: Path, mode: int, reason: str) -> None:
    """A file that is not theirs to write; and one that is, in a folder that takes no journal."""
    path = shared / "x.py"
    path.write_text(OLD)
    path.chmod(mode)
    shared.chmod(0o755)

    def work() -> None:
        as_someone()
        with pytest.raises(Unwritable, match=reason):
            write(path, NEW)

    assert in_child(work) == 0
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode), os.listdir(shared)) == (OLD, mode, ["x.py"])


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="Python cannot set attributes here")
def test_extended_attributes_stay(tmp_path: Path) -> None:
    """A new file gets the attributes of the old one, before it takes its place."""
    path = tmp_path / "x.py"
    path.write_text(OLD)
    try:
        os.setxattr(path, "user.origin", b"here")
    except OSError:
        pytest.skip("this file system has none")
    write(path, NEW)
    assert (os.getxattr(path, "user.origin"), path.read_text()) == (b"here", NEW)


@posix
@pytest.mark.parametrize("names", [1, 2])
def test_a_text_that_does_not_fit_on_the_disk(tmp_path: Path, names: int) -> None:
    """The old text stays, whatever part of the new one was written, and nothing lies beside it."""
    import resource

    path, other = linked(tmp_path)
    if names == 1:
        other.unlink()
    # With the last limit, for two names, the journal fits only without its last line.
    for limit in (0, 10, len(OLD) + 10, len(OLD + NEW) + 10)[: 2 + names]:

        def work(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            with pytest.raises(Unwritable, match=r"cannot be written \(file too large\)"):
                write(path, NEW)

        assert in_child(work) == 0
        assert path.read_text() == OLD
    assert len(os.listdir(tmp_path)) == names


@posix
def test_a_disk_that_fills_up_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the file itself cannot be written whole, its old text is put back."""
    path, other = linked(tmp_path)
    real, inode = os.write, path.stat().st_ino

    def full(handle: int, data: memoryview) -> int:
        if os.fstat(handle).st_ino == inode and bytes(data).startswith(b"new"):
            real(handle, data[:100])
            raise OSError(28, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Unwritable, match="no space left"):
        write(path, NEW)
    assert (path.read_text(), other.read_text()) == (OLD, OLD)
    assert len(os.listdir(tmp_path)) == 2


@root
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="tmpfs")
@pytest.mark.parametrize("names", [1, 2])
def test_a_full_file_system(tmp_path: Path, names: int) -> None:
    """One megabyte, nearly all of it in use: the file stays as it was, and works once there is space."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("may not mount")
    try:
        path, other = linked(tmp_path)
        if names == 1:
            other.unlink()
        filler = tmp_path / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as target:
            while target.write(bytes(4096)):
                pass
        with pytest.raises(Unwritable, match="no space left"):
            write(path, NEW)
        assert (path.read_text(), len(os.listdir(tmp_path))) == (OLD, names + 1)
        filler.unlink()
        write(path, NEW)
        assert (path.read_text(), path.stat().st_nlink) == (NEW, names)
    finally:
        subprocess.run(["umount", "-l", tmp_path], check=True)


STEPS = ("open", "write", "ftruncate", "fsync", "chmod", "link", "replace", "unlink", "close")


def kill_at(step: int) -> None:
    """Effect: this process kills itself in the middle of one of its calls to the system."""
    count = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            nonlocal count
            count += 1
            if count == step:
                if real is original["write"]:
                    real(args[0], args[1][: len(args[1]) // 2])  # type: ignore[index, arg-type]
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)

        return call

    original = {name: getattr(os, name) for name in STEPS}
    os.supports_fd.add(chmod := counted(original["chmod"]))
    for name in STEPS:
        setattr(os, name, chmod if name == "chmod" else counted(original[name]))


@posix
@pytest.mark.parametrize("unnamed", [True, False])
@pytest.mark.parametrize("names", [1, 2])
@pytest.mark.parametrize(("old", "new"), [(OLD, NEW), (NEW, OLD)])
def test_a_kill_at_any_step(
    tmp_path: Path, old: str, new: str, names: int, unnamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is old or new, at once if it has one name, after the next run if it has two; nothing stays."""
    if not unnamed:
        monkeypatch.setattr(writing, "_UNNAMED", 0)
    status, step, ends = -signal.SIGKILL, 0, set()
    while status == -signal.SIGKILL:
        step += 1
        path, other = linked(tmp_path, old)
        path.chmod(0o750)
        if names == 1:
            other.unlink()

        def work(step: int = step, path: Path = path) -> None:
            kill_at(step)
            writing.write(str(path), new, root=str(tmp_path), before=files.digest(old.encode()))

        status = in_child(work)
        if names == 1:
            assert path.read_text() in (old, new)
        assert writing.recover([str(tmp_path)]).complaints == ()
        ends.add(path.read_text())
        found = path.stat()
        assert (stat.S_IMODE(found.st_mode), found.st_nlink) == (0o750, names)
        assert len(os.listdir(tmp_path)) == names
        for left in tmp_path.iterdir():
            left.unlink()
    assert (status, ends) == (0, {old, new})
    assert step > 8


@posix
@pytest.mark.parametrize("names", [1, 2])
def test_fifty_kills_at_random(tmp_path: Path, names: int) -> None:
    """A process that writes without a pause is killed: nothing is lost, and nothing written in part stays."""
    path, other = linked(tmp_path)
    if names == 1:
        other.unlink()
    chance = random.Random(1)
    for _ in range(50):
        pid = os.fork()
        if pid == 0:
            while True:
                write(path, NEW if path.read_text() == OLD else OLD)
        time.sleep(chance.uniform(0, 0.02))  # the moment of the kill is what is random; nothing waits for it
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if names == 1:
            assert path.read_text() in (OLD, NEW)
        assert writing.recover([str(tmp_path)]).complaints == ()
        assert path.read_text() in (OLD, NEW)
        assert (len(os.listdir(tmp_path)), path.stat().st_nlink) == (names, names)


@posix
def test_what_is_in_use_is_no_leftover(tmp_path: Path) -> None:
    """A second run leaves the temporary file of one that is at work alone, and removes it later."""
    path = writing.companion(str(tmp_path / "x.py"), writing.TEMPORARY)
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    writing._lock(handle)
    writing.recover([str(tmp_path)])
    assert os.path.exists(path)
    os.close(handle)
    writing.recover([str(tmp_path)])
    assert not os.path.exists(path)


def interrupted(folder: Path, now: str) -> str:
    """Makes a file and the journal of a write that was killed; returns the journal's path."""
    path = folder / "x.py"
    path.write_text(now)
    journal = writing.companion(str(path), writing.JOURNAL)
    Path(journal).write_bytes(writing._entry(str(path), OLD.encode(), NEW.encode()))
    return journal


def test_what_was_changed_since_is_not_restored(tmp_path: Path) -> None:
    """A person's text stays, and the old one is kept beside it under a name that the message gives."""
    interrupted(tmp_path, "mine\n")
    done = writing.recover([str(tmp_path)])
    (backup,) = tmp_path.glob(".x.py.*")
    assert ((tmp_path / "x.py").read_text(), backup.read_text()) == ("mine\n", OLD)
    assert (done.restored, [str(backup) in line for line in done.complaints]) == ((), [True])
    assert writing.recover([str(tmp_path)]) == ((), ())


def test_foreign_files_are_no_leftovers(tmp_path: Path) -> None:
    """Names that resemble ours, links and folders stay; so does a file outside that a forged journal names."""
    inside = tmp_path / "in"
    inside.mkdir()
    outside = tmp_path / "x.py"
    outside.write_text(NEW[:10] + OLD[10:])
    forged = writing._entry("x.py", OLD.encode(), NEW.encode()).replace(b'"x.py"', b'"../x.py"')
    (inside / f".x.py.0123456789ab.{writing.JOURNAL}").write_bytes(forged)
    for name in (".x.py.123.tmp", f"x.py.0123456789ab.{writing.TEMPORARY}", f".x.py.{writing.TEMPORARY}"):
        (inside / name).write_text("")
    (inside / f".y.py.0123456789ab.{writing.TEMPORARY}").mkdir()
    writing.recover([str(inside), str(tmp_path / "missing")])
    assert outside.read_text() == NEW[:10] + OLD[10:]
    assert len(os.listdir(inside)) == 4
