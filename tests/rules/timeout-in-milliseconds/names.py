"""Numbers that stand elsewhere."""

import aiohttp
import httpx
import requests

TIMEOUT = 5000
DAY = 86_400
LONG = 60 * 1000
FETCH = httpx.Timeout(
    2500,  # finds: timeout-in-milliseconds
    connect=1,
)
PAGES = aiohttp.ClientTimeout(total=15_000)  # finds: timeout-in-milliseconds


def rates(url):
    return requests.get(url, timeout=TIMEOUT)  # finds: timeout-in-milliseconds


def daily(url):
    return requests.get(url, timeout=DAY)


def counted(url):
    return requests.get(url, timeout=LONG)


def divided(url):
    return requests.get(url, timeout=TIMEOUT / 1000)


class Rates:
    LIMIT = 20_000
    patience = 20_000

    def latest(self, url):
        return requests.get(url, timeout=self.LIMIT)  # finds: timeout-in-milliseconds

    def older(self, url):
        """An attribute that each object may set."""
        return requests.get(url, timeout=self.patience)


def client(debugging):
    """No limit is what is wanted here."""
    if debugging:
        return httpx.Client(timeout=1_000)
    return httpx.Client(timeout=1_000)  # finds: timeout-in-milliseconds
