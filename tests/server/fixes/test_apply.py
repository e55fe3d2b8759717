"""Fixes: what goes together, what waits, and where it ends."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes import apply as fix_module
from resilint.fixes.apply import SAFE, UNSAFE, apply, edits_with_imports, fix_all, replaced
from resilint_rules.kit.findings import Applicability, Finding, Fix, Import, Severity
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Edit, Span


def fix(start: int, end: int, text: str, *imports: Import, how: Applicability = "safe") -> Fix:
    """A fix of one edit."""
    return Fix("title", (Edit(start, end, text),), imports, how)


def found(fixes: tuple[Fix, ...], name: str = "rule") -> Finding:
    """A finding with these fixes."""
    return Finding("XXX001", name, Severity.WARNING, Span(0, 1), "message", fixes)


def parses(text: str) -> bool:
    """Whether a text is Python."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def test_fixes_that_do_not_touch_are_applied_together() -> None:
    """Edits count from the same text, whatever the order in which they are given."""
    done = apply("+-*/%&", [fix(4, 5, "E"), fix(0, 1, "long")])
    assert (done.text, len(done.applied), done.waiting) == ("long-*/E&", 2, ())


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ((0, 3), (2, 5), False),
        ((0, 5), (2, 3), False),
        ((0, 3), (3, 5), True),
        ((3, 3), (3, 3), False),
        ((0, 3), (3, 3), False),
        ((3, 3), (3, 5), False),
        ((0, 5), (2, 2), False),
        ((1, 2), (3, 3), True),
    ],
)
def test_the_first_of_two_that_touch_wins(one: tuple[int, int], other: tuple[int, int], together: bool) -> None:
    """Insertions at one place have no order of their own, so the second waits for the next round."""
    first, second = fix(*one, "X"), fix(*other, "Y")
    for left, right in ((first, second), (second, first)):
        done = apply("+-*/%&", [left, right])
        assert done.applied == ((left, right) if together else (left,))
        assert done.waiting == (() if together else (right,))


def test_a_fix_is_applied_whole_or_not_at_all() -> None:
    """One edit that collides keeps all edits of its fix back, and they block nobody else."""
    both = Fix("t", (Edit(0, 1, "X"), Edit(5, 6, "X")))
    done = apply("+-*/%&", [fix(5, 6, "Y"), both, fix(0, 1, "Z")])
    assert done.text == "Z-*/%Y"
    assert done.waiting == (both,)


def test_imports_of_several_fixes_are_placed_once() -> None:
    """Two fixes that need the same name share its import line."""
    text = "import os\nf()\ng()\n"
    done = apply(text, [fix(10, 11, "x", Import("random")), fix(14, 15, "y", Import("random"))])
    assert done.text == "import os\nimport random\nx()\ny()\n"


def test_an_import_line_is_not_lost_inside_a_replaced_part() -> None:
    """A fix that rewrites the imports waits while its own import would land inside the rewritten part."""
    text = "import b\nimport d\nx = 1\n"
    rewrite, other = fix(0, 17, "import z\n", Import("c")), fix(22, 23, "2")
    done = apply(text, [rewrite, other])
    assert done.applied == (other,)
    assert done.text == "import b\nimport d\nx = 2\n"


@given(st.data())
def test_a_round_is_the_edits_of_the_fixes_it_applied(data: st.DataObject) -> None:
    """Whatever the fixes: none is lost, those applied are disjoint, and the text holds exactly them."""
    text = "+-*/%&|^~@"
    fixes = []
    for number in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, 10))
        fixes.append(fix(start, data.draw(st.integers(start, 10)), str(number)))
    done = apply(text, fixes)
    assert len(done.applied) + len(done.waiting) == len(fixes)
    kept = [char in done.text for char in text]
    gone = {at for each in done.applied for at in range(each.edits[0].start, each.edits[0].end)}
    assert kept == [at not in gone for at in range(10)]
    assert all(done.text.count(each.edits[0].text) == 1 for each in done.applied)


def test_an_editor_gets_edits_and_imports_in_order() -> None:
    """One fix with its import is a sorted tuple of edits to the same text."""
    text = "import os\nsleep(1)\n"
    edits = edits_with_imports(text, Fix("t", (Edit(16, 17, "2"), Edit(10, 15, "nap")), (Import("random"),)))
    assert edits == (Edit(9, 9, "\nimport random"), Edit(10, 15, "nap"), Edit(16, 17, "2"))
    assert replaced(text, edits) == "import os\nimport random\nnap(2)\n"


def each_match(guilty: str, new: str, how: Applicability = "safe") -> Callable[[Document], list[Finding]]:
    """A checker that wants every `guilty` to become `new`."""

    def places(text: str) -> Iterator[int]:
        at = text.find(guilty)
        while at >= 0:
            yield at
            at = text.find(guilty, at + 1)

    def check(doc: Document) -> list[Finding]:
        return [found((fix(at, at + len(guilty), new, how=how),)) for at in places(doc.text)]

    return check


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("x = 1\n", True),
        ("", True),
        ("match x:\n    case [a]: pass\ntype T = int\n", True),
        ("x = = 1", False),
        ("x = (1", False),
        ("x = " + "(" * 300 + ")" * 300, False),
        ("x = " + "1 + " * 3000 + "1", True),
    ],
)
def test_what_is_python(text: str, yes: bool) -> None:
    """New syntax is known, and no text is too much."""
    assert fix_module.parses(text) is yes


def test_fixing_goes_on_until_nothing_is_left() -> None:
    """Overlapping fixes take several rounds; the result says how many findings were mended."""
    done = fix_all(Document("----a"), each_match("--", "-"), parses=parses)
    assert (done.text, len(done.applied), done.findings, done.settled) == ("-a", 3, (), True)


def test_only_what_was_asked_for_is_applied() -> None:
    """Unsafe fixes need to be asked for; a scaffold is never applied in bulk; the second fix never is."""
    doc = Document("a = 1")
    assert fix_all(doc, each_match("a", "b", "unsafe"), SAFE).text == "a = 1"
    assert fix_all(doc, each_match("a", "b", "unsafe"), UNSAFE).text == "b = 1"
    assert fix_all(doc, each_match("a", "b", "displayonly"), UNSAFE).text == "a = 1"
    both = found((fix(0, 1, "b", how="unsafe"), fix(0, 1, "c")))
    assert fix_all(doc, lambda doc: [both], SAFE).text == "a = 1"


def test_a_fix_that_breaks_the_text_is_taken_back_alone() -> None:
    """The other fixes of the round stay, and the broken one is named and not tried again."""
    rounds = []

    def check(doc: Document) -> list[Finding]:
        rounds.append(doc.text)
        good = [found((fix(at, at + 1, "2"),), "good") for at, char in enumerate(doc.text) if char == "1"]
        return [found((fix(0, 1, ")"),), "bad"), *good]

    done = fix_all(Document("x = 1\ny = 1\n"), check, parses=parses)
    assert done.text == "x = 2\ny = 2\n"
    assert [each.rule for each in done.applied] == ["good", "good"]
    assert [each.rule for each in done.broken] == ["bad"]
    assert rounds == ["x = 1\ny = 1\n", "x = 2\ny = 2\n"]


def test_fixes_that_are_wrong_together_follow_each_other() -> None:
    """Each is right alone: one replaces the bracket of a call without arguments, the other adds the first argument."""

    def check(doc: Document) -> list[Finding]:
        if doc.text == "f(\n)\n":
            return [found((fix(0, 2, "thread(f"),), "one"), found((fix(3, 3, "a=1"),), "other")]
        if "a=1" not in doc.text:
            return [found((fix(9, 9, ", a=1"),), "other")]
        return []

    done = fix_all(Document("f(\n)\n"), check)
    assert (done.text, done.broken, done.damage) == ("thread(f\n, a=1)\n", (), "")
    assert [finding.rule for finding in done.applied] == ["one", "other"]


def test_a_text_that_was_broken_before_is_left_alone() -> None:
    """Where nothing can be judged, nothing is written."""
    done = fix_all(Document("a = = 1"), each_match("a", "b"), parses=parses)
    assert (done.text, done.applied, done.broken) == ("a = = 1", (), ())


def test_rules_that_undo_each_other_end() -> None:
    """Two fixes that undo each other stop: the text stays as it was, and the result says so."""

    def check(doc: Document) -> list[Finding]:
        return each_match("a", "b")(doc) or each_match("b", "a")(doc)

    done = fix_all(Document("a = 1"), check, parses=parses)
    assert (done.settled, done.text, done.applied) == (False, "a = 1", ())


def test_ten_rounds_are_enough_for_everybody() -> None:
    """A fix that always finds more to do is stopped."""
    done = fix_all(Document("-a"), lambda doc: [found((fix(0, 0, "-"),))], parses=parses)
    assert (done.text, done.settled, done.applied) == ("-a", False, ())


@pytest.mark.parametrize(
    ("text", "start", "end", "fits"),
    [
        ("get(url)", 7, 7, True),
        ("get(url)", 6, 7, False),
        ('get("url")', 5, 5, False),
        ('get("url")', 4, 9, True),
        ('get(rb"url")', 5, 5, False),
        ("get(f'{call(url)}')", 15, 15, True),
        ("get(f'{call(url)}')", 14, 15, False),
        ("a  # one, two", 5, 8, True),
        ("a  # one, two", 10, 13, True),
        ("a  # one\nb", 5, 9, False),
        ("a  # one, two", 2, 8, False),
        ('"""a # b"""', 7, 8, False),
        ("a\r\nb", 2, 2, False),
        ("a\r\nb", 1, 3, True),
        ("x = 10", 5, 5, False),
    ],
)
def test_an_edit_that_splits_a_token_is_refused(text: str, start: int, end: int, fits: bool) -> None:
    """A fix made for another text would write into a word or a string; in bulk it counts as broken."""
    change = fix(start, end, "_")
    done = apply(text, [change])
    assert (done.applied, done.refused) == (((change,), ()) if fits else ((), (change,)))
    assert bool(edits_with_imports(text, change)) is fits
    all_done = fix_all(
        Document(text), lambda doc: [found((change,))] if doc.text == text else [], parses=lambda _: True
    )
    assert len(all_done.broken) == (0 if fits else 1)


LATE = """def client(account, token):
    try:
        from twilio.rest import Client
    except ImportError as error:
        raise ImportError("pip install twilio") from error
    return Client(account, token)
"""


def test_what_may_not_be_installed_is_not_imported_at_the_top() -> None:
    """A module that imports a library only where it needs it must go on to import without it."""
    for text, offered in ((LATE, 0), (f"import twilio\n\n\n{LATE}", 1)):
        doc = Document(text, "calls.py", "calls")
        (finding,) = check(doc, Project(lambda name: None), Settings(select=("no-timeout",))).findings
        assert len(finding.fixes) == offered


texts = st.text(st.sampled_from("\r\n\f a(\u00e9\U0001f600"), max_size=30)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """A text and edits in order that do not overlap."""
    text = draw(texts)
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(places[::2], places[1::2], strict=False)
    return text, [Edit(start, end, draw(texts)) for start, end in pairs]


@given(edited())
def test_edits_are_applied_as_if_from_the_back(case: tuple[str, list[Edit]]) -> None:
    """Applying the last edit first needs no bookkeeping, and gives the same text."""
    text, edits = case
    expected = text
    for edit in reversed(edits):
        expected = expected[: edit.start] + edit.text + expected[edit.end :]
    assert replaced(text, edits) == expected


def test_insertions_at_one_place_keep_their_order() -> None:
    """Two insertions at one offset appear in the order given, before a replacement that starts there."""
    assert replaced("ab", [Edit(1, 1, "x"), Edit(1, 1, "y"), Edit(1, 2, "z")]) == "axyz"
