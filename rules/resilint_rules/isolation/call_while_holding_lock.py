"""A call to another system while a lock of the program is held.

All that need the lock wait as long as the other system takes to answer, also those that only read what it guards. One
answer that does not come stops all threads, or all coroutines, of the program.

```python bad
import threading
import requests

lock = threading.Lock()
cache = {}

def refresh(key, url):
    with lock:
        cache[key] = requests.get(url, timeout=5).json()  # finds: call-while-holding-lock
```

```python fixed
import threading
import requests

lock = threading.Lock()
cache = {}

def refresh(key, url):
    fetched = requests.get(url, timeout=5).json()
    with lock:
        cache[key] = fetched
```

The fix makes the call first and takes the lock for the moment in which the result is stored. Two callers may then
fetch at the same time, and the last one stores its result.

```python bad
import asyncio
import httpx

class Prices:
    def __init__(self):
        self._lock = asyncio.Lock()
        self._prices = {}
        self._client = httpx.AsyncClient()

    async def update(self):
        async with self._lock:
            # the shop closes at ten
            answer = await self._client.get("https://shop.example.com/prices")  # finds: call-while-holding-lock
            answer.raise_for_status()
            self._prices.update(answer.json())

    async def price(self, name):
        async with self._lock:
            return self._prices[name]
```

```python fixed
import asyncio
import httpx

class Prices:
    def __init__(self):
        self._lock = asyncio.Lock()
        self._prices = {}
        self._client = httpx.AsyncClient()

    async def update(self):
        # the shop closes at ten
        answer = await self._client.get("https://shop.example.com/prices")
        answer.raise_for_status()
        async with self._lock:
            self._prices.update(answer.json())

    async def price(self, name):
        async with self._lock:
            return self._prices[name]
```

Functions of the project that lead to a call count, too.

```python bad
from threading import RLock
import requests

guard = RLock()
rates = {}

def fetch(currency):
    return requests.get(f"https://fx.example.com/{currency}", timeout=5).json()

def update(currency):
    with guard:
        rates[currency] = fetch(currency)  # finds: call-while-holding-lock
```

Where the block looks first whether there is anything to fetch, those who wait want what the call brings: one of them
gets a new token, and the others take it. It is a hint then, as long as the call has an end.

```python bad
import threading
import requests

class Api:
    def __init__(self):
        self._lock = threading.Lock()
        self._token = None

    def token(self):
        with self._lock:
            if self._token is None:
                self._token = requests.post("https://id.example.com/token").text  # finds: call-while-holding-lock
            return self._token
```

A lock that guards nothing but the calls puts them in an order, on purpose: to a device that takes one request at a
time, on a connection that one thread at a time may use. Another thread that does the work holds no lock.

```python good
import asyncio
import threading
import psycopg2
import requests

device = threading.Lock()
places = asyncio.Semaphore(4)
rows = threading.Lock()
connection = psycopg2.connect("host=db connect_timeout=5")
seen = []

def switch(on):
    with device:
        return requests.post("http://lamp.example.com/state", json={"on": on}, timeout=5)

def save(row):
    with rows:
        connection.cursor().execute("insert into rows values (%s)", [row])
        seen.append(row)

def start(pool, url):
    with rows:
        seen.append(pool.submit(requests.get, url, timeout=5))

async def page(client, url):
    async with places:
        seen.append(await client.get(url))

def load(url):
    fetched = requests.get(url, timeout=5).json()
    with rows:
        seen.extend(fetched)
```

A function that has a switch for the call may leave it out, and what a lock is made by has to be seen.

```python good
import threading
import requests

lock = threading.Lock()
pages = {}

def add(url, fetch):
    pages[url] = requests.get(url, timeout=5).text if fetch else ""

def add_all(urls):
    with lock:
        for url in urls:
            add(url, False)
        pages["all"] = urls

def guarded(lock, url):
    with lock:
        pages[url] = requests.get(url, timeout=5).text
```

When not to: the program must not do anything else before the other system has answered.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame, Severity
from ..kit.rule import rule
from ._locked import held_calls, is_endless
from ._outside import fetch_first


@rule(code="ISO002", name="call-while-holding-lock", preview=True)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports calls that wait for another system while the program's own lock is held."""
    for held in held_calls(frame):
        does = f"leads to `{held.leads_to}`, which waits" if held.leads_to else "waits"
        yield frame.finding(
            f"`{held.call.written}` {does} for its peer while `{held.lock}` is held: all that need the lock wait, too",
            held.call.head,
            tuple(fetch_first(held)),
            related=held.path,
            severity=Severity.HINT if held.brings and not is_endless(held) else None,
            callee=held.callee,
            library=held.library,
            statement=held.call.statement,
        )
