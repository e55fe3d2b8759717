"""Places where a finding is for information only, since little depends on it or its owner knows better."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

PAUSE = "import aiohttp\n\nclass Music:\n    async def data(self, path):\n"
ASKS = "        async with self.mass.session.get({url}) as answer:\n            if answer.status == 429:\n"
WAITS = "                return int(answer.headers['Retry-After'])\n"
TASK = "from celery import shared_task\n\n@shared_task\ndef sync(kind):\n    print(kind)\n\n"
COMMAND = "class Command:\n    def contacts(self):\n        task = sync.delay('contacts')\n        task.get()\n"


def severity(text: str, rule: str, name: str = "shop/music.py") -> str:
    """That of the one finding in a text."""
    doc = Document(text, name, name.removesuffix(".py").replace("/", "."), "source")
    (finding,) = check(doc, Project(lambda _: None), Settings(select=(rule,), preview=True)).findings
    return finding.severity.value


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ('f"https://api.spotify.com/v1/{path}"', "info"),
        ('f"https://musicbrainz.org/ws/2/{path}"', "warning"),
        ("path", "warning"),
    ],
)
def test_an_address_whose_owner_promises_seconds(url: str, expected: str) -> None:
    """Also where nothing is known of the client that asks."""
    text = PAUSE + ASKS.replace("{url}", url) + WAITS
    assert severity(text, "retry-after-as-number") == expected


KEPT = (
    "import boto3\n\n_found = None\n\ndef groups():\n    global _found\n    if _found is not None:\n        return _found\n"
    "    _found = boto3.client('logs').describe_log_groups(limit=1)\n    return _found\n\n"
    "async def poll(asked):\n    return await asked(groups())\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KEPT, "warning"),
        (KEPT.replace("is not None:\n        return _found\n", "is None:\n    "), "warning"),
        (KEPT.replace("    global _found\n", "    _found = read()\n"), "error"),
        (KEPT.replace("if _found is not None", "if ready()"), "error"),
    ],
)
def test_a_wait_for_what_is_kept_from_then_on(text: str, expected: str) -> None:
    """The loop is blocked by the first task that asks, and by no other."""
    assert severity(text, "blocking-call-in-async") == expected


def test_an_answer_of_slack() -> None:
    """It has seconds there."""
    text = "class Limited(Exception):\n    def __init__(self, answer: SlackResponse):\n"
    text += "        self.after = int(answer.headers.get('Retry-After', 30))\n"
    assert severity(f"from slack_sdk.web import SlackResponse\n\n{text}", "retry-after-as-number") == "info"


@pytest.mark.parametrize(
    ("name", "expected"), [("shop/management/commands/sync_all.py", "info"), ("shop/orders.py", "warning")]
)
def test_the_user_of_a_command_waits_for_a_task(name: str, expected: str) -> None:
    """And sees that it goes on, or ends it."""
    assert severity(TASK + COMMAND, "waiting-for-task", name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "@receiver(post_save, sender=Order)\ndef saved(sender, instance, **kwargs):\n    sync.delay(instance.pk)\n",
            "warning",
        ),
        ("def pay(order):\n    with transaction.atomic():\n        order.save()\n        sync.delay(order.pk)\n", "error"),
        (
            "def next_part(order):\n    with transaction.atomic():\n        order.save()\n"
            "        sync.apply_async(args=(order.pk,), countdown=300)\n",
            "warning",
        ),
    ],
)
def test_a_signal_may_come_in_no_transaction(text: str, expected: str) -> None:
    """Who saves the row decides."""
    imports = "from django.db import transaction\nfrom django.db.models.signals import post_save\n"
    imports += "from django.dispatch import receiver\n"
    assert severity(imports + TASK + text, "enqueue-in-transaction") == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("anyio.run(main, [])", "info"),
        ("trio.run(\n        main, [])", "info"),
        ("anyio.run(partial(main, []))", "info"),
        ("asyncio.run(main([]))", "info"),
        ("anyio.run(main, [])\n    portal.call(main, [])", "error"),
        ("portal.call(main, [])", "error"),
    ],
)
def test_a_program_that_runs_one_coroutine(start: str, expected: str) -> None:
    """By a call of it, or by its name: nothing else is on its loop."""
    text = "import anyio, asyncio, httpx, trio\nfrom functools import partial\n\n"
    text += "async def main(urls):\n    for url in urls:\n        print(httpx.get(url).raise_for_status().text)\n\n"
    text += f"def command(portal):\n    {start}\n"
    assert severity(text, "blocking-call-in-async") == expected


ALONE = (
    "import asyncio\nimport time\n\nimport requests\n\nasync def size(url):\n    {blocks}\n    return len(url)\n\n"
    "def main(urls):\n    async def steps():\n        for url in urls:\n            print(await size(url))\n\n    {runs}\n"
)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ("asyncio.run(steps())", "info"),
        ("asyncio.get_event_loop().run_until_complete(asyncio.wait_for(steps(), 60))", "info"),
        ("return steps", "error"),
        ("asyncio.run(asyncio.gather(steps(), steps()))", "error"),
        ("register(steps); asyncio.run(steps())", "error"),
    ],
)
@pytest.mark.parametrize(
    ("blocks", "rule"),
    [("time.sleep(1)", "blocking-sleep-in-async"), ("requests.get(url, timeout=9)", "blocking-call-in-async")],
)
def test_steps_of_a_function_that_runs_its_own_loop(blocks: str, rule: str, runs: str, expected: str) -> None:
    """Nothing else waits for the loop where one function makes all that is on it, step after step."""
    assert severity(ALONE.format(blocks=blocks, runs=runs), rule) == expected


ROUTE = "import openai\nfrom fastapi import FastAPI\n\napp = FastAPI()\nllm = openai.OpenAI()\n\n@app.get('/title')\n"
ROUTE += "def title(text):\n    return llm.responses.create(model='small', input=text)\n"
STARTUP = "import requests\n\n@app.on_event('startup')\nasync def begin():\n    app.keys = requests.get(URL, timeout=5).json()\n"
LOOKS_UP = "import requests\nimport socket\n\ndef safe(host):\n    found = socket.getaddrinfo(host, 443)\n    return found\n\n"
LOOKS_UP += "async def webhook(host):\n    return safe(host)\n"
TRANSLATED = "import requests\n\nTEXTS = {}\n\ndef text(key):\n    try:\n        return TEXTS[key]\n    except KeyError:\n"
TRANSLATED += "        TEXTS[key] = requests.get(URL, timeout=9).text\n        return TEXTS[key]\n\n"
TRANSLATED += "async def greet(key):\n    return text(key)\n"
PAUSES = "import time\n\nasync def send(session):\n    time.sleep({seconds})\n    await session.send()\n"
SPAWN = "import asyncio\n\nasync def send(event):\n    asyncio.create_task({coroutine}(event))\n"
PROBE = "import requests\n\ndef {name}(url):\n    return requests.get(url, verify=False, timeout=5{more}).ok\n"
POLLS = "import backoff, boto3\n\nathena = boto3.client('athena')\n\n@backoff.{policy}(backoff.fibo, {what})\n"
POLLS += "def state(query):\n    return athena.get_query_execution(QueryExecutionId=query)\n"


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        pytest.param(ROUTE, "timeout-too-long", "warning", id="default of a model that a route asks"),
        pytest.param("import openai\n\nllm = openai.OpenAI()\n", "timeout-too-long", "info", id="default of a model"),
        pytest.param(STARTUP, "blocking-call-in-async", "info", id="before the first request"),
        pytest.param(STARTUP.replace("startup", "message"), "blocking-call-in-async", "error", id="at an event"),
        pytest.param(LOOKS_UP, "blocking-call-in-async", "warning", id="the address of a name"),
        pytest.param(
            LOOKS_UP.replace("return found", "requests.get(URL, timeout=9)\n    return found"),
            "blocking-call-in-async", "error", id="an answer behind the address of a name",
        ),
        pytest.param(TRANSLATED, "blocking-call-in-async", "warning", id="missing once in a table"),
        pytest.param(
            TRANSLATED.replace("[key] = ", "[other] = "), "blocking-call-in-async", "error", id="missing again and again"
        ),
        pytest.param(PAUSES.replace("{seconds}", "0.1"), "blocking-sleep-in-async", "warning", id="a tenth of a second"),
        pytest.param(PAUSES.replace("{seconds}", "2"), "blocking-sleep-in-async", "error", id="two seconds"),
        pytest.param(
            PAUSES.replace("    time", "    while busy():\n        time").replace("{seconds}", "0.1"),
            "blocking-sleep-in-async", "error", id="short pauses, again and again",
        ),
        pytest.param(SPAWN.replace("{coroutine}", "Metric.upload"), "task-dropped", "info", id="usage"),
        pytest.param(SPAWN.replace("{coroutine}", "metrics_of"), "task-dropped", "warning", id="no usage"),
        pytest.param(
            PROBE.replace("{name}", "healthcheck").replace("{more}", ""), "tls-verification-off", "info", id="probe"
        ),
        pytest.param(
            PROBE.replace("{name}", "healthcheck").replace("{more}", ", headers=KEY"),
            "tls-verification-off", "error", id="probe with a key",
        ),
        pytest.param(
            PROBE.replace("{name}", "orders").replace("{more}", ""), "tls-verification-off", "error", id="no probe"
        ),
        pytest.param(
            POLLS.replace("{policy}", "on_predicate").replace("{what}", "is_running"),
            "unbounded-retry", "warning", id="a policy that looks at results alone",
        ),
        pytest.param(
            POLLS.replace("{policy}", "on_exception").replace("{what}", "OSError"), "unbounded-retry", "error", id="failures"
        ),
    ],
)  # fmt: skip
def test_what_little_depends_on(text: str, rule: str, expected: str) -> None:
    """It waits for work, asks whether a peer is there, or it delays no request."""
    assert severity(text, rule) == expected
