r"""A refresh token that two coroutines may use at once, though it is good for one use.

Many issuers give a new refresh token with each access token and take the old one for stolen when it comes again: the
whole login ends. Two coroutines that both find the access token expired both send the same refresh token. A renewal
needs a lock around it, and another look at the token inside the lock.

```python bad
import httpx

class Login:
    async def header(self, client: httpx.AsyncClient):
        if self.expired():
            await self.renew(client)
        return {"Authorization": f"Bearer {self.access}"}

    async def renew(self, client: httpx.AsyncClient):
        data = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        told = (await client.post(URL, data=data)).raise_for_status().json()  # finds: token-refresh-race
        self.access, self.refresh = told["access_token"], told["refresh_token"]
```

Silent where the class has a lock or starts one task for all, for plain functions, where the refresh token stays the
same, and for a login that begins with another kind of grant.

```python good
import asyncio
import httpx

class Login:
    def __init__(self):
        self.lock = asyncio.Lock()

    async def header(self, client: httpx.AsyncClient):
        async with self.lock:
            if self.expired():
                await self.renew(client)
        return {"Authorization": f"Bearer {self.access}"}

    async def renew(self, client: httpx.AsyncClient):
        data = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        told = (await client.post(URL, data=data)).raise_for_status().json()
        self.access, self.refresh = told["access_token"], told["refresh_token"]

class Lasting:
    async def renew(self, client: httpx.AsyncClient):
        data = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        told = (await client.post(URL, data=data)).raise_for_status().json()
        self.access = told["access_token"]

class Machine:
    async def renew(self, client: httpx.AsyncClient):
        told = (await client.post(URL, data={"grant_type": "client_credentials"})).raise_for_status().json()
        self.access, self.refresh = told["access_token"], told["refresh_token"]
```

There is no fix: where the lock has to be is for a person to say.

When not to: one task alone uses the login.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding
from ..kit.rule import rule
from ._renewal.refreshing import spends_refresh_token


@rule(code="ATH016", name="token-refresh-race", preview=True)
def check(call: Call) -> Iterator[Finding]:
    """Reports the sending of a refresh token that is replaced, in a coroutine of a class without a lock."""
    if spends_refresh_token(call):
        yield call.finding(
            f"`{call.written}` sends a refresh token that another coroutine may send, too: a second use ends the login"
        )
