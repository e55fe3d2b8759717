r"""A time limit that is switched off.

The library would have given up after a while; this code tells it not to. From then on a peer that
goes silent holds the thread or coroutine, and its place in the connection pool, without limit.

```python bad
import httpx

client = httpx.Client(timeout=None)  # finds: timeout-disabled
```

```python fixed
import httpx

client = httpx.Client(timeout=httpx.Timeout(30, connect=3.05))
```

```python bad
import requests

def report(url):
    return requests.get(url, timeout=None)  # finds: timeout-disabled
```

```python fixed
import requests

def report(url):
    return requests.get(url, timeout=(3.05, 27))
```

```python bad
import requests

def report(url):
    return requests.get(url, timeout=(3.05, None))  # finds: timeout-disabled
```

```python bad
import httpx

NO_LIMIT = httpx.Timeout(None)

def report(url):
    return httpx.get(url, timeout=NO_LIMIT)  # finds: timeout-disabled
```

```python bad
async def report(url):
    import httpx

    async with httpx.AsyncClient() as client:
        return await client.get(url, timeout=None)  # finds: timeout-disabled
```

```python fixed
async def report(url):
    import httpx

    async with httpx.AsyncClient() as client:
        return await client.get(url, timeout=httpx.Timeout(30, connect=3.05))
```

```python bad
import aiohttp

def session():
    limit = aiohttp.ClientTimeout(total=None)
    return aiohttp.ClientSession(timeout=limit)  # finds: timeout-disabled
```

```python fixed
import aiohttp

def session():
    limit = aiohttp.ClientTimeout(total=30, sock_connect=3.05)
    return aiohttp.ClientSession(timeout=limit)
```

A limit on connecting alone leaves waiting for the answer without one, and a setting for one phase does not
change the None of another.

```python bad
import httpx

client = httpx.Client(timeout=httpx.Timeout(None, connect=5))  # finds: timeout-disabled

def left(item):
    answer = client.get(f"https://stock.example.com/{item}")
    answer.raise_for_status()
    return answer.json()["left"]

def price(item):
    limit = httpx.Timeout(connect=CONNECT, read=None, write=5, pool=5)
    answer = httpx.get(f"https://prices.example.com/{item}", timeout=limit)  # finds: timeout-disabled
    answer.raise_for_status()
    return answer.json()["price"]
```

A stream that is read for one answer is no stream: once the other side is silent, that answer never comes.

```python bad
import json

import httpx

class Tools:
    def __init__(self, seconds):
        self.http = httpx.Client(timeout=httpx.Timeout(seconds, read=None))

    def call(self, url, body):
        with self.http.stream("POST", url, json=body) as answer:  # finds: timeout-disabled
            answer.raise_for_status()
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    return json.loads(line[5:])["result"]
        raise LookupError(url)
```

```python fixed
import json

import httpx

class Tools:
    def __init__(self, seconds):
        self.http = httpx.Client(timeout=httpx.Timeout(seconds, read=None))

    def call(self, url, body):
        with self.http.stream("POST", url, json=body, timeout=httpx.Timeout(30, connect=3.05)) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    return json.loads(line[5:])["result"]
        raise LookupError(url)
```

```python bad
import json

import httpx

def track(number):
    with httpx.stream("GET", f"https://pay.example.com/{number}", timeout=None) as answer:  # finds: timeout-disabled
        answer.raise_for_status()
        for line in answer.iter_lines():
            return json.loads(line)["result"]
```

```python fixed
import json

import httpx

def track(number):
    with httpx.stream("GET", f"https://pay.example.com/{number}", timeout=httpx.Timeout(30, connect=3.05)) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            return json.loads(line)["result"]
```

A limit on connecting alone is none for the answer: not for a store that gives a value, and not where the limit for
connecting comes from the settings.

```python bad
import aiohttp
import redis

class Calls:
    def __init__(self, host):
        self.db = redis.Redis(host, socket_timeout=None, socket_connect_timeout=3)  # finds: timeout-disabled

    def count(self):
        return self.db.llen("calls")

async def rates(session: aiohttp.ClientSession, config):
    limit = aiohttp.ClientTimeout(total=None, sock_connect=config.connect)
    async with session.get("https://bank.example.com/rates", timeout=limit) as answer:  # finds: timeout-disabled
        answer.raise_for_status()
        return await answer.json()
```

```python good
import aiohttp
import redis

class News:
    def __init__(self, host):
        self.db = redis.Redis(host, socket_timeout=None, socket_connect_timeout=3)

    def read(self):
        self.db.ping()
        with self.db.pubsub() as channel:
            channel.subscribe("news")
            yield from channel.listen()

async def rates(session: aiohttp.ClientSession, config):
    limit = aiohttp.ClientTimeout(total=None, sock_connect=config.connect, sock_read=config.read)
    async with session.get("https://bank.example.com/rates", timeout=limit) as answer:
        answer.raise_for_status()
        return await answer.json()
```

An open end is right for a stream that is read bit by bit, and for a client whose calls are streams; a
limit around the awaited call is one, too. A comment beside it that mentions waiting
shows that the wait is intended.

```python good
import asyncio
import aiohttp, httpx, requests

def lines(url):
    with httpx.stream("GET", url, timeout=httpx.Timeout(5.0, read=None)) as answer:
        answer.raise_for_status()
        yield from answer.iter_lines()

def handed_on(url):
    return httpx.Client(timeout=httpx.Timeout(None, connect=5))

def stock(item):
    limit = httpx.Timeout(connect=5, read=READ, write=5, pool=5)
    return httpx.get(f"https://stock.example.com/{item}", timeout=limit).raise_for_status().json()

def events(url):
    return requests.get(url, stream=True, timeout=(3.05, None))

async def report(client: httpx.AsyncClient, url):
    async with asyncio.timeout(30):
        return await client.get(url, timeout=None)

class Partner:
    def __init__(self, deadline):
        self.client = httpx.AsyncClient(timeout=None)
        self.deadline = deadline

    async def ask(self, url):
        return await asyncio.wait_for(self.client.get(url), timeout=self.deadline)

def proxy():
    # the time limits are those of whoever asks
    return httpx.AsyncClient(timeout=None)

class Chat:
    def __init__(self, session: aiohttp.ClientSession):
        self.session = session

    async def connect(self, url):
        self.lines = await self.session.get(url, timeout=None)
        self.lines.raise_for_status()

    async def listen(self):
        async for line in self.lines.content:
            await self.take(line)
```

A deadline around the call is one, from whatever place its function comes; and a client whose transport answers within
the program waits for no peer.

```python good
import sys
import aiohttp, httpx

if sys.version_info >= (3, 11):
    from asyncio import timeout as deadline
else:
    from async_timeout import timeout as deadline

async def quick(session: aiohttp.ClientSession, url):
    async with deadline(5):
        async with session.get(url, timeout=None) as answer:
            return await answer.read()

def played(handler):
    with httpx.Client(transport=httpx.MockTransport(handler), timeout=None) as client:
        return client.get("https://a.example.org/state").json()
```

The fix puts the limits of `[tool.resilint.timeouts]` in place of the value. It is not applied
unasked, because the wait was a choice.

When not to: long polling, where the peer is expected to stay silent. Give it a limit a little over
the poll's length, or say why not: `# resilint: ignore[timeout-disabled] server ends the poll`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import (
    Call,
    ClientCall,
    Finding,
    WrappedCall,
    all_calls_limited,
    bound,
    explained,
    path_of,
    rebound,
    silent_for_one_answer,
    streamed,
    takes_whole_answers,
    timeout_off,
)
from ..kit.rule import rule

_SAYS_WHY = re.compile(r"time\W?out|limit|wait|poll|stream|long|hang|for ?ever", re.IGNORECASE)


@rule(
    code="TMO003",
    name="timeout-disabled",
    severity="error",
    on=(Call, ClientCall, WrappedCall),
    equivalents=("S113", "B113"),
)
def check(call: Call | ClientCall | WrappedCall) -> Iterator[Finding]:
    """Reports a literal that stands for no limit, on a call or on the construction of a client."""
    if not isinstance(call, WrappedCall) and silent_for_one_answer(call) and not explained(call, call.node, _SAYS_WHY):
        yield call.finding(f"`{call.written}` may wait without limit for its one answer", *bound(call))
        return
    off = timeout_off(call)
    if off is None:
        part = timeout_off(call, part=True)
        off = part if part is not None and takes_whole_answers(call) else None
    if off is None or off.node is None or explained(call, off.node, _SAYS_WHY) or _is_read_elsewhere(call):
        return
    if not isinstance(call, ClientCall) or not (streamed(call) or all_calls_limited(call)):
        yield call.finding(
            f"`{call.written}` may wait without limit: its timeout is switched off",
            *rebound(call, off.node),
            span=call.frame.tree.span(off.node),
            related=path_of(call),
        )


def _is_read_elsewhere(call: Call | ClientCall | WrappedCall) -> bool:
    """Whether the answer is kept in an attribute, of which the module reads the body bit by bit."""
    statement, fact = call.statement, call.answer if type(call) is Call else None
    target = statement.targets[0].target if isinstance(statement, cst.Assign) else None
    if fact is None or not fact.streaming or not isinstance(target, cst.Attribute):
        return False
    reads = "|".join(map(re.escape, fact.streaming))
    kept = re.escape(call.frame.tree.code(target))
    return call.frame.scope.module.search(rf"{kept}\.(?:{reads})\b") is not None
