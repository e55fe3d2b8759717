"""Pages of patterns on the command line and on the site."""

from __future__ import annotations

import json

import pytest

from resilint.__main__ import main
from resilint.docs.site import pages
from resilint.report.rule_cards import cards
from resilint_rules.patterns.names import NAMES


def test_the_page_of_a_pattern(capsys: pytest.CaptureFixture[str]) -> None:
    """Its name, the command that writes it, and its text."""
    assert main(["rule", "pattern:retry"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("pattern:retry\n`resilint harden PATH --with retry`\n\nA request that may be sent twice")
    assert "`[tool.resilint.patterns] attempts`" in printed


def test_the_page_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """With the rules whose fixes are part of it."""
    assert main(["rule", "pattern:bulkhead", "--output-format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["name"] == "pattern:bulkhead" and found["rules"] == ["unbounded-fan-out"]
    assert found["explanation"].startswith(found["summary"])


def test_all_patterns_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Below the rules."""
    assert main(["rule"]) == 0
    printed = capsys.readouterr().out
    assert all(f"\npattern:{name} " in printed for name in NAMES)


def test_a_pattern_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest name is given."""
    assert main(["rule", "pattern:retries"]) == 2
    assert 'did you mean "pattern:retry"' in capsys.readouterr().err


def test_the_site_has_all_patterns() -> None:
    """A page for each, in the list and in the search, with links to the rules."""
    site = pages(cards(), ())
    for name in NAMES:
        assert f'href="patterns/{name}.html"' in site["patterns.html"] and f"patterns/{name}.html" in site["search.js"]
    assert 'href="../rules/unbounded-fan-out.html"' in site["patterns/bulkhead.html"]
    assert "after</figcaption>" in site["patterns/bulkhead.html"]
