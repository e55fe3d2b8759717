r"""A token that counts as valid until the second in which it ends.

A request takes its time, and two clocks differ. A token with a second left is refused when it arrives, and the program,
that finds it valid, does not renew it: now and then a call fails with 401, and no test shows it.

```python bad
import time
import requests

class Token:
    def get(self):
        if time.time() >= self.expires_at:  # finds: token-expiry-without-margin
            self.renew()
        return self.value

    def renew(self):
        answer = requests.post(URL, data={"grant_type": "client_credentials"}, timeout=10)
        answer.raise_for_status()
        told = answer.json()
        self.value = told["access_token"]
        self.expires_at = time.time() + told["expires_in"]
```

```python fixed
import time
import requests

class Token:
    def get(self):
        if time.time() >= self.expires_at - 60:
            self.renew()
        return self.value

    def renew(self):
        answer = requests.post(URL, data={"grant_type": "client_credentials"}, timeout=10)
        answer.raise_for_status()
        told = answer.json()
        self.value = told["access_token"]
        self.expires_at = time.time() + told["expires_in"]
```

```python bad
from datetime import datetime, timedelta
import httpx

class Login:
    def header(self):
        now = datetime.now()
        if self.value and now < self.until:  # finds: token-expiry-without-margin
            return f"Bearer {self.value}"
        told = httpx.post(URL, json=self.account).raise_for_status().json()
        seconds = told["expires_in"]
        self.value, self.until = told["access_token"], now + timedelta(seconds=seconds)
        return f"Bearer {self.value}"
```

```python fixed
from datetime import datetime, timedelta
import httpx

class Login:
    def header(self):
        now = datetime.now()
        if self.value and now < self.until - timedelta(seconds=60):
            return f"Bearer {self.value}"
        told = httpx.post(URL, json=self.account).raise_for_status().json()
        seconds = told["expires_in"]
        self.value, self.until = told["access_token"], now + timedelta(seconds=seconds)
        return f"Bearer {self.value}"
```

What the clock gives decides whether the margin is a number of seconds or a duration.

```python bad
import httpx
import pendulum

class Account:
    def __init__(self):
        self.until = None

    def header(self):
        if not self.until or pendulum.now() >= self.until:  # finds: token-expiry-without-margin
            self.renew()
        return f"Bearer {self.value}"

    def renew(self):
        told = httpx.post(URL, json=self.account).raise_for_status().json()
        self.value = told["access_token"]
        self.until = pendulum.now().add(seconds=told["expires_in"])
```

```python fixed
import datetime

import httpx
import pendulum

class Account:
    def __init__(self):
        self.until = None

    def header(self):
        if not self.until or pendulum.now() >= self.until - datetime.timedelta(seconds=60):
            self.renew()
        return f"Bearer {self.value}"

    def renew(self):
        told = httpx.post(URL, json=self.account).raise_for_status().json()
        self.value = told["access_token"]
        self.until = pendulum.now().add(seconds=told["expires_in"])
```

Silent where either side has a margin, where the module looks at a refusal and may renew the token then, where a token
is given up, and for what is no token, such as kept data.

```python good
import time
import requests

class Token:
    def get(self):
        if time.time() >= self.expires_at - 60:
            self.renew()
        return self.value

    def renew(self):
        told = requests.post(URL, data={"grant_type": "client_credentials"}, timeout=10).json()
        self.value, self.expires_at = told["access_token"], time.time() + told["expires_in"]

class Earlier:
    def get(self):
        if time.time() >= self.ends:
            told = requests.post(URL, data={"grant_type": "client_credentials"}, timeout=10).json()
            self.value, self.ends = told["access_token"], time.time() + told["expires_in"] * 0.9
        return self.value

class Rates:
    def get(self):
        if time.time() >= self.ends:
            told = requests.get(RATES, timeout=10).json()
            self.rates, self.ends = told["rates"], time.time() + told["expires_in"]
        return self.rates

class Session:
    def login(self):
        told = requests.post(URL, data={"grant_type": "client_credentials"}, timeout=10).json()
        self.value, self.ends_at = told["access_token"], time.time() + told["expires_in"]

    def logout(self):
        if self.ends_at < time.time():
            return
        requests.post(REVOKE, data={"token": self.value}, timeout=10).raise_for_status()
```

The time may be kept by an object that the program makes of the answer, and compared in a property of that.

```python bad
import time
from dataclasses import dataclass
import requests

@dataclass
class Kept:
    value: str
    ends: float

    @property
    def expired(self):
        return time.time() > self.ends  # finds: token-expiry-without-margin

def kept():
    answer = requests.post(URL, data={"grant_type": "client_credentials"}, timeout=10)
    answer.raise_for_status()
    told = answer.json()
    return Kept(told["access_token"], time.time() + told["expires_in"])
```

```python fixed
import time
from dataclasses import dataclass
import requests

@dataclass
class Kept:
    value: str
    ends: float

    @property
    def expired(self):
        return time.time() > self.ends - 60

def kept():
    answer = requests.post(URL, data={"grant_type": "client_credentials"}, timeout=10)
    answer.raise_for_status()
    told = answer.json()
    return Kept(told["access_token"], time.time() + told["expires_in"])
```

```python good
import time
from dataclasses import dataclass
import requests

@dataclass
class Earlier:
    value: str
    ends: float

    @property
    def expired(self):
        return time.time() > self.ends

@dataclass
class Margin:
    value: str
    ends: float

    @property
    def expired(self):
        return time.time() > self.ends - 30

@dataclass
class Shortened:
    value: str
    ends: float

    def __post_init__(self):
        self.ends -= 60

    @property
    def expired(self):
        return time.time() > self.ends

def kept(make):
    answer = requests.post(URL, data={"grant_type": "client_credentials"}, timeout=10)
    answer.raise_for_status()
    told = answer.json()
    ends = time.time() + told["expires_in"]
    if make == "margin":
        return Margin(told["access_token"], ends)
    if make == "shortened":
        return Shortened(value=told["access_token"], ends=ends)
    return Earlier(told["access_token"], ends=time.time() + told["expires_in"] - 60)
```

The fix renews a minute earlier. It is not applied unasked: tokens that last less than a minute would be renewed for
each call.

When not to: the caller repeats a refused call with a new token. Say so in an ignore comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._renewal.expiry import end_text, late_renewals, leave_margin


@rule(code="ATH015", name="token-expiry-without-margin", preview=True)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports comparisons of the clock with the exact end of a token that this function has got."""
    for found in late_renewals(frame):
        yield found.frame.finding(
            f"`{end_text(found)}` is the very end of the token: it may end on the way, and the call is refused",
            found.frame.tree.span(found.node),
            (leave_margin(found),),
        )
