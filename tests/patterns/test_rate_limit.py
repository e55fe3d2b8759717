"""The pattern `rate-limit`: the limiter of a module around all calls of its peer."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

HEAD = """import httpx
from aiolimiter import AsyncLimiter

limiter = AsyncLimiter(10, 1)


async def player(client: httpx.AsyncClient, name):
    async with limiter:
        return await client.get(f"/players/{name}")


"""
ONE = "async def f(client: httpx.AsyncClient, name):\n    answer = await client.get(name)  # all\n    return answer\n"
LEFT = {
    "a call that holds it": ONE.replace("    answer =", "    async with limiter:\n        answer ="),
    "a call that holds another": ONE.replace("    answer =", "    async with other_limiter:\n        answer ="),
    "another client": ONE.replace("client", "other"),
    "another method": ONE.replace(".get(", ".post("),
    "a plain function": ONE.replace("async ", "").replace("await ", "").replace("AsyncClient", "Client"),
    "a condition": ONE.replace(
        "answer = await client.get(name)  # all", "if await client.get(name):\n        answer = 1"
    ),
}


def test_a_call_waits_for_the_limiter() -> None:
    """Of the module, as the same call does elsewhere."""
    wanted = "    async with limiter:\n        answer = await client.get(name)  # all\n    return answer\n"
    assert hardened(HEAD + ONE, ("rate-limit",)).endswith(wanted)


def test_a_call_of_more_lines_is_moved_as_a_whole() -> None:
    """One level deeper."""
    text = ONE.replace("client.get(name)", "client.get(\n        name,\n    )")
    assert "        answer = await client.get(\n            name,\n        )  # all\n" in hardened(
        HEAD + text, ("rate-limit",)
    )


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_other_calls_stay(text: str) -> None:
    """Those of other peers, and those that wait already."""
    assert hardened(HEAD + text, ("rate-limit",)) == HEAD + text


def test_a_module_without_a_limiter_stays() -> None:
    """What the peer allows is not known."""
    semaphore = HEAD.replace("AsyncLimiter(10, 1)", "Semaphore(3)").replace(
        "aiolimiter import AsyncLimiter", "asyncio import Semaphore"
    )
    for head in (semaphore, "import httpx\n\n\n"):
        assert hardened(head + ONE, ("rate-limit",)) == head + ONE
