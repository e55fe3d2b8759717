"""The effective limit of a call: which bound decides, and where nothing can be said."""

from __future__ import annotations

import pytest

from resilint_rules.kit.interp.calls import Call
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document
from resilint_rules.kit.timeouts.effective import limit, timeout_off

IMPORTS = "import asyncio, ftplib\nimport aio_pika, aiohttp, httpx, requests, urllib3\n\n"


def call_of(text: str, code: str) -> Call:
    """The call in the function `work` of a text whose source begins with some code."""
    module = Module(Document(f"{IMPORTS}{text}", "work.py", "work", "source"))
    scope = Session(Project(lambda _: None)).scope(module)
    (function,) = (function for function in module.all_functions() if function.name == "work")
    frame = scope.own_frame(function)
    assert frame is not None
    calls = [call for inner in frame.all_frames() for call in inner.calls.values()]
    (found,) = (call for call in calls if frame.tree.code(call.node).startswith(code))
    return found


def work(*lines: str, head: str = "def work(url, options):") -> str:
    """A function of some lines."""
    return "\n    ".join((head, *lines)) + "\n"


@pytest.mark.parametrize(
    ("expression", "state", "why"),
    [
        ("requests.get(url)", "unbounded", "requests waits without limit by default"),
        ("requests.get(url, timeout=5)", "bounded", "the call sets it"),
        ("requests.get(url, timeout=None)", "unbounded", "its timeout is switched off"),
        ("requests.get(url, **options)", "unknown", "a spread may hold the timeout"),
        ("requests.get(url, timeout=options)", "unknown", "the timeout is not a literal"),
        ("httpx.get(url)", "bounded", "the library's default bounds it"),
        ("httpx.get(url, timeout=None)", "unbounded", "its timeout is switched off"),
        ("httpx.get(url, timeout=float(options))", "unknown", "the timeout is not a literal"),
    ],
)
def test_a_call_without_a_client(expression: str, state: str, why: str) -> None:
    """Its own timeout decides, or the default of its library."""
    found = limit(call_of(work(expression), expression))
    assert (found.state, found.why) == (state, why)


@pytest.mark.parametrize(
    ("client", "state", "why"),
    [
        ("client = httpx.Client()", "bounded", "the library's default bounds it"),
        ("client = httpx.Client(timeout=9)", "bounded", "the client sets it"),
        ("client = httpx.Client(timeout=None)", "unbounded", "its timeout is switched off"),
        ("client = httpx.Client(**options)", "unknown", "a spread may hold the timeout"),
        ("client = httpx.Client(transport=options)", "unknown", "`transport` may hold the limit"),
    ],
)
def test_a_call_that_leaves_the_limit_to_its_client(client: str, state: str, why: str) -> None:
    """What the client was made with counts, and what may hide a limit is named."""
    found = limit(call_of(work(client, "client.get(url)"), "client.get"))
    assert (found.state, found.why) == (state, why)


@pytest.mark.parametrize(
    ("later", "state", "why"),
    [
        ("client.timeout = 5", "bounded", "the client sets it"),
        ("client.timeout = None", "unbounded", "its timeout is switched off"),
        ("client.timeout = options", "unknown", "the timeout is not a literal"),
    ],
)
def test_a_limit_that_is_set_on_the_client_afterwards(later: str, state: str, why: str) -> None:
    """The attribute counts in place of what the client was made with."""
    found = limit(call_of(work("client = httpx.Client(timeout=9)", later, "client.get(url)"), "client.get"))
    assert (found.state, found.why) == (state, why)


def test_the_loosest_of_several_clients_decides() -> None:
    """One of them without a limit is enough for a call to hang."""
    lines = ("client = httpx.Client(timeout=9) if options else httpx.Client(timeout=None)", "client.get(url)")
    assert limit(call_of(work(*lines), "client.get")).unbounded


@pytest.mark.parametrize(
    ("line", "state", "why"),
    [
        ("await asyncio.wait_for(client.get(url), 5)", "bounded", "an enclosing time limit ends it"),
        ("await asyncio.wait_for(client.get(url), options)", "unknown", "an enclosing time limit cannot be seen"),
        ("await asyncio.wait_for(client.get(url), None)", "unbounded", "its timeout is switched off"),
    ],
)
def test_a_limit_around_an_awaited_call(line: str, state: str, why: str) -> None:
    """It ends the call whatever the client allows; `None` is no limit."""
    text = work("client = httpx.AsyncClient(timeout=None)", line, head="async def work(url, options):")
    found = limit(call_of(text, "client.get"))
    assert (found.state, found.why) == (state, why)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("'amqp://host/?timeout=5'", "`timeout` stands in the connection string"),
        ("options", "`url` may hold `timeout`"),
    ],
)
def test_a_connection_string_that_may_hold_the_limit(url: str, why: str) -> None:
    """Unknown where the string has the key or cannot be seen."""
    found = limit(call_of(work(f"await aio_pika.connect({url})", head="async def work(options):"), "aio_pika.connect"))
    assert (found.state, found.why) == ("unknown", why)


def test_a_connection_string_without_a_limit() -> None:
    """A string that is seen in full has no other limit."""
    text = work("await aio_pika.connect('amqp://host/')", head="async def work():")
    assert limit(call_of(text, "aio_pika.connect")).unbounded


def test_a_client_that_connects_later() -> None:
    """`connect` takes a timeout as well, so that its lack says nothing yet."""
    found = limit(call_of(work("ftplib.FTP()"), "ftplib.FTP"))
    assert (found.state, found.why) == ("unknown", "it connects later, and the limit may come with that")
    assert limit(call_of(work("ftplib.FTP(url)"), "ftplib.FTP")).unbounded


def test_a_limit_of_the_whole_program() -> None:
    """`socket.setdefaulttimeout` counts where the library heeds it."""
    text = "import socket\nsocket.setdefaulttimeout(9)\n\n" + work("ftplib.FTP(url)")
    found = limit(call_of(text, "ftplib.FTP"))
    assert (found.state, found.why) == ("unknown", "`socket.setdefaulttimeout` may set one")


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("requests.get(url, timeout=(3, 27))", 27),
        ("requests.get(url, timeout=(3, None))", None),
        ("httpx.get(url, timeout=httpx.Timeout(30, connect=3))", 30),
        ("httpx.get(url, timeout=httpx.Timeout(30, read=9))", 9),
        ("httpx.get(url, timeout=httpx.Timeout((3, 8, 9, 9)))", 8),
        ("httpx.get(url, timeout=httpx.Timeout(None, read=4))", 4),
        ("httpx.get(url, timeout=httpx.Timeout(30, read=None))", None),
        ("urllib3.request('GET', url, timeout=urllib3.Timeout(connect=3, read=8))", 8),
        ("urllib3.request('GET', url, timeout=urllib3.Timeout(connect=3))", None),
        ("urllib3.request('GET', url, timeout=urllib3.Timeout(9))", 9),
    ],
)
def test_seconds_of_the_wait_for_an_answer(expression: str, seconds: float | None) -> None:
    """A value for one phase goes before a value for all."""
    assert limit(call_of(work(expression), expression)).seconds == seconds


@pytest.mark.parametrize(
    "value",
    [
        "httpx.Timeout(options)", "httpx.Timeout(30, read=options)", "httpx.Timeout(**options)",
        "httpx.Timeout((3, options, 9, 9))", "(3, options, 9, 9)", "'soon'", "5 if options else None", "options",
    ],
)  # fmt: skip
def test_values_that_cannot_be_seen(value: str) -> None:
    """Neither a limit nor the lack of one may be claimed."""
    call = call_of(work(f"httpx.get(url, timeout={value})"), "httpx.get")
    assert limit(call).state == "unknown"
    assert timeout_off(call) is None


@pytest.mark.parametrize(
    ("expression", "off"),
    [
        ("httpx.get(url, timeout=None)", True),
        ("httpx.get(url, timeout=httpx.Timeout(None))", True),
        ("httpx.get(url, timeout=httpx.Timeout(5))", False),
        ("httpx.get(url)", False),
        ("requests.get(url, timeout=None)", True),
        ("requests.get(url, timeout=None, stream=True)", False),
    ],
)
def test_the_literal_that_switches_a_limit_off(expression: str, off: bool) -> None:
    """Waiting for an answer counts; a stream may be silent."""
    assert (timeout_off(call_of(work(expression), expression)) is not None) is off


def test_a_switched_off_limit_inside_another() -> None:
    """What an enclosing scope ends needs no limit of its own."""
    line = "await asyncio.wait_for(client.get(url, timeout=None), 5)"
    text = work("client = httpx.AsyncClient()", line, head="async def work(url):")
    assert timeout_off(call_of(text, "client.get")) is None
