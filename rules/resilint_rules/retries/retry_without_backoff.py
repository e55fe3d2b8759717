r"""Attempts that follow each other without a pause.

What makes a call fail is seldom over a millisecond later. Attempts that are fired back to back fail
together, and they hit the other side when it is weakest: a short hiccup becomes an outage, because
every one of its callers multiplies its load at once.

```python bad
import requests

def rates(url):
    for attempt in range(5):  # finds: retry-without-backoff
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            continue
    raise RuntimeError("no rates")
```

```python fixed
import random
import time

import requests

def rates(url):
    for attempt in range(5):
        if attempt:
            time.sleep(random.uniform(0, min(10, 0.5 * 2**attempt)))
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            continue
    raise RuntimeError("no rates")
```

```python bad
from tenacity import retry, stop_after_attempt
import httpx

@retry(stop=stop_after_attempt(4))  # finds: retry-without-backoff
async def user(client: httpx.AsyncClient, uid):
    return await client.get(f"/users/{uid}")
```

```python fixed
from tenacity import retry, stop_after_attempt, wait_random_exponential
import httpx

@retry(stop=stop_after_attempt(4), wait=wait_random_exponential(multiplier=0.5, max=10))
async def user(client: httpx.AsyncClient, uid):
    return await client.get(f"/users/{uid}")
```

```python bad
from urllib3.util import Retry

policy = Retry(  # finds: retry-without-backoff
    total=5,
    status_forcelist=(429, 502, 503, 504),
)
```

```python fixed
from urllib3.util import Retry

policy = Retry(
    total=5,
    status_forcelist=(429, 502, 503, 504),
    backoff_factor=0.5,
)
```

A loop that looks at nothing but the status is a retry as well, counted or endless, as long as each round sends
the same request and nothing in it waits or reacts to a failure.

```python bad
import requests

def rates(url):
    for _ in range(5):  # finds: retry-without-backoff
        answer = requests.get(url, timeout=5)
        if answer.status_code == 200:
            return answer.json()
    raise RuntimeError("no rates")
```

```python fixed
import random
import time

import requests

def rates(url):
    for attempt in range(5):
        if attempt:
            time.sleep(random.uniform(0, min(10, 0.5 * 2**attempt)))
        answer = requests.get(url, timeout=5)
        if answer.status_code == 200:
            return answer.json()
    raise RuntimeError("no rates")
```

```python bad
import requests

def rates(url):
    while True:  # finds: retry-without-backoff
        answer = requests.get(url, timeout=5)
        if answer.ok:
            return answer.json()
        print("no rates yet")
```

```python fixed
import time

import requests

def rates(url):
    while True:
        answer = requests.get(url, timeout=5)
        if answer.ok:
            return answer.json()
        print("no rates yet")
        time.sleep(1)
```

A pause of nothing is none.

```python good
from urllib3 import Retry

def lookup(resolver, name):
    left = Retry(total=4)  # a counter: no transport gets it
    while not left.is_exhausted():
        found = resolver.resolve(name)
        if found:
            return found
        left = left.increment()
    raise LookupError(name)
```

```python bad
import celery, requests

@celery.shared_task(autoretry_for=(requests.ConnectionError,), default_retry_delay=0)  # finds: retry-without-backoff
def push(order):
    requests.post(GATEWAY, json=order, timeout=5)
```

```python fixed
import celery, requests

@celery.shared_task(autoretry_for=(requests.ConnectionError,), default_retry_delay=0, retry_backoff=True)
def push(order):
    requests.post(GATEWAY, json=order, timeout=5)
```

One more attempt is no storm. Neither is a loop over other hosts, or one that does something about the
failure before it tries again: that is failover, and it should not wait.

```python good
import time
import requests, stamina
from tenacity import retry, stop_after_attempt, wait_fixed
from urllib3.util import Retry

once_more = Retry(total=1)
never = Retry(total=0)
somehow = Retry(total=5, **OPTIONS)

@stamina.retry(on=requests.ConnectionError, attempts=5)
def stamina_waits():
    return requests.get(URL, timeout=5)

@retry(stop=stop_after_attempt(3), wait=wait_fixed(1))
def spaced():
    return requests.get(URL, timeout=5)

@retry(stop=stop_after_attempt(3))
def guess(numbers):
    return numbers.pop() / numbers.pop()

def any_of(hosts):
    for index in range(len(hosts)):
        try:
            return requests.get(hosts[index], timeout=5)
        except requests.ConnectionError:
            continue

def twice():
    for attempt in range(2):
        try:
            return requests.get(URL, timeout=5)
        except requests.ConnectionError:
            continue

def politely():
    for attempt in range(5):
        try:
            return requests.get(URL, timeout=5)
        except requests.ConnectionError:
            back_off(attempt)

def with_a_new_session(session: requests.Session):
    for attempt in range(5):
        try:
            return session.get(URL, timeout=5)
        except requests.ConnectionError:
            session.close()
            session = requests.Session()

def until_it_is_well_formed():
    for attempt in range(5):
        try:
            return requests.get(URL, timeout=5).json()
        except ValueError:
            continue
```

A loop that asks again and again has the same need: while the peer refuses connections each round fails in a
millisecond. Anything in the round that may wait is enough.

```python bad
import requests

def follow(stop):
    while not stop.is_set():  # finds: retry-without-backoff
        try:
            answer = requests.get(URL, timeout=30)
            answer.raise_for_status()
            handle(answer.json())
        except requests.RequestException:
            log.exception("again")
```

```python good
import requests

def calmly(stop):
    while not stop.is_set():
        try:
            handle(requests.get(URL, timeout=30))
        except requests.RequestException:
            log.exception("again in 5 s")
            stop.wait(5)

def deliver(queue):
    while True:
        job = queue.get()
        try:
            requests.post(URL, json=job, timeout=30)
        except requests.RequestException:
            log.exception("lost")

def all_of(urls):
    while urls:
        url = urls.pop()
        try:
            requests.get(url, timeout=30)
        except requests.RequestException:
            log.exception("left out")
```

The loop of a decorator that the project wrote is one around the calls of the functions that it decorates.

```python bad
import functools
import requests

def again(times=3):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):  # finds: retry-without-backoff
                try:
                    return function(*args, **kwargs)
                except requests.ConnectionError:
                    if attempt == times - 1:
                        raise
        return wrapper
    return decorate

@again(times=5)
def prices(item):
    return requests.get(f"https://prices.example.com/{item}", timeout=5)
```

```python good
import functools
import time
import requests

def again(times=3):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except ValueError:
                    if attempt == times - 1:
                        raise
        return wrapper
    return decorate

def calmly(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for attempt in range(4):
            try:
                return function(*args, **kwargs)
            except requests.ConnectionError:
                if attempt == 3:
                    raise
                time.sleep(2**attempt)
    return wrapper

@again(times=2)
@calmly
def prices(item):
    return requests.get(f"https://prices.example.com/{item}", timeout=5)

@again(times=5)
def parsed(text):
    return int(text)
```

The fix waits before every attempt but the first, at random and up to twice as long each time, and
never more than ten seconds. In a `while` it waits a second between two rounds, and a policy says the
same in its library's own words. It is not applied unasked: callers wait longer
when there is no answer.

When not to: a loop that fights for something local, such as a free port or an optimistic lock. Those
are not seen as external calls; if one is, say so in an ignore comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import (
    LIMITED,
    AnyRetry,
    ConsumeLoop,
    Finding,
    RetryLoop,
    RetryPolicy,
    Severity,
    StatusLoop,
    counts_by_hand,
    let_out,
    pause,
    space,
)
from ..kit.rule import rule


@rule(code="RTY002", name="retry-without-backoff")
def check(retry: AnyRetry) -> Iterator[Finding]:
    """Reports policies, counted loops of three or more attempts and status loops that never wait."""
    if isinstance(retry, RetryPolicy):
        if _hastens(retry):
            yield retry.finding(f"`{retry.written}` retries without a pause: all attempts fail together", *space(retry))
    elif isinstance(retry, StatusLoop):
        if not retry.paced and (retry.endless or _many(retry)):
            yield retry.finding(
                f"`{retry.call.written}` is retried at once after an error status: without a pause all attempts "
                "fail together",
                *pause(retry),
            )
    elif isinstance(retry, ConsumeLoop):
        yield retry.finding(
            f"`{retry.call.written}` fails in a round that starts the next one at once: during an outage this loop "
            "runs at full speed"
        )
    elif retry.counted and _hasty(retry):
        yield retry.finding(
            f"`{retry.calls[0].written}` is retried at once: without a pause all attempts fail together",
            *(pause(retry) or let_out(retry)),
            severity=Severity.INFO if retry.is_local else None,
        )


def _hastens(policy: RetryPolicy) -> bool:
    """Whether a policy surely makes several attempts at external calls without a pause."""
    hasty = policy.waits is False and policy.limit == LIMITED and policy.repeated and policy.remote
    return hasty and not counts_by_hand(policy)


def _hasty(loop: RetryLoop) -> bool:
    """Whether attempts follow each other without a pause, and nothing differs between them."""
    return _many(loop) and not loop.paced and not loop.varies and not loop.recovers and not loop.is_generator


def _many(loop: RetryLoop | StatusLoop) -> bool:
    return loop.attempts > 2 if loop.attempts is not None else loop.is_named_as_retry
