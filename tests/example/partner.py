"""A small service that charges orders at a partner: the kind of code that works until the partner does not."""

from __future__ import annotations

import logging
import urllib.request

import httpx
import requests

PARTNER = "https://api.partner.example/v2"

log = logging.getLogger(__name__)


class Billing:
    """Talks to the partner that takes the money."""

    def __init__(self, token: str) -> None:
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def charge(self, order: dict[str, object]) -> str:
        """Charges an order and gives the partner's reference."""
        answer = self.session.post(f"{PARTNER}/charges", json=order)
        return str(answer.json()["reference"])

    def cancel(self, reference: str) -> None:
        """Takes a charge back."""
        self.session.delete(f"{PARTNER}/charges/{reference}", timeout=10)
        log.info("cancelled %s", reference)


async def fetch_rates(currency: str) -> dict[str, float]:
    """Today's exchange rates."""
    async with httpx.AsyncClient(timeout=None) as client:
        answer = await client.get(f"{PARTNER}/rates", params={"base": currency})
        answer.raise_for_status()
        return dict(answer.json())


def download_terms(target: str) -> None:
    """Keeps a copy of the partner's terms."""
    with urllib.request.urlopen(f"{PARTNER}/terms.pdf") as answer, open(target, "wb") as file:
        file.write(answer.read())
