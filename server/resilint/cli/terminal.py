"""Properties of the terminal: colours, width, progress line."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TextIO

from ..fs.escapes import visible, visible_lines

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


def links(stream: TextIO) -> bool:
    """Whether a terminal makes links of the escape sequence OSC 8: FORCE_HYPERLINK first, then what it says of itself.

    There is no way to find out: a terminal that does not know the sequence may print it.
    """
    if (forced := os.environ.get("FORCE_HYPERLINK")) is not None:
        return forced != "0"
    if not stream.isatty() or os.environ.get("CI") or os.environ.get("TERM") in ("dumb", "linux"):
        return False
    if os.environ.get("TERM_PROGRAM") in ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"):
        return True
    if os.environ.get("VTE_VERSION", "").isdecimal():
        return int(os.environ["VTE_VERSION"]) >= 5000
    known = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM")
    return any(os.environ.get(name) for name in known) or os.environ.get("TERM", "") in (
        "xterm-kitty",
        "foot",
        "alacritty",
    )


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


def open_missing() -> None:
    """Effect: where the process was started without standard output or error, what goes there is thrown away.

    Otherwise the next file that is opened would be taken for it.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open as long as the process is


def say(text: str) -> None:
    """Writes a line for the user beside the report, control characters spelt out. Effect: writes to standard error."""
    with contextlib.suppress(OSError):  # standard error takes no more
        print(visible(text), file=sys.stderr)


def tell(text: str) -> None:
    """Writes lines of the report, control characters spelt out. Effect: writes to standard output."""
    print(visible_lines(text))


def give_up_stdout() -> None:
    """Effect: what standard output has not taken is thrown away, or the end of the process would try it again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def reason(error: OSError) -> str:
    """Returns what the system says, as part of a sentence."""
    return (error.strerror or str(error)).lower()


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
            self._write(f"\r\x1b[Kchecking {done} of {of} files")

    def clear(self) -> None:
        """Removes the line."""
        if self._visible:
            self._write("\r\x1b[K")
            self._visible = False

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # a run does not fail for its progress line
            self._stream.write(text)
            self._stream.flush()


def progress(quiet: bool) -> Progress | None:
    """Returns a progress line for a terminal; None in pipes, in CI and with `--quiet`."""
    watched = sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
    return Progress(sys.stderr) if watched and not quiet else None
