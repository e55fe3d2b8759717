r"""A background task to which no reference is kept.

An event loop holds only weak references to its tasks. One that is started and thrown away can be
collected in the middle of its work: a delivery stops half-way, without an error, and only under the
load that makes the collector run. An exception that it raises is lost, too.

```python bad
import asyncio

async def accept(event):
    asyncio.create_task(deliver(event))  # finds: task-dropped
    return 202
```

```python fixed
import asyncio

_tasks: set[asyncio.Task] = set()


async def accept(event):
    task = asyncio.create_task(deliver(event))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return 202
```

All tasks of a module are kept in one set.

```python bad
import asyncio

async def sign_in(user):
    asyncio.create_task(greet(user))  # finds: task-dropped
    if user.is_new:
        asyncio.create_task(count(user))  # finds: task-dropped
        asyncio.create_task(tour(user))  # finds: task-dropped

def sign_out(user):
    asyncio.ensure_future(forget(user))  # finds: task-dropped
```

```python fixed
import asyncio

_tasks: set[asyncio.Task] = set()


async def sign_in(user):
    task = asyncio.create_task(greet(user))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    if user.is_new:
        task = asyncio.create_task(count(user))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
        task = asyncio.create_task(tour(user))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)

def sign_out(user):
    task = asyncio.ensure_future(forget(user))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
```

A module that keeps its tasks already is taken at its word.

```python bad
import asyncio

running = set()

class Hooks:
    async def send(self, hook):
        task = asyncio.create_task(self.post(hook))
        running.add(task)
        task.add_done_callback(running.discard)

    async def ping(self, hook):
        loop = asyncio.get_running_loop()
        loop.create_task(self.post(hook))  # finds: task-dropped
```

```python fixed
import asyncio

running = set()

class Hooks:
    async def send(self, hook):
        task = asyncio.create_task(self.post(hook))
        running.add(task)
        task.add_done_callback(running.discard)

    async def ping(self, hook):
        loop = asyncio.get_running_loop()
        task = loop.create_task(self.post(hook))
        running.add(task)
        task.add_done_callback(running.discard)
```

A task that is awaited, stored, returned or passed on is referenced elsewhere; a task group keeps
its own tasks. What `__del__` closes at the last moment cannot be awaited any more. A program that starts its
loop on the next line is not a server that loses work; one that runs the loop only where none is running
is.

```python good
import asyncio

class Poller:
    async def start(self):
        self.task = asyncio.create_task(self.poll())
        self.others.append(asyncio.ensure_future(self.watch()))

    async def once(self):
        await asyncio.create_task(self.poll())
        return asyncio.create_task(self.watch())

async def all_of(urls):
    async with asyncio.TaskGroup() as group:
        for url in urls:
            group.create_task(fetch(url))

def on_click(button):
    button.connect(lambda: asyncio.create_task(save()))

class Client:
    def __del__(self):
        asyncio.get_running_loop().create_task(self.aclose())

async def chained(urls):
    asyncio.create_task(refresh()).add_done_callback(report)

def main():
    loop = asyncio.new_event_loop()
    loop.create_task(serve())
    loop.run_forever()
```

A class that has a set for its tasks keeps this one there, too, so that what waits for them knows it.

```python bad
import asyncio

class Shop:
    def __init__(self):
        self._tasks = set()

    def keep(self, coroutine):
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def order(self, number):
        asyncio.create_task(self.tell(number))  # finds: task-dropped
```

```python fixed
import asyncio

class Shop:
    def __init__(self):
        self._tasks = set()

    def keep(self, coroutine):
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def order(self, number):
        task = asyncio.create_task(self.tell(number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
```

The severity is info for a loop that sleeps between its rounds: the timer of the event loop keeps it. So it is for what
only tells how a program is used, such as `Metric.upload()`.

```python bad
import asyncio

async def every(seconds, work):
    while True:
        try:
            await work()
        except Exception:
            log.exception("work")
        await asyncio.sleep(seconds)

def start(work):
    asyncio.ensure_future(every(60, work))  # finds: task-dropped
```

A loop that an object keeps, or that comes in as a parameter of that type, is followed.

```python bad
import asyncio

def told(loop: asyncio.AbstractEventLoop, text):
    loop.create_task(publish(text))  # finds: task-dropped

def kept(loop: asyncio.AbstractEventLoop, text, tasks):
    task = loop.create_task(publish(text))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
```

```python bad
import asyncio

class Camera:
    def __init__(self):
        self._loop = asyncio.get_running_loop()

    def lost(self, connection):
        self._loop.create_task(connection.drop())  # finds: task-dropped
```

```python bad
import asyncio

def close(client):
    loop = asyncio.get_event_loop()
    if loop.is_running():
        loop.create_task(client.close())  # finds: task-dropped
    else:
        loop.run_until_complete(client.close())
```

The fix keeps the task in a set until it is done; what it raised is then logged by asyncio as "Task
exception was never retrieved". It is not applied unasked: perhaps the work should be awaited, or
belongs in a queue that survives a restart, and only you know.

When not to: the task waits for something that keeps it by itself, such as a timer, and what it
raises is handled inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import Edit, Finding, Fix, Frame, Part, Severity, SpawnCall, after_statement, front, last_name, unused, walk
from ..kit.rule import rule
from ._tasks import keeps_itself, kept_in, own_set, tells_usage

_STARTS = re.compile(r"\.run_(?:forever|until_complete)\(")
_KEPT = re.compile(r"\.add_done_callback\(\s*(\w+)\.discard\s*\)")
_NAMES = ("task", "background_task")
_SETS = ("_tasks", "_background_tasks")
_DEFINED = ("function", "class")


@rule(code="ASY002", name="task-dropped", equivalents=("RUF006", "S7502"))
def check(call: SpawnCall) -> Iterator[Finding]:
    """Reports the start of a task as a statement of its own, unless the function then runs the loop itself."""
    statement = call.statement
    if not call.discarded or call.deferred or statement is None or _awaited(call, statement):
        return
    if not call.frame.is_async and (_goes_on_to_run(call) or _runs_elsewhere(call)):
        return
    if _may_be_task(call) or call.frame.qualname.endswith("__del__"):
        return
    yield call.finding(
        f"`{call.written}` starts a task without keeping a reference: it may be collected before it ends, and its "
        "exception is lost",
        *_keep(call, statement),
        severity=Severity.INFO if keeps_itself(call) or tells_usage(call) else None,
    )


def _awaited(call: SpawnCall, statement: cst.CSTNode) -> bool:
    return any(isinstance(node, cst.Await) and node.expression is call.node for node in walk(statement))


def _goes_on_to_run(call: SpawnCall) -> bool:
    """Whether the same function runs a loop, not only where the task was not started: in the other branch."""
    if not _STARTS.search(call.frame.tree.flat):
        return False
    instead = {id(node) for part in _instead(call) for node in walk(part)}
    return any(
        isinstance(inner, cst.Call) and id(inner) not in instead and _STARTS.search(f".{last_name(inner)}(")
        for inner in walk(call.frame.tree.module)
    )


def _runs_elsewhere(call: SpawnCall) -> bool:
    """Whether an object keeps a loop that the same module runs, so that the loop is its own."""
    owner = call.node.func.value if isinstance(call.node.func, cst.Attribute) else None
    kept = re.escape(call.frame.tree.code(owner)) if isinstance(owner, cst.Attribute) else ""
    return bool(kept) and call.frame.scope.module.search(rf"\b{kept}{_STARTS.pattern}") is not None


def _instead(call: SpawnCall) -> Iterator[cst.CSTNode]:
    """Yields the blocks that run only where the call does not, or has failed."""
    for place in call.within:
        if isinstance(place.node, cst.If):
            other = place.node.orelse if place.part is Part.BODY else place.node.body
            if other is not None:
                yield other
        elif isinstance(place.node, (cst.Try, cst.TryStar)) and place.part is Part.BODY:
            yield from place.node.handlers


def _may_be_task(call: SpawnCall) -> bool:
    """Whether the argument may be a task that is kept elsewhere: only a call creates a new coroutine."""
    if call.fact.idempotent:
        return not (call.node.args and isinstance(call.node.args[0].value, cst.Call))
    return False


def _keep(call: SpawnCall, statement: cst.CSTNode) -> list[Fix]:
    frame, module = call.frame, call.frame.scope.module
    kept = own_set(frame) or next((name for name in module.matches(_KEPT) if name in module.bindings), None)
    task = unused(frame, _NAMES, but=kept_in(kept) if kept else "")
    if not task or not isinstance(statement, cst.Expr):
        return []
    edits: list[Edit] = []
    if not kept:
        kept, edit = _new_set(frame)
        if edit is None:
            return []
        edits.append(edit)
    start = frame.tree.span(call.node).start
    after = after_statement(frame, statement, f"{kept}.add({task})\n{task}.add_done_callback({kept}.discard)")
    if after is None:
        return []
    return [Fix(f"Keep the task in `{kept}` until it is done", (*edits, Edit(start, start, f"{task} = "), after))]


def _new_set(frame: Frame) -> tuple[str, Edit | None]:
    """Returns a free name for a set of tasks, and the edit that makes the set at the front of the module.

    The edit is None if no name is free or the module has no place for it above the function.
    """
    module = frame.scope.module
    name = next((word for word in _SETS if not module.mentions_name(word)), "")
    imports = module.imports.items()
    asyncio = next((n for n, ts in imports if any(t.module == "asyncio" and not t.name for t in ts)), "")
    place = front(module, asyncio) if name else None
    if place is None or place > frame.tree.start:
        return name, None
    held = f"set[{asyncio}.Task]" if asyncio else "set"
    return name, Edit(place, place, f"{name}: {held} = set(){module.doc.newline * 3}")
