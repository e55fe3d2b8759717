r"""A `Retry-After` header that is parsed as a number only.

The header holds seconds or a date, and the standard allows both (RFC 9110, section 10.2.3).
`int("Fri, 31 Dec 2027 23:59:59 GMT")` raises ValueError at the worst moment: when the peer
is overloaded, the code that would have slowed down crashes instead.

```python bad
import time

import requests

def fetch(url):
    response = requests.get(url, timeout=5)
    if response.status_code == 429:
        time.sleep(int(response.headers["Retry-After"]))  # finds: retry-after-as-number
    return response
```

```python fixed
import time
from email.utils import parsedate_to_datetime

import requests

<retry_after_seconds>


def fetch(url):
    response = requests.get(url, timeout=5)
    if response.status_code == 429:
        time.sleep(retry_after_seconds(response.headers.get("Retry-After", "")))
    return response
```

```python bad
import asyncio

async def pause(response):
    after = response.headers.get("retry-after", "5")
    await asyncio.sleep(float(after))  # finds: retry-after-as-number
```

A header that is read twice is one finding, and fixed in both places.

```python bad
import time

import requests

def patient(url):
    response = requests.get(url, timeout=5)
    while int(response.headers.get("Retry-After", 0)) > 0:  # finds: retry-after-as-number
        time.sleep(int(response.headers.get("Retry-After", 0)))
        response = requests.get(url, timeout=5)
    return response
```

```python fixed
import time
from email.utils import parsedate_to_datetime

import requests

<retry_after_seconds>


def patient(url):
    response = requests.get(url, timeout=5)
    while int(retry_after_seconds(response.headers.get("Retry-After", 0))) > 0:
        time.sleep(retry_after_seconds(response.headers.get("Retry-After", 0)))
        response = requests.get(url, timeout=5)
    return response
```

Code that expects something else than a number is left alone, and so is a value that a library has
already read.

```python good
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime

def careful(response):
    try:
        return int(response.headers["Retry-After"])
    except ValueError:
        return 30

def either(response):
    value = response.headers["Retry-After"]
    if value.isdigit():
        return int(value)
    return parsedate_to_datetime(value).timestamp() - time.time()

def suppressed(response):
    with suppress(ValueError):
        time.sleep(int(response.headers["Retry-After"]))

def given(error):
    time.sleep(int(error.retry_after))

def another(response):
    return int(response.headers["X-RateLimit-Remaining"])

def answer(response):
    response.headers["Retry-After"] = str(int(PAUSE))
```

The severity is info where the address is written out and its owner documents seconds, as Slack does. A number that is
divided by a thousand is no header of the standard, and is left alone.

```python bad
import time

import requests

def user(mail):
    answer = requests.post("https://slack.com/api/users.lookupByEmail", data={"email": mail}, timeout=5)
    if answer.status_code == 429:
        time.sleep(int(answer.headers["Retry-After"]))  # finds: retry-after-as-number
    return answer
```

```python good
import time

def pause(response):
    wait_ms = response.headers.get("Retry-After", "1000")
    time.sleep(min(int(wait_ms) // 1000, 60))

def longer_pause(response):
    wait = int(response.headers["Retry-After"])
    time.sleep(wait * 0.001)
```

The fix puts a small function into the module that reads both, and calls it. A number stays the same number, up to an
hour: a date far away, or a slip of the server, must not stop the program for years. What is neither, or missing,
becomes a second. It is not applied unasked, as a pause of more than an hour becomes shorter.

When not to: a server of your own that only ever sends seconds, and a proxy in front of it that never
answers for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame, Related, Severity
from ..kit.rule import rule
from ._documented import counts_seconds
from ._retry_after import conversions_by_response, parse_dates_too


@rule(code="RLM001", name="retry-after-as-number", words=("retry-after",))
def check(frame: Frame) -> Iterator[Finding]:
    """Reports a header that is parsed as a number, where a date would raise."""
    span, document = frame.tree.span, frame.scope.module.doc
    for first, *others in conversions_by_response(frame, "retry-after"):
        places = (span(other.node) for other in others)
        yield frame.finding(
            f"`{first.kind}` cannot parse every Retry-After: it may hold a date, which raises ValueError here",
            span(first.node),
            tuple(parse_dates_too([first, *others])),
            related=tuple(Related("and here", place, row=document.position(place.start)[0]) for place in places),
            severity=Severity.INFO if counts_seconds(frame, first.node) else None,
        )
