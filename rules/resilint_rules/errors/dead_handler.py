r"""A handler for an exception that the calls in its `try` never raise.

Libraries turn the failures of the network into exceptions of their own. `requests.Timeout` is no
`TimeoutError`, and `requests.ConnectionError` no `ConnectionError`; what httpx raises no handler for
requests will see. The code was written for an outage, reads well, passes its tests, and is never run: the
exception leaves the function.

```python bad
import requests

def rates():
    try:
        return requests.get(URL, timeout=5).json()
    except TimeoutError:  # finds: dead-handler
        return KNOWN
```

```python fixed
import requests

def rates():
    try:
        return requests.get(URL, timeout=5).json()
    except requests.Timeout:
        return KNOWN
```

```python bad
import httpx
import requests

async def names(client: httpx.AsyncClient):
    try:
        answer = await client.get("/names")
        answer.raise_for_status()
        data = answer.json()
        return [row["name"].strip() for row in data["rows"]]
    except requests.HTTPError as exc:  # finds: dead-handler
        log.error("refused: %s", exc)
        raise
    except (requests.Timeout, requests.ConnectionError):  # finds: dead-handler
        return []
```

```python fixed
import httpx
import requests

async def names(client: httpx.AsyncClient):
    try:
        answer = await client.get("/names")
        answer.raise_for_status()
        data = answer.json()
        return [row["name"].strip() for row in data["rows"]]
    except httpx.HTTPStatusError as exc:
        log.error("refused: %s", exc)
        raise
    except (httpx.TimeoutException, httpx.NetworkError):
        return []
```

A name that is no exception class at all is worse: Python raises a TypeError when the handler is tried, in
place of the error.

```python bad
import httpx

def rates():
    try:
        return httpx.get(URL).raise_for_status().json()
    except httpx.Timeout:  # finds: dead-handler
        return KNOWN
```

```python fixed
import httpx

def rates():
    try:
        return httpx.get(URL).raise_for_status().json()
    except httpx.TimeoutException:
        return KNOWN
```

```python bad
import requests

def rates():
    try:
        return requests.get(URL, timeout=5)
    except requests.exceptions:  # finds: dead-handler
        return KNOWN
```

Silent where anything else in the `try` might raise the exception: a function of the project, a library that
lets others' errors pass, a time limit, a `yield`, a `raise`. Silent where one class of several can be
raised, and for bases of what is raised.

```python good
import asyncio, httpx, requests, urllib.error
from urllib.request import urlopen

def mine():
    try:
        return requests.get(URL, timeout=5)
    except requests.Timeout:
        return KNOWN

def base():
    try:
        return requests.get(URL, timeout=5)
    except OSError:
        return KNOWN

def several():
    try:
        return requests.get(URL, timeout=5)
    except (TimeoutError, requests.Timeout):
        return KNOWN

def function(store):
    try:
        return store.save(requests.get(URL, timeout=5))
    except TimeoutError:
        return KNOWN

async def limited(client: httpx.AsyncClient):
    try:
        async with asyncio.timeout(5):
            return await client.get(URL)
    except TimeoutError:
        return KNOWN

async def waited(client: httpx.AsyncClient):
    try:
        return await asyncio.wait_for(client.get(URL), 5)
    except asyncio.TimeoutError:
        return KNOWN

def raised():
    try:
        if requests.get(URL, timeout=5).status_code == 504:
            raise TimeoutError
    except TimeoutError:
        return KNOWN

def page():
    try:
        return urlopen(URL, timeout=5).read()
    except ConnectionResetError:
        return KNOWN

def both(client: httpx.Client):
    try:
        return client.get(requests.get(URL, timeout=5).text)
    except requests.RequestException:
        return KNOWN

def lines():
    try:
        yield requests.get(URL, timeout=5)
    except TimeoutError:
        log.info("given up by the reader")

def parsed():
    try:
        return requests.get(URL, timeout=5).json()
    except ValueError:
        return KNOWN
```

The fix names the exception that the library raises for the same failure. It is not applied unasked: the
handler runs for the first time.

When not to: a handler that stays for an older version of the code. Better take it out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Guard
from ..kit.rule import rule
from ._classes import dead_handlers, replace_classes


@rule(code="ERR004", name="dead-handler", severity="error")
def check(guard: Guard) -> Iterator[Finding]:
    """Reports handlers of a `try` around external calls that none of them can reach."""
    for dead in dead_handlers(guard):
        name, call = dead.clause.names[0], dead.call
        reason = (
            f"`{call.written}` never raises `{name}`: {call.library} raises exceptions of its own"
            if dead.is_class
            else f"`{name}` is no exception class: Python raises TypeError here when `{call.written}` fails"
        )
        yield guard.frame.finding(
            reason, dead.clause.head, tuple(replace_classes(dead)), callee=call.callee, library=call.library
        )
