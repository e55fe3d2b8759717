"""The terminal report: carets point at the right columns, and nothing in a source steers a terminal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.report import render
from resilint.report.diff import diff
from resilint.report.view import View
from resilint.results import Change, FileResult, Line, Note, Offer, Place, Problem, Report, from_report
from resilint_rules.kit.findings import Finding, Fix, Severity
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Edit, Span

CHARACTERS = st.sampled_from("ab \t漢é\u0301😀\x1b\u202e\u200b")


def shown(text: str, span: tuple[int, int], fix: Fix | None = None, **view: object) -> str:
    """What a terminal shows of one finding in a text."""
    fixes = (fix,) if fix else ()
    finding = Finding("TMO001", "no-timeout", Severity.WARNING, Span(*span), "may wait", fixes=fixes)
    result = from_report(Document(text, "a.py"), Report(findings=(finding,)), "a.py")
    return render("full", [result], View(**view))  # type: ignore[arg-type]


def columns(text: str) -> int:
    """Terminal columns of printed text, reckoned on its own."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    drawn_over = sum(unicodedata.combining(c) > 0 for c in text)
    return len(text) + wide - drawn_over


def test_a_page() -> None:
    """Header, place, line, caret, help, related place, and the preferred fix as a diff."""
    text = "import requests\n\n\ndef pay(order):\n    return requests.post(URL, json=order)\n"
    start = text.index("requests.post")
    at = text.index(")\n", start)
    fix = Fix("Add timeout=(3.05, 27)", (Edit(at, at, ", timeout=(3.05, 27)"),))
    other = Fix("Ask for a limit", (), applicability="displayonly")
    finding = Finding(
        "TMO001",
        "no-timeout",
        Severity.WARNING,
        Span(start, start + len("requests.post")),
        "`requests.post` may wait for ever",
        fixes=(fix, other),
        help="Say how long the partner may take",
    )
    result = from_report(Document(text, "a.py"), Report(findings=(finding,)), "pay/a.py")
    problem = replace(result.problems[0], related=(Note("called here", "b.py", Place(7, 1, 7, 1)),))
    page = render("full", [replace(result, problems=(problem,))], View())
    assert page == (
        "pay/a.py:5:12: TMO001[no-timeout] warning: `requests.post` may wait for ever (unsafe fix)\n"
        "5 -     return requests.post(URL, json=order)\n"
        "5 +     return requests.post(URL, json=order, timeout=(3.05, 27))\n"
        "  = help: Say how long the partner may take\n"
        "  = see: b.py:7: called here\n"
        "  = or: Ask for a limit (to finish by hand)\n"
        "\n"
    )


def test_a_span_over_lines() -> None:
    """A bracket in the margin runs from the first character to the last."""
    text = "a = call(\n    1,\n)\nb = 2\n"
    assert shown(text, (4, text.index(")") + 1)).splitlines()[1:-1] == [
        "1 |   a = call(",
        "  |  _____^",
        "2 | |     1,",
        "3 | | )",
        "  | |_^",
    ]


def test_a_span_over_whole_lines() -> None:
    """A span that begins its line needs no pointer, and a line end belongs to the line it ends."""
    text = "    x\n    try:\n        y\n    z\n"
    assert shown(text, (text.index("try"), text.index("    z"))).splitlines()[1:-1] == [
        "2 | /     try:",
        "3 | |         y",
        "  | |_________^",
    ]


def test_a_span_over_long_lines_fits() -> None:
    """The margin takes its share of the terminal."""
    text = f"{'1 + ' * 100}call({'1, ' * 100}\n    {'2, ' * 100})\n"
    lines = shown(text, (400, len(text) - 1), width=80).splitlines()[1:-1]
    assert max(map(len, lines)) == 80
    assert "1 + 1 + call(1, 1, 1" in lines[0]


def test_tabs_run_to_the_next_stop() -> None:
    """As in an editor: the columns of a table stay below each other."""
    source = shown("a\tb\tcall()\n", (4, 8)).splitlines()[1]
    assert source == "1 | a   b   call()"


def test_the_middle_of_a_tall_span_is_left_out() -> None:
    """Dots stand for the lines between its beginning and its end."""
    text = "call(\n" + "    1,\n" * 30 + ")\n"
    page = shown(text, (0, len(text) - 1))
    assert ".. | | ..." in page
    assert "32 | | )" in page
    assert len(page.splitlines()) < 20


@given(st.text(CHARACTERS, max_size=20), st.text(CHARACTERS, min_size=1, max_size=8))
def test_the_caret_stands_under_the_span(before: str, inside: str) -> None:
    """Whatever stands before it: tabs, wide and combining characters, escaped controls."""
    text = f"{before}<{inside}> + c\n"
    start, end = len(before), len(before) + len(inside) + 2
    lines = shown(text, (start, end)).splitlines()
    source, carets = lines[1][4:], lines[2][4:]
    first, last = source.index("<"), source.index(">")
    assert carets.index("^") == columns(source[:first])
    assert carets.count("^") == columns(source[first : last + 1])
    assert carets.strip() == "^" * carets.count("^")


@given(
    st.text(st.sampled_from("ab漢"), max_size=900),
    st.integers(1, 60),
    st.integers(40, 120),
)
def test_long_lines_fit_and_show_the_span(before: str, length: int, width: int) -> None:
    """No line is wider than the terminal, and the span's first character is there."""
    name = "<" + "x" * length
    lines = shown(f"{before}{name} + {'1 + ' * 300}\n", (len(before), len(before) + len(name)), width=width)
    source, carets = lines.splitlines()[1:3]
    for line in (source, carets):
        assert columns(line) <= max(width, 44)
    assert columns(source[: source.index("<")]) == carets.index("^")
    assert source.endswith("...")
    whole = columns(source[: source.index("<")]) == len("1 | ") + columns(before)
    assert whole or source.startswith("1 | ...")


@given(
    st.lists(st.text(st.sampled_from("ab("), max_size=4), min_size=1, max_size=8),
    st.data(),
)
def test_a_diff_is_the_change(lines: list[str], data: st.DataObject) -> None:
    """Taking out the rows with a minus and putting in those with a plus gives the new text."""
    text = "\n".join(lines)
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    contents = data.draw(st.lists(st.sampled_from(["", "!", "\n", "x\ny", "a"]), min_size=2, max_size=2))
    doc = Document(text)
    changes = [
        Change(Place(*doc.position(first), *doc.position(last)), content)
        for first, last, content in zip(ends[::2], ends[1::2], contents, strict=True)
    ]
    new = text[: ends[0]] + contents[0] + text[ends[1] : ends[2]] + contents[1] + text[ends[3] :]
    rows = diff(changes, [Line(row, line) for row, line in enumerate(lines, 1)])
    removed = {row.number: row.text for row in rows if row.sign == "-"}
    added = {row.number: row.text for row in rows if row.sign == "+"}
    assert all(lines[number - 1] == content for number, content in removed.items())
    kept = iter([line for number, line in enumerate(lines, 1) if number not in removed])
    count = len(lines) - len(removed) + len(added)
    rebuilt = [added[row] if row in added else next(kept) for row in range(1, count + 1)]
    assert "\n".join(rebuilt) == new


def test_a_diff_marks_what_differs() -> None:
    """Long lines are cut around the part that changes, so the part is known."""
    rows = diff([Change(Place(1, 3, 1, 4), "ZZ")], [Line(1, "abcde")])
    assert [(row.sign, row.text[row.first : row.last]) for row in rows] == [("-", "c"), ("+", "ZZ")]
    rows = diff([Change(Place(1, 3, 1, 3), "a")], [Line(1, "aa")])
    assert [(row.text, row.first, row.last) for row in rows] == [("aa", 2, 2), ("aaa", 2, 3)]


def test_no_diff_without_the_lines() -> None:
    """A change outside what was kept is told by its title alone."""
    cut = Line(1, "call()", 501, True)
    assert diff([Change(Place(2, 1, 2, 1), "x")], [Line(1, "a")]) == []
    assert diff([Change(Place(1, 3, 1, 3), "x")], [cut]) == []
    rows = diff([Change(Place(1, 506, 1, 506), "1")], [cut])
    assert [(row.sign, row.text, row.left, row.right) for row in rows] == [
        ("-", "call()", True, True),
        ("+", "call(1)", True, True),
    ]


def test_a_change_in_a_long_line_is_shown_around_it() -> None:
    """The rows of the diff fit too, and both show the part that differs."""
    text = "x = " + "1 + " * 200 + "call()" + " + 2" * 200 + "\n"
    start = text.index("call")
    fix = Fix("Add it", (Edit(start + 5, start + 5, "timeout=3"),))
    page = shown(text, (start, start + 4), fix, width=80)
    minus, plus = (line for line in page.splitlines() if re.match(r"1 [-+] ", line))
    assert "call()" in minus
    assert "call(timeout=3)" in plus
    assert all(len(line) <= 80 for line in page.splitlines()[1:])


def hostile() -> Problem:
    """A problem whose every text wants to take over the terminal."""
    evil = "\x1b[2J\r\n\x07\u202e\x9b31m\udc80"
    place = Place(1, 2, 1, 3)
    offer = Offer(evil, "safe", (Change(Place(1, 1, 1, 1), "\x1b]0;x\x07"),))
    return Problem(
        *("C1", "name", "error", evil, f"{evil}.py", place),
        help=f"{evil}\n{evil}",
        offers=(offer, offer),
        related=(Note(evil, evil, place),),
        source=(Line(1, evil.replace("\r\n", "")),),
    )


@pytest.mark.parametrize("name", ["full", "concise", "github", "junit"])
def test_controls_are_spelt_out(name: str) -> None:
    """No control character of a source, a name or a message reaches the reader."""
    results = [FileResult(hostile().file, (hostile(),))]
    output = render(name, results, View())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\udc80]", output)
    assert r"\x1b[2J" in output
    assert output.encode("utf-8")


def test_colours_come_only_when_asked_for() -> None:
    """Without them there is no escape sequence; with them the text is the same."""
    text = "x = call()\n"
    fix = Fix("Add it", (Edit(9, 9, "1"),))
    plain = shown(text, (4, 8), fix)
    coloured = shown(text, (4, 8), fix, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_a_problem_without_source_has_its_place() -> None:
    """An unreadable file has no lines to show."""
    problem = Problem("E902", "unreadable-file", "error", "cannot be read", "a.py", Place(1, 1, 1, 1))
    page = render("full", [FileResult("a.py", (problem,))], View())
    assert page == "a.py:1:1: E902[unreadable-file] error: cannot be read\n\n"


def test_silenced_problems_are_not_shown() -> None:
    """They are there for formats that can mark them."""
    result = FileResult("a.py", (), (replace(hostile(), suppressed="comment"),))
    assert render("full", [result], View(silenced=True)) == ""


def test_many_calls_of_one_client_are_one_page() -> None:
    """The first of them, and where the others are; two stay two, and another client's are apart."""
    text = "".join(f"one.get({number})\ntwo.get({number})\n" for number in range(40))
    starts = [found.start() for found in re.finditer(r"one|two", text)]
    findings = [
        Finding("C", "c", Severity.HINT, Span(at, at + 7), "waits", client=text[at : at + 3])
        for at in starts
        if text.startswith("one", at) or at < 40
    ]
    result = from_report(Document(text, "a.py"), Report(findings=tuple(findings)), "a.py")
    page = render("full", [result], View(width=60))
    assert re.findall(r"(?m)^(a\S+): C", page) == ["a.py:1:1", "a.py:2:1", "a.py:4:1"]
    folded = page.split("\n\n")[0].partition("\n  =")[2].splitlines()
    assert folded[0] == " also: 39 more calls of the same client, on lines 3, 5,"
    assert folded[1].startswith("          7, 9, 11, ")
    assert folded[-1].endswith(", 79")
    assert all(len(line) <= 60 for line in folded[1:])
    lines = render("concise", [result], View()).splitlines()
    assert len(lines) == len(findings)


def test_a_client_that_is_made_in_one_of_two_ways_is_one() -> None:
    """Which of them was used is not known, its name is."""
    text = """\
import asyncpg

class Store:
    async def open(self):
        if self.url:
            self.pool = await asyncpg.create_pool(self.url)
        else:
            self.pool = await asyncpg.create_pool(host=self.host)

    async def one(self):
        async with self.pool.acquire() as connection:
            return connection

    async def two(self):
        async with self.pool.acquire() as connection:
            return connection
"""
    report = check(Document(text, "store.py", "store"), Project({}.get), Settings())
    assert [each.client for each in report.findings] == ["Store:self.pool"] * 2


def test_dots_stand_for_lines_that_a_fix_leaves_alone() -> None:
    """Between an import and a call far below, and not between lines that follow each other."""
    text = "import os\n\n\nwait()\ncall()\nwait()\nwait()\n"
    at = text.index("call") + 5
    fix = Fix("Add it", (Edit(10, 10, "import time\n"), Edit(at, at, "3"), Edit(at + 2, at + 2, "stop()\n")))
    page = shown(text, (at - 5, at + 1), fix)
    assert page.partition("\n2 + ")[2].rpartition("  = fix")[0] == (
        "import time\n  ...\n5 - call()\n6 + call(3)\n7 + stop()\n"
    )


def found(row: int, rule: str = "TMO001", severity: str = "warning", **more: object) -> Problem:
    """A finding on a line of its own."""
    line = (Line(row, f"call({row})"),)
    problem = Problem(rule, rule.lower(), severity, f"{rule} waits", "a.py", Place(row, 1, row, 5), source=line)
    return replace(problem, **more)  # type: ignore[arg-type]


def test_the_worst_stands_last() -> None:
    """Nearest to the prompt; those of one severity in the order of files and lines."""
    first = FileResult("a.py", (found(1, severity="error"), found(3), found(5, severity="hint")))
    second = FileResult("b.py", (replace(found(2), file="b.py"), replace(found(4, severity="error"), file="b.py")))
    page = render("full", [first, second], View())
    heads = re.findall(r"(?m)^(\S+): TMO001\S+ (\w+):", page)
    assert heads == [
        ("a.py:5:1", "hint"),
        ("a.py:3:1", "warning"),
        ("b.py:2:1", "warning"),
        ("a.py:1:1", "error"),
        ("b.py:4:1", "error"),
    ]


def test_one_call_with_two_codes_is_shown_once() -> None:
    """Both sentences, one excerpt, and the fixes of both in one diff."""
    one = found(1, offers=(Offer("Add 3", "unsafe", (Change(Place(1, 7, 1, 7), ", 3"),)),))
    two = found(1, "ERR001", offers=(Offer("Look", "safe", (Change(Place(2, 1, 2, 1), "look()\n"),)),))
    source = (Line(1, "call(1)"), Line(2, ""))
    both = tuple(replace(problem, source=source) for problem in (one, two))
    assert render("full", [FileResult("a.py", both)], View()) == (
        "a.py:1:1: TMO001[tmo001] warning: TMO001 waits (unsafe fix)\n"
        "a.py:1:1: ERR001[err001] warning: ERR001 waits (safe fix)\n"
        "1 - call(1)\n"
        "1 + call(1, 3)\n"
        "2 + look()\n\n"
    )
    clash = replace(two, offers=(Offer("Add 4", "unsafe", (Change(Place(1, 7, 1, 7), ", 4"),)),), source=source)
    page = render("full", [FileResult("a.py", (both[0], clash))], View())
    assert page.count("call(1, 3)") == page.count("call(1, 4)") == 1
    assert page.count("= fix: Add") == 2


def test_all_that_is_found_on_a_line_is_marked() -> None:
    """Two arguments of one call have a caret each below one line of source."""
    source = (Line(1, "call(one, two)"),)
    spots = [Place(1, 6, 1, 9), Place(1, 11, 1, 14)]
    problems = tuple(replace(found(1), place=spot, source=source) for spot in spots)
    assert render("full", [FileResult("a.py", problems)], View()).splitlines()[2:4] == [
        "1 | call(one, two)",
        "  |      ^^^  ^^^",
    ]


def test_many_of_one_rule_in_a_file_are_folded() -> None:
    """Without losing what differs: another sentence, another fix; five are shown one by one."""
    alike = [found(row) for row in range(1, 8)]
    alike[3] = found(4, message="more waits")
    alike[5] = found(6, offers=(Offer("Add it", "unsafe", ()),))
    page = render("full", [FileResult("a.py", tuple(alike))], View())
    assert page == (
        "a.py:1:1: TMO001[tmo001] warning: TMO001 waits\n"
        "1 | call(1)\n"
        "  | ^^^^\n"
        "  = also: 4 more, on lines 2, 3, 5, 7\n"
        "  = also: line 4: more waits\n"
        "  = also: 1 more, on line 6 (fix: Add it (unsafe: may act differently))\n\n"
    )
    five = render("full", [FileResult("a.py", tuple(alike[:5]))], View())
    assert len(re.findall("(?m)^a.py:", five)) == 5
    assert len(render("json-lines", [FileResult("a.py", tuple(alike))], View()).splitlines()) == 7


def test_links_lead_to_files() -> None:
    """Where a terminal follows them; the text stays what it was."""
    page = render("full", [FileResult("a b.py", (replace(found(3), file="a b.py"),))], View(folder="/w", links=True))
    assert page.startswith("\x1b]8;;file:///w/a%20b.py\x1b\\a b.py:3:1\x1b]8;;\x1b\\: TMO001[")
