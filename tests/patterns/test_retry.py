"""The pattern `retry`: where it is put, where not, and what its function does when it runs."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from patterns.hardening import hardened
from resilint.engine.harden import Place

SAFE = {
    "a block of a coroutine": (
        "import aiohttp\n\nasync def f(s: aiohttp.ClientSession, u):\n"
        "    async with s.get(u) as r:\n        print(r.url)\n"
    ),
    "a client that the objects of a class are made with": (
        "import requests\n\nclass A:\n    def __init__(self, s):\n        self.s = s\n\n    def f(self, u):\n"
        "        return self.s.get(u, timeout=5).text\n\ndef main():\n"
        "    return A(requests.Session()).f('https://a.example')\n"
    ),
    "a function of the library": "import requests\n\ndef f(u):\n    return requests.get(u, timeout=5).text\n",
    "a name that was imported": "from requests import get\n\ndef f(u):\n    return get(u, timeout=5).text\n",
    "a session": (
        "import requests\n\ndef f(u):\n    s = requests.Session()\n    return s.put(u, json={}, timeout=5).text\n"
    ),
    "an attribute": (
        "import httpx\n\nclass A:\n    def __init__(self):\n        self.c = httpx.Client()\n\n"
        "    def f(self, u):\n        return self.c.delete(u).text\n"
    ),
    "a coroutine": "import httpx\n\nasync def f(c: httpx.AsyncClient, u):\n    return (await c.get(u)).text\n",
    "a method by name": 'import requests\n\ndef f(u):\n    return requests.request("HEAD", u, timeout=5).headers\n',
    "a key": (
        "import requests\n\ndef f(u, key, body):\n"
        '    return requests.post(u, json=body, headers={"Idempotency-Key": key}, timeout=5).text\n'
    ),
    "a module's own statement": 'import requests\n\nR = requests.get("https://a.example", timeout=5).text\n',
    "arguments of their own lines": (
        "import requests\n\ndef f(u):\n    return requests.get(\n        u,\n        timeout=5,\n    ).text\n"
    ),
}
UNTOUCHED = {
    "a loop that goes round again for its status": (
        "import requests\n\ndef f(u):\n    left = 4\n    while left:\n        r = requests.get(u, timeout=5)\n"
        "        if not r.ok:\n            left -= 1\n            continue\n        page = r.text\n"
        "        return page.strip()\n    return None\n"
    ),
    "a payment": "import requests\n\ndef f(u, b):\n    return requests.post(u, json=b, timeout=5).text\n",
    "an open file": 'import requests\n\ndef f(u, p):\n    requests.put(u, data=open(p, "rb"), timeout=5)\n',
    "any method": "import requests\n\ndef f(m, u):\n    return requests.request(m, u, timeout=5).text\n",
    "a stream": "import httpx\n\ndef f(u):\n    with httpx.stream('GET', u) as r:\n        return r.read()\n",
    "a decorated function": (
        "import requests\nfrom tenacity import retry, retry_if_result, stop_after_attempt, wait_fixed\n\n"
        "@retry(retry=retry_if_result(bool), stop=stop_after_attempt(3), wait=wait_fixed(2))\ndef f(u):\n"
        "    return requests.get(u, timeout=5).text\n"
    ),
    "a mounted policy": (
        "import requests\nfrom requests.adapters import HTTPAdapter, Retry\n\ndef f(u):\n    s = requests.Session()\n"
        "    s.mount('https://', HTTPAdapter(max_retries=Retry(3, backoff_factor=1, status_forcelist=(503,))))\n"
        "    return s.get(u, timeout=5).text\n"
    ),
    "a policy around the caller": (
        "import requests\nfrom tenacity import retry, stop_after_attempt, wait_fixed\n\n"
        "def get(u):\n    return requests.get(u, timeout=5)\n\n"
        "@retry(stop=stop_after_attempt(3), wait=wait_fixed(2))\ndef f(u):\n    return get(u).text\n"
    ),
    "another library": "import redis\n\ndef f(r: redis.Redis, k):\n    return r.get(k)\n",
    "a comment in the callee": (
        "import requests\n\ndef f(u):\n    return (requests  # http\n        .get)(u, timeout=5).text\n"
    ),
}


@pytest.mark.parametrize("text", SAFE.values(), ids=SAFE)
def test_what_may_be_sent_twice_is_sent_again(text: str) -> None:
    """By its method or its key, whatever it is called through."""
    done = hardened(text, ("retry",))
    assert done.count("_retry_request") == 2 and "def retry_after_seconds" in done


def test_a_coroutine_is_awaited_before_it_is_entered() -> None:
    """What a library gives may be entered at once; a coroutine of ours may not."""
    done = hardened(SAFE["a block of a coroutine"], ("retry",))
    assert "    async with await _retry_request_async(s.get, u) as r:\n" in done


@pytest.mark.parametrize("text", UNTOUCHED.values(), ids=UNTOUCHED)
def test_all_else_is_left_alone(text: str) -> None:
    """What could be done twice, what something repeats already, and what is not one request and one answer."""
    assert hardened(text, ("retry",)) == text


def test_a_decorator_around_the_caller_is_enough() -> None:
    """Attempts would multiply."""
    text = (
        "import time\nimport requests\n\ndef again(func):\n    def inner(*args):\n        for n in range(3):\n"
        "            try:\n                return func(*args)\n            except requests.Timeout:\n"
        "                time.sleep(2**n)\n        raise OSError(func)\n    return inner\n\n"
        "def get(u):\n    return requests.get(u, timeout=5)\n\n@again\ndef f(u):\n    return get(u).text\n"
    )
    assert "_retry_request" not in hardened(text, ("retry",))


def test_a_name_that_the_module_gives_to_something_else_stays() -> None:
    """The library could not be imported under its own name."""
    text = "from lib import Session\n\nrequests = Session()\n\ndef f(u):\n    return requests.get(u, timeout=5).text\n"
    lib = "import requests\n\nclass Session(requests.Session):\n    pass\n"
    assert hardened(text, ("retry",), more={"lib.py": lib}) == text


def test_one_function_serves_all_calls_of_a_library() -> None:
    """And another library, or a coroutine, has its own."""
    text = (
        "import httpx\nimport requests\n\ndef a(u):\n    return requests.get(u, timeout=5).text\n\n"
        "def b(u):\n    return requests.get(u, timeout=5).text\n\ndef c(u):\n    return httpx.get(u).text\n\n"
        "async def d(c: httpx.AsyncClient, u):\n    return (await c.get(u)).text\n"
    )
    done = hardened(text, ("retry",))
    heads = [line for line in done.splitlines() if "def _retry" in line]
    assert len(heads) == 3
    assert done.count("def retry_after_seconds") == 1 and done.count("import random") == 1


def test_long_lines_are_broken_as_a_formatter_does() -> None:
    """One line for all arguments if they fit, else one for each."""
    url = '"https://api.example.com/v1/organisations"'
    done = hardened(f"import requests\n\ndef f(a):\n    return requests.get({url}, params=a, timeout=5)\n", ("retry",))
    assert f"    return _retry_request(\n        requests.get, {url}, params=a, timeout=5\n    )\n" in done
    more = f'{url} + "/of/the/first/kind/that/is/long/enough"'
    done = hardened(f"import requests\n\ndef f(a):\n    return requests.get({more}, params=a, timeout=5)\n", ("retry",))
    assert f"        {more},\n        params=a,\n        timeout=5,\n    )\n" in done or f"{more}, params=a" in done


def test_types_follow_the_code_around() -> None:
    """A typed module gets a typed function."""
    done = hardened(
        "import requests\n\ndef f(u: str) -> str:\n    return requests.get(u, timeout=5).text\n", ("retry",)
    )
    assert "send: Callable[..., requests.Response], *args: Any, **kwargs: Any" in done
    assert "from collections.abc import Callable\n" in done


def test_a_place_alone_is_hardened() -> None:
    """Other functions stay as they are."""
    text = (
        "import requests\n\ndef a(u):\n    return requests.get(u, timeout=5).text\n\n"
        "def b(u):\n    return requests.get(u, timeout=5).text\n"
    )
    done = hardened(text, ("retry",), Place("b"))
    assert "def a(u):\n    return requests.get(" in done and "_retry_request(requests.get, u" in done


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def time(self) -> float:
        return self.now


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Clock, Callable[..., Any]]]:
    """The function as it is written for requests, with a clock of its own."""
    text = hardened("import requests\n\ndef f(u):\n    return requests.get(u, timeout=5)\n", ("retry",))
    module = types.ModuleType("played")
    exec(compile(text, "played.py", "exec"), module.__dict__)
    clock = Clock()
    fake = types.SimpleNamespace(sleep=clock.sleep, monotonic=clock.time, time=clock.time)
    monkeypatch.setitem(module.__dict__, "time", fake)
    yield clock, module._retry_request
    sys.modules.pop("played", None)


class Answer:
    """An answer with a status."""

    def __init__(self, status: int, after: str = "") -> None:
        self.status_code = status
        self.headers = {"Retry-After": after} if after else {}
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("statuses", "sent", "last"),
    [
        ([200], 1, 200), ([503, 200], 2, 200), ([429, 503, 200], 3, 200), ([503] * 5, 3, 503),
        ([404, 200], 1, 404), ([400, 200], 1, 400), ([501, 200], 1, 501), ([401, 200], 1, 401),
    ],
)  # fmt: skip
def test_what_may_pass_is_sent_again(
    played: tuple[Clock, Callable[..., Any]], statuses: list[int], sent: int, last: int
) -> None:
    """At most three times; the last answer reaches the caller, and each pause is longer than the one before."""
    clock, again = played
    answers = [Answer(status) for status in statuses]
    given = iter(answers)
    assert again(lambda: next(given)).status_code == last
    assert len(answers) - len(list(given)) == sent
    assert len(clock.pauses) == sent - 1 and clock.pauses == sorted(clock.pauses)
    assert all(answer.closed for answer in answers[: sent - 1])


@pytest.mark.parametrize(("after", "pause"), [("2", 2.0), ("20", 20.0), ("soon", 1.0), ("", 1.0), ("-5", 1.0)])
def test_the_peer_says_how_long_to_wait(played: tuple[Clock, Callable[..., Any]], after: str, pause: float) -> None:
    """Never less than its own pause, and a text that is neither number nor date is no reason to fail."""
    clock, again = played
    given = iter([Answer(429, after), Answer(200)])
    assert again(lambda: next(given)).status_code == 200
    assert pause <= clock.pauses[0] <= max(pause, 2.0)


@pytest.mark.parametrize("after", ["3600", "1e9", "inf", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_pause_beyond_the_limit_is_not_waited(played: tuple[Clock, Callable[..., Any]], after: str) -> None:
    """Nor is the request sent earlier than was wanted: the caller gets the answer."""
    clock, again = played
    given = iter([Answer(429, after), Answer(200)])
    assert again(lambda: next(given)).status_code == 429
    assert not clock.pauses


def test_a_date_is_read(played: tuple[Clock, Callable[..., Any]]) -> None:
    """HTTP dates have whole seconds."""
    clock, again = played
    given = iter([Answer(503, "Thu, 01 Jan 1970 00:16:50 GMT"), Answer(200)])
    assert again(lambda: next(given)).status_code == 200
    assert clock.pauses == [10.0]


def test_the_last_error_is_raised(played: tuple[Clock, Callable[..., Any]]) -> None:
    """And no attempt begins after the time is over."""
    requests = pytest.importorskip("requests")
    clock, again = played
    sent: list[float] = []

    def hang() -> None:
        sent.append(clock.now)
        clock.now += 45
        raise requests.ReadTimeout

    with pytest.raises(requests.ReadTimeout):
        again(hang)
    assert len(sent) == 2

    def break_down() -> None:
        sent.append(clock.now)
        raise ValueError("a mistake of ours")

    sent.clear()
    with pytest.raises(ValueError, match="ours"):
        again(break_down)
    assert len(sent) == 1
