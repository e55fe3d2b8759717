r"""A connection that several threads use at once, though it is made for one at a time.

Two threads write their commands into one socket, and each reads what comes first: a query gets the rows of another
one, a protocol falls out of step, a transaction commits what a stranger has begun. It happens under load only.

```python bad
import ftplib
from concurrent.futures import ThreadPoolExecutor

def fetch_all(names):
    server = ftplib.FTP("ftp.example.com", timeout=30)

    def fetch(name):
        with open(name, "wb") as file:
            server.retrbinary(f"RETR {name}", file.write)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fetch, names))  # finds: client-shared-by-threads
```

```python good
import ftplib
from concurrent.futures import ThreadPoolExecutor

def fetch(name):
    with ftplib.FTP("ftp.example.com", timeout=30) as server, open(name, "wb") as file:
        server.retrbinary(f"RETR {name}", file.write)

def fetch_all(names):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fetch, names))
```

A connection that an object or the module keeps is shared as well.

```python bad
import threading
import pymysql

class Counter:
    def __init__(self):
        self.database = pymysql.connect(host="db", connect_timeout=5, read_timeout=5)

    def count(self):
        with self.database.cursor() as cursor:
            cursor.execute("UPDATE counts SET n = n + 1")

    def start(self):
        for _ in range(4):
            threading.Thread(target=self.count).start()  # finds: client-shared-by-threads
```

Sessions of HTTP clients may be shared, but for what goes into every request: cookies and credentials that one thread
sets for its customer are sent with the requests of the others.

```python bad
import requests
from concurrent.futures import ThreadPoolExecutor

session = requests.Session()

def invoice(customer):
    session.headers["Authorization"] = f"Bearer {customer.token}"
    return session.get("https://billing.example.com/invoice", timeout=5).json()

def login(customer):
    session.cookies.update(customer.cookies)
    return session.get("https://billing.example.com/me", timeout=5).json()

def invoices(customers):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(login, customers))  # finds: client-shared-by-threads
        return list(pool.map(invoice, customers))  # finds: client-shared-by-threads
```

```python good
import requests
from concurrent.futures import ThreadPoolExecutor

session = requests.Session()
session.headers["User-Agent"] = "billing"

def invoice(customer):
    token = {"Authorization": f"Bearer {customer.token}"}
    return session.get("https://billing.example.com/invoice", headers=token, timeout=5).json()

def own(customer):
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {customer.token}"
        return session.get("https://billing.example.com/invoice", timeout=5).json()

def invoices(customers):
    with ThreadPoolExecutor(8) as pool:
        return [*pool.map(invoice, customers), *pool.map(own, customers)]
```

Silent where a lock is in the module, where one thread is started, and for clients that are made for many threads,
such as engines, pools and the sessions of HTTP clients, as long as the threads only use them.

```python good
import ftplib
import threading
import requests
from concurrent.futures import ThreadPoolExecutor

session = requests.Session()

def get(url):
    return session.get(url, timeout=5)

def get_all(urls):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(get, urls))

def in_background(names):
    server = ftplib.FTP("ftp.example.com", timeout=30)

    def fetch():
        for name in names:
            server.retrlines(f"RETR {name}")

    threading.Thread(target=fetch).start()
```

There is no fix: make the connection in the function that the threads run, keep one in each thread by
`threading.local()`, or use a pool of the library.

When not to: something that is not seen here lets one thread at a time through.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._threads import shared_connections


@rule(
    code="CON005",
    name="client-shared-by-threads",
    preview=True,
    words=("thread(target=", "threadpoolexecutor("),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports threads that use one connection at the same time."""
    for start, call, why in shared_connections(frame):
        yield frame.finding(
            f"`{frame.tree.code(start.func)}` has several threads call `{call.written}` on one connection: {why}",
            frame.tree.span(start.func),
            callee=call.callee,
            library=call.library,
        )
