"""TOML of strangers: bounded, and with one kind of error."""

from __future__ import annotations

import time

import pytest

from resilint.fs.toml_text import MAX_VALUES, BrokenTomlError, parse


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        ("a = [\n", 2, "is not TOML: "),
        ("a = 1\nb\n", 2, "is not TOML: "),
        ("a = 1\n" * 2, 2, "is not TOML: "),
        ("a = 1\n[" + "k" * 100_000 + "]\n[" + "k" * 100_000 + "]", 3, "is not TOML: "),
        ("a = " + "[" * 5000, 1, "is nested too deeply to be read"),
        ("a = " + "{a=" * 5000, 1, "is nested too deeply to be read"),
        ("x = 1\na = " + "1" * 4500, 2, "holds a number of too many digits to be read"),
        ("x = 1\na = [1, " + "1" * 200_000 + "]", 2, "holds a number of too many digits to be read"),
        ("x = 1\na = 0x" + "f" * 200_000, 2, "holds a number of too many digits to be read"),
        ("x = 1\na = 1." + "1" * 200_000, 2, "holds a number of too many digits to be read"),
        ("a = [" + "1," * (MAX_VALUES + 1) + "]", 1, "holds more than 200,000 values"),
        ("[a]\n" * (MAX_VALUES + 1), 1, "holds more than 200,000 values"),
        ("x = 1\n" + ".".join("a" * 5000) + " = 1", 2, "holds too many dots in one line"),
        ("[" + ".".join("a" * 5000) + "]", 1, "holds too many dots in one line"),
    ],
    ids=range(14),
)
def test_what_is_refused(text: str, row: int, message: str) -> None:
    """With its row and a message of one short line, in a second."""
    began = time.process_time()
    for _ in range(2):
        with pytest.raises(BrokenTomlError) as caught:
            parse(text)
        assert caught.value.row == row
        assert str(caught.value).startswith(message)
        assert len(str(caught.value)) < 250
    assert time.process_time() - began < 2


def test_what_is_not_refused() -> None:
    """Long strings of digits and dots, a byte order mark, line ends of Windows."""
    text = f'\ufeffa = "{"1" * 60_000}"\r\nb = "{"." * 4000}"\r\nc.d.e = 0xff # {"=" * 1000}\r\n'
    assert parse(text) == {"a": "1" * 60_000, "b": "." * 4000, "c": {"d": {"e": 255}}}
