"""The supervisor of the analysis process: what it reports, and when it starts the next one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from resilint.config.reading import Reporter
from resilint.lsp.channel.codec import to_json
from resilint.lsp.channel.messages import (
    ActionsAnswer,
    Busy,
    Change,
    Checked,
    Close,
    FromWorker,
    HoverAnswer,
    HoverQuestion,
    Idle,
    NoAnswer,
    Numbered,
    Problem,
    ReadingSettings,
    Roots,
)
from resilint.lsp.channel.pipe import pack
from resilint.lsp.failure import Cause, Failure, Work
from resilint.lsp.supervision import usage
from resilint.lsp.supervision.watchdog import Limits
from resilint.lsp.worker.workspace import Workspace
from resilint.lsp.worker_process import Lost, WorkerProcess

PATIENCE = 20.0
FOREVER = 3600.0
DIES = "pass"


def reports(*messages: FromWorker) -> str:
    """A child that sends these messages and crashes."""
    return sends(*map(to_json, messages))


def sends(*bodies: bytes) -> str:
    """The same with any bytes for messages."""
    data = b"".join(map(pack, bodies))
    return f"import sys; sys.stdout.buffer.write({data!r}); sys.stdout.flush()"


READY = Problem("ready")
IDLE = reports(Idle(99), READY) + "; input()"
QUESTION = HoverQuestion("u", 1, 0)


class Supervised:
    """A supervisor of a child that runs `script`, and what it has reported."""

    def __init__(self, script: str, limits: Limits, isolate: Callable[[Work], bool] = lambda _: False) -> None:
        self.starts = self.ready = 0
        self.crashes: list[tuple[Work, Failure]] = []
        self.pauses: list[tuple[Failure, float]] = []
        self._changed = asyncio.Event()
        self._isolate = isolate
        self.analysis = WorkerProcess(
            [sys.executable, "-S", "-c", script],
            on_result=self._hear,
            replay=self._replay,
            on_crash=self._on_crash,
            on_pause=self._on_pause,
            limits=limits,
        )

    def _replay(self) -> list[Roots]:
        self.starts += 1
        self._changed.set()
        return [Roots((), {}, ())]

    def _hear(self, message: Checked | Problem) -> None:
        self.ready += message == READY
        self._changed.set()

    def _on_crash(self, work: Work, failure: Failure) -> bool:
        self.crashes.append((work, failure))
        self._changed.set()
        return self._isolate(work)

    def _on_pause(self, failure: Failure, seconds: float) -> None:
        self.pauses.append((failure, seconds))
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for a report after which the condition holds."""
        while not condition():
            await asyncio.wait_for(self._changed.wait(), PATIENCE)
            self._changed.clear()


def supervise(
    script: str,
    use: Callable[[Supervised], Coroutine[Any, Any, None]],
    limits: Limits,
    isolate: Callable[[Work], bool] = lambda _: False,
) -> None:
    """Runs a supervisor, and ends it when `use` is done."""

    async def main() -> None:
        supervised = Supervised(script, limits, isolate)
        running = asyncio.ensure_future(supervised.analysis.run())
        try:
            await use(supervised)
            assert not running.done()
        finally:
            running.cancel()
            await asyncio.wait({running}, timeout=PATIENCE)
            if process := supervised.analysis._process:
                await process.wait()

    asyncio.run(main())


def test_pauses_grow_up_to_the_last() -> None:
    """No failure, no pause; the tenth failure waits no longer than the last of the row says."""
    limits = Limits()
    pauses = [limits.pause(failures) for failures in range(12)]
    assert pauses[:3] == [0, 0, 0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == pauses[-2] == 30


def test_a_child_that_cannot_start_is_started_again_and_again() -> None:
    """After pauses that grow; an edit ends a pause, and closing a document does not."""

    async def use(it: Supervised) -> None:
        await it.until(lambda: bool(it.pauses) and it.pauses[-1][1] == FOREVER)
        assert [seconds for _, seconds in it.pauses] == [0.01, FOREVER]
        assert {failure for failure, _ in it.pauses} == {Failure(Cause.NOT_STARTED)}
        assert it.starts == 4
        it.analysis.send(Close("u"))
        with pytest.raises(Lost):
            await asyncio.wait_for(it.analysis.request(QUESTION, HoverAnswer), PATIENCE)
        assert it.starts == 4
        for starts in (5, 6):
            it.analysis.send(Change("u", 1, ()))
            await it.until(lambda: len(it.pauses) == it.starts - 2 == starts - 2)  # noqa: B023 - awaited at once
        assert not it.crashes

    supervise(DIES, use, Limits(pauses=(0, 0, 0.01, FOREVER)))


def test_a_command_that_does_not_exist_is_a_failed_start(tmp_path: Path) -> None:
    """It may be installed later."""

    async def main() -> list[Failure]:
        failures: list[Failure] = []
        paused = asyncio.Event()

        def on_pause(failure: Failure, seconds: float) -> None:
            failures.append(failure)
            if seconds:
                paused.set()

        analysis = WorkerProcess(
            [str(tmp_path / "nothing")],
            on_result=lambda message: None,
            replay=lambda: (),
            on_crash=lambda work, failure: False,
            on_pause=on_pause,
            limits=Limits(pauses=(FOREVER,)),
        )
        running = asyncio.ensure_future(analysis.run())
        await asyncio.wait_for(paused.wait(), PATIENCE)
        running.cancel()
        await asyncio.wait({running})
        return failures

    assert asyncio.run(main()) == [Failure(Cause.NOT_STARTED)]


def test_a_child_that_is_killed_while_it_is_idle_is_never_given_up() -> None:
    """Seven times in a row; nothing is to blame."""

    async def use(it: Supervised) -> None:
        for kills in range(1, 8):
            await it.until(lambda: it.ready == kills)  # noqa: B023 - awaited at once
            it.analysis.kill()
            await it.until(lambda: len(it.crashes) == kills)  # noqa: B023 - awaited at once
        await it.until(lambda: it.starts == 8)
        assert {work for work, _ in it.crashes} == {Work()}
        assert not it.pauses  # all that it knows is still true: there is nothing to report

    supervise(IDLE, use, Limits(pauses=(0, 0, 0.001)))


def test_a_child_that_has_run_for_long_starts_the_count_again() -> None:
    """A crash a day is no reason to wait."""

    async def use(it: Supervised) -> None:
        await it.until(lambda: len(it.crashes) == 4)
        assert not it.pauses

    supervise(reports(Idle(9)), use, Limits(min_uptime=0, pauses=(0, FOREVER)))


@pytest.mark.parametrize(
    ("messages", "work"),
    [
        ([Busy("u", "p")], Work("u", "p")),
        ([ReadingSettings("/r", "/r/x.toml")], Work(root="/r", source="/r/x.toml")),
        ([Busy("u"), ReadingSettings("/r", "/r")], Work("u", root="/r", source="/r")),
        ([Busy("u"), ReadingSettings("/r", "/r"), ReadingSettings("", "")], Work("u")),
        ([ReadingSettings("/r", "/r"), Busy("u")], Work("u")),
        ([ReadingSettings("/r", "/r"), Idle(1)], Work()),
        ([Busy("u"), Checked("u", 1, 1, ())], Work()),
        ([Busy("u"), Problem("m")], Work("u")),
    ],
)
def test_what_a_child_was_working_on_is_reported(messages: list[FromWorker], work: Work) -> None:
    """If it is kept from that, the next child starts at once, however often."""

    async def use(it: Supervised) -> None:
        await it.until(lambda: len(it.crashes) == 3)
        assert it.crashes == [(work, Failure(Cause.CRASHED))] * 3
        assert not it.pauses
        assert it.starts == 3 + bool(work)  # the first time it was repeated, and blamed only then

    supervise(reports(*messages), use, Limits(pauses=(FOREVER,)), isolate=lambda _: True)


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (Failure(Cause.SILENT, 3.0), "gave no sign of life for 3 s of processor time"),
        (Failure(Cause.STALLED, 15.0), "did nothing for 15 s"),
        (Failure(Cause.MEMORY, 400), "needed more than 400 MB of memory"),
        (Failure(Cause.CRASHED), "crashed"),
        (Failure(Cause.KILLED), "was killed by the system or another program"),
        (Failure(Cause.NOT_STARTED), "could not be started"),
    ],
)
def test_messages_name_the_cause(failure: Failure, sentence: str) -> None:
    """In whole sentences."""
    said = f"the analysis of this file {sentence}, repeatedly; it starts again when the file changes"
    assert failure.of_document() == said
    said = f"the analysis process {sentence} at u; this is repeated, and left out if it happens again"
    assert failure.of_retry(Work("u")) == said
    assert failure.of_process(4) == (
        f"this file is not analysed: the analysis process {sentence}; it is started again in 4 s or at the next edit"
    )
    assert failure.of_process(0).endswith(f"{sentence}; it is being started again")
    assert failure.of_settings("/r", "/r/pyproject.toml") == (
        f"/r/pyproject.toml: the analysis {sentence}, repeatedly, while it read the settings of this project; "
        "the default settings are used in /r until a file of settings changes"
    )


def _workspace(observed: list[tuple[str, str]], said: list[str], *left_out: str) -> Workspace:
    reading = Reporter(lambda root, path: observed.append((root, path)))
    return Workspace((), {}, lambda path: None, said.append, reading, left_out)


def test_the_reading_of_settings_is_reported_before_it_begins(tmp_path: Path) -> None:
    """With the settings file; nothing is reported for a second document in the same project."""
    source = tmp_path / "pyproject.toml"
    source.write_text('[tool.resilint]\nexclude = ["a.py"]\n')
    observed: list[tuple[str, str]] = []
    workspace = _workspace(observed, [])
    assert workspace.place(str(tmp_path / "a.py")).out
    assert (str(tmp_path), str(source)) in observed
    assert observed[-1] == ("", "")
    observed.clear()
    assert not workspace.place(str(tmp_path / "b.py")).out
    assert observed == []


def test_the_last_report_before_an_exception_names_its_cause(tmp_path: Path) -> None:
    """The process ends with the exception, and this project's settings were the cause."""
    (tmp_path / "resilint.toml").write_text("select = 1\n")
    observed: list[tuple[str, str]] = []

    def say(text: str) -> None:
        raise RuntimeError(text)

    workspace = Workspace((), {}, lambda path: None, say, Reporter(lambda root, path: observed.append((root, path))))
    with pytest.raises(RuntimeError):
        workspace.place(str(tmp_path / "a.py"))
    assert observed[-1] == (str(tmp_path), str(tmp_path / "resilint.toml"))


@pytest.mark.parametrize("name", ["pyproject.toml", "resilint.toml"])
def test_settings_that_are_left_out_are_not_read(tmp_path: Path, name: str) -> None:
    """The defaults hold there, the folder is still the root, and other projects keep their settings."""
    for folder in ("bad", "good"):
        (tmp_path / folder).mkdir()
        table = "[tool.resilint]\n" if name == "pyproject.toml" else ""
        (tmp_path / folder / name).write_text(f'{table}exclude = ["a.py"]\nselect = 1\n')
        (tmp_path / folder / ".resilint-baseline.json").write_text("damaged")
    observed: list[tuple[str, str]] = []
    said: list[str] = []
    bad = str(tmp_path / "bad")
    workspace = _workspace(observed, said, bad)
    place = workspace.place(str(tmp_path / "bad" / "sub" / "a.py"))
    assert (place.out, place.name, place.project_context.root) == (False, "sub/a.py", bad)
    assert said == []
    assert (bad, str(tmp_path / "bad" / name)) not in observed
    assert workspace.place(str(tmp_path / "good" / "a.py")).out
    assert len(said) == 2


SLEEPS = f"import time; {reports(READY)}; time.sleep(99)"
LOOPS = f"{reports(READY)}\nwhile True: pass"
NOT_STARTED = Failure(Cause.NOT_STARTED, 0.05)


@pytest.mark.parametrize(
    ("script", "limits", "failure"),
    [
        (LOOPS, Limits(silence=0.05, poll_interval=0.01, pauses=(FOREVER,)), Failure(Cause.SILENT, 0.05)),
        (SLEEPS, Limits(stall=0.05, poll_interval=0.01, pauses=(FOREVER,)), Failure(Cause.STALLED, 0.05)),
        ("while True: pass", Limits(start=0.05, poll_interval=0.01, pauses=(FOREVER,)), NOT_STARTED),
        (
            "import time; time.sleep(99)",
            Limits(stall=0.05, start=0.05, poll_interval=0.01, pauses=(FOREVER,)),
            NOT_STARTED,
        ),
    ],
    ids=["loops", "sleeps", "loops at the start", "sleeps at the start"],
)
def test_a_child_that_exceeds_a_limit_is_replaced(script: str, limits: Limits, failure: Failure) -> None:
    """And the limit is named."""

    async def use(it: Supervised) -> None:
        await it.until(lambda: bool(it.pauses))
        assert it.pauses == [(failure, FOREVER)]

    supervise(script, use, limits)


def test_a_child_that_needs_too_much_memory_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is named in megabytes."""

    async def use(it: Supervised) -> None:
        monkeypatch.setattr(usage, "memory", lambda pid: (2 << 20) * it.ready)
        await it.until(lambda: bool(it.pauses))
        assert it.pauses == [(Failure(Cause.MEMORY, 1), FOREVER)]

    supervise(SLEEPS, use, Limits(memory=1 << 20, poll_interval=0.01, pauses=(FOREVER,)))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"nonsense", "not JSON"),
        (to_json(Numbered(1, Close("u"))), "unknown message from the worker: 1"),
        (b'["Checked","u",1,1,[[]]]', "`Checked`: marks: `Mark` has 8 fields, not 0"),
    ],
)
def test_a_child_that_sends_a_bad_message_is_replaced(
    body: bytes, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What follows could not be understood either; the log says what was wrong."""

    async def use(it: Supervised) -> None:
        await it.until(lambda: bool(it.pauses))
        assert it.pauses == [(Failure(Cause.CRASHED), FOREVER)]
        assert it.ready == 1

    supervise(sends(to_json(READY), body, to_json(READY)) + "; input()", use, Limits(pauses=(FOREVER,)))
    assert "the analysis process sent a bad message: " in caplog.text
    assert error in caplog.text


def answers(*messages: FromWorker) -> str:
    """A child that waits for the open folders and a question before it sends these messages."""
    return f"{waits()}; {reports(*messages)}; input()"


def waits() -> str:
    """A child that says that it is ready, waits for the open folders and a question, and ends."""
    skip = "n = lambda: sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(4), 'big'))"
    return f"{reports(READY)}; {skip}; n(); n()"


@pytest.mark.parametrize(
    ("messages", "outcome"),
    [
        ([HoverAnswer(7, None), HoverAnswer(2, None), HoverAnswer(2, None)], None),
        ([NoAnswer(2, "the text has changed")], "the text has changed"),
        ([ActionsAnswer(2, ())], "a `ActionsAnswer` is no answer to a `HoverQuestion`"),
    ],
)
def test_a_question_gets_its_own_answer(messages: list[FromWorker], outcome: str | None) -> None:
    """An answer to no question, or a second one, changes nothing; one of the wrong type is none."""

    async def use(it: Supervised) -> None:
        asking = asyncio.wait_for(it.analysis.request(QUESTION, HoverAnswer), PATIENCE)
        if outcome is None:
            assert await asking == HoverAnswer(2, None)
        else:
            with pytest.raises(Lost, match=outcome):
                await asking

    supervise(answers(*messages), use, Limits(pauses=(FOREVER,)))


def test_a_question_whose_child_ends_is_lost() -> None:
    """The reason names how it ended."""

    async def use(it: Supervised) -> None:
        with pytest.raises(Lost, match="the analysis process crashed"):
            await asyncio.wait_for(it.analysis.request(QUESTION, HoverAnswer), PATIENCE)

    supervise(waits(), use, Limits(pauses=(FOREVER,)))
