"""Random edits while the worker is killed at random: what is published in the end is what `check` finds.

The server is the real one with the real rules. `RESILINT_STRESS=5000,50` makes 5,000 edits, evenly in the three
encodings, with 50 kills; `RESILINT_STRESS_SEED` repeats a run. Kills come at any time, so that not even the
same seed gives exactly the same run.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from clients.wire import PATIENCE, Wire
from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fs import files
from resilint_rules.kit.findings import Severity
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Encoding
from server.lsp.test_document import naive_offset, units

EDITS, KILLS = (int(number) for number in os.environ.get("RESILINT_STRESS", "150,3").split(","))
SEED = int(os.environ.get("RESILINT_STRESS_SEED", "0")) or random.randrange(1, 1 << 32)
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
LEVELS = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFO: 3, Severity.HINT: 4}

CLIENT = '''"""Ein Klient: é 漢 😀"""
import requests
from requests.adapters import HTTPAdapter

session = requests.Session()
BASE = "https://例え.jp/😀"


def fetch(path):
    answer = session.get(BASE + path)
    return answer.json()


class Api:
    def __init__(self, base):
        self.base = base
        self._session = requests.Session()

    def now(self):
        return self._session.get(self.base + "/é", timeout=5).json()

    def send(self, data):
        try:
            self._session.post(self.base, json=data)
        except Exception:
            pass
'''
USER = """import asyncio
import requests
from client import Api, fetch, session


async def run(u):
    '😀'; x = requests.get(u, verify=False)
    await asyncio.sleep(1)
    return x.json()


def again(u):
    for _ in range(3):
        try:
            return session.get(u).json()
        except requests.RequestException:
            continue


def other():
    api = Api("u")
    return api.now(), fetch("/x")  # resilint: ignore[no-timeout]
"""
TEXTS = {"client.py": CLIENT, "user.py": USER, "lines.py": USER.replace("\n", "\r\n"), "plain.py": "x = 1\r# é\n"}
PIECES = (
    "import requests\n", "from client import session, fetch\r\n", "requests.get('😀')\n", "session.post(u)\r\n",
    "def made(u):\n    return requests.get(u).json()\n", "async def waits(u):\r\n    return requests.get(u)\r\n",
    "try:\n    requests.put('é')\nexcept Exception:\n    pass\n", ", timeout=5", "verify=False", "(", ")", '"""', ":",
    "    ", "\t", "\n", "\r\n", "\r", "é", "漢字", "😀", "# resilint: ignore\n", "\f", "while True:\n", "lambda: ", "",
)  # fmt: skip


class Session:
    """An editor with several documents, and what its user sees."""

    def __init__(self, wire: Wire, folder: Path, encoding: Encoding, dice: random.Random) -> None:
        self.wire = wire
        self.folder = folder
        self.encoding = encoding
        self.dice = dice
        self.texts = dict(TEXTS)
        self.versions = dict.fromkeys(TEXTS, 1)
        self.shown: dict[str, tuple[int, Any]] = {}
        self.workers: set[int] = set()
        self.kills = self.settled = self.not_analysed = 0
        self._timers: list[threading.Timer] = []
        for name, text in TEXTS.items():
            (folder / name).write_bytes(text.encode())
            wire.open(self.uri(name), text)

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def edit(self) -> None:
        """Changes one document in one to three places; a text that has become too short or long starts again."""
        name = self.dice.choice([*TEXTS])
        self.versions[name] += 1
        if not 20 < len(self.texts[name]) < 6000 or self.dice.random() < 0.03:
            self.texts[name] = TEXTS[name]
            self.wire.change(self.uri(name), self.versions[name], TEXTS[name])
            return
        changes = []
        for _ in range(self.dice.randint(1, 3)):
            text = self.texts[name]
            start = (self.dice.randrange(text.count("\n") + 2), self.dice.randrange(30))
            rows = self.dice.choice((0, 0, 0, 0, 1, 2, 8))  # eight reach across a function
            end = (start[0] + rows, self.dice.randrange(30) if rows else start[1] + self.dice.choice((0, 0, 1, 5)))
            new = self.dice.choice(PIECES)
            here, there = (naive_offset(text, *place, self.encoding) for place in (start, end))
            self.texts[name] = text[:here] + new + text[max(here, there) :]
            changes.append((start, end, new))
        self.wire.change(self.uri(name), self.versions[name], *changes)

    def kill_soon(self) -> None:
        """Kills the worker now, or within a second: at work, idle, or while it starts."""
        pause = self.dice.choice((0, 0, self.dice.uniform(0, 0.1), self.dice.uniform(0, 1)))
        timer = threading.Timer(pause, self._kill)
        self._timers.append(timer)
        timer.start()

    def _kill(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not (found := children(self.wire.process.pid)):
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)
        for worker in found:
            self.workers.add(worker)
            os.kill(worker, signal.SIGKILL)
        self.kills += 1

    def settle(self) -> None:
        """Waits until each document shows what is found in it; that stays so when the server has done all its work."""
        wanted = {name: (self.versions[name], self.found(name)) for name in TEXTS}
        deadline = time.monotonic() + PATIENCE
        while (shown := self._shown()) != wanted:
            assert time.monotonic() < deadline, {n: (shown.get(n), *w) for n, w in wanted.items() if shown.get(n) != w}
            self._barrier()
        self._barrier()
        assert self._shown() == wanted
        self.settled += 1

    def finish(self) -> None:
        """Waits for the last kill; then the server leaves, and no worker is left."""
        for timer in self._timers:
            timer.join()
        self.settle()
        self.workers.update(children(self.wire.process.pid))
        assert self.wire.leave() == 0
        deadline = time.monotonic() + 10
        while left := [worker for worker in self.workers if lives(worker)]:
            assert time.monotonic() < deadline, left
            time.sleep(0.05)

    def _barrier(self) -> None:
        for name in TEXTS:
            self.wire.actions(self.uri(name), (0, 0), (0, 0))  # answered when all before it is done

    def _shown(self) -> dict[str, tuple[int, Any]]:
        """The last publication for each document so far."""
        seen, self.wire.seen = self.wire.seen, []
        for message in seen:
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                found = [(f["range"], f["code"], f["severity"], f["message"]) for f in params["diagnostics"]]
                self.not_analysed += any(code == "unreadable-file" for _, code, _, _ in found)
                self.shown[params["uri"].rpartition("/")[2]] = params["version"], found
        return dict(self.shown)

    def found(self, name: str) -> Any:
        """What a check without any memory finds, as the editor shows it."""

        def read(other: str) -> bytes | None:
            return self.texts[other].encode() if other in self.texts else None

        text = self.texts[name]
        doc = Document(text, name, files.module(name, ""), files.kind(name))
        found = []
        for finding in check(doc, Project(read, exists=lambda other: other in self.texts), Settings()).findings:
            start, end = (self._position(text, offset) for offset in finding.span)
            said = f"{finding.message}\n{finding.help}" if finding.help else finding.message
            found.append(({"start": start, "end": end}, finding.rule, LEVELS[finding.severity], said))
        return found

    def _position(self, text: str, offset: int) -> dict[str, int]:
        rows = Document(text[:offset]).starts
        ahead = text[:offset].endswith("\r") and text[offset : offset + 1] == "\n"
        line = len(rows) - 1 - ahead
        return {"line": line, "character": len(units(text[rows[line] : offset], self.encoding))}


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    if path.exists():
        return [int(child) for child in path.read_text().split()]
    lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in lines.splitlines() if int(line.split()[1]) == pid]


def lives(pid: int) -> bool:
    """Whether there is a process that has not ended; one that was not waited for has."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a signal")
@pytest.mark.timeout(300 + EDITS * 2)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_edits_and_kills_leave_what_check_finds(encoding: Encoding, tmp_path: Path) -> None:
    """After each settle, and no process is left in the end."""
    number = ENCODINGS.index(encoding)
    edits, kills = ((total + number) // 3 for total in (EDITS, KILLS))
    dice = random.Random(SEED + number)
    (tmp_path / "pyproject.toml").touch()
    with Wire(engine="") as wire:
        wire.greet({"general": {"positionEncodings": [encoding]}}, folder=tmp_path)
        session = Session(wire, tmp_path, encoding, dice)
        session.settle()
        killing = set(dice.sample(range(edits), kills))
        for edit in range(edits):
            session.edit()
            if edit in killing:
                session.kill_soon()
            if dice.random() < 0.4:
                session.settle()
        session.finish()
    print(f"seed {SEED}, {encoding}: {edits} edits, {session.kills} kills, {session.settled} times settled, ", end="")
    print(f"{session.not_analysed} publications of documents that were not analysed")
    assert session.kills == kills
