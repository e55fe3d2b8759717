r"""A loop in a coroutine that goes on when it is cancelled.

`task.cancel()`, a timeout around the task and the end of the program raise CancelledError inside of it. A
handler for BaseException, or a bare `except`, takes it for one more failure: the loop tries again, the
shutdown hangs, and `asyncio.timeout` never fires.

```python bad
import asyncio
import httpx

client = httpx.AsyncClient(base_url="https://shop.example.com")

async def feed():
    while True:
        try:
            await handle(await client.get("/events"))
        except BaseException as error:  # finds: cancellation-swallowed
            log.warning("lost: %r", error)
            await asyncio.sleep(5)
```

```python fixed
import asyncio
import httpx

client = httpx.AsyncClient(base_url="https://shop.example.com")

async def feed():
    while True:
        try:
            await handle(await client.get("/events"))
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            log.warning("lost: %r", error)
            await asyncio.sleep(5)
```

```python bad
import asyncio
import httpx

async def poll(client: httpx.AsyncClient):
    while True:
        try:
            await handle(await client.get("/jobs"))
        except asyncio.CancelledError:  # finds: cancellation-swallowed
            log.info("cancelled")
        await asyncio.sleep(1)
```

What is entered or iterated asynchronously waits as well.

```python bad
import asyncio
import aiohttp

class Robot:
    def __init__(self, session: aiohttp.ClientSession, url):
        self.session, self.url = session, url

    async def watch(self):
        while True:
            try:
                async with self.session.ws_connect(self.url) as socket:
                    async for message in socket:
                        log.debug("%s", message)
            except:  # finds: cancellation-swallowed
                log.exception("again")
            await asyncio.sleep(5)
```

Silent where the handler leaves the loop or may raise, where what follows it in the loop leaves that,
for `except Exception`, which takes no CancelledError
since Python 3.8, where things are closed one after the other, where a handler above lets it pass, outside
of a loop, and where the task that is awaited was cancelled here.

```python good
import asyncio
import httpx

async def polite(client: httpx.AsyncClient):
    while True:
        try:
            await handle(await client.get("/events"))
        except Exception:
            log.exception("lost")
            await asyncio.sleep(5)

async def above(client: httpx.AsyncClient):
    while True:
        try:
            await handle(await client.get("/events"))
        except asyncio.CancelledError:
            raise
        except BaseException:
            log.exception("lost")

async def leaves(client: httpx.AsyncClient):
    while True:
        try:
            await handle(await client.get("/events"))
        except asyncio.CancelledError:
            break

async def at_most_once(client: httpx.AsyncClient, left):
    while left:
        try:
            answer = await client.get("/events")
            if answer.status_code == 429:
                left -= 1
                continue
            return answer
        except BaseException:
            log.exception("lost")
        return None

async def once(client: httpx.AsyncClient):
    try:
        await client.get("/events")
    except BaseException:
        log.exception("lost")

async def stop(tasks, client: httpx.AsyncClient):
    await client.get("/stop")
    for task in tasks:
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass

async def close_all(clients, client: httpx.AsyncClient):
    await client.get("/stop")
    for other in clients:
        try:
            await other.disconnect()
        except BaseException:
            log.exception("not closed")

def plain(client: httpx.Client):
    while True:
        try:
            handle(client.get("/events"))
        except BaseException:
            log.exception("lost")
```

The fix puts a handler in front that raises CancelledError again. It is not applied unasked: the task can be
cancelled afterwards.

When not to: a task that has to outlive its cancellation. Shield what it does instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Guard
from ..kit.rule import rule
from ._cancelled import let_pass, swallowing_handler


@rule(code="ASY003", name="cancellation-swallowed", preview=True)
def check(guard: Guard) -> Iterator[Finding]:
    """Reports the handler of a loop in a coroutine that takes CancelledError and goes on."""
    handler = swallowing_handler(guard)
    if handler is not None:
        yield guard.frame.finding(
            "this handler takes CancelledError, and the loop goes on: the task cannot be cancelled",
            handler.head,
            tuple(let_pass(handler)),
        )
