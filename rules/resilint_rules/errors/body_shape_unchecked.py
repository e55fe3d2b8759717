r"""A body that is taken apart as if a good status said what is in it.

A gateway's page, a partner's new format and an empty list come with status 200, too. The code then ends as a
`KeyError: 'rates'` or `IndexError`, which says nothing of the request, and which no handler for failed requests takes.

```python bad
import requests

def rates(day):
    answer = requests.get(f"https://fx.example.com/{day}", timeout=5)  # finds: body-shape-unchecked
    answer.raise_for_status()
    return answer.json()["rates"]["EUR"]
```

```python fixed
import requests

def rates(day):
    answer = requests.get(f"https://fx.example.com/{day}", timeout=5)
    answer.raise_for_status()
    try:
        return answer.json()["rates"]["EUR"]
    except (LookupError, TypeError) as error:
        raise requests.exceptions.InvalidJSONError(f"unexpected answer: {error!r}") from error
```

Where a handler in the module takes failed requests, the finding says so: the fallback written there is not used.

```python bad
import httpx

def first(number):
    events = httpx.get(f"https://fast.example.com/{number}").raise_for_status().json()  # finds: body-shape-unchecked
    return events[-1]["status"]

def status(number):
    try:
        return first(number)
    except httpx.HTTPError:
        return "unknown"
```

```python fixed
import httpx

def first(number):
    try:
        events = httpx.get(f"https://fast.example.com/{number}").raise_for_status().json()
        return events[-1]["status"]
    except (LookupError, TypeError, ValueError) as error:
        raise httpx.DecodingError(f"unexpected answer: {error!r}") from error

def status(number):
    try:
        return first(number)
    except httpx.HTTPError:
        return "unknown"
```

The parsed body may be taken apart by the callers of a function that checks the status.

```python bad
import httpx

class Staff:
    def _get(self, path):
        answer = httpx.get(f"https://hr.example.com{path}")  # finds: body-shape-unchecked
        answer.raise_for_status()
        return answer.json()

    def names(self):
        body = self._get("/employees")
        return [each["name"] for each in body["data"]]
```

```python fixed
import httpx

class Staff:
    def _get(self, path):
        answer = httpx.get(f"https://hr.example.com{path}")
        answer.raise_for_status()
        try:
            return answer.json()
        except ValueError as error:
            raise httpx.DecodingError(f"unexpected answer: {error!r}") from error

    def names(self):
        body = self._get("/employees")
        try:
            return [each["name"] for each in body["data"]]
        except (LookupError, TypeError) as error:
            raise httpx.DecodingError(f"unexpected answer: {error!r}") from error
```

A look for the error that a body may tell of is none for what is wanted of it.

```python bad
import httpx

class ApiError(Exception):
    pass

def members(query):
    response = httpx.post("https://api.example.com/graphql", json={"query": query})  # finds: body-shape-unchecked
    payload = response.json()
    if payload.get("errors"):
        raise ApiError(payload["errors"])
    return payload["data"]["members"]

def rename(number, name):
    answer = httpx.post(f"https://api.example.com/{number}", json={"name": name})  # finds: body-shape-unchecked
    body = answer.json()
    if "error" in body:
        raise ApiError(body["error"])
    print(body["id"], "has a new name")
```

It is silent where the code, or what calls it in its module, expects such an answer: a handler that takes the error, a
look at the type, for the key or at what the body says, a function that is given the body to check it. So it is where
the status is not checked either, which is another finding; and for what is read by `get`. Functions with more than
twelve calls are left out.

```python good
import requests

def handled(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    try:
        return answer.json()["rates"]
    except (KeyError, TypeError):
        return {}

def _fetch(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    return answer.json()["level"]

def level(url):
    try:
        return _fetch(url)
    except Exception as error:
        raise StockError(url) from error

def looked_for(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    body = answer.json()
    if "rates" not in body:
        raise RatesError(url)
    return body["rates"]

def looked_at(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    body = answer.json()
    if not isinstance(body, dict):
        raise RatesError(url)
    return body["rates"]

def told(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    body = answer.json()
    if not body["ok"]:
        raise RatesError(body["error"])
    return body["rates"]

def checked(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    body = answer.json()
    validate(body, SCHEMA)
    return body["rates"]

def perhaps(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    return answer.json().get("rates", {})

def put_together(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    body = answer.json()
    result = {"rates": body.get("rates", []), "day": body.get("day")}
    log.info("%d rates", len(result["rates"]))
    return result

def an_object(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    body = answer.json()
    return body if isinstance(body, dict) else None

def missing(url):
    body = an_object(url)
    if body is None or not body.get("rates"):
        return []
    return body["rates"]

def of_an_object(url):
    return an_object(url)["rates"]
```

The fix lets such a body end in an error of the library, in which the handlers of callers know a failed request. It is
not applied unasked: a caller elsewhere may take the `KeyError`.

When not to: a script that a person runs and reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._bodies.shapes import unexpected


@rule(code="ERR013", name="body-shape-unchecked", severity="info", preview=True)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports a body that is taken apart with nothing that expects another shape of it."""
    for found in unexpected(frame):
        wrong = "which the handler for failed requests does not take" if found.missed else "far from the request"
        yield found.request.finding(
            f"`{found.request.written}` may answer with another body: taking it apart ends in a `KeyError`, {wrong}",
            *found.fixes,
        )
