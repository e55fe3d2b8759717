r"""An idempotency key that each attempt makes again.

A key tells the peer that a request is the one it may have carried out already: it answers as before instead of doing
the work twice. A key that is made inside of what is repeated is another one each time, so that the peer sees a new
request, and a payment whose answer was lost is made again. The retry is as dangerous as without a key, and looks safe.

```python bad
import time
import uuid
import requests

def pay(order):
    for attempt in range(3):
        try:
            answer = requests.post(
                "https://bank.example.com/charges",
                json={"total": order.total},
                headers={"Idempotency-Key": str(uuid.uuid4())},  # finds: idempotency-key-per-attempt
                timeout=10,
            )
            answer.raise_for_status()
            return answer.json()
        except requests.ConnectionError:
            time.sleep(2**attempt)
    raise RuntimeError(order.id)
```

```python fixed
import time
import uuid
import requests

def pay(order):
    idempotency_key = str(uuid.uuid4())
    for attempt in range(3):
        try:
            answer = requests.post(
                "https://bank.example.com/charges",
                json={"total": order.total},
                headers={"Idempotency-Key": idempotency_key},
                timeout=10,
            )
            answer.raise_for_status()
            return answer.json()
        except requests.ConnectionError:
            time.sleep(2**attempt)
    raise RuntimeError(order.id)
```

A function behind a retry decorator runs from its first line each time, and so does a task that is tried again.

```python bad
import uuid
import httpx
import stamina

@stamina.retry(on=httpx.TransportError, attempts=4)
def pay(order):
    key = f"charge-{order.id}-{uuid.uuid4()}"  # finds: idempotency-key-per-attempt
    headers = {"Idempotency-Key": key}
    return httpx.post("https://bank.example.com/charges", json=order.body, headers=headers).raise_for_status()
```

```python bad
import uuid
import requests
from celery import shared_task

@shared_task(autoretry_for=(requests.ConnectionError,), max_retries=5, retry_backoff=True)
def refund(order):
    headers = {}
    headers["Idempotency-Key"] = uuid.uuid4().hex  # finds: idempotency-key-per-attempt
    requests.post("https://bank.example.com/refunds", json=order, headers=headers, timeout=5).raise_for_status()
```

```python bad
import time
import uuid
import requests

def charge(order):
    return requests.post(
        "https://bank.example.com/charges",
        headers={"Idempotency-Key": str(uuid.uuid4())},
        json=order,
        timeout=5,
    )

def pay(order):
    for attempt in range(3):
        try:
            return charge(order)  # finds: idempotency-key-per-attempt
        except requests.ConnectionError:
            time.sleep(2**attempt)
    raise RuntimeError(order)
```

A key that is made before, that is a parameter, or that follows from the work is the same for all attempts; without
a retry there is one attempt.

```python good
import time
import uuid
import requests
import stamina

@stamina.retry(on=requests.ConnectionError, attempts=4)
def pay(order, key):
    headers = {"Idempotency-Key": key, "X-Request-Id": str(uuid.uuid4())}
    return requests.post("https://bank.example.com/charges", json=order.body, headers=headers, timeout=5)

@stamina.retry(on=requests.ConnectionError, attempts=4)
def book(order):
    headers = {"Idempotency-Key": f"booking-{order.id}"}
    return requests.post("https://bank.example.com/bookings", json=order.body, headers=headers, timeout=5)

@stamina.retry(on=requests.ConnectionError, attempts=4)
def either(order, key=None):
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return requests.post("https://bank.example.com/bookings", json=order.body, headers=headers, timeout=5)

def once(order):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    return requests.post("https://bank.example.com/bookings", json=order.body, headers=headers, timeout=5)

def before(order):
    key = str(uuid.uuid4())
    for attempt in range(3):
        try:
            headers = {"Idempotency-Key": key}
            return requests.post("https://bank.example.com/bookings", headers=headers, json=order, timeout=5)
        except requests.ConnectionError:
            time.sleep(2**attempt)
    raise RuntimeError(order)
```

The fix makes the key before the loop. It is unsafe, as the peer then answers a repeated request as the first one.
Behind a decorator there is none: let the caller make the key, or derive it from what is ordered.

When not to: the peer forbids a key that it has seen, and what is repeated was surely refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Related, RetryLoop, RetryPolicy, fresh_key, made_before
from ..kit.rule import rule

_SHORT = 40
"""Letters of an expression that a message repeats."""


@rule(
    code="RTY006", name="idempotency-key-per-attempt", severity="error", on=(RetryPolicy, RetryLoop), preview=True,
    words=("idempoten", "dedup", "clientrequesttoken", "clienttoken"),
    beside=("retr", "backoff", "attempt", "while ", "in range("),
)  # fmt: skip
def check(retry: RetryPolicy | RetryLoop) -> Iterator[Finding]:
    """Reports keys that are made inside of what is repeated."""
    found = fresh_key(retry)
    if found is None:
        return
    frame, tree = found.frame, found.frame.tree
    peer = "the peer carries out the request again"
    if found.site is None:
        written = tree.code(found.value)
        subject = f"`{written}`" if len(written) <= _SHORT else "this"
        fixes = tuple(made_before(retry, found)) if isinstance(retry, RetryLoop) else ()
        message = f"{subject} is another idempotency key for each attempt: {peer}"
        yield frame.finding(message, tree.span(found.value), fixes)
        return
    doc, span, here = frame.scope.module.doc, tree.span(found.value), retry.frame.tree
    where = "" if frame.scope.module is retry.frame.scope.module else doc.name
    related = Related("it is made here", span, where, doc.position(span.start)[0])
    message = f"`{here.code(found.site.func)}` makes another idempotency key for each attempt: {peer}"
    yield retry.frame.finding(message, here.span(found.site.func), related=(related,))
