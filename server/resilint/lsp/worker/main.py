"""The analysis process: reads messages from standard input, answers on standard output.

It is started by `analysis.py` and ends with its input. Nothing of a project is imported or run.
"""

from __future__ import annotations

import gc
import logging
import os
import queue
import sys
import threading
from collections import deque
from typing import BinaryIO

from ..pipe import Message, pack, read

log = logging.getLogger(__name__)

_STACK = 64 * 1024 * 1024
"""The parser recurses: 2,000 nested brackets kill a process that has the usual 8 MB."""

_PAUSE = 1.0
"""Seconds without a message after which garbage is collected."""

_VOID = frozenset(("open", "edit", "close", "roots", "changed"))
"""Messages after which a check of the text they are about, or of any, is not what was wanted."""

_LITTER = 400_000
"""Objects that may have been left lying about before they are collected without such a pause."""


def main(argv: list[str]) -> int:
    """Works until standard input ends. Effect: takes standard output over."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="resilint: %(message)s")
    source, target = sys.stdin.buffer, _take_output()
    inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    threading.stack_size(_STACK)
    engine = argv[argv.index("--engine") + 1] if "--engine" in argv else ""
    threading.Thread(target=_run, args=(engine, inbox, target), daemon=True).start()
    while (message := read(source)) is not None:
        inbox.put(message)
    sys.stderr.flush()
    os._exit(0)  # whatever is still being worked on, nobody waits for it


def _take_output() -> BinaryIO:
    """Standard output for us alone: what anything else prints goes to standard error."""
    target = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return target


def _run(engine: str, inbox: queue.SimpleQueue[Message | None], target: BinaryIO) -> None:
    """Works, and takes the process down with it: without a worker it is of no use, and another follows."""
    try:
        _work(engine, inbox, target)
    except BaseException:
        log.exception("the analysis broke down")
        sys.stderr.flush()
        os._exit(1)


def _work(engine: str, inbox: queue.SimpleQueue[Message | None], target: BinaryIO) -> None:
    from .dispatcher import Desk
    from .engine import load

    def send(message: Message) -> None:
        try:
            target.write(pack(message))
            target.flush()
        except OSError:
            os._exit(0)

    waiting: deque[Message] = deque()

    def overtaken(uri: str) -> bool:
        while (message := _next(inbox)) is not None:
            waiting.append(message)
        return any(message["do"] in _VOID and message.get("uri", uri) == uri for message in waiting)

    def next_message() -> Message | None:
        return waiting.popleft() if waiting else _next(inbox)

    desk = Desk(load(engine), send, overtaken)
    gc.collect()
    gc.freeze()
    gc.disable()  # trees are made and dropped as a whole; looking for cycles meanwhile costs a third
    done = 0
    while True:
        try:
            message: Message | None = waiting.popleft() if waiting else inbox.get(timeout=_PAUSE if done else None)
        except queue.Empty:
            gc.collect()
            done = 0
            continue
        while message is not None or desk.work():
            if message is not None:
                desk.take(message)
            else:
                done += 1
                if gc.get_count()[0] > _LITTER:
                    gc.collect()
            message = next_message()
        send({"is": "idle", "serial": desk.serial})


def _next(inbox: queue.SimpleQueue[Message | None]) -> Message | None:
    try:
        return inbox.get_nowait()
    except queue.Empty:
        return None
