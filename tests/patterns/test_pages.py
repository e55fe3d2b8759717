"""The pages of patterns: each is there and whole, and its example is what `harden` makes of it."""

from __future__ import annotations

import re

import pytest

from patterns.examples import after, examples
from resilint.config.keys import PATTERNS, TIMEOUTS
from resilint_rules import registry
from resilint_rules.patterns.names import NAMES, PREFIX, RULES
from resilint_rules.patterns.pages import all_pages, page, summary

KEYS = {key.name for table in (PATTERNS, TIMEOUTS) for key in table.keys}


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_it_costs_and_when_not(name: str) -> None:
    """And has one example, whose second half `python -m patterns.examples` writes again."""
    text = page(name)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE)[:2] == ["Cost", "When not"]
    found = examples(text)
    assert found is not None and found.after == after(name, found.before), "stale: python -m patterns.examples"


def test_a_page_is_found_by_its_name() -> None:
    """With its prefix or without it."""
    assert page("retry") == page(f"{PREFIX}retry") and not page("retries") and not page("../names")
    assert summary("limit") == "Each call ends after a time that the code states."
    assert list(all_pages()) == list(NAMES)


def test_the_rules_and_settings_of_pages_are_there() -> None:
    """A page names no key that is none, and each rule that is part of a pattern."""
    for name, text in all_pages().items():
        assert all(registry.find(rule) is not None and f"`{rule}`" in text for rule in RULES[name])
        numbers = text.partition("## Numbers")[2].partition("## Rules")[0]
        assert set(re.findall(r"`(?:\[tool\.resilint\.\w+\] )?([a-z-]+)`", numbers)) <= KEYS
