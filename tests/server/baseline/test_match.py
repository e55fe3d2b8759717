"""What is recorded is recognised; what is new is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.baseline.match import DamagedError, Entry, match, read, refreshed, write
from resilint.engine.fingerprint import fingerprinted
from resilint_rules.kit.findings import Finding, Severity
from resilint_rules.kit.syntax.text import Span

ENTRY = st.builds(Entry, *map(st.sampled_from, ("ab", "rs", "f", "c", "tu", "12")))


def at(file: str, text: str = "t", number: int = 1, rule: str = "r") -> Entry:
    """An entry of which little matters."""
    return Entry(file, rule, "f", "c", text, f"{rule}{number}")


def matched(entries: Iterable[Entry], found: list[Entry], *gone: str) -> tuple[list[bool], list[Entry]]:
    """`match` when every file was looked at."""
    result = match(tuple(entries), found, lambda file: file in gone, lambda entry: True)
    return list(map(bool, result.recorded)), list(result.stale)


@given(st.lists(ENTRY, max_size=8))
def test_what_was_recorded_is_recognised_after_a_round_trip(found: list[Entry]) -> None:
    """Writing and reading loses nothing, and order does not matter."""
    entries = read(write(found).encode())
    assert list(entries) == sorted(found)
    assert matched(entries, found) == ([True] * len(found), [])


@given(st.lists(ENTRY, max_size=8), st.lists(ENTRY, max_size=8))
def test_counts_are_exact(old: list[Entry], new: list[Entry]) -> None:
    """Each entry stands for one finding of its place, and as many as can be are recognised; the rest is stale."""
    recorded, stale = matched(old, new)

    def places(entries: Iterable[Entry]) -> Counter[tuple[str, ...]]:
        return Counter((each.file, each.rule) for each in entries)

    assert places(each for each, yes in zip(new, recorded, strict=True) if yes) == places(old) & places(new)
    assert places(stale) == places(old) - places(new)


def test_the_file_is_one_line_an_entry() -> None:
    """Stable order and one line an entry keep differences and merges small."""
    text = write([at("b.py"), at("a.py"), at("b.py", number=2)])
    first, *lines, last = text.splitlines()
    assert (first, last) == ('{"version": 1, "findings": [', "]}")
    assert lines[0] == ('{"file": "a.py", "rule": "r", "scope": "f", "callee": "c", "text": "t", "fingerprint": "r1"},')
    assert [line[:15] for line in lines] == ['{"file": "a.py"', '{"file": "b.py"', '{"file": "b.py"']
    assert read(write(()).encode()) == ()


def test_a_new_call_is_told_from_an_old_one_beside_it() -> None:
    """Words decide before the order does; where all words are new, order decides."""
    old = [at("a.py", "old", 1)]
    assert matched(old, [at("a.py", "new", 1), at("a.py", "old", 2)])[0] == [False, True]
    assert matched(old, [at("a.py", "x", 1), at("a.py", "y", 2)])[0] == [True, False]
    two = [at("a.py", "one", 1), at("a.py", "two", 2)]
    assert matched(two, [at("a.py", "two", 1)]) == ([True], [at("a.py", "one", 1)])


def test_a_renamed_file_keeps_its_entries() -> None:
    """The name gives way only when the old file is no more, and its own entries come first."""
    entries = [at("old.py"), at("b.py")]
    found = [at("a.py"), at("b.py")]
    assert matched(entries, found, "old.py") == ([True, True], [])
    assert matched(entries, found) == ([False, True], [at("old.py")])
    assert matched(entries, [*found, at("c.py")], "old.py")[0] == [True, True, False]


def test_of_two_new_files_the_likest_was_renamed() -> None:
    """A new file whose call looks like that of a file that is gone does not take its place."""
    assert matched([at("old.py", "old")], [at("a.py", "new"), at("z.py", "old")], "old.py")[0] == [False, True]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("get(URL, verify='a')\n", 'get(\n    URL,\n    verify="a",\n)\n', True),
        ("get(URL)\n", "get(URL)\n\n\nother()\n", True),
        ("x = get(URL, 'a' 'b')\n", "x = get(\n    URL,\n    'ab',\n)", True),
        ("get(URL)\n", "get(OTHER)\n", False),
        ("get(URL, [\n1])\n", "get(URL, [\n2])\n", False),
    ],
)
def test_layout_is_no_word(one: str, other: str, same: bool) -> None:
    """What a formatter changes does not count, what is said does."""
    first, second = (
        fingerprinted([Finding("C", "r", Severity.ERROR, Span(text.index("get"), text.index("get") + 3), "m")], text)[0]
        for text in (one, other)
    )
    assert (first.text == second.text) is same
    assert first.fingerprint == second.fingerprint


def test_the_words_of_a_statement_are_found_in_linear_time() -> None:
    """A bracket that never closes does not make a finding read the whole file, however many there are."""
    text = "get('('\n" * 20_000
    spans = [Span(at, at + 3) for at in range(0, len(text), len("get('('\n"))]
    found = fingerprinted([Finding("C", "r", Severity.ERROR, span, "m") for span in spans[:2000]], text)
    assert len({each.fingerprint for each in found}) == 2000


def test_only_what_was_looked_at_is_stale() -> None:
    """A run over one folder says nothing about the others."""
    entries = (at("a.py"), at("b.py"))
    result = match(entries, [], lambda file: False, lambda entry: entry.file == "b.py")
    assert result.stale == (at("b.py"),)
    assert refreshed(entries, [], result) == (at("a.py"),)


def test_a_renamed_file_is_pruned_under_its_new_name() -> None:
    """Else its findings would be new on the day when another file takes the old name."""
    entries = (at("b.py"), at("old.py", "then"), at("old.py", number=2, rule="s"))
    found = [at("new.py", "now"), at("c.py", rule="t")]
    result = match(entries, found, lambda file: file == "old.py", lambda entry: entry.rule == "s")
    assert refreshed(entries, found, result) == (at("b.py"), at("new.py", "now"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "is not JSON: "),
        (b"[]", "is not a baseline"),
        (b'{"findings": []}', "has version None; this resilint reads version 1"),
        (b'{"version": 2, "findings": []}', "has version 2"),
        (b'{"version": 1, "findings": [{"file": "a"}]}', "has a damaged entry, the 1. of its list"),
        (b'{"version": 1, "findings": [{"file": "a", "rule": 3}, 7]}', "has a damaged entry, the 1. of its list"),
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
