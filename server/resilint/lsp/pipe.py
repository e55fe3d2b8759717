"""Messages between the protocol process and the analysis process: a length, then JSON.

Neither side ever unpickles anything: what crosses the pipe is plain data.
"""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any, BinaryIO

Message = dict[str, Any]

_LENGTH = struct.Struct(">I")


def pack(message: Message) -> bytes:
    """The bytes of a message as they go over the pipe."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    return _LENGTH.pack(len(body)) + body


def read(stream: BinaryIO) -> Message | None:
    """The next message, waiting for it; None when the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length)
    return _unpack(body) if len(body) == length else None


async def receive(stream: asyncio.StreamReader) -> Message | None:
    """The next message without blocking the loop; None when the other side is gone."""
    try:
        (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
        return _unpack(await stream.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def _unpack(body: bytes) -> Message:
    message: Message = json.loads(body)
    return message
