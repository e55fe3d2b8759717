"""Terminal columns of source lines, and what is loaded to count them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.report.columns import cells, width, window

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (FAMILY, 2),
        ("\u2764\ufe0f", 2),
        ("\u2764", 1),
        ("\U0001f44d\U0001f3fd", 2),
        ("\U0001f1eb\U0001f1f7", 2),
        ("\u6f22", 2),
        ("\uff21", 2),
        ("e\u0301", 1),
        ("\u0301", 0),
        ("\u00e9", 1),
        ("a\tb", 5),
        ("\u6f22\tb", 5),
        ("\x1b", 4),
        ("\u202e", 6),
        ("", 0),
    ],
    ids=ascii,
)
def test_the_width_is_that_of_a_terminal(text: str, columns: int) -> None:
    """Joined emoji take two columns, a combining mark none, a tab up to the next stop, a control its number."""
    assert width(cells(text)) == columns


@given(st.text(st.sampled_from("ab \t\x1b\u6f22\u0301\u200d\ufe0f\u2764\U0001f468\U0001f469\U0001f3fd\u202e")))
def test_every_code_point_has_a_cell(text: str) -> None:
    """Spans count code points, so that the cells can be cut by them; nothing printable is lost."""
    row = cells(text)
    assert len(row) == len(text)
    assert all(cell.width >= 0 for cell in row)
    printed = [(cell.text, character) for cell, character in zip(row, text, strict=True)]
    assert all(cell == character for cell, character in printed if character not in "\t\x1b\u202e")


def test_a_window_does_not_begin_inside_a_joined_emoji() -> None:
    """What is left of it would be drawn over the dots, or as another emoji."""
    text = FAMILY * 40 + "here"
    row = cells(text)
    for limit in range(20, 60):
        low, high = window(row, len(text) - 4, len(text), limit)
        assert row[low].width > 0
        assert low % len(FAMILY) == 0
        assert (high, width(row[low:high]) <= limit - 6) == (len(text), True)


def test_ascii_lines_load_nothing() -> None:
    """Importing wcwidth costs four empty interpreters; most reports are ASCII, with tabs perhaps."""
    program = (
        f"import sys; sys.path[:] = {[path for path in sys.path if path]!r}\n"
        "from resilint.report.columns import cells\n"
        "cells('a'), cells('\\tb\\x1b')\n"
        "print('wcwidth' in sys.modules)\n"
        "cells('\\u6f22')\n"
        "print('wcwidth' in sys.modules)\n"
    )
    command = [sys.executable, "-I", "-c", program]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert shown.split() == ["False", "True"]
