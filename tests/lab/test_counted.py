"""What `explain` says of a failure is what happens: requests, seconds and the last exception, counted on loopback.

Each shape is a small module with a function `f(url)`: a library, what wraps the call, and the layers that repeat it.
It is explained as `explain FILE:f` does, then called while the peer fails in each of the ways that are explained.
"""

from __future__ import annotations

import asyncio
import inspect
import pydoc
import re
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lab import Lab, faults
from lab.faults import Fault
from resilint.config.settings import Settings
from resilint.engine.behind import Follower
from resilint_rules.kit.policy.outcome import Outcome
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

SLACK = 2.0
"""Seconds that a machine with other work may add to each request."""
FAULTS: dict[str, Fault] = {
    "on a hang": faults.Hang(),
    "on 503": faults.fail(503),
    "on 429": faults.fail(429),
    "on a dropped connection": faults.Reset(),
}
_REACHES = re.compile(r"`([\w.]+)`(?: or `([\w.]+)`)? reaches the caller of `f`")


@dataclass(frozen=True, slots=True)
class Shape:
    """A module with a function `f(url)`, without its imports."""

    name: str
    code: str


IMPORTS = """
import asyncio, functools
import backoff
import requests, httpx, urllib3, urllib.request, aiohttp, openai
from requests.adapters import HTTPAdapter
from tenacity import Retrying, retry, retry_if_exception_type, stop_after_attempt, wait_fixed, wait_none
from urllib3.util import Retry
"""
"""Of these each shape takes the lines that it needs."""
CALLS = {
    "requests": "    answer = requests.get(url, timeout=0.3)\n    answer.raise_for_status()\n    return answer.text",
    "httpx": "    answer = httpx.get(url, timeout=0.3)\n    answer.raise_for_status()\n    return answer.text",
    "urllib.request": "    with urllib.request.urlopen(url, timeout=0.3) as answer:\n        return answer.read()",
    "httpx async": (
        "    async with httpx.AsyncClient(timeout=0.3) as client:\n        answer = await client.get(url)\n"
        "        answer.raise_for_status()\n        return answer.text"
    ),
    "aiohttp": (
        "    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3)) as session:\n"
        "        async with session.post(url) as answer:\n            answer.raise_for_status()\n"
        "            return await answer.text()"
    ),
}
ERRORS = {
    "requests": "requests.RequestException",
    "httpx": "httpx.HTTPError",
    "urllib.request": "OSError",
    "httpx async": "httpx.HTTPError",
    "aiohttp": "(aiohttp.ClientError, asyncio.TimeoutError)",
}
"""All that a library raises on these failures."""
WRAPPERS = {
    "plain": "{define} f(url):\n{call}\n",
    "policy": "@retry(stop=stop_after_attempt(3), wait=wait_none(), reraise=True)\n{define} f(url):\n{call}\n",
    "policy for a class, with pauses": (
        "@retry(stop=stop_after_attempt(2), wait=wait_fixed(0.1), retry=retry_if_exception_type({errors}))\n"
        "{define} f(url):\n{call}\n"
    ),
    "backoff": (
        "@backoff.on_exception(backoff.constant, {errors}, max_tries=3, interval=0, jitter=None)\n"
        "{define} f(url):\n{call}\n"
    ),
    "helper": "{define} g(url):\n{call}\n\n{define} f(url):\n    return {wait}g(url)\n",
    "policy around a helper with a policy": (
        "@retry(stop=stop_after_attempt(2), wait=wait_none(), reraise=True)\n{define} g(url):\n{call}\n\n"
        "@retry(stop=stop_after_attempt(3), wait=wait_none())\n{define} f(url):\n    return {wait}g(url)\n"
    ),
    "loop around a helper": (
        "{define} g(url):\n{call}\n\n{define} f(url):\n    for turn in range(3):\n        try:\n"
        "            return {wait}g(url)\n        except {errors}:\n            pass\n"
    ),
    "loop that raises the last": (
        "{define} g(url):\n{call}\n\n@retry(stop=stop_after_attempt(2), wait=wait_none())\n"
        "{define} f(url):\n    for turn in range(2):\n        try:\n            return {wait}g(url)\n"
        "        except {errors}:\n            if turn == 1: raise\n"
    ),
    "a decorator of the project": (
        "def again(function):\n    @functools.wraps(function)\n    {define} wrapper(*args, **kwargs):\n"
        "        for turn in range(3):\n            try:\n                return {wait}function(*args, **kwargs)\n"
        "            except Exception:\n                if turn == 2: raise\n    return wrapper\n\n"
        "@again\n{define} f(url):\n{call}\n"
    ),
    "a decorator that a function makes, without wraps": (
        "def again(times=5, errors=(ValueError,)):\n    def decorate(function):\n"
        "        {define} wrapper(*args):\n            last = None\n            for _ in range(times):\n"
        "                try:\n                    return {wait}function(*args)\n"
        "                except errors as error:\n                    last = error\n            raise last\n"
        "        return wrapper\n    return decorate\n\n"
        "@again(times=2, errors={errors})\n{define} f(url):\n{call}\n"
    ),
    "a decorator of the project in a loop": (
        "def again(function):\n    @functools.wraps(function)\n    {define} wrapper(*args):\n"
        "        for turn in range(2):\n            try:\n                return {wait}function(*args)\n"
        "            except {errors}:\n                if turn == 1: raise\n    return wrapper\n\n"
        "@again\n{define} g(url):\n{call}\n\n"
        "{define} f(url):\n    for turn in range(3):\n        try:\n            return {wait}g(url)\n"
        "        except {errors}:\n            pass\n"
    ),
    "handled inside": (
        "{define} g(url):\n    try:\n{inner}\n    except {errors}:\n        return None\n\n"
        "@retry(stop=stop_after_attempt(3), wait=wait_none())\n{define} f(url):\n    return {wait}g(url)\n"
    ),
}
F_POSTS = (
    "def f(url):\n    answer = session.post(url, timeout=0.3)\n    answer.raise_for_status()\n    return answer.text\n"
)
F_GETS = F_POSTS.replace("post", "get")
OWN = {
    "a transport of requests": (
        "session = requests.Session()\n"
        "session.mount('http://', HTTPAdapter(max_retries=Retry(total=2, status_forcelist=[503])))\n\n" + F_GETS
    ),
    "a transport of requests, any method": (
        "session = requests.Session()\n"
        "session.mount('http://', HTTPAdapter(max_retries=Retry(2, status_forcelist=[429], allowed_methods=None)))\n\n"
        + F_POSTS
    ),
    "a transport of requests, by number": (
        "session = requests.Session()\nsession.mount('http://', HTTPAdapter(max_retries=2))\n\n" + F_GETS
    ),
    "a transport in a policy": (
        "session = requests.Session()\n"
        "session.mount('http://', HTTPAdapter(max_retries=Retry(total=1, status_forcelist=[503, 429])))\n\n"
        "@retry(stop=stop_after_attempt(3), wait=wait_none())\n" + F_GETS
    ),
    "a transport that leaves a POST alone": (
        "session = requests.Session()\n"
        "session.mount('http://', HTTPAdapter(max_retries=Retry(total=4, status_forcelist=[503, 429])))\n\n" + F_POSTS
    ),
    "a transport of httpx": (
        "client = httpx.Client(transport=httpx.HTTPTransport(retries=3), timeout=0.3)\n\n"
        "def f(url):\n    answer = client.get(url)\n    answer.raise_for_status()\n    return answer.text\n"
    ),
    "a pool of urllib3": (
        "pool = urllib3.PoolManager(retries=2, timeout=0.3)\n\ndef f(url):\n    return pool.request('GET', url).data\n"
    ),
    "a pool of urllib3, by default": (
        "pool = urllib3.PoolManager(timeout=0.3)\n\ndef f(url):\n    return pool.request('PUT', url).data\n"
    ),
    "a for loop of tenacity": (
        "def f(url):\n    for attempt in Retrying(stop=stop_after_attempt(2), wait=wait_none(), reraise=True):\n"
        "        with attempt:\n            answer = requests.get(url, timeout=0.3)\n"
        "            answer.raise_for_status()\n            return answer.text\n"
    ),
    "a limit around coroutines": (
        "async def g(url):\n    async with httpx.AsyncClient(timeout=9) as client:\n"
        "        return await client.get(url)\n\n"
        "async def f(url):\n    return await asyncio.wait_for(g(url), 2)\n"
    ),
    "a method": (
        "class Api:\n    def __init__(self, url):\n        self.url = url\n"
        "        self.session = requests.Session()\n\n"
        "    def now(self):\n        return self._get()\n\n    def _get(self):\n"
        "        answer = self.session.get(self.url, timeout=0.3)\n        answer.raise_for_status()\n"
        "        return answer.text\n\ndef f(url):\n    return Api(url).now()\n"
    ),
    "a client that repeats by itself": (
        "def f(url):\n    client = openai.OpenAI(api_key='k', base_url=url, timeout=0.3, max_retries=1)\n"
        "    return client.chat.completions.create(model='m', messages=[])\n"
    ),
    "the same, switched off, in a policy": (
        "@retry(stop=stop_after_attempt(2), wait=wait_none(), reraise=True)\n"
        "def f(url):\n    client = openai.OpenAI(api_key='k', base_url=url, timeout=0.3, max_retries=0)\n"
        "    return client.chat.completions.create(model='m', messages=[])\n"
    ),
}
AGAIN = (
    "class Again:\n    def __init__(self, times=4):\n        self.times = times\n\n"
    "    def __call__(self, function):\n        @functools.wraps(function)\n        def wrapper(*args):\n"
    "            for _ in range(self.times):\n                try:\n                    return function(*args)\n"
    "                except requests.RequestException:\n                    continue\n            return None\n"
    "        return wrapper\n\n"
)
OWN |= {
    "a class that decorates": "session = requests.Session()\n\n" + AGAIN + "@Again()\n" + F_GETS,
    "a class that decorates, given a number": "session = requests.Session()\n\n" + AGAIN + "@Again(times=2)\n" + F_GETS,
    "an object in the place of a function": (
        "session = requests.Session()\n\n"
        "class Again:\n    def __init__(self, function):\n        self.function = function\n\n"
        "    def __call__(self, *args):\n        for turn in range(3):\n            try:\n"
        "                return self.function(*args)\n            except OSError:\n"
        "                if turn == 2: raise\n\n@Again\n" + F_GETS
    ),
    "a decorator of the project around a transport": (
        "session = requests.Session()\n"
        "session.mount('http://', HTTPAdapter(max_retries=Retry(total=1, status_forcelist=[503])))\n\n"
        + AGAIN + "@Again(3)\n" + F_GETS
    ),
    "a decorator with brackets or without": (
        "def again(function=None, *, times=3):\n    def decorate(inner):\n        @functools.wraps(inner)\n"
        "        def wrapper(*args):\n            for turn in range(times):\n                try:\n"
        "                    return inner(*args)\n                except requests.RequestException:\n"
        "                    if turn == times - 1: raise\n        return wrapper\n"
        "    return decorate if function is None else decorate(function)\n\n"
        "session = requests.Session()\n\n@again\n"
        + F_GETS.replace("def f", "def g") + "\n@again(times=2)\ndef f(url):\n    return g(url)\n"
    ),
    "a decorator of the project that counts by itself": (
        "session = requests.Session()\n\n"
        "def again(tries):\n    def decorate(function):\n        def wrapper(*args):\n            left = tries\n"
        "            while True:\n                try:\n                    return function(*args)\n"
        "                except requests.RequestException:\n                    left -= 1\n"
        "                    if left == 0:\n                        raise\n        return wrapper\n"
        "    return decorate\n\n@again(3)\n" + F_GETS
    ),
    "a decorator that calls once more behind its loop": (
        "session = requests.Session()\n\n"
        "def again(tries=4):\n    def decorate(function):\n        def wrapper(*args):\n            left = tries\n"
        "            while left > 1:\n                try:\n                    return function(*args)\n"
        "                except requests.ConnectionError:\n                    left -= 1\n"
        "            return function(*args)\n        return wrapper\n    return decorate\n\n@again(tries=3)\n" + F_GETS
    ),
    "a loop that counts by itself": (
        "def f(url):\n    turn = 0\n    while turn < 2:\n        try:\n"
        "            answer = requests.get(url, timeout=0.3)\n            answer.raise_for_status()\n"
        "            return answer.text\n        except requests.RequestException:\n            turn += 1\n"
    ),
    "a generator of pages": (
        "def pages(url):\n    answer = requests.get(url, timeout=0.3)\n    answer.raise_for_status()\n"
        "    yield answer.text\n\n"
        "def f(url):\n    for turn in range(2):\n        try:\n            return list(pages(url))\n"
        "        except requests.RequestException:\n            pass\n"
    ),
    "a policy around a decorator of the project": (
        AGAIN.replace("continue\n            return None", "pass\n            raise ConnectionError")
        + "session = requests.Session()\n\n@retry(stop=stop_after_attempt(2), wait=wait_none())\n@Again(2)\n" + F_GETS
    ),
}  # fmt: skip
_NEEDED = re.compile(r"\b(backoff|requests|httpx|urllib3|aiohttp|openai)\.")


def shapes() -> Iterator[Shape]:
    """Every library in every wrapper, and what libraries repeat by themselves."""
    for library, call in CALLS.items():
        coroutine = "await" in call
        for name, wrapper in WRAPPERS.items():
            code = wrapper.format(
                define="async def" if coroutine else "def",
                call=call,
                inner=textwrap.indent(call, "    "),
                errors=ERRORS[library],
                wait="await " if coroutine else "",
            )
            yield Shape(f"{library}, {name}", code)
    for name, code in OWN.items():
        yield Shape(name, code)


def module(code: str) -> str:
    """The code with the imports that it needs."""
    lines = []
    for line in IMPORTS.strip().splitlines():
        head, _, names = line.rpartition("import ")
        used = [name for name in names.split(", ") if re.search(rf"(?<![\w.]){re.escape(name)}\b", code)]
        lines += [f"{head}import {', '.join(used)}"] if used else []
    return "\n".join((*lines, "", code))


def explained(text: str) -> list[Outcome]:
    """What `explain FILE:f` says comes of each failure of the only call behind `f`."""
    doc = Document(text, "app.py", "app")
    follower = Follower(doc, Project(), Settings())
    found = follower.of_function(follower.functions("f")[0])
    assert found is not None
    (reached,) = found.calls
    assert reached.policy is not None
    return list(reached.policy.outcomes)


def happens(text: str, fault: Fault) -> tuple[int, float, BaseException | None]:
    """Calls `f` while the peer fails: the requests that arrive, the seconds that it takes, and what it raises."""
    space: dict[str, object] = {"__name__": "shape"}
    exec(compile(text, "app.py", "exec"), space)
    with Lab((fault,)) as lab:
        start = time.monotonic()
        error: BaseException | None = None
        try:
            value = space["f"](lab.url())  # type: ignore[operator]
            if inspect.iscoroutine(value):
                asyncio.run(value)
        except Exception as raised:  # noqa: BLE001 - any of them is an outcome
            error = raised
        return len(lab.received), time.monotonic() - start, error


SHAPES = list(shapes())


@pytest.mark.parametrize("event", FAULTS)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_what_is_said_is_what_happens(shape: Shape, event: str) -> None:
    """The number of requests is exact, or a lower limit where the text says so; so are seconds and exceptions."""
    for name in _NEEDED.findall(shape.code):
        pytest.importorskip(name)
    text = module(shape.code)
    said = next(outcome for outcome in explained(text) if outcome.event == event)
    requests, seconds, error = happens(text, FAULTS[event])
    assert said.attempts is not None, said.text
    if said.uncounted:
        assert requests >= said.attempts, said.text
    else:
        assert requests == said.attempts, said.text
    if event == "on a hang":
        assert said.seconds is not None, said.text
        assert seconds >= said.seconds - 0.05, said.text
        assert said.least or seconds <= said.seconds + SLACK * said.attempts, said.text
    if said.handled:
        assert error is None, said.text
    named = _REACHES.search(said.text)
    if named is not None:
        kinds = tuple(kind for kind in map(pydoc.locate, filter(None, named.groups())) if isinstance(kind, type))
        assert kinds, said.text
        if TimeoutError in kinds:
            kinds = (*kinds, asyncio.TimeoutError)  # the same class only from Python 3.11 on
        assert isinstance(error, kinds), (said.text, error)


def test_there_are_enough_shapes() -> None:
    """Library x wrapper x layer."""
    assert len(SHAPES) >= 40
