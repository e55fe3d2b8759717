"""An open text stays equal to what the person sees, whatever is typed, in every unit of counting."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from resilint.lsp.document import OpenDocument
from resilint_rules.kit.syntax import text as kit
from resilint_rules.kit.syntax.text import Document, Edit, Encoding

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
TEXTS = st.text(st.sampled_from("ab \t\r\n\f\v\x85\u2028é漢😀\ufeff"), max_size=12)
NUMBERS = st.integers(0, 14)


def units(text: str, encoding: Encoding) -> list[int]:
    """For every unit of a text the number of the character that it belongs to."""
    codec = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    return [number for number, c in enumerate(text) for _ in range(len(c.encode(codec)) // size)]


def naive_offset(text: str, line: int, character: int, encoding: Encoding) -> int:
    """A position as an offset, by splitting the whole text."""
    parts = re.split(r"(\r\n|\n|\r)", text)
    rows, ends = parts[::2], [*parts[1::2], ""]
    if line >= len(rows):
        return len(text)
    start = sum(len(rows[n]) + len(ends[n]) for n in range(line))
    owners = units(rows[line], encoding)
    return start + (owners[character] if character < len(owners) else len(rows[line]))


class Typing(RuleBasedStateMachine):
    """Random edits of a document beside a model that only knows how to split and slice."""

    @initialize(text=TEXTS, encoding=st.sampled_from(ENCODINGS))
    def open(self, text: str, encoding: Encoding) -> None:
        """A text is opened."""
        self.model = text
        self.encoding = encoding
        self.doc = OpenDocument("file:///a.py", 1, text, encoding)

    @rule(line=NUMBERS, character=NUMBERS, down=st.integers(0, 3), until=NUMBERS, text=TEXTS)
    def edit(self, line: int, character: int, down: int, until: int, text: str) -> None:
        """A range, perhaps outside the text, perhaps inside a character, is replaced."""
        start = naive_offset(self.model, line, character, self.encoding)
        end = max(start, naive_offset(self.model, line + down, until, self.encoding))
        assert self.doc.offset(line, character) == start
        self.doc.replace(Edit(start, max(start, self.doc.offset(line + down, until)), text))
        self.model = self.model[:start] + text + self.model[end:]

    @rule(text=TEXTS)
    def replace_all(self, text: str) -> None:
        """The whole text is replaced, as some editors do at every change."""
        self.doc.replace(Edit(0, len(self.doc.text), text))
        self.model = text

    @invariant()
    def agree(self) -> None:
        """Text, lines and positions are those of the model."""
        if not hasattr(self, "doc"):
            return
        assert self.doc.text == self.model
        assert self.doc.starts == Document(self.model).starts
        for offset in range(len(self.model) + 1):
            line, character = self.doc.position(offset)
            inside = self.model[offset - 1 : offset + 1] == "\r\n"
            assert self.doc.offset(line, character) == (offset - 1 if inside else offset)


TestTyping = Typing.TestCase


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_the_width_of_a_text_is_its_number_of_units(text: str, encoding: Encoding) -> None:
    """Counting agrees with encoding."""
    assert kit.units(text, encoding) == len(units(text, encoding))


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 7), ("utf-16", 5), ("utf-32", 4)])
def test_an_emoji_is_as_wide_as_the_editor_says(encoding: Encoding, character: int) -> None:
    """The three units differ behind a character outside the first plane."""
    doc = OpenDocument("file:///a.py", 1, "x\n# 😀x", encoding)
    assert doc.position(6) == (1, character)
    assert doc.offset(1, character) == 6


def test_half_surrogates_become_something_that_can_be_encoded() -> None:
    """A client that sends half a character does no harm later."""
    doc = OpenDocument("file:///a.py", 1, "a\ud83d", "utf-16")
    doc.replace(doc.edit(2, 2, "\ude00b"))
    assert doc.text == "a\ufffd\ufffdb"
    doc.text.encode("utf-8")
