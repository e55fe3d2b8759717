r"""A message that is acknowledged before it has been processed.

The broker forgets a message once it is acknowledged. With `auto_ack=True` that is at the moment of delivery: a
crash, a deploy or an exception in the handler loses it, and everything that waits in the client's buffer
with it.

```python bad
import json
import pika

def handle(channel, method, properties, body):
    order = json.loads(body)
    book(order)

def main(params):
    channel = pika.BlockingConnection(params).channel()
    channel.basic_consume("orders", handle, auto_ack=True)  # finds: auto-ack
    channel.start_consuming()
```

```python fixed
import json
import pika

def handle(channel, method, properties, body):
    order = json.loads(body)
    book(order)
    channel.basic_ack(method.delivery_tag)

def main(params):
    channel = pika.BlockingConnection(params).channel()
    channel.basic_consume("orders", handle, auto_ack=False)
    channel.start_consuming()
```

An acknowledgement that is the first thing a handler does is no better.

```python bad
import boto3

sqs = boto3.client("sqs")

def work_off(url):
    answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    for message in answer.get("Messages", []):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])  # finds: auto-ack
        book(message["Body"])
```

```python bad
from google.cloud import pubsub_v1

def handle(message):
    message.ack()  # finds: auto-ack
    book(message.data)
```

A message that is acknowledged after the work is delivered again if the work fails. What cannot be used is
acknowledged and dropped on purpose.

```python good
import json
import boto3
import pika

sqs = boto3.client("sqs")

def handle(channel, method, properties, body):
    try:
        order = json.loads(body)
    except ValueError:
        channel.basic_ack(method.delivery_tag)
        return False
    book(order)
    channel.basic_ack(method.delivery_tag)
    count("orders")

def work_off(url):
    for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
        book(message["Body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
```

Some clients acknowledge by a timer, unless that is switched off, and do not know what is still in work.

```python bad
from confluent_kafka import Consumer

def run():
    consumer = Consumer({"bootstrap.servers": "kafka:9092", "group.id": "orders"})  # finds: auto-ack
    consumer.subscribe(["orders"])
    while True:
        message = consumer.poll(1.0)
        if message is not None:
            book(message.value())
```

```python good
from confluent_kafka import Consumer

def run():
    options = {"bootstrap.servers": "kafka:9092", "group.id": "orders", "enable.auto.commit": False}
    consumer = Consumer(options)
    consumer.subscribe(["orders"])
    while True:
        message = consumer.poll(1.0)
        if message is not None:
            book(message.value())
            consumer.commit(message)
```

A task queue acknowledges before a task runs unless it is set otherwise: there is no other
delivery after a crash then.

```python bad
from celery import Celery

app = Celery("shop", broker="amqp://mq")

@app.task(reject_on_worker_lost=True)  # finds: auto-ack
def book(order):
    ship(order)
```

```python good
from celery import Celery

app = Celery("shop", broker="amqp://mq")

@app.task(acks_late=True, reject_on_worker_lost=True)
def book(order):
    ship(order)
```

Nothing is lost with a message that is only logged or kept in memory, nor in a queue that ends with its consumer:
the answers of a call over a broker.

```python good
import pika

def show(channel, method, properties, body):
    print(body)

class Caller:
    def __init__(self, params):
        self.channel = pika.BlockingConnection(params).channel()
        self.channel.basic_consume("amq.rabbitmq.reply-to", self.take, auto_ack=True)

    def take(self, channel, method, properties, body):
        self.answer = finish(body)

def tail(params):
    channel = pika.BlockingConnection(params).channel()
    channel.basic_consume("events", show, auto_ack=True)
```

```python good
import kombu

class Live:
    def queues(self, exchange, key):
        return [kombu.Queue(self.fresh_name(), exchange, durable=False, routing_key=key, auto_delete=True)]

    def handle(self, body, message):
        message.ack()
        self.show_to_those_who_listen(body, message)
```

The fix acknowledges at the end of the handler, where it is a function of the module; a handler that raises then
gets the message again. It is not applied unasked: a handler has to bear that.

When not to: losing a message is cheaper than processing it twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import Edit, Finding, Fix, Frame, after_statement, last_name, replace
from ..kit.rule import rule
from ._acknowledging import Automatic, automatic_acks, early_acks, timed_acks, vain_redelivery

_TAILS = re.compile(r"log|metric|monitor|tail|telemetry|heartbeat|trace|debug|stats", re.IGNORECASE)
"""Names of consumers for which a lost message is none."""


@rule(
    code="MSG002",
    name="auto-ack",
    preview=True,
    words=("auto_ack", "no_ack", "reject_on_worker_lost", ".basic_ack(", ".ack(", ".delete_message("),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports consumers whose messages are acknowledged at delivery, and acknowledgements before the work."""
    for found in automatic_acks(frame):
        if not _TAILS.search(f"{frame.qualname} {found.names}"):
            yield _finding(
                frame,
                found.call,
                "acknowledges each message at delivery: what fails or is cut off in the handler is lost",
                *_by_hand(frame, found),
            )
    for early in early_acks(frame):
        written = frame.tree.code(early.work.func)
        yield _finding(frame, early.ack, f"acknowledges the message before `{written}`: if that fails, it is lost")

    yield from _by_timer(frame)
    yield from _in_vain(frame)


def _by_timer(frame: Frame) -> Iterator[Finding]:
    """Reports consumers of which a timer acknowledges what was delivered."""
    for made, work in timed_acks(frame):
        if not _TAILS.search(f"{frame.qualname} {frame.tree.code(made.node)}"):
            written = work.func.value if isinstance(work.func, cst.Name) else "." + last_name(work)
            yield made.finding(
                f"`{made.written}` acknowledges by a timer what was delivered, also while `{written}` works with it: "
                "if that is cut off, the message is lost"
            )


def _in_vain(frame: Frame) -> Iterator[Finding]:
    """Reports tasks that ask for another delivery, though they are acknowledged before they run."""
    for made, node, name in vain_redelivery(frame):
        yield made.finding(
            f"`{made.written}` acknowledges before the task runs, so that `{name}` "
            "has no effect: it needs a late acknowledgement",
            span=frame.tree.span(node),
        )


def _finding(frame: Frame, call: cst.Call, does: str, *fixes: Fix) -> Finding:
    name = frame.tree.code(call.func)
    return frame.finding(f"`{name}` {does}", frame.tree.span(call.func), fixes, statement=frame.tree.parent(call))


def _by_hand(frame: Frame, found: Automatic) -> Iterator[Fix]:
    """Yields the fix that acknowledges at the end of the handler."""
    handler = found.handler
    node = handler.node if handler is not None else None
    if handler is None or not isinstance(node, cst.FunctionDef) or not isinstance(node.body, cst.IndentedBlock):
        return
    params = [param.name.value for param in node.params.params if param.name.value != "self"]
    last = node.body.body[-1]
    ends = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else None
    if len(params) < found.needs or ends is None or "return" in handler.tree.flat or not found.fact.acknowledgement:
        return
    first, second = (*params, "", "")[:2]
    text = found.fact.acknowledgement.format(first=first, second=second)
    added = after_statement(handler, ends, text)
    if added is not None and not isinstance(ends, cst.Raise):
        edits: tuple[Edit, ...] = (replace(frame, found.switch, "False"), added)
        yield Fix("Acknowledge at the end of the handler", edits)
