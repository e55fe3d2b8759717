"""A retry policy that repeats the refusal of an open circuit breaker.

A breaker that has seen enough failures refuses calls at once, so that no caller has to wait for a peer that is away. A
policy around it that repeats this refusal, too, waits through all of its pauses for an answer that is known before: the
breaker saves nothing, and after each outage all callers come back together.

```python bad
import pybreaker
import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

breaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)

@retry(  # finds: open-circuit-retried
    retry=retry_if_exception_type((requests.ConnectionError, pybreaker.CircuitBreakerError)),
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(max=10),
)
@breaker
def rates():
    return requests.get("https://fx.example.com/rates", timeout=5).json()
```

```python bad
import backoff
import requests
from circuitbreaker import circuit

@circuit(failure_threshold=5, recovery_timeout=30)
def fetch(url):
    return requests.get(url, timeout=5).json()

@backoff.on_exception(backoff.expo, Exception, max_tries=4)  # finds: open-circuit-retried
def rates():
    return fetch("https://fx.example.com/rates")
```

```python bad
import pybreaker
import requests
import stamina

breaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)

@stamina.retry(on=Exception, attempts=3)  # finds: open-circuit-retried
def rates():
    with breaker.calling():
        return requests.get("https://fx.example.com/rates", timeout=5).json()
```

```python fixed
import pybreaker
import requests
import stamina

breaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)

@stamina.retry(on=(requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError), attempts=3)
def rates():
    with breaker.calling():
        return requests.get("https://fx.example.com/rates", timeout=5).json()
```

A policy for what the peer does to a call ends at the refusal, and so does one inside of the breaker. A breaker that
has another answer ready raises nothing, and a policy whose exceptions are not seen may let the refusal pass.

```python good
import pybreaker
import requests
import stamina
from circuitbreaker import circuit

breaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)

@stamina.retry(on=(requests.ConnectionError, requests.Timeout), attempts=3)
@breaker
def chosen():
    return requests.get("https://fx.example.com/rates", timeout=5).json()

@breaker
@stamina.retry(on=(requests.ConnectionError, OSError), attempts=3)
def inside():
    return requests.get("https://fx.example.com/rates", timeout=5).json()

@stamina.retry(on=Exception, attempts=3)
@circuit(fallback_function=last_known)
def answered():
    return requests.get("https://fx.example.com/rates", timeout=5).json()

@stamina.retry(on=may_pass, attempts=3)
@breaker
def unseen():
    return requests.get("https://fx.example.com/rates", timeout=5).json()
```

The fix names the errors that the library in use raises when the other side cannot be reached or does not answer. It is
not applied unasked: another attempt may have helped with other errors, too.

When not to: the pauses are longer than the circuit stays open, and the call must be made at last.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import BROAD, Finding, RetryPolicy, narrow
from ..kit.rule import rule
from ._open import repeated_refusal


@rule(code="ISO005", name="open-circuit-retried", preview=True)
def check(policy: RetryPolicy) -> Iterator[Finding]:
    """Reports policies that repeat the error by which a breaker inside of them refuses calls."""
    breaker = repeated_refusal(policy)
    if breaker is None:
        return
    broad = any(error in BROAD for error in policy.errors or ())
    yield policy.finding(
        f"`{policy.written}` repeats what `{breaker.written}` refuses while it is open: each caller waits in vain",
        *(narrow(policy) if broad else ()),
    )
