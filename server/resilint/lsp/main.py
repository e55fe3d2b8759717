"""Starts the language server and ends it with the right exit status."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, BinaryIO, NoReturn

from .features import add_features
from .lifecycle import add_lifecycle
from .protocol import Protocol
from .pull import allow_scan
from .server import ResilintServer
from .supervision.watchdog import Limits
from .transport import Malformed, Writer, start_reader

log = logging.getLogger(__name__)


def main(argv: Sequence[str] = ()) -> NoReturn:
    """Serves one editor on standard input and output.

    `--engine NAME` and `--silence SECONDS`, of processor time or without any, are for tests. Effect: ends the process;
    its status is 0 after `shutdown`, 1 if the editor left without.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="resilint: %(message)s")
    words = list(argv)
    engine = words[words.index("--engine") + 1] if "--engine" in words else ""
    limits = Limits()
    if "--silence" in words:
        silence = float(words[words.index("--silence") + 1])
        limits = Limits(silence=silence, stall=silence)
    source, target = sys.stdin.buffer, _take_output()

    async def run() -> NoReturn:
        status = await serve(make(engine, limits), source, target)
        # From here and at once: the reader still waits for input, over whose lock Python would abort, and
        # the loop would wait for a child that may be neither alive nor dead yet. It ends with its pipe.
        sys.stderr.flush()
        os._exit(status)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())
    os._exit(130)


def make(engine: str = "", limits: Limits | None = None) -> ResilintServer:
    """Returns a server with all handlers, not yet connected."""
    server = ResilintServer(engine, limits)
    add_lifecycle(server)
    add_features(server)
    return server


async def serve(server: ResilintServer, source: BinaryIO, target: BinaryIO) -> int:
    """Serves one editor until `exit` (0 after `shutdown`, else 1). Effect: starts threads and a child."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    protocol = server.protocol
    assert isinstance(protocol, Protocol)

    def deliver(message: Any) -> None:
        loop.call_soon_threadsafe(take, message)

    def take(message: Any) -> None:
        if isinstance(message, Malformed):
            log.warning("a message that is not JSON: %s", message)
            return
        try:
            protocol.handle(message)
        except Exception:
            log.exception("a message could not be handled")

    def finish() -> None:
        try:
            loop.call_soon_threadsafe(ended.set)
        except RuntimeError:
            return  # the loop is over already

    protocol.after_initialize = partial(allow_scan, server)
    protocol.leave = ended.set
    writer = Writer(target, finish)
    protocol.set_writer(writer)
    start_reader(source, deliver, finish)
    await ended.wait()
    writer.close()
    server.analysis.kill()
    return 0 if protocol.shut_down else 1


def _take_output() -> BinaryIO:
    """Takes over standard output: what other code prints goes to standard error."""
    target = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return target
