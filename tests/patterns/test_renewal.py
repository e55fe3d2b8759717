"""The pattern `token`: one coroutine renews a token, and the others wait for it."""

from __future__ import annotations

import asyncio
import types
from typing import Any

import pytest

from patterns.hardening import hardened

CLIENT = """import time

import httpx


class Client:
    def __init__(self, http: httpx.AsyncClient):
        self.http = http
        self.access = None
        self.expires_at = 0.0

    async def token(self):
        \"\"\"Returns a token that is valid.\"\"\"
        if self.access is not None and time.time() < self.expires_at - 60:
            return self.access
        answer = await self.http.post("/token", data={"grant_type": "client_credentials"})
        answer.raise_for_status()
        body = answer.json()
        self.expires_at = time.time() + body["expires_in"]  # seconds
        self.access = body["access_token"]
        return self.access
"""
CHECK = """        if self.access is not None and time.time() < self.expires_at - 60:
            return self.access
"""
NESTED = (
    CLIENT.partition(CHECK)[0]
    + "        if self.access is None or time.time() >= self.expires_at - 60:\n"
    + "".join(f"    {line}\n" for line in CLIENT.partition(CHECK)[2].splitlines()[:-1])
    + "        return self.access\n"
)
FUNCTION = """import httpx

async def token(http: httpx.AsyncClient, self):
    if self.token:
        return self.token
    self.token = (await http.post("/t", data={"grant_type": "x"})).json()["access_token"]
"""
LEFT = {
    "a class with a lock": CLIENT.replace("= None", "= None\n        self.lock = asyncio.Lock()", 1),
    "plain functions": CLIENT.replace("async def", "def").replace("await ", "").replace("AsyncClient", "Client"),
    "no check": CLIENT.replace(CHECK, ""),
    "a token that is not kept": CLIENT.replace("self.access = body", "self.last = body"),
    "a function without a class": FUNCTION,
    "no constructor": CLIENT.replace("__init__", "start"),
    "a method that calls itself": CLIENT.replace("answer.raise_for_status()", "await self.token()"),
    "a text of more lines": CLIENT.replace('"client_credentials"', "'''a\nb'''"),
}


@pytest.mark.parametrize("text", [CLIENT, NESTED], ids=["an early return", "a check around the renewal"])
def test_check_and_renewal_are_under_a_lock(text: str) -> None:
    """That the constructor makes; the docstring stays above it, and comments beside their lines."""
    done = hardened(text, ("token",))
    assert "        self.expires_at = 0.0\n        self._token_lock = asyncio.Lock()\n" in done
    assert (
        '"""Returns a token that is valid."""\n        async with self._token_lock:\n            if self.access is'
        in done
    )
    assert "  # seconds\n" in done and done.startswith("import asyncio\nimport time\n")


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_all_else_stays(text: str) -> None:
    """What is locked, what no two coroutines run, and what keeps no token."""
    assert hardened(text, ("token",)) == text


def test_ten_coroutines_renew_once() -> None:
    """All have the token."""
    pytest.importorskip("httpx")
    module = types.ModuleType("renewal")
    exec(compile(hardened(CLIENT, ("token",)), "app.py", "exec"), module.__dict__)
    renewed: list[str] = []

    class Answer:
        def raise_for_status(self) -> None: ...

        def json(self) -> dict[str, Any]:
            return {"access_token": f"token {len(renewed)}", "expires_in": 3600}

    class Http:
        async def post(self, url: str, data: object) -> Answer:
            renewed.append(url)
            await asyncio.sleep(0)
            return Answer()

    async def play() -> list[str]:
        client = module.Client(Http())
        return await asyncio.gather(*(client.token() for _ in range(10)))

    assert asyncio.run(play()) == ["token 1"] * 10 and renewed == ["/token"]
