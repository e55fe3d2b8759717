"""The editor's end of the wire: framed JSON over standard input and output.

Reading and writing have a thread each, so that neither a slow editor nor a large message can hold
up the loop that answers.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

log = logging.getLogger(__name__)

LARGEST = 64 * 1024 * 1024
"""Bytes of a message that are taken at most; more is skipped."""

_STACK = 16 * 1024 * 1024
"""Deeply nested JSON is refused by a counter of calls, for which some platforms' 512 KB are too few."""

_LONGEST_HEADER = 4096


class Malformed(Exception):
    """A message whose body is not JSON."""


def read_messages(stream: BinaryIO, deliver: Callable[[Any], None]) -> None:
    """Delivers every message decoded, or a `Malformed`; returns at the end of the stream."""
    while (length := _length(stream)) is not None:
        if length > LARGEST:
            log.warning("a message of %d bytes is skipped; the limit is %d", length, LARGEST)
            _skip(stream, length)
            continue
        body = stream.read(length)
        if len(body) < length:
            return
        try:
            deliver(json.loads(body))
        except (ValueError, RecursionError) as error:
            deliver(Malformed(f"{type(error).__name__}: {error}"[:200]))


def _length(stream: BinaryIO) -> int | None:
    """Reads headers up to the empty line; headers without a usable length are passed over."""
    length: int | None = None
    while line := stream.readline(_LONGEST_HEADER):
        name, _, value = line.partition(b":")
        if line.strip():
            if name.strip().lower() == b"content-length" and value.strip().isdigit():
                length = int(value)
        elif length is not None:
            return length
    return None


def _skip(stream: BinaryIO, length: int) -> None:
    while length > 0:
        chunk = stream.read(min(length, 1 << 20))
        if not chunk:
            return
        length -= len(chunk)


def start_reader(stream: BinaryIO, deliver: Callable[[Any], None], finish: Callable[[], None]) -> None:
    """Reads on a thread of its own. Effect: a daemon thread, so that leaving never waits for input."""

    def run() -> None:
        try:
            read_messages(stream, deliver)
        except (OSError, ValueError) as error:  # closed meanwhile
            log.info("the editor's stream ended: %s", error)
        finish()

    before = threading.stack_size(_STACK)
    try:
        threading.Thread(target=run, name="editor-reader", daemon=True).start()
    finally:
        threading.stack_size(before)


class Writer:
    """Writes on a thread of its own; `write` never blocks."""

    def __init__(self, stream: BinaryIO, lost: Callable[[], None]) -> None:
        self._stream = stream
        self._lost = lost
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="editor-writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Queues bytes for the editor."""
        self._queue.put(data)

    def close(self) -> None:
        """Waits for what is queued, for a second at most: an editor that stopped reading is not waited for."""
        self._queue.put(None)
        self._thread.join(1)

    def _run(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                self._stream.write(data)
                if self._queue.empty():
                    self._stream.flush()
            self._stream.flush()
        except (OSError, ValueError):
            self._lost()
