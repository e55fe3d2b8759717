"""Circuit breakers around a call: what opens them, for how long, and what the caller gets then."""

from __future__ import annotations

import textwrap

import pytest

from resilint.config.settings import Settings
from resilint.engine.explain import policy
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

OPEN = "while the breaker is open"


def opened(text: str) -> list[str]:
    """What is said about breakers at the last request of a text."""
    text = textwrap.dedent(text).lstrip()
    offset = text.rindex("requests.get") + 5
    found = policy(Document(text, "app.py", "app"), Project(), Settings(), offset)
    assert found is not None
    return [outcome.text for outcome in found.outcomes if outcome.event == OPEN]


DECORATED = """
    import datetime
    import aiobreaker, circuitbreaker, pybreaker
    import requests

    LIMIT = 7
    later = datetime.timedelta(seconds=9)
    breaker = {made}

    @{decorator}
    def rate(url):
        return requests.get(url, timeout=3)
"""
PYBREAKER = "pybreaker.CircuitBreaker({})"
RAISED = "`{}.CircuitBreakerError` is raised at once"


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (
            PYBREAKER.format("fail_max=3, reset_timeout=20"),
            "after 3 failures in a row `breaker` (line 9) sends nothing for 20 s",
        ),
        (PYBREAKER.format("2"), "after 2 failures in a row `breaker` (line 9) sends nothing for 60 s"),
        (PYBREAKER.format("LIMIT"), "after 7 failures in a row `breaker` (line 9) sends nothing for 60 s"),
        (PYBREAKER.format("**OPTIONS"), "after failures in a row `breaker` (line 9) sends nothing"),
        (PYBREAKER.format("fail_max=limit()"), "after failures in a row `breaker` (line 9) sends nothing for 60 s"),
        (
            "aiobreaker.CircuitBreaker(timeout_duration=later)",
            "after 5 failures in a row `breaker` (line 9) sends nothing",
        ),
    ],
)
def test_a_breaker_with_a_name(made: str, text: str) -> None:
    """Its numbers are those that it was made with, or the defaults; what is no number is left out."""
    library = made.partition(".")[0]
    assert opened(DECORATED.format(made=made, decorator="breaker")) == [f"{text}: {RAISED.format(library)}"]


@pytest.mark.parametrize(
    ("decorator", "text"),
    [
        (
            "pybreaker.CircuitBreaker(4)",
            "after 4 failures in a row `pybreaker.CircuitBreaker` (line 9) sends nothing for 60 s",
        ),
        (
            "circuitbreaker.circuit",
            "after 5 failures in a row `circuitbreaker.circuit` (line 9) sends nothing for 30 s",
        ),
        (
            "circuitbreaker.circuit(9, 1.5)",
            "after 9 failures in a row `circuitbreaker.circuit` (line 9) sends nothing for 1.5 s",
        ),
        (
            "circuitbreaker.CircuitBreaker(failure_threshold=2)",
            "after 2 failures in a row `circuitbreaker.CircuitBreaker` (line 9) sends nothing for 30 s",
        ),
    ],
)
def test_a_breaker_without_a_name(decorator: str, text: str) -> None:
    """It is made where it stands, with and without parentheses."""
    library = decorator.partition(".")[0]
    assert opened(DECORATED.format(made="None", decorator=decorator)) == [f"{text}: {RAISED.format(library)}"]


def test_a_breaker_around_a_block() -> None:
    """The block alone is guarded."""
    text = """
        import pybreaker
        import requests

        breaker = pybreaker.CircuitBreaker(fail_max=5)

        def rate(url):
            with breaker.calling():
                return requests.get(url, timeout=3)
    """
    (found,) = opened(text)
    assert found.startswith("after 5 failures in a row `breaker` (line 7) sends nothing for 60 s: ")


def test_a_fallback_answers_instead() -> None:
    """Nothing is raised then."""
    text = DECORATED.format(
        library="circuitbreaker", made="", decorator="circuitbreaker.circuit(fallback_function=len)"
    )
    (found,) = opened(text)
    assert "is raised" not in found


@pytest.mark.parametrize("decorator", ["staticmethod", "breaker.something", "cache"])
def test_no_breaker(decorator: str) -> None:
    """Other decorators are none."""
    assert opened(DECORATED.format(made="None", decorator=decorator)) == []
