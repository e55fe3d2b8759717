"""A retry policy that repeats a coroutine after its cancellation.

`task.cancel()`, `asyncio.timeout` and the end of the program stop a coroutine by CancelledError. A policy that repeats
all but some exceptions takes it for one more failure and starts the coroutine again: the deadline has no effect, and the
program does not end. CancelledError is no Exception, so that the usual condition lets it pass.

```python bad
import httpx
from tenacity import retry, retry_if_not_exception_type, stop_after_attempt, wait_random_exponential

@retry(
    retry=retry_if_not_exception_type(ValueError),  # finds: retry-repeats-cancellation
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(max=10),
)
async def load(client: httpx.AsyncClient):
    return (await client.get("https://shop.example.com/prices")).raise_for_status()
```

```python fixed
import asyncio

import httpx
from tenacity import retry, retry_if_not_exception_type, stop_after_attempt, wait_random_exponential

@retry(
    retry=retry_if_not_exception_type((ValueError, asyncio.CancelledError)),
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(max=10),
)
async def load(client: httpx.AsyncClient):
    return (await client.get("https://shop.example.com/prices")).raise_for_status()
```

```python bad
from asyncio import CancelledError
from tenacity import AsyncRetrying, retry_if_result, retry_unless_exception_type, stop_after_attempt

async def work(job):
    policy = retry_if_result(bool) | retry_unless_exception_type((ValueError, TypeError))
    async for attempt in AsyncRetrying(
        retry=retry_if_result(bool) | retry_unless_exception_type((ValueError, TypeError)),  # finds: retry-repeats-cancellation
        stop=stop_after_attempt(3),
    ):
        with attempt:
            await job()
```

```python fixed
from asyncio import CancelledError
from tenacity import AsyncRetrying, retry_if_result, retry_unless_exception_type, stop_after_attempt

async def work(job):
    policy = retry_if_result(bool) | retry_unless_exception_type((ValueError, TypeError))
    async for attempt in AsyncRetrying(
        retry=retry_if_result(bool) | retry_unless_exception_type((ValueError, TypeError, CancelledError)),
        stop=stop_after_attempt(3),
    ):
        with attempt:
            await job()
```

BaseException covers CancelledError, and in all functions the KeyboardInterrupt by which a person ends the program.

```python bad
from tenacity import retry, retry_if_exception_type, stop_after_attempt

@retry(retry=retry_if_exception_type(BaseException), stop=stop_after_attempt(3))  # finds: retry-repeats-cancellation
def work(job):
    job()
```

```python fixed
from tenacity import retry, retry_if_exception_type, stop_after_attempt

@retry(retry=retry_if_exception_type(Exception), stop=stop_after_attempt(3))
def work(job):
    job()
```

```python bad
import backoff

@backoff.on_exception(backoff.expo, (OSError, BaseException), max_tries=3)  # finds: retry-repeats-cancellation
async def work(job):
    await job()
```

```python fixed
import backoff

@backoff.on_exception(backoff.expo, (OSError, Exception), max_tries=3)
async def work(job):
    await job()
```

Silent where the cancellation is among what is not repeated, where a second condition must hold as well, for the usual
conditions, in plain functions, where the classes are not seen, and on other event loops than asyncio's. Loops that are
written by hand are the subject of `cancellation-swallowed`, and `retries-every-exception` reports BaseException where
it sees the calls that are repeated.

```python good
import asyncio
import tenacity
from tenacity import retry, retry_if_exception_message, retry_if_exception_type, retry_if_not_exception_type

@retry(retry=retry_if_not_exception_type((ValueError, asyncio.CancelledError)), stop=tenacity.stop_after_attempt(3))
async def excluded(job):
    await job()

@retry(retry=retry_if_not_exception_type(BaseException), stop=tenacity.stop_after_attempt(3))
async def never(job):
    await job()

@retry(
    retry=retry_if_not_exception_type(ValueError) & retry_if_exception_message(match="busy"),
    stop=tenacity.stop_after_attempt(3),
)
async def narrowed(job):
    await job()

@retry(retry=retry_if_exception_type(OSError), stop=tenacity.stop_after_attempt(3))
async def usual(job):
    await job()

@retry(retry=retry_if_not_exception_type(ValueError), stop=tenacity.stop_after_attempt(3))
def plain(job):
    job()

@retry(retry=retry_if_not_exception_type(FATAL), stop=tenacity.stop_after_attempt(3))
async def unseen(job):
    await job()
```

The fix adds CancelledError to what is not repeated. It is not applied unasked: what was cancelled ends then.

When not to: the coroutine is shielded, and must be done however often it is cancelled.
"""  # noqa: E501 - a mark stands on the line of its condition

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, RetryPolicy
from ..kit.rule import rule
from ._repeated.cancellation import is_reported_as_broad, let_through, repeats_cancellation


@rule(code="RTY011", name="retry-repeats-cancellation", preview=True)
def check(policy: RetryPolicy) -> Iterator[Finding]:
    """Reports policies whose condition holds for a cancellation."""
    found = repeats_cancellation(policy)
    if found is None or (not found.excludes and is_reported_as_broad(policy)):
        return
    what = "its deadline and the end of the program have no effect" if found.excludes else "nothing can end it"
    yield policy.finding(
        f"`{found.written}` repeats a call that was cancelled: {what}",
        *let_through(found),
        span=policy.frame.tree.span(found.head),
    )
