"""Runs a command of resilint in a process of its own, from a program that goes on meanwhile."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from typing import NamedTuple

from .workers import import_path

PATIENCE = 600.0
"""Seconds that a command may take."""
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); from resilint.__main__ import main; sys.exit(main())"
)


class Done(NamedTuple):
    """What a command has printed; `said` is what it says to a person."""

    printed: str
    said: str
    status: int


async def run_command(*words: str) -> Done:
    """Runs a command and returns what it prints. Raises TimeoutError after ten minutes. Effect: a process."""
    command = (sys.executable, "-I", "-c", _START, json.dumps(import_path()), *words)
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=nothing, stdout=pipe, stderr=pipe)
    try:
        printed, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    except asyncio.TimeoutError:
        raise TimeoutError from None  # another class until Python 3.11
    finally:
        if process.returncode is None:  # cancelled, or too late
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return Done(printed.decode("utf-8", "replace"), said.decode("utf-8", "replace"), process.returncode or 0)
