r"""Tests of a client in which its peer never fails.

Handlers, retries and fallbacks run for the first time in the outage that they were written for. A test that plays a
timeout, a 503 and a body that is no JSON finds most of what is wrong with them.

```python bad tests/test_rates.py
import responses
from shop.rates import rate, rates

@responses.activate
def test_rate():  # finds: happy-path-only
    responses.get("https://rates.example.com/EUR", json={"rate": 2})
    assert rate("EUR") == 2

@responses.activate
def test_rates():
    responses.get("https://rates.example.com/", json={"EUR": 2})
    assert rates() == {"EUR": 2}
```

It is said once for a file, at its first test. Silent where one of the tests plays a failure: a status from 400 on, an
exception; where a status is a parameter; and where a file beside it is named after failures, as `test_errors.py`.

```python good tests/test_rates.py
import requests
import responses
from shop.rates import rate, rates

@responses.activate
def test_rate():
    responses.get("https://rates.example.com/EUR", json={"rate": 2})
    assert rate("EUR") == 2

@responses.activate
def test_the_peer_is_down():
    responses.get("https://rates.example.com/EUR", body=requests.ConnectionError())
    assert rate("EUR") is None
```

```python good tests/test_rates.py
import responses
from shop.rates import rate

@responses.activate
def test_rate():
    responses.get("https://rates.example.com/EUR", json={"rate": 2})
    assert rate("EUR") == 2
```

There is no fix, as only you know what is right then: an error of your own, an older value, another attempt.

When not to: the failures of this client are tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame, Span
from ..kit.rule import rule
from ._happy import first_happy_test


@rule(
    code="TST001",
    name="happy-path-only",
    severity="hint",
    preview=True,
    tests=True,
    words=(
        "_mock.",
        "responses.activate",
        "responses.add(",
        "responses.get(",
        "responses.post(",
        "@respx",
        "aioresponses()",
    ),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports the first test of a file whose tests play answers, and no failure."""
    fact = first_happy_test(frame)
    if fact is None or frame.node is None:
        return
    start = frame.tree.span(frame.node).start
    ways = " or ".join(f"`{way}`" for way in fact.failure[:2])
    yield frame.finding(
        f"`{frame.qualname}` and the tests beside it play no failure of the peer: play one as well, such as {ways}",
        Span(start, start),
        library=fact.library,
    )
