"""A call to another system while a database transaction is open.

The transaction keeps its locks and its connection for as long as the other side takes to answer. When
that is slow, the rows stay locked, the pool runs out of connections, and requests that have nothing to do
with it fail too. If the transaction is rolled back, the call has been made all the same.

```python bad
import requests
from django.db import transaction

def pay(order_id):
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        answer = requests.post("https://pay.example.com", json=order.data, timeout=5)  # finds: call-in-transaction
        order.state = answer.status_code
        order.save()

@transaction.atomic
def refund(order_id):
    requests.post("https://pay.example.com/refund", json={"id": order_id}, timeout=5)  # finds: call-in-transaction
```

Functions that are called in the transaction count, also those of other modules.

```python bad
import requests
from django.db import transaction

class Gateway:
    def charge(self, order):
        return requests.post("https://pay.example.com/charge", json={"id": order.pk}, timeout=5)

def settle(order):
    return Gateway().charge(order)

def pay(order):
    with transaction.atomic():
        order.lock()
        settle(order)  # finds: call-in-transaction
```

Before and after the transaction the call holds nothing, and neither does what runs once it is committed.

```python good
import requests
from django.db import transaction

def ask(order_id):
    return requests.post("https://pay.example.com/charge", json={"id": order_id}, timeout=5)

def pay(order_id):
    answer = ask(order_id)
    with transaction.atomic():
        Order.objects.filter(pk=order_id).update(state=answer.status_code)
        transaction.on_commit(lambda: ask(order_id))
    ask(order_id)
```

Other calls of the database are what the transaction is for, and a block that is no transaction is none
because of its name.

```python good
import psycopg2
import requests

def save(connection, url):
    with atomic():
        answer = requests.get(url, timeout=5)
    cursor = psycopg2.connect("host=db connect_timeout=5").cursor()
    cursor.execute("update orders set state = %s", [answer.status_code])
```

What a loop in a transaction iterates is made there: a generator of pages asks for each of them.

```python bad
import requests
from django.db import transaction

def pages(url):
    while url:
        answer = requests.get(url, timeout=9)
        answer.raise_for_status()
        yield from answer.json()["items"]
        url = answer.links.get("next", {}).get("url")

def stored(url):
    with transaction.atomic():
        for item in pages(url):  # finds: call-in-transaction
            Item.objects.create(**item)
```

```python good
import requests
from django.db import transaction

def pages(url):
    while url:
        answer = requests.get(url, timeout=9)
        answer.raise_for_status()
        yield from answer.json()["items"]
        url = answer.links.get("next", {}).get("url")

def stored(url):
    items = list(pages(url))
    with transaction.atomic():
        for item in items:
            Item.objects.create(**item)
```

When not to: nothing else needs the rows, and the pool is larger than the number of such calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..kit import Call, Finding, Frame, effects_of, path_to, reaches_peer, transaction_around
from ..kit.rule import rule
from ._sent import sends_task

_LOCAL = ("database", "cache")
"""Peers that take part in the transaction, or are as near as its database."""


@rule(code="ISO001", name="call-in-transaction", preview=True)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports external calls in transactions, and calls of functions of the project that lead to one."""
    for call in frame.calls.values():
        opened = transaction_around(call) if _waits(call) else ""
        if opened:
            yield call.finding(_message(call, opened, "waits for the other side"))
    for call, target in frame.uses.values():
        opened = "" if call.offloaded or call.deferred else transaction_around(call)
        calls = effects_of(frame, target, call).calls if opened else ()
        reached = next((hit for hit in calls if hit.blocks and hit.peer not in _LOCAL), None)
        if reached is not None:
            finding = call.finding(
                _message(call, opened, f"leads to `{reached.place.written}`, which waits for the other side"),
                related=path_to(call, reached),
            )
            yield replace(finding, callee=reached.callee, library=reached.library)


def _waits(call: Call) -> bool:
    """Whether a call waits for a peer that has no part in the transaction, and does not only send a task."""
    if call.offloaded or call.deferred or call.peer in _LOCAL:
        return False
    return reaches_peer(call) and not sends_task(call)


def _message(call: Call, opened: str, does: str) -> str:
    return f"`{call.written}` {does} while `{opened}` keeps its locks and its connection"
