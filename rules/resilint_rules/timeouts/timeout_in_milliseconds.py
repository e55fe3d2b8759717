r"""Milliseconds given to a parameter that counts seconds.

Nearly every Python library counts timeouts in seconds; JavaScript, Java and most configuration files
count milliseconds. `timeout=5000` reads like five seconds and waits for 83 minutes, which is no limit
at all: it is never noticed until a partner goes silent.

```python bad
import requests

def rates():
    return requests.get("https://fx.example.com/latest", timeout=5000)  # finds: timeout-in-milliseconds
```

```python fixed
import requests

def rates():
    return requests.get("https://fx.example.com/latest", timeout=5)
```

```python bad
import httpx
from settings import CONNECT_TIMEOUT_MS

client = httpx.Client(
    timeout=httpx.Timeout(
        2500,  # finds: timeout-in-milliseconds
        connect=CONNECT_TIMEOUT_MS,
    )
)
```

```python fixed
import httpx
from settings import CONNECT_TIMEOUT_MS

client = httpx.Client(
    timeout=httpx.Timeout(
        2.5,
        connect=CONNECT_TIMEOUT_MS / 1000,
    )
)
```

Each part of a timeout is checked.

```python bad
import requests

session = requests.Session()
session.get(URL, timeout=(3000, 27))  # finds: timeout-in-milliseconds
```

```python fixed
import requests

session = requests.Session()
session.get(URL, timeout=(3, 27))
```

Two numbers of one argument are one finding. A thousand may be meant: then it is for information, and nothing is
applied.

```python bad
import requests

def search(session: requests.Session, terms):
    return session.get(URL, params=terms, timeout=(20000, 20000))  # finds: timeout-in-milliseconds
```

```python fixed
import requests

def search(session: requests.Session, terms):
    return session.get(URL, params=terms, timeout=(20, 20))
```

```python bad
import requests

def report(session: requests.Session):
    return session.get(URL, timeout=1000)  # finds: timeout-in-milliseconds
```

A long wait that was meant is left alone: whole minutes and hours such as 1200 or 3600, products such
as `60 * 60`, downloads, and where a condition says that limits are off. So are libraries that do
count milliseconds, and programs run here.

```python good
import requests, subprocess
from pymongo import MongoClient

requests.get(URL, timeout=3600)
requests.get(URL, timeout=1200)
requests.get(URL, timeout=50 * 100)
requests.get(URL, timeout=CONNECT_TIMEOUT_MS / 1000)
requests.get(URL, timeout=settings.TIMEOUT)
requests.get(URL, timeout=999)
requests.get(URL, timeout=5000, stream=True)
MongoClient(HOST, serverSelectionTimeoutMS=5000, socketTimeoutMS=READ_TIMEOUT_MS)
subprocess.run(["make"], timeout=5000)
```

The fix divides by 1000. It is not applied unasked: more than an hour may have been intended.

When not to: a report that takes that long while no person waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import (
    Call,
    ExternalFact,
    Finding,
    Fix,
    Frame,
    LimitFact,
    Param,
    Part,
    Sequence,
    Severity,
    replace,
)
from ..kit.rule import rule
from ._milliseconds import Hit, judge, judge_several

_LOCAL = ("process", "file", "")
"""Peers on this machine: a wait of an hour is normal there."""
_MEANT = re.compile(r"disabl|debug|no_?time|unlimit|infinit|endless|forever|slow", re.IGNORECASE)
"""Words of a condition under which a very long wait is intended."""


@rule(code="TMO009", name="timeout-in-milliseconds")
def check(frame: Frame) -> Iterator[Finding]:
    """Reports a round number of at least 1000, or a name for milliseconds, where seconds are expected."""
    for call in frame.calls.values():
        found = [(param, hit) for param in _in_seconds(call) for hit in _hits(call, param)]
        if found and not _is_intended(call):
            yield _finding(call, found[0][0], [hit for _, hit in found])


def _hits(call: Call, param: Param) -> list[Hit]:
    """Returns what is wrong with the numbers that a call is given for a parameter."""
    argument = call.args.get(param)
    if argument is None:
        return []
    given = argument.node
    parts = [e.value for e in given.elements] if isinstance(given, cst.Tuple) else [given]
    values = argument.value.members if isinstance(argument.value, Sequence) else (argument.value,)
    if len(parts) == 1 < len(values):
        hit = judge_several(call, given, values)
        return [hit] if hit is not None else []
    pairs = zip(parts, values, strict=False)
    return [hit for node, value in pairs if (hit := judge(call, node, value)) is not None]


def _in_seconds(call: Call) -> list[Param]:
    """Returns the timeouts of a call that count seconds; none for streams and peers on this machine."""
    fact = call.fact
    if not isinstance(fact, (ExternalFact, LimitFact)) or fact.unit != "s" or call.streams or call.peer in _LOCAL:
        return []
    params = fact.params if isinstance(fact, LimitFact) else fact.timeout
    return [param for param in params if "ms" not in param.name.lower().split("_") and not param.name.endswith("MS")]


def _is_intended(call: Call) -> bool:
    """Whether a condition around a call says that the limit is to be off."""
    tests = [place.node.test for place in call.within if isinstance(place.node, cst.If) and place.part is Part.BODY]
    return any(_MEANT.search(call.frame.tree.code(test)) for test in tests)


def _finding(call: Call, param: Param, found: list[Hit]) -> Finding:
    """One finding for a call, with a fix for all its numbers; only for information where they may be meant."""
    frame = call.frame
    doubtful = all(hit.doubtful for hit in found)
    edits = tuple(replace(frame, hit.node, hit.fixed) for hit in found)
    title = f"Write {' and '.join(dict.fromkeys(hit.fixed for hit in found))}"
    return call.finding(
        f"`{param.name}` of `{call.written}` counts seconds: {found[0].said}",
        Fix(title, edits, (), "displayonly" if doubtful else "unsafe"),
        span=frame.tree.span(found[0].node),
        severity=Severity.INFO if doubtful else None,
    )
