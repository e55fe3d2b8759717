r"""A task that is due later, or takes longer, than the broker leaves it to one worker.

A broker on Redis hands a message to another worker when the first one has not acknowledged it within the visibility
timeout, one hour if nothing else is set. A worker that holds a task until it is due keeps it unacknowledged all
the time: a reminder in six hours is taken by a new worker each hour, and is sent six times.

```python bad
from celery import Celery, shared_task

app = Celery("reminders", broker="redis://cache/2")
app.conf.broker_transport_options = {"visibility_timeout": 3600}

@shared_task
def remind(user):
    print(user)

def after_signup(user):
    remind.apply_async((user,), countdown=6 * 3600)  # finds: redelivered-before-due
```

With late acknowledgement the same holds for the work itself.

```python bad
from celery import Celery

app = Celery("reports", broker="redis://cache/2")
app.conf.task_acks_late = True

@app.task(time_limit=2 * 3600)  # finds: redelivered-before-due
def rebuild(tenant):
    print(tenant)
```

```python bad
from datetime import datetime, timedelta, timezone
from celery import Celery, shared_task

app = Celery("reminders", broker="rediss://cache/2")

@shared_task(acks_late=True)
def remind(user):
    print(user)

def after_signup(user):
    remind.apply_async((user,), eta=datetime.now(timezone.utc) + timedelta(days=1))  # finds: redelivered-before-due
```

What is due and done within the time is not taken away; another broker, or settings that are not seen, decide otherwise.

```python good
from celery import Celery, shared_task

app = Celery("reminders", broker="redis://cache/2")
app.conf.broker_transport_options = {"visibility_timeout": 12 * 3600}

@shared_task(acks_late=True, time_limit=3600)
def remind(user):
    print(user)

def after_signup(user, pause):
    remind.apply_async((user,), countdown=6 * 3600)
    remind.apply_async((user,), countdown=pause)
```

```python good
from celery import Celery

app = Celery("reminders", broker="amqp://mq/shop")
app.conf.task_acks_late = True

@app.task(time_limit=7200)
def remind(user):
    print(user)

def after_signup(user):
    remind.apply_async((user,), countdown=86400)
```

```python good
from celery import Celery

app = Celery("reminders", broker="redis://cache/2")
app.config_from_object("shop.settings")

@app.task(time_limit=7200)
def remind(user):
    print(user)

def after_signup(user):
    remind.apply_async((user,), countdown=86400)
```

There is no fix: raise the timeout above the longest delay, or have a schedule look for what is due.

When not to: the task may run several times.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._lease import late_sendings, long_task


@rule(code="MSG011", name="redelivered-before-due", preview=True, words=("countdown", " eta=", "time_limit"))
def check(frame: Frame) -> Iterator[Finding]:
    """Reports tasks that are due after the broker's visibility timeout, or may run longer with late acknowledgement."""
    for node, seconds, lease in late_sendings(frame):
        yield frame.finding(
            f"`{frame.tree.code(node.func)}` sends a task that is due in {seconds:g} s: the broker gives it to another "
            f"worker each {lease:g} s",
            frame.tree.span(node.func),
            statement=frame.tree.parent(node),
        )
    found = long_task(frame)
    if found is not None:
        decorator, seconds, lease = found
        yield frame.finding(
            f"`{frame.qualname}` may run for {seconds:g} s and is acknowledged at its end: the broker gives it to "
            f"another worker after {lease:g} s",
            frame.tree.span(decorator.decorator),
            statement=decorator,
        )
