r"""A task that is sent before the transaction ends that it needs.

The worker may be faster than the commit: it looks for a row that is not there yet, or works for one that
is rolled back a moment later. On a quiet machine the commit wins; under load one task in a hundred fails
with DoesNotExist. A pause in front of the task makes that rarer, not impossible.

```python bad
from celery import shared_task
from django.db import transaction

@shared_task
def send_receipt(order_id):
    print(order_id)

def pay(order):
    with transaction.atomic():
        order.save()
        send_receipt.delay(order.pk)  # finds: enqueue-in-transaction
```

```python fixed
import functools

from celery import shared_task
from django.db import transaction

@shared_task
def send_receipt(order_id):
    print(order_id)

def pay(order):
    with transaction.atomic():
        order.save()
        transaction.on_commit(functools.partial(send_receipt.delay, order.pk))
```

A decorator opens a transaction, too. A delay is a hope, no commit.

```python bad
from celery import shared_task
from django.db import transaction

@shared_task
def close_shop():
    print("closed")

@transaction.atomic
def close(shop):
    shop.delete()
    close_shop.apply_async(countdown=1)  # finds: enqueue-in-transaction
```

```python fixed
import functools

from celery import shared_task
from django.db import transaction

@shared_task
def close_shop():
    print("closed")

@transaction.atomic
def close(shop):
    shop.delete()
    transaction.on_commit(functools.partial(close_shop.apply_async, countdown=1))
```

A handler of `post_save` runs inside the transaction of the code that saves: the admin has one around each change,
and with ATOMIC_REQUESTS so has each request.

```python bad
from celery import shared_task
from django.db.models.signals import post_save
from django.dispatch import receiver

@shared_task
def index(pk):
    print(pk)

@receiver(post_save)
def start(sender, instance, created, **kwargs):
    if created:
        index.delay(instance.pk)  # finds: enqueue-in-transaction
```

```python fixed
import functools

from celery import shared_task
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

@shared_task
def index(pk):
    print(pk)

@receiver(post_save)
def start(sender, instance, created, **kwargs):
    if created:
        transaction.on_commit(functools.partial(index.delay, instance.pk))
```

So does one that is connected by a call.

```python bad
from celery import shared_task
from django.db.models import signals

@shared_task
def index(pk):
    print(pk)

def start(sender, instance, created, **kwargs):
    if created:
        index.delay(instance.pk)  # finds: enqueue-in-transaction

signals.post_save.connect(start, dispatch_uid="index")
```

```python good
from celery import shared_task
from django.core.signals import request_finished

@shared_task
def count(path):
    print(path)

def ended(sender, **kwargs):
    count.delay("/")

request_finished.connect(ended)
```

Other databases and queues work the same way. There the task is sent after the block.

```python bad
import redis
import rq
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("postgresql://db/shop?connect_timeout=5")
queue = rq.Queue(connection=redis.Redis(socket_timeout=5))

def order(row, work):
    with Session(engine) as session, session.begin():
        session.add(row)
        queue.enqueue(work, row.id)  # finds: enqueue-in-transaction
```

What is sent after the block, or by `on_commit`, finds the row. A queue in the same database takes part in the
transaction.

```python good
from celery import shared_task
from django.db import transaction
from django_q.tasks import async_task

@shared_task
def send_receipt(order_id):
    print(order_id)

def pay(order):
    with transaction.atomic():
        order.save()
        transaction.on_commit(lambda: send_receipt.delay(order.pk))
        send_receipt.delay_on_commit(order.pk)
        async_task(print, order.pk)
    send_receipt.delay(order.pk)

def later(order):
    def send():
        send_receipt.delay(order.pk)
    with transaction.atomic():
        order.save()
        transaction.on_commit(send)
```

A transaction on a connection that only reads writes nothing that a worker could miss.

```python good
from celery import shared_task
from django.conf import settings
from django.db import transaction

@shared_task
def fill(numbers):
    with transaction.atomic(using=settings.REPLICA_NAME, savepoint=False):
        missing = absent(numbers)
        if missing:
            fill.delay(missing)
```

What is not known to be a task is not judged, nor one whose base class may wait for the commit itself.

```python good
from celery import shared_task
from django.db import transaction
from shop.base import AfterCommit

@shared_task(base=AfterCommit)
def send_receipt(order_id):
    print(order_id)

def pay(order, animation):
    with transaction.atomic():
        order.save()
        animation.delay(3)
        send_receipt.delay(order.pk)
```

Functions of the project that are called in the transaction count as well.

```python bad
from celery import shared_task
from django.db import transaction

@shared_task
def send_receipt(number):
    mail(number)

def notify(order):
    send_receipt.delay(order.pk)

def pay(order):
    with transaction.atomic():
        order.save()
        notify(order)  # finds: enqueue-in-transaction
```

```python bad
import dramatiq
from django.db import transaction

@dramatiq.actor
def send_receipt(number):
    mail(number)

def notify(order):
    send_receipt.send(order.pk)

def pay(order):
    with transaction.atomic():
        order.save()
        notify(order)  # finds: enqueue-in-transaction
```

```python good
from celery import shared_task
from django.db import transaction

@shared_task
def send_receipt(number):
    mail(number)

def notify(order):
    transaction.on_commit(lambda: send_receipt.delay(order.pk))

def pay(order):
    with transaction.atomic():
        order.save()
        notify(order)
```

The fix sends it when the transaction is committed. It is not applied unasked, because the result of sending is then not
there to be used.

When not to: the task does not touch what the transaction writes.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit import Finding, Frame, Severity, dotted, transaction_of_caller
from ..kit.rule import rule
from ._sending import Sending, after_commit, is_put_off, led_sendings, sendings, writing_at


@rule(
    code="MSG001",
    name="enqueue-in-transaction",
    severity="error",
    preview=True,
    words=(".delay(", ".apply_async(", ".enqueue(", ".send_task(", ".send_with_options(", ".send(instance."),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports tasks that are sent in a transaction, or in a handler that runs in that of another function."""
    for sending in sendings(frame):
        if sending.fact.own_store:
            continue
        opened = writing_at(frame, sending.node)
        if opened is not None:
            alone = not (isinstance(opened.node, cst.Call) and opened.node.args)
            after = opened.fact.after if alone else ""
            yield _finding(frame, sending, f"before `{opened.name}` has committed", after)
            continue
        outside = transaction_of_caller(frame)
        if outside is not None:
            when = "before the transaction around the change is committed"
            yield _finding(frame, sending, when, outside.fact.after, Severity.WARNING)  # its caller may open none
    for node, opened, sending in led_sendings(frame):
        yield frame.finding(
            f"`{dotted(node.func)}` leads to `{dotted(sending.node.func)}` before `{opened.name}` has committed: "
            "the worker may not find the row, or work for one that is rolled back",
            frame.tree.span(node.func),
            severity=Severity.WARNING,
            callee=sending.fact.name,
            library=sending.fact.library,
            statement=frame.tree.parent(node),
        )


def _finding(frame: Frame, sending: Sending, when: str, after: str, severity: Severity | None = None) -> Finding:
    written = frame.tree.code(sending.node.func)
    return frame.finding(
        f"`{written}` sends the task {when}: the worker may not find the row, or work for one that is rolled back",
        frame.tree.span(sending.node.func),
        tuple(after_commit(frame, sending.node, after)),
        severity=Severity.WARNING if is_put_off(sending.node) else severity,
        callee=sending.fact.name,
        library=sending.fact.library,
        statement=frame.tree.parent(sending.node),
    )
