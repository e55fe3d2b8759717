"""No process outlives the editor, and no file is lost with a process."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.wire import PATIENCE, Wire

URI = "file:///nowhere/a.py"
WITHIN = 10.0
"""Seconds within which the server must notice that the editor is gone."""
SLEEP = [sys.executable, "-S", "-c", "input()"]


LISTS_CHILDREN = os.path.exists(f"/proc/self/task/{os.getpid()}/children") and hasattr(os, "pidfd_open")


@pytest.fixture
def editor() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for the editor; the pipe to the server is not its own."""
    with subprocess.Popen(SLEEP, stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def greet(wire: Wire, editor: int) -> None:
    """`initialize` with the id of a process, and `initialized`."""
    wire.ask("initialize", {"processId": editor, "rootUri": None, "capabilities": {}})
    wire.notify("initialized", {})


def worker_of(wire: Wire) -> int:
    """The process id of the worker, once it is there."""
    if not LISTS_CHILDREN:
        pytest.skip("the system does not list a process's children in /proc")
    path = Path(f"/proc/{wire.process.pid}/task/{wire.process.pid}/children")
    deadline = time.monotonic() + PATIENCE
    while not (found := path.read_text().split()):
        assert time.monotonic() < deadline
    return int(found[0])


def assert_ends(handle: int) -> None:
    """Waits for the end of the process behind a file descriptor."""
    assert select.select([handle], [], [], WITHIN)[0], "the process is still there"


@pytest.mark.parametrize("text", ["SLOW", "HANG", "LOOP"])
def test_the_server_ends_with_the_process_that_it_was_told_of(editor: subprocess.Popen[bytes], text: str) -> None:
    """Nobody has waited for that process yet, the pipe stays open, and the worker may be busy without end."""
    with Wire("--silence", "60") as wire:
        greet(wire, editor.pid)
        wire.open(URI, text)
        if text == "SLOW":
            wire.published(URI, 1)
        handle = os.pidfd_open(worker_of(wire)) if LISTS_CHILDREN else None
        editor.kill()
        assert wire.process.wait(WITHIN) == 1
        if handle is not None:
            assert_ends(handle)


def test_the_server_ends_if_that_process_is_gone_already(editor: subprocess.Popen[bytes]) -> None:
    """The editor may have died while the server started."""
    editor.kill()
    editor.wait()
    with Wire() as wire:
        wire.request("initialize", {"processId": editor.pid, "rootUri": None, "capabilities": {}})
        assert wire.process.wait(WITHIN) == 1


@pytest.mark.parametrize("number", [None, 0, -1, "our own", *([] if sys.platform == "win32" else [1])])
def test_the_server_stays_while_that_process_lives(number: int | str | None) -> None:
    """Also if the number names none, or one of another user."""
    with Wire() as wire:
        greet(wire, os.getpid() if number == "our own" else number)  # type: ignore[arg-type]
        with pytest.raises(subprocess.TimeoutExpired):
            wire.process.wait(2.5)
        assert wire.leave() == 0


def test_a_worker_that_hangs_in_compiled_code_ends_after_the_server_was_killed() -> None:
    """It cannot notice the end of its input: the system ends it."""
    with Wire("--silence", "1") as wire:
        wire.greet()
        wire.open(URI, "")
        wire.published(URI, 1)
        handle = os.pidfd_open(worker_of(wire))
        wire.open(URI, "LOOP")
        wire.process.kill()
        assert_ends(handle)


def test_each_file_of_a_workspace_is_delivered_once_although_workers_are_lost(tmp_path: Path) -> None:
    """Some end at a file, which has the reason in place of findings; others are killed from outside."""
    names = [f"f{n:03}.py" for n in range(250)]
    bad = {"f020.py": "CRASH", "f130.py": "LOOP", "f249.py": "CRASH"}
    for name in names:
        (tmp_path / name).write_text(bad.get(name, "SLOW" if name[3] in "05" else "clean"))
    with Wire("--silence", "1") as wire:
        wire.greet({"textDocument": {"diagnostic": {}}}, folder=tmp_path)
        worker_of(wire)
        params = {"previousResultIds": [], "partialResultToken": "t", "workDoneToken": "w"}
        number = wire.request("workspace/diagnostic", params)
        delivered: dict[str, list[Any]] = {}
        kills = 0

        def take(message: Any) -> bool:
            nonlocal kills
            value = message.get("params", {}).get("value", {}) if message.get("method") == "$/progress" else {}
            for item in value.get("items", ()):
                name = item["uri"].rpartition("/")[2]
                assert name not in delivered
                delivered[name] = [f["code"] for f in item["items"]]
                if name in ("f010.py", "f105.py", "f200.py"):
                    kills += 1
                    os.kill(worker_of(wire), signal.SIGKILL)
            return bool(message.get("id") == number and "method" not in message)

        assert "error" not in wire.wait(take)
        assert kills == 3
    found = {name: ["no-timeout"] for name in names if name[3] in "05" and name not in bad}
    assert delivered == found | {name: ["unreadable-file"] for name in bad}
