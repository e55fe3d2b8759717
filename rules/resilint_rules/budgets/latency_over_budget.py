r"""A request handler that may take longer than what is in front of it waits.

Each limit on its own looks modest; what the visitor sees is their sum, with all attempts and pauses. Most of what
stands in front of a program gives up after 30 s: a worker of gunicorn is killed then, a load balancer or a gateway
answers 504 before or soon after. The handler goes on for an answer that is not taken any more, and holds its
place meanwhile.

```python bad
import requests
from flask import Flask

app = Flask(__name__)

def rate(currency):
    answer = requests.get(f"https://fx.example.com/{currency}", timeout=20)
    answer.raise_for_status()
    return answer.json()["rate"]

@app.get("/quote")
def quote():  # finds: latency-over-budget
    stock = requests.get("https://stock.example.com/today", timeout=20)
    stock.raise_for_status()
    return {"price": stock.json()["price"] * rate("eur")}
```

```python bad
import httpx
import stamina
from fastapi import FastAPI

app = FastAPI()
client = httpx.AsyncClient(timeout=10)

@stamina.retry(on=httpx.HTTPError, attempts=5)
async def stock(item):
    answer = await client.get(f"https://stock.example.com/{item}")
    return answer.raise_for_status().json()

@app.get("/items/{item}")
async def show(item: str):  # finds: latency-over-budget
    return await stock(item)
```

One of several branches counts, and so does the slowest of what runs at the same time. What is sent to a queue or
a thread does not hold the handler.

```python good
import asyncio
import httpx
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()
client = httpx.AsyncClient(timeout=20)

@app.get("/quote")
async def quote(day: str):
    if day:
        return (await client.get(f"https://fx.example.com/{day}")).raise_for_status().json()
    return (await client.get("https://fx.example.com/today")).raise_for_status().json()

@app.get("/both")
async def both():
    return await asyncio.gather(client.get("https://fx.example.com/eur"), client.get("https://fx.example.com/usd"))

@app.get("/soon")
async def soon():
    async with asyncio.timeout(8):
        stock = await client.get("https://stock.example.com/today")
        rate = await client.get("https://fx.example.com/today")
        return stock.raise_for_status().json(), rate.raise_for_status().json()

@app.post("/report")
async def report(tasks: BackgroundTasks):
    tasks.add_task(client.post, "https://reports.example.com")
    return (await client.get("https://reports.example.com/last")).raise_for_status().json()
```

Calls without a limit, and limits that are not seen, are not counted: what is said is the least that it may take.

There is no fix, as only you know which call may wait how long. Shorten the limits, try once where a visitor waits, or
give all calls of a request one deadline.

When not to: the one who asks is a program that is known to wait longer.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit import EntryKind, Finding, Frame, Related, entry_point, in_seconds
from ..kit.rule import rule
from ._durations import longest_way

_BUDGET = 30.0
"""Seconds that those in front of a program wait for an answer, most of them."""


@rule(code="BGT003", name="latency-over-budget", severity="info", preview=True)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports request handlers whose calls one after the other may take longer than a visitor's side waits."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or not (frame.calls or frame.uses):
        return
    if entry_point(frame) is not EntryKind.REQUEST:
        return
    counted = longest_way(frame)
    total = sum(one.seconds for one in counted)
    if total <= _BUDGET:
        return
    parts = ", ".join(f"`{one.site.written}` {in_seconds(one.seconds)}" for one in counted[:3])
    more = ", ..." if len(counted) > 3 else ""
    related = tuple(Related("it waits here", one.site.head) for one in counted) if len(counted) > 1 else ()
    yield frame.finding(
        f"`{node.name.value}` may take {in_seconds(total)} ({parts}{more}): who waits for its answer gives up before",
        frame.tree.span(node.name),
        related=related,
        statement=node,
    )
