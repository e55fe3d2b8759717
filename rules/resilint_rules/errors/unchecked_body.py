r"""A body that is read directly from the call, so that its status cannot be checked.

The response is discarded before any code can see that it is a 502 from a proxy or a 401: the
error page is parsed as data, fails somewhere else, or is stored as if it were the answer.

```python bad
import requests

def rates(day):
    table = requests.get(f"https://fx.example.com/{day}", timeout=5).json()  # finds: unchecked-body
    return table["rates"]
```

```python fixed
import requests

def rates(day):
    response = requests.get(f"https://fx.example.com/{day}", timeout=5)
    response.raise_for_status()
    table = response.json()
    return table["rates"]
```

A library whose check gives the response back needs no new name.

```python bad
import httpx

async def rates(client: httpx.AsyncClient):
    return (await client.get("/rates")).json()["rates"]  # finds: unchecked-body
```

```python fixed
import httpx

async def rates(client: httpx.AsyncClient):
    return (await client.get("/rates")).raise_for_status().json()["rates"]
```

```python bad
import requests

def listing(session: requests.Session, response):
    # newest first
    for each in session.get(  # finds: unchecked-body
        URL,  # the public one
        params={"q": response},
        timeout=5,
    ).json():
        yield each
```

```python fixed
import requests

def listing(session: requests.Session, response):
    # newest first
    resp = session.get(
        URL,  # the public one
        params={"q": response},
        timeout=5,
    )
    resp.raise_for_status()
    for each in resp.json():
        yield each
```

```python bad
import json
import requests

def rules():
    return json.loads(
        requests.get(  # finds: unchecked-body
            "https://rules.example.com/v1",
            timeout=5,
        ).text
    )["rules"]
```

```python fixed
import json
import requests

def rules():
    response = requests.get(
        "https://rules.example.com/v1",
        timeout=5,
    )
    response.raise_for_status()
    return json.loads(
        response.text
    )["rules"]
```

A handler that takes an error page because it cannot be parsed is to take the new exception, too.

```python bad
from json import JSONDecodeError
from httpx import Client, TransportError

def version(client: Client):
    try:
        return client.get("/version").json()["latest"]  # finds: unchecked-body
    except (
        TransportError,  # nobody there
        JSONDecodeError,
    ):
        return KNOWN
```

```python fixed
from json import JSONDecodeError
import httpx
from httpx import Client, TransportError

def version(client: Client):
    try:
        return client.get("/version").raise_for_status().json()["latest"]
    except (
        TransportError,  # nobody there
        JSONDecodeError,
        httpx.HTTPStatusError,
    ):
        return KNOWN
```

The response may come from a function of another module that leaves the check to its callers.

```python bad shop/http.py
import requests

def get(url):
    return requests.get(url, timeout=10)
```

```python bad shop/stock.py
from shop.http import get

def level(number):
    return get(f"https://stock.example.com/{number}").json()["level"]  # finds: unchecked-body
```

A body without the key is no empty answer: an error page has none either.

```python bad
import requests

def prices(day):
    try:
        return requests.get(f"https://fx.example.com/{day}", timeout=5).json()["prices"]  # finds: unchecked-body
    except KeyError:
        return []
```

```python good
import logging
import requests

def price(day):
    try:
        return requests.get(f"https://fx.example.com/{day}", timeout=5).json()["price"]
    except KeyError:
        return None

def prices(day):
    try:
        return requests.get(f"https://fx.example.com/{day}", timeout=5).json()["prices"]
    except KeyError as error:
        logging.error("no prices of %s: %s", day, error)
        return []
```

A client that raises by itself needs no look, and neither does a status that is read in the same
breath. A library that raises on an error status is none of this rule's business.

```python good
import aiohttp, httpx, requests
from urllib.request import urlopen

def check(response):
    response.raise_for_status()

client = httpx.Client(event_hooks={"response": [check]})

def names():
    return client.get(URL).json()

def there():
    return requests.get(URL, timeout=5).ok

def size():
    return requests.head(URL, timeout=5).headers["Content-Length"]

def checked():
    return httpx.get(URL).raise_for_status().json()

def page():
    return urlopen(URL, timeout=5).read()

def directory(url):
    try:
        found = requests.get(url, timeout=5).json()
        return {key: found[key] for key in ("newOrder", "newNonce")}
    except (requests.RequestException, ValueError, KeyError) as error:
        raise NoDirectory(url) from error

def first():
    if (found := requests.get(URL, timeout=5)).ok:
        return found.json()

async def ids():
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        return await (await session.get(URL)).json()
```

```python good
import requests

def attempt(function, *args, **options):
    answer = function(*args, **options)
    answer.raise_for_status()
    return answer

def zones():
    return attempt(requests.get, "https://dns.example.net/zones", timeout=5).json()
```

```python bad
import requests

def attempt(function, *args, **options):
    return function(*args, **options)

def zones():
    return attempt(requests.get, "https://dns.example.net/zones", timeout=5).json()  # finds: unchecked-body
```

The fix keeps the response for a moment, under a name that is free, and calls
`raise_for_status()` on it. It is not applied unasked: a caller that lived on error bodies will now
see an exception. There is no fix where the call may not be made at all, or not first, in its
statement.

When not to: an API that answers errors with an envelope in the body, which you do read; or a status
page whose error text is what you want to show. Say so in an ignore comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding, Severity, WrappedCall, chained, gives_refusals, path_of, raise_between, read_unchecked
from ..kit.rule import rule


@rule(code="ERR002", name="unchecked-body", on=(Call, WrappedCall), equivalents=("use-raise-for-status",))
def check(call: Call | WrappedCall) -> Iterator[Finding]:
    """Reports a response that is never named, and whose body is read."""
    response = call.response
    accessor = read_unchecked(response) if response is not None and chained(response) else ""
    if accessor and not gives_refusals(call):
        yield call.finding(
            f"`{call.written}(...).{accessor}` discards the response unchecked: an error page is processed as data",
            *raise_between(call),
            related=path_of(call),
            severity=Severity.INFO if response is not None and response.noticed else None,
        )
