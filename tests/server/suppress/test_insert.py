"""Ignore comments that are written for people."""

from __future__ import annotations

import pytest

from resilint.fixes.apply import replaced
from resilint.own_rules import OWN
from resilint.suppress.apply import apply
from resilint.suppress.insert import add
from resilint_rules.kit.findings import Finding, Severity
from resilint_rules.kit.syntax.outline import scan
from resilint_rules.kit.syntax.text import Document, Span


def finding(text: str, guilty: str, rule: str = "no-timeout", statement: str = "") -> Finding:
    """A finding at the first place of `guilty`."""
    start = text.index(guilty)
    whole = Span(text.index(statement), text.index(statement) + len(statement)) if statement else Span(0, 0)
    return Finding("TMO001", rule, Severity.WARNING, Span(start, start + len(guilty)), "m", statement=whole)


@pytest.mark.parametrize(
    ("text", "guilty", "after"),
    [
        ("get()\nx = 1\n", "get()", "get()  # resilint: ignore[no-timeout] later\nx = 1\n"),
        ("get()\r\nx\r\n", "get()", "get()  # resilint: ignore[no-timeout] later\r\nx\r\n"),
        ("get()", "get()", "get()  # resilint: ignore[no-timeout] later"),
        ("get()  # noqa: E501\n", "get()", "get()  # noqa: E501  # resilint: ignore[no-timeout] later\n"),
        (
            "get()  # resilint: ignore[unbounded-retry] why\n",
            "get()",
            "get()  # resilint: ignore[unbounded-retry, no-timeout] why\n",
        ),
        ("get(\n    url,\n)\n", "get(\n    url,\n)", "get(  # resilint: ignore[no-timeout] later\n    url,\n)\n"),
        ("get('''\nx\n''')\n", "get('''\nx\n''')", "get('''\nx\n''')  # resilint: ignore[no-timeout] later\n"),
        ("get( \\\n  x)\n", "get( \\\n  x)", "get( \\\n  x)  # resilint: ignore[no-timeout] later\n"),
    ],
)
def test_the_comment_silences(text: str, guilty: str, after: str) -> None:
    """The comment stands where it counts, and nothing else changes."""
    found = finding(text, guilty)
    added = add(Document(text), [found], "later")
    assert added.beyond == ()
    assert replaced(text, added.edits) == after
    again = Document(after)
    moved = finding(after, guilty.split("\n", maxsplit=1)[0])
    moved = Finding(moved.code, moved.rule, moved.severity, Span(moved.span.start, len(after)), "m")
    outcome = apply(again, scan(after).comments, [moved], rules=(), enabled=set(), sure=set())
    assert outcome.suppressed == (moved,)


def test_one_line_has_one_comment() -> None:
    """Findings of several rules on a line share the brackets, in order and without doubles."""
    text = "get(get())\n"
    found = [finding(text, "get(get())", "unbounded-retry"), finding(text, "get()"), finding(text, "get(get())")]
    added = add(Document(text), found)
    assert replaced(text, added.edits) == "get(get())  # resilint: ignore[no-timeout, unbounded-retry]\n"
    assert len(added.silenced) == 3


def test_what_cannot_be_silenced_is_said() -> None:
    """A place where no line can take a comment is told, and our own findings are left out."""
    text = "x = '''\nget()\n'''\n"
    own = [finding(text, "get()", rule.name) for rule in OWN]
    added = add(Document(text), [finding(text, "get()"), *own])
    assert (added.edits, added.silenced) == ((), ())
    assert [each.rule for each in added.beyond] == ["no-timeout"]


def test_the_first_line_of_the_statement_is_the_last_resort() -> None:
    """When no line of the span can take it, the statement's first line may."""
    text = "y = [\n  f'''\n{get()}\n''']\n"
    added = add(Document(text), [finding(text, "get()", statement=text.rstrip())])
    assert replaced(text, added.edits).startswith("y = [  # resilint: ignore[no-timeout]\n")
