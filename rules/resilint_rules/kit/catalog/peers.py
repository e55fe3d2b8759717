"""Peers as data: how the APIs met most signal a limit, page a list, know a repeated request and sign their webhooks.

One TOML file in `catalog/peers` is one peer. An unknown key is refused when the file is read, and each fact names the
page that states it: what none states is left out.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import tomli

from . import fields as toml
from .fields import Record, Refused

FOLDER = Path(__file__).resolve().parents[2] / "catalog" / "peers"


class PeerLimit(Record):
    """How a peer says that it was called too often."""

    statuses: tuple[int, ...] | None = toml.numbers("The statuses of the answer.")
    code: str = toml.text("What its body says.")
    headers: tuple[str, ...] = toml.words("Headers by which such an answer is known.")
    retry_after: str = toml.text("What Retry-After holds, where it is promised.", "seconds")
    source: str = toml.required_text("The page that states it.")


class PeerPaging(Record):
    """How the peer gives a long list in parts."""

    by: str = toml.text("What leads to the next part.", "link", "cursor", "address")
    next: str = toml.text("Where that stands in the body; the `Link` header has it otherwise.")
    length: str = toml.text("The parameter for the length of a part.")
    default: int | None = toml.maybe_whole("The length if none is given.")
    lists: tuple[str, ...] = toml.words("The last parts of addresses of lists.")
    source: str = toml.required_text("The page that states it.")
    filters: tuple[str, ...] = toml.words("Parameters that choose what is listed; the list may be of any length still.")
    filters_source: str = toml.text("The page that states these.")


class PeerIdempotency(Record):
    """How the peer knows that a request is a repeated one."""

    header: str = toml.required_text("The header for the key.")
    hours: int | None = toml.maybe_whole("How long a key is remembered.")
    source: str = toml.required_text("The page that states it.")


class PeerWebhooks(Record):
    """What the deliveries of the peer are known by, and how long it waits for an answer."""

    events: tuple[str, ...] = toml.words("Headers that it sets, and no client of an API does; in small letters.")
    delivery: str = toml.text("The header that is the same for a delivery that is repeated.")
    signatures: tuple[str, ...] = toml.words("Headers by which it proves itself; in small letters.")
    shared: tuple[str, ...] = toml.words("Those of them that others set, too: they say nothing of the patience.")
    scheme: str = toml.text("What the signature is, in words.")
    source: str = toml.required_text("The page that states it.")
    patience: int | None = toml.maybe_whole("Seconds after which a delivery counts as failed.")
    patience_source: str = toml.text("The page that states that.")


class PeerBatch(Record):
    """A call whose answer is a success though parts of it have failed."""

    call: str = toml.required_text("The call.")
    failed: str = toml.required_text("The key of the answer that holds what has failed.")
    source: str = toml.required_text("The page that states it.")


class Peer(Record):
    """One file: a peer, and what is known of it."""

    name: str = toml.required_text("Its name.", toml="peer")
    addresses: tuple[str, ...] = toml.words("How the addresses of its API begin.")
    limit: tuple[PeerLimit, ...] = toml.several(PeerLimit, "How it says that it was called too often.")
    paging: PeerPaging | None = toml.one(PeerPaging, "How it gives long lists.")
    idempotency: PeerIdempotency | None = toml.one(PeerIdempotency, "How it knows a repeated request.")
    webhooks: PeerWebhooks | None = toml.one(PeerWebhooks, "Its webhooks.")
    batch: tuple[PeerBatch, ...] = toml.several(PeerBatch, "Calls that fail in parts.")


@cache
def peers() -> tuple[Peer, ...]:
    """Returns all peers, in order of their files. Refused, a ValueError that names the file, for an unknown key."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.toml")))


def _read(path: Path) -> Peer:
    try:
        return Peer.of(tomli.loads(path.read_text("utf-8")))
    except Refused as refused:
        raise Refused((), f"peers/{path.name}: {refused}") from None


@cache
def events() -> dict[str, int | None]:
    """Returns the headers by which peers send their events, with the seconds for which the peer waits."""
    return {header: known.patience for known in _webhooks() for header in known.events}


@cache
def signatures() -> dict[str, int | None]:
    """Returns the headers by which peers prove themselves, with the seconds for which the peer waits."""
    return {
        header: known.patience if header not in known.shared else None
        for known in _webhooks()
        for header in known.signatures
    }


def _webhooks() -> list[PeerWebhooks]:
    return [peer.webhooks for peer in peers() if peer.webhooks is not None]


@cache
def linked() -> tuple[Peer, ...]:
    """Returns the peers whose lists are known, and lead to their next part by a `Link` header."""
    return tuple(peer for peer in peers() if peer.paging is not None and peer.paging.by == "link" and peer.paging.lists)
