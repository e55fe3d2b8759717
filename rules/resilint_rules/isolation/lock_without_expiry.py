r"""A lock on a server that stays when its holder has gone.

A lock of threads ends with its process. A lock in Redis does not: it is a key, and nothing deletes it if the holder is
killed, loses its network or is deployed anew in the middle. Every other worker waits from then on, and the job does
not run again until a person deletes the key.

```python bad
import redis

client = redis.Redis(socket_timeout=5)

def sync():
    with client.lock("sync"):  # finds: lock-without-expiry
        copy_all()
```

```python fixed
import redis

client = redis.Redis(socket_timeout=5)

def sync():
    with client.lock("sync", timeout=60):
        copy_all()
```

```python bad
import redis

class Leader:
    def __init__(self, client: redis.Redis):
        self.client = client

    def elect(self, me):
        return self.client.set("jobs:leader", me, nx=True)  # finds: lock-without-expiry
```

```python bad
import redis.asyncio

client = redis.asyncio.Redis(socket_timeout=5)

async def sync():
    async with client.lock("sync", blocking_timeout=5):  # finds: lock-without-expiry
        await copy_all()
```

A lock with a time to live ends by itself. A key that is set once and for all is no lock, and one that is deleted
in the same function, or is given a time later, has an end that is known.

```python good
import redis
from redis.lock import Lock

client = redis.Redis(socket_timeout=5)

def sync(options):
    with client.lock("sync", timeout=60, blocking_timeout=5):
        copy_all()
    with client.lock("other", **options):
        copy_all()
    return Lock(client, "third", 30)

def elect(me):
    return client.set("jobs:leader", me, nx=True, ex=30)

def remember(number):
    return client.set(f"seen:{number}", 1, nx=True)

def mark(me):
    if client.set("jobs:lock", me, nx=True):
        client.expire("jobs:lock", 30)
```

The fix gives the lock a minute. It is unsafe: work that takes longer goes on while another worker gets the lock, so
choose a time above the longest run, or renew the lock.

When not to: the lock has to outlive its holder, and a person is called for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..kit import Call, ClientCall, Finding, Fix, add_argument, literal
from ..kit.rule import rule

_FIX = "60"
"""Seconds that the fix gives a lock."""


@rule(code="ISO003", name="lock-without-expiry", on=(Call, ClientCall), preview=True)
def check(call: Call | ClientCall) -> Iterator[Finding]:
    """Reports locks of a server for which nothing sets a time to live."""
    lock = call.as_external.lock
    if lock is None or lock.ttl is None or call.args.open_names or call.args.open_positions:
        return
    if lock.needs is not None and str(literal(call.args.value(lock.needs))) != lock.needs.on:
        return
    given = call.args.get(lock.ttl)
    if (given is not None and literal(given.value) is not None) or any(name in call.args.named for name in lock.ends):
        return
    if lock.named and not _is_lock(call, lock.named):
        return
    if any(f".{method}(" in call.frame.outermost.tree.flat for method in lock.later):
        return
    text = f"{lock.ttl.name}={_FIX}"
    edit = add_argument(call, text) if given is None else None
    yield call.finding(
        f"`{call.written}` takes a lock that never ends by itself: if its holder is killed, no other worker gets it",
        *([Fix(f"Add {text}", (edit,))] if edit is not None else []),
    )


def _is_lock(call: Call, words: str) -> bool:
    """Whether the name of a key, or of the function, says that it is a lock."""
    key = call.frame.tree.code(call.args.positional[0].node) if call.args.positional else ""
    return re.search(words, f"{key} {call.frame.qualname}", re.IGNORECASE) is not None
