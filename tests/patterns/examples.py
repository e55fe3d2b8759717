"""The example on a pattern's page: `python -m patterns.examples` writes what `harden` makes of it today."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import resilint_rules.patterns.pages
from patterns.hardening import hardened
from resilint_rules.patterns.names import NAMES

_BEFORE = re.compile(r"^```python before\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_AFTER = re.compile(r"\n^```python after\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
PAGES = Path(resilint_rules.patterns.pages.__file__).parent


class Example(NamedTuple):
    """Code, and the same with the pattern."""

    before: str
    after: str


def examples(text: str) -> Example | None:
    """The example of a page; None if a half of it is missing."""
    before, then = _BEFORE.search(text), _AFTER.search(text)
    return Example(before[1], then[1]) if before is not None and then is not None else None


def after(name: str, before: str) -> str:
    """What a pattern makes of code."""
    return hardened(before, (name,))


def write() -> None:
    """Effect: writes the second half of all examples."""
    for name in NAMES:
        path = PAGES / f"{name}.md"
        text = _AFTER.sub("", path.read_text("utf-8"), 1)
        before = _BEFORE.search(text)
        assert before is not None, f"{path} has no example"
        more = f"\n```python after\n{after(name, before[1])}```\n"
        path.write_text(text[: before.end()] + more + text[before.end() :], "utf-8", newline="\n")


if __name__ == "__main__":
    write()
