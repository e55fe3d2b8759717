r"""A body that is parsed before its status is checked, or of an answer that is known to be an error.

The page of a proxy that cannot reach the service is HTML. `.json()` raises JSONDecodeError for it, so that
the real status is lost, and handlers for error statuses never see it.

```python bad
import requests

def order(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    data = answer.json()  # finds: body-parsed-before-check
    answer.raise_for_status()
    return data["state"]
```

```python fixed
import requests

def order(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    answer.raise_for_status()
    data = answer.json()
    return data["state"]
```

```python bad
import requests

def order(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    if not answer.ok:
        raise ApiError(answer.json()["message"])  # finds: body-parsed-before-check
    return answer.json()
```

```python bad
import httpx

async def refund(client: httpx.AsyncClient, number):
    answer = await client.post(f"/{number}/refund")
    if answer.status_code >= 400:
        problem = answer.json()  # finds: body-parsed-before-check
        raise ApiError(problem["title"])
    return answer.json()
```

A handler of the failed check knows it, too, and so does what follows where success has returned.

```python bad
import httpx
import requests

def pay(client: httpx.Client, number):
    try:
        answer = client.post(f"/{number}/pay")
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise ApiError(error.response.json()["detail"]) from error  # finds: body-parsed-before-check
    return answer.json()

def price(number):
    answer = requests.get(f"https://orders.example.com/{number}/price", timeout=5)
    if answer.status_code == 200:
        return answer.json()
    raise ApiError(answer.json()["detail"])  # finds: body-parsed-before-check
```

```python good
import requests

def one_of_many(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    if answer.status_code == 200:
        return answer.json()
    if answer.status_code == 422:
        raise ApiError(answer.json()["detail"])
    raise ApiError(answer.reason)

def created_or_there(number):
    answer = requests.put(f"https://orders.example.com/{number}", timeout=5)
    if answer.status_code == 201:
        return answer.json()
    return answer.json()["existing"]

def chosen(number):
    try:
        answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
        answer.raise_for_status()
    except requests.HTTPError as error:
        if error.response.status_code == 422:
            raise ApiError(error.response.json()["detail"]) from error
        raise
    return answer.json()
```

Silent where what `.json()` raises is caught, where the content type is looked at, for a status whose body
is promised (a 404, a 422), and where the body itself says whether it is an error.

```python good
import requests

def guarded(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    if not answer.ok:
        try:
            message = answer.json()["message"]
        except (ValueError, KeyError):
            message = answer.text[:200]
        raise ApiError(message)
    return answer.json()

def typed(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    if not answer.ok:
        if "json" in answer.headers.get("Content-Type", ""):
            raise ApiError(answer.json()["message"])
        raise ApiError(answer.text)
    return answer.json()

def promised(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    if answer.status_code == 422:
        raise ApiError(answer.json()["message"])
    answer.raise_for_status()
    return answer.json()

def envelope(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    data = answer.json()
    if "error" in data:
        raise ApiError(data["error"])
    answer.raise_for_status()
    return data
```

A condition that leaves for every error status is a check, too. It comes too late for what was parsed above it, unless
the branch of the errors reads that.

```python bad
import aiohttp
import requests

def order(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    data = answer.json()  # finds: body-parsed-before-check
    if answer.status_code != 200:
        raise ApiError(answer.status_code)
    return data

def name(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    text = answer.json()["name"]  # finds: body-parsed-before-check
    if answer.ok:
        return text
    raise ApiError(answer.reason)

async def stock(session: aiohttp.ClientSession, number):
    async with session.get(f"https://orders.example.com/{number}/stock") as answer:
        data = await answer.json()  # finds: body-parsed-before-check
        if answer.status >= 400:
            raise ApiError(answer.status)
        return data
```

```python good
import requests

def told(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    data = answer.json()
    if answer.status_code != 200:
        raise ApiError(data["message"])
    return data

def by_its_word(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    data = answer.json()
    if data.get("error"):
        raise ApiError(data["error"])
    if answer.status_code != 200:
        raise ApiError(answer.status_code)
    return data

def goes_on(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    data = answer.json()
    if not answer.ok:
        log.warning("no success: %s", answer.status_code)
    return data

def only_chosen(number):
    answer = requests.get(f"https://orders.example.com/{number}", timeout=5)
    data = answer.json()  # finds: status-never-checked
    if answer.status_code == 404:
        raise ApiError("unknown")
    return data
```

The fix checks the status first. It is not applied unasked, because another exception is raised then. Where
the text of an error is wanted, take `.json()` into a `try` that falls back to the first letters of the
body.

When not to: a peer without a proxy in front of it, whose errors are always JSON.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding, check_first, parsed_early, parsed_error
from ..kit.rule import rule


@rule(code="ERR008", name="body-parsed-before-check")
def check(call: Call) -> Iterator[Finding]:
    """Reports a body that is parsed ahead of the status check, or of an answer known to be an error."""
    span = call.frame.tree.span
    early = parsed_early(call)
    if early is not None:
        text = call.frame.tree.code(early.read)
        yield call.finding(
            f"`{text}` comes before the check of the status: an HTML error page raises JSONDecodeError here",
            *check_first(call, early), span=span(early.read),
        )  # fmt: skip
    for node in parsed_error(call):
        text = call.frame.tree.code(node)
        yield call.finding(
            f"`{text}` reads an error as JSON: a proxy's HTML page raises JSONDecodeError", span=span(node)
        )
