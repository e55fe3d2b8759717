"""What is behind a function or a call of one: the external calls that it leads to, with all layers on the way."""

from __future__ import annotations

import json
import textwrap

import pytest

from resilint.config.settings import Settings
from resilint.engine.behind import Follower, Reachable
from resilint.engine.explain import explain, explain_file, explain_function, explain_line, hover
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

API = """
import requests
from tenacity import retry, stop_after_attempt, wait_none

class Api:
    def __init__(self, url):
        self.url = url
        self.session = requests.Session()

    def now(self):
        return self._get("/now")

    def _get(self, path):
        answer = self.session.get(self.url + path, timeout=4)
        answer.raise_for_status()
        return answer.json()

@retry(stop=stop_after_attempt(3), wait=wait_none(), reraise=True)
def price(item):
    return requests.get(f"https://prices.example.com/{item}", timeout=5).text

def silent(item):
    try:
        return requests.get(item, timeout=5)
    except requests.RequestException:
        return None
"""


def opened(text: str, **files: str) -> tuple[Document, Project]:
    """A document `app.py` beside other files, of which `api.py` is always there."""
    texts = {"api.py": API.lstrip(), **{f"{name}.py": body for name, body in files.items()}}
    project = Project(lambda name: texts[name].encode() if name in texts else None)
    return Document(textwrap.dedent(text).lstrip(), "app.py", "app"), project


def function(text: str, name: str) -> Reachable:
    """What is behind a function."""
    doc, project = opened(text)
    follower = Follower(doc, project, Settings())
    found = follower.of_function(follower.functions(name)[0])
    assert found is not None
    return found


def numbers(text: str, name: str) -> list[tuple[int | None, float | None]]:
    """Requests on an outage and seconds on a hang of all that is behind a function."""
    return [(reached.requests, reached.seconds) for reached in function(text, name).calls]


ABOVE = "from tenacity import retry, stop_after_attempt, wait_none\nimport api\nfrom api import Api, price, silent\n\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def f(x):\n    return price(x)", [(3, 15.0)]),
        ("def f(x):\n    return api.price(x)", [(3, 15.0)]),
        ("def f(x):\n    return Api(x).now()", [(1, 4.0)]),
        ("def f(x):\n    client = Api(x)\n    return client.now()", [(1, 4.0)]),
        ("@retry(stop=stop_after_attempt(6), wait=wait_none())\ndef f(x):\n    return price(x)", [(18, 90.0)]),
        ("def g(x):\n    return price(x)\n\ndef f(x):\n    return g(x)", [(3, 15.0)]),
        ("def f(x):\n    return silent(x)", [(1, 5.0)]),
        ("@retry(stop=stop_after_attempt(6), wait=wait_none())\ndef f(x):\n    return silent(x)", [(1, 5.0)]),
        ("def f(x):\n    return [price(x), Api(x).now()]", [(3, 15.0), (1, 4.0)]),
        ("def f(x):\n    return len(x)", []),
    ],
)
def test_attempts_multiply_on_the_way(body: str, expected: list[tuple[int, float]]) -> None:
    """Layers of all functions on the way count, unless a handler between them ends the failure."""
    assert numbers(ABOVE + body, "f") == expected


LOOP = """
def f(x):
    for turn in range(4):
        try:
            return price(x)
        except {error}:
            {body}
"""


@pytest.mark.parametrize(
    ("error", "body", "requests"),
    [
        ("Exception", "pass", 12),
        ("OSError", "pass", 12),  # what requests raises is one
        ("KeyError", "pass", 3),
        ("Exception", "return None", 3),
    ],
)
def test_a_loop_around_a_function(error: str, body: str, requests: int) -> None:
    """A loop repeats what a handler in it catches and does not leave."""
    assert numbers(ABOVE + LOOP.format(error=error, body=body), "f")[0][0] == requests


@pytest.mark.parametrize(("last", "requests"), [("pass", 4), ("if turn == 3: raise", 8), ("raise", 2)])
def test_a_policy_around_a_loop(last: str, requests: int) -> None:
    """It repeats the whole loop only if the loop passes its last failure on."""
    text = f"""
        import requests
        from tenacity import retry, stop_after_attempt, wait_none

        @retry(stop=stop_after_attempt(2), wait=wait_none())
        def f(x):
            for turn in range(4):
                try:
                    return requests.get(x, timeout=5)
                except requests.RequestException:
                    {last}
    """
    assert numbers(text, "f")[0][0] == requests


TIMED = """
import asyncio, httpx

async def fetch(url):
    async with httpx.AsyncClient(timeout={own}) as client:
        return await client.get(url)

async def f(url):
    {body}
"""


@pytest.mark.parametrize(
    ("own", "body", "seconds"),
    [
        ("30", "return await asyncio.wait_for(fetch(url), 7)", 7.0),
        ("None", "return await asyncio.wait_for(fetch(url), 7)", 7.0),
        ("3", "return await asyncio.wait_for(fetch(url), 7)", 3.0),
        ("30", "async with asyncio.timeout(9):\n        return await fetch(url)", 9.0),
        ("None", "return await fetch(url)", None),
    ],
)
def test_a_limit_around_a_coroutine(own: str, body: str, seconds: float | None) -> None:
    """It ends what the coroutine waits for; the shorter one decides."""
    assert [found for _, found in numbers(TIMED.format(own=own, body=body), "f")] == [seconds]


def test_a_limit_around_a_loop_ends_all_of_it() -> None:
    """Inside the loop it would end each attempt; around it, there is no second one once it is over."""
    text = """
        import asyncio, httpx

        async def f(url):
            async with asyncio.timeout(5):
                async with httpx.AsyncClient(timeout=3) as client:
                    for turn in range(4):
                        try:
                            return await client.get(url)
                        except httpx.TransportError:
                            pass
    """
    (reached,) = function(text, "f").calls
    assert reached.policy is not None
    assert reached.seconds == 5.0
    assert "`TimeoutError` reaches the caller of `f`" in reached.policy.outcomes[0].text


@pytest.mark.parametrize(
    ("body", "complete"),
    [
        ("def f(x):\n    return price(x)", True),
        ("def f(x, g):\n    return g(x)", True),  # nothing of the project, as far as is known
        ("def f(x):\n    return h(x)\n\n@unknown\ndef h(x):\n    return price(x)", False),
        ("def f(x):\n    return f(x)", False),
    ],
)
def test_what_cannot_be_followed(body: str, complete: bool) -> None:
    """A decorator that may do anything, and recursion, leave the answer open."""
    assert function(ABOVE + body, "f").complete is complete


GATHER = """
import asyncio, httpx

client = httpx.AsyncClient(timeout=8)

async def weather(town):
    return await client.get(town)

async def tides(town):
    return await client.get(town, timeout=20)

async def board(town):
    return await asyncio.gather(weather(town), tides(town))
"""


def test_a_line_with_two_coroutines() -> None:
    """Both are explained, and what they come to together."""
    doc, project = opened(GATHER)
    text = explain(doc, project, Settings(), 12)
    assert "app.py:12:33: `weather` leads to 1 external call\n" in text
    assert "app.py:12:48: `tides` leads to 1 external call\n" in text
    together = (
        "together 2 external calls; while their peers are away up to 2 requests; on a hang the longest takes 20 s"
    )
    assert text.splitlines()[-1] == f"app.py:12: {together}"


def test_a_task_that_is_sent() -> None:
    """`delay` talks to the broker; so does that of a task which another module declares."""
    tasks = "from celery import shared_task\n\n@shared_task\ndef letter(number):\n    print(number)\n"
    for text, row in (
        ("from tasks import letter\n\ndef order(number):\n    letter.delay(number)\n", 4),
        (tasks + "\ndef order(number):\n    letter.apply_async((number,))\n", 8),
    ):
        doc, project = opened(text, tasks=tasks)
        (sent,) = explain_line(doc, project, Settings(), row).policies
        assert (sent.library, sent.peer) == ("celery", "queue")
    doc, project = opened(tasks.replace("@shared_task", "") + "\ndef order(number):\n    letter.delay(number)\n")
    assert explain_line(doc, project, Settings(), 8).policies == ()


def test_a_task_of_a_queue_that_is_not_known_well() -> None:
    """It is named, and nothing is made up about it."""
    text = (
        "import dramatiq\n\n@dramatiq.actor\ndef letter(number):\n    print(number)\n\ndef f(x):\n    letter.send(x)\n"
    )
    doc, project = opened(text)
    assert "sends a task of dramatiq to its broker; what happens while its queue is away is not known" in explain(
        doc, project, Settings(), 8
    )


def test_a_function_by_its_name() -> None:
    """Its qualified name, or the last part of it; None if there is none of that name."""
    doc, project = opened(API)
    settings = Settings()
    for name in ("Api.now", "now"):
        found = explain_function(doc, project, settings, name)
        assert found is not None
        assert "`self._get` > `self.session.get` (line 13)" in found.as_text(doc, "app.py", "app.py:now")
    assert explain_function(doc, project, settings, "later") is None


def test_all_calls_of_a_file() -> None:
    """In the order of the text."""
    doc, project = opened(API)
    found = explain_file(doc, project, Settings())
    assert [policy.written for policy in found.policies] == [
        "requests.Session", "self.session.get", "requests.get", "requests.get",
    ]  # fmt: skip


def test_values_for_programs() -> None:
    """The same facts, with the calls on the way and their places."""
    doc, project = opened(ABOVE + "def f(x):\n    return price(x)\n")
    found = explain_function(doc, project, Settings(), "f")
    assert found is not None
    (reachable,) = json.loads(json.dumps(found.as_json(doc)))["reachable"]
    assert (reachable["name"], reachable["location"], reachable["complete"]) == ("f", {"row": 5, "column": 5}, True)
    (call,) = reachable["calls"]
    assert [(step["file"], step["row"], step["call"]) for step in call["path"]] == [
        ("app.py", 6, "price"), ("api.py", 19, "requests.get"),
    ]  # fmt: skip
    assert (call["requests"], call["seconds"], call["protected"]) == (3, 15.0, True)
    assert call["at_least"] == {"requests": False, "seconds": False}
    assert call["limit"]["state"] == "bounded"
    assert [outcome["event"] for outcome in call["outcomes"]][:2] == ["on a hang", "on 503"]


@pytest.mark.parametrize(("mark", "name"), [("def f", "f"), ("return price", "price")])
def test_hover_over_a_function(mark: str, name: str) -> None:
    """The name in its head, and where it is called, say the same in short."""
    doc, project = opened(ABOVE + "def f(x):\n    return price(x)\n")
    found = hover(doc, project, Settings(), doc.text.index(mark) + len(mark) - 1)
    assert found is not None
    call = "`price` > `requests.get` (api.py, line 19): 3 requests on an outage, 15 s on a hang, protected"
    assert found.markdown == f"**`{name}`** leads to 1 external call\n\n- {call}"


def test_nothing_is_behind() -> None:
    """No hover, and the sentence that says so."""
    doc, project = opened("import requests\n\ndef f(x):\n    return len(x)\n")
    assert hover(doc, project, Settings(), doc.text.index("f(x)")) is None
    assert (
        explain(doc, project, Settings(), 4)
        == "app.py:4: no call here that resilint knows to reach out of the program."
    )


def test_a_function_inside_another_that_calls_itself() -> None:
    """It is looked into once: what it asks is behind it, and its own call leads nowhere new."""
    text = """
    import requests

    def pages(url):
        def page(number):
            answer = requests.get(f"{url}?page={number}", timeout=5)
            return answer.json() + page(number + 1)
        return page(1)
    """
    found = function(text, "pages")
    assert [reached.policy.written for reached in found.calls] == ["requests.get"]


def test_what_a_caller_gives_to_a_wrapper_counts() -> None:
    """A wrapper of another module that leaves the limit to its callers is seen as the request that it makes."""
    net = "import requests\n\ndef get(url, **options):\n    return requests.get(url, **options)\n"
    text = "from net import get\n\ndef start(url):\n    answer = get(url, timeout=7)\n    answer.raise_for_status()\n"
    doc, project = opened(text, net=net)
    follower = Follower(doc, project, Settings())
    found = follower.of_function(follower.functions("start")[0])
    assert found is not None
    assert [(reached.requests, reached.seconds) for reached in found.calls] == [(1, 7.0)]
    assert [(step.file, step.row) for step in found.calls[0].path] == [("app.py", 4), ("net.py", 4)]
