r"""A retry that may carry out a write twice.

A timeout does not mean that nothing happened: the peer may have created the order and answered too late.
POST and PATCH are not idempotent (RFC 9110, section 9.2.2), so another attempt creates a second one, unless
a key lets the peer recognise it.

```python bad
from urllib3.util import Retry

policy = Retry(  # finds: retries-unsafe-method
    total=3, backoff_factor=0.5, status_forcelist=[502, 503], allowed_methods=["GET", "POST"],
)
```

```python fixed
from urllib3.util import Retry

policy = Retry(
    total=3, backoff_factor=0.5, status_forcelist=[502, 503], allowed_methods=["GET"],
)
```

```python bad
import requests
import tenacity

@tenacity.retry(  # finds: retries-unsafe-method
    retry=tenacity.retry_if_exception_type(requests.RequestException),
    stop=tenacity.stop_after_attempt(3),
    wait=tenacity.wait_fixed(2),
)
def place_order(order):
    answer = requests.post("https://shop.example.com/orders", json=order, timeout=5)
    answer.raise_for_status()
    return answer.json()["number"]
```

```python bad
import time
import httpx

def pay(client: httpx.Client, bill):
    for attempt in range(3):  # finds: retries-unsafe-method
        try:
            return client.post("/payments", json=bill).raise_for_status()
        except httpx.TransportError:
            if attempt == 2:
                raise
            time.sleep(1)
```

Silent where a key, a version or the like makes the write recognisable; for writes that only read, such as a
search, GraphQL, a login or a language model; where only attempts that never connected are repeated, or a
peer that refused because of its load; for methods that may be repeated; for a policy for nothing but
writes, which was made for a peer that is known; and for the policy of a session that its module only fetches
with.

```python good
import httpx, requests, time, tenacity
from urllib3.util import Retry

policy = Retry(total=3, backoff_factor=0.5, status_forcelist=[502, 503])

unconnected = Retry(total=3, read=0, status=0, allowed_methods=["GET", "POST"])

chosen = Retry(total=3, allowed_methods=["POST"])

limited = Retry(total=3, read=0, status_forcelist=[429, 503], allowed_methods=["GET", "POST"])

@tenacity.retry(retry=tenacity.retry_if_exception_type(requests.RequestException), stop=tenacity.stop_after_attempt(3))
def with_key(order, key):
    return requests.post("https://shop.example.com/orders", headers={"Idempotency-Key": key}, timeout=5)

@tenacity.retry(retry=tenacity.retry_if_exception_type(requests.RequestException), stop=tenacity.stop_after_attempt(3))
def find_orders(text):
    return requests.post("https://shop.example.com/orders/_search", json={"text": text}, timeout=5)

def result(job):
    for _ in range(10):
        try:
            command = {"query": "get_results", "job": job}
            answer = requests.post("https://scan.example.com/v1/", json=command, timeout=5)
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException:
            log.warning("again")
        time.sleep(5)

@tenacity.retry(retry=tenacity.retry_if_exception_type(requests.ConnectTimeout), stop=tenacity.stop_after_attempt(3))
def not_connected(order):
    return requests.post("https://shop.example.com/orders", json=order, timeout=5)

@tenacity.retry(retry=tenacity.retry_if_exception_type(requests.RequestException), stop=tenacity.stop_after_attempt(3))
def replace(order):
    return requests.put(f"https://shop.example.com/orders/{order['id']}", json=order, timeout=5)
```

```python good
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=Retry(total=3, allowed_methods=["HEAD", "GET", "POST"])))

def candles(pair):
    return session.get(f"https://exchange.example.com/candles/{pair}", timeout=5)

def _request(path, **params):
    return session.get(f"https://exchange.example.com{path}", params=params, timeout=5)

def pairs():
    return _request("/pairs", limit=500).json()
```

The fix takes POST and PATCH out of the list of methods. It is not applied unasked, as fewer calls are
repeated then. For a function, make a key outside of what is repeated, and send it as `Idempotency-Key` if
the peer knows it.

When not to: a write that leaves the same behind if it is carried out twice. Say so in an ignore comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, RetryLoop, RetryPolicy
from ..kit.rule import rule
from ._repeated.unsafe import allows_writes, leave_out_writes, repeated_write


@rule(code="RTY005", name="retries-unsafe-method", preview=True, on=(RetryPolicy, RetryLoop))
def check(retry: RetryPolicy | RetryLoop) -> Iterator[Finding]:
    """Reports policies and loops that repeat a POST or PATCH which the peer cannot recognise."""
    if isinstance(retry, RetryPolicy) and allows_writes(retry):
        yield retry.finding(
            f"`{retry.written}` repeats POST or PATCH: what was carried out before the failure is done twice",
            *leave_out_writes(retry),
        )
        return
    call = repeated_write(retry)
    if call is not None:
        yield retry.finding(f"`{call.written}` is repeated after a timeout: the peer may carry it out twice")
