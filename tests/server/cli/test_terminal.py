"""What is known of the terminal, and the line that counts files in it."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import pytest

from resilint.cli import terminal


class Stream(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def fileno(self) -> int:
        return 99


@pytest.mark.parametrize(
    ("wish", "variables", "is_terminal", "coloured"),
    [
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
    ],
)
def test_colours(
    monkeypatch: pytest.MonkeyPatch, wish: str, variables: dict[str, str], is_terminal: bool, coloured: bool
) -> None:
    """The option wins, then NO_COLOR, then FORCE_COLOR, then what the stream is."""
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert terminal.coloured(wish, Stream(is_terminal)) is coloured


@pytest.mark.parametrize(
    ("variables", "is_terminal", "links"),
    [
        ({"FORCE_HYPERLINK": "1"}, False, True),
        ({"FORCE_HYPERLINK": "0", "TERM_PROGRAM": "vscode"}, True, False),
        ({"TERM_PROGRAM": "vscode"}, True, True),
        ({"TERM_PROGRAM": "vscode"}, False, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, True, False),
        ({"VTE_VERSION": "7200"}, True, True),
        ({"VTE_VERSION": "4800"}, True, False),
        ({"WT_SESSION": "1"}, True, True),
        ({"WT_SESSION": "1", "CI": "true"}, True, False),
        ({"TERM": "foot"}, True, True),
        ({}, True, False),
    ],
)
def test_links(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], is_terminal: bool, links: bool) -> None:
    """Only a terminal that is known to follow them gets links."""
    for name in ("TERM_PROGRAM", "VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert terminal.links(Stream(is_terminal)) is links


def test_the_width_is_known_of_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """0 for a file, and for a terminal that does not say."""
    sizes = {99: os.terminal_size((80, 24))}

    def size(number: int) -> Any:
        if number not in sizes:
            raise OSError(number)
        return sizes[number]

    monkeypatch.setattr(os, "get_terminal_size", size)
    assert terminal.width(Stream(terminal=True)) == 80
    assert terminal.width(Stream(terminal=False)) == 0
    sizes.clear()
    assert terminal.width(Stream(terminal=True)) == 0


def test_a_stream_spells_what_its_encoding_lacks() -> None:
    """One that cannot be changed stays as it is."""
    stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    terminal.ready(stream)
    stream.write("é")
    assert stream.errors == "backslashreplace"
    terminal.ready(io.StringIO())


def test_progress_begins_late_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short run is quiet; a long one rewrites its line now and then."""
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    stream = Stream(terminal=True)
    progress = terminal.Progress(stream)
    progress(1, 9)
    progress.clear()
    assert stream.getvalue() == ""
    for seconds, done in ((1.0, 2), (1.05, 3), (1.1, 4)):
        now[0] = seconds
        progress(done, 9)
    assert stream.getvalue() == "\r\x1b[Kchecking 2 of 9 files\r\x1b[Kchecking 4 of 9 files"
    progress.clear()
    progress.clear()
    assert stream.getvalue().endswith("4 of 9 files\r\x1b[K")


@pytest.mark.parametrize(
    ("is_terminal", "variables", "quiet", "watched"),
    [
        (True, {}, False, True),
        (True, {}, True, False),
        (True, {"CI": "true"}, False, False),
        (True, {"TERM": "dumb"}, False, False),
        (False, {}, False, False),
    ],
)
def test_progress_is_for_people(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, variables: dict[str, str], quiet: bool, watched: bool
) -> None:
    """Neither for pipes nor for CI, nor for those who want silence."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", Stream(is_terminal))
    assert (terminal.progress(quiet) is not None) is watched
