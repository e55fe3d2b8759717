"""The language server with a watch on its loop: how long it ever worked without a look at its messages.

Counted in processor time of the loop's thread, so that a busy machine does not look like a slow loop.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from resilint.lsp.main import make, serve
from resilint.lsp.supervision.watchdog import Limits

_BEAT = 0.001
"""Seconds between two looks at the clock."""


async def main(engine: str, report: str) -> None:
    """Serves one editor, then writes the longest stall in milliseconds. Effect: ends the process."""
    target = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    stalls: list[float] = []

    async def watch() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(_BEAT)
            stalls.append(time.thread_time() - before)

    server = make(engine, Limits(silence=30))
    watching = asyncio.ensure_future(watch())
    await serve(server, sys.stdin.buffer, target)
    watching.cancel()
    warm = sorted(stalls[len(stalls) // 10 :])  # the first messages load code
    Path(report).write_text(  # noqa: ASYNC240 - nobody is waiting any more
        f"{warm[-1] * 1000:.1f} {warm[int(len(warm) * 0.999)] * 1000:.1f}", encoding="ascii"
    )
    os._exit(0)


asyncio.run(main(sys.argv[1] if sys.argv[1] != "-" else "", sys.argv[2]))
