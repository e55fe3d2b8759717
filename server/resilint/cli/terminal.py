"""The terminal we talk to, or what stands in for one: colours, width, progress."""

from __future__ import annotations

import os
import sys
import time
from typing import TextIO

_FIRST = 1.0
"""Seconds before progress shows: a short run flickers nothing."""

_PAUSE = 0.1


def coloured(wish: str, stream: TextIO) -> bool:
    """Whether to use colours on a stream. An express wish wins, then NO_COLOR and FORCE_COLOR."""
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width(stream: TextIO) -> int:
    """Columns of the terminal behind a stream, 0 if there is none."""
    if not stream.isatty():
        return 0
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def ready(stream: TextIO) -> None:
    """Lets a stream take any text: what its encoding lacks is spelt out. Effect: changes the stream."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """A line for the person, beside the report. Effect: writes to standard error."""
    print(text, file=sys.stderr)


class Progress:
    """A line on standard error that counts files, rewritten in place and gone at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = time.monotonic() + _FIRST
        self._shown = False

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            self._shown = True
            self._stream.write(f"\r\x1b[Kchecking {done} of {of} files")
            self._stream.flush()

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False


def progress(quiet: bool) -> Progress | None:
    """Progress for a person who watches; none in pipes, in CI, and when silence is asked for."""
    watched = sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
    return Progress(sys.stderr) if watched and not quiet else None
