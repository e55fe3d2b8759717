"""TOML from untrusted files: tomli within limits of time and memory, and one kind of error for what it refuses. Pure.

tomli alone takes quadratic time and memory for keys of many parts, up to 500 MB for 5 MB of small tables, and raises
two kinds of errors besides its own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import tomli

MAX_VALUES = 200_000
"""Equals signs, commas, dots and opening brackets of a text: at least as many as it has values and parts of keys."""
_MAX_SQUARES = 20_000_000
"""Sum of the squares of the dots in each line: a key of n parts costs n * n / 2 references."""
_MAX_DIGITS = 50_000
"""Digits of a number: tomli takes 120 bytes for each. Python converts 4,300 decimal ones at most."""

_NUMBER = re.compile(rf"(?<![0-9A-Fa-f_\"'])[0-9A-Fa-f_]{{{_MAX_DIGITS},}}")
_UNCONVERTED = re.compile(r"(?<![0-9_\"'])[0-9][0-9_]{4000,}")
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class BrokenTomlError(ValueError):
    """A text that is not read as TOML: the message continues a sentence ("is not TOML: ..."), `row` is one-based."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row


def parse(text: str) -> dict[str, Any]:
    """Returns the table that a text is. It is shared: do not change it. Raises BrokenTomlError."""
    found = _parsed(text)
    if isinstance(found, BrokenTomlError):
        raise BrokenTomlError(found.row, str(found))
    return found


@lru_cache(maxsize=4)
def _parsed(text: str) -> dict[str, Any] | BrokenTomlError:
    """The same, remembered: a run reads the same file for several reasons."""
    try:
        return _parse(text)
    except BrokenTomlError as error:
        return error.with_traceback(None)


def _parse(text: str) -> dict[str, Any]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    _check_limits(text)
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise _described(str(error), text) from None
    except RecursionError:
        raise BrokenTomlError(1, "is nested too deeply to be read") from None
    except ValueError:  # Python refuses to convert so many digits
        found = _UNCONVERTED.search(text)
        row = text.count("\n", 0, found.start()) + 1 if found else 1
        raise BrokenTomlError(row, "holds a number of too many digits to be read") from None


def _check_limits(text: str) -> None:
    """Raises BrokenTomlError for a text that would take too much time or memory. Linear time."""
    if sum(map(text.count, "=,.[")) > MAX_VALUES:
        raise BrokenTomlError(1, f"holds more than {MAX_VALUES:,} values, the most that are read")
    if found := _NUMBER.search(text):
        row = text.count("\n", 0, found.start()) + 1
        raise BrokenTomlError(row, "holds a number of too many digits to be read")
    if text.count(".") ** 2 <= _MAX_SQUARES:
        return
    squares = 0
    for row, line in enumerate(text.split("\n"), 1):
        squares += line.count(".") ** 2
        if squares > _MAX_SQUARES:
            raise BrokenTomlError(row, "holds too many dots in one line: its keys may have too many parts to be read")


def _described(said: str, text: str) -> BrokenTomlError:
    """The row and the plain message in what tomli says of a broken text; older ones give no row apart."""
    found = _PLACE.search(said)
    message = _PLACE.sub("", said)
    row = int(found.group(1)) if found and found.group(1) else text.count("\n") + 1
    message = message if len(message) <= 200 else message[:197] + "..."
    return BrokenTomlError(row, f"is not TOML: {message[:1].lower()}{message[1:]}")
