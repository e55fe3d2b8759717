r"""A connection that a function opens, and that nothing closes.

Each connection is a descriptor here and a place at the peer. One that is not closed stays until the object is
collected, which may be late, and with many of them the process, or the peer, has no place for another one.
Python says `ResourceWarning`; sessions that are driven by an event loop are not closed by the collector at all.

```python bad
import socket

def reachable(host):
    try:
        socket.create_connection((host, 443), timeout=2)  # finds: connection-never-closed
    except OSError:
        return False
    return True
```

```python fixed
import socket

def reachable(host):
    try:
        socket.create_connection((host, 443), timeout=2).close()
    except OSError:
        return False
    return True
```

```python bad
import aiohttp

async def names(url):
    session = aiohttp.ClientSession()  # finds: connection-never-closed
    async with session.get(url) as answer:
        answer.raise_for_status()
        return await answer.json()
```

```python bad
import smtplib

def tell(sender, receiver, text):
    server = smtplib.SMTP("mail.example.com", timeout=10)  # finds: connection-never-closed
    server.sendmail(sender, [receiver], text)
```

Silent where it is closed, entered by `with`, returned, stored or passed on, and where something that needs it is.

```python good
import socket, smtplib, psycopg2, aiohttp
from contextlib import closing

def reachable(host):
    with socket.create_connection((host, 443), timeout=2):
        return True

def sent(text):
    server = smtplib.SMTP("mail.example.com", timeout=10)
    try:
        server.sendmail(SENDER, [RECEIVER], text)
    finally:
        server.quit()

def rows(query):
    with closing(psycopg2.connect(DSN, connect_timeout=5)) as connection:
        return connection.cursor().execute(query)

def opened(host):
    sock = socket.create_connection((host, 443), timeout=2)
    sock.settimeout(30)
    return sock

def wrapped(host, context):
    sock = socket.create_connection((host, 443), timeout=2)
    return context.wrap_socket(sock, server_hostname=host)

def cursor():
    return psycopg2.connect(DSN, connect_timeout=5).cursor()

class Client:
    def __init__(self, host):
        self.sock = socket.create_connection((host, 443), timeout=2)
```

The fix closes what is only opened as a test. It is safe: nothing reads it. Elsewhere use `with`, which closes it
when an exception leaves the block, too.

When not to: a process that ends right after. Say so in a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, ClientCall, Finding, Severity
from ..kit.rule import rule
from ._never_closed import close_at_once, stays_open


@rule(code="CON003", name="connection-never-closed", severity="info", preview=True, on=(Call, ClientCall))
def check(call: Call | ClientCall) -> Iterator[Finding]:
    """Reports a connection that is opened in a function, and that nothing there closes or passes on."""
    reads = stays_open(call)
    if reads is None:
        return
    how = "/".join(f"`{name}`" for name in call.as_external.closed_by[:2])
    consequence = "is opened and dropped" if not reads.words else "is never closed"
    yield call.finding(
        f"`{call.written}` {consequence}: the connection stays until it is collected, as nothing calls {how}",
        *close_at_once(call, reads), severity=Severity.WARNING if call.as_external.mode == "async" else None,
    )  # fmt: skip
