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

So does a `suppress(...)` in a loop, and a handler around whatever the coroutine awaits.

```python bad
import asyncio
import contextlib
import httpx

client = httpx.AsyncClient(base_url="https://shop.example.com")

async def beat():
    while True:
        with contextlib.suppress(BaseException):  # finds: cancellation-swallowed
            await client.post("/alive")
        await asyncio.sleep(30)

async def work(queue):
    while True:
        job = await queue.get()
        try:
            await job.run()
        except asyncio.CancelledError:  # finds: cancellation-swallowed
            log.info("cancelled")
        finally:
            queue.task_done()
```

Silent where the handler, or the function that cancels the task, changes what the loop looks at, where what it keeps is
raised behind the loop, where a comment above tells of cancellation, and for a task or future that may have been
cancelled alone.

```python good
import asyncio
import contextlib
import httpx

class Feed:
    def __init__(self, client: httpx.AsyncClient):
        self.client, self.running, self.stopped = client, True, asyncio.Event()

    async def by_a_flag(self):
        while self.running:
            try:
                await self.client.get("/events")
            except asyncio.CancelledError:
                self.running = False

    async def by_an_event(self):
        while not self.stopped.is_set():
            try:
                await self.client.get("/events")
            except asyncio.CancelledError:
                log.info("cancelled")

    def stop(self):
        self.stopped.set()
        self.task.cancel()

async def supervised(client: httpx.AsyncClient, tasks):
    await client.get("/start")
    while True:
        try:
            await asyncio.gather(*tasks)
        except asyncio.CancelledError:
            log.info("one was cancelled")

async def once(client: httpx.AsyncClient):
    with contextlib.suppress(asyncio.CancelledError):
        await client.get("/events")

async def kept(client: httpx.AsyncClient, parts):
    late = None
    for part in parts:
        try:
            await client.delete(f"/parts/{part}")
        except asyncio.CancelledError as error:
            late = error
    if late is not None:
        raise late

async def all_of_them(client: httpx.AsyncClient, parts):
    # nothing else runs on this loop, so that a cancellation comes from a part that failed:
    # the others are still to be removed
    for part in parts:
        try:
            await client.delete(f"/parts/{part}")
        except BaseException:
            log.exception("left: %s", part)
```

The fix puts a handler in front that raises CancelledError again. It is not applied unasked: the task can be
cancelled afterwards.

When not to: a task that has to outlive its cancellation. Shield what it does instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame, Guard
from ..kit.rule import rule
from ._cancelled import let_pass, suppressing, swallowing_handler


@rule(
    code="ASY003", name="cancellation-swallowed", on=(Guard, Frame), preview=True, coroutine_words=("CancelledError",)
)
def check(place: Guard | Frame) -> Iterator[Finding]:
    """Reports the handler of a loop in a coroutine that takes CancelledError and goes on, and `suppress(...)`."""
    if isinstance(place, Frame):
        for node in suppressing(place):
            yield place.finding(
                "CancelledError is suppressed, and the loop goes on: the task cannot be cancelled",
                place.tree.span(node),
            )
        return
    handler = swallowing_handler(place)
    if handler is not None:
        yield place.frame.finding(
            "this handler takes CancelledError, and the loop goes on: the task cannot be cancelled",
            handler.head,
            tuple(let_pass(handler)),
        )
