"""A coroutine that is created and never awaited.

Calling an `async def` function runs nothing of it: the call makes a coroutine, and only `await`, a task
or `asyncio.gather` runs that. Without one the work never happens: the line stays open, the message is
not sent, the pause is no pause. The only trace is a warning when the coroutine is collected.

```python bad
import asyncio

class Line:
    async def drop(self):
        self.writer.close()
        await self.writer.wait_closed()

    async def ask(self, text):
        try:
            return await self.send(text)
        except OSError:
            self.drop()  # finds: coroutine-never-awaited
            raise
```

```python fixed
import asyncio

class Line:
    async def drop(self):
        self.writer.close()
        await self.writer.wait_closed()

    async def ask(self, text):
        try:
            return await self.send(text)
        except OSError:
            await self.drop()
            raise
```

A condition that tests a coroutine is always true, and a loop over one raises.

```python bad
import httpx

async def is_open(door):
    async with httpx.AsyncClient(timeout=5) as client:
        return (await client.get(f"https://doors.example.com/{door}")).json()["open"]

async def enter(door):
    if not is_open(door):  # finds: coroutine-never-awaited
        raise RuntimeError("closed")
    names = is_open(door).keys()  # finds: coroutine-never-awaited
    return names
```

```python fixed
import httpx

async def is_open(door):
    async with httpx.AsyncClient(timeout=5) as client:
        return (await client.get(f"https://doors.example.com/{door}")).json()["open"]

async def enter(door):
    if not await is_open(door):
        raise RuntimeError("closed")
    names = (await is_open(door)).keys()
    return names
```

A plain function cannot await. A pause in one needs another function.

```python bad
import asyncio
import requests

def page(url):
    for attempt in range(5):
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            asyncio.sleep(2**attempt)  # finds: coroutine-never-awaited
    raise RuntimeError("gave up")
```

```python fixed
import asyncio
import time
import requests

def page(url):
    for attempt in range(5):
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(2**attempt)
    raise RuntimeError("gave up")
```

Methods of a library's client are known, too.

```python bad
from sqlalchemy.ext.asyncio import AsyncSession

async def rename(session: AsyncSession, user, name):
    user.name = name
    session.commit()  # finds: coroutine-never-awaited
```

What closes a client, or reads the rest of an answer, is a coroutine as well.

```python bad
import aiohttp
import httpx

class Desk:
    def __init__(self, session: aiohttp.ClientSession):
        self.client, self.session = httpx.AsyncClient(base_url="https://desk.example.com"), session

    async def tickets(self):
        async with self.client.stream("GET", "/tickets") as answer:
            answer.aread()  # finds: coroutine-never-awaited
            return answer.raise_for_status().json()

    async def close(self):
        self.client.aclose()  # finds: coroutine-never-awaited
        self.session.close()  # finds: coroutine-never-awaited
```

```python fixed
import aiohttp
import httpx

class Desk:
    def __init__(self, session: aiohttp.ClientSession):
        self.client, self.session = httpx.AsyncClient(base_url="https://desk.example.com"), session

    async def tickets(self):
        async with self.client.stream("GET", "/tickets") as answer:
            await answer.aread()
            return answer.raise_for_status().json()

    async def close(self):
        await self.client.aclose()
        await self.session.close()
```

```python good
import asyncio
import aiohttp
import httpx

class Session(aiohttp.ClientSession):
    def close(self):
        return super().close()

async def close(client: httpx.AsyncClient, plain: httpx.Client, own: Session):
    asyncio.create_task(client.aclose())
    pending = client.aclose()
    plain.close()
    own.close()
    await pending
    return client.aclose()

async def either(client: httpx.AsyncClient, plain: httpx.Client, choice):
    used = client if choice else plain
    used.close()
```

Nor does a thread begin its work before it is awaited.

```python bad
import asyncio

async def save(path, text):
    asyncio.to_thread(path.write_text, text)  # finds: coroutine-never-awaited
```

A coroutine that is returned, gathered, put into a list or made a task is awaited elsewhere.

```python good
import asyncio

class Line:
    async def ask(self, text):
        return await self.send(text)

    def ask_later(self, text):
        return self.ask(text)

    async def ask_all(self, texts):
        first = self.ask(texts[0])
        pending = [self.ask(text) for text in texts[1:]]
        pending.append(self.ask("bye"))
        answers = await asyncio.gather(*pending, *(self.ask(text) for text in texts))
        return [await first, *answers]

    def start(self, loop):
        asyncio.run(self.ask("hello"))
        loop.create_task(self.ask("hello"))
        loop.add(lambda: self.ask("again"))
```

A decorator of which it is not known what it makes of the function may make a plain one. An asynchronous
generator is no coroutine.

```python good
import asyncio
import contextlib
import functools

def command(function):
    @functools.wraps(function)
    def run(*args):
        return asyncio.run(function(*args))
    return run

@command
async def tidy():
    await asyncio.sleep(1)

@contextlib.asynccontextmanager
async def line():
    yield

async def rows():
    yield 1

def main():
    tidy()
    line()
    rows()
```

A method that another class replaces, or that is assigned again, may be a plain one.

```python good
import asyncio

class Shop:
    async def close(self):
        await asyncio.sleep(1)

    def __del__(self):
        self.close()

class Booth(Shop):
    def close(self):
        pass

class Stand:
    def __init__(self, plain):
        self.close = plain

    async def close(self):
        await asyncio.sleep(1)

    def leave(self):
        self.close()
```

What some libraries give can be entered, too, instead of being awaited.

```python good
import aiohttp

async def fetch(session: aiohttp.ClientSession, url):
    return await session.get(url).__aenter__()
```

The fix awaits it where that is possible. It is not applied unasked: the work that now happens did not
happen before.

When not to: a test that provokes the warning on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Edit, Finding, Fix, Frame
from ..kit.rule import rule
from ._unawaited import Use, instead, unawaited

_ENDS = {
    Use.DROPPED: "nothing of it runs",
    Use.TESTED: "the coroutine itself is tested, which is always true",
    Use.ITERATED: "the loop over the coroutine raises a TypeError",
    Use.READ: "the coroutine itself is read, not what it gives",
}


@rule(
    code="ASY007",
    name="coroutine-never-awaited",
    severity="error",
    equivalents=("unused-coroutine", "reportUnusedCoroutine"),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports calls of coroutine functions whose result is dropped or used without being awaited."""
    for call, use in unawaited(frame):
        yield call.finding(
            f"`{call.written}` makes a coroutine that is never awaited: {_ENDS[use]}", *_fixes(call, use)
        )


def _fixes(call: Call, use: Use) -> Iterator[Fix]:
    """Yields the fix that awaits it; in a plain function, one that calls what waits without `await`."""
    frame = call.frame
    start, end = frame.tree.span(call.node)
    if not frame.is_async:
        yield from instead(call)
    elif use is Use.READ:
        yield Fix("Await it", (Edit(start, start, "(await "), Edit(end, end, ")")))
    else:
        yield Fix("Await it", (Edit(start, start, "await "),))
