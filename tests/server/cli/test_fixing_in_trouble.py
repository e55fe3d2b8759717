"""`--fix` as a process that is killed, of another user, and on a full disk: nothing is lost or written in part.

`RESILINT_FIX_KILLS=50` kills it so often; in CI it is a few times. The moment of a kill is drawn.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resilint.__main__ import main
from server.fs.test_writing import SOMEONE, as_someone, in_child, posix, root, shared

__all__ = ["shared"]
pytestmark = pytest.mark.once  # what the system does, not Python

KILLS = int(os.environ.get("RESILINT_FIX_KILLS", "3"))
FILES = 40
FIX = ["check", "--no-cache", "--select", "timeout-disabled", "--fix", "--unsafe-fixes"]
OLD = "import requests\n\n\ndef rates():\n    return requests.get('{}', timeout=None)\n" + "# as it was\n" * 200
NEW = OLD.replace("None", "(3.05, 27)")


def plant(folder: Path, files: int = FILES) -> dict[Path, tuple[int, int, int, int]]:
    """Modules to fix, some with two names; gives owner, group, mode and number of names of each."""
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n')
    for number in range(files):
        path = folder / f"m{number:02}.py"
        path.write_text(OLD.format(number))
        path.chmod((0o640, 0o755, 0o604)[number % 3])
        if number % 10 == 0:
            os.link(path, folder / f"n{number:02}.py")
        if os.geteuid() == 0 and number % 2:
            os.chown(path, SOMEONE, SOMEONE + number)
    return {path: _kept(path) for path in sorted(folder.glob("*.py"))}


def _kept(path: Path) -> tuple[int, int, int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode), found.st_nlink


def texts(path: Path) -> tuple[str, str]:
    """What a module held, and what it is to hold."""
    number = int(path.stem[1:])
    return OLD.format(number), NEW.format(number)


def start(folder: Path) -> subprocess.Popen[bytes]:
    """`resilint check --fix` in a folder, with its processes in a group of their own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "resilint", *FIX]
    null = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=null, stderr=null, start_new_session=True)


@posix
@pytest.mark.timeout(60 + KILLS * 30)
def test_kills_at_random(tmp_path: Path) -> None:
    """A killed run leaves each file old or new, with owner, mode and names; the next run does the rest."""
    first = tmp_path / "first"
    first.mkdir()
    plant(first)
    began = time.monotonic()
    assert start(first).wait(60) == 0
    whole = time.monotonic() - began
    chance = random.Random()
    between = 0
    for kill in range(KILLS):
        folder = tmp_path / str(kill)
        folder.mkdir()
        kept = plant(folder)
        process = start(folder)
        time.sleep(chance.uniform(0.3, 1) * whole)  # the moment of the kill is what is random; nothing waits for it
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        held = {path: path.read_text() for path in kept}
        assert [path for path, text in held.items() if kept[path][3] == 1 and text not in texts(path)] == []
        between += 0 < sum(text == texts(path)[1] for path, text in held.items()) < len(held)
        assert start(folder).wait(60) == 0
        assert {path: path.read_text() for path in kept} == {path: texts(path)[1] for path in kept}
        assert {path: _kept(path) for path in sorted(folder.glob("*.py"))} == kept
        assert len(os.listdir(folder)) == len(kept) + 1
    print(f"{KILLS} kills, {between} of them with a part of the files fixed")


@root
@pytest.mark.parametrize("mode", [0o444, 0o644, 0o400])
def test_another_user_may_not_write(
    shared: Path, mode: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The files stay as they are and are named, and the run says so by its status."""
    kept = plant(shared, 9)
    monkeypatch.chdir(shared)
    for path in kept:
        path.chmod(0o444)
    assert main(FIX) == 2  # so that all is loaded: the other user may not read where it lies
    owner = SOMEONE if mode == 0o400 else 0
    for path in kept:
        path.chmod(mode)
        os.chown(path, owner, owner)
    capfd.readouterr()

    def work() -> None:
        as_someone()
        assert main(FIX) == 2
        sys.stdout.flush()
        sys.stderr.flush()

    assert in_child(work) == 0
    said = capfd.readouterr().err
    assert said.count("was left as it is: it is read-only") == len(kept)
    assert "mistake in resilint" not in said
    assert [path.read_text() for path in kept] == [texts(path)[0] for path in kept]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {mode}
    assert len(os.listdir(shared)) == len(kept) + 1


@root
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="tmpfs")
def test_a_full_file_system(tmp_path: Path) -> None:
    """One megabyte without any left: all stays, and is fixed once there is space."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount")
    try:
        kept = plant(tmp_path, 20)
        filler = tmp_path / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as target:
            while target.write(bytes(4096)):
                pass
        assert start(tmp_path).wait(60) == 2
        assert {path: path.read_text() for path in kept} == {path: texts(path)[0] for path in kept}
        assert len(os.listdir(tmp_path)) == len(kept) + 2
        filler.unlink()
        assert start(tmp_path).wait(60) == 0
        assert {path: path.read_text() for path in kept} == {path: texts(path)[1] for path in kept}
        assert {path: _kept(path) for path in kept} == kept
    finally:
        subprocess.run(["umount", "-l", tmp_path], check=True)
