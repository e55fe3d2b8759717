r"""A failed external call that leaves no trace.

To go on without the other side is often right; to do so without a word is not. The fallback becomes
the normal case, prices stay at yesterday's value, no alert is raised, and the outage is found weeks
later by a customer.

```python bad
import logging

import httpx

logger = logging.getLogger(__name__)

def rates(day):
    try:
        return httpx.get(f"https://fx.example.com/{day}").raise_for_status().json()
    except Exception:  # finds: failure-swallowed
        return {}
```

```python fixed
import logging

import httpx

logger = logging.getLogger(__name__)

def rates(day):
    try:
        return httpx.get(f"https://fx.example.com/{day}").raise_for_status().json()
    except Exception:
        logger.warning("httpx.get failed", exc_info=True)
        return {}
```

```python bad
import requests

def publish(posts):
    for post in posts:
        try:
            requests.post("https://hub.example.com", json=post, timeout=5)
        except requests.RequestException:  # finds: failure-swallowed
            pass
```

```python fixed
import logging

import requests

def publish(posts):
    for post in posts:
        try:
            requests.post("https://hub.example.com", json=post, timeout=5)
        except requests.RequestException:
            logging.getLogger(__name__).warning("requests.post failed", exc_info=True)
```

What changes something at the peer has a consequence, whatever its function is called: a refusal by an error
status too. An empty answer in its place, a message to the visitor, or a look for one error that lets all
others vanish are no trace.

```python bad
import requests
from flask import flash

def charge_usage(body):
    try:
        requests.post("https://desk.example.com/usage", json=body, timeout=5).raise_for_status()
    except requests.HTTPError:  # finds: failure-swallowed
        pass

def confirm(number):
    answer = requests.put(f"https://desk.example.com/{number}/confirmed", timeout=5)
    try:
        answer.raise_for_status()
    except requests.HTTPError:  # finds: failure-swallowed
        return

def search(terms):
    try:
        found = requests.get(URL, params={"q": terms}, timeout=5).json()["items"]
    except requests.RequestException:  # finds: failure-swallowed
        found = []
    return found

def order(item):
    try:
        requests.post(URL, json={"item": item}, timeout=5).raise_for_status()
    except requests.RequestException:  # finds: failure-swallowed
        flash("Sorry, that did not work")

def register(name):
    try:
        requests.post(URL, json={"name": name}, timeout=5).raise_for_status()
    except requests.RequestException as error:  # finds: failure-swallowed
        if "exists" in str(error):
            pass
```

None is no word for a failure where it is an answer, too: what has no price looks like what cannot be had.

```python bad
import requests

def price(item) -> float | None:
    try:
        answer = requests.get(f"{URL}/prices/{item}", timeout=5)
        answer.raise_for_status()
        return answer.json()["price"]
    except requests.RequestException:  # finds: failure-swallowed
        return None
```

A failure that is logged, counted, raised later or reported to the caller is not swallowed. A check
whether a peer is available has "no" for an answer, what is being closed may be gone already, a reader of
a stream learns in this way that the peer has closed it, and a comment in or above the handler shows that
the failure was considered. What asks a second source where the first one fails has not failed
yet. A program need not fail because it could not send a usage report, or could not
find out whether a newer version exists.

```python good
import httpx, requests

def rates():
    try:
        return httpx.get(URL).raise_for_status().json()
    except httpx.HTTPError as exc:
        logger.warning("no rates, going on with yesterday's: %r", exc)
        return YESTERDAY

def is_available():
    try:
        return httpx.get(URL).is_success
    except httpx.HTTPError:
        return False

def profile(number) -> dict | None:
    try:
        answer = requests.get(f"{URL}/profiles/{number}", timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException:
        return None

def first(mirrors):
    for mirror in mirrors:
        try:
            return requests.get(mirror, timeout=5)
        except requests.RequestException:
            continue
    raise LookupError("no mirror answers")

def clock():
    try:
        answer = requests.get(f"{URL}/time", timeout=5)
        answer.raise_for_status()
        return answer.json()["time"]
    except requests.RequestException:
        pass
    answer = requests.get(OTHER_URL, timeout=5)
    answer.raise_for_status()
    return answer.json()["time"]

def last_event():
    'Only swallows failures of the request, so that the caller fails open.'
    try:
        answer = requests.get(f"{URL}/last-event", timeout=5)
        answer.raise_for_status()
        return answer.json()["event"]
    except requests.RequestException:
        return None

def link(provider):
    try:
        answer = requests.head(f"http://{provider}", timeout=3)
        answer.raise_for_status()
    except requests.RequestException:
        return None
    else:
        return f"<a href='http://{provider}'>{provider}</a>"

def drop(number):
    try:
        requests.delete(URL, timeout=5).raise_for_status()
    except requests.HTTPError:
        pass

def rename(old, new):
    try:
        requests.post(URL, json={"name": new}, timeout=5).raise_for_status()
    except requests.HTTPError as error:
        if error.response.status_code != 409:
            raise

def logout(session):
    try:
        requests.post(URL, timeout=5).raise_for_status()
    except requests.RequestException:
        pass

def close(session):
    try:
        session.logout(requests.post(URL, timeout=5))
    except Exception:
        pass

def banner():
    try:
        return requests.get(URL, timeout=5).headers["X-Banner"]
    except requests.RequestException:
        # only decoration: the page is complete without it
        return ""
```

The fix writes a warning with the traceback to the log that the module has, and goes on as before. It
is not applied unasked, because you may want to choose the text of a log entry that people
read.

When not to: where the failure is expected every day and means nothing. Say so in a comment in the
handler; it is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Guard, Span
from ..kit.rule import rule
from ._swallowing import log_failure, silent_handlers


@rule(code="ERR006", name="failure-swallowed", preview=True, equivalents=("S110", "S112", "B110", "B112"))
def check(guard: Guard) -> Iterator[Finding]:
    """Reports handlers that catch the failure of an external call and report it nowhere."""
    tree = guard.frame.tree
    for clause, call in silent_handlers(guard):
        start = tree.span(clause.node).start
        end = tree.span(clause.node.type).end if clause.node.type is not None else start + len("except")
        yield guard.frame.finding(
            f"`{call.written}` may fail unnoticed: this handler neither logs the failure nor reports it to the caller",
            Span(start, end), tuple(log_failure(clause, call)), callee=call.callee, library=call.library,
        )  # fmt: skip
