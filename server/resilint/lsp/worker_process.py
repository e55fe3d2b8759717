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
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from .channel.codec import from_json, to_json
from .channel.json_fields import BadMessageError
from .channel.messages import (
    AboutAnswer,
    ActionsAnswer,
    Answer,
    Busy,
    Change,
    Checked,
    CompletionAnswer,
    FilesChanged,
    FixAllAnswer,
    Forget,
    FromWorker,
    HintsAnswer,
    HoverAnswer,
    Idle,
    LensesAnswer,
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
)
from .channel.pipe import pack, receive
from .failure import Cause, Failure, Work
from .supervision import windows
from .supervision.suspects import Suspects
from .supervision.watchdog import Limits, Watchdog

A = TypeVar(
    "A",
    ActionsAnswer, FixAllAnswer, HoverAnswer, HintsAnswer, CompletionAnswer, AboutAnswer, LensesAnswer, ScanAnswer,
)  # fmt: skip

log = logging.getLogger(__name__)


class Lost(Exception):
    """The question was not answered: the child died, or the text has changed meanwhile."""


class WorkerProcess:
    """Owner of the child process, which is started again whenever it ends.

    `on_result` gets findings and problems; `replay` gives the messages that bring a new child up to date, at least one.
    When a child ends at some work, the next one repeats it at once; if it ends there, too, `on_crash` is called
    with the work, and returns whether the next child is kept from it. Otherwise there is a pause before the next
    start, none at first, then longer and longer. A message that may have removed the cause ends it early.
    `on_pause` is called with its seconds. A child that has ended while it was idle is no news: all findings are
    known, and it is started again after such a pause or when there is work.
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
        self._last_sent = self._last_done = self._last_replayed = 0
        self._watchdog: Watchdog | None = None
        self._work = Work()
        self._size = 0
        self._responded = self._caught_up = False
        """Whether the child has sent anything, and whether it has done all that it was started with."""
        self._suspects = Suspects()
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
            if self._watchdog and not self._is_busy:
                self._watchdog.hear()
            self._last_sent = serial
            self._process.stdin.write(pack(to_json(Numbered(serial, message))))
            self._wake.set()
        elif isinstance(message, _ENDS_PAUSE):
            self._needed.set()
        return serial

    @property
    def _is_busy(self) -> bool:
        return self._last_sent > self._last_done

    def forget(self, uri: str = "") -> None:
        """Drops what is known of ends of the child at a document that has changed; "": at anything."""
        self._suspects.clear(uri)

    async def started(self) -> None:
        """Waits until there is a child."""
        self._end_idle_pause()
        await self._running.wait()

    def _end_idle_pause(self) -> None:
        """Starts the next child now if the last one has done all its work."""
        if not self._process and self._caught_up:
            self._decided.clear()
            self._needed.set()

    async def request(
        self, question: Question, kind: type[A], on_progress: Callable[[Scanned], None] | None = None
    ) -> A:
        """Sends a question and waits for its answer, a `kind`; `on_progress` gets what a scan finds on the way.

        Raises `Lost` when there will be none. Effect of a cancel: the child drops the question.
        """
        self._end_idle_pause()
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
        failed_starts = ends = 0
        try:
            while True:
                started_at = time.monotonic()
                failure = await self._watch() if await self._start() else Failure(Cause.NOT_STARTED)
                failure = await self._end(failure)
                short = time.monotonic() - started_at < self._limits.min_uptime
                if self._responded and self._is_settled(failure):
                    failed_starts = 0
                elif self._caught_up:
                    failed_starts = 0
                    ends = ends + 1 if short else 1
                    if not self._is_busy:
                        await self._rest(self._limits.pause(ends))
                else:
                    failed_starts = failed_starts + 1 if short else 1
                    await self._pause(failure, self._limits.pause(failed_starts))
        finally:
            self.kill()

    def _is_settled(self, failure: Failure) -> bool:
        """Whether the next child may start at once: it repeats the work for once, or is kept from it."""
        if self._work and not self._suspects.is_to_blame(self._work, failure):
            log.warning("%s", failure.of_retry(self._work))
            return True
        return self._on_crash(self._work, failure)

    async def _pause(self, failure: Failure, seconds: float) -> None:
        """Waits until it is time for the next start, or until a message for the child comes."""
        if seconds or failure.limit:  # most likely the next child has the findings in a moment, unless time ran out
            self._on_pause(failure, seconds)
        await self._rest(seconds)

    async def _rest(self, seconds: float) -> None:
        if not seconds:
            return
        self._needed.clear()
        self._decided.set()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._needed.wait(), seconds)
        self._decided.clear()

    async def _start(self) -> bool:
        self._work, self._size = Work(), 0
        self._responded = self._caught_up = False
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
        if sys.platform == "win32" and not windows.end_with_this_process(self._process.pid):
            log.warning("the analysis process would not be ended with this one")
        self._watchdog = Watchdog(self._process.pid, self._limits)
        self._last_done = self._last_sent
        for message in self._replay():
            self._last_replayed = self.send(message)
        self._running.set()
        self._decided.set()
        return True

    async def _watch(self) -> Failure:
        """Reads messages until the child has to be replaced; returns the reason."""
        listening = asyncio.ensure_future(self._listen())
        try:
            while True:
                busy = self._is_busy
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
        if not self._watchdog:
            return None
        if not self._is_busy:
            self._watchdog.hear()
        return self._watchdog.look(started=self._responded, size=self._size)

    async def _listen(self) -> None:
        """Handles messages until the child closes the pipe or sends an invalid message."""
        stream = self._process.stdout if self._process else None
        try:
            while stream and (data := await receive(stream)) is not None:
                message = from_json(data)
                if self._watchdog:
                    self._watchdog.hear()
                self._responded = True
                self._handle(message)
        except BadMessageError as error:
            log.error("the analysis process sent a bad message: %s", error)  # noqa: TRY400 - the message says it all

    def _handle(self, message: FromWorker) -> None:
        if not isinstance(message, (Busy, ReadingSettings, Problem)):
            self._work = Work()  # its result is here: a crash after it has another cause
        match message:
            case Busy():
                self._work, self._size = Work(message.uri, message.chunk), message.size
            case ReadingSettings():  # a step on the way to other work, which goes on behind it
                self._work = replace(self._work, root=message.root, source=message.source)
            case Idle():
                self._last_done = message.serial
                if message.serial >= self._last_replayed:
                    self._caught_up = True
                    self._suspects.clear()
            case Checked():
                self._suspects.clear(message.uri)
                self._on_result(message)
            case Problem():
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

    async def _end(self, failure: Failure) -> Failure:
        """Kills the child and fails its open questions; returns the failure as the exit status explains it."""
        process = self._process
        self._running.clear()
        self._decided.clear()
        if process:
            if failure.cause is Cause.CRASHED:  # its pipe is closed: it ends by itself, and its status says why
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(process.wait(), _LAST_BREATH)
            failure = _explained(failure, process.returncode, self._limits.silence_at(self._size))
            self.kill()
            await process.wait()
        if not self._responded:
            failure = Failure(Cause.NOT_STARTED, failure.limit)
        log.warning("the analysis process %s%s and is replaced", failure, self._work)
        self._process = self._watchdog = None
        for future in self._questions.values():
            if not future.done():
                future.set_exception(Lost(f"the analysis process {failure}"))
        self._questions.clear()
        return failure

    def kill(self) -> None:
        """Ends the current child. Effect: unless `run` was cancelled, another takes its place."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


def _explained(failure: Failure, status: int | None, silence: float) -> Failure:
    """Returns the cause of an end by the exit status of the process, None if it has not ended by itself."""
    if failure.cause is not Cause.CRASHED or status is None or sys.platform == "win32":
        return failure
    if status == -signal.SIGPROF:
        return Failure(Cause.SILENT, silence)  # its own limit, see `worker/guard.py`
    if -status in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        return Failure(Cause.KILLED)
    return failure


def command(engine: str = "", silence: float = 3.0) -> list[str]:
    """Returns the command line of the child: this interpreter with the current import path.

    The current folder, which `python -m` puts in front, is left out: it may be an untrusted project.
    """
    automatic = sys.path[:1] in ([""], [os.getcwd()])
    paths = [os.path.abspath(path) for path in sys.path[1 if automatic else 0 :] if path]
    start = (
        f"import sys; sys.path[:] = {paths!r}; from resilint.lsp.worker.main import main; sys.exit(main(sys.argv[1:]))"
    )
    # On Windows the `python.exe` of a virtual environment only starts another process, whose times would not be seen.
    python = getattr(sys, "_base_executable", sys.executable) if sys.platform == "win32" else sys.executable
    return [python, "-c", start, "--silence", str(silence), *(["--engine", engine] if engine else [])]


_ENDS_PAUSE = (Open, Change, Roots, FilesChanged)
"""Messages that end a pause: each of them may have removed what made the child fail."""

_LAST_BREATH = 0.5
"""Seconds that a child which has closed its pipe has to end by itself."""

_OWN_SESSION: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
"""A Ctrl-C in the editor's terminal must not reach the child."""
