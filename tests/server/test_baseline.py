"""What is recorded is recognised; what is new is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.baseline import DamagedError, Entry, Known, match, read, record, without, write

KNOWN = st.builds(Known, st.sampled_from("abc"), st.sampled_from("rs"), st.sampled_from("12"))


def matched(entries: tuple[Entry, ...], found: list[Known], *gone: str) -> tuple[list[bool], list[Entry]]:
    """`match` when every file was looked at."""
    result = match(entries, found, lambda file: file in gone, lambda entry: True)
    return list(result.recorded), list(result.stale)


@given(st.lists(KNOWN, max_size=8))
def test_what_was_recorded_is_recognised_after_a_round_trip(found: list[Known]) -> None:
    """Writing and reading loses nothing, and order does not matter."""
    entries = read(write(record(found)).encode())
    assert entries == record(reversed(found))
    assert matched(entries, found) == ([True] * len(found), [])


@given(st.lists(KNOWN, max_size=8), st.lists(KNOWN, max_size=8))
def test_counts_are_exact(old: list[Known], new: list[Known]) -> None:
    """Each entry stands for as many findings as it counted, no more; what is left over is stale."""
    recorded, stale = matched(record(old), new)
    for known in {*old, *new}:
        kept = sum(1 for each, yes in zip(new, recorded, strict=True) if yes and each == known)
        assert kept == min(old.count(known), new.count(known))
    assert sum(entry.times for entry in stale) == len(old) - sum(recorded)


def test_the_file_is_one_line_an_entry() -> None:
    """Stable order and one line an entry keep differences and merges small."""
    text = write(record([Known("b.py", "r", "2"), Known("a.py", "r", "1"), Known("b.py", "r", "2")]))
    assert text == (
        '{"version": 1, "findings": [\n'
        '{"file": "a.py", "rule": "r", "fingerprint": "1", "count": 1},\n'
        '{"file": "b.py", "rule": "r", "fingerprint": "2", "count": 2}\n'
        "]}\n"
    )
    assert read(write(()).encode()) == ()


def test_a_renamed_file_keeps_its_entries() -> None:
    """The name gives way only when the old file is no more, and its own entries come first."""
    entries = record([Known("old.py", "r", "1"), Known("b.py", "r", "1")])
    found = [Known("a.py", "r", "1"), Known("b.py", "r", "1")]
    assert matched(entries, found, "old.py") == ([True, True], [])
    assert matched(entries, found) == ([False, True], [Entry("old.py", "r", "1")])
    assert matched(entries, [*found, Known("c.py", "r", "1")], "old.py")[0] == [True, True, False]


def test_only_what_was_looked_at_is_stale() -> None:
    """A run over one folder says nothing about the others."""
    entries = record([Known("a.py", "r", "1"), Known("b.py", "r", "1")])
    result = match(entries, [], lambda file: False, lambda entry: entry.file == "b.py")
    assert result.stale == (Entry("b.py", "r", "1"),)
    assert without(entries, result.stale) == (Entry("a.py", "r", "1"),)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "is not JSON: "),
        (b"[]", "is not a baseline"),
        (b'{"findings": []}', "has version None; this resilint reads version 1"),
        (b'{"version": 2, "findings": []}', "has version 2"),
        (b'{"version": 1, "findings": [{"file": "a"}]}', "has a damaged entry, the 1. of its list"),
        (
            b'{"version": 1, "findings": [{"file": "a", "rule": "b", "fingerprint": "c", "count": 0}]}',
            "has a damaged entry",
        ),
        (b'{"version": 1, "findings": [\n<<<<<<< HEAD\n=======\n>>>>>>> x\n]}', "holds a merge conflict"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_a_damaged_file_is_told(data: bytes, message: str) -> None:
    """Every damage has its words, and never another exception."""
    with pytest.raises(DamagedError) as caught:
        read(data)
    assert str(caught.value).startswith(message)
