"""Where a text mentions names: words of their own, attributes, docstrings and comments."""

from __future__ import annotations

import re

import pytest

from resilint_rules.kit.prefilter.mentions import MentionIndex, Mentions, acts, docstring_span, words
from resilint_rules.kit.syntax.outline import scan
from resilint_rules.kit.syntax.words import mentioned

TEXT = "get = api.get\nforget(get, self.get_all)\nx.get.get\n"


def test_words_of_their_own() -> None:
    """A part of a longer word is none; an attribute is one."""
    assert [TEXT[at - 1 : at + 4] for at in words("get", TEXT, 1, len(TEXT))] == [".get\n", "(get,", ".get.", ".get\n"]
    assert list(words("get", TEXT, 14, 20)) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("get", "get", True),
        ("get", "a.get()", True),
        ("get", "forget get_all getter", False),
        ("get", "", False),
        ("get", "forget then get", True),
    ],
)
def test_whether_a_name_is_mentioned(name: str, text: str, expected: bool) -> None:
    """As a word of its own."""
    assert mentioned(name, text) is expected


def test_places_of_names_and_attributes() -> None:
    """A name is no attribute, and an attribute is found by its dot; both are looked for once."""
    places = MentionIndex(TEXT)
    assert places.of("get") == [0, 21]
    assert places.of(".get") == [9, 41, 45]
    assert places.of("get") is places.of("get")
    assert places.of("missing") == []


def test_marks() -> None:
    """They are kept sorted, and know where they end."""
    marks = Mentions(MentionIndex(TEXT))
    assert not marks.within(0, len(TEXT))
    assert marks.add(".get") == [9, 41, 45]
    assert marks.add("get", r"\s*=") == [0]
    assert marks.add("get", r"\s*=") == []
    assert marks.add("missing") == []
    assert marks.inside(0, len(TEXT)) == [(0, 5), (9, 13), (41, 45), (45, 49)]
    assert marks.within(9, 10)
    assert not marks.within(10, 41)
    assert not marks.within(46, len(TEXT))
    assert marks.inside(10, 43) == [(41, 45)]


def test_marks_that_are_shared() -> None:
    """Only those that the expression does not go on from."""
    places = MentionIndex(TEXT)
    first, second = Mentions(places), Mentions(places)
    second.share(first, first.add(".get"), re.compile(r"\."))
    assert second.inside(0, len(TEXT)) == [(9, 13), (45, 49)]


FUNCTION = 'def get():\n    """Calls get."""\n    # get\n    return get()  # get\n'


def test_docstrings_and_comments_do_nothing() -> None:
    """Nor does the name of the function itself."""
    (chunk,) = scan(FUNCTION).chunks
    docstring = docstring_span(FUNCTION, chunk)
    assert FUNCTION[slice(*docstring)].strip() == '"""Calls get."""'
    found = [at for at in words("get", FUNCTION, 0, len(FUNCTION)) if acts(FUNCTION, at, docstring)]
    assert [FUNCTION[at - 7 : at + 3] for at in found] == ["return get", "t()  # get"]


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    return 1\n",
        "def f():\n    'one quote'\n",
        'def f():\n    x = """a"""\n',
        "x = 1\n",
        "class C:\n    '''a'''\n",
    ],
)
def test_no_docstring(text: str) -> None:
    """Only a function has one here, and only in three quotes."""
    chunk = scan(text).chunks[0]
    assert docstring_span(text, chunk) == (0, 0)
