"""Peers as data: every fact has its source, a mistake in a file is found when it is read, and rules use what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from resilint_rules.kit.catalog import peers as data
from resilint_rules.kit.catalog.fields import Record, Refused
from resilint_rules.kit.entry_points.webhooks import is_event, is_signature

PEERS = data.peers()


def facts(peer: data.Peer) -> list[Record]:
    """The tables of a peer that state something."""
    values = [getattr(peer, key.attribute) for key in data.Peer.KEYS.values()]
    parts = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
    return [part for part in parts if isinstance(part, Record)]


def test_the_twelve_apis_met_most_are_there() -> None:
    """One file for each of them."""
    assert {peer.name for peer in PEERS} >= {
        "Anthropic", "AWS", "Azure", "GitHub", "Google APIs", "OpenAI", "Salesforce", "SendGrid", "Shopify", "Slack", "Stripe", "Twilio",
    }  # fmt: skip


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: str(peer.name))
def test_every_fact_has_its_source(peer: data.Peer) -> None:
    """A page that can be opened, and one for the patience where that is stated."""
    assert facts(peer)
    for fact in facts(peer):
        assert str(getattr(fact, "source", "")).startswith("https://"), fact
    webhooks = peer.webhooks
    if webhooks is not None:
        assert (webhooks.patience is not None) == webhooks.patience_source.startswith("https://")
        assert set(webhooks.shared) <= set(webhooks.signatures)
        assert all(header == header.lower() for header in (*webhooks.events, *webhooks.signatures))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('peer = "A"\nadresses = ["https://a.example.com/"]', "`adresses` is not a key"),
        ('peer = "A"\n[paging]\nby = "link"', "needs the key `source`"),
        ('peer = "A"\n[paging]\nby = "luck"\nsource = "https://a.example.com"', "must be one of link, cursor, address"),
        ('peer = "A"\n[[limit]]\nstatuses = ["429"]\nsource = "https://a.example.com"', "statuses"),
        ('addresses = ["https://a.example.com/"]', "needs the key `peer`"),
    ],
)
def test_a_mistake_is_refused_with_the_name_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, problem: str
) -> None:
    """An unknown key, a missing source, a word that is none of those that are known."""
    (tmp_path / "broken.toml").write_text(text, "utf-8")
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    with pytest.raises(Refused) as refused:
        data.peers.__wrapped__()
    assert "peers/broken.toml" in str(refused.value)
    assert problem in str(refused.value)


def test_headers_of_senders_are_known() -> None:
    """Those of the files, and those for which no page was found."""
    assert is_event("x-github-event")
    assert is_signature("x-shopify-hmac-sha256")
    assert is_signature("stripe-signature")
    assert not is_event("authorization")
    assert data.events()["x-slack-retry-num"] == 3
    assert data.signatures()["x-hub-signature-256"] is None, "others sign in the same way"
