r"""A loop of attempts after which the function returns None.

When the last attempt has failed too, the loop is over and the function ends without a word: its caller gets
None where an answer was promised, and fails somewhere else with an error that names neither the peer nor
the cause.

```python bad
import time

import requests

def rates(url):
    for attempt in range(3):  # finds: retry-loop-falls-through
        try:
            answer = requests.get(url, timeout=5)
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException as error:
            log.warning("attempt %s: %s", attempt, error)
            time.sleep(2**attempt)
```

```python fixed
import time

import requests

def rates(url):
    for attempt in range(3):
        try:
            answer = requests.get(url, timeout=5)
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException as error:
            if attempt == 2:
                raise
            log.warning("attempt %s: %s", attempt, error)
            time.sleep(2**attempt)
```

```python bad
import asyncio

import httpx

ATTEMPTS = 5

async def rates(client: httpx.AsyncClient):
    for _ in range(1, ATTEMPTS + 1):  # finds: retry-loop-falls-through
        try:
            return (await client.get("/rates")).raise_for_status().json()
        except httpx.HTTPError:
            await asyncio.sleep(1)
    log.error("no rates")
```

```python fixed
import asyncio

import httpx

ATTEMPTS = 5

async def rates(client: httpx.AsyncClient):
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return (await client.get("/rates")).raise_for_status().json()
        except httpx.HTTPError:
            if attempt == ATTEMPTS:
                raise
            await asyncio.sleep(1)
    log.error("no rates")
```

A `while` loop that counts is the same. It lets out what stays, too.

```python bad
import requests

def rates(url):
    attempts = 0
    while attempts < 3:  # finds: retry-loop-falls-through
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            attempts += 1
```

Silent where the last error is raised, something follows the loop, or None is an answer that callers expect:
by the annotation, because the function returns it elsewhere, or because its only other answer is True. A
loop over data, such as a list of mirrors, is no loop of attempts, and neither is one whose function returns
nothing.

```python good
import requests

def raises(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5)
        except requests.RequestException:
            if attempt == 2:
                raise

def in_else(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5)
        except requests.RequestException:
            continue
    else:
        raise LookupError(url)

def follows(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5)
        except requests.RequestException:
            continue
    return cached(url)

def annotated(url) -> dict | None:
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5)
        except requests.RequestException:
            continue

def elsewhere(url):
    if not url:
        return None
    for attempt in range(3):
        try:
            return requests.get(url, timeout=5)
        except requests.RequestException:
            continue

def sent(url):
    for attempt in range(3):
        try:
            requests.post(url, timeout=5).raise_for_status()
            return True
        except requests.RequestException:
            continue

def mirrors(urls):
    for url in urls:
        try:
            return requests.get(url, timeout=5)
        except requests.RequestException:
            continue

def nothing(url):
    for attempt in range(3):
        try:
            requests.post(url, timeout=5).raise_for_status()
            break
        except requests.RequestException:
            continue

def again(urls):
    for url in urls:
        for attempt in range(3):
            try:
                return requests.get(url, timeout=5)
            except requests.RequestException:
                continue
```

The same holds for the loop of a decorator that the project wrote: it stands in the place of the function. Where
another module decorates with it, the finding stands there.

```python bad
import time
import requests

def retry(function):
    def wrapper(*args, **kwargs):
        for attempt in range(3):  # finds: retry-loop-falls-through
            try:
                return function(*args, **kwargs)
            except requests.RequestException:
                time.sleep(2**attempt)
    return wrapper

@retry
def rates():
    return requests.get("https://rates.example.com", timeout=5)
```

```python bad app/again.py
import functools
import time

import requests

def retry(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for attempt in range(3):
            try:
                return function(*args, **kwargs)
            except requests.RequestException:
                time.sleep(2**attempt)
    return wrapper
```

```python bad app/rates.py
import requests

from .again import retry

@retry  # finds: retry-loop-falls-through
def rates():
    return requests.get("https://rates.example.com", timeout=5)

@retry
def names():
    return requests.get("https://names.example.com", timeout=5)
```

A function without a value of its own promises none, and what the decorator does not repeat leaves it.

```python good
import functools
import time
import requests

def retry(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for attempt in range(3):
            try:
                return function(*args, **kwargs)
            except requests.RequestException:
                time.sleep(2**attempt)
    return wrapper

@retry
def report(text):
    requests.post("https://reports.example.com", data=text, timeout=5)

@retry
def cached():
    try:
        return requests.get("https://rates.example.com", timeout=5)
    except requests.RequestException:
        return {}
```

The fix raises the last error. It is not applied unasked, because a caller may live on None.

When not to: a function whose callers all test for None. Say so in its annotation; it is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, RetryLoop, let_out
from ..kit.rule import rule
from ._ends import falls_through, raise_last


@rule(code="RTY008", name="retry-loop-falls-through", preview=True)
def check(loop: RetryLoop) -> Iterator[Finding]:
    """Reports a counted loop around external calls that ends the function without an answer or an error."""
    if falls_through(loop):
        yield loop.finding(
            f"the function returns None after the last attempt of `{loop.calls[0].written}`: the error is lost",
            *(raise_last(loop) or let_out(loop)),
        )
