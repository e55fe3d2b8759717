r"""A client that is created for a single call, again and again.

A client keeps its connections open so that the next call finds one. A client that is created for every
request never has a next call: each one pays for a look-up of the name, a connection and a handshake, and
under load the machine runs out of ports long before the peer is overloaded.

```python bad
import boto3
from fastapi import FastAPI

app = FastAPI()

@app.get("/report")
def report(name: str):
    s3 = boto3.client("s3")  # finds: client-per-call
    return s3.get_object(Bucket="reports", Key=name)["Body"].read()
```

```python fixed
import boto3
from fastapi import FastAPI

app = FastAPI()

s3 = boto3.client("s3")


@app.get("/report")
def report(name: str):
    return s3.get_object(Bucket="reports", Key=name)["Body"].read()
```

```python bad
import httpx

async def refresh(feeds):
    for feed in feeds:
        async with httpx.AsyncClient(timeout=5) as client:  # finds: client-per-call
            feed.body = (await client.get(feed.url)).raise_for_status().text
```

The route may stand in another module, and the handler may be a method of a view.

```python bad shop/views.py
from django.http import JsonResponse
from django.views import View
from openai import OpenAI

def suggest(request):
    client = OpenAI(timeout=20)  # finds: client-per-call
    return JsonResponse({"text": client.responses.create(model="small", input=request.GET["q"]).output_text})

class Tidy(View):
    def post(self, request):
        client = OpenAI(timeout=20)  # finds: client-per-call
        return JsonResponse({"text": client.responses.create(model="small", input=request.POST["q"]).output_text})
```

```python bad shop/urls.py
from django.urls import path
from django.views.decorators.cache import never_cache

from . import views

urlpatterns = [path("suggest/", never_cache(views.suggest)), path("tidy/", views.Tidy.as_view())]
```

A client that is made once, or for many calls, or with what only this request knows, is as it should
be. So is one that is created for each attempt.

```python good
import httpx, requests
from fastapi import FastAPI

app = FastAPI()
session = requests.Session()

@app.get("/names")
def names():
    return session.get(URL, timeout=5).json()

@app.get("/mine")
def mine(token: str):
    with httpx.Client(headers={"Authorization": token}) as client:
        return client.get(URL).raise_for_status().json()

@app.get("/both")
def both():
    with httpx.Client() as client:
        return client.get(FIRST).raise_for_status().json(), client.get(SECOND).raise_for_status().json()

def patiently():
    for attempt in range(3):
        with httpx.Client() as client:
            try:
                return client.get(URL).raise_for_status().json()
            except httpx.ConnectError:
                continue
    raise LookupError(URL)

def once():
    with httpx.Client() as client:
        return client.get(URL).raise_for_status().json()
```

What is made only while its result is not there yet is made once, or seldom.

```python good
import httpx
from fastapi import FastAPI

app = FastAPI()
_KEY = None
_RATES = {}

@app.get("/key")
async def key():
    global _KEY
    if _KEY is None:
        async with httpx.AsyncClient(timeout=5) as client:
            _KEY = (await client.get(ISSUER)).raise_for_status().text
    return {"key": _KEY}

@app.get("/rates/{day}")
async def rates(day: str):
    known = _RATES.get(day)
    if known:
        return known
    async with httpx.AsyncClient(timeout=5) as client:
        _RATES[day] = (await client.get("https://fx.example.com/latest")).raise_for_status().json()
    return _RATES[day]

@app.get("/issuers")
async def issuers(request: Request):
    if not hasattr(request.app.state, "issuers"):
        async with httpx.AsyncClient(timeout=5) as client:
            request.app.state.issuers = (await client.get(ISSUER)).raise_for_status().json()
    return request.app.state.issuers

@app.get("/terms")
async def terms():
    try:
        return app.state.terms
    except AttributeError:
        async with httpx.AsyncClient(timeout=5) as client:
            app.state.terms = (await client.get(TERMS)).raise_for_status().text
    return app.state.terms
```

The fix moves the line that makes the client to the module, in front of the function. It is not applied
unasked: the client then lives as long as the process, and is made when the module is imported. A
client that belongs to an event loop, or one in a `with`, has no fix: its place is where the program
starts and stops, such as the lifespan of an application.

When not to: where each call must have a connection of its own, such as a test of connecting.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import ClientCall, Finding, FrameKind, entry_point
from ..kit.rule import rule
from ._hoist import hoist_to_module
from ._once import is_reached_once
from ._short_lived import enclosing_iteration, has_constant_arguments, is_used_once


@rule(code="CON001", name="client-per-call", severity="info", equivalents=("S6243",))
def check(call: ClientCall) -> Iterator[Finding]:
    """Reports a client that keeps connections, created in a function that runs for each request, task or iteration."""
    if not call.fact.reuse or call.clients or call.deferred or call.frame.kind is not FrameKind.FUNCTION:
        return
    if not has_constant_arguments(call) or not is_used_once(call):
        return
    entry = entry_point(call.frame)
    often = entry.value if entry is not None and entry.repeated else ""
    if not often and enclosing_iteration(call) is not None and call.frame.qualname != "main":
        often = "iteration of the loop"
    if often and not is_reached_once(call):
        yield call.finding(
            f"`{call.written}` creates a client for every {often}, for one call: each opens a connection of its own",
            *hoist_to_module(call),
        )
