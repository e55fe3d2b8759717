"""What fixes are written in: the words of the loop that a module runs on."""

from __future__ import annotations

import pytest

from resilint_rules.kit.catalog import Catalog
from resilint_rules.kit.module import Module
from resilint_rules.kit.remedy import elsewhere_driven
from resilint_rules.kit.text import Document


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
