"""Control characters and others that steer a terminal or hide text, spelt out. Pure."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # the C0 and C1 controls: they move the cursor and change colours
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # they reorder or hide text
    "\u2028\u2029\ud800-\udfff\ufffe\uffff]"  # and these are not allowed in XML
)
_HIDDEN_IN_LINES = re.compile(rf"(?!\r?\n|\t){_UNPRINTABLE.pattern}")


def visible(text: str) -> str:
    r"""Text whose control characters are spelt out: a source line cannot steer the terminal."""
    return _UNPRINTABLE.sub(lambda found: spell(found.group()), text)


def visible_lines(text: str) -> str:
    r"""The same of a text of several lines: what ends them, and tabs, stay as they are."""
    return _HIDDEN_IN_LINES.sub(lambda found: spell(found.group()), text)


def spell(character: str) -> str:
    r"""A character by its number, as Python writes it: `\x1b`, `\u202e`."""
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
