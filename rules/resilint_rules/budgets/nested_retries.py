"""Retries inside retries: layers that repeat the same failure multiply.

A client that tries three times inside a function that is tried six times sends eighteen requests for one
failure. While the other side is down, every caller does so: the load grows by that factor at the worst
moment, and the caller waits for all of them. One layer is enough: the one that knows most about the call.

```python bad
import stamina
from openai import APIError, OpenAI

client = OpenAI(timeout=60)

@stamina.retry(on=APIError, attempts=4)  # finds: nested-retries
def answer(question):
    return client.responses.create(model="m", input=question)
```

```python fixed
import stamina
from openai import APIError, OpenAI

client = OpenAI(timeout=60, max_retries=0)

@stamina.retry(on=APIError, attempts=4)
def answer(question):
    return client.responses.create(model="m", input=question)
```

Functions that are called count, also those of other modules, and so do loops and transports.

```python bad
import requests
from tenacity import retry, stop_after_attempt, wait_random_exponential

@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=5), reraise=True)
def price(item):
    answer = requests.get(f"https://prices.example.com/{item}", timeout=5)
    answer.raise_for_status()
    return answer.json()

def listed(item):
    for attempt in range(4):  # finds: nested-retries
        try:
            return price(item)
        except requests.RequestException:
            pass
```

```python bad
import requests
from requests.adapters import HTTPAdapter
from tenacity import retry, stop_after_attempt, wait_random_exponential
from urllib3.util import Retry

session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=Retry(total=4, backoff_factor=0.5, status_forcelist=[503])))

@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=30))  # finds: nested-retries
def rates():
    return session.get("https://rates.example.com", timeout=5).json()
```

Layers for different failures do not multiply, nor does one that only repeats connecting. A function that
handles the failure ends it. Five requests or fewer are not reported.

```python good
import httpx
import requests
from requests.adapters import HTTPAdapter
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from urllib3.util import Retry

session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=Retry(total=4, backoff_factor=0.5, status_forcelist=[503])))
client = httpx.Client(transport=httpx.HTTPTransport(retries=4), timeout=5)

@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=9), retry=retry_if_exception_type(ValueError))
def parsed():
    return session.get("https://rates.example.com", timeout=5).json()

@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=9))
def connected():
    return client.get("https://rates.example.com").json()

def latest():
    try:
        return session.get("https://rates.example.com", timeout=5).json()
    except requests.RequestException:
        return None

@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=9))
def handled():
    return latest()
```

How often a layer repeats has to be seen: an unknown number multiplies nothing.

```python good
import requests
from openai import OpenAI
from tenacity import retry, stop_after_attempt, wait_random_exponential

client = OpenAI(timeout=60, max_retries=0)

def made(options):
    return OpenAI(timeout=60, **options)

@retry(stop=stop_after_attempt(6), wait=wait_random_exponential(max=60))
def answer(question):
    return client.responses.create(model="m", input=question)

@retry(stop=stop_after_attempt(6), wait=wait_random_exponential(max=60))
def other(question, options):
    return made(options).responses.create(model="m", input=question)
```

Decorators that the project wrote count with the attempts of their own loops.

```python bad
import time
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=Retry(total=2, backoff_factor=0.5, status_forcelist=[503])))

def again(times=2):
    def decorate(function):
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except requests.RequestException:
                    if attempt == times - 1:
                        raise
                    time.sleep(2**attempt)
        return wrapper
    return decorate

@again(times=4)  # finds: nested-retries
def rates():
    return session.get("https://rates.example.com", timeout=5).json()

@again()
def price(item):
    return requests.get(f"https://prices.example.com/{item}", timeout=5).json()

def listed(item):
    for attempt in range(3):  # finds: nested-retries
        try:
            return price(item)
        except requests.RequestException:
            time.sleep(2**attempt)
    raise LookupError(item)
```

```python good
import time
import requests

def again(times):
    def decorate(function):
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except ValueError:
                    time.sleep(2**attempt)
        return wrapper
    return decorate

@again(9)
def price(item):
    return requests.get(f"https://prices.example.com/{item}", timeout=5)

def listed(item):
    for attempt in range(4):
        try:
            return price(item)
        except requests.RequestException:
            time.sleep(2**attempt)
    raise LookupError(item)
```

The one further attempt that some libraries make when a connection ends is no layer: a loop of five is no heavier by it.

```python good
import asyncio
import aiohttp

async def ready(url):
    for attempt in range(5):
        try:
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                if answer.status == 200:
                    return True
        except aiohttp.ClientError:
            log.debug("not yet")
        await asyncio.sleep(0.5 * 1.4**attempt)
    return False
```

The fix switches the retries of the inner client off, and its title says what that changes. It is unsafe: other
calls of that client are not repeated any more either.

When not to: the outer layer repeats much later than the inner one, and the peer is known to bear the load.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Fix, Frame, add_argument, in_seconds, places_of, replace
from ..kit.rule import rule
from ._amplification import NestedRetry, nested_retries, switch_of

_MANY = 6
"""Requests for one failure that are reported."""


@rule(code="BGT001", name="nested-retries", preview=True)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports a layer that repeats what another layer beneath it repeats, with the call that is sent most often."""
    found: dict[str, NestedRetry] = {}
    for nested in nested_retries(frame):
        key = nested.layers[-1].source
        if nested.attempts >= _MANY and (key not in found or nested.attempts > found[key].attempts):
            found[key] = nested
    for nested in found.values():
        span, call = nested.layers[-1].span, nested.lead.call
        if span is not None:
            related = places_of(frame, nested.path, "it is sent here") if nested.lead.callers else ()
            yield frame.finding(
                _message(nested), span, tuple(_fixes(nested)), related=related, callee=call.callee, library=call.library
            )


def _message(nested: NestedRetry) -> str:
    """What repeats what, and what that comes to."""
    *inner, outer = nested.layers
    tries = " times what ".join(f"{layer.who} tries {layer.attempts}" for layer in (outer, *reversed(inner)))
    longest = f" and may take {in_seconds(nested.seconds)}" if nested.seconds is not None else ""
    return f"{tries} times: one failure makes {nested.attempts} requests{longest}"


def _fixes(nested: NestedRetry) -> Iterator[Fix]:
    """Switches the retries of the library off, where its client is made in the checked module."""
    call, innermost = nested.lead.call, nested.layers[0]
    found = switch_of(call) if innermost.who == call.library else None
    if found is None or found[0].frame.scope.module is not nested.site.frame.scope.module:
        return
    made, words = found
    off = "0" if words.counts == "retries" else "1"
    given = made.args.named.get(words.param)
    text = f"{words.param}={off}"
    edit = add_argument(made, text) if given is None else replace(made.frame, given.node, off)
    if edit is not None:
        left = nested.attempts // (innermost.attempts or 1)
        yield Fix(f"Switch the retries of {call.library} off: {nested.attempts} -> {left} requests", (edit,))
