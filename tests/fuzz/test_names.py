"""Names that are given their own value, and names that give each other's, end every search for what they hold.

`RESILINT_NAMES=N` sets how many variants are checked; by default a part of all, drawn with a fixed seed.
"""

from __future__ import annotations

import os
import random
import re

import pytest

from fuzz.test_layout import PROGRAMS, look

COUNT = int(os.environ.get("RESILINT_NAMES", "150"))
_GIVEN = re.compile(r"^( +)(\w+) = (?!=)", re.MULTILINE)
SHAPES = {
    "or": r"\1\2 = \2 or ",
    "plus": r"\1\2 = \2 + ",
    "if": r"\1\2 = \2 if \2 else ",
    "call": r"\1\2 = (lambda: \2)() or ",
    "twins": r"\1twin_\2 = \2 or None\n\1\2 = twin_\2 or ",
}


def variants() -> list[tuple[str, str]]:
    """The names of a program and of a shape that changes it."""
    found = [
        (name, shape) for name, (text, _, _) in PROGRAMS.items() if _GIVEN.search(text) is not None for shape in SHAPES
    ]
    return random.Random(0).sample(found, min(COUNT, len(found)))


@pytest.mark.parametrize(("name", "shape"), [("rules/no-timeout/inline.py", "or"), *variants()])
def test_a_name_that_holds_itself_is_no_mistake_of_ours(name: str, shape: str) -> None:
    """No rule fails, whatever it looks up."""
    text, others, path = PROGRAMS[name]
    changed = _GIVEN.sub(SHAPES[shape], text)
    assert changed != text
    assert [finding.message for finding in look(changed, others, path) if finding.code == "E001"] == []
