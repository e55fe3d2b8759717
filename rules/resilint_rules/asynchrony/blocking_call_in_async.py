r"""A call to the outside that stops the whole event loop until it is answered.

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

A client that connects as it is made is reported there, and not again for each of its calls.

```python bad
import smtplib

async def notify(message):
    with smtplib.SMTP("mail.example.com", timeout=30) as mail:  # finds: blocking-call-in-async
        mail.login(USER, PASSWORD)
        mail.send_message(message)
```

What is awaited does not block, and neither does what runs in a thread. A handler without `async` is
given a thread by its framework.

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

The fix moves the call to a thread. It is not applied unasked: other coroutines now run while it
waits, and a client that is shared between threads has to bear that. Where the library has an
asynchronous twin (`httpx.AsyncClient`, `AsyncOpenAI`), that is the better way. For databases
nothing is offered: a transaction that other coroutines can enter is worse than a wait.

When not to: a program that runs one coroutine and nothing beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit import (
    Call,
    ClientCall,
    Edit,
    Finding,
    Fix,
    Frame,
    Function,
    Related,
    Span,
    Unseen,
    call_at,
    dotted,
    elsewhere_driven,
    leaves,
    spelled,
    timeout_bounds,
    walk,
)
from ..kit.rule import rule

_PATCHED = ("monkey.patch_all", "patch_socket", "monkey_patch(")
_TAKES_COROUTINES = frozenset(("gather", "wait_for", "wait", "shield", "create_task", "ensure_future", "start_soon"))
_LOCAL = ("process", "file", "telemetry", "")
_STATEFUL = ("database", "file")
_ROOM = 88
"""How long a line of arguments may become for the function to join them."""


@rule(
    code="ASY001",
    name="blocking-call-in-async",
    severity="error",
    equivalents=("ASYNC210", "ASYNC212", "ASYNC100", "ASYNC200", "S7499"),
)
def check(frame: Frame) -> Iterator[Finding]:
    """A call in a coroutine, or in a plain function of the project that it calls, that waits without `await`."""
    if not frame.is_async or not (frame.calls or frame.uses):
        return
    if any(word in frame.scope.module.text for word in _PATCHED):
        return
    for call in frame.calls.values():
        if call.inside_async and _waits(call) and not _awaited(call.node, call.statement):
            yield call.finding(
                f"`{call.written}` stops the whole event loop until it is answered",
                *_offload(frame, call.node, call.statement, _movable(call)),
            )
    for node, function, statement in frame.uses.values():
        inner = _inner(frame, function) if not _awaited(node, statement) else None
        if inner is None:
            continue
        name = " ".join(frame.tree.code(node.func).split())
        start = frame.tree.span(node).start
        document = inner.frame.scope.module.doc
        yield frame.finding(
            f"`{name}` stops the whole event loop: it calls `{inner.written}` and waits for the answer",
            Span(start, frame.tree.span(node.func).end),
            tuple(_offload(frame, node, statement, _movable(inner))),
            related=(Related("it waits here", inner.head, row=document.position(inner.head.start)[0]),),
            callee=inner.callee,
            library=inner.library,
            statement=statement,
        )


def _inner(frame: Frame, function: Function) -> Call | None:
    """The first call that waits in a plain function of the same module, which runs as soon as it is called."""
    scope = frame.scope
    if function.module is not scope.module or function.piece.name not in scope.known.asked:
        return None
    found = scope.linker.frame(function)
    if found is None or found.is_async or found.wrapped or not isinstance(found.node, cst.FunctionDef):
        return None
    if any(isinstance(each, cst.Yield) or _coroutine(each) for each in walk(found.node.body)):
        return None  # a generator; or it may give back a coroutine, and wait only where it is asked to
    return next(
        (each for each in found.calls.values() if not each.offloaded and not each.deferred and _waits(each)), None
    )


def _coroutine(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.FunctionDef) and node.asynchronous is not None


def _waits(call: Call) -> bool:
    """Whether it waits for somebody else, without `await`."""
    fact = call.fact
    if fact.kind not in ("call", "client") or fact.data.get("mode") != "sync" or call.peer in _LOCAL:
        return False
    if call.harmless or fact.flag("buffered") or not leaves(call):
        return False
    if isinstance(call, ClientCall):
        lazy = fact.param("lazy")
        return fact.flag("connects") and not (lazy is not None and call.args.get(lazy) is None)
    here = call.frame.calls.values()
    if any(
        client.made is not None and client.made.fact.flag("connects") and call_at(client.made) in here
        for client in call.clients
    ):
        return False  # reported where it connects
    try:
        bounds = timeout_bounds(call, fact) or ()
    except Unseen:
        return True
    return not any(bound.seconds == 0 for bound in bounds)


def _awaited(node: cst.Call, statement: cst.CSTNode | None) -> bool:
    """Whether what a call gives back is treated as something to be awaited: then it is not what it seems."""
    if statement is None:
        return False
    if isinstance(statement, (cst.With, cst.For)) and statement.asynchronous is not None:
        return True
    for each in walk(statement):
        if isinstance(each, cst.Await) and each.expression is node:
            return True
        if not isinstance(each, cst.Call) or dotted(each.func).rpartition(".")[2] not in _TAKES_COROUTINES:
            continue
        if any(inner is node for arg in each.args for inner in walk(arg)):
            return True
    return False


def _movable(call: Call) -> bool:
    """Whether it can be made in another thread: a connection with a state belongs to whoever uses it."""
    return not isinstance(call, ClientCall) and call.peer not in _STATEFUL


def _offload(frame: Frame, node: cst.Call, statement: cst.CSTNode | None, movable: bool) -> list[Fix]:
    module = frame.scope.module
    if not movable or statement is None:
        return []
    if elsewhere_driven(module, frame.scope.catalog):
        return []  # its threads are reached in another way
    tight = False
    for each in walk(statement):
        if isinstance(each, cst.GeneratorExp) and any(inner is node for inner in walk(each)):
            return []
        if isinstance(each, (cst.Attribute, cst.Subscript)) and each.value is node:
            tight = True
        if isinstance(each, cst.Call) and each.func is node:
            tight = True
    imports, (text,) = spelled(module, ["asyncio.to_thread("])
    start, end = frame.tree.span(node)
    stop = frame.tree.outer(node.func).end
    opened = module.text.find("(", stop, end)
    if opened < 0 or module.text[stop:opened].strip():
        return []
    rest = module.text[opened + 1 : end - 1]
    lead, between = "", ", " if rest.strip() else ""
    first = opened + 1 + len(rest) - len(rest.lstrip())
    if between and "\n" in module.text[opened:first] and not rest.lstrip().startswith("#"):
        lead = module.text[opened + 1 : first]  # the arguments stand below the call: so does the function
        width = len(lead.rpartition("\n")[2]) + stop - start + len(between) + len(rest.strip())
        together = "\n" not in rest.strip() and width <= _ROOM
        between = between if together else f",{lead}"
        opened = first - 1
    edits = [Edit(start, start, f"{'(' if tight else ''}await {text}{lead}"), Edit(stop, opened + 1, between)]
    if tight:
        edits.append(Edit(end, end, ")"))
    return [Fix("Run it in a thread", tuple(edits), imports)]
