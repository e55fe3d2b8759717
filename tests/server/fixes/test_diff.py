"""Patches between two texts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from resilint.fixes.diff import unified


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc\n", "a\nB\nc\n"),
        ("a\r\nb\r\n", "a\r\nb\r\nc\r\n"),
        ("a\nb", "a\nb\nc"),
        ("a\nb", "a\nb\n"),
        ("", "a\n"),
        ("form\x0cfeed\nx\n", "form\x0cfeed\ny\n"),
        ("\n".join(map(str, range(50))), "\n".join(map(str, [*range(20), "x", *range(21, 49)]))),
    ],
)
@pytest.mark.parametrize("name", ["pkg/mod.py", "my file.py", 'a"b.py', "\x9b31m\u202e\u2066.py", "äö.py"])
def test_git_applies_the_patch(before: str, after: str, name: str, tmp_path: Path) -> None:
    """The patch turns one file into the other to the byte."""
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(before.encode())
    patch = unified(before, after, name)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True)
    assert place.read_bytes() == after.encode()
    assert not {"\x9b", "\u202e", "\u2066"}.intersection(patch)


def test_equal_texts_have_no_patch() -> None:
    """Nothing to say is said with nothing."""
    assert unified("a\n", "a\n", "x.py") == ""
