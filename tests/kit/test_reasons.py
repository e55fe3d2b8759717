"""Comments that give a reason are told from those that say what the code does, and from plans."""

from __future__ import annotations

import pytest

from resilint_rules.kit.reasons import gives_reason


@pytest.mark.parametrize(
    ("family", "comment"),
    [
        ("auth", "the device presents a self-signed certificate"),
        ("auth", "no verification: the file's checksum is compared below"),
        ("auth", "certificates of these hosts have often expired; we only count links"),
        ("auth", "not verified on purpose"),
        ("auth", "throw-away machines in our own network: their keys are new after each start"),
        ("limits", "this service counts milliseconds"),
        ("asynchrony", "blocks the loop, which is fine: nothing else runs on it"),
        ("retries", "retries for ever on purpose: the supervisor decides"),
        ("timeouts", "waits for as long as it takes, by design"),
        ("limits", "this header is only ever a number of seconds"),
    ],
)
def test_a_reason_is_heeded(family: str, comment: str) -> None:
    """It says why, and is about what the family of rules looks at."""
    assert gives_reason(family, [comment])


@pytest.mark.parametrize(
    ("family", "comment"),
    [
        ("auth", "get the order"),
        ("auth", "the certificate is not verified here"),
        ("auth", "note: this disables the check of certificates"),
        ("auth", "disable certificate verification"),
        ("auth", "skip TLS checks for this request"),
        ("auth", "TODO: self-signed, use our own CA"),
        ("auth", "self-signed for now"),
        ("timeouts", "because the order must be there"),
        ("retries", "try again until it works"),
        ("unknown", "on purpose"),
    ],
)
def test_other_comments_are_not(family: str, comment: str) -> None:
    """They say what is done, are about something else, or plan a change."""
    assert not gives_reason(family, [comment])


def test_a_reason_may_stand_on_several_lines() -> None:
    """The lines of a block of comments are one text."""
    assert gives_reason("auth", ["the certificate of this device", "is self-signed"])
