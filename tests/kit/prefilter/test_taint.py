"""Taint: names of a module that may hold a client, found in its text alone."""

from __future__ import annotations

import pytest

from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.summaries import ExportSummary
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.project.module import FunctionChunk, Module
from resilint_rules.kit.syntax.text import Document

HEAD = "import requests\n\n"


def check(text: str, **others: str) -> tuple[ExportSummary, list[str]]:
    """What may hold a client in a text below `import requests`, and which of its chunks can matter."""
    files = {f"{name}.py": source for name, source in others.items()}
    project = Project(
        read=lambda name: files[name].encode() if name in files else None,
        exists=lambda name: f"{name}.py" in files or name in files,
    )
    module = Module(Document(HEAD + text, "app.py", module_name("app.py"), "source"))
    found = relevant(module, project.derived(Exports))
    names = [
        chunk.qualname if isinstance(chunk, FunctionChunk) else module.source(chunk).split("\n")[0].strip()
        for chunk in found.chunks
    ]
    return found.summary, names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("s = requests.Session()\n", "s"),
        ("s: object = requests.Session()\n", "s"),
        ("s = make(requests.Session())\n", "s"),
        ("s = (\n    requests.Session()\n)\n", "s"),
        ("first = requests.Session()\nsecond = first\n", "second"),
        ("def make():\n    return requests.Session()\n", "make"),
        ("def make():\n    s = requests.Session()\n    s.verify = False\n    return s\n", "make"),
        ("def make():\n    with requests.Session() as s:\n        yield s\n", "make"),
        ("def make():\n    return requests.Session()\n\ns = make()\n", "s"),
        ("s = None\n\ndef start():\n    global s\n    s = requests.Session()\n", "s"),
    ],
)
def test_names_that_may_hold_a_client(text: str, name: str) -> None:
    """Assignments, functions that return one, names of names, `global`."""
    assert name in check(text)[0].names


@pytest.mark.parametrize(
    "text",
    [
        "s = 5\n",
        "def s():\n    requests.Session()\n    return 5\n",
        "from strange_library import wrap\ns = wrap(requests.Session())\n",
        "r = requests.Session()\ns = r.get('a')\n",
        "r = requests.Session()\ns = r['a']\n",
    ],
)
def test_names_that_hold_none(text: str) -> None:
    """A constant, what a client gives, what an unknown library makes of one."""
    assert "s" not in check(text)[0].names


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    def __init__(self):\n        self.http = requests.Session()\n", {"http"}),
        ("    def __init__(self):\n        s = requests.Session()\n        self.http = s\n", {"http"}),
        ("    http = requests.Session()\n", {"http"}),
        ("    http: requests.Session\n", {"http"}),
        ("    def http(self):\n        return requests.Session()\n", {"http"}),
        ("    def __init__(self, s: requests.Session):\n        self.http = s\n", {"http"}),
        ("    def __init__(self):\n        self.data = requests.Session(url)\n", set()),
        ("    def __init__(self):\n        self.http = 5\n", set()),
    ],
)
def test_attributes(body: str, expected: set[str]) -> None:
    """Attributes that methods and the class body assign, but for names that everything has."""
    assert check(f"class Api:\n{body}")[0].attributes == expected


HEIRS = """
class Own(requests.Session):
    pass

class Second(Own):
    pass

class Other(List[requests.Session]):
    pass
"""


def test_classes_that_extend_a_client() -> None:
    """Directly, through a class of the module; not by a type argument."""
    assert check(HEIRS)[0].classes == {"Own", "Second"}


HOLDER = """
class Base:
    def __init__(self):
        self.http = requests.Session()
"""
USER = """
class Api(Base):
    def pull(self):
        self.http.get("a")

    def size(self):
        return 5
"""


def test_attributes_of_a_base() -> None:
    """What the objects of a class hold, those of its subclasses hold, in this module and in another."""
    _, chunks = check(f"from other import Base\n{USER}", other=HEAD + HOLDER)
    assert chunks == ["Api.pull"]
    handed, chunks = check(HOLDER + USER)
    assert handed.of_class["Api"] == {"http"}
    assert chunks == ["Base.__init__", "Api.pull"]


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    requests.get('a')\n",
        "from requests import get\n\ndef f():\n    get('a')\n",
        "s = requests.Session()\n\ndef f():\n    s.get('a')\n",
        "def f(s: requests.Session):\n    s.get('a')\n",
        "from functools import partial\n\nfetch = partial(requests.get, timeout=5)\n\ndef f():\n    fetch('a')\n",
        "fetch = requests.get\n\ndef f():\n    fetch('a')\n",
        "s = requests.Session()\nfetch = s.get\n\ndef f():\n    fetch('a')\n",
        "import asyncio\n\nasync def f():\n    asyncio.create_task(g())\n",
        "import time\n\nasync def f():\n    time.sleep(1)\n",
        "import asyncio\n\ndef f():\n    loop = asyncio.get_event_loop()\n    loop.create_task(g())\n",
        "import urllib.request\n\ndef f():\n    urllib.request.urlopen('a')\n",
        "from other import session\n\ndef f():\n    session.get('a')\n",
        "import other\n\ndef f():\n    other.session.get('a')\n",
    ],
)
def test_chunks_that_matter(text: str) -> None:
    """Calls of a library or a client, by whatever name."""
    _, chunks = check(text, other="import requests\n\nsession = requests.Session()\n")
    assert "f" in chunks


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    return 5\n",
        "def f():\n    # requests.get\n    return 5\n",
        'def f():\n    """Calls requests.get."""\n    return 5\n',
        "s = requests.Session()\n\ndef f():\n    return s\n",
        "s = requests.Session()\n\ndef f():\n    s.close()\n",
        "def f(s: requests.Session):\n    g(s)\n",
        "import time\n\ndef f():\n    time.sleep(1)\n",
        "import asyncio\n\ndef f():\n    task = asyncio.create_task(g())\n",
        "from other import LIMIT\n\ndef f():\n    LIMIT.get('a')\n",
    ],
)
def test_chunks_that_do_not_matter(text: str) -> None:
    """No call of the catalogue can stand in them: they are never parsed."""
    _, chunks = check(text, other="import requests\n\nsession = requests.Session()\nLIMIT = 5\n")
    assert "f" not in chunks


CALLERS = """
def plain():
    requests.get("a")

async def waits():
    plain()

async def idle():
    other()

def calls():
    plain()
"""


def test_coroutines_that_call_what_matters() -> None:
    """A coroutine matters if a plain function that it calls may wait; a function does not."""
    module = Module(Document(HEAD + CALLERS, "app.py", "app", "source"))
    found = relevant(module, Project().derived(Exports))
    functions = [chunk for chunk in found.chunks if isinstance(chunk, FunctionChunk)]
    assert [function.name for function in functions] == ["plain", "waits"]
    assert found.callers == {}  # what it calls is followed, so that nothing has to turn out first


OWN = """
class Own(requests.Session):
    def pull(self):
        return self.get("a")

    def size(self):
        return self.length("a")
"""


def test_methods_of_a_class_that_extends_a_client() -> None:
    """Its own calls on itself are calls of the client."""
    _, chunks = check(OWN)
    assert "Own.pull" in chunks
    assert "Own.size" not in chunks


FIELDS = """
from dataclasses import dataclass, field

@dataclass
class Api:
    http: requests.Session = field(default_factory=requests.Session)
    size: int = field(default=5)
"""


def test_fields_whose_factory_makes_a_client() -> None:
    """The statement matters where the client is made."""
    _, chunks = check(FIELDS)
    assert [chunk.partition(":")[0] for chunk in chunks] == ["http"]


STATEMENTS = """
import asyncio

requests.get("a")
X = 5

class Api:
    found = requests.get("a")
    size = 5

    def __init__(self):
        self.loop = asyncio.get_event_loop()

    def go(self):
        self.loop.create_task(self.run())
"""


def test_statements_and_loops_that_are_kept() -> None:
    """Statements of a module and of a class, and event loops that an object keeps."""
    _, chunks = check(STATEMENTS)
    assert chunks == ['requests.get("a")', 'found = requests.get("a")', "Api.go"]


def test_nothing_to_look_at() -> None:
    """A text without integration code is not cut into chunks."""
    module = Module(Document("import os\n\ndef f():\n    pass\n", "app.py", "app", "source"))
    found = relevant(module, Project().derived(Exports))
    assert not found.mentioned
    assert found.chunks == []
    assert found.callers == {}
