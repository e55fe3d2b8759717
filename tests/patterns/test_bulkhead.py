"""The pattern `bulkhead`: what holds many requests back, its shapes, and that it works when it runs."""

from __future__ import annotations

import asyncio
import types
from typing import Any

import pytest

from patterns.hardening import hardened

HEAD = "import asyncio\nimport httpx\n\n"
SHAPES = {
    "a generator": (
        "async def f(c: httpx.AsyncClient, us):\n    return await asyncio.gather(*(c.get(u) for u in us))\n",
        "    semaphore = asyncio.Semaphore(10)\n"
        "    return await asyncio.gather(*(_in_turn(semaphore, c.get(u)) for u in us))\n",
    ),
    "a list, then the gathering": (
        "async def f(c: httpx.AsyncClient, us):\n    made = [c.get(u) for u in us]\n    print(len(made))\n"
        "    return await asyncio.gather(*made, return_exceptions=True)\n",
        "    semaphore = asyncio.Semaphore(10)\n    made = [_in_turn(semaphore, c.get(u)) for u in us]\n    print(",
    ),
    "tasks": (
        "async def f(c: httpx.AsyncClient, us):\n"
        "    return await asyncio.gather(*[asyncio.create_task(c.get(u)) for u in us])\n",
        "    return await asyncio.gather(\n"
        "        *[asyncio.create_task(_in_turn(semaphore, c.get(u))) for u in us]\n    )\n",
    ),
    "a list that a loop fills": (
        "async def f(c: httpx.AsyncClient, us):\n    made = []\n    for u in us:\n        # one each\n"
        "        made.append(c.get(u))\n    return await asyncio.gather(*made)\n",
        "    semaphore = asyncio.Semaphore(10)\n    made = []\n    for u in us:\n        # one each\n"
        "        made.append(_in_turn(semaphore, c.get(u)))\n",
    ),
    "a coroutine of the module": (
        "async def one(c: httpx.AsyncClient, u):\n    return (await c.get(u)).text\n\n"
        "async def f(c, us):\n    return dict(zip(us, await asyncio.gather(*(one(c, u) for u in us))))\n",
        "    return dict(\n"
        "        zip(us, await asyncio.gather(*(_in_turn(semaphore, one(c, u)) for u in us)))\n    )\n",
    ),
    "a method": (
        "class A:\n    def __init__(self):\n        self.c = httpx.AsyncClient()\n\n    async def f(self, us):\n"
        "        return await asyncio.gather(*(self.c.get(u) for u in us))\n",
        "        semaphore = asyncio.Semaphore(10)\n"
        "        return await asyncio.gather(*(_in_turn(semaphore, self.c.get(u)) for u in us))\n",
    ),
    "the head of a loop": (
        "async def f(c: httpx.AsyncClient, us):\n    for r in await asyncio.gather(*(c.get(u) for u in us)):\n"
        "        print(r)\n",
        "    semaphore = asyncio.Semaphore(10)\n    for r in await asyncio.gather(*(_in_turn(semaphore",
    ),
    "a long call on a line of its own": (
        "async def f(c: httpx.AsyncClient, us):\n    made = []\n    for u in us:\n        made.append(\n"
        "            c.get(u, headers={'Accept': 'application/json', 'X-Request-Source': 'import'})\n        )\n"
        "    return await asyncio.gather(*made)\n",
        "        made.append(\n            _in_turn(\n                semaphore,\n"
        "                c.get(u, headers={'Accept': 'application/json', 'X-Request-Source': 'import'}),\n"
        "            )\n        )\n",
    ),
    "lines of their own": (
        "async def f(c: httpx.AsyncClient, us):\n    return await asyncio.gather(\n"
        "        *(\n            c.get(u)  # no redirects\n            for u in us\n        ),\n    )\n",
        "            _in_turn(semaphore, c.get(u))  # no redirects\n",
    ),
}
HELD = {
    "a short list": (
        "async def f(c: httpx.AsyncClient):\n    return await asyncio.gather(*(c.get(u) for u in ('/a', '/b')))\n"
    ),
    "a semaphore inside": (
        "async def one(c: httpx.AsyncClient, s, u):\n    async with s.semaphore:\n        return await c.get(u)\n\n"
        "async def f(c, s, us):\n    return await asyncio.gather(*(one(c, s, u) for u in us))\n"
    ),
    "a client with a limit": (
        "async def f(us):\n    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=5)) as c:\n"
        "        return await asyncio.gather(*(c.get(u) for u in us))\n"
    ),
    "a limiter around all, which has to go inside by hand": (
        "async def f(c: httpx.AsyncClient, limiter, us):\n    async with limiter:\n"
        "        return await asyncio.gather(*(c.get(u) for u in us))\n"
    ),
    "no requests": "async def f(us):\n    return await asyncio.gather(*(asyncio.sleep(u) for u in us))\n",
    "one after the other": "async def f(c: httpx.AsyncClient, us):\n    return [await c.get(u) for u in us]\n",
    "an alternative that may not run": (
        "async def f(c: httpx.AsyncClient, us):\n    if us:\n        return 1\n"
        "    elif await asyncio.gather(*(c.get(u) for u in us)):\n        return 2\n"
    ),
    "a name of the helper that is taken": (
        "_in_turn = None\n\nasync def f(c: httpx.AsyncClient, us):\n"
        "    return await asyncio.gather(*(c.get(u) for u in us))\n"
    ),
}


@pytest.mark.parametrize(("text", "wanted"), SHAPES.values(), ids=SHAPES)
def test_many_at_once_become_ten(text: str, wanted: str) -> None:
    """A semaphore in front of the list, and each coroutine waits for a place in it."""
    done = hardened(HEAD + text, ("bulkhead",))
    assert wanted in done and done.count("async def _in_turn(") == 1


@pytest.mark.parametrize("text", HELD.values(), ids=HELD)
def test_what_is_held_back_stays(text: str) -> None:
    """By something that limits, by a short list, or where the fix would not be right."""
    assert hardened(HEAD + text, ("bulkhead",)) == HEAD + text


def test_code_without_types_gets_none() -> None:
    """The function is written as the code around it."""
    text = (
        HEAD
        + "async def f(us):\n    c = httpx.AsyncClient()\n    return await asyncio.gather(*(c.get(u) for u in us))\n"
    )
    assert "async def _in_turn(semaphore, work):\n" in hardened(text, ("bulkhead",))
    typed = hardened(text.replace("f(us)", "f(us: list[str])"), ("bulkhead",))
    assert "async def _in_turn(semaphore: asyncio.Semaphore, work: Awaitable[_Result]) -> _Result:\n" in typed


def test_one_function_serves_two_lists() -> None:
    """And each list has its own semaphore."""
    text = HEAD + SHAPES["a generator"][0] + "\n\n" + SHAPES["a generator"][0].replace("f(", "g(")
    done = hardened(text, ("bulkhead",))
    assert done.count("async def _in_turn(") == 1 and done.count("asyncio.Semaphore(10)") == 2


def test_ten_are_under_way_at_most() -> None:
    """All are answered, in their order."""
    pytest.importorskip("httpx")
    module = types.ModuleType("bulkhead")
    exec(compile(hardened(HEAD + SHAPES["a generator"][0], ("bulkhead",)), "app.py", "exec"), module.__dict__)
    under_way: list[int] = []
    most = 0

    class Client:
        async def get(self, number: int) -> int:
            nonlocal most
            under_way.append(number)
            most = max(most, len(under_way))
            for _ in range(3):
                await asyncio.sleep(0)
            under_way.remove(number)
            return number

    f: Any = module.__dict__["f"]
    assert asyncio.run(f(Client(), range(25))) == list(range(25))
    assert most == 10
