r"""A retry that never gives up.

While the other side is away, each call that is retried without a limit turns into a hidden
loop: its worker is lost, its caller waits, and nothing is reported, because nothing has failed
yet. Several libraries retry without limit by default.

```python bad
from tenacity import retry, wait_random_exponential
import requests

@retry(wait=wait_random_exponential(max=10))  # finds: unbounded-retry
def rates():
    return requests.get("https://fx.example.com/rates", timeout=5)
```

```python fixed
from tenacity import retry, stop_after_attempt, wait_random_exponential
import requests

@retry(wait=wait_random_exponential(max=10), stop=stop_after_attempt(5))
def rates():
    return requests.get("https://fx.example.com/rates", timeout=5)
```

Without parentheses it waits for nothing either, so that the fix adds both.

```python bad
import tenacity, httpx

@tenacity.retry  # finds: unbounded-retry
def rates():
    return httpx.get("https://fx.example.com/rates")
```

```python fixed
import tenacity, httpx

@tenacity.retry(stop=tenacity.stop_after_attempt(5), wait=tenacity.wait_random_exponential(multiplier=0.5, max=10))
def rates():
    return httpx.get("https://fx.example.com/rates")
```

```python bad
import backoff, requests

@backoff.on_exception(backoff.expo, requests.ConnectionError)  # finds: unbounded-retry
def rates():
    return requests.get("https://fx.example.com/rates", timeout=5)
```

```python fixed
import backoff, requests

@backoff.on_exception(backoff.expo, requests.ConnectionError, max_tries=5, max_time=30)
def rates():
    return requests.get("https://fx.example.com/rates", timeout=5)
```

A wait for work that is done elsewhere may take longer than any number that we know: there is no fix, and
the limit is yours to set.

```python bad
import tenacity, httpx

@tenacity.retry(wait=tenacity.wait_fixed(2))  # finds: unbounded-retry
def wait_for_export(job):
    if httpx.get(f"https://export.example.com/{job}").raise_for_status().json()["state"] != "done":
        raise NotReady(job)
```

A loop that repeats until it succeeds is the same thing, written by hand.

```python bad
import logging, time
import requests

def rates(url):
    while True:  # finds: unbounded-retry
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            logging.warning("no rates yet")  # the bank restarts at night
            time.sleep(1)
```

```python fixed
import logging, time
import requests

def rates(url):
    attempts = 0
    while True:
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            attempts += 1
            if attempts == 5:
                raise
            logging.warning("no rates yet")  # the bank restarts at night
            time.sleep(1)
```

An argument that says that there is no limit is replaced.

```python bad
import requests
from celery import shared_task

@shared_task(autoretry_for=(requests.ConnectionError,), retry_backoff=True, max_retries=None)  # finds: unbounded-retry
def deliver(hook, event):
    requests.post(hook, json=event, timeout=10).raise_for_status()
```

```python fixed
import requests
from celery import shared_task

@shared_task(autoretry_for=(requests.ConnectionError,), retry_backoff=True, max_retries=5)
def deliver(hook, event):
    requests.post(hook, json=event, timeout=10).raise_for_status()
```

A policy that looks at results alone waits for work done elsewhere, and any failure ends it: it is a warning.

Where only a server on this machine is waited for, the severity is info, and there is no fix: it comes up, or its owner
sees why not.

```python bad
import subprocess, time
import requests

def bench(port):
    server = subprocess.Popen(["shop", str(port)])
    base = f"http://localhost:{port}"
    while True:  # finds: unbounded-retry
        try:
            requests.get(f"{base}/health", timeout=3).raise_for_status()
            break
        except requests.RequestException:
            time.sleep(2)
    return server
```

Any limit counts: a number of attempts, a time, an event, a `raise` or `break` on the way of a
failure. So does a function of yours that may hold one, and options that cannot be seen. A policy or a
loop that repeats nothing but an error that says "not finished yet" waits for work, and each attempt is
as good as the last; a policy that a client is given to stay connected
waits out the outages it is for, as does one around a function that never returns by itself.

```python good
import asyncio, time
import backoff, httpx, requests, stamina
from tenacity import Retrying, retry, retry_if_exception_type, stop_after_delay, wait_exponential

@retry(stop=stop_after_delay(30))
def timed():
    return requests.get(URL, timeout=5)

@retry(**POLICY)
def somehow():
    return requests.get(URL, timeout=5)

@stamina.retry(on=requests.ConnectionError, attempts=None)
def for_45_seconds():
    return requests.get(URL, timeout=5)

@backoff.on_exception(backoff.expo, requests.ConnectionError, max_time=60)
def a_minute():
    return requests.get(URL, timeout=5)

def until(deadline):
    while True:
        try:
            return requests.get(URL, timeout=5)
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)

def counted(attempts):
    while True:
        attempts -= 1
        if not attempts:
            return None
        try:
            return requests.get(URL, timeout=5)
        except requests.ConnectionError:
            time.sleep(1)

def patient(budget):
    while True:
        try:
            return requests.get(URL, timeout=5)
        except requests.ConnectionError as error:
            budget.spend(error)

async def scoped(client: httpx.AsyncClient):
    async with asyncio.timeout(30):
        while True:
            try:
                return await client.get(URL)
            except httpx.TransportError:
                await asyncio.sleep(1)

class NotFinished(Exception): ...

@retry(wait=wait_exponential(max=30), retry=retry_if_exception_type(NotFinished))
def finished(statement):
    if requests.get(f"{URL}/{statement}", timeout=5).json()["state"] == "running":
        raise NotFinished

@retry(wait=wait_exponential(max=30))
def forward(store, clients):
    while True:
        events = store.pubsub()
        try:
            while True:
                event = events.get_message(timeout=5)
                clients.put(event)
        finally:
            events.close()

def listen(queue):
    while True:
        try:
            if requests.get(URL, timeout=5).ok:
                break
        except requests.ConnectionError:
            time.sleep(1)
```

A function that calls itself again where its call has failed has no limit but the stack.

```python bad
import time
import requests

def rates(day):
    try:
        answer = requests.get(URL, timeout=5)
    except requests.ConnectionError:
        time.sleep(1)
        return rates(day)  # finds: unbounded-retry
    answer.raise_for_status()
    return answer.json()
```

```python fixed
import time
import requests

def rates(day, *, attempts=3):
    try:
        answer = requests.get(URL, timeout=5)
    except requests.ConnectionError:
        if attempts == 1:
            raise
        time.sleep(1)
        return rates(day, attempts=attempts - 1)
    answer.raise_for_status()
    return answer.json()
```

A peer that refuses for an hour is an outage as well: what repeats each refusal goes on as long.

```python bad
import time
import requests

class RatesError(Exception): ...

def rates(day):
    while True:
        answer = requests.get(URL, params={"day": day}, timeout=5)
        if answer.status_code == 429:  # finds: unbounded-retry
            time.sleep(5)
            continue
        if answer.status_code >= 400:
            raise RatesError(answer.text)
        return answer.json()
```

```python good
import requests

def at_most(url, left=4):
    try:
        return requests.get(url, timeout=5)
    except requests.ConnectionError:
        if not left:
            raise
        return at_most(url, left - 1)

def refused_at_most(url, left=4):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 429 and left:
        return refused_at_most(url, left - 1)
    return answer.raise_for_status()
```

The fix sets five attempts. In a loop it counts the failures and lets the last error out; the rest
of the loop stays as it is, and the first four failures are handled as before. It is not applied
unasked: what used to wait now raises, and the program has to handle that. A function that calls itself gets a parameter
for the attempts that are left; refusals end after three, or what `[tool.resilint.patterns]` says, and with one for more
than a minute. A loop that
fetches one thing after the other has no fix, since five failures may be few for all of them together.

When not to: a daemon whose only purpose is to hold a connection. Functions that are named like one
(`run`, `listen`, `consume`, `watch`) are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import (
    UNLIMITED,
    Finding,
    Fix,
    Frame,
    Guard,
    RetryLoop,
    RetryPolicy,
    Severity,
    add_words,
    bounded,
    count_failures,
    is_given,
    let_out,
)
from ..kit.rule import rule
from ._endless.meant import UNDONE, WAITS, is_meant, is_undone
from ._endless.refusals import endless_recursion, endless_refusals

_DAEMON = re.compile(
    r"(?:^|_)(?:run|runs|runner|consume|consumer|listen|listener|forever|serve|worker|daemon|watch|mainloop|main_loop)(?:_|$)"
)


@rule(code="RTY001", name="unbounded-retry", severity="error", on=(RetryPolicy, RetryLoop, Guard, Frame))
def check(retry: RetryPolicy | RetryLoop | Guard | Frame) -> Iterator[Finding]:
    """Reports policies without a limit, loops that only success ends, and functions that call themselves again."""
    if isinstance(retry, Frame):
        yield from endless_refusals(retry)
    elif isinstance(retry, Guard):
        yield from endless_recursion(retry)
    elif isinstance(retry, RetryPolicy):
        if retry.limit == UNLIMITED and retry.settled and not is_meant(retry):
            yield retry.finding(
                f"`{retry.written}` retries without limit: neither its attempts nor its time are limited",
                *_stop(retry),
                severity=Severity.WARNING if _polls(retry) else None,
            )
    elif _is_endless(retry):
        local = retry.is_local
        head = f"while {retry.frame.tree.code(retry.node.test)}" if isinstance(retry.node, cst.While) else "while True"
        yield retry.finding(
            f"`{head}` repeats `{retry.calls[0].written}` until "
            + ("a server on this machine answers" if local else "it succeeds: during an outage it never returns"),
            *([] if local else _ends(retry)),
            severity=Severity.INFO if local else None,
        )


def _polls(layer: RetryPolicy) -> bool:
    """Whether a policy looks at results alone, so that every failure ends it: it waits for work done elsewhere."""
    return layer.fact.predicate is not None and layer.fact.errors is None


def _ends(loop: RetryLoop) -> list[Fix]:
    """Counts the failures of a loop; one that takes refusals for failures, too, lets out those that stay."""
    refused = any(clause.broad or any(map(clause.catches_status_error, loop.calls)) for clause in loop.retried)
    return (let_out(loop) if refused else []) or count_failures(loop)


def _stop(layer: RetryPolicy) -> list[Fix]:
    name = layer.body.qualname if layer.body is not None else ""
    if WAITS.search(name) or UNDONE.search(layer.frame.tree.code(layer.node)):
        return []  # how long that takes cannot be seen
    if is_given(layer):
        return bounded(layer)
    words = [layer.fact.fix_stop]
    if layer.waits is False:
        words.append(layer.fact.fix_wait)
    return add_words(layer, words)


def _is_endless(loop: RetryLoop) -> bool:
    name = loop.frame.qualname.rpartition(".")[2]
    return (
        loop.endless
        and not loop.gives_up
        and not loop.timed
        and not loop.is_generator
        and not _DAEMON.search(name.lower())
        and not all(is_undone(candidate.errors) for candidate in loop.retried)
    )
