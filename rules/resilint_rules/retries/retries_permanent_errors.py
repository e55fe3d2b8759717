r"""A retry that repeats refusals which no further attempt can change.

A 401, 404 or 422 is the peer's answer, not an outage: the fifth attempt gets the same one. Repeating it
makes callers wait for an error that they could have had at once, counts against rate limits, and may lock
an account.

```python bad
from urllib3.util import Retry

policy = Retry(total=3, backoff_factor=0.5, status_forcelist=[401, 404, 429, 503])  # finds: retries-permanent-errors
```

```python fixed
from urllib3.util import Retry

policy = Retry(total=3, backoff_factor=0.5, status_forcelist=[429, 503])
```

A policy for the exception of error statuses, without a condition on the status, is the same for all of
them.

```python bad
import httpx
import stamina

@stamina.retry(on=httpx.HTTPStatusError, attempts=3)  # finds: retries-permanent-errors
def user(uid):
    answer = httpx.get(f"https://api.example.com/u/{uid}")
    answer.raise_for_status()
    return answer.json()
```

```python bad
import time
import requests

def user(uid):
    for attempt in range(5):  # finds: retries-permanent-errors
        try:
            answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
            answer.raise_for_status()
            return answer.json()
        except (requests.ConnectionError, requests.HTTPError):
            time.sleep(2**attempt)
    raise LookupError(uid)
```

A handler for every exception takes that one, too, and a library may raise it by itself.

```python bad
import time
from urllib.request import urlopen

def flags():
    last = None
    for attempt in range(9):  # finds: retries-permanent-errors
        try:
            return urlopen("https://flags.example.com/all", timeout=5).read()
        except Exception as error:
            last = error
            time.sleep(1)
    raise last
```

A loop of many attempts that a good status alone leaves repeats the others as well.

```python bad
import time
import requests

def user(uid):
    for attempt in range(8):  # finds: retries-permanent-errors
        try:
            answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
            if answer.status_code == 200:
                return answer.json()
        except requests.RequestException as error:
            print("again", error)
        time.sleep(2)
    raise LookupError(uid)
```

Silent where a handler names the base of all that a library raises, as most of that may pass; where the status
is looked at, by a condition of the policy or in the function; where no status raises; for statuses that may
pass: 408, 409, 425, 429 and all from 500 on; and in a function that waits until something is there.

What is repeated may stand behind a function of the project, which raises for each error status.

```python bad
import requests
import time

def user(uid):
    answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
    answer.raise_for_status()
    return answer.json()

def load(uid):
    for attempt in range(8):  # finds: retries-permanent-errors
        try:
            found = user(uid)
            if not found:
                continue
            return found
        except Exception:
            time.sleep(5)
    raise LookupError(uid)
```

```python good
import requests
import time

def user(uid):
    answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
    if answer.status_code == 404:
        return None
    answer.raise_for_status()
    return answer.json()

def load(uid):
    for attempt in range(8):
        try:
            return user(uid)
        except Exception:
            time.sleep(5)
    raise LookupError(uid)
```

```python good
import httpx, requests, stamina, time
from urllib3.util import Retry

policy = Retry(total=3, backoff_factor=0.5, status_forcelist=(408, 429, 500, 502, 503, 504))

@stamina.retry(on=is_transient, attempts=3)
def chosen(uid):
    return httpx.get(f"https://api.example.com/u/{uid}").raise_for_status().json()

@stamina.retry(on=httpx.TransportError, attempts=3)
def network(uid):
    return httpx.get(f"https://api.example.com/u/{uid}").raise_for_status().json()

@stamina.retry(on=httpx.HTTPError, attempts=3)
def unraised(uid):
    return httpx.get(f"https://api.example.com/u/{uid}")

@stamina.retry(on=httpx.HTTPStatusError, attempts=3)
def server_errors(uid):
    answer = httpx.get(f"https://api.example.com/u/{uid}")
    if answer.status_code >= 500:
        answer.raise_for_status()
    return answer

@stamina.retry(on=httpx.HTTPStatusError, attempts=30)
def wait_for_user(uid):
    httpx.get(f"https://api.example.com/u/{uid}").raise_for_status()

@stamina.retry(on=httpx.HTTPError, attempts=3)
def base_class(uid):
    return httpx.get(f"https://api.example.com/u/{uid}").raise_for_status().json()

def by_text(uid):
    for attempt in range(5):
        try:
            answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
            answer.raise_for_status()
            return answer.json()
        except requests.HTTPError as error:
            if "503" not in str(error):
                raise
            time.sleep(2**attempt)
    raise LookupError(uid)

def carefully(uid):
    for attempt in range(3):
        try:
            answer = requests.get(f"https://users.example.com/{uid}", timeout=5)
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException:
            if attempt == 2:
                raise
            time.sleep(2**attempt)
    raise LookupError(uid)

def three_times(uid):
    for attempt in range(3):
        try:
            answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
            if answer.ok:
                return answer.json()
        except requests.RequestException:
            time.sleep(2**attempt)
    raise LookupError(uid)

def told_apart(uid):
    for attempt in range(8):
        try:
            answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
            if answer.status_code < 500 and answer.status_code != 429:
                answer.raise_for_status()
            if answer.ok:
                return answer.json()
        except requests.ConnectionError:
            time.sleep(2**attempt)
    raise LookupError(uid)

def looked_at(uid):
    for attempt in range(5):
        try:
            answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
            answer.raise_for_status()
            return answer.json()
        except requests.HTTPError as error:
            if error.response.status_code < 500:
                raise
            time.sleep(2**attempt)
    raise LookupError(uid)

def started(port):
    address = f"http://localhost:{port}"
    for attempt in range(10):
        try:
            answer = requests.get(f"{address}/version", timeout=2)
            if answer.status_code == 200:
                return answer.json()
        except requests.RequestException:
            pass
        time.sleep(0.5)
    return None
```

A decorator of the project that catches every exception repeats these statuses for all that it decorates.

```python bad
import functools
import time
import requests

def again(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for attempt in range(5):  # finds: retries-permanent-errors
            try:
                return function(*args, **kwargs)
            except Exception:
                if attempt == 4:
                    raise
                time.sleep(2**attempt)
    return wrapper

@again
def user(uid):
    answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
    answer.raise_for_status()
    return answer.json()
```

```python good
import functools
import time
import requests

def again(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for attempt in range(5):
            try:
                return function(*args, **kwargs)
            except requests.HTTPError as error:
                if attempt == 4 or error.response.status_code < 500:
                    raise
                time.sleep(2**attempt)
    return wrapper

@again
def user(uid):
    answer = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
    answer.raise_for_status()
    return answer.json()
```

A comment that names the status has thought of it.

```python good
from urllib3.util import Retry

# 406 says that the certificate is not issued yet
policy = Retry(total=3, backoff_factor=0.5, status_forcelist=[406, 503])
```

The fix takes the permanent statuses out of a list. In a loop the handlers let out what stays and the last
failure, wait as long as the peer asks, and give up after three attempts, or what
`[tool.resilint.patterns]` says. It is not applied unasked, because a peer may use a status in a way of its
own. Where a policy retries an exception, decide by its status: repeat 408, 429 and from 500 on, and raise
the rest.

When not to: a peer that answers 404 until something has been copied to all its servers.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, RetryLoop, RetryPolicy, let_out
from ..kit.rule import rule
from ._repeated.permanent import keep_transient, permanent_statuses, refused_call


@rule(code="RTY004", name="retries-permanent-errors", preview=True, on=(RetryPolicy, RetryLoop))
def check(retry: RetryPolicy | RetryLoop) -> Iterator[Finding]:
    """Reports policies and loops that repeat a call after an error status that stays."""
    found = permanent_statuses(retry) if isinstance(retry, RetryPolicy) else ()
    if found and isinstance(retry, RetryPolicy):
        numbers = ", ".join(str(status) for status in found)
        finding = retry.finding(
            f"`{retry.written}` repeats calls after {numbers}: the answer stays", *keep_transient(retry)
        )
        if not all(str(status) in " ".join(finding.comments) for status in found):
            yield finding  # a comment that names them has thought of them
        return
    call = refused_call(retry)
    if call is not None:
        message = f"`{call.written}` is repeated on every error status: a 401 or 404 stays what it is"
        yield retry.finding(message, *(let_out(retry) if isinstance(retry, RetryLoop) else ()))
