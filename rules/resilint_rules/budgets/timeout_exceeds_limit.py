r"""A call that may take longer than what runs it is given, or than a broker waits for who has its message.

A limit is of use if it ends the call before anything else ends the work. A task with `time_limit=20` that waits 30 s
for an answer is ended in the middle: no handler, no retry and no log line of its own ever sees the failure. A
connection to a broker without a sign of life for its heartbeat is closed, and the message is given to another
worker, which waits as long.

```python bad
import requests
from celery import shared_task

@shared_task(time_limit=20)
def rates():
    answer = requests.get("https://rates.example.com", timeout=30)  # finds: timeout-exceeds-limit
    answer.raise_for_status()
    return answer.json()
```

```python fixed
import requests
from celery import shared_task

@shared_task(time_limit=20)
def rates():
    answer = requests.get("https://rates.example.com", timeout=16)
    answer.raise_for_status()
    return answer.json()
```

```python bad
import pika
import requests

PARAMS = pika.ConnectionParameters("mq.example.com", heartbeat=60)

def encode(channel, method, properties, body):
    answer = requests.post("https://media.example.com", data=body, timeout=(3, 600))  # finds: timeout-exceeds-limit
    answer.raise_for_status()
    channel.basic_ack(method.delivery_tag)

def main():
    channel = pika.BlockingConnection(PARAMS).channel()
    channel.basic_consume("films", encode)
    channel.start_consuming()
```

Messages that are taken in a loop have a time, too, until the next one has to be taken, or by which they have to be
deleted. All attempts count, and so do pauses and what called functions do.

```python bad
import time
import requests
from kafka import KafkaConsumer

consumer = KafkaConsumer("orders", group_id="billing", max_poll_interval_ms=60_000)

def book(order):
    for attempt in range(5):
        try:
            return requests.post("https://bank.example.com", json=order, timeout=20)
        except requests.Timeout:
            time.sleep(2)
    raise RuntimeError(order)

def main():
    for message in consumer:
        book(message.value)  # finds: timeout-exceeds-limit
```

```python bad
import boto3
import requests

sqs = boto3.client("sqs")

def work_off(url):
    answer = sqs.receive_message(QueueUrl=url, VisibilityTimeout=30)
    for message in answer.get("Messages", []):
        requests.post("https://mail.example.com", data=message["Body"], timeout=90)  # finds: timeout-exceeds-limit
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
```

What ends in time is fine, and so is a task that handles the end of its time, or a worker that asks for more.

```python good
import pika
import requests
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

@shared_task(soft_time_limit=20, time_limit=25)
def rates():
    return requests.get("https://rates.example.com", timeout=(3.05, 12)).json()

@shared_task(soft_time_limit=20, time_limit=25)
def slow():
    try:
        return requests.get("https://rates.example.com", timeout=60).json()
    except SoftTimeLimitExceeded:
        return None

def encode(channel, method, properties, body):
    requests.post("https://media.example.com", data=body, timeout=(3, 20)).raise_for_status()
    channel.basic_ack(method.delivery_tag)

def main():
    params = pika.ConnectionParameters("mq.example.com", heartbeat=60)
    channel = pika.BlockingConnection(params).channel()
    channel.basic_consume("films", encode)
    channel.start_consuming()
```

```python good
import boto3
import pika
import requests

sqs = boto3.client("sqs")

def work_off(url):
    answer = sqs.receive_message(QueueUrl=url, VisibilityTimeout=30)
    for message in answer.get("Messages", []):
        extend(url, message, sqs.change_message_visibility)
        requests.post("https://mail.example.com", data=message["Body"], timeout=90)

def encode(channel, method, properties, body):
    requests.post("https://media.example.com", data=body, timeout=600)
    channel.basic_ack(method.delivery_tag)

def main(beat):
    channel = pika.BlockingConnection(pika.ConnectionParameters("mq.example.com", heartbeat=beat)).channel()
    channel.basic_consume("films", encode)
```

Limits that only the environment or another module sets are not known, and nothing is said then.

The fix lowers a limit that is written at the call, below that of its task. It is unsafe, as answers that took longer
have arrived until now. Where a broker waits, raise its setting, or do the work in a thread or beside the queue.

When not to: the work may be cut off, or done twice, without harm.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import (
    Finding,
    Fix,
    Frame,
    Function,
    SleepCall,
    TaskCall,
    in_seconds,
    limit,
    number,
    options,
    places_of,
    replace,
)
from ..kit.rule import rule
from ._behind import leads_of
from ._durations import Duration, duration, durations
from ._patience import Patience, is_awaited, limits_of_sending, patience_with

_SHARE = 0.8
"""How much of the time of a task the fix leaves to one call."""


@rule(code="BGT002", name="timeout-exceeds-limit", preview=True)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports calls that may take longer than the function they are in is given."""
    seen: set[int] = set()
    for taken in durations(frame) if is_awaited(frame) else ():
        found = patience_with(frame, taken) if id(taken.site) not in seen else None
        if found is not None and _is_longer(taken, found):
            seen.add(id(taken.site))
            yield _finding(frame, taken, found)
    for call in frame.calls.values():
        if isinstance(call, TaskCall):
            yield from _sent(frame, call)


def _sent(frame: Frame, call: TaskCall) -> Iterator[Finding]:
    """Reports a task that is sent with less time than a call in it may take."""
    given = call.args.positional[0].value if call.args.positional else None
    choices = options(given) if given is not None else ()
    found = min(limits_of_sending(call), key=lambda one: one.seconds, default=None)
    if found is None or len(choices) != 1 or not isinstance(choices[0], Function):
        return
    for lead in leads_of(frame, call, choices[0]):
        taken = duration(call, lead, frame)
        if taken is not None and _is_longer(taken, found):
            yield _finding(frame, taken, found)
            return


def _is_longer(taken: Duration, found: Patience) -> bool:
    return taken.seconds >= found.seconds if found.task else taken.seconds > found.seconds


def _finding(frame: Frame, taken: Duration, found: Patience) -> Finding:
    site, lead = taken.site, taken.lead
    does = "pauses for" if isinstance(lead.call, SleepCall) else "may take"
    message = f"`{lead.call.written}` {does} {in_seconds(taken.seconds)}: after {in_seconds(found.seconds)}"
    message += f" (`{found.setting}`) {found.then}"
    related = places_of(frame, lead.path, "it waits here") if lead.call is not site else ()
    fixes = _fixes(taken, found) if found.task and lead.call is site else ()
    return site.finding(message, *fixes, related=related)


def _fixes(taken: Duration, found: Patience) -> Iterator[Fix]:
    """Lowers the limit that is written at the call."""
    call = taken.site
    written = [bound for bound in limit(call).bounds if bound.origin == "call" and bound.seconds == taken.once]
    seconds = int(found.seconds * _SHARE * taken.once / taken.seconds)
    nodes = {id(bound.node): bound.node for bound in written if bound.node is not None}
    if seconds >= 1 and len(nodes) == 1:
        text = number(float(seconds))
        yield Fix(f"Lower the limit to {text} s", (replace(call.frame, nodes.popitem()[1], text),))
