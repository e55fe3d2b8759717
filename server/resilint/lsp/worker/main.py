"""The analysis process: reads messages from standard input, answers on standard output.

It is started by `worker_process.py` and ends with its input. Nothing of a project is imported or run.
"""

from __future__ import annotations

import gc
import logging
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from ..channel.codec import numbered_from_json, to_json
from ..channel.json_fields import BadMessageError
from ..channel.messages import (
    Busy,
    Change,
    Close,
    FilesChanged,
    FromWorker,
    Idle,
    Numbered,
    Open,
    Roots,
    ToWorker,
)
from ..channel.pipe import pack, read
from ..supervision.watchdog import Limits
from .guard import Guard

if TYPE_CHECKING:
    from .engine import Engine

log = logging.getLogger(__name__)

_STACK = 64 * 1024 * 1024
"""The parser recurses: 2,000 nested brackets kill a process that has the usual 8 MB."""

_PAUSE = 1.0
"""Seconds without a message after which garbage is collected."""

_LITTER = 400_000
"""Objects that may be left over before they are collected without such a pause."""


def main(argv: list[str]) -> int:
    """Works until standard input ends. Effect: takes standard output over and ends the process."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="resilint: %(message)s")
    source, target = sys.stdin.buffer, _take_output()
    inbox: Inbox = queue.SimpleQueue()
    threading.stack_size(_STACK)
    engine = argv[argv.index("--engine") + 1] if "--engine" in argv else ""
    guard = Guard(float(argv[argv.index("--silence") + 1]) if "--silence" in argv else Limits().silence)
    threading.Thread(target=_run, args=(engine, inbox, target, guard), daemon=True).start()
    status = read_messages(source, inbox)
    sys.stderr.flush()
    os._exit(status)  # nothing waits for what is still being worked on


Inbox = queue.SimpleQueue[Numbered]


def read_messages(source: BinaryIO, inbox: Inbox) -> int:
    """Queues messages until the input ends: 0, or until a bad one comes: 1, as what follows would not fit."""
    try:
        while (data := read(source)) is not None:
            inbox.put(numbered_from_json(data))
    except BadMessageError as error:
        log.error("the worker got a bad message: %s", error)  # noqa: TRY400 - the message says it all
        return 1
    return 0


def _take_output() -> BinaryIO:
    """Standard output for us alone: what anything else prints goes to standard error."""
    target = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return target


def _run(engine: str, inbox: Inbox, target: BinaryIO, guard: Guard) -> None:
    """Works, and takes the process down with it: without a worker it is of no use, and another follows."""

    def send(message: FromWorker) -> None:
        guard.extend(message.size if isinstance(message, Busy) else 0)
        try:
            target.write(pack(to_json(message)))
            target.flush()
        except OSError:
            os._exit(0)

    try:
        from .engine import load

        worker = Worker(load(engine), inbox, send)
        gc.collect()
        gc.freeze()
        gc.disable()  # trees are made and dropped as a whole; looking for cycles meanwhile costs a third
        while True:
            worker.turn()
    except BaseException:
        log.exception("the analysis broke down")
        sys.stderr.flush()
        os._exit(1)


class Worker:
    """Works off what comes in, and collects garbage in the pauses."""

    def __init__(self, engine: Engine, inbox: Inbox, send: Callable[[FromWorker], None]) -> None:
        from .dispatcher import Dispatcher

        self._inbox = inbox
        self._send = send
        self._waiting: deque[Numbered] = deque()
        self._dispatcher = Dispatcher(engine, send, self._is_superseded)
        self._done = 0
        """Pieces of work since the last collection of garbage."""

    def turn(self) -> None:
        """Waits for messages and does all their work; or collects garbage, if none comes for a while."""
        try:
            message: Numbered | None = (
                self._waiting.popleft() if self._waiting else self._inbox.get(timeout=_PAUSE if self._done else None)
            )
        except queue.Empty:
            gc.collect()
            self._done = 0
            return
        while message is not None or self._dispatcher.work():
            if message is not None:
                self._dispatcher.take(message)
            else:
                self._done += 1
                if gc.get_count()[0] > _LITTER:
                    gc.collect()
            message = self._waiting.popleft() if self._waiting else self._next()
        self._send(Idle(self._dispatcher.serial))

    def _is_superseded(self, uri: str) -> bool:
        """Whether a message has come that makes the check of a document void."""
        while (message := self._next()) is not None:
            self._waiting.append(message)
        return any(_makes_void(waiting.message, uri) for waiting in self._waiting)

    def _next(self) -> Numbered | None:
        try:
            return self._inbox.get_nowait()
        except queue.Empty:
            return None


def _makes_void(message: ToWorker, uri: str) -> bool:
    """Whether a message leads to another check of a document, or to none."""
    if isinstance(message, (Open, Change, Close)):
        return message.uri == uri
    return isinstance(message, (Roots, FilesChanged))
