"""A file of settings in an editor: mistakes on their lines, what keys mean, and what may be typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resilint.config.settings import parse
from resilint.config.toml_positions import Place, place_at
from resilint.fixes.edits import replaced
from resilint.lsp.worker import fixes
from resilint.lsp.worker.settings_file import completions, hover, is_settings, report
from resilint.lsp.worker.switch_off import ignore_in_file, ignore_in_settings
from resilint_rules import registry
from resilint_rules.kit.findings import Finding, Severity
from resilint_rules.kit.syntax.text import Document, Span

RULES = tuple(registry.rules().values())
CURSOR = "|"


def at_cursor(text: str, name: str = "pyproject.toml") -> tuple[Document, int]:
    """A document without the mark of the cursor, and where that was."""
    offset = text.index(CURSOR)
    return Document(text.replace(CURSOR, ""), f"sub/{name}"), offset


def typed(text: str, name: str = "pyproject.toml") -> dict[str, str]:
    """For each word that may be typed at the cursor the text with it."""
    doc, offset = at_cursor(text, name)
    return {
        item.label: doc.text[: item.span.start] + item.insert + doc.text[item.span.end :]
        for item in completions(doc, offset, RULES)
    }


def test_only_these_names_are_settings() -> None:
    """In any folder, with either slash."""
    assert is_settings("pyproject.toml")
    assert is_settings("a/resilint.toml")
    assert is_settings("a\\pyproject.toml")
    assert not is_settings("a/my-pyproject.toml")
    assert not is_settings("pyproject.py")


def test_mistakes_stand_on_their_lines() -> None:
    """Under what is written there; a file without our table has none, broken or not."""
    text = (
        '[project]\nname = 3\n\n[tool.resilint]\n  profil = "strict"  # as it was\nselect = ["no-timout"]\njobs = -1\n'
    )
    doc = Document(text, "pyproject.toml")
    found = report(doc, RULES).findings
    assert [doc.text[slice(*finding.span)] for finding in found] == [
        'profil = "strict"',
        'select = ["no-timout"]',
        "jobs = -1",
    ]
    assert '`profil` is not a setting; did you mean "profile"?' in found[0].message
    assert {finding.rule for finding in found} == {"wrong-setting"}
    assert report(Document("[project\n", "pyproject.toml"), RULES).findings == ()
    (broken,) = report(Document("select = [\n", "resilint.toml"), RULES).findings
    assert broken.span.start <= len("select = [\n")


@pytest.mark.parametrize(
    ("text", "name", "some"),
    [
        ("[tool.resilint]\npro|", "pyproject.toml", {"profile": "[tool.resilint]\nprofile"}),
        ("pro|", "resilint.toml", {"profile": "profile", "select": "select"}),
        ("[tool.resilint]\nprofile = |", "pyproject.toml", {"strict": '[tool.resilint]\nprofile = "strict"'}),
        ('profile = "st|"', "resilint.toml", {"strict": 'profile = "strict"'}),
        ("preview = |", "resilint.toml", {"true": "preview = true"}),
        ('ignore = ["no-timeout", "t|"]', "resilint.toml", {"task-dropped": 'ignore = ["no-timeout", "task-dropped"]'}),
        ("ignore = [\n  |\n]", "resilint.toml", {"no-timeout": 'ignore = [\n  "no-timeout"\n]'}),
        ("[timeouts]\n|", "resilint.toml", {"connect": "[timeouts]\nconnect"}),
        ("[severity]\nno-|", "resilint.toml", {"no-timeout": "[severity]\nno-timeout"}),
        ("[severity]\nno-timeout = |", "resilint.toml", {"hint": '[severity]\nno-timeout = "hint"'}),
        ("[library.redis]\nignore = [|]", "resilint.toml", {"no-timeout": '[library.redis]\nignore = ["no-timeout"]'}),
        ('output-format = ["j|"]', "resilint.toml", {"junit": 'output-format = ["junit"]'}),
    ],
)
def test_what_may_be_typed(text: str, name: str, some: dict[str, str]) -> None:
    """Keys where a key may stand, values of the key in quotes where they need them."""
    found = typed(text, name)
    assert {word: found.get(word) for word in some} == some


@pytest.mark.parametrize("text", ["[project]\n|", "na|", "[tool.ruff]\nselect = [|]", "[tool.resilint]\njobs = |"])
def test_elsewhere_nothing_is_offered(text: str) -> None:
    """A `pyproject.toml` is everybody's, and a number is nobody's guess."""
    assert typed(text) == {}


def test_hover_over_keys_and_rules() -> None:
    """The sentence about a key with its choices, and the page of a rule."""

    def shown(text: str, name: str = "resilint.toml") -> str:
        doc, offset = at_cursor(text, name)
        found = hover(doc, offset, lambda word: f"page of {word}" if word == "no-timeout" else "")
        return f"{doc.text[slice(*found.span)]}: {found.markdown}" if found else ""

    assert shown("pro|file = 'strict'").startswith("profile: **profile**\n\nWhich rules are on")
    assert "`strict`" in shown("profile| = 'strict'")
    assert shown("[time|outs]\nread = 3").startswith("timeouts: **timeouts**\n\nThe limits")
    assert shown("[timeouts]\nre|ad = 3").startswith("read: **timeouts.read**\n\nSeconds")
    assert shown("ignore = ['no-t|imeout']") == "no-timeout: page of no-timeout"
    assert shown("[project]\nignore| = ['no-timeout']", "pyproject.toml") == ""
    assert shown("nothing| = 3") == ""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = [|", Place((), ("a",), True)),
        ("a| = 1", Place((), ("a",), False)),
        ("[t.'u']\na = [\n 1, |\n", Place(("t", "u"), ("a",), True)),
        ("[t]\na = [\n 1 ]\n|", Place(("t",), (), False)),
        ("[t]\na = '['\n|", Place(("t",), (), False)),
        ("a.b = { c = |", Place((), ("a", "b"), True)),
        ("|", Place((), (), False)),
    ],
)
def test_places(text: str, place: Place) -> None:
    """Which table and which key a cursor is in."""
    before = text[: text.index(CURSOR)]
    row = before.count("\n") + 1
    assert place_at(text.replace(CURSOR, "").split("\n"), row, len(before.rpartition("\n")[2])) == place


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("f()  # resilint: ignore[|", ""),
        ("f()  # resilint: ignore[no-t|]", "no-t"),
        ("f()  # resilint: ignore[no-timeout, ti|", "ti"),
        ("# resilint: ignore-file[no|", "no"),
        ("f()  # resilint: ignore[no-timeout] |", None),
        ("f()  # noqa: |", None),
        ("f(|", None),
    ],
)
def test_a_rule_that_is_being_named_in_a_comment(text: str, typed: str | None) -> None:
    """Inside the brackets alone."""
    doc, offset = at_cursor(text, "a.py")
    span = fixes.rule_being_named(doc, offset)
    assert (None if span is None else doc.text[slice(*span)]) == typed


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("x = 1\n", "# resilint: ignore-file[no-timeout]\nx = 1\n"),
        (
            "#!/usr/bin/python\n# coding: utf-8\nx\n",
            "#!/usr/bin/python\n# coding: utf-8\n# resilint: ignore-file[no-timeout]\nx\n",
        ),
        ("x\r\ny\r\n", "# resilint: ignore-file[no-timeout]\r\nx\r\ny\r\n"),
        ("# resilint: ignore-file[a-b]\nx", "# resilint: ignore-file[a-b, no-timeout]\nx"),
        ('"""A page."""\nx', '# resilint: ignore-file[no-timeout]\n"""A page."""\nx'),
    ],
)
def test_a_rule_is_ignored_in_a_file(text: str, after: str) -> None:
    """By a comment at its top, or in the one that is there."""
    finding = Finding("TMO001", "no-timeout", Severity.WARNING, Span(0, 1), "m")
    assert replaced(text, ignore_in_file(Document(text), finding)) == after
    assert ignore_in_file(Document(text), replace(finding, rule="unused-ignore")) == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "pyproject"),
        ('[project]\nname = "x"', "pyproject"),
        ("[tool.resilint]", "pyproject"),
        ("[tool.resilint]\npreview = true\n\n[tool.ruff]\nignore = ['E']\n", "pyproject"),
        ("[tool.ruff]\r\nignore = ['E']\r\n[tool.resilint]\r\nignore = ['task-dropped']\r\n", "pyproject"),
        ("[tool.resilint.timeouts]\nread = 3\n", "pyproject"),
        ("[tool.resilint]\nignore = [\n  'task-dropped',  # why\n]\n", "pyproject"),
        ("ignore = []\n", "resilint"),
        ("preview = true\n[timeouts]\nread = 3\n", "resilint"),
        ("[library.redis]\nignore = ['task-dropped']\n", "resilint"),
    ],
)
def test_a_rule_is_switched_off_in_settings(text: str, name: str) -> None:
    """The file says what it said, and leaves the rule out besides."""
    prefix = ("tool", "resilint") if name == "pyproject" else ()
    after = replaced(text, ignore_in_settings(text, "no-timeout", prefix))
    before, mistakes = parse(text.encode(), "x", name, RULES)  # type: ignore[arg-type]
    settings, more = parse(after.encode(), "x", name, RULES)  # type: ignore[arg-type]
    assert (mistakes, more) == ((), ())
    assert set(settings.ignore) == {*before.ignore, "no-timeout"}
    assert replace(settings, ignore=before.ignore) == before
    assert after.count("\r\n") == after.count("\n") or "\r" not in text


def test_an_odd_list_is_left_alone() -> None:
    """Rather than broken."""
    assert ignore_in_settings("ignore = 'E'\n", "no-timeout", ()) == ()
