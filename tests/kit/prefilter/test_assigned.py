"""What the text of a chunk gives names, parameters and attributes."""

from __future__ import annotations

import pytest

from resilint_rules.kit.prefilter.assigned import (
    annotated_parameters,
    assigned_attributes,
    bound_name,
    declared_names,
)
from resilint_rules.kit.prefilter.mentions import MentionIndex, Mentions
from resilint_rules.kit.syntax.outline import Chunk, scan

METHOD = """def open(self, http: Session, name: str, more: list[Session] = None):
    self.http = http
    cls.name: str = name
    if self.http == http:
        self.open.done = True
"""


def _method() -> tuple[Chunk, Mentions]:
    found = Mentions(MentionIndex(METHOD))
    found.add("Session")
    return scan(METHOD).chunks[0], found


def test_attributes_of_the_object() -> None:
    """A comparison sets none, and neither does an attribute of an attribute."""
    chunk, _ = _method()
    found = [(name, METHOD[start:end]) for name, start, end in assigned_attributes(METHOD, chunk)]
    assert found == [("http", "http"), ("name", "name")]


def test_parameters_of_a_type() -> None:
    """Also inside brackets; others are left out."""
    chunk, types = _method()
    assert annotated_parameters(METHOD, chunk, types) == {"http", "more"}
    types = Mentions(MentionIndex(METHOD))
    assert annotated_parameters(METHOD, chunk, types) == set()


def test_declared_names() -> None:
    """A line that gives a value declares, too."""
    text = "http: Session\nname: str\nother: Session = None\n"
    types = Mentions(MentionIndex(text))
    types.add("Session")
    assert declared_names(text, 0, len(text), types) == {"http", "other"}


@pytest.mark.parametrize(
    ("text", "expected"), [("a = 1", "a"), ("a: int = 1", "a"), ("a", "a"), ("a == 1", ""), ("a.b = 1", ""), ("", "")]
)
def test_the_name_that_a_statement_binds(text: str, expected: str) -> None:
    """No attribute and no comparison."""
    assert bound_name(text) == expected
