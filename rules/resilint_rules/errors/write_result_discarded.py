r"""A write whose answer is thrown away, so that a refusal looks like a success.

The call raises nothing for a 401, a 422 or a 500: these libraries leave the status to the caller. Nothing
was stored, the code goes on as if it were, and the loss is found when the data is missed.

```python bad
import requests

def save(lead):
    requests.post("https://crm.example.com/leads", json=lead, timeout=5)  # finds: write-result-discarded
    lead.mark_as_saved()
```

```python fixed
import requests

def save(lead):
    response = requests.post("https://crm.example.com/leads", json=lead, timeout=5)
    response.raise_for_status()
    lead.mark_as_saved()
```

```python bad
import httpx

async def rename(client: httpx.AsyncClient, uid, name):
    if name:
        await client.patch(  # finds: write-result-discarded
            f"/users/{uid}",
            json={"name": name},
        )
```

```python fixed
import httpx

async def rename(client: httpx.AsyncClient, uid, name):
    if name:
        response = await client.patch(
            f"/users/{uid}",
            json={"name": name},
        )
        response.raise_for_status()
```

Silent where the client raises by itself, for calls that only read or end something, for what is sent on the
side as its name or its address says, and where a `try` around it or a comment says that a failure does not
matter.

```python good
import httpx, requests

def raise_if_bad(response):
    response.raise_for_status()

client = httpx.Client(event_hooks={"response": [raise_if_bad]})

def hooked(lead):
    client.post("/leads", json=lead)

def warm():
    requests.get("https://shop.example.com/", timeout=5)

def send_telemetry(event):
    requests.post("https://t.example.com", json=event, timeout=5)

def started(job):
    requests.post("https://monitor.example.com/heartbeat", json={"job": job}, timeout=5)

def logout(token):
    requests.post("https://login.example.com/revoke", json={"token": token}, timeout=5)

def on_the_side(lead):
    try:
        requests.post("https://crm.example.com/leads", json=lead, timeout=5)
    except Exception:
        log.warning("not in the CRM", exc_info=True)

def commented(lead):
    requests.post("https://crm.example.com/leads", json=lead, timeout=5)  # best effort

def checked(lead):
    requests.post("https://crm.example.com/leads", json=lead, timeout=5).raise_for_status()
```

The fix keeps the response and calls `raise_for_status()` on it. It is not applied unasked: a refusal that
was ignored will raise now.

When not to: a peer whose answer does not matter. Say so in a comment on the line; it is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding, check_status, is_discarded
from ..kit.rule import rule


@rule(
    code="ERR007", name="write-result-discarded", severity="info", preview=True, equivalents=("use-raise-for-status",)
)
def check(call: Call) -> Iterator[Finding]:
    """Reports a POST, PUT, PATCH or DELETE whose response is discarded, where no error status raises."""
    if is_discarded(call):
        yield call.finding(
            f"the answer of `{call.written}` is discarded: {call.library} raises nothing when it is refused",
            *check_status(call),
        )
