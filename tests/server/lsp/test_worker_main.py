"""The main loops of both processes, without a process: what is queued, sent, collected, and how they end."""

from __future__ import annotations

import gc
import io
import os
import queue
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients import toy_engine
from resilint.config.settings import Settings
from resilint.engine.incremental import IncrementalCache
from resilint.lsp import main as server_main
from resilint.lsp.channel.codec import from_json, to_json
from resilint.lsp.channel.messages import (
    Change,
    Checked,
    Close,
    FilesChanged,
    FromWorker,
    HoverQuestion,
    Idle,
    Numbered,
    Open,
    Roots,
    ToWorker,
)
from resilint.lsp.channel.pipe import pack, read
from resilint.lsp.worker import main as worker_main
from resilint.lsp.worker.engine import Engine, load
from resilint.lsp.worker.guard import Guard
from resilint.lsp.worker.main import Worker, read_messages
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Span
from server.lsp.toy_worker import engine_with

URI = "untitled:a"
OPEN = Numbered(1, Open(URI, "", 1, "SLOW", ()))


class Ended(BaseException):
    """The process would have ended here."""


@pytest.fixture
def statuses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The exit statuses with which the process would have ended."""
    found: list[int] = []

    def leave(status: int) -> None:
        found.append(status)
        raise Ended

    monkeypatch.setattr(os, "_exit", leave)
    return found


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done with the garbage collector, which is left as it is."""
    found: list[str] = []
    for name in ("collect", "freeze", "disable"):
        monkeypatch.setattr(gc, name, lambda name=name: found.append(name))
    return found


class NoGuard(Guard):
    """Sets no limit: this process is the one that runs the tests."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def extend(self, size: int) -> None:
        self.sizes.append(size)


GUARD = NoGuard()


class Inbox:
    """A worker in this thread."""

    def __init__(self, engine: Engine = toy_engine.engine) -> None:
        self.inbox: queue.SimpleQueue[Numbered] = queue.SimpleQueue()
        self.sent: list[FromWorker] = []
        self.worker = Worker(engine, self.inbox, self.sent.append)

    def turn(self, *messages: Numbered) -> list[FromWorker]:
        """Gives the worker messages and a turn; returns what it says in the end."""
        self.sent.clear()
        for message in messages:
            self.inbox.put(message)
        self.worker.turn()
        return [m for m in self.sent if isinstance(m, (Checked, Idle))]


def test_a_worker_says_when_it_is_idle() -> None:
    """After all work, with the number of the last message."""
    it = Inbox()
    found, idle = it.turn(OPEN, Numbered(2, FilesChanged((), settings=False)))
    assert isinstance(found, Checked)
    assert idle == Idle(2)


@pytest.mark.parametrize(
    ("message", "void"),
    [
        (Change(URI, 2, ()), True),
        (Open(URI, "", 2, "", ()), True),
        (Close(URI), True),
        (Change("untitled:b", 2, ()), False),
        (Close("untitled:b"), False),
        (Roots((), {}, ()), True),
        (FilesChanged((), settings=False), True),
        (HoverQuestion(URI, 1, 0), False),
    ],
)
def test_a_message_may_make_a_check_void(message: ToWorker, void: bool) -> None:
    """If it is about the same document or about all; it is taken in any case."""
    coming: list[Numbered] = []

    def check(doc: Document, project: Project, settings: Settings, memo: IncrementalCache | None = None) -> Any:
        assert memo is not None
        if coming:
            it.inbox.put(coming.pop())
        memo.pulse("piece")
        return toy_engine.check(doc, project, settings, memo)

    it = Inbox(engine_with(check=check))
    it.turn(Numbered(2, Open("untitled:b", "", 1, "", ())))
    coming.append(Numbered(3, message))
    found = it.turn(OPEN)
    assert found[-1] == Idle(3)
    before = [m for m in found if isinstance(m, Checked) and m.serial == 1]
    assert [m.uri for m in before] == ([] if void else [URI])


def test_garbage_is_collected_in_the_pauses(monkeypatch: pytest.MonkeyPatch, collected: list[str]) -> None:
    """Once for each pause, and between chunks of work only if there is a lot."""
    monkeypatch.setattr(worker_main, "_PAUSE", 0.001)
    it = Inbox()
    it.turn(OPEN)
    assert collected == []
    assert it.turn() == []
    assert collected == ["collect"]
    monkeypatch.setattr(worker_main, "_LITTER", -1)
    it.turn(Numbered(2, Change(URI, 2, ())))
    assert collected == ["collect"] * 2


def test_messages_are_queued_until_the_input_ends(caplog: pytest.LogCaptureFixture) -> None:
    """A bad one ends it too, with another status and a sentence in the log."""
    inbox: queue.SimpleQueue[Numbered] = queue.SimpleQueue()
    good = pack(to_json(OPEN))
    assert read_messages(io.BytesIO(good * 2), inbox) == 0
    assert read_messages(io.BytesIO(good + pack(to_json(Idle(1))) + good), inbox) == 1
    assert inbox.qsize() == 3
    assert "the worker got a bad message: a message to the worker without a number: 'Idle'" in caplog.text


def sent(data: bytes) -> list[FromWorker]:
    """The messages in what a worker has written."""
    stream = io.BytesIO(data)
    return [from_json(body) for body in iter(lambda: read(stream), None) if body is not None]


def test_a_worker_that_breaks_down_ends_its_process(
    statuses: list[int], collected: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """With what it had to say before, and a failure in the log."""
    inbox: queue.SimpleQueue[Numbered] = queue.SimpleQueue()
    inbox.put(OPEN)
    inbox.put(Numbered(2, Change("untitled:b", 2, ())))
    target = io.BytesIO()
    with pytest.raises(Ended):
        worker_main._run("clients.toy_engine:engine", inbox, target, GUARD)
    assert statuses == [1]
    assert collected[:3] == ["collect", "freeze", "disable"]
    assert sent(target.getvalue()) == []
    assert "the analysis broke down" in caplog.text
    assert "not open: 'untitled:b'" in caplog.text


def test_a_worker_that_nothing_listens_to_ends_its_process(statuses: list[int], collected: list[str]) -> None:
    """That is no failure."""

    class Closed(io.BytesIO):
        def write(self, data: Any) -> int:
            raise BrokenPipeError

    inbox: queue.SimpleQueue[Numbered] = queue.SimpleQueue()
    inbox.put(OPEN)
    with pytest.raises(Ended):
        worker_main._run("clients.toy_engine:engine", inbox, Closed(), GUARD)
    assert statuses[0] == 0


class Stream:
    """A standard stream on a file, as far as the main functions use one."""

    def __init__(self, path: Path, content: bytes = b"") -> None:
        path.write_bytes(content)
        self.path = path
        self.buffer = path.open("r+b")

    def fileno(self) -> int:
        return self.buffer.fileno()

    def flush(self) -> None:
        self.buffer.flush()


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[bytes], None]:
    """Replaces the standard streams by files; the input holds what is given."""

    def replace(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", Stream(tmp_path / "in", content))
        monkeypatch.setattr(sys, "stdout", Stream(tmp_path / "out"))
        monkeypatch.setattr(sys, "stderr", Stream(tmp_path / "err"))

    return replace


def test_the_workers_process_ends_with_its_input(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, statuses: list[int], streams: Callable[[bytes], None]
) -> None:
    """What anything prints goes to standard error, so that it is never taken for a message."""
    streams(pack(to_json(OPEN)))
    started: queue.SimpleQueue[Any] = queue.SimpleQueue()
    allowed: list[float] = []
    monkeypatch.setattr(worker_main, "Guard", lambda silence: allowed.append(silence) or GUARD)
    monkeypatch.setattr(worker_main, "_run", lambda *arguments: started.put(arguments))
    with pytest.raises(Ended):
        worker_main.main(["--engine", "a:b", "--silence", "0.5"])
    assert allowed == [0.5]
    assert statuses == [0]
    engine, inbox, target, guard = started.get(timeout=20)
    assert guard is GUARD
    assert (engine, inbox.get_nowait()) == ("a:b", OPEN)
    os.write(sys.stdout.fileno(), b"printed")
    target.write(b"message")
    target.close()
    assert (tmp_path / "err").read_bytes() == b"printed"
    assert (tmp_path / "out").read_bytes() == b"message"


@pytest.mark.parametrize(
    ("arguments", "engine", "silence"),
    [([], "", 3.0), (["--engine", "a:b", "--silence", "0.5"], "a:b", 0.5)],
)
def test_the_server_ends_its_process_with_the_status_of_the_conversation(
    monkeypatch: pytest.MonkeyPatch,
    statuses: list[int],
    streams: Callable[[bytes], None],
    arguments: list[str],
    engine: str,
    silence: float,
) -> None:
    """The words on the command line reach the supervisor of the worker."""
    streams(b"")
    served: list[Any] = []

    async def serve(server: Any, source: Any, target: Any) -> int:
        served.append(server)
        return 7

    monkeypatch.setattr(server_main, "serve", serve)
    with pytest.raises(Ended):
        server_main.main(arguments)
    assert statuses == [7]
    analysis = served[0].analysis
    assert analysis._limits.silence == silence
    assert analysis._command[3:] == ["--silence", str(silence), *(["--engine", engine] if engine else [])]


def test_the_server_ends_at_an_interrupt(
    monkeypatch: pytest.MonkeyPatch, statuses: list[int], streams: Callable[[bytes], None]
) -> None:
    """With the status that shells expect, and without a traceback."""
    streams(b"")

    async def serve(*arguments: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(server_main, "serve", serve)
    with pytest.raises(Ended):
        server_main.main()
    assert statuses == [130]


def test_an_engine_is_found_by_its_name() -> None:
    """Tests have one of their own; the real one knows all rules."""
    assert load("clients.toy_engine:engine") is toy_engine.engine
    engine = load("")
    assert engine.page("TMO001") == engine.page("no-timeout") != ""
    assert engine.source("no-timeout").endswith("no_timeout.py")
    assert engine.page("nothing") == engine.source("nothing") == ""


def test_the_real_engine_checks_explains_and_hints() -> None:
    """All three see the same call."""
    engine = load("")
    doc = Document("import requests\n\n\ndef pull(u):\n    return requests.get(u).json()\n", "a.py", "a")
    project = Project(lambda name: None)
    report = engine.check(doc, project, Settings(), None)
    assert "no-timeout" in [finding.rule for finding in report.findings]
    at = doc.text.index("requests.get") + 3
    behind = engine.policy(doc, project, Settings(), at)
    assert behind is not None
    assert "requests.get" in behind.markdown
    hints = list(engine.hints(doc, project, Settings(), Span(0, len(doc.text))))
    assert [hint.label for hint in hints] == ["timeout=∞"]
