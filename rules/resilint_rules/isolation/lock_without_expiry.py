r"""A lock on a server that stays when its holder has gone.

A lock of threads ends with its process. A lock in Redis does not: it is a key, and nothing deletes it if the holder is
killed, loses its network or is deployed again in the middle. Every other worker waits from then on, and the job does
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

from ..kit import Call, ClientCall, Const, Finding, Fix, RedisLock, add_argument, literal
from ..kit.rule import rule

_FIX = "60"
"""Seconds that the fix gives a lock."""


@rule(code="ISO003", name="lock-without-expiry", on=(Call, ClientCall), preview=True)
def check(call: Call | ClientCall) -> Iterator[Finding]:
    """Reports locks of a server for which nothing sets a time to live."""
    lock = call.as_external.lock
    if lock is None or lock.ttl is None or not _takes(call, lock) or _ends(call, lock):
        return
    given = call.args.get(lock.ttl)
    text = f"{lock.ttl.name}={_FIX}"
    edit = add_argument(call, text) if given is None else None
    yield call.finding(
        f"`{call.written}` takes a lock that never ends by itself: if its holder is killed, no other worker gets it",
        *([Fix(f"Add {text}", (edit,))] if edit is not None else []),
    )


def _takes(call: Call, lock: RedisLock) -> bool:
    """Whether a call takes a lock: by its argument for that, and by its key where that may be about anything."""
    if lock.needs is not None and str(literal(call.args.value(lock.needs))) != lock.needs.on:
        return False
    key = call.frame.tree.code(call.args.positional[0].node) if call.args.positional else ""
    return not lock.named or re.search(lock.named, f"{key} {call.frame.qualname}", re.IGNORECASE) is not None


def _ends(call: Call, lock: RedisLock) -> bool:
    """Whether a lock ends by itself, or may: by an argument, by a spread, or by a later call in the function."""
    args, ttl = call.args, lock.ttl
    if args.open_names or args.open_positions or any(name in args.named for name in lock.ends):
        return True
    if ttl is not None and literal(args.value(ttl) or Const(None)) is not None:
        return True
    return any(f".{method}(" in call.frame.outermost.tree.flat for method in lock.later)
