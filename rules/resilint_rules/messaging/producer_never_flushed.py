r"""A producer that is left with messages in its buffer.

`send` puts a message into a buffer and returns; a thread in the background sends it a moment later. A program that ends
before that, or a function that drops its producer, loses what is still there, and no error says so: neither the last
messages of a run, nor all of them if the broker cannot be reached.

```python bad
from kafka import KafkaProducer

def announce(hosts, brokers):
    producer = KafkaProducer(bootstrap_servers=brokers)
    for host in hosts:
        producer.send("inventory.hosts", host)  # finds: producer-never-flushed
```

```python fixed
from kafka import KafkaProducer

def announce(hosts, brokers):
    producer = KafkaProducer(bootstrap_servers=brokers)
    for host in hosts:
        producer.send("inventory.hosts", host)
    producer.flush(30)
```

```python bad
import json
from confluent_kafka import Producer

def export(row):
    producer = Producer({"bootstrap.servers": "kafka.internal"})
    producer.produce("rows", json.dumps(row))  # finds: producer-never-flushed
    print("exported")
```

```python fixed
import json
from confluent_kafka import Producer

def export(row):
    producer = Producer({"bootstrap.servers": "kafka.internal"})
    producer.produce("rows", json.dumps(row))
    producer.flush(30)
    print("exported")
```

`poll(0)` asks what has happened so far, and waits for nothing.

```python bad
from confluent_kafka import Producer

def export_all(rows):
    producer = Producer({"bootstrap.servers": "kafka.internal"})
    for row in rows:
        producer.produce("rows", row)  # finds: producer-never-flushed
        producer.poll(0)
```

```python fixed
from confluent_kafka import Producer

def export_all(rows):
    producer = Producer({"bootstrap.servers": "kafka.internal"})
    for row in rows:
        producer.produce("rows", row)
        producer.poll(0)
    producer.flush(30)
```

A producer that is flushed or closed, whose results are waited for, or that is used elsewhere, loses nothing here.

```python good
from aiokafka import AIOKafkaProducer
from confluent_kafka import Producer
from kafka import KafkaProducer

def announce(hosts, brokers):
    producer = KafkaProducer(bootstrap_servers=brokers)
    try:
        for host in hosts:
            producer.send("inventory.hosts", host)
    finally:
        producer.close(timeout=10)

def wait(host, brokers):
    producer = KafkaProducer(bootstrap_servers=brokers)
    future = producer.send("inventory.hosts", host)
    future.get(timeout=10)

def settle(brokers, row):
    producer = Producer({"bootstrap.servers": brokers})
    producer.produce("rows", row)
    producer.poll(5)

def make(brokers):
    producer = KafkaProducer(bootstrap_servers=brokers)
    producer.send("started", b"")
    return producer

class Service:
    def __init__(self, brokers):
        self.producer = KafkaProducer(bootstrap_servers=brokers)

    def announce(self, host):
        self.producer.send("inventory.hosts", host)

def serve(brokers, events):
    producer = KafkaProducer(bootstrap_servers=brokers)
    while True:
        producer.send("events", events.get())

async def both(brokers):
    producer = AIOKafkaProducer(bootstrap_servers=brokers)
    await producer.start()
    await producer.send_and_wait("started", b"")
```

The fix waits for the buffer to be empty, for 30 seconds at most. It is not applied unasked: the program now waits
where it did not.

When not to: losing the last messages is fine.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import ClientCall, Finding, Fix
from ..kit.rule import rule
from ._buffered import Left, left_in_buffer


@rule(code="MSG009", name="producer-never-flushed", preview=True)
def check(call: ClientCall) -> Iterator[Finding]:
    """Reports the first message of a producer that the function drops without waiting for its buffer."""
    left = left_in_buffer(call)
    if left is None:
        return
    written = call.frame.tree.code(left.send.func)
    yield call.frame.finding(
        f"`{written}` only buffers the message: `{left.name}` is neither flushed nor closed, it may never be sent",
        call.frame.tree.span(left.send.func),
        tuple(_fixes(left)),
        callee=call.callee,
        library=call.library,
        statement=call.frame.tree.parent(left.send),
    )


def _fixes(left: Left) -> Iterator[Fix]:
    edit = left.flushed()
    if edit is not None:
        yield Fix("Wait for the buffer to be empty", (edit,))
