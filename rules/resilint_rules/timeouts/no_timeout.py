r"""A remote call that may wait without limit.

When the other side takes the connection and then goes silent, a call without a time limit never returns, and whatever
waits for it never returns either: one slow partner fills the worker pool, and the outage is no longer its own alone.

```python bad
import requests

def charge(order):
    return requests.post(GATEWAY, json=order)  # finds: no-timeout
```

```python fixed
import requests

def charge(order):
    return requests.post(GATEWAY, json=order, timeout=(3.05, 27))
```

A `Session` has no timeout of its own: it is followed through attributes, factories, annotations and other modules.

```python bad
import requests

class Rates:
    def __init__(self):
        self.http = requests.Session()

    def latest(self):
        return self.http.get("https://fx.example.com/latest")  # finds: no-timeout
```

Each call is a finding of its own, because each can have a limit, an ignore comment or a place in a baseline
of its own, and a call that is new in a change is a new one. The terminal shows those of one session together,
the editor fixes them together, and another fix gives the session a limit once, for all calls that bring none.

```python bad
import requests

bank = requests.Session()

def rates():
    return bank.get("https://fx.example.com/latest")  # finds: no-timeout
```

```python fixed
import requests

bank = requests.Session()

def rates():
    return bank.get("https://fx.example.com/latest", timeout=(3.05, 27))
```

```python fixed
import functools

import requests

bank = requests.Session()
bank.request = functools.partial(bank.request, timeout=(3.05, 27))

def rates():
    return bank.get("https://fx.example.com/latest")
```

A function that passes the options of its callers on has a limit only if each of them gives one. A function of a
library that is given to one of the project is called there, with what goes along.

```python bad
import requests

def call(method, path, **options):
    return requests.request(method, BASE + path, **options)  # finds: no-timeout

def book(number):
    return call("GET", f"/books/{number}").json()

def cover(number):
    return call("GET", f"/books/{number}/cover", timeout=20).content

def _checked(verb, path, **body):
    answer = verb(BASE + path, **body)
    return answer if answer.ok else None

def add(entry):
    return _checked(requests.post, "/entries", json=entry)  # finds: no-timeout
```

```python fixed
import requests

def call(method, path, **options):
    options.setdefault("timeout", (3.05, 27))
    return requests.request(method, BASE + path, **options)

def book(number):
    return call("GET", f"/books/{number}").json()

def cover(number):
    return call("GET", f"/books/{number}/cover", timeout=20).content

def _checked(verb, path, **body):
    answer = verb(BASE + path, **body)
    return answer if answer.ok else None

def add(entry):
    return _checked(requests.post, "/entries", json=entry, timeout=(3.05, 27))
```

```python bad
from urllib.request import urlopen

FEED_TIMEOUT = 10

def feed(url):
    return urlopen(url).read()  # finds: no-timeout
```

```python fixed
from urllib.request import urlopen

FEED_TIMEOUT = 10

def feed(url):
    return urlopen(url, timeout=FEED_TIMEOUT).read()
```

A class of generated code says by its name what its methods are, wherever its objects come from. Streams that are
iterated over are left alone, and so are all of them where the program puts something between that may set the limit.

```python bad
from orders_pb2_grpc import OrdersStub

class Checkout:
    def __init__(self, orders: OrdersStub):
        self.orders = orders

    def total(self, query):
        return self.orders.Get(query).cents  # finds: no-timeout

    def follow(self, query):
        yield from self.orders.Watch(query)
```

A stream of events may be silent for long and nothing wrong. It gets ten times the limit, which still notices that
the other side has gone; or none, if it sends nothing to show that it is there.

```python bad
import requests

def changes(url):
    with requests.get(url, stream=True) as answer:  # finds: no-timeout
        yield from answer.iter_lines()
```

```python fixed
import requests

def changes(url):
    with requests.get(url, stream=True, timeout=(3.05, 270)) as answer:
        yield from answer.iter_lines()
```

```python fixed
import requests

def changes(url):
    with requests.get(url, stream=True, timeout=(3.05, None)) as answer:
        yield from answer.iter_lines()
```

A limit set once on the client counts. So do a library's own default, a limit around the awaited call,
and `socket.setdefaulttimeout` where the program starts, for libraries that heed it; a value we cannot
see gets the benefit of the doubt.

```python good
import asyncio
import httpx, psycopg2, requests

client = httpx.Client(timeout=5.0)
client.get(URL)
httpx.get(URL)
connection = psycopg2.connect(DSN, async_=True)
requests.get(URL, **options)
requests.get(URL, **{"timeout": 5})
requests.get(URL, timeout=settings.TIMEOUT)
```

```python good
import requests
from requests.adapters import HTTPAdapter

class Limited(HTTPAdapter):
    def send(self, request, **kwargs):
        kwargs.setdefault("timeout", 10)
        return super().send(request, **kwargs)

session = requests.Session()
session.mount("https://", Limited())
session.get(URL)
```

A call that returns before it is connected waits for nothing, and a stand-in that is put in the place of the library's
transport answers at once.

```python good
import requests, responses

@responses.activate
def show():
    responses.get("https://pay.example.com/7", json={"state": "done"})
    print(requests.get("https://pay.example.com/7").json())

def show_more():
    with responses.RequestsMock() as pay:
        pay.get("https://pay.example.com/8", json={"state": "done"})
        return requests.get("https://pay.example.com/8").json()
```

An address that never leaves the machine is left alone: as written, by a test around the call, or by one around each
call of the function that makes it.

```python good
from urllib.request import urlopen

def picture(url, session):
    if url.startswith("data:"):
        return _inline(url)
    return session.get(url, timeout=5).content

def _inline(url):
    with urlopen(url) as text:
        return text.read()

def local(path):
    return urlopen(f"file://{path}").read()
```

A comment beside the call, or right above it, that says that there is no timeout is respected, too: the
wait is intended.

```python good
import requests

def follow(url):
    # No timeout on purpose: the feed is silent for hours.
    return requests.get(url, stream=True)
```

Where the client decides for all of its calls, it is reported once, where it is made, unless each of
them brings a limit of its own.

```python bad
import smtplib

def send(message):
    with smtplib.SMTP("mail.example.com", 587) as mail:  # finds: no-timeout
        mail.send_message(message)
```

```python fixed
import smtplib

def send(message):
    with smtplib.SMTP("mail.example.com", 587, timeout=30) as mail:
        mail.send_message(message)
```

Where the address says which driver connects, that one's default counts, unless the address or the arguments for
the driver set a limit.

```python bad
from sqlalchemy import create_engine

prices = create_engine("postgresql+psycopg2://shop@db/prices?connect_timeout=5")
orders = create_engine("postgresql+psycopg2://shop@db/orders")  # finds: no-timeout
```

A socket that is made by hand has no limit either. Connecting ends after minutes, reading does not. One that listens
in a loop for what others send is left alone.

```python bad
import socket

def status(host):
    with socket.socket() as line:
        line.connect((host, 9100))
        line.sendall(b"status")
        return line.recv(1024)  # finds: no-timeout
```

Waiting for a free connection of the program's own pool is for information: another part of the program gives one back.

```python bad
import asyncpg

async def orders(dsn):
    pool = await asyncpg.create_pool(dsn, timeout=5, command_timeout=20)
    async with pool.acquire() as line:  # finds: no-timeout
        return await line.fetch("select id from orders where open")
```

A limit that is for something else does not count, here one for reading the description of a service.

```python bad
from zeep import Client, Transport

def check_tax_number(wsdl, cache, number):
    transport = Transport(cache=cache, timeout=10)
    client = Client(wsdl, transport=transport)  # finds: no-timeout
    return client.service.Check(number)
```

```python fixed
from zeep import Client, Transport

def check_tax_number(wsdl, cache, number):
    transport = Transport(cache=cache, timeout=10, operation_timeout=30)
    client = Client(wsdl, transport=transport)
    return client.service.Check(number)
```

Arguments that a function of the module writes out are seen, as long as nothing can add to them. Where they are
for one call alone, the limit goes there. What callers give to a function of another module is seen, too.

```python bad
import requests

class Partner:
    def _arguments(self, order):
        return {"url": GATEWAY, "json": order}

    def send(self, order):
        return requests.post(**self._arguments(order))  # finds: no-timeout
```

```python fixed
import requests

class Partner:
    def _arguments(self, order):
        return {"url": GATEWAY, "json": order, "timeout": (3.05, 27)}

    def send(self, order):
        return requests.post(**self._arguments(order))
```

Where a comment or the docstring says that the call takes long, the fix is only to be looked at: what it would write is
too short.

```python bad
import requests

def export(year):
    # the export takes up to ten minutes
    return requests.post("https://books.example.com/export", json={"year": year})  # finds: no-timeout
```

A client made without an address gets its limit when it connects. An adapter that sets none leaves a session without.

The fix adds the limit in the library's own words: a constant of the module that plainly holds one,
or the values of `[tool.resilint.timeouts]`. It is not applied unasked: a call that used to wait
two minutes and then succeed will now fail, which is the point, but yours to decide. Nothing is
offered next to a `**spread` that may hold the same key.

When not to: a job that may run for hours and is watched from outside. Say so where it stands:
`# resilint: ignore[no-timeout] the watchdog ends it`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import BlockCall, Call, ClientCall, Finding, Frame, WrappedCall
from ..kit.rule import rule
from ._endless.passed_on import given_functions
from ._endless.sockets import connects_without_limit, limit_socket, reads_without_limit
from ._endless.unlimited import unlimited_by_caller, unlimited_calls


@rule(
    code="TMO001",
    name="no-timeout",
    on=(Call, ClientCall, WrappedCall, BlockCall, Frame),
    equivalents=("S113", "B113", "missing-timeout", "W3101", "TIM100", "use-timeout"),
)
def check(found: Call | ClientCall | WrappedCall | BlockCall | Frame) -> Iterator[Finding]:
    """Reports calls, and clients that decide for their calls, where every limit is known and none is finite."""
    if isinstance(found, Frame):
        yield from given_functions(found)
    elif isinstance(found, WrappedCall):
        yield from unlimited_by_caller(found)
    elif not isinstance(found, BlockCall):
        yield from unlimited_calls(found)
    elif connects_without_limit(found):
        message = f"`{found.written}` may wait for minutes for a connection: its socket is given no limit"
        yield found.finding(message, *limit_socket(found))
    elif reads_without_limit(found):
        yield found.finding(f"`{found.written}` waits without limit: its socket is given none", *limit_socket(found))
