r"""An external call that blocks the whole event loop until the peer answers.

All coroutines of a loop share one thread. A library without `await` holds that thread while it waits
for its peer: no other request is served, no timer fires, no heartbeat is sent. One slow partner, and
a service that handles thousands at once handles none.

```python bad
import requests

async def me(token):
    answer = requests.get("https://id.example.com/me", timeout=5)  # finds: blocking-call-in-async
    return answer.json()
```

```python fixed
import asyncio

import requests

async def me(token):
    answer = await asyncio.to_thread(requests.get, "https://id.example.com/me", timeout=5)
    return answer.json()
```

A plain function that waits does so for every coroutine that calls it.

```python bad
import requests

def profile(token):
    return requests.get("https://id.example.com/me", timeout=5).json()

async def greet(token):
    return "Hello " + profile(token)["name"]  # finds: blocking-call-in-async
```

```python fixed
import asyncio

import requests

def profile(token):
    return requests.get("https://id.example.com/me", timeout=5).json()

async def greet(token):
    return "Hello " + (await asyncio.to_thread(profile, token))["name"]
```

Arguments that stand below the call stay there, and the function joins them.

```python bad
import requests

class Channel:
    def post(self, message):
        return requests.post("https://chat.example.com/posts", json=message, timeout=5)

    async def picture(self, url):
        answer = requests.get(  # finds: blocking-call-in-async
            url, headers=HEADERS, timeout=5
        )
        self.post(  # finds: blocking-call-in-async
            {
                "picture": answer.content,
            }
        )
        self.post(message={  # finds: blocking-call-in-async
            "picture": answer.content,
        })
```

```python fixed
import asyncio

import requests

class Channel:
    def post(self, message):
        return requests.post("https://chat.example.com/posts", json=message, timeout=5)

    async def picture(self, url):
        answer = await asyncio.to_thread(
            requests.get, url, headers=HEADERS, timeout=5
        )
        await asyncio.to_thread(
            self.post,
            {
                "picture": answer.content,
            }
        )
        await asyncio.to_thread(self.post, message={
            "picture": answer.content,
        })
```

Clients are followed through attributes and other modules, whatever the library.

```python bad
import asyncio
import httpx
from openai import OpenAI

class Answers:
    def __init__(self):
        self.llm = OpenAI(timeout=30)
        self.http = httpx.Client()

    async def title(self, text):
        return self.llm.responses.create(model="small", input=text).output_text  # finds: blocking-call-in-async

    async def health(self):
        self.http.get("https://llm.example.com/health")  # finds: blocking-call-in-async
```

```python fixed
import asyncio
import httpx
from openai import OpenAI

class Answers:
    def __init__(self):
        self.llm = OpenAI(timeout=30)
        self.http = httpx.Client()

    async def title(self, text):
        return (await asyncio.to_thread(self.llm.responses.create, model="small", input=text)).output_text

    async def health(self):
        await asyncio.to_thread(self.http.get, "https://llm.example.com/health")
```

An object of the project's own is followed, too, if a function of another module gives it back.

```python bad shop/store.py
import requests

class Store:
    def load(self, key):
        return requests.get(f"https://store.example.com/{key}", timeout=5).content

def store():
    return Store()
```

```python bad shop/web.py
from shop import store as stores
from shop.store import store

async def show(key):
    return store().load(key)  # finds: blocking-call-in-async

async def both(first, second):
    kept = stores.store()
    return kept.load(first), second  # finds: blocking-call-in-async
```

A client that connects as it is made is reported there, and not again for each of its calls.

```python bad
import smtplib

async def notify(message):
    with smtplib.SMTP("mail.example.com", timeout=30) as mail:  # finds: blocking-call-in-async
        mail.login(USER, PASSWORD)
        mail.send_message(message)
```

Statements of a database on one connection are one finding in a function: they belong into one thread.

```python bad
from sqlalchemy.orm import Session

async def delete(uid: int, db: Session):
    try:
        user = db.query(User).filter(User.id == uid).first()  # finds: blocking-call-in-async
        db.delete(user)
        db.commit()
    except ValueError:
        db.rollback()
        raise
```

The severity is info where nothing else is on the loop: before an application serves its first request, or in a program
that awaits one step after the other. It is a warning where only the address of a name is looked up.

```python bad
import asyncio
import requests

async def page(url):
    return requests.get(url, timeout=5).text  # finds: blocking-call-in-async

async def main(urls):
    for url in urls:
        print(await page(url))

if __name__ == "__main__":
    asyncio.run(main(["https://fx.example.com"]))
```

What is awaited does not block, and neither does what runs in a thread. A handler without `async` is
given a thread by its framework.

```python bad
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker

Factory = sessionmaker(create_engine(URL))

async def orders():
    with Factory() as session:
        return session.scalars(select(Order)).all()  # finds: blocking-call-in-async
```

```python good
import asyncio
import httpx, requests

async def me(client: httpx.AsyncClient):
    first = await client.get(URL)
    second = await asyncio.to_thread(requests.get, URL, timeout=5)
    third = await asyncio.to_thread(lambda: requests.get(URL, timeout=5))

    def work():
        return requests.get(URL, timeout=5)

    return first, second, third, await asyncio.to_thread(work)

async def both(loop, client: requests.Session):
    await asyncio.gather(client.get(URL))  # whatever this is, it can be awaited
    return await client.get(URL)

def plain():
    return requests.get(URL, timeout=5)
```

```python good
from gevent import monkey

monkey.patch_all()

import requests

async def patched():
    return requests.get(URL, timeout=5)
```

A generator runs where it is iterated: in the head of a loop, or in what makes a list of it.

```python bad
import requests

def pages(url):
    while url:
        answer = requests.get(url, timeout=9)
        answer.raise_for_status()
        yield answer.json()["items"]
        url = answer.links.get("next", {}).get("url")

async def everything(url):
    found = []
    for number, items in enumerate(pages(url)):  # finds: blocking-call-in-async
        found.extend(items)
    return found

async def listed(url):
    return list(pages(url))  # finds: blocking-call-in-async
```

```python good
import asyncio
import requests

def pages(url):
    while url:
        answer = requests.get(url, timeout=9)
        answer.raise_for_status()
        yield answer.json()["items"]
        url = answer.links.get("next", {}).get("url")

def listed(url):
    return [item for items in pages(url) for item in items]

async def everything(url):
    return await asyncio.to_thread(listed, url)

async def handed_on(url, store):
    await store.take(pages(url))
```

The fix moves the call to a thread. It is not applied unasked: other coroutines now run while it
waits, and a client that is shared between threads has to bear that. Where the library has an
asynchronous twin (`httpx.AsyncClient`, `AsyncOpenAI`), that is the better way. For databases
nothing is offered: a transaction that other coroutines can enter is worse than a wait.

When not to: a program that runs one coroutine and nothing beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..kit import (
    Call,
    EffectSummary,
    Finding,
    Frame,
    Function,
    Related,
    Severity,
    Value,
    awaited_calls,
    effects_of,
    is_iterated,
    path_to,
    waits,
)  # fmt: skip
from ..kit.rule import rule
from ._alone import is_alone, is_start
from ._blocking import answers_once, is_given_connection, is_movable, offloaded, only_looks_up, severity_of_wait

_PATCHED = ("monkey.patch_all", "patch_socket", "monkey_patch(")


@rule(
    code="ASY001",
    name="blocking-call-in-async",
    severity="error",
    equivalents=("ASYNC210", "ASYNC212", "ASYNC100", "ASYNC200", "S7499"),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports calls that wait without `await` in a coroutine, or in a plain function of the module that it calls."""
    if not frame.is_async or not (frame.calls or frame.uses):
        return
    if frame.scope.module.mentions(*_PATCHED):
        return
    yield from _direct(frame)
    through = [
        (call, target) for call, target in frame.uses.values()
        if not (call.offloaded or call.deferred or _is_coroutine(target))
    ]  # fmt: skip
    for call, target in through:
        effects = effects_of(frame, target, call)
        if effects.blocking is not None and id(call.node) not in awaited_calls(frame):
            once = answers_once(frame, target) or only_looks_up(frame, effects)
            yield from _through(call, effects, Severity.WARNING if once else None)


def _is_coroutine(target: Value) -> bool:
    """Whether a call of a value creates a coroutine, which waits only where it is awaited."""
    return isinstance(target, Function) and target.chunk.chunk.is_async


def _direct(frame: Frame) -> Iterator[Finding]:
    blocking = [call for call in frame.calls.values() if call.inside_async and waits(call)]
    if blocking:
        awaited = awaited_calls(frame)
        blocking = [call for call in blocking if id(call.node) not in awaited]
    alone = bool(blocking) and (is_start(frame) or is_alone(frame))
    document = frame.scope.module.doc
    for first, *others in _together(blocking):
        places = (other.head for other in others)
        until = "event loop, which has nothing else to do here" if alone else "whole event loop until the peer answers"
        yield first.finding(
            f"`{first.written}` blocks the {until}",
            *([] if alone else offloaded(frame, first.node, first.statement, is_movable(first))),
            related=tuple(Related("and here", place, row=document.position(place.start)[0]) for place in places),
            severity=Severity.INFO if alone else severity_of_wait(first),
        )


def _together(calls: list[Call]) -> list[list[Call]]:
    """The calls, those of one connection together: they belong into one thread, and are one mistake."""
    found: dict[object, list[Call]] = {}
    for call in calls:
        key = (call.library, call.peer) if not is_movable(call) and call.clients else id(call)
        found.setdefault(key, []).append(call)
    return list(found.values())


def _through(call: Call, effects: EffectSummary, severity: Severity | None) -> Iterator[Finding]:
    """The finding on a call of the project's own, if that leads to a call that waits."""
    inner = effects.blocking
    if inner is None:
        return
    reaches = "it calls" if len(inner.path) == 1 else "behind it,"
    movable = not any(reached.stateful for reached in effects.calls) and not is_given_connection(call)
    finding = call.finding(
        f"`{call.written}` blocks the whole event loop: {reaches} `{inner.place.written}` "
        + ("and waits for the answer" if len(inner.path) == 1 else "waits for the answer"),
        *([] if is_iterated(call) else offloaded(call.frame, call.node, call.statement, movable)),
        related=path_to(call, inner),
        severity=Severity.INFO if is_start(call.frame) or is_alone(call.frame) else severity,
    )
    yield replace(finding, callee=inner.callee, library=inner.library)
