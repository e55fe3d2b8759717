"""Rules on connections proven by what the partner sees: how many are opened for the same requests."""

from __future__ import annotations

from lab import Lab, run_example
from lab.fixing import mend, page_example

DEADLINE = 20.0
PLAYED = """
class FastAPI:
    def get(self, path):
        return lambda handler: handler
"""
"""What the examples need of a web framework: a handler that can be called. It is not what is looked at here."""

NAMES = """
import requests
from fastapi import FastAPI

app = FastAPI()

@app.get("/names")
def names():
    session = requests.Session()
    return session.get("https://names.example.com", timeout=5).json()
"""
"""As on the page, with a client that needs no account."""


def connections(code: str, call: str, given: str = "") -> int:
    """How many connections the partner takes for what `call` does."""
    with Lab() as lab:
        outcome = run_example(code, lab, DEADLINE, call=call, given=given, files={"fastapi.py": PLAYED})
        assert outcome.ended == "returned", outcome
        assert len(lab.received) == 3
        return lab.accepted


def test_three_requests_share_a_connection() -> None:
    """Before, each request pays for a connection of its own; mended, the second one finds the first one's."""
    pair = mend({"example.py": NAMES}, "client-per-call", played=["fastapi"])
    call = "[names() for _ in range(3)]"
    assert connections(pair.before["example.py"], call) == 3
    assert connections(pair.after["example.py"], call) == 1


ACCOUNT = """
import os
os.environ |= {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL": "https://aws.example.com",
}
"""


def test_so_do_those_of_the_page() -> None:
    """The page's own client, whose making costs far more than a connection."""
    pair = page_example("client-per-call", 1, played=["fastapi"])
    call = "[report('a') for _ in range(3)]"
    assert connections(pair.before["example.py"], call, ACCOUNT) == 3
    assert connections(pair.after["example.py"], call, ACCOUNT) == 1
