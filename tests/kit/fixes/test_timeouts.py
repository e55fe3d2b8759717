"""What fixes are written in: the words of the loop that a module runs on, the names that it knows."""

from __future__ import annotations

import pytest

from resilint_rules.kit.catalog.lookup import Catalog
from resilint_rules.kit.findings import Import
from resilint_rules.kit.fixes.timeouts import elsewhere_driven, spelled
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

DEEP = "twilio.http.http_client.TwilioHttpClient(timeout=30)"


@pytest.mark.parametrize(
    ("imports", "elsewhere"),
    [
        ("import requests", False),
        ("import trio", True),
        ("from twisted.internet.defer import Deferred", True),
        ("import asyncio\nfrom twisted.internet import asyncioreactor", False),
        ("from anyio import to_thread", True),
        ("from .twisted import helper", False),
    ],
)
def test_loops_that_are_not_asyncio_s(imports: str, elsewhere: bool) -> None:
    """A coroutine on another loop has no use for `asyncio.to_thread` and `asyncio.sleep`."""
    module = Module(Document(f"{imports}\n\nasync def work():\n    pass\n", "work.py", "work", "source"))
    assert elsewhere_driven(module, Catalog()) is elsewhere


@pytest.mark.parametrize(
    ("text", "value", "imports", "written"),
    [
        ("import httpx\n", "httpx.Timeout(30)", (), "httpx.Timeout(30)"),
        ("import httpx as h\n", "httpx.Timeout(30)", (), "h.Timeout(30)"),
        ("from httpx import Timeout\n", "httpx.Timeout(30)", (), "Timeout(30)"),
        ("from httpx import Client\n", "httpx.Timeout(30)", (Import("httpx"),), "httpx.Timeout(30)"),
        (
            "from twilio.rest import Client\n",
            DEEP,
            (Import("twilio.http.http_client", "TwilioHttpClient"),),
            "TwilioHttpClient(timeout=30)",
        ),
        ("import twilio\n", DEEP, (), DEEP),
        ("from twilio.http.http_client import TwilioHttpClient as Http\n", DEEP, (), "Http(timeout=30)"),
        ("class TwilioHttpClient: ...\n", DEEP, (Import("twilio"),), DEEP),
    ],
)
def test_a_value_is_written_with_the_names_of_its_module(
    text: str, value: str, imports: tuple[Import, ...], written: str
) -> None:
    """What lies deep in a library is imported by its name, and not the library as a whole."""
    assert spelled(Module(Document(text, "a.py")), [value]) == (imports, [written])


def test_a_name_that_is_known_where_it_is_written_needs_no_import() -> None:
    """A function that imports the library itself is what counts there."""
    assert spelled(Module(Document("", "a.py")), [DEEP], {"twilio": "t"}) == ((), [f"t{DEEP[len('twilio') :]}"])
