r"""A response that is read or tested in a way that fails just when there was an error.

The `response` of an exception is there only if the peer answered: on a timeout or a failed connection
`error.response.text` raises an AttributeError in place of the error. And a response of requests is false
for every error status, so that `if response and response.status_code == 429` is never true.

```python bad
import time
import requests

def page(url):
    response = requests.get(url, timeout=5)
    if response and response.status_code == 429:  # finds: response-may-be-none
        time.sleep(5)
        response = requests.get(url, timeout=5)
    response.raise_for_status()
    return response.content
```

```python fixed
import time
import requests

def page(url):
    response = requests.get(url, timeout=5)
    if response is not None and response.status_code == 429:
        time.sleep(5)
        response = requests.get(url, timeout=5)
    response.raise_for_status()
    return response.content
```

```python bad
import requests

def page(url):
    try:
        response = requests.get(url, timeout=5)
        response.raise_for_status()
        return response.content
    except requests.HTTPError as exc:
        if exc.response and exc.response.status_code == 404:  # finds: response-may-be-none
            return b""
        raise
```

```python fixed
import requests

def page(url):
    try:
        response = requests.get(url, timeout=5)
        response.raise_for_status()
        return response.content
    except requests.HTTPError as exc:
        if exc.response is not None and exc.response.status_code == 404:
            return b""
        raise
```

```python bad
import httpx

def page(url):
    try:
        return httpx.get(url).raise_for_status().content
    except httpx.HTTPError as exc:
        log.error("no page: %s", exc.response.text)  # finds: response-may-be-none
        raise
```

Silent where the response is looked at first, where the exception is one that always has a response, and for
libraries whose responses are always true.

```python good
import httpx, requests

def looked_at(url):
    try:
        return requests.get(url, timeout=5)
    except requests.RequestException as exc:
        if exc.response is not None:
            log.error("refused: %s", exc.response.text)
        raise

def status_error(url):
    try:
        return httpx.get(url).raise_for_status()
    except httpx.HTTPStatusError as exc:
        log.error("refused: %s", exc.response.text)
        raise

def by_class(url):
    try:
        return httpx.get(url).raise_for_status()
    except httpx.HTTPError as exc:
        if isinstance(exc, httpx.HTTPStatusError):
            log.error("refused: %s", exc.response.text)
        raise

def always_true(url):
    response = httpx.get(url)
    if response and response.status_code == 404:
        return ""
    return response.raise_for_status().text

def good_status(url):
    response = requests.get(url, timeout=5)
    if response and response.status_code == 204:
        return ""
    response.raise_for_status()
    return response.text
```

A function that is given the exception tests it in the same way, after other conditions or alone.

```python bad
import requests
from requests import HTTPError

def passing(error: HTTPError) -> bool:
    return bool(error.response and error.response.status_code >= 500)  # finds: response-may-be-none

def limited(error):
    if isinstance(error, HTTPError):
        return not error.request or error.response and error.response.status_code == 429  # finds: response-may-be-none
```

```python fixed
import requests
from requests import HTTPError

def passing(error: HTTPError) -> bool:
    return bool(error.response is not None and error.response.status_code >= 500)

def limited(error):
    if isinstance(error, HTTPError):
        return not error.request or error.response is not None and error.response.status_code == 429
```

```python good
import httpx, requests

def passing(error: httpx.HTTPStatusError) -> bool:
    return bool(error.response and error.response.status_code >= 500)

def of_two(error):
    if isinstance(error, (httpx.HTTPStatusError, requests.HTTPError)):
        return error.response and error.response.status_code == 429

def of_nobody(error) -> bool:
    return bool(error.response and error.response.status_code >= 500)

def done(error: requests.HTTPError) -> bool:
    return bool(error.response and error.response.status_code == 200)
```

The fix compares with None. It is not applied unasked: the branch runs for the first time.

When not to: never; where the status is meant, `response.ok` says so.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit import Call, Finding, Frame, Guard
from ..kit.rule import rule
from ._raised.responses import (
    compare_with_none,
    false_tests,
    false_tests_of_argument,
    false_tests_of_error,
    unguarded_reads,
)


@rule(
    code="ERR005",
    name="response-may-be-none",
    severity="error",
    preview=True,
    on=(Call, Guard, Frame),
    words=("response and",),
)
def check(found: Call | Guard | Frame) -> Iterator[Finding]:
    """Reports tests of a response that are false for each error status, and responses that an error may not have."""
    frame = found if isinstance(found, Frame) else found.frame
    span = frame.tree.span
    for node in _false_tests(found):
        text = frame.tree.code(node)
        follows = (
            "what follows `and`" if isinstance(frame.tree.parent(node), cst.BooleanOperation) else "what it guards"
        )
        yield frame.finding(
            f"`{text}` is false for every error status: {follows} is never reached with one",
            span(node), tuple(compare_with_none(frame, node)),
        )  # fmt: skip
    if isinstance(found, Guard):
        for node in unguarded_reads(found):
            text = frame.tree.code(node)
            yield frame.finding(
                f"`{text}` may be missing: a timeout or a failed connection has no response, and this raises an error",
                span(node),
            )


def _false_tests(found: Call | Guard | Frame) -> Iterator[cst.BaseExpression]:
    if isinstance(found, Frame):
        return false_tests_of_argument(found)
    return false_tests(found) if isinstance(found, Call) else false_tests_of_error(found)
