r"""A streamed response that is not closed, so that its connection does not go back to the pool.

With `stream=True` the call returns before the body is read. The connection is free again when the body was read
to its end, or the response closed. Where neither happens, because only the status was of interest or a loop was
left early, it stays taken until the object is collected. A pool has few of them, and then every call waits.

```python bad
import requests

def size(url):
    answer = requests.get(url, stream=True, timeout=5)  # finds: stream-not-closed
    answer.raise_for_status()
    return int(answer.headers["Content-Length"])
```

```python bad
import requests

def first_line(session: requests.Session, url):
    answer = session.get(url, stream=True, timeout=5)  # finds: stream-not-closed
    for line in answer.iter_lines():
        if line.startswith(b"#"):
            return line
```

A body that is read to its end leaves the connection open when an exception comes on the way.

```python bad
import requests

def save(url, out):
    answer = requests.get(url, stream=True, timeout=5)  # finds: stream-not-closed
    for piece in answer.iter_content(8192):
        out.write(piece)
```

Silent where `with` or `close` ends it, where it is returned or passed on, and where the body is read at once.

```python good
import requests
from contextlib import closing

def size(url):
    with requests.get(url, stream=True, timeout=5) as answer:
        answer.raise_for_status()
        return int(answer.headers["Content-Length"])

def closed(url):
    with closing(requests.get(url, stream=True, timeout=5)) as answer:
        return answer.status_code

def closed_later(url):
    answer = requests.get(url, stream=True, timeout=5)
    try:
        return answer.status_code
    finally:
        answer.close()

def entered(url):
    answer = requests.get(url, stream=True, timeout=5)
    with answer:
        return answer.status_code

def given(url):
    return requests.get(url, stream=True, timeout=5)

def at_once(url):
    answer = requests.get(url, stream=True, timeout=5)
    answer.raise_for_status()
    return answer.content

def chosen(url, stream):
    answer = requests.get(url, stream=stream, timeout=5)
    return answer.status_code

def raced(url, pool):
    upstream = None

    def send():
        nonlocal upstream
        upstream = requests.get(url, stream=True, timeout=5)

    pool.submit(send).result()
    return upstream
```

There is no fix: put what uses the response into `with requests.get(...) as answer:`.

When not to: a process that ends right after.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding, Severity
from ..kit.rule import rule
from ._streams import left_open


@rule(code="CON002", name="stream-not-closed")
def check(call: Call) -> Iterator[Finding]:
    """Reports a streamed response that is neither closed nor surely read to its end."""
    stream = left_open(call)
    if stream is None:
        return
    if stream.unread:
        why = "its body is never read"
    elif stream.left:
        why = "the loop over its body is left early"
    else:
        why = "an exception on the way leaves its body unread"
    yield call.finding(
        f"`{call.written}` streams, and nothing closes the response: {why}, so that the connection stays taken",
        severity=None if stream.unread or stream.left else Severity.INFO,
    )
