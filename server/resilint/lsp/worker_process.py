"""The worker process as the protocol process sees it: started, monitored, and restarted when it ends.

All Python code is parsed in this child process, because a text can make the parser slow, exhaust memory or
crash, and none of that may block or end the session with the editor.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from .channel.json_fields import BadMessageError
from .channel.messages import (
    ActionsAnswer,
    Answer,
    Busy,
    Change,
    Checked,
    FilesChanged,
    FixAllAnswer,
    Forget,
    FromWorker,
    HintsAnswer,
    HoverAnswer,
    Idle,
    NoAnswer,
    Numbered,
    Open,
    Problem,
    Question,
    ReadingSettings,
    Roots,
    ScanAnswer,
    Scanned,
    ScannedDocument,
    ScannedFile,
    ScanProgress,
    ToWorker,
    from_json,
    to_json,
)
from .channel.pipe import pack, receive
from .failure import Cause, Failure, Work

A = TypeVar("A", ActionsAnswer, FixAllAnswer, HoverAnswer, HintsAnswer, ScanAnswer)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a child process: seconds without a message while it has work, and bytes of memory."""

    silence: float = 3.0
    memory: int = 400 * 1024 * 1024
    poll_interval: float = 0.5
    """Seconds between two checks of a working child."""
    start: float = 30.0
    """Seconds until its first message."""
    min_uptime: float = 10.0
    """Seconds after which the end of a child no longer counts as a failed start."""
    pauses: tuple[float, ...] = (0, 0, 1, 2, 4, 8, 16, 30)
    """Seconds to wait after the first, second, ... failed start in a row; the last holds for all further ones."""

    def pause(self, failures: int) -> float:
        """Returns the seconds to wait after so many failed starts in a row."""
        return self.pauses[min(failures, len(self.pauses)) - 1] if failures else 0


class Lost(Exception):
    """The question was not answered: the child died, or the text has changed meanwhile."""


class WorkerProcess:
    """Owner of the child process, which is started again whenever it ends.

    `on_result` gets findings and problems; `replay` gives the messages that bring a new child up to date, at least one.
    `on_crash` is called with what a child was working on when it ended; it returns whether the next one is
    kept from that. If not, there is a pause before the next start: none at first, then longer and longer, and
    it ends early at the next message for the child. `on_pause` is called with its seconds (0: no child could
    be started, and the next attempt is under way).
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        on_result: Callable[[Checked | Problem], None],
        replay: Callable[[], Iterable[ToWorker]],
        on_crash: Callable[[Work, Failure], bool],
        on_pause: Callable[[Failure, float], None],
        limits: Limits | None = None,
    ) -> None:
        self._command = command
        self._on_result = on_result
        self._replay = replay
        self._on_crash = on_crash
        self._on_pause = on_pause
        self._limits = limits or Limits()
        self._process: asyncio.subprocess.Process | None = None
        self._serials = itertools.count(1)
        self._last_sent = self._last_done = 0
        self._last_received = 0.0
        self._work = Work()
        self._responded = False
        self._wake = asyncio.Event()
        self._running = asyncio.Event()
        self._decided = asyncio.Event()
        """Set while a child is running and while there is a pause: not for the moments between."""
        self._needed = asyncio.Event()
        """Set by a message that found no child."""
        self._questions: dict[int, asyncio.Future[FromWorker]] = {}
        self._listeners: dict[int, Callable[[Scanned], None]] = {}

    @property
    def pid(self) -> int | None:
        """The child's process id, None when there is none."""
        return self._process.pid if self._process else None

    def send(self, message: ToWorker) -> int:
        """Sends a message without waiting; returns its serial number, which reports refer to."""
        serial = next(self._serials)
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            if self._last_sent <= self._last_done:
                self._last_received = time.monotonic()
            self._last_sent = serial
            self._process.stdin.write(pack(to_json(Numbered(serial, message))))
            self._wake.set()
        elif isinstance(message, _ENDS_PAUSE):
            self._needed.set()
        return serial

    async def started(self) -> None:
        """Waits until there is a child."""
        await self._running.wait()

    async def request(
        self, question: Question, kind: type[A], on_progress: Callable[[Scanned], None] | None = None
    ) -> A:
        """Sends a question and waits for its answer, a `kind`; `on_progress` gets what a scan finds on the way.

        Raises `Lost` when there will be none. Effect of a cancel: the child drops the question.
        """
        await self._decided.wait()
        if not self._process:
            raise Lost("the analysis is not running")
        future: asyncio.Future[FromWorker] = asyncio.get_running_loop().create_future()
        number = self.send(question)
        self._questions[number] = future
        if on_progress is not None:
            self._listeners[number] = on_progress
        try:
            answer = await future
        except asyncio.CancelledError:
            self.send(Forget(number))
            raise
        finally:
            self._questions.pop(number, None)
            self._listeners.pop(number, None)
        if not isinstance(answer, kind):
            raise Lost(f"a `{type(answer).__name__}` is no answer to a `{type(question).__name__}`")
        return answer

    async def run(self) -> None:
        """Keeps a child running until cancelled. Effect: starts and ends processes."""
        failures = 0
        try:
            while True:
                started_at = time.monotonic()
                failure = await self._watch() if await self._start() else Failure(Cause.NOT_STARTED)
                if not self._responded:
                    failure = Failure(Cause.NOT_STARTED)
                await self._end(failure)
                if self._responded and self._on_crash(self._work, failure):
                    failures = 0
                    continue
                failures = 1 if time.monotonic() - started_at >= self._limits.min_uptime else failures + 1
                await self._pause(failure, self._limits.pause(failures))
        finally:
            self.kill()

    async def _pause(self, failure: Failure, seconds: float) -> None:
        """Waits until it is time for the next start, or until a message for the child comes."""
        if seconds or failure.cause is Cause.NOT_STARTED:
            self._on_pause(failure, seconds)
        if not seconds:
            return  # one crash: most likely the next child has the findings in a moment
        self._needed.clear()
        self._decided.set()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._needed.wait(), seconds)
        self._decided.clear()

    async def _start(self) -> bool:
        self._work, self._responded = Work(), False
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                **_OWN_SESSION,
            )
        except OSError as error:
            log.warning("the analysis process does not start: %s", error)
            return False
        self._last_done = self._last_sent
        for message in self._replay():
            self.send(message)
        self._running.set()
        self._decided.set()
        return True

    async def _watch(self) -> Failure:
        """Reads messages until the child has to be replaced; returns the reason."""
        listening = asyncio.ensure_future(self._listen())
        try:
            while True:
                busy = self._last_sent > self._last_done
                self._wake.clear()
                waking = asyncio.ensure_future(self._wake.wait())
                await asyncio.wait(
                    {listening, waking},
                    timeout=self._limits.poll_interval if busy else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                waking.cancel()
                if listening.done():
                    return Failure(Cause.CRASHED)
                if failure := self._exceeded_limit():
                    return failure
                if self._wake.is_set() and busy:
                    await asyncio.wait({listening}, timeout=self._limits.poll_interval)
        finally:
            listening.cancel()

    def _exceeded_limit(self) -> Failure | None:
        """Returns the limit that the child exceeds, if it does."""
        limit = self._limits.silence if self._responded else self._limits.start
        if self._last_sent > self._last_done and time.monotonic() - self._last_received > limit:
            return Failure(Cause.SILENT, limit)
        if self._process and _memory_of(self._process.pid) > self._limits.memory:
            return Failure(Cause.MEMORY, self._limits.memory // 1024 // 1024)
        return None

    async def _listen(self) -> None:
        """Handles messages until the child closes the pipe or sends an invalid message."""
        stream = self._process.stdout if self._process else None
        try:
            while stream and (data := await receive(stream)) is not None:
                message = from_json(data)
                self._last_received = time.monotonic()
                self._responded = True
                self._handle(message)
        except BadMessageError as error:
            log.error("the analysis process sent a bad message: %s", error)  # noqa: TRY400 - the message says it all

    def _handle(self, message: FromWorker) -> None:
        if not isinstance(message, (Busy, ReadingSettings, Problem)):
            self._work = Work()  # its result is here: a crash after it has another cause
        match message:
            case Busy():
                self._work = Work(message.uri, message.chunk)
            case ReadingSettings():  # a step on the way to other work, which goes on behind it
                self._work = replace(self._work, root=message.root, source=message.source)
            case Idle():
                self._last_done = message.serial
            case Checked() | Problem():
                self._on_result(message)
            case ScanProgress() | ScannedDocument() | ScannedFile():
                if (on_progress := self._listeners.get(message.number)) is not None:
                    on_progress(message)
            case _:
                self._answer(message)

    def _answer(self, message: Answer | NoAnswer) -> None:
        future = self._questions.pop(message.number, None)
        if future is None or future.done():
            return
        if isinstance(message, NoAnswer):
            future.set_exception(Lost(message.why))
        else:
            future.set_result(message)

    async def _end(self, failure: Failure) -> None:
        """Kills the child and fails its open questions."""
        log.warning("the analysis process %s%s and is replaced", failure, self._work)
        process = self._process
        self._running.clear()
        self._decided.clear()
        self.kill()
        if process:
            await process.wait()
        self._process = None
        for future in self._questions.values():
            if not future.done():
                future.set_exception(Lost(f"the analysis process {failure}"))
        self._questions.clear()

    def kill(self) -> None:
        """Ends the current child. Effect: unless `run` was cancelled, another takes its place."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


def command(engine: str = "") -> list[str]:
    """Returns the command line of the child: this interpreter with the current import path.

    The current folder, which `python -m` puts in front, is left out: it may be an untrusted project.
    """
    automatic = sys.path[:1] in ([""], [os.getcwd()])
    paths = [os.path.abspath(path) for path in sys.path[1 if automatic else 0 :] if path]
    start = (
        f"import sys; sys.path[:] = {paths!r}; from resilint.lsp.worker.main import main; sys.exit(main(sys.argv[1:]))"
    )
    return [sys.executable, "-c", start, *(["--engine", engine] if engine else [])]


_ENDS_PAUSE = (Open, Change, Roots, FilesChanged)
"""Messages that end a pause: each of them may have removed what made the child fail."""

_OWN_SESSION: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
"""A Ctrl-C in the editor's terminal must not reach the child."""


def _memory_of(pid: int) -> int:
    """Returns the bytes of memory of a process; 0 where the system does not report them."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0
