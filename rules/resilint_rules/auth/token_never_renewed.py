r"""An access token that a program gets once and keeps, though it ends after an hour.

Everything works in tests and after each start. Then the token ends, every call is refused with 401, and it stays like
that until the program is started again.

```python bad
import requests

class Orders:
    def __init__(self, key, secret):
        data = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
        answer = requests.post("https://id.example.com/token", data=data, timeout=5)
        answer.raise_for_status()
        self.token = answer.json()["access_token"]  # finds: token-never-renewed
```

```python good
import time
import requests

class Orders:
    def __init__(self, key, secret):
        self.data = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
        self.token, self.until = "", 0.0

    def header(self):
        if time.monotonic() > self.until:
            answer = requests.post("https://id.example.com/token", data=self.data, timeout=5)
            answer.raise_for_status()
            grant = answer.json()
            self.token, self.until = grant["access_token"], time.monotonic() + grant["expires_in"] - 60
        return {"Authorization": f"Bearer {self.token}"}
```

So does a function whose result is cached without a time, and a token that is fetched where there is none yet.

```python bad
import functools
import requests

@functools.lru_cache  # finds: token-never-renewed
def token():
    data = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
    answer = requests.post("https://id.example.com/token", data=data, timeout=5)
    answer.raise_for_status()
    return answer.json()["access_token"]
```

```python bad
import requests

class Stock:
    token = None

    def header(self):
        if self.token is None:
            self.login()
        return {"Authorization": f"Bearer {self.token}"}

    def login(self):
        data = {"grant_type": "password", "username": NAME, "password": WORD}
        answer = requests.post("https://id.example.com/token", data=data, timeout=5)
        answer.raise_for_status()
        grant = answer.json()
        self.token = grant["access_token"]  # finds: token-never-renewed
```

Silent where the module looks at the end of the token or at a 401, where a token is got for each call, and where a
library for OAuth keeps it.

```python good
import requests

class Each:
    def rows(self):
        self.login()
        return requests.get(URL, headers={"Authorization": f"Bearer {self.token}"}, timeout=5)

    def login(self):
        data = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
        answer = requests.post("https://id.example.com/token", data=data, timeout=5)
        answer.raise_for_status()
        self.token = answer.json()["access_token"]

def token():
    data = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
    answer = requests.post("https://id.example.com/token", data=data, timeout=5)
    answer.raise_for_status()
    return answer.json()["access_token"]
```

There is no fix. Keep the end beside the token, a minute early, and look at it before each call; or renew it once
after a 401.

When not to: the program ends before its token does, or the issuer gives tokens without an end.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._renewal.kept import kept_for_ever


@rule(
    code="ATH005",
    name="token-never-renewed",
    severity="info",
    preview=True,
    words=("client_credentials",),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports access tokens that are kept where nothing looks at their end."""
    for node, kept in kept_for_ever(frame):
        yield frame.finding(
            f"`{kept}` keeps an access token, and nothing looks at its end: once it is over, every call is refused",
            frame.tree.span(node),
        )
