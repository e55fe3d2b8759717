"""Results: offsets become places, and a result survives a pipe unchanged."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.results import (
    Change,
    FileResult,
    Line,
    Note,
    Offer,
    Place,
    Problem,
    Report,
    from_json,
    from_report,
    to_json,
)
from resilint_rules.kit.findings import Finding, Fix, Import, Related, Severity
from resilint_rules.kit.syntax.text import Document, Edit, Span

NUMBERS = st.integers(0, 9)
WORDS = st.text(max_size=5)
PLACES = st.builds(Place, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
CHANGES = st.builds(Change, PLACES, WORDS)
OFFERS = st.builds(Offer, WORDS, WORDS, st.lists(CHANGES, max_size=2).map(tuple))
NOTES = st.builds(Note, WORDS, WORDS, st.none() | PLACES)
LINES = st.builds(Line, NUMBERS, WORDS, NUMBERS, st.booleans())
PROBLEMS = st.builds(
    Problem,
    *[WORDS] * 5,
    PLACES,
    WORDS,
    st.lists(OFFERS, max_size=2).map(tuple),
    st.lists(NOTES, max_size=2).map(tuple),
    WORDS,
    st.lists(LINES, max_size=2).map(tuple),
    *[WORDS] * 4,
)
RESULTS = st.builds(
    FileResult,
    WORDS,
    st.lists(PROBLEMS, max_size=2).map(tuple),
    st.lists(PROBLEMS, max_size=2).map(tuple),
    st.booleans(),
    *[NUMBERS] * 3,
    st.lists(st.tuples(WORDS, WORDS), max_size=2).map(tuple),
)
TEXTS = st.text(st.sampled_from("ab\t\r\n\f\u2028é漢😀"), max_size=40)


def found(text: str, needle: str, **more: object) -> Finding:
    """A finding at the first place of a word."""
    start = text.index(needle)
    span = Span(start, start + len(needle))
    return Finding("TMO001", "no-timeout", Severity.WARNING, span, "may wait", **more)  # type: ignore[arg-type]


def resolved(text: str, *findings: Finding, shown: str = "a.py", name: str = "a.py") -> FileResult:
    """The result of a report with these findings."""
    return from_report(Document(text, name), Report(findings=findings), shown)


@given(RESULTS)
def test_a_result_survives_the_pipe(result: FileResult) -> None:
    """Reading what was written gives an equal record, and what is written is one ASCII line."""
    text = to_json(result)
    assert from_json(text) == result
    assert text.isascii()
    assert "\n" not in text


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '["a",[[1]],[],0,0,0,0,[]]', "[1,2"])
def test_what_is_no_result_is_refused(text: str) -> None:
    """A damaged cache entry is a ValueError and nothing else."""
    with pytest.raises(ValueError):
        from_json(text)


def test_places_count_code_points() -> None:
    """An emoji is one column, and a Windows line end belongs to no column."""
    text = "x = 1\r\ny = '😀'; call(\r\n)\r\n"
    start = text.index("call")
    span = Span(start, text.index(")") + 1)
    result = resolved(text, Finding("C", "c", Severity.HINT, span, "m"))
    assert result.problems[0].place == Place(2, 10, 3, 2)
    assert result.problems[0].severity == "hint"


@given(TEXTS, st.data())
def test_changes_do_what_the_edits_do(text: str, data: st.DataObject) -> None:
    """Applying the resolved changes by row and column gives what the offsets give."""
    # An edit never tears a Windows line end apart, so no offset lies inside one.
    inside = {m.start() + 1 for m in re.finditer("\r\n", text)}
    offsets = st.integers(0, len(text)).filter(lambda offset: offset not in inside)
    ends = sorted(data.draw(st.lists(offsets, min_size=4, max_size=4)))
    edits = (Edit(ends[0], ends[1], "<\n>"), Edit(ends[2], ends[3], "!"))
    fix = Fix("Mend it", edits)
    result = resolved(text, Finding("C", "c", Severity.HINT, Span(0, 0), "m", fixes=(fix,)))
    expected = text[: ends[0]] + "<\n>" + text[ends[1] : ends[2]] + "!" + text[ends[3] :]
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z|\Z", text)
    starts = [sum(map(len, lines[:row])) for row in range(len(lines) + 1)]
    done = text
    for change in reversed(result.problems[0].offers[0].changes):
        first = starts[change.place.row - 1] + change.place.column - 1
        last = starts[change.place.end_row - 1] + change.place.end_column - 1
        done = done[:first] + change.content + done[last:]
    assert done == expected


def test_the_source_holds_what_is_shown() -> None:
    """The span's line, one around it, and the line that the preferred fix changes."""
    text = "import a\n\n\n\nx\ncall()\ny\nz\n"
    fix = Fix("Add it", (Edit(0, 0, "import b\n"),))
    problem = resolved(text, found(text, "call()", fixes=(fix,))).problems[0]
    assert [(line.row, line.text) for line in problem.source] == [
        (1, "import a"),
        (2, ""),
        (5, "x"),
        (6, "call()"),
        (7, "y"),
    ]


def test_a_tall_span_is_kept_at_both_ends() -> None:
    """A call over thirty lines does not put thirty lines into the cache."""
    text = "call(\n" + "    1,\n" * 30 + ")\n"
    span = Span(0, len(text) - 1)
    problem = resolved(text, Finding("C", "c", Severity.HINT, span, "m")).problems[0]
    rows = [line.row for line in problem.source]
    assert rows[0] == 1
    assert {31, 32} < set(rows)
    assert len(rows) < 12


def test_findings_in_one_long_line_stay_small() -> None:
    """A line of half a megabyte with a hundred findings keeps a part around each."""
    text = "x = [" + "call(), " * 60_000 + "]\n"
    starts = range(5, 8 * 60_000, 8 * 600)
    findings = [Finding("C", "c", Severity.HINT, Span(at, at + 6), "m") for at in starts]
    result = resolved(text, *findings)
    assert len(to_json(result)) < 100 * 1_000
    for problem in result.problems[1:]:
        line = next(line for line in problem.source if line.row == 1)
        first = problem.place.column - line.start
        assert line.text[first : first + 6] == "call()"
        assert line.start > 1
        assert line.cut


def test_a_span_as_long_as_its_line_stays_small() -> None:
    """What is kept begins where the span does, and is bounded."""
    text = "x" * 1000 + "call(" + "1, " * 100_000 + ")\n"
    span = Span(1000, len(text) - 1)
    problem = resolved(text, Finding("C", "c", Severity.HINT, span, "m")).problems[0]
    line = problem.source[0]
    assert line.text[problem.place.column - line.start :].startswith("call(")
    assert len(line.text) <= 400
    assert line.cut


def test_silenced_problems_say_how() -> None:
    """They lie apart, without the source that nobody is shown."""
    text = "call()\n"
    report = Report(suppressed=(found(text, "call()"),), reads=(("b.py", "12"),), chunks=2, lines=3)
    result = from_report(Document(text, "a.py"), report, "a.py")
    assert not result.problems
    assert [p.suppressed for p in result.suppressed] == ["comment"]
    assert result.suppressed[0].source == ()
    assert (result.reads, result.chunks, result.lines) == ((("b.py", "12"),), 2, 3)


@pytest.mark.parametrize(
    ("name", "shown", "other"),
    [
        ("pkg/a.py", "pkg/a.py", "lib/b.py"),
        ("pkg/a.py", "a.py", "../lib/b.py"),
        ("pkg/a.py", "/top/pkg/a.py", "/top/lib/b.py"),
        ("pkg/a.py", "../pkg/a.py", "../lib/b.py"),
        ("a.py", "elsewhere.py", "lib/b.py"),
    ],
)
def test_other_files_are_named_alike(name: str, shown: str, other: str) -> None:
    """A related file is called what a person in the same folder would call it."""
    text = "call()\n"
    related = Related("made here", Span(0, 0), "lib/b.py", 7)
    problem = resolved(text, found(text, "call()", related=(related,)), name=name, shown=shown)
    assert problem.problems[0].related == (Note("made here", other, Place(7, 1, 7, 1)),)


def test_a_related_place_in_the_same_file_is_exact() -> None:
    """It has columns, and the same name as the file itself."""
    text = "s = make()\ncall()\n"
    related = Related("made here", Span(4, 10))
    problem = resolved(text, found(text, "call()", related=(related,)), shown="/top/a.py").problems[0]
    assert problem.related == (Note("made here", "/top/a.py", Place(1, 5, 1, 11)),)


def test_what_is_written_has_no_names_of_fields() -> None:
    """Fields go by position: a cache of ten thousand findings stays small."""
    text = "call()\n"
    assert json.loads(to_json(resolved(text, found(text, "call()"))))[1][0][:5] == [
        "TMO001",
        "no-timeout",
        "warning",
        "may wait",
        "a.py",
    ]


def test_imports_are_changes_too() -> None:
    """An editor or a code host applies the fix as it stands: what it needs is imported by it."""
    text = "import requests\n\nrequests.get(URL)\n"
    fix = Fix("Wait", (Edit(17, 17, "time.sleep(1)\n"),), imports=(Import("time"),))
    (offer,) = resolved(text, found(text, "requests.get", fixes=(fix,))).problems[0].offers
    contents = [change.content.strip() for change in offer.changes]
    assert contents == ["import time", "time.sleep(1)"]
    assert {change.place.row for change in offer.changes} <= {1, 2, 3}
