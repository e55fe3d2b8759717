r"""A handler that catches a failed connection, but no timeout of the same call.

A peer that answers too slowly is the most likely failure of all. In many libraries its exception is none
of those for failed connections: `requests.ReadTimeout` is no `requests.ConnectionError`, the total timeout
of aiohttp raises `asyncio.TimeoutError`, which is no `aiohttp.ClientError`, and `urlopen` raises a plain
`TimeoutError` while it waits for the answer. The fallback that stands in the handler is skipped just then.

```python bad
import requests

def beat():
    try:
        requests.post("https://t.example.com", timeout=2)
    except requests.ConnectionError:  # finds: timeout-not-handled
        log.info("telemetry is offline")
```

```python fixed
import requests

def beat():
    try:
        requests.post("https://t.example.com", timeout=2)
    except (requests.ConnectionError, requests.Timeout):
        log.info("telemetry is offline")
```

```python bad
import asyncio
import aiohttp

async def rates(session: aiohttp.ClientSession):
    try:
        async with session.get("/rates", timeout=aiohttp.ClientTimeout(total=5)) as answer:
            answer.raise_for_status()
            return await answer.json()
    except aiohttp.ClientError as exc:  # finds: timeout-not-handled
        log.warning("no rates: %s", exc)
        return KNOWN
```

```python fixed
import asyncio
import aiohttp

async def rates(session: aiohttp.ClientSession):
    try:
        async with session.get("/rates", timeout=aiohttp.ClientTimeout(total=5)) as answer:
            answer.raise_for_status()
            return await answer.json()
    except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
        log.warning("no rates: %s", exc)
        return KNOWN
```

```python bad
import urllib.error
import urllib.request

def page():
    try:
        return urllib.request.urlopen("https://example.com", timeout=5).read()
    except (  # finds: timeout-not-handled
        ValueError,
        urllib.error.URLError,  # not there
    ):
        return b""
```

```python fixed
import urllib.error
import urllib.request

def page():
    try:
        return urllib.request.urlopen("https://example.com", timeout=5).read()
    except (
        ValueError,
        urllib.error.URLError,  # not there
        TimeoutError,
    ):
        return b""
```

A handler that reads what only its own exception has is reported without a fix.

```python bad
import urllib.error
import urllib.request

def page():
    try:
        return urllib.request.urlopen("https://example.com", timeout=5).read()
    except urllib.error.URLError as exc:  # finds: timeout-not-handled
        log.warning("no page: %s", exc.reason)
        return b""
```

Silent where the timeout is caught by another handler, of this `try` or of one around it or inside, or by a
class that covers both; where a class cannot be seen; where the exception is raised again, with other words
perhaps, so that both reach the caller; and where only error statuses or certificates are meant. A call that
has no timeout raises none. A handler that calls its own function again says what is repeated: after a hang that
may be too much.

```python good
import aiohttp, contextlib, httpx, requests, urllib.error
from urllib.request import urlopen

def both():
    try:
        return requests.get(URL, timeout=5)
    except requests.ConnectionError:
        return None
    except requests.Timeout:
        return STALE

def parent():
    try:
        return requests.get(URL, timeout=5)
    except requests.RequestException:
        return None

def around():
    try:
        try:
            return requests.get(URL, timeout=5)
        except requests.ConnectionError:
            return requests.get(MIRROR, timeout=5)
    except Exception:
        return None

def transport(client: httpx.Client):
    try:
        return client.get(URL)
    except httpx.TransportError:
        return None

def unseen():
    try:
        return requests.get(URL, timeout=5)
    except (requests.ConnectionError, *MORE):
        return None

def raised():
    try:
        return requests.get(URL, timeout=5)
    except requests.ConnectionError as exc:
        log.error("no connection: %s", exc)
        raise

def advised():
    try:
        return requests.get(URL, timeout=5)
    except requests.ConnectionError:
        raise requests.ConnectionError("is the server started?")

def status():
    try:
        return urlopen(URL, timeout=5).read()
    except urllib.error.HTTPError as exc:
        return exc.read()

def certificate():
    try:
        return requests.get(URL, timeout=5)
    except requests.exceptions.SSLError:
        return None

def unlimited():
    try:
        return requests.get(URL)
    except requests.ConnectionError:
        return None

async def builtin(session: aiohttp.ClientSession):
    try:
        await session.post(URL)
    except (aiohttp.ClientError, TimeoutError):
        return None

def again(left=4):
    try:
        return requests.get(URL, timeout=5)
    except requests.ConnectionError:
        if not left:
            raise
        return again(left - 1)

def suppressed():
    with contextlib.suppress(requests.Timeout):
        try:
            requests.get(URL, timeout=5)
        except requests.ConnectionError:
            log.info("offline")
```

The fix adds the exception of the timeout to the handler. It is not applied unasked, because a timeout that
was raised up to now is handled afterwards.

When not to: a timeout that is to end the program, where a missing connection is not. Say so in an ignore
comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Guard
from ..kit.rule import rule
from ._classes import catch_too, uncaught_timeout


@rule(code="ERR003", name="timeout-not-handled")
def check(guard: Guard) -> Iterator[Finding]:
    """Reports the handler of a `try` that catches failed connections, where no handler catches the timeout."""
    missed = uncaught_timeout(guard)
    if missed is not None:
        call, errors = missed.call, " and ".join(f"`{error}`" for error in missed.errors)
        yield guard.frame.finding(
            f"`{call.written}` raises {errors} when it times out, which this handler does not catch",
            missed.clause.head, tuple(catch_too(missed)), callee=call.callee, library=call.library,
        )  # fmt: skip
