"""The analysis process as the protocol process sees it: fed, watched, and replaced when it dies.

All reading of Python code happens in one child, because a text can make the parser slow, greedy or
crash, and none of that may hold up or end the conversation with the editor.
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
from dataclasses import dataclass
from typing import Any

from .pipe import Message, pack, receive

log = logging.getLogger(__name__)

_TRIES = 3
"""How often in a row a child may die young, at nothing in particular; then it is given up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may take: seconds without a sign of life while it has work, and bytes of memory."""

    silence: float = 3.0
    memory: int = 400 * 1024 * 1024
    glance: float = 0.5
    """Seconds between two looks at a working child."""
    start: float = 30.0
    """Seconds it may take to come up."""
    youth: float = 10.0
    """Seconds after which a death is no longer one of childhood."""


class Lost(Exception):
    """The question was not answered: the child died, or the text has changed meanwhile."""


class Analysis:
    """Owner of the child process.

    `hear` gets every message but answers; `replay` gives what a new child must be told; `bury` is
    called with the uri of the document that was being worked on (or ""), the piece of it (or ""), and
    why the child died.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        hear: Callable[[Message], None],
        replay: Callable[[], Iterable[Message]],
        bury: Callable[[str, str, str], None],
        limits: Limits | None = None,
    ) -> None:
        self._command = command
        self._hear = hear
        self._replay = replay
        self._bury = bury
        self._limits = limits or Limits()
        self._process: asyncio.subprocess.Process | None = None
        self._serials = itertools.count(1)
        self._numbers = itertools.count(1)
        self._told = self._done = 0
        self._heard = 0.0
        self._at = self._piece = ""
        self._spoke = False
        self._wake = asyncio.Event()
        self._up = asyncio.Event()
        self._questions: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, Callable[[Message], None]] = {}
        self.hopeless = False

    @property
    def pid(self) -> int | None:
        """The child's process number, None when there is none."""
        return self._process.pid if self._process else None

    def tell(self, message: Message) -> int:
        """Sends a message without waiting; gives its serial number, which reports refer to."""
        serial = next(self._serials)
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            if self._told <= self._done:
                self._heard = time.monotonic()
            self._told = serial
            self._process.stdin.write(pack({**message, "serial": serial}))
            self._wake.set()
        return serial

    async def ask(self, what: str, *, heard: Callable[[Message], None] | None = None, **details: Any) -> Any:
        """Asks a question and waits for its answer; `heard` gets what is found on the way.

        Raises `Lost` when there will be none. Effect of a cancel: the child drops the question.
        """
        await self._up.wait()
        if not self._process:
            raise Lost("the analysis is not running")
        number = next(self._numbers)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._questions[number] = future
        if heard is not None:
            self._listeners[number] = heard
        try:
            self.tell({"do": "ask", "what": what, "number": number, **details})
            return await future
        except asyncio.CancelledError:
            self.tell({"do": "forget", "number": number})
            raise
        finally:
            self._questions.pop(number, None)
            self._listeners.pop(number, None)

    async def run(self) -> None:
        """Keeps a child running until cancelled. Effect: processes come and go."""
        tries = 0
        try:
            while tries < _TRIES:
                born = time.monotonic()
                started = await self._start()
                why = await self._watch() if started else "it could not be started"
                young = time.monotonic() - born < self._limits.youth
                tries = tries + 1 if young and not self._at else 0
                await self._end(why)
            self.hopeless = True
            self._up.set()
            self._bury("", "", "it could not be started")
        finally:
            self.kill()

    async def _start(self) -> bool:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                **_ALONE,
            )
        except OSError as error:
            log.warning("the analysis process does not start: %s", error)
            self._spoke = False
            return False
        self._at, self._spoke, self._done = "", False, self._told
        for message in self._replay():
            self.tell(message)
        self.tell({"do": "begin"})
        self._up.set()
        return True

    async def _watch(self) -> str:
        """Listens until the child has to be replaced; gives the reason."""
        listening = asyncio.ensure_future(self._listen())
        try:
            while True:
                busy = self._told > self._done
                self._wake.clear()
                waking = asyncio.ensure_future(self._wake.wait())
                await asyncio.wait(
                    {listening, waking},
                    timeout=self._limits.glance if busy else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                waking.cancel()
                if listening.done():
                    return "it crashed"
                if why := self._trouble():
                    return why
                if self._wake.is_set() and busy:
                    await asyncio.wait({listening}, timeout=self._limits.glance)
        finally:
            listening.cancel()

    def _trouble(self) -> str:
        limit = self._limits.silence if self._spoke else self._limits.start
        if self._told > self._done and time.monotonic() - self._heard > limit:
            return f"it was silent for {limit:g} s"
        if self._process and _memory(self._process.pid) > self._limits.memory:
            return f"it took more than {self._limits.memory // 1024 // 1024} MB"
        return ""

    async def _listen(self) -> None:
        stream = self._process.stdout if self._process else None
        while stream and (message := await receive(stream)) is not None:
            self._heard = time.monotonic()
            self._spoke = True
            kind = message["is"]
            if kind == "busy":
                self._at = message["uri"]
                self._piece = message.get("piece", "")
            elif kind == "idle":
                self._done = message["serial"]
                self._at = ""
            elif kind == "answer":
                self._answer(message)
            elif kind == "heard":
                if (heard := self._listeners.get(message["number"])) is not None:
                    heard(message)
            else:
                self._hear(message)

    def _answer(self, message: Message) -> None:
        future = self._questions.pop(message["number"], None)
        if future is None or future.done():
            return
        if "lost" in message:
            future.set_exception(Lost(message["lost"]))
        else:
            future.set_result(message["value"])

    async def _end(self, why: str) -> None:
        """Buries a child: kills it, breaks its promises, says what it was working on."""
        log.warning("the analysis process is replaced: %s%s", why, f" at {self._at}" if self._at else "")
        process = self._process
        self._up.clear()
        self.kill()
        if process:
            await process.wait()
        self._process = None
        for future in self._questions.values():
            if not future.done():
                future.set_exception(Lost(why))
        self._questions.clear()
        if self._spoke:
            self._bury(self._at, self._piece, why)

    def kill(self) -> None:
        """Ends the child there is. Effect: unless `run` was cancelled, another takes its place."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()


def command(engine: str = "") -> list[str]:
    """How the child is started: this interpreter, with what it can import here and now.

    The current folder, which `python -m` puts in front, may be a project that nobody trusts.
    """
    automatic = sys.path[:1] in ([""], [os.getcwd()])
    paths = [os.path.abspath(path) for path in sys.path[1 if automatic else 0 :] if path]
    start = f"import sys; sys.path[:] = {paths!r}; from resilint.lsp.child import main; sys.exit(main(sys.argv[1:]))"
    return [sys.executable, "-c", start, *(["--engine", engine] if engine else [])]


_ALONE: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
"""A Ctrl-C meant for the editor's terminal is none of the child's business."""


def _memory(pid: int) -> int:
    """Bytes a process holds; 0 where the system does not say."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0
