"""The editor's end of the wire: streams that end, break or never take anything."""

from __future__ import annotations

import io
import os
import threading
from typing import Any

import pytest

from resilint.lsp import transport
from resilint.lsp.transport import Writer, read_messages, start_reader

PATIENCE = 20.0


@pytest.mark.parametrize(
    "stream",
    [b"", b"Content-Length: 9\r\n", b"Content-Length: 9\r\n\r\n[1", b"Content-Length: 99999999999\r\n\r\n[1"],
    ids=["empty", "within headers", "within a body", "within a body that is too large"],
)
def test_a_stream_may_end_anywhere(stream: bytes) -> None:
    """What was not complete is no message."""
    got: list[Any] = []
    read_messages(io.BytesIO(stream), got.append)
    assert got == []


def test_a_reader_ends_with_its_stream() -> None:
    """After the last message; a stream that cannot be read has none."""
    for stream, messages in ((io.BytesIO(b"Content-Length: 3\r\n\r\n[1]"), [[1]]), (io.BytesIO(), [])):
        if not messages:
            stream.close()
        got: list[Any] = []
        ended = threading.Event()
        start_reader(stream, got.append, ended.set)
        assert ended.wait(PATIENCE)
        assert got == messages


def test_a_writer_writes_in_order_and_to_the_end() -> None:
    """`close` waits for what is queued."""
    stream = io.BytesIO()
    writer = Writer(stream, lambda: pytest.fail("lost"))
    for number in range(100):
        writer.write(b"%d," % number)
    writer.close()
    assert stream.getvalue() == b"".join(b"%d," % number for number in range(100))


def test_a_writer_says_when_nothing_reads() -> None:
    """The conversation is over then."""
    reading, writing = os.pipe()
    os.close(reading)
    lost = threading.Event()
    writer = Writer(os.fdopen(writing, "wb", buffering=0), lost.set)
    writer.write(b"x")
    assert lost.wait(PATIENCE)
    writer.close()


def test_threads_of_others_keep_their_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the reader needs a large one."""
    sizes: list[int] = []
    monkeypatch.setattr(transport.threading, "stack_size", lambda size=0: sizes.append(size) or 0)
    start_reader(io.BytesIO(), lambda message: None, lambda: None)
    assert sizes == [transport._STACK, 0]
