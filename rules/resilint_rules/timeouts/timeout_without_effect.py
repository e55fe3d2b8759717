r"""A timeout that is set on an attribute that the library never reads.

The attribute can be assigned, the code reads well, the review passes, and no call has a limit: the
library looks for its timeout elsewhere. This is worse than none, because reviewers believe that it works.

```python bad
import requests

session = requests.Session()
session.timeout = 10  # finds: timeout-without-effect
```

```python fixed
import functools

import requests

session = requests.Session()
session.request = functools.partial(session.request, timeout=10)
```

```python bad
import requests

class Rates:
    def __init__(self, token):
        self.http = requests.Session()
        self.http.headers["Authorization"] = token
        self.http.timeout = (3.05, 27)  # finds: timeout-without-effect
```

```python fixed
import functools

import requests

class Rates:
    def __init__(self, token):
        self.http = requests.Session()
        self.http.headers["Authorization"] = token
        self.http.request = functools.partial(self.http.request, timeout=(3.05, 27))
```

Where it is read again, it has an effect. A class of your own may read it, and many libraries do.

```python good
import httpx, requests

class Limited(requests.Session):
    timeout = 10

    def request(self, *args, **kwargs):
        kwargs.setdefault("timeout", self.timeout)
        return super().request(*args, **kwargs)

limited = Limited()
limited.timeout = 5

client = httpx.Client()
client.timeout = 5

remembering = requests.Session()
remembering.timeout = 10

def rates():
    return remembering.get(URL, timeout=remembering.timeout)
```

A limit for coroutines cannot be entered by a plain `with`.

```python bad
import aiohttp
import async_timeout

async def state(session: aiohttp.ClientSession):
    with async_timeout.timeout(10):  # finds: timeout-without-effect
        return await session.get(URL)
```

```python fixed
import aiohttp
import async_timeout

async def state(session: aiohttp.ClientSession):
    async with async_timeout.timeout(10):
        return await session.get(URL)
```

```python good versions: async-timeout==3.0.1
import aiohttp
import async_timeout

async def state(session: aiohttp.ClientSession):
    with async_timeout.timeout(10):
        return await session.get(URL)
```

```python bad
import asyncio

async def state(host, end):
    with asyncio.timeout_at(end):  # finds: timeout-without-effect
        return await asyncio.open_connection(host, 502)
```

```python fixed
import asyncio

async def state(host, end):
    async with asyncio.timeout_at(end):
        return await asyncio.open_connection(host, 502)
```

The fix gives every call on the client the limit that was intended. It is not applied
unasked, since calls that took longer than that have worked so far.

When not to: code far away reads the attribute by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit import (
    ClientFact,
    Finding,
    Fix,
    Frame,
    Instance,
    LimitFact,
    Value,
    dotted,
    options,
    replace,
    spelled,
    walk,
)
from ..kit.rule import rule
from ._plain_with import entered_plainly


@rule(code="TMO004", name="timeout-without-effect", severity="error")
def check(frame: Frame) -> Iterator[Finding]:
    """Reports an attribute that the client's library never reads, and a limit that cannot be entered as it is."""
    yield from entered_plainly(frame)
    for target, owner, name, _ in frame.sets.values():
        client = _inert(frame, owner, name)
        if client is None or not isinstance(target, cst.Attribute) or _read_again(frame, target):
            continue
        written = frame.tree.code(target)
        yield frame.finding(
            f"`{written}` has no effect: {client.made.library if client.made else 'the library'} never reads it,"
            " and calls may wait without limit",
            frame.tree.span(target),
            tuple(_partial(frame, target)),
            callee=f"{client.type}.{name}",
            library=client.made.library if client.made else "",
        )


def _inert(frame: Frame, owner: Value, name: str) -> Instance | None:
    """Returns the client if the attribute has no effect on any value that the owner may have; else None."""
    found: Instance | None = None
    for option in options(owner):
        if not isinstance(option, Instance) or option.subclass is not None:
            return None
        fact = option.made.fact if option.made is not None else frame.scope.catalog.fact(ClientFact, option.type)
        if not isinstance(fact, (ClientFact, LimitFact)) or name not in fact.inert:
            return None
        found = option
    return found


def _read_again(frame: Frame, target: cst.Attribute) -> bool:
    """Whether the module reads an attribute of this name from something of the same name."""
    last = dotted(target.value).rpartition(".")[2]
    module = frame.scope.module
    if not last:
        return True
    reads = rf"\b{last}\.{target.attr.value}\b(?!\s*=[^=])(?!\s*:[^=\n]*=)"
    asks = rf"getattr\([^()]*[\"']{target.attr.value}[\"']"
    return module.search(reads) is not None or module.search(asks) is not None


def _partial(frame: Frame, target: cst.Attribute) -> Iterator[Fix]:
    client = frame.tree.code(target.value)
    statement = next((node for part in frame.tree.body for node in walk(part) if _assigns(node, target)), None)
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return
    value = frame.tree.code(statement.value)
    if isinstance(statement.value, cst.Tuple) and not statement.value.lpar:
        value = f"({value})"
    imports, (partial,) = spelled(frame.scope.module, ["functools.partial("])
    yield Fix(
        f"Set the timeout of every call of `{client}`",
        (
            replace(frame, target.attr, "request"),
            replace(frame, statement.value, f"{partial}{client}.request, {target.attr.value}={value})"),
        ),
        imports,
    )


def _assigns(node: cst.CSTNode, target: cst.Attribute) -> bool:
    return isinstance(node, cst.Assign) and any(bound.target is target for bound in node.targets)
