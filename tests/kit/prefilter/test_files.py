"""The file filter: which files can matter, decided from bytes."""

from __future__ import annotations

import pytest

from resilint_rules.kit.prefilter.files import MAYBE, NO, YES, sift, wanted


@pytest.mark.parametrize(
    "text",
    [
        "import requests",
        "import os, requests",
        "import requests as r",
        "import requests.adapters",
        "from requests import get",
        "from requests.adapters import HTTPAdapter",
        "\ufeffimport requests",
        "    import requests",
        "x = 1; import requests",
        "def f():\n\tfrom requests import get",
        "import urllib.request\nurllib.request.urlopen(url)",
        "from urllib import request\nrequest.urlopen(url)",
        "from urllib.request import urlopen",
        "import google.cloud.storage",
        "import asyncio\nasyncio.create_task(f())",
        "import time\ntime.sleep(1)",
        "x = 1\rimport requests",
        "import six\nsix.moves.urllib.request.urlopen(url)",
        "from six.moves.urllib.request import urlopen",
        "from six.moves import http_client",
        "from pip._vendor import requests",
        "from ._vendor import requests",
        "from shop.vendor.requests import get",
        "# resilint: ignore",
    ],
)
def test_integration_code(text: str) -> None:
    """An import of the catalogue, with a word of its entries where it has some, or a comment for this tool."""
    assert sift(text.encode()) == YES
    assert wanted(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        "import os",
        "import asyncio",
        "import time\ntime.monotonic()",
        "from urllib import parse",
        "important = 1",
        "# the import of requests",
        "text = 'requests'",
        "import math, json",
        "import six",
        "from six.moves.urllib.parse import quote",
    ],
)
def test_no_integration_code(text: str) -> None:
    """Standard modules, words that only look like imports, and a library that is only spoken of."""
    assert sift(text.encode()) == NO
    assert not wanted(text.encode())


@pytest.mark.parametrize(
    "text", ["import shop", "from shop.clients import session", "from . import a", "from .a import b"]
)
def test_a_module_of_the_project_may_bring_some(text: str) -> None:
    """An import that neither the catalogue nor the standard library knows may be the project's."""
    assert sift(text.encode()) == MAYBE
    assert wanted(text.encode())


def test_libraries_of_the_settings() -> None:
    """An in-house library matters wherever its name stands."""
    assert sift(b"import house_http", ("house_http",)) == YES
    assert sift(b"import other", ("house_http",)) == MAYBE
    assert sift(b"import os", ("house_http",)) == NO


def test_imports_that_occur_again() -> None:
    """A second import of a module without integration code changes nothing; another one counts."""
    assert sift(b"import os\nimport os\n") == NO
    assert sift(b"import os\nimport shop\nimport requests\n") == YES


def test_a_line_that_is_too_long() -> None:
    """The words before an import are looked for nearby."""
    assert sift(b"x = '" + b"a" * 1000 + b"'; import requests") == YES
    assert sift(b"a" * 1000 + b" import requests") == NO


@pytest.mark.parametrize("data", [b"\xff\xfe\x00import requests\x00", b"import \xff\xfe", b"from \xff import x"])
def test_bytes_that_are_no_text(data: bytes) -> None:
    """Nothing is decoded, so that nothing can fail."""
    assert sift(data) in {NO, MAYBE, YES}
