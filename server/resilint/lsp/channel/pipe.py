"""The pipe between the protocol process and the worker: a length, then that many bytes."""

from __future__ import annotations

import asyncio
import struct
from typing import BinaryIO

_LENGTH = struct.Struct(">I")


def pack(body: bytes) -> bytes:
    """Returns the bytes of a message as they go over the pipe."""
    return _LENGTH.pack(len(body)) + body


def read(stream: BinaryIO) -> bytes | None:
    """Waits for the next message; None when the other side has closed the pipe, even within a message."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


async def receive(stream: asyncio.StreamReader) -> bytes | None:
    """Waits for the next message without blocking the loop; None as for `read`."""
    try:
        (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
        return await stream.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
