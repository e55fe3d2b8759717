r"""A message that always fails and is put back into the queue each time.

A payload that cannot be processed fails again at once, goes back, and is delivered again: the consumer works on
nothing else at full speed, and all that is behind it in the queue waits. A failure of the network passes; a bug
and a broken message do not.

```python bad
import pika

def handle(channel, method, properties, body):
    try:
        book(body)
        channel.basic_ack(method.delivery_tag)
    except Exception:
        channel.basic_nack(method.delivery_tag)  # finds: requeued-forever
```

```python fixed
import pika

def handle(channel, method, properties, body):
    try:
        book(body)
        channel.basic_ack(method.delivery_tag)
    except Exception:
        channel.basic_nack(method.delivery_tag, requeue=False)
```

```python bad
import json
import aio_pika

async def handle(message):
    async with message.process(requeue=True):  # finds: requeued-forever
        await book(json.loads(message.body))

async def take(message):
    try:
        order = json.loads(message.body)
    except (ValueError, KeyError):
        await message.reject(requeue=True)  # finds: requeued-forever
        return None
    await book(order)
    await message.ack()
```

```python fixed
import json
import aio_pika

async def handle(message):
    async with message.process(requeue=False):
        await book(json.loads(message.body))

async def take(message):
    try:
        order = json.loads(message.body)
    except (ValueError, KeyError):
        await message.reject(requeue=False)
        return None
    await book(order)
    await message.ack()
```

A message that is dropped, or sent to a dead-letter queue, does no harm. What passes may be tried again, and so may
what is counted.

```python good
import pika

def handle(channel, method, properties, body):
    try:
        book(body)
    except ConnectionError:
        channel.basic_nack(method.delivery_tag, requeue=True)
    except Exception:
        channel.basic_nack(method.delivery_tag, requeue=False)
    else:
        channel.basic_ack(method.delivery_tag)

def once_more(channel, method, properties, body):
    try:
        book(body)
    except Exception:
        channel.basic_reject(method.delivery_tag, requeue=not method.redelivered)

def three_times(channel, method, properties, body):
    deaths = (properties.headers or {}).get("x-death", [])
    try:
        book(body)
    except Exception:
        channel.basic_nack(method.delivery_tag, requeue=True)

def on_shutdown(channel, method):
    channel.basic_nack(method.delivery_tag)
```

A queue with a delivery limit ends it by itself.

```python good
import pika

def declare(channel):
    channel.queue_declare("orders", durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 5})

def handle(channel, method, properties, body):
    try:
        book(body)
    except Exception:
        channel.basic_nack(method.delivery_tag)
```

The fix drops the message, or sends it to the queue's dead-letter exchange, where it has one. It is not applied
unasked: without such an exchange the message is gone.

When not to: the queue is declared elsewhere with a limit of deliveries.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Fix, Frame
from ..kit.rule import rule
from ._refusing import Refusal, refusals


@rule(
    code="MSG003",
    name="requeued-forever",
    preview=True,
    words=(".basic_nack(", ".basic_reject(", ".nack(", "reject(", ".requeue(", "requeue=true"),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports what puts a message back into the queue for an error that may never pass."""
    for found in refusals(frame):
        name = frame.tree.code(found.call.func)
        yield frame.finding(
            f"`{name}` puts the message back for {found.errors}: one that always fails comes back again and again",
            frame.tree.span(found.call.func),
            tuple(_fixes(found)),
            statement=frame.tree.parent(found.call),
        )


def _fixes(found: Refusal) -> Iterator[Fix]:
    edit = found.dropped()
    if edit is not None:
        yield Fix("Drop it, or send it to the dead-letter exchange", (edit,))
