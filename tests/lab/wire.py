"""One accepted connection: reading a request from it, and answering byte by byte."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

_LIMIT = 1 << 20
"""Bytes of one request that are read at most."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived. Header names are in lower case; `at` is `time.monotonic()`."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass(slots=True)
class Wire:
    """A connection with the moment it has to be over, and the event that ends it sooner."""

    socket: socket.socket
    ends: float
    stopping: threading.Event
    _buffer: bytes = field(default=b"", init=False)

    def _remaining(self) -> float:
        return max(0.001, self.ends - time.monotonic())

    def _receive(self) -> bytes:
        self.socket.settimeout(self._remaining())
        return self.socket.recv(65536)

    def _read_until(self, mark: bytes) -> bytes | None:
        while mark not in self._buffer:
            chunk = self._receive() if len(self._buffer) < _LIMIT else b""
            if not chunk:
                return None
            self._buffer += chunk
        head, _, self._buffer = self._buffer.partition(mark)
        return head

    def _read_exactly(self, size: int) -> bytes | None:
        while len(self._buffer) < size:
            chunk = self._receive() if size < _LIMIT else b""
            if not chunk:
                return None
            self._buffer += chunk
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return body

    def _read_chunks(self) -> bytes | None:
        body = b""
        while (line := self._read_until(b"\r\n")) is not None and len(body) < _LIMIT:
            size = int(line.partition(b";")[0], 16)
            chunk = self._read_exactly(size)
            end = self._read_exactly(2)
            if chunk is None or end is None:
                return None
            body += chunk
            if not size:
                return body
        return None

    def read(self) -> Received | None:
        """The next request; None when the peer has closed or sent something that is no HTTP."""
        head = self._read_until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if len(words) != 3:
            return None
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if headers.get("transfer-encoding") == "chunked":
            body = self._read_chunks()
        else:
            body = self._read_exactly(int(headers.get("content-length", "0")))
        if body is None:
            return None
        return Received(words[0], words[1], headers, body, time.monotonic())

    def send(self, data: bytes) -> None:
        """Sends all of `data`. Raises OSError when the peer is gone."""
        self.socket.settimeout(self._remaining())
        self.socket.sendall(data)

    def pause(self, seconds: float) -> bool:
        """Waits; False when the lab is closing or the connection's time is over, so go no further."""
        stopped = self.stopping.wait(min(seconds, self._remaining()))
        return not stopped and time.monotonic() < self.ends

    def wait_for_close(self) -> None:
        """Says nothing until the peer gives up, the lab closes or the connection's time is over."""
        with contextlib.suppress(OSError):
            while self._receive():
                pass

    def reset(self) -> None:
        """Closes with an RST instead of a FIN: lingering for zero seconds throws away what is unsent."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
