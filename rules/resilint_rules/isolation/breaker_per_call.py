r"""A circuit breaker that is made for a single call.

A breaker counts failures and refuses calls once there are too many. One that is made inside the function it protects
starts with no failure each time: it never opens, and an outage of the peer is felt in full by every request.

```python bad
import pybreaker
import requests

def charge(order):
    breaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)  # finds: breaker-per-call
    return breaker.call(requests.post, "https://pay.example.com/charges", json=order, timeout=5)
```

```python bad
from aiolimiter import AsyncLimiter

async def page(session, url):
    async with AsyncLimiter(10, 1):  # finds: breaker-per-call
        async with session.get(url) as answer:
            return await answer.text()
```

One that all calls share, or that is made for many calls of one function, does its work.

```python good
import asyncio
import functools
import pybreaker
import requests
from aiolimiter import AsyncLimiter

payments = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)

def charge(order):
    return payments.call(requests.post, "https://pay.example.com/charges", json=order, timeout=5)

@functools.cache
def breaker_of(host):
    return pybreaker.CircuitBreaker(fail_max=5)

class Api:
    def __init__(self):
        self.breaker = pybreaker.CircuitBreaker(fail_max=5)

async def pages(session, urls):
    limiter = AsyncLimiter(10, 1)

    async def page(url):
        async with limiter:
            return await session.get(url)

    return await asyncio.gather(*(page(url) for url in urls))

def send_all(orders):
    breaker = pybreaker.CircuitBreaker(fail_max=3)
    for order in orders:
        breaker.call(requests.post, "https://pay.example.com/charges", json=order, timeout=5)
```

There is no fix: where it belongs, in the module or in the object that makes the calls, only you know.

When not to: the function runs once in the life of the process, and makes many calls in ways that are not seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._per_call import made_for_one_call


@rule(
    code="ISO004",
    name="breaker-per-call",
    severity="error",
    preview=True,
    words=("breaker(", "breakerfactory(", "limiter("),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports breakers and limiters that a function makes for one call of its own."""
    for call, kind in made_for_one_call(frame):
        effect = "it never opens" if kind == "breaker" else "it never makes anything wait"
        yield frame.finding(
            f"`{frame.tree.code(call.func)}` makes a {kind} for this call alone: {effect}, as each call has its own",
            frame.tree.span(call.func),
            statement=frame.tree.parent(call),
        )
