"""Calls of wrappers in other modules: seen as the external calls that they stand for."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.results import Report
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.syntax.text import Document

HTTP = """import requests

session = requests.Session()

def get(url, **kw):
    return session.get(url, **kw)

def call(method, path, timeout=None, **options):
    answer = requests.request(method, path, timeout=timeout, **options)
    answer.raise_for_status()
    return answer

def bounded(url, **kw):
    kw.setdefault("timeout", 10)
    return session.get(url, **kw)

def again(url, **kw):
    for attempt in range(3):
        return session.get(url, **kw)

def one(url, verify=True):
    return requests.get(url, timeout=5, verify=verify)

@mystery
def traced(url, **kw):
    return session.get(url, **kw)

class Api:
    def __init__(self, base):
        self.base = base
        self.http = requests.Session()

    def request(self, method, path, **kw):
        return self.http.request(method, self.base + path, **kw)

    def get(self, path, **kw):
        return self.request("GET", path, **kw)
"""


def report(text: str, files: dict[str, str] | None = None) -> Report:
    """The report on a module beside `lib/http.py`."""
    files = {"lib/__init__.py": "", "lib/http.py": HTTP, **(files or {})}
    project = Project(lambda name: files[name].encode() if name in files else None)
    return check(Document(text, "app.py", module_name("app.py"), "source"), project, Settings())


def codes(text: str, files: dict[str, str] | None = None) -> list[str]:
    """The codes of what is found in a module, in order of the text."""
    return [finding.code for finding in report(text, files).findings]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from lib.http import get\ndef f():\n    return get(U).json()", ["ERR002", "TMO001"]),
        ("from lib.http import get\ndef f():\n    return get(U, timeout=5).json()", ["ERR002"]),
        ("from lib.http import get\ndef f(o):\n    return get(U, **o).json()", ["ERR002"]),
        ("from lib.http import get\ndef f():\n    r = get(U, timeout=5)\n    return r.json()", ["ERR001"]),
        (
            "from lib.http import get\ndef f():\n    r = get(U, timeout=5)\n    r.raise_for_status()\n    r.text",
            [],
        ),
        ("import lib.http as h\ndef f():\n    return h.get(U, timeout=None).ok", ["TMO003"]),
        ("from lib.http import call\ndef f():\n    return call('GET', U).json()", ["TMO001"]),
        ("from lib.http import call\ndef f():\n    return call('GET', U, 5).json()", []),
        ("from lib.http import bounded\ndef f():\n    return bounded(U).ok", []),
        ("from lib.http import again\ndef f():\n    return again(U).json()", []),
        ("from lib.http import traced\ndef f():\n    return traced(U).json()", []),
        ("from lib.http import one\ndef f():\n    return one(U, verify=False).ok", ["ATH001"]),
        ("from lib.http import one\ndef f():\n    return one(U).ok", []),
        ("from lib.http import Api\ndef f():\n    return Api(B).get('/a', timeout=5).json()", ["ERR002"]),
        ("from lib.http import Api\ndef f(api: Api):\n    return api.get('/a').ok", ["TMO001"]),
        ("from lib.http import get\nget = print\ndef f():\n    return get(U).json()", []),
        (
            "from lib.http import Api\nclass Files(Api):\n    def all(self):\n        return self.get('/f').json()",
            ["ERR002", "TMO001"],
        ),
    ],
)
def test_what_callers_decide_is_reported_where_they_call(text: str, found: list[str]) -> None:
    """Limit, protection and status; nothing where the function does more, or may be another one."""
    assert codes(f"{text}\n") == found


def test_the_path_leads_to_the_request() -> None:
    """The places on the way to the request are named, each in its file."""
    found = report("from lib.http import Api\n\ndef f(api: Api):\n    return api.get('/a').ok\n").findings[0]
    assert [(place.file, place.row) for place in found.related] == [("lib/http.py", 37), ("lib/http.py", 34)]


def test_chains_and_diamonds_of_modules() -> None:
    """Only so many modules are read for a call, however many wrap each other."""
    chain = {
        f"m{n}.py": f"from m{n + 1} import get\n\ndef call(u, **kw):\n    return get(u, **kw)\n" for n in range(2000)
    }
    found = report("from m0 import get\n\ndef f():\n    return get(U).json()\n", {**chain, "m2000.py": HTTP})
    assert len(found.reads) < 60
    circle = {f"c{n}.py": f"from c{(n + 1) % 400} import A\n\nclass A(A):\n    pass\n" for n in range(400)}
    assert report("from c0 import A\n\ndef f():\n    return A(U).get('/').json()\n", circle).findings == ()
    many = {f"d{n}.py": f"from lib.http import get\n\ndef d{n}(u):\n    return get(u, timeout=5)\n" for n in range(500)}
    lines = "".join(f"from d{n} import d{n}\n" for n in range(500))
    assert report(f"{lines}\ndef f():\n    return d7(U).json()\n", many).chunks < 10


def test_a_wrapper_that_nobody_gives_a_limit_is_reported_once() -> None:
    """Where it is written: those who call another function of its module do not say it again."""
    api = (
        "import requests\n\nclass Api:\n    def _call(self, method, path, **kw):\n"
        "        return requests.request(method, path, **kw)\n\n"
        "    def users(self):\n        return self._call('GET', '/users')\n\n"
        "    def teams(self):\n        return self._call('GET', '/teams')\n"
    )
    text = "from lib.api import Api\n\napi = Api()\n\ndef users():\n    return api.users().ok\n"
    there = check(Document(api, "lib/api.py", "lib.api", "source"), Project(lambda _: None), Settings()).findings
    assert [finding.code for finding in there] == ["TMO001"]
    assert codes(text, {"lib/api.py": api}) == []
