"""Properties of the terminal: colours, width, progress line."""

from __future__ import annotations

import os
import sys
import time
from typing import TextIO

_FIRST = 1.0
"""Seconds before the progress line appears, so that a short run does not flicker."""

_PAUSE = 0.1


def coloured(choice: str, stream: TextIO) -> bool:
    """Whether to use colours on a stream: `--color` first, then NO_COLOR and FORCE_COLOR."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width(stream: TextIO) -> int:
    """Returns the columns of the terminal behind a stream, 0 if there is none."""
    if not stream.isatty():
        return 0
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def ready(stream: TextIO) -> None:
    """Makes a stream accept any text by escaping what its encoding lacks. Effect: changes the stream."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Writes a line for the user beside the report. Effect: writes to standard error."""
    print(text, file=sys.stderr)


class Progress:
    """A line on standard error that counts files, rewritten in place and gone at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = time.monotonic() + _FIRST
        self._visible = False

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            self._visible = True
            self._stream.write(f"\r\x1b[Kchecking {done} of {of} files")
            self._stream.flush()

    def clear(self) -> None:
        """Removes the line."""
        if self._visible:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._visible = False


def progress(quiet: bool) -> Progress | None:
    """Returns a progress line for a terminal; None in pipes, in CI and with `--quiet`."""
    watched = sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
    return Progress(sys.stderr) if watched and not quiet else None
