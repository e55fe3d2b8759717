"""A text after edits. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from resilint_rules.kit.syntax.text import Edit


def replaced(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap; insertions at one place keep their order."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=place_of):
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*parts, text[at:]))


def place_of(edit: Edit) -> tuple[int, int]:
    """Returns the span that an edit replaces: edits are in the order of these."""
    return edit.start, edit.end
