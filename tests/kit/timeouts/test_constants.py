"""Which names of a project a new limit is taken from, and which only sound like one."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

PLAIN = "Add timeout=(3.05, 27)"


def titles(text: str) -> list[str]:
    """The fixes of the one finding in a text."""
    doc = Document("import requests\n\n" + text, "orders.py", "orders", "source")
    (finding,) = check(doc, Project(lambda _: None), Settings(select=("no-timeout",))).findings
    return [fix.title for fix in finding.fixes]


@pytest.mark.parametrize(
    "text",
    [
        "def order(url, timeout=10):\n    return requests.get(url)\n",
        "def order(url, *, timeout: float):\n    again(url, timeout=timeout)\n    return requests.get(url)\n",
        "LIMIT = 10\n\ndef order(url, timeout=LIMIT):\n    return requests.get(url)\n",
    ],
)
def test_a_parameter_that_is_meant_for_the_call(text: str) -> None:
    """The caller's limit is offered first."""
    assert titles(text) == ["Add timeout=timeout", PLAIN]


@pytest.mark.parametrize(
    "text",
    [
        "def order(url, timeout=None):\n    return requests.get(url)\n",
        "def order(url, timeout=30000):\n    return requests.get(url)\n",
        'def order(url, timeout=5):\n    body = {"timeout": timeout}\n    return requests.post(url, json=body)\n',
        "def order(url, body, timeout=5):\n    body['timeout'] = timeout\n    return requests.post(url, json=body)\n",
        "def order(url, timeout=5):\n    end = time.time() + timeout\n    return requests.get(url), end\n",
        "def order(urls, timeout=5):\n    for url in urls:\n        requests.get(url)\n",
        "def wait_for_order(url, timeout=5):\n    return requests.get(url)\n",
        'def order(url, timeout=5):\n    """`timeout` is in minutes."""\n    return requests.get(url)\n',
    ],
)
def test_a_parameter_that_is_for_something_else(text: str) -> None:
    """What is sent to the peer, how long to wait in all, another unit: the number says what it is."""
    assert titles(text) == [PLAIN]


CALL = "\ndef order(url):\n    return requests.get(url)\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("TIMEOUT = 10\n", "TIMEOUT"),
        ("ORDERS_TIMEOUT_SECONDS = 10\n", "ORDERS_TIMEOUT_SECONDS"),
        ("HTTP_TIMEOUT = (3, 10)\n", "HTTP_TIMEOUT"),
        ("TIMEOUT: int = 10  # TIMEOUT of a call\nclient = partner(url, timeout=TIMEOUT)\n", "TIMEOUT"),
        ("TIMEOUT = 10\n\ndef pay(timeout: int = TIMEOUT):\n    pass\n", "TIMEOUT"),
        ("TIMEOUT = 10\nlimit = ClientTimeout(total=TIMEOUT)\n", "TIMEOUT"),
    ],
)
def test_a_constant_that_is_meant_for_the_call(text: str, name: str) -> None:
    """A general name, or one with the call's own words, in seconds."""
    assert titles(text + CALL) == [f"Add timeout={name}", PLAIN]


@pytest.mark.parametrize(
    "text",
    [
        "REPORT_TIMEOUT = 10\n",
        "UPLOAD_TIMEOUT = 10\n",
        "CONNECT_TIMEOUT = 10\n",
        "TIMEOUT_MS = 10\n",
        "TIMEOUT = 30000\n",
        "HTTP_TIMEOUT = (3, None)\n",
        "TIMEOUT = 10\nserver.timeout = TIMEOUT\n",
        "TIMEOUT = 10\nchild.wait(timeout=TIMEOUT)\n",
        "TIMEOUT = 10\nend = start + TIMEOUT\n",
        "TIMEOUT = 10\n\ndef pay(body):\n    body['timeout'] = TIMEOUT\n",
    ],
)
def test_a_constant_that_is_for_something_else(text: str) -> None:
    """Another unit, another wait, one phase of a call alone, or what is sent to the peer."""
    assert titles(text + CALL) == [PLAIN]
