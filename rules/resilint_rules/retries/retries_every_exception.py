r"""A retry that repeats a call on every exception, bugs included.

A `KeyError` or a rejected password does not get better by the fifth attempt. A policy that retries every
exception hides bugs behind minutes of waiting, multiplies the load for nothing, and reports the
real cause last, if at all. Some libraries do so by default.

```python bad
import httpx
import tenacity

@tenacity.retry(  # finds: retries-every-exception
    stop=tenacity.stop_after_attempt(3),
    wait=tenacity.wait_fixed(2),
)
def name(uid):
    return httpx.get(f"https://api.example.com/u/{uid}").raise_for_status().json()["name"]
```

```python fixed
import httpx
import tenacity

@tenacity.retry(
    stop=tenacity.stop_after_attempt(3),
    wait=tenacity.wait_fixed(2),
    retry=tenacity.retry_if_exception_type(httpx.TransportError) | tenacity.retry_if_exception(lambda error: isinstance(error, httpx.HTTPStatusError) and error.response.status_code in (408, 425, 429, 500, 502, 503, 504)),
)
def name(uid):
    return httpx.get(f"https://api.example.com/u/{uid}").raise_for_status().json()["name"]
```

```python bad
import backoff
import requests

@backoff.on_exception(backoff.expo, Exception, max_tries=5)  # finds: retries-every-exception
def rates():
    return requests.get(URL, timeout=5).json()
```

```python fixed
import backoff
import requests

@backoff.on_exception(backoff.expo, (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError), max_tries=5)
def rates():
    return requests.get(URL, timeout=5).json()
```

```python bad
import celery
import requests

@celery.shared_task(autoretry_for=(Exception,), retry_backoff=True)  # finds: retries-every-exception
def push(order):
    requests.post(GATEWAY, json=order, timeout=5).raise_for_status()
```

```python fixed
import celery
import requests

@celery.shared_task(autoretry_for=(requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError), retry_backoff=True)
def push(order):
    requests.post(GATEWAY, json=order, timeout=5).raise_for_status()
```

Before Python 3.11 the timeout of a coroutine is an exception of its own.

```python bad
import asyncio
import aiohttp
import backoff

@backoff.on_exception(backoff.expo, Exception, max_tries=5)  # finds: retries-every-exception
async def rates(session: aiohttp.ClientSession):
    async with session.get(URL) as answer:
        return await answer.json()
```

```python fixed
import asyncio
import aiohttp
import backoff

@backoff.on_exception(backoff.expo, (aiohttp.ClientConnectionError, asyncio.TimeoutError, aiohttp.ClientPayloadError), max_tries=5)
async def rates(session: aiohttp.ClientSession):
    async with session.get(URL) as answer:
        return await answer.json()
```

A task that asks for another attempt by hand is no different.

```python bad
import requests
from celery import shared_task

@shared_task(bind=True, max_retries=3)
def push(self, order):
    try:
        requests.post(GATEWAY, json=order["body"], timeout=10).raise_for_status()
    except Exception as error:  # finds: retries-every-exception
        raise self.retry(exc=error, countdown=60)
```

```python good
import requests
from celery import shared_task

@shared_task(bind=True, max_retries=3)
def pull(self, number):
    try:
        requests.get(GATEWAY, timeout=10)
    except (requests.ConnectionError, requests.Timeout) as error:
        raise self.retry(exc=error)

@shared_task(bind=True, max_retries=3)
def chosen(self, number):
    try:
        requests.get(GATEWAY, timeout=10)
    except Exception as error:
        if is_transient(error):
            raise self.retry(exc=error)
        raise
```

Anything that narrows the policy counts, and so does what cannot be seen. A function that raises an
error of its own to request another attempt chooses what is retried. Where no external call is seen,
a better choice cannot be named.

```python good
import backoff, celery, requests, stamina
from tenacity import retry, retry_if_exception, retry_if_not_exception_type, stop_after_attempt, wait_fixed

@stamina.retry(on=requests.ConnectionError, attempts=5)
def narrow():
    return requests.get(URL, timeout=5)

@retry(retry=retry_if_exception(is_transient), stop=stop_after_attempt(3), wait=wait_fixed(1))
def asked():
    return requests.get(URL, timeout=5)

@retry(retry=retry_if_not_exception_type(ValueError), stop=stop_after_attempt(3), wait=wait_fixed(1))
def not_bugs():
    return requests.get(URL, timeout=5)

@backoff.on_exception(backoff.expo, Exception, max_tries=5, giveup=is_permanent)
def given_up():
    return requests.get(URL, timeout=5)

@celery.shared_task(autoretry_for=(Exception,), dont_autoretry_for=(ValueError,), retry_backoff=True)
def not_these():
    requests.post(GATEWAY, timeout=5)

@retry(stop=stop_after_attempt(3), wait=wait_fixed(1))
def own_error():
    response = requests.get(URL, timeout=5)
    if response.status_code == 503:
        raise Again(response)
    return response

@retry(stop=stop_after_attempt(3), wait=wait_fixed(1))
def nothing_to_see(store):
    return store.load()

@retry(stop=stop_after_attempt(3), wait=wait_fixed(1))
def handled():
    try:
        return requests.get(URL, timeout=5).json()
    except (ValueError, requests.HTTPError):
        return None
```

A task has what its base class sets.

```python bad
import requests
from celery import Task, shared_task

class Patient(Task):
    autoretry_for = (Exception,)
    max_retries = 5
    retry_backoff = True

@shared_task(base=Patient)  # finds: retries-every-exception
def push(url):
    requests.get(url, timeout=5).raise_for_status()
```

```python good
import requests
from celery import Task, shared_task

class Patient(Task):
    autoretry_for = (Exception,)
    max_retries = 5

@shared_task(base=Patient, autoretry_for=(requests.ConnectionError, requests.Timeout))
def push(url):
    requests.get(url, timeout=5).raise_for_status()
```

The fix names the errors that the library in use raises when the other side cannot be reached, does not answer, or
breaks off. Where the function raises for an error status, and the policy can look at it, the fix keeps those that pass,
such as 503: a 401 stays one, however often it is sent. It is not applied unasked: another attempt may have
helped with other errors, too.

```python bad
import aiohttp
import backoff

class Names:
    def __init__(self, session: aiohttp.ClientSession):
        self.session = session

    @backoff.on_exception(backoff.expo, Exception, max_tries=4)  # finds: retries-every-exception
    async def all(self):
        async with self.session.get("/names") as answer:
            answer.raise_for_status()
            return await answer.json()
```

```python fixed
import asyncio

import aiohttp
import backoff

class Names:
    def __init__(self, session: aiohttp.ClientSession):
        self.session = session

    @backoff.on_exception(
        backoff.expo,
        (aiohttp.ClientConnectionError, asyncio.TimeoutError, aiohttp.ClientPayloadError, aiohttp.ClientResponseError),
        max_tries=4,
        giveup=lambda error: isinstance(error, aiohttp.ClientResponseError) and error.status not in (408, 425, 429, 500, 502, 503, 504),
    )
    async def all(self):
        async with self.session.get("/names") as answer:
            answer.raise_for_status()
            return await answer.json()
```

When not to: a job that may be repeated at any price, such as a nightly import under supervision.
"""  # noqa: E501 - what a fix writes goes on one line

from __future__ import annotations

from collections.abc import Iterator

from ..kit import BROAD, Finding, Guard, RetryPolicy, narrow
from ..kit.rule import rule
from ._by_hand import retried_by_hand


@rule(code="RTY003", name="retries-every-exception", on=(RetryPolicy, Guard))
def check(layer: RetryPolicy | Guard) -> Iterator[Finding]:
    """Reports a policy for every exception around external calls, in a function that leaves the choice to it."""
    if isinstance(layer, Guard):
        found = retried_by_hand(layer)
        if found is not None:
            handler, call = found
            yield layer.frame.finding(
                f"this handler repeats `{call.written}` on every exception, bugs included",
                handler.head, callee=call.callee, library=call.library,
            )  # fmt: skip
    elif layer.calls and not layer.chosen and any(error in BROAD for error in layer.errors or ()):
        called = layer.calls[0].written
        yield layer.finding(f"`{layer.written}` repeats `{called}` on every exception, bugs included", *narrow(layer))
