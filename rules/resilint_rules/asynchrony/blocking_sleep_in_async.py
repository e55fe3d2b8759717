r"""A sleep that blocks the whole event loop.

All coroutines of a loop share one thread. `time.sleep` in one of them does not pause that one: it
stops every request, every timer and every heartbeat of the process until it is over. Mostly it stands
between two attempts to reach a failing partner, so that the failure of one partner stops all work.

```python bad
import time

async def fetch(client, url):
    for attempt in range(3):
        answer = await client.get(url)
        if answer.status_code != 429:
            return answer
        time.sleep(2**attempt)  # finds: blocking-sleep-in-async
```

```python fixed
import asyncio
import time

async def fetch(client, url):
    for attempt in range(3):
        answer = await client.get(url)
        if answer.status_code != 429:
            return answer
        await asyncio.sleep(2**attempt)
```

The pause is written in the words of the library whose loop the module uses.

```python bad
from time import sleep
import trio

async def reconnect(stream):
    async with stream:
        sleep(1)  # finds: blocking-sleep-in-async
        await trio.lowlevel.checkpoint()
```

```python fixed
from time import sleep
import trio

async def reconnect(stream):
    async with stream:
        await trio.sleep(1)
        await trio.lowlevel.checkpoint()
```

In a thread of its own a sleep blocks nothing else, and a plain function may be called from one.

```python good
import asyncio, time

async def waits():
    await asyncio.sleep(1)
    await asyncio.to_thread(time.sleep, 1)

async def hands_over(loop):
    def work():
        time.sleep(1)
        return 3
    await loop.run_in_executor(None, lambda: time.sleep(1))
    return await asyncio.to_thread(work)

def plain():
    time.sleep(1)

async def yields_the_thread():
    time.sleep(0)

async def on_both_sides_of_a_bridge(driven):
    if driven:
        await asyncio.sleep(1)
    else:
        time.sleep(1)
```

The fix is not applied unasked: at an `await` other coroutines run, and what was read before it may
have changed after it. Where the pause stands between a check and the act that relies on it, look twice.

When not to: a program that runs one coroutine and nothing beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit import (
    Around,
    Finding,
    Fix,
    Part,
    Severity,
    SleepCall,
    SleepFact,
    dotted,
    elsewhere_driven,
    literal,
    replace,
    spelled,
    walk,
)
from ..kit.rule import rule
from ._alone import is_alone

_SHORT = 0.2
"""Seconds."""


@rule(
    code="ASY006",
    name="blocking-sleep-in-async",
    severity="error",
    equivalents=("ASYNC251", "ASYNC101", "S7488"),
)
def check(call: SleepCall) -> Iterator[Finding]:
    """Reports a sleep that blocks its thread, in a coroutine."""
    if not call.fact.is_sync or not call.inside_async:
        return
    if literal(call.args.value(call.fact.seconds)) == 0:
        return
    if _chosen(call):
        return
    alone = is_alone(call.frame)
    what = "event loop, which has nothing else to do here" if alone else "whole event loop, not only this coroutine"
    severity = Severity.INFO if alone else Severity.WARNING if _is_short(call) else None
    yield call.finding(f"`{call.written}` blocks the {what}", *_await(call), severity=severity)


def _is_short(call: SleepCall) -> bool:
    """Whether a sleep is too short to be noticed, and is not repeated."""
    seconds = literal(call.args.value(call.fact.seconds))
    around = any(place.kind is Around.LOOP for place in call.within)
    return isinstance(seconds, (int, float)) and seconds < _SHORT and not around


def _chosen(call: SleepCall) -> bool:
    """Whether the other branch awaits its pause: the function is made to be driven without a loop as well."""
    for place in call.within:
        if isinstance(place.node, cst.If):
            other = place.node.orelse if place.part is Part.BODY else place.node.body
            if other is not None and any(_pauses(node) for node in walk(other)):
                return True
    return False


def _pauses(node: cst.CSTNode) -> bool:
    return (
        isinstance(node, cst.Await)
        and isinstance(node.expression, cst.Call)
        and dotted(node.expression.func).rpartition(".")[2] == "sleep"
    )


def _await(call: SleepCall) -> list[Fix]:
    statement, twin = call.statement, _twin(call)
    if not twin or not isinstance(statement, cst.Expr) or statement.value is not call.node:
        return []
    imports, (text,) = spelled(call.frame.scope.module, [f"{twin}("])
    name = text[:-1]
    return [Fix(f"Await {name}", (replace(call.frame, call.node.func, f"await {name}"),), imports)]


def _twin(call: SleepCall) -> str:
    """Returns the sleep of the loop that this module uses, by its imports; "" if that loop has none of its own."""
    module, catalog = call.frame.scope.module, call.frame.scope.catalog
    own = call.fact.twin
    roots = {target.module.partition(".")[0] for targets in module.imports.values() for target in targets}
    if own.partition(".")[0] in roots:
        return own
    for root in sorted(roots):
        fact = catalog.fact(SleepFact, f"{root}.sleep")
        if fact is not None and fact.mode == "async":
            return fact.name
    return "" if elsewhere_driven(module, catalog) else own
