r"""A program that waits without limit for the result of a task that it has sent.

No worker is up, the queue is long, the result is lost: then a request never ends. Inside a task it is worse: all
workers may wait for tasks that no worker is left to run, which is a deadlock that only shows under load.

```python bad
from celery import shared_task

@shared_task
def add(one, other):
    return one + other

def view(request):
    return add.delay(1, 2).get()  # finds: waiting-for-task
```

```python fixed
from celery import shared_task

@shared_task
def add(one, other):
    return one + other

def view(request):
    return add.delay(1, 2).get(timeout=10)
```

In a task a time limit does not help.

```python bad
from celery import shared_task

@shared_task
def part(number):
    return number

@shared_task
def whole(numbers):
    first = part.delay(numbers[0])
    return first.get(timeout=30)  # finds: waiting-for-task
```

A chain, a group or a callback passes a result on without a wait.

```python good
from celery import chain, shared_task

@shared_task
def part(number):
    return number

@shared_task
def whole(numbers):
    chain(part.s(numbers[0]), part.s()).delay()

def view(request, cache):
    result = part.delay(1)
    cache.get("x")
    return result.get(timeout=5) if request.wait else result.id

def check():
    result = part.delay(1)
    if result.ready():
        return result.result
```

A task that is called or applied in place is no other task's work, and what is not known to be a task is not judged.

```python good
from celery import shared_task

@shared_task
def part(number):
    return number

@shared_task
def whole(numbers, pool):
    part(1)
    part.apply(args=(1,)).get()
    return pool.delay(1).get()
```

The fix sets a limit; in a task there is none, because the work has to be split. In a command of the project the finding
is for information only, without a fix: its user waits for as long as the task takes.

When not to: a script that is run by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import EntryKind, Finding, Fix, Frame, Severity, entry_point
from ..kit.rule import rule
from ._sending import Wait, task_of, waits_for_tasks

_SECONDS = 10


@rule(code="MSG005", name="waiting-for-task", words=(".delay(", ".apply_async(", ".send_task("))
def check(frame: Frame) -> Iterator[Finding]:
    """Reports calls that wait for the result of a task: without a limit, or in a task."""
    waits = list(waits_for_tasks(frame))
    inside = bool(waits) and task_of(frame.outermost) is not None
    for found in waits:
        if inside or not found.limited:
            yield _finding(frame, found, inside)


def _finding(frame: Frame, found: Wait, inside: bool) -> Finding:
    written = frame.tree.code(found.call.func)
    if inside:
        message = f"`{written}` waits in a task for another task: when every worker does, none is left to run it"
    else:
        message = f"`{written}` waits for the result of a task without limit: with no worker up it never ends"
    awaited = not inside and _is_command(frame)
    return frame.finding(
        message,
        frame.tree.span(found.call.func),
        () if inside or awaited else tuple(_limited(frame, found)),
        severity=Severity.ERROR if inside else Severity.INFO if awaited else None,
        callee=found.fact.name,
        library=found.fact.library,
        statement=frame.tree.parent(found.call),
    )


def _is_command(frame: Frame) -> bool:
    """Whether a function is of a command of the project, whose user waits for as long as the task takes."""
    return "management/commands/" in frame.scope.module.doc.name or entry_point(frame) is EntryKind.COMMAND


def _limited(frame: Frame, found: Wait) -> Iterator[Fix]:
    edit = found.with_limit(frame, _SECONDS)
    if edit is not None:
        yield Fix(f"Wait {_SECONDS} s at most", (edit,))
