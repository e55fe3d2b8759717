r"""A response whose body is used without a check of the status.

An error page is a body, too: an HTML 502 from a proxy or a 401 in JSON is parsed as data, fails
somewhere else with a `KeyError`, or is stored as if it were the answer.

```python bad
import requests

def user(uid):
    resp = requests.get(f"https://api.example.com/u/{uid}", timeout=5)  # finds: status-never-checked
    return resp.json()["email"]
```

```python fixed
import requests

def user(uid):
    resp = requests.get(f"https://api.example.com/u/{uid}", timeout=5)
    resp.raise_for_status()
    return resp.json()["email"]
```

```python bad
import httpx

async def names(client: httpx.AsyncClient):
    answer = await client.get("/names")  # finds: status-never-checked
    return [each["name"] for each in answer.json()]
```

```python fixed
import httpx

async def names(client: httpx.AsyncClient):
    answer = await client.get("/names")
    answer.raise_for_status()
    return [each["name"] for each in answer.json()]
```

Where the body is read under a handler that takes the new exception, the check goes there.

```python bad
import json
import requests

def found(query):
    resp = requests.get(URL, params={"q": query}, timeout=5)  # finds: status-never-checked
    try:
        pages = json.loads(resp.text)["pages"]
    except Exception as exc:
        log.warning("no answer: %s", exc)
        return []
    return [each["title"] for each in pages]
```

```python fixed
import json
import requests

def found(query):
    resp = requests.get(URL, params={"q": query}, timeout=5)
    try:
        resp.raise_for_status()
        pages = json.loads(resp.text)["pages"]
    except Exception as exc:
        log.warning("no answer: %s", exc)
        return []
    return [each["title"] for each in pages]
```

The severity is info where a part of the body must be there and its absence is logged, as here: the log
shows that something is wrong, but not what.

A handler that takes an error page because it cannot be parsed, and not the new exception, is to take
both.

```python bad
import requests

def updated():
    try:
        resp = requests.get(URL, timeout=5)  # finds: status-never-checked
        return resp.json()["state"]
    except ValueError:
        log.warning("no state")
        return None
```

```python fixed
import requests

def updated():
    try:
        resp = requests.get(URL, timeout=5)
        resp.raise_for_status()
        return resp.json()["state"]
    except (ValueError, requests.HTTPError):
        log.warning("no state")
        return None
```

The check goes behind a block that the call alone is made in, where the body is read: a breaker does not open for the
404s of one caller.

```python bad
import pybreaker
import requests

breaker = pybreaker.CircuitBreaker(fail_max=5)

def customer(number):
    with breaker.calling():
        resp = requests.get(f"https://crm.example.com/{number}", timeout=5)  # finds: status-never-checked
    return resp.json()
```

```python fixed
import pybreaker
import requests

breaker = pybreaker.CircuitBreaker(fail_max=5)

def customer(number):
    with breaker.calling():
        resp = requests.get(f"https://crm.example.com/{number}", timeout=5)
    resp.raise_for_status()
    return resp.json()
```

Where the call itself says that nothing is to be raised, that is turned round.

```python bad
import aiohttp

async def names(session: aiohttp.ClientSession):
    async with session.get("/names", raise_for_status=False) as answer:  # finds: status-never-checked
        return await answer.json()
```

```python fixed
import aiohttp

async def names(session: aiohttp.ClientSession):
    async with session.get("/names", raise_for_status=True) as answer:
        return await answer.json()
```

A status that is looked at in part lets all others pass: a 500 is no page, and neither is a 429. So do an
error that is dropped where it is raised, and a test of another part of the body, which an error page lacks.

```python bad
import requests

def page(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 404:
        return None
    return answer.text  # finds: status-never-checked

def name(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code in (401, 403):
        raise PermissionError(url)
    return answer.json()["name"]  # finds: status-never-checked
```

```python fixed
import requests

def page(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 404:
        return None
    answer.raise_for_status()
    return answer.text

def name(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code in (401, 403):
        raise PermissionError(url)
    answer.raise_for_status()
    return answer.json()["name"]
```

```python bad
import contextlib
import requests

def profile(url):
    answer = requests.get(url, timeout=5)
    try:
        answer.raise_for_status()
    except requests.HTTPError:
        log.info("no profile")
    return answer.json()  # finds: status-never-checked

def photo(url):
    answer = requests.get(url, timeout=5)
    with contextlib.suppress(requests.HTTPError):
        answer.raise_for_status()
    return answer.content  # finds: status-never-checked
```

Any look at the status that keeps all error pages away counts, also as a truth value. So does passing the
response to other code, which may check it.

```python good
import requests

def user(uid):
    resp = requests.get(URL, timeout=5)
    if not resp.ok:
        raise LookupError(uid)
    return resp.json()

def maybe(uid):
    resp = requests.get(URL, timeout=5)
    return resp.json() if resp else None

def found(uid):
    resp = requests.get(URL, timeout=5)
    check(resp)
    return resp.json()

def size(url):
    resp = requests.get(url, timeout=5)
    if resp.status_code >= 400:
        return None
    return len(resp.content)

def either(url):
    resp = requests.get(url, timeout=5)
    if resp.status_code == 404:
        return None
    elif resp.status_code == 200:
        return resp.text
    raise LookupError(url)

def avatar(url):
    resp = requests.get(url, timeout=5)
    try:
        resp.raise_for_status()
    except requests.HTTPError:
        return None
    return resp.content

def why(url):
    resp = requests.get(url, timeout=5)
    if resp.status_code == 400:
        return resp.json()["reason"]
    return ""

def raw(uid):
    return requests.get(URL, timeout=5)

def there(uid):
    resp = requests.head(URL, timeout=5)
    return resp.headers["ETag"]
```

A function that gives the response back leaves the check to its callers; it is reported where some of them in the
module read the body, and do not check either.

```python bad
import requests

class Shop:
    def _get(self, path):
        return requests.get(f"{BASE}{path}", timeout=5)  # finds: status-never-checked

    def names(self):
        return [each["name"] for each in self._get("/items").json()]
```

A body that itself says whether it is an answer or an error has been checked if that is read: here, by
a function that gets it or says that it checks, or by a caller in this module. So
has a client whose hook raises. A body that is only read, so that the connection can be used again,
or only printed or logged, is not used as data. Nor is a text that a model's tool passes on unchanged:
the model reads the error.

```python good
import aiohttp, requests

def user(uid):
    data = requests.get(URL, timeout=5).json()
    if "error" in data:
        raise LookupError(data["error"])
    return data

async def note(session: aiohttp.ClientSession, event):
    async with session.post(URL, json=event) as answer:
        await answer.read()

def _asked(text):
    answer = requests.post(URL, json=text, timeout=5)
    return answer.json()

def say(text):
    found = _asked(text)
    if found.get("error_code"):
        raise LookupError(found)
    return found["said"]
```

A function that gives the body back as it is, and says that it may be that of a refusal, leaves the check to its
callers.

```python good
import requests

class Till:
    def _call(self, path, data):
        "What the service answers; a refusal is {'error': code}."
        answer = requests.post(f"{BASE}{path}", json=data, timeout=5)
        return answer.json()
```

```python bad
import requests

class Till:
    def _call(self, path, data):
        "What the service answers; an error is raised by requests."
        answer = requests.post(f"{BASE}{path}", json=data, timeout=5)  # finds: status-never-checked
        return answer.json()
```

The fix inserts `raise_for_status()` right after the call, or where its exception is taken. It is not
applied unasked: a caller that lived on error bodies will now see an exception.

When not to: an API that answers errors with 200 and an envelope, or one whose error bodies you do
read. Then the envelope is the check; say so in an ignore comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import (
    Call,
    Finding,
    Related,
    Severity,
    WrappedCall,
    gives_refusals,
    how_given_back,
    is_given_back_unchecked,
    path_of,
    raise_after_all,
    raise_at_readers,
    raise_before_giving_back,
    read_together,
    read_unchecked,
    readers,
    seen_in_part,
)
from ..kit.rule import rule


@rule(code="ERR001", name="status-never-checked", on=(Call, WrappedCall), equivalents=("use-raise-for-status",))
def check(call: Call | WrappedCall) -> Iterator[Finding]:
    """Reports a named response that is read and never checked, here or by those who call the function for it."""
    if is_given_back_unchecked(call) and not isinstance(call, WrappedCall):  # its callers are such calls themselves
        yield from _read_by_callers(call)
        return
    response = call.response
    accessor = read_unchecked(response) if response is not None and response.names else ""
    together = read_together(call) if accessor else []
    if response is not None and together and together[0] is call and not gives_refusals(call):
        read = f"{response.names[0]}.{accessor}"
        seen = seen_in_part(response)
        message = f"`{read}` is used without a check of the status: an error page is processed as data"
        if seen is not None:
            message = f"`{read}` is used although {seen.how}: another error page is processed as data"
        yield call.finding(
            message,
            *raise_after_all(together),
            span=call.frame.tree.span(seen.read) if seen is not None else None,
            severity=Severity.INFO if response.noticed else None,
            related=path_of(call),
        )


def _read_by_callers(call: Call) -> Iterator[Finding]:
    """Reports a response that is given back unchecked, where callers read it so."""
    found, alone = readers(call)
    names = list(dict.fromkeys(reader.function for reader in found))
    listed = ", ".join(f"`{name}`" for name in names[:3]) + (", ..." if len(names) > 3 else "")
    position = call.frame.scope.module.doc.position
    if found:
        yield call.finding(
            f"the answer of `{call.written}` is given back {how_given_back(call)}, and so read by {listed}: "
            "an error page is processed as data",
            *((raise_before_giving_back(call) if alone else ()) or raise_at_readers(found)),
            related=tuple(
                Related(f"`{reader.accessor}` is read here", reader.place, row=position(reader.place.start)[0])
                for reader in found
            ),
        )
