r"""One request for each member of a list, all of them at once.

`gather` starts everything that it is given. A list of a thousand names becomes a thousand requests in the same
second: the peer answers 429, or falls over, the pool runs out of connections, and timeouts run while requests
still wait for a place. A limit that is held around the gathering counts it as one.

```python bad
import asyncio
import httpx
from aiolimiter import AsyncLimiter

limiter = AsyncLimiter(10, 1)

async def player(client: httpx.AsyncClient, name):
    answer = await client.get(f"/players/{name}")
    answer.raise_for_status()
    return answer.json()

async def league(client: httpx.AsyncClient, names):
    async with limiter:
        return await asyncio.gather(*(player(client, name) for name in names))  # finds: unbounded-fan-out
```

```python bad
import asyncio
import httpx

async def load(names):
    async with httpx.AsyncClient() as client:
        tasks = [client.get(f"/players/{name}") for name in names]  # finds: unbounded-fan-out
        return await asyncio.gather(*tasks)
```

```python fixed
import asyncio
import httpx

async def _in_turn(semaphore, work):
    # at most as many at a time as the semaphore has places
    async with semaphore:
        return await work


async def load(names):
    async with httpx.AsyncClient() as client:
        semaphore = asyncio.Semaphore(10)
        tasks = [_in_turn(semaphore, client.get(f"/players/{name}")) for name in names]
        return await asyncio.gather(*tasks)
```

A list that a loop fills is no better.

```python bad
import asyncio
import httpx

async def load(client: httpx.AsyncClient, names):
    tasks = []
    for name in names:
        tasks.append(asyncio.create_task(client.get(f"/players/{name}")))  # finds: unbounded-fan-out
    return await asyncio.gather(*tasks)
```

The severity is info: how long the list becomes is rarely seen in the code.

Silent where each request holds a semaphore or limiter, where the list is short, of servers, one of the settings
or cut into parts, and where the client or another word of the function says that something is limited.

```python good
import asyncio
import httpx

async def load(client: httpx.AsyncClient, names):
    try:
        return await client.get("/players", params={"names": names})
    except httpx.HTTPError:
        return await asyncio.gather(*(client.get("/players", params={"names": part}) for part in partition(names, 4)))
```

No better are the tasks of a group, and those that are taken as they are done.

```python bad
import asyncio
import httpx

async def names(numbers):
    async with httpx.AsyncClient() as client, asyncio.TaskGroup() as group:
        for number in numbers:
            group.create_task(client.get(f"https://users.example.com/{number}"))  # finds: unbounded-fan-out

client = httpx.AsyncClient()

async def first(numbers):
    tasks = [asyncio.create_task(client.get(f"/users/{number}")) for number in numbers]  # finds: unbounded-fan-out
    for done in asyncio.as_completed(tasks):
        return await done
```

```python fixed
import asyncio
import httpx

async def _in_turn(semaphore, work):
    # at most as many at a time as the semaphore has places
    async with semaphore:
        return await work


async def names(numbers):
    async with httpx.AsyncClient() as client, asyncio.TaskGroup() as group:
        semaphore = asyncio.Semaphore(10)
        for number in numbers:
            group.create_task(
                _in_turn(semaphore, client.get(f"https://users.example.com/{number}"))
            )

client = httpx.AsyncClient()

async def first(numbers):
    semaphore = asyncio.Semaphore(10)
    tasks = [
        asyncio.create_task(_in_turn(semaphore, client.get(f"/users/{number}")))
        for number in numbers
    ]
    for done in asyncio.as_completed(tasks):
        return await done
```

```python good
import asyncio
import httpx

limit = asyncio.Semaphore(10)

async def polite(client: httpx.AsyncClient, name):
    async with limit_of(semaphore=limit):
        answer = await client.get(f"/players/{name}")
    answer.raise_for_status()
    return answer.json()

async def league(client: httpx.AsyncClient, names):
    return await asyncio.gather(*(polite(client, name) for name in names))

async def both(client: httpx.AsyncClient):
    return await asyncio.gather(*(client.get(path) for path in ("/players", "/teams")))

async def of_all_servers(client: httpx.AsyncClient, servers):
    return await asyncio.gather(*(client.get(server) for server in servers))

async def of_settings(client: httpx.AsyncClient):
    return await asyncio.gather(*(client.get(url) for url in settings.rate_providers))

async def in_parts(client: httpx.AsyncClient, names):
    for start in range(0, len(names), 10):
        await asyncio.gather(*(client.get(name) for name in names[start : start + 10]))

async def inside(client: httpx.AsyncClient, names):
    semaphore = asyncio.Semaphore(10)

    async def one(name):
        async with semaphore:
            return await client.get(name)

    return await asyncio.gather(*(one(name) for name in names))

async def filled_in_parts(client: httpx.AsyncClient, names):
    tasks = []
    for name in names:
        tasks.append(client.get(name))
        if len(tasks) == 10:
            await asyncio.gather(*tasks)
            tasks.clear()
    await asyncio.gather(*tasks)

async def by_the_client(names):
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=10)) as client:
        return await asyncio.gather(*(client.get(name) for name in names))
```

What each of them holds may let only some through, whatever its name.

```python good
import asyncio
import httpx

class Scores:
    def __init__(self, client: httpx.AsyncClient):
        self.client = client
        self.slots = asyncio.Semaphore(5)

    async def one(self, name):
        return (await self.client.get(f"/players/{name}")).raise_for_status().json()

    async def polite(self, name):
        async with self.slots:
            return await self.one(name)

    async def league(self, names):
        return await asyncio.gather(*[self.polite(name) for name in names])
```

A semaphore that each of them makes for itself lets all of them through.

```python bad
import asyncio
import httpx

client = httpx.AsyncClient(base_url="https://scores.example.com")
gate = asyncio.Semaphore(5)

async def one(name):
    async with asyncio.Semaphore(5):
        return await client.get(f"/players/{name}")

async def several(names):
    return await asyncio.gather(*(one(name) for name in names))  # finds: unbounded-fan-out

async def named(name):
    slots = asyncio.Semaphore(5)
    async with slots:
        return await client.get(f"/players/{name}")

async def of_names(names):
    return await asyncio.gather(*(named(name) for name in names))  # finds: unbounded-fan-out

async def behind(slots, name):
    async with slots:
        return await client.get(f"/players/{name}")

async def given(names):
    return await asyncio.gather(*(behind(asyncio.Semaphore(5), name) for name in names))  # finds: unbounded-fan-out

async def around(names):
    async with gate:
        return await asyncio.gather(*(client.get(f"/players/{name}") for name in names))  # finds: unbounded-fan-out
```

```python good
import asyncio
import httpx

client = httpx.AsyncClient(base_url="https://scores.example.com")

async def behind(slots, name):
    async with slots:
        return await client.get(f"/players/{name}")

async def shared(names):
    slots = asyncio.Semaphore(5)
    return await asyncio.gather(*(behind(slots, name) for name in names))

async def inside(names):
    slots = asyncio.Semaphore(5)

    async def one(name):
        async with slots:
            return await client.get(f"/players/{name}")

    return await asyncio.gather(*(one(name) for name in names))

async def both(name):
    slots = asyncio.Semaphore(5)
    async with slots, client.limiter:
        return await client.get(f"/players/{name}")

async def limited_as_well(names):
    return await asyncio.gather(*(both(name) for name in names))
```

The fix lets each coroutine wait for one of ten places in an `asyncio.Semaphore`. It is not applied unasked: the whole
list takes longer than one answer then. Where a limiter is held around all of them, each of them has to enter it, which
is left to you.

When not to: a list that cannot be long. Say so in a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._bulkhead import in_turn
from ._fan_out import fan_outs


@rule(
    code="RLM003",
    name="unbounded-fan-out",
    severity="info",
    preview=True,
    words=("gather(*", "as_completed(", "taskgroup(", "asyncio.wait("),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports a request for each member of a list, where nothing limits how many there are at a time."""
    for fan_out in fan_outs(frame):
        if fan_out.limiter:
            why = f"`{fan_out.limiter}` is held once for all of them together"
        elif fan_out.alone:
            why = "each makes a semaphore of its own, which limits nothing"
        else:
            why = "nothing limits how many there are at a time"
        yield fan_out.call.finding(
            f"`{fan_out.call.written}` is started for each member of a list at once: {why}", *in_turn(frame, fan_out)
        )
