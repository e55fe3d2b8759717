"""Words of several tokens, found whatever stands between these."""

from __future__ import annotations

import pytest

from resilint_rules.kit.syntax.words import is_phrase, phrases, stands


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (".delay(", "run.delay(1)"),
        (".delay(", "run. delay (1)"),
        (".delay(", "(run\n .delay  # later\n (1))"),
        (".delay(", "(run.  # later\n delay(1))"),
        ("breaker(", "CircuitBreaker"[7:].lower() + "  (3)"),
        ("@respx", "@ respx.mock"),
        ("responses.activate", "@responses\t. activate"),
        (" eta=", "f(x,\n  eta = 3)"),
        ("in range(", "for i in  range (3)"),
        ("verify=false", "verify\t= false"),
        ("async ", "async\tdef f"),
    ],
)
def test_layout_between_tokens_decides_nothing(word: str, text: str) -> None:
    """Blanks, line ends and comments."""
    assert is_phrase(word)
    assert stands(word, text)


@pytest.mark.parametrize(
    ("word", "text"),
    [(".ack(", "back (1)"), (".ack(", "back(1)"), (" eta=", "beta = 1"), ("@respx", "respx"), (".delay(", "x.delay")],
)
def test_other_words_are_none(word: str, text: str) -> None:
    """What stands before and behind has to be there."""
    assert not stands(word, text)


def test_words_of_one_token_and_of_strings_are_no_phrases() -> None:
    """A name has no layout in it, and what a hyphen is in stands in a string."""
    assert not any(map(is_phrase, ("verify", "retry-after", "x-github-event")))


def test_places_in_a_range() -> None:
    """From the first name on, none outside."""
    text = "a.ack()\nb. ack ()\nc.ack()\n"
    assert list(phrases(".ack(", text)) == [2, 11, 20]
    assert list(phrases(".ack(", text, 5, 18)) == [11]
