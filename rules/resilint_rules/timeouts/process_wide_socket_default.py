r"""A module that sets the time limit of all sockets of the process.

`socket.setdefaulttimeout` holds for every socket that is made from then on. The long poll of another module, or
the stream of a library that has its own way to notice a dead peer, now fails after that time, and the reason is hard to
find. Two modules that do it overwrite each other.

```python bad
import socket
import urllib.request

class Feed:
    def __init__(self, url, limit=10):
        self.url = url
        socket.setdefaulttimeout(limit)  # finds: process-wide-socket-default

    def read(self):
        with urllib.request.urlopen(self.url) as answer:
            return answer.read()
```

```python bad
import socket

socket.setdefaulttimeout(10)  # finds: process-wide-socket-default

def lines(host):
    return socket.create_connection((host, 7000)).makefile()
```

A program may decide for all of itself: in its main module, where it starts, or in a script. What is put back in the
same function is left alone.

```python good
import socket

def main():
    socket.setdefaulttimeout(30)

if __name__ == "__main__":
    main()
```

```python good
import socket
import urllib.request

def read(url):
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(5)
    try:
        return urllib.request.urlopen(url).read()
    finally:
        socket.setdefaulttimeout(before)

def setup_network(limit):
    socket.setdefaulttimeout(limit)
```

Give the limit to the calls that need it instead: `urlopen(url, timeout=10)`, `create_connection(address, timeout=10)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..kit import EntryKind, Finding, GlobalCall, entry_point, literal
from ..kit.rule import rule

_STARTS = re.compile(
    r"_*(?:main|run|cli|start|boot|bootstrap|init|setup|set_up|configure|config|prepare|launch|serve|ready|on_start\w*|"
    r"startup|(?:init|setup|set_up|configure|bootstrap|prepare|start|run|set)_\w+|\w+_main)"
)
"""How functions are called in which a program sets itself up."""
_PROGRAM = re.compile(
    r"__main__|main|cli|app|start|run\w*|init|settings|config|conf|configuration|manage|wsgi|asgi|conftest|setup|"
    r"sitecustomize|bootstrap|gunicorn\w*|celeryconfig|server|daemon|worker|script\w*|\w+_(?:main|cli|script)"
)
"""How modules are called in which programs begin."""
_GUARD = re.compile(r"^if __name__ ?== ?[\"']__main__[\"']", re.MULTILINE)


@rule(code="TMO015", name="process-wide-socket-default", preview=True)
def check(call: GlobalCall) -> Iterator[Finding]:
    """Reports a default for the whole process that is set anywhere but where a program starts."""
    module = call.frame.scope.module
    stem = module.doc.module.rpartition(".")[2]
    if module.doc.kind == "script" or _PROGRAM.fullmatch(stem) or module.search(_GUARD) is not None:
        return
    if literal(call.args.value(call.fact.value)) is None or _sets_up(call) or _puts_back(call):
        return
    yield call.finding(f"`{call.written}` changes {call.fact.about}")


def _sets_up(call: GlobalCall) -> bool:
    """Whether a call stands in a function with which a program starts."""
    outer = call.frame.outermost
    if entry_point(outer) in (EntryKind.COMMAND, EntryKind.STARTUP):
        return True
    name = outer.qualname.rpartition(".")[2]
    return not name.startswith("__") and _STARTS.fullmatch(name) is not None


def _puts_back(call: GlobalCall) -> bool:
    """Whether the same function asks what was set before."""
    return bool(call.fact.asks) and call.fact.asks in call.frame.outermost.tree.text
