r"""A handler that catches the error which the retry around its function waits for.

The policy repeats the function when it raises. Here the function turns the failure into a log entry or a
default first, so that it never raises: the code looks protected, and no call is ever repeated.

```python bad
import celery
import requests

@celery.shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=5)
def push(order):
    try:
        requests.post(GATEWAY, json=order, timeout=5).raise_for_status()
    except requests.RequestException:  # finds: swallow-defeats-retry
        log.exception("order %s", order["id"])
```

```python fixed
import celery
import requests

@celery.shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=5)
def push(order):
    try:
        requests.post(GATEWAY, json=order, timeout=5).raise_for_status()
    except requests.RequestException:
        log.exception("order %s", order["id"])
        raise
```

```python bad
import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

@retry(retry=retry_if_exception_type(httpx.TransportError), stop=stop_after_attempt(3), wait=wait_fixed(1))
async def rates(client: httpx.AsyncClient):
    try:
        answer = await client.get("/rates")
        return answer.raise_for_status().json()
    except Exception as exc:  # finds: swallow-defeats-retry
        log.error("no rates: %s", exc)
        return {}
```

```python fixed
import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

@retry(retry=retry_if_exception_type(httpx.TransportError), stop=stop_after_attempt(3), wait=wait_fixed(1))
async def rates(client: httpx.AsyncClient):
    try:
        answer = await client.get("/rates")
        return answer.raise_for_status().json()
    except Exception as exc:
        log.error("no rates: %s", exc)
        raise
```

Silent where the handler may raise, or requests another attempt by itself; where it catches only a part of
what is retried; where a result decides about another attempt; where another call of the function is not
guarded, for which the retry may be meant; and in a loop, where one item is skipped.

The handler may stand in a function that the task only calls, or around such a call.

```python bad
import logging
import requests
from celery import shared_task

def send(number):
    try:
        requests.put(f"https://hub.example.com/{number}", timeout=5).raise_for_status()
    except requests.RequestException:  # finds: swallow-defeats-retry
        logging.warning("push of %s", number)

def fetch(number):
    answer = requests.get(f"https://hub.example.com/{number}", timeout=5)
    answer.raise_for_status()
    return answer.json()

@shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=3)
def push(number):
    send(number)

@shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=3)
def pull(number):
    try:
        return fetch(number)
    except requests.RequestException:  # finds: swallow-defeats-retry
        logging.exception("pull of %s", number)
```

```python good
import logging
import requests
from celery import shared_task

def send(number):
    try:
        requests.put(f"https://hub.example.com/{number}", timeout=5).raise_for_status()
    except requests.RequestException:
        return False
    return True

@shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=3)
def push(number):
    if not send(number):
        raise requests.ConnectionError("not sent")

@shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True, max_retries=3)
def both(number):
    send(number)
    requests.post("https://log.example.com", json={"number": number}, timeout=5).raise_for_status()
```

```python good
import backoff, celery, requests
from tenacity import retry, retry_if_result, stop_after_attempt, wait_fixed

@celery.shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True)
def raised(order):
    try:
        requests.post(GATEWAY, timeout=5).raise_for_status()
    except requests.RequestException:
        log.exception("order %s", order)
        raise

@celery.shared_task(bind=True, autoretry_for=(requests.RequestException,), retry_backoff=True)
def again(self, order):
    try:
        requests.post(GATEWAY, timeout=5).raise_for_status()
    except requests.RequestException as exc:
        self.retry(exc=exc, countdown=60)

@celery.shared_task(autoretry_for=(requests.RequestException,), retry_backoff=True)
def partly(order):
    try:
        requests.post(GATEWAY, timeout=5).raise_for_status()
    except requests.HTTPError:
        log.exception("refused: %s", order)

@retry(retry=retry_if_result(is_none), stop=stop_after_attempt(3), wait=wait_fixed(1))
def result(url):
    try:
        return requests.get(url, timeout=5)
    except requests.RequestException:
        return None

@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=3)
def other(order):
    try:
        requests.post(STATISTICS, timeout=5)
    except requests.RequestException:
        log.info("not counted")
    requests.post(GATEWAY, timeout=5).raise_for_status()

@backoff.on_exception(backoff.expo, Exception, max_tries=3)
def unknown(order, store):
    try:
        requests.post(STATISTICS, timeout=5)
    except requests.RequestException:
        log.info("not counted")
    store.save(order)

@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=3)
def items(urls):
    for url in urls:
        try:
            requests.post(url, timeout=5)
        except requests.RequestException:
            log.info("skipped: %s", url)
```

The fix raises the exception again, behind what the handler does. It is not applied unasked: when all
attempts have failed, the caller gets the error now.

When not to: a retry that stays for another reason. Then it is better to name that reason's exceptions.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Related, RetryPolicy
from ..kit.rule import rule
from ._ends import defeating_handlers, raise_again


@rule(code="RTY007", name="swallow-defeats-retry", severity="error", preview=True)
def check(layer: RetryPolicy) -> Iterator[Finding]:
    """Reports handlers that catch what a policy around their function retries, so that nothing is repeated."""
    place, document = layer.frame.tree.span(layer.node), layer.frame.scope.module.doc
    for handler, call in defeating_handlers(layer):
        yield handler.frame.finding(
            f"`{call.written}` is never repeated: this handler catches what `{layer.written}` waits for",
            handler.head, tuple(raise_again(handler)), callee=call.callee, library=call.library,
            related=(Related("the retry is here", place, row=document.position(place.start)[0]),),
        )  # fmt: skip
