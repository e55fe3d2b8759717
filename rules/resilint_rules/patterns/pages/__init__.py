"""The pages of the patterns: what each protects from, what it costs, when not to use it, and its numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ..names import NAMES, PREFIX, RULES

_HERE = Path(__file__).parent


@cache
def page(name: str) -> str:
    """The page of a pattern in Markdown, by its name with or without the prefix; "" if there is no such pattern."""
    short = name.removeprefix(PREFIX)
    if short not in NAMES:
        return ""
    text = (_HERE / f"{short}.md").read_text("utf-8").rstrip("\n")
    rules = RULES[short]
    if not rules:
        return f"{text}\n"
    links = "\n".join(f"- `{rule}`" for rule in rules)
    return f"{text}\n\n## Rules whose fixes are part of it\n\n{links}\n"


def summary(name: str) -> str:
    """The first sentence of a pattern's page."""
    return " ".join(page(name).partition("\n\n")[0].split())


def all_pages() -> dict[str, str]:
    """The pages of all patterns by their names, in the order in which they are put around a call."""
    return {name: page(name) for name in NAMES}
