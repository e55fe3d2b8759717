"""Collects what is wrong in one file of settings, with the row of each mistake, in bounded time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .toml_positions import KeyRows

MAX_MISTAKES = 20
"""Mistakes of one file that are named; the others are counted."""

_MAX_KEY = 200
_MAX_MESSAGE = 400
"""Characters of a key and of a message: projects choose some keys, and values are quoted."""


class Complaints:
    """A `validators.Say`: called for each mistake, it looks for the row in `text`, where `prefix` leads to the keys."""

    def __init__(self, text: str = "", prefix: tuple[str, ...] = ()) -> None:
        self._lines = text.split("\n")
        self._rows: KeyRows | None = None
        self._prefix = prefix
        self._found: list[tuple[int, str, str]] = []
        self._more = 0

    def __call__(
        self, path: tuple[str, ...], message: str, near: str = "", hint: Callable[[], str] | None = None
    ) -> None:
        """Notes a mistake in the value at `path`, at the text `near`; `hint` gives the end of the message."""
        if len(self._found) >= MAX_MISTAKES:
            self._more += 1
            return
        full = (*self._prefix, *path)
        message = message if len(message) <= _MAX_MESSAGE else message[: _MAX_MESSAGE - 3] + "..."
        key = ".".join(path or full)
        key = key if len(key) <= _MAX_KEY else key[: _MAX_KEY - 3] + "..."
        if self._rows is None:
            self._rows = KeyRows(self._lines)
        self._found.append((self._rows.row_of(full, near), key, message + (hint() if hint else "")))

    def rows(self) -> Iterable[tuple[int, str, str]]:
        """Returns row, key and message of each mistake in the order of rows, and one about those left out."""
        found = sorted(self._found, key=lambda row: row[0])
        if self._more:
            found.append((found[-1][0], "", f"holds {self._more} more mistakes, which are not listed"))
        return found
