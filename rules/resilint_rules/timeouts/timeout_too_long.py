r"""A client whose own limit is longer than a person waits.

Some libraries do have a timeout, chosen for the longest job that they may get. Ten minutes an
attempt and two retries mean that one stalled answer holds a worker for half an hour, long after the
user has given up.

```python bad
from openai import OpenAI

client = OpenAI()  # finds: timeout-too-long
```

```python fixed
from openai import OpenAI

client = OpenAI(timeout=60)
```

```python bad
import anthropic

class Summaries:
    def __init__(self, key):
        self.model = anthropic.AsyncAnthropic(api_key=key)  # finds: timeout-too-long
```

```python fixed
import anthropic

class Summaries:
    def __init__(self, key):
        self.model = anthropic.AsyncAnthropic(api_key=key, timeout=60)
```

A limit of your own counts, wherever it stands: on the client, on its transport, on each call. So does
one that cannot be seen. A library whose default is a few minutes at most is left alone, and so is a client
that only answers from its own data.

```python good
import aiohttp, anthropic, httpx
from openai import OpenAI

patient = OpenAI(timeout=600)
brief = OpenAI(http_client=httpx.Client(timeout=20))
somehow = OpenAI(**options)
handed_on = instrument(OpenAI())

async def page(url):
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text()
```

```python good
from openai import OpenAI

client = OpenAI()

def title(text):
    return client.responses.create(model="small", input=text, timeout=20)
```

What a function gives back may get its limit from those who use it.

```python good
import anthropic

def client_for(key):
    made = anthropic.Anthropic(api_key=key)
    return made
```

```python bad
import anthropic

def client_for(key):
    return anthropic.Anthropic(api_key=key)  # finds: timeout-too-long

def say(key, text):
    return client_for(key).messages.create(model="small", max_tokens=99, messages=text)
```

A limit that another library is given in the same module says nothing about this client.

```python bad
import requests
from openai import OpenAI

client = OpenAI()  # finds: timeout-too-long

def summary(url):
    text = requests.get(url, timeout=3)
    text.raise_for_status()
    return client.responses.create(model="small", input=text.text).output_text
```

Nor does one of another client of the same library, where it is seen which calls are made on this one.

```python bad
import anthropic

class Drafts:
    def __init__(self, key):
        self.llm = anthropic.AsyncAnthropic(api_key=key)  # finds: timeout-too-long

    async def draft(self, text):
        return await self.llm.messages.create(model="small", max_tokens=99, messages=text)

async def title(key, text):
    model = anthropic.AsyncAnthropic(api_key=key)
    return await model.messages.create(model="small", max_tokens=9, messages=text, timeout=25)
```

A stream may take long, but it may not be silent for long. Where the only limit is one of half an hour or more on the
whole, a peer that has gone is noticed after that time.

```python bad
import aiohttp

async def judge(session: aiohttp.ClientSession, url, prompt):
    limit = aiohttp.ClientTimeout(total=7200)
    async with session.post(url, json=prompt, timeout=limit) as answer:  # finds: timeout-too-long
        answer.raise_for_status()
        return [line async for line in answer.content]
```

```python fixed
import aiohttp

async def judge(session: aiohttp.ClientSession, url, prompt):
    limit = aiohttp.ClientTimeout(total=7200, sock_read=60)
    async with session.post(url, json=prompt, timeout=limit) as answer:
        answer.raise_for_status()
        return [line async for line in answer.content]
```

```python good
import asyncio
import aiohttp

LONG = aiohttp.ClientTimeout(total=7200, sock_connect=5, sock_read=60)

async def judge(session: aiohttp.ClientSession, url, prompt):
    async with session.post(url, json=prompt, timeout=LONG) as answer:
        answer.raise_for_status()
        return [line async for line in answer.content]

async def soon(session: aiohttp.ClientSession, url, prompt):
    async with asyncio.timeout(60):
        async with session.post(url, json=prompt, timeout=aiohttp.ClientTimeout(total=7200)) as answer:
            answer.raise_for_status()
            return [line async for line in answer.content]
```

The severity is info where the module itself answers no requests and is no service: a job may wait that long. It is a
warning where a request waits for the answer:

```python bad
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI()  # finds: timeout-too-long

@app.get("/title")
def title(text):
    return client.responses.create(model="small", input=text).output_text
```

The fix sets the `llm` limit of `[tool.resilint.timeouts]`, or a constant of the module that plainly
holds one. It is not applied unasked: an answer that took longer than that has arrived until now.
Streamed answers are bounded between two pieces, so that a long text is no reason for a long limit.

When not to: jobs that run by night and ask for very long answers without streaming.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import (
    HALF_AN_HOUR,
    Call,
    ClientCall,
    Finding,
    Severity,
    bound,
    end_silence,
    idle,
    number,
    own_default,
    total_alone,
)
from ..kit.rule import rule
from ._given_away import only_given_away
from ._limits_elsewhere import answers_requests, limits_elsewhere


@rule(code="TMO007", name="timeout-too-long", on=(Call, ClientCall))
def check(call: Call | ClientCall) -> Iterator[Finding]:
    """Reports clients with a long default, in modules that set no limit anywhere, and long limits on whole streams."""
    yield from _long_default(call) if isinstance(call, ClientCall) else _silent_stream(call)


def _silent_stream(call: Call) -> Iterator[Finding]:
    total = total_alone(call)
    if total is not None and total >= HALF_AN_HOUR:
        yield call.finding(
            f"`{call.written}` notices after {number(total / 60)} minutes that its stream is silent", *end_silence(call)
        )


def _long_default(call: ClientCall) -> Iterator[Finding]:
    if not call.fact.long or call.fact.part or call.fact.inherits:
        return
    longest = own_default(call)
    if longest is None or limits_elsewhere(call) or idle(call):
        return
    if only_given_away(call):
        return
    retries = call.fact.retries
    given = retries is not None and retries.param in call.args.named
    attempts = (retries.attempts if retries is not None and not given else None) or 1
    tries = f", in each of {attempts} attempts" if attempts > 1 else ""
    yield call.finding(
        f"`{call.written}` waits {number(longest / 60)} minutes for an answer{tries}: the default of {call.library}",
        *bound(call),
        severity=None if answers_requests(call) else Severity.INFO,
    )
