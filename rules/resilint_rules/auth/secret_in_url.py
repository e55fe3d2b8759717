r"""A credential in the query of an address, where it ends up in logs.

Every server and proxy on the way writes addresses to its log, traces keep them, and the exceptions of HTTP clients
quote them: so do the reports of errors that a program sends. A header is written nowhere.

```python bad
import requests

def profile(token):
    return requests.get("https://api.example.com/me", params={"access_token": token}, timeout=5)  # finds: secret-in-url
```

```python fixed
import requests

def profile(token):
    return requests.get("https://api.example.com/me", headers={"Authorization": f"Bearer {token}"}, timeout=5)
```

```python bad
import httpx

async def profile(client: httpx.AsyncClient, settings):
    url = f"https://api.example.com/me?fields=name&access_token={settings.token}"  # finds: secret-in-url
    return await client.get(url)

def renew(secret):
    return httpx.post("https://id.example.com/token?client_secret=" + secret)  # finds: secret-in-url
```

For `access_token`, `api_key` and the like it is for information, as some services take them in no other way: look for
a header in their documentation. A password, a client secret and a refresh token belong in a body.

```python bad
import requests

def weather(city):
    query = {"q": city, "api_key": API_KEY}  # finds: secret-in-url
    return requests.get("https://weather.example.com/now", params=query, timeout=5)
```

Silent for the tokens of pages, for addresses that are signed on purpose, for what is sent in a body, and on the own
machine.

```python good
import requests

def rows(token, page):
    head = {"Authorization": f"Bearer {token}"}
    return requests.get("https://api.example.com/rows", params={"page_token": page}, headers=head, timeout=5)

def login(name, word):
    return requests.post("https://id.example.com/token", data={"user": name, "password": word}, timeout=5)

def part(signed, given):
    return requests.get(f"https://files.example.com/a?X-Amz-Date=1&access_token={given}", timeout=5)

def probe(token):
    return requests.get(f"http://localhost:8080/me?access_token={token}", timeout=5)

def sample():
    return requests.get("https://api.example.com/me", params={"access_token": "demo"}, timeout=5)
```

The fix sends an access token that is the whole query as `Authorization: Bearer`, as RFC 6750 has it. It is not
applied unasked, since a service may want another header.

When not to: the service knows no header, and its documentation says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding, Severity, stays_here
from ..kit.rule import rule
from ._secrets.queries import secrets_in_query, send_as_header


@rule(code="ATH003", name="secret-in-url", preview=True)
def check(call: Call) -> Iterator[Finding]:
    """Reports credentials in the query of an address."""
    if call.peer != "http" or stays_here(call):
        return
    for found in secrets_in_query(call):
        yield call.finding(
            f"`{found.key}` stands in the address, which servers, proxies and exceptions write to their logs",
            *send_as_header(call, found),
            span=call.frame.tree.span(found.node),
            severity=Severity.WARNING if found.sure else Severity.INFO,
        )
