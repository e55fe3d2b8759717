r"""The failure of a call that is printed in code which has a log.

What is printed has no level, no time and no traceback. Alerts do not see it, and a service that is started by systemd
or in a container may drop it. When the peer is down, the log says nothing.

```python bad
import logging
import requests

log = logging.getLogger(__name__)

def rates():
    try:
        answer = requests.get("https://rates.example.com", timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException as error:
        print(f"no rates: {error}")  # finds: failure-printed
        return {}
```

```python fixed
import logging
import requests

log = logging.getLogger(__name__)

def rates():
    try:
        answer = requests.get("https://rates.example.com", timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException as error:
        log.warning(f"no rates: {error}", exc_info=True)
        return {}
```

So it is in what a web framework or a queue calls, as no person reads its output.

```python bad
import requests
from flask import Flask

app = Flask(__name__)

@app.get("/rates")
def rates():
    try:
        return requests.get("https://rates.example.com", timeout=5).json()
    except requests.RequestException as error:
        print("no rates", error)  # finds: failure-printed
        return {}, 503
```

Silent in commands, whose output is read by the person who started them, where the failure is logged as well or raised
again, and in modules without a logger.

```python good
import logging
import sys
import requests

log = logging.getLogger(__name__)

def rates():
    try:
        return requests.get("https://rates.example.com", timeout=5).json()
    except requests.RequestException as error:
        print(error)
        log.exception("no rates")
        return {}

def prices():
    try:
        return requests.get("https://prices.example.com", timeout=5).json()
    except requests.RequestException as error:
        print("no prices", file=sys.stderr)
        return {}

def stocks():
    try:
        return requests.get("https://stocks.example.com", timeout=5).json()
    except requests.RequestException as error:
        print("no stocks")
        raise
```

```python good
import argparse
import logging
import requests

log = logging.getLogger(__name__)

def main():
    args = argparse.ArgumentParser().parse_args()
    try:
        print(requests.get("https://rates.example.com", timeout=5).json())
    except requests.RequestException as error:
        print(f"no rates: {error}")
```

The fix writes a warning with the traceback to the logger of the module. It is not applied unasked, because the text
then stands elsewhere.

When not to: another program reads the output.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Guard
from ..kit.rule import rule
from ._printed import printed_failures, write_to_log


@rule(code="OBS002", name="failure-printed", severity="hint", preview=True, equivalents=("T201",))
def check(guard: Guard) -> Iterator[Finding]:
    """Reports handlers that print the failure of an external call, where it could be logged."""
    for node, call, _ in printed_failures(guard):
        yield guard.frame.finding(
            f"`{call.written}` has failed, and that is only printed: no level, no traceback, no alert",
            guard.frame.tree.span(node.func),
            tuple(write_to_log(guard, node, call)),
            callee=call.callee,
            library=call.library,
        )
