"""Ways of switching a limit off, and values that only look like it."""

import httpx
import requests

URL = "https://partner.example/v1"
NEVER = None


def off():
    requests.get(URL, timeout=None)  # finds: timeout-disabled
    requests.get(URL, timeout=NEVER)  # finds: timeout-disabled
    requests.get(URL, timeout=(3, None))  # finds: timeout-disabled
    httpx.get(URL, timeout=None)  # finds: timeout-disabled
    httpx.get(URL, timeout=httpx.Timeout(None))  # finds: timeout-disabled
    httpx.Client(timeout=None)  # finds: timeout-disabled


def on():
    requests.get(URL, timeout=(3.05, 27))
    httpx.get(URL, timeout=httpx.Timeout(5))
    httpx.get(URL)
    httpx.get(URL, timeout=httpx.USE_CLIENT_DEFAULT)


def unknown(timeout=None):
    httpx.get(URL, timeout=timeout)


def stream():
    """A stream may be silent for long; connecting may not."""
    with httpx.stream("GET", URL, timeout=httpx.Timeout(5, read=None)) as answer:
        yield from answer.iter_lines()


def covered():
    """The client has no limit, each call says its own."""
    with httpx.Client(timeout=None) as client:
        return client.get(URL, timeout=5)
