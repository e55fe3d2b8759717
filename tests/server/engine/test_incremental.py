"""What is remembered of a buffer's chunks changes what a check costs, never what it finds."""

from __future__ import annotations

import random
import re

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.engine.incremental import Abandoned, IncrementalCache, named
from resilint.results import Report
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

MODULE = """\
import logging
import requests
import httpx
import hashlib, hmac
from clients import partner, LIMIT, Gateway

BASE = "https://partner.example"
SECONDS = 5
session = requests.Session()
log = logging.getLogger(__name__)


def make():
    client = httpx.Client(timeout=SECONDS)
    return client


def prepare(client):
    client.timeout = SECONDS


def plain(rows):
    total = 0
    for row in rows:
        total += row
    return total


def ask(order):
    answer = requests.post(BASE, json=order)
    return answer.json()


def ask_partner(order):
    return partner.get(BASE, timeout=LIMIT)


def ask_made(order):
    client = make()
    prepare(client)
    return client.get(BASE)


def ask_session(order):
    try:
        return session.get(BASE, verify=False)
    except Exception:
        pass


def sign(body):
    return hmac.new(b"k", body, hashlib.sha256).hexdigest()


def accept(body, given):
    return sign(body) == given


class Shop(Gateway):
    retries = 3

    def __init__(self):
        self.http = requests.Session()
        self.limit = SECONDS

    def configure(self):
        self.http.verify = True

    def order(self, body):
        return self.http.post(BASE, json=body, timeout=self.limit)

    def status(self):
        return self.http.get(BASE)


def restart():
    global session
    session = requests.Session()
"""
CLIENTS = """\
import requests

LIMIT = None
partner = requests.Session()


class Gateway:
    def __init__(self):
        self.http = requests.Session()
"""
LINES = [
    "    session = requests.Session()",
    "    global session",
    "    self.limit = None",
    "    self.http = None",
    "    self.http = requests.Session()",
    "    client = httpx.Client(timeout=None)",
    "    return requests.Session()",
    "    requests.get(BASE)",
    "    answer = ask(1)",
    "    requests.get(BASE, timeout=None)  # resilint: ignore[no-timeout]",
    "import requests",
    "SECONDS = None",
    "BASE = None",
    "session = None",
    "response = 1",
    "    retry_after_seconds = 3",
    "# line",
    "",
    "    (",
    "def later():",
    "    async def inner():",
]


def _read(files: dict[str, str]) -> Project:
    return Project(lambda name: files[name].encode() if name in files else None)


def _changed(text: str, chance: random.Random) -> str:
    """A text after something that a person may do to it."""
    rows = text.split("\n")
    at = chance.randrange(len(rows))
    what = chance.randrange(9)
    if what == 0:
        del rows[at]
    elif what == 1:
        rows.insert(at, chance.choice(LINES))
    elif what == 2:
        rows[at] = rows[at][: chance.randrange(len(rows[at]) + 1)]
    elif what == 3:
        rows[at] += chance.choice([" + one", "  # why", "(", ")", ":", ", timeout=3", " = 1", '"'])
    elif what == 4:
        name = chance.choice(
            ["SECONDS", "BASE", "session", "make", "prepare", "http", "limit", "sign", "Shop", "partner"]
        )
        return re.sub(rf"\b{name}\b", chance.choice([name + "2", "other"]), text, count=chance.choice([0, 1]))
    elif what in (5, 6):
        blocks = text.split("\n\n\n")
        block = blocks.pop(chance.randrange(len(blocks)))
        if what == 6:
            blocks.insert(chance.randrange(len(blocks) + 1), block)
        return "\n\n\n".join(blocks)
    elif what == 7:
        rows[at] = rows[at].replace("SECONDS", "None").replace("timeout", "time").replace("requests", "httpx")
    else:
        rows.insert(0, "")
    return "\n".join(rows)


def _said(report: Report) -> tuple[object, ...]:
    return report.findings, report.suppressed, report.left_out


@pytest.mark.parametrize("seed", range(6))
def test_a_check_with_a_memory_finds_what_one_without_finds(seed: int) -> None:
    """Typing, deleting, renaming, moving, here and in other files of the project: the same to the letter."""
    chance = random.Random(seed)
    files = {"clients.py": CLIENTS, "shop.py": MODULE}
    memo, project = IncrementalCache(), _read(files)
    for _ in range(20):
        before = dict(files)
        name = "clients.py" if chance.random() < 0.15 else "shop.py"
        files[name] = _changed(files[name], chance)
        if name == "shop.py" and chance.random() < 0.3:
            files[name] = MODULE
        project.forget(name)
        doc = Document(files["shop.py"], "shop.py", "shop")
        remembered = check(doc, project, Settings(), memo)
        fresh = check(doc, _read(files), Settings())
        changes = [row for row in files[name].split("\n") if row not in before[name].split("\n")]
        assert _said(remembered) == _said(fresh), (name, changes)
        assert set(fresh.reads) <= set(remembered.reads), (name, changes)


def test_a_keystroke_costs_one_function() -> None:
    """Of all functions only the one that was typed in is read again, with the module's values that it mentions."""
    memo, project = IncrementalCache(), _read({"clients.py": CLIENTS})
    first = check(Document(MODULE, "shop.py", "shop"), project, Settings(), memo)
    typed = MODULE.replace("return answer.json()", "return answer.json() or 1")
    second = check(Document(typed, "shop.py", "shop"), project, Settings(), memo)
    assert first.chunks > 8
    assert 1 <= second.chunks <= 4
    assert second.lines < 10


def test_what_was_done_before_work_was_dropped_is_not_done_again() -> None:
    """A newer text that comes in the middle costs only what is left."""
    seen: list[str] = []

    def pulse(chunk: str) -> None:
        seen.append(chunk)
        if len(seen) == 4:
            raise Abandoned

    memo, project = IncrementalCache(pulse), _read({"clients.py": CLIENTS})
    doc = Document(MODULE, "shop.py", "shop")
    with pytest.raises(Abandoned):
        check(doc, project, Settings(), memo)
    again = check(doc, project, Settings(), memo)
    assert _said(again) == _said(check(doc, _read({"clients.py": CLIENTS}), Settings()))
    assert len(set(seen[:3]) & set(seen[4:])) <= 1


def test_a_piece_that_is_left_out_is_said_to_be() -> None:
    """Silence would look like a clean function; the other functions are checked."""
    guilty = MODULE[MODULE.index("def ask(order)") : MODULE.index("def ask_partner")].rstrip("\n") + "\n"
    without = frozenset(named(guilty + "\n" * number) for number in range(4))
    whole = check(Document(MODULE, "shop.py", "shop"), _read({"clients.py": CLIENTS}), Settings())
    report = check(
        Document(MODULE, "shop.py", "shop"),
        _read({"clients.py": CLIENTS}),
        Settings(),
        IncrementalCache(without=without),
    )
    (told,) = (finding for finding in report.findings if finding.code == "E902")
    assert MODULE.startswith("def ask(order)", told.span.start)
    assert report.left_out == 1
    others = [finding for finding in whole.findings if finding.scope != "ask"]
    assert [f for f in report.findings if f.code != "E902"] == others


POOL = """import openai
import urllib3


class Api:
    def __init__(self):
        self.pool = urllib3.PoolManager()

    def get(self, url):
        return {get}

    def other(self, url):
        {other}


def model():
    return openai.OpenAI()


def late():
    {late}  # timeout
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"get": "self.pool.request('GET', url)"}, {"get": "self.pool.request('GET', url, timeout=5)"}),
        ({"get": "self.pool.request('GET', url, timeout=5)"}, {"get": "self.pool.request('GET', url)"}),
        ({}, {"other": "self.pool.request('GET', url, timeout=5)"}),
        ({"other": "self.pool.request('GET', url, timeout=5)"}, {}),
        ({}, {"late": "socket.setdefaulttimeout(5)"}),
        ({}, {"late": "timeout = 5"}),
        ({"late": "timeout"}, {"late": "with_options(timeout)"}),
    ],
)
def test_what_another_function_does_to_a_client_is_seen_at_once(before: dict[str, str], after: dict[str, str]) -> None:
    """A limit that is given, taken away or set for all elsewhere in the module."""
    plain = {"get": "None", "other": "pass", "late": "pass"}
    memo, project = IncrementalCache(), _read({})
    settings = Settings(preview=True)
    check(Document(POOL.format(**(plain | before)), "api.py", "api"), project, settings, memo)
    doc = Document(POOL.format(**(plain | after)), "api.py", "api")
    assert _said(check(doc, project, settings, memo)) == _said(check(doc, project, settings))


def test_a_caller_that_begins_to_ask_a_body_is_heard() -> None:
    """Whether a function's finding stands may be up to the one that calls it."""
    text = """\
import requests


def ask(order):
    answer = requests.post("https://partner.example", json=order, timeout=5)
    return answer.json()


def show(order):
    found = ask(order)
    if "error" in order:
        return None
    return found["rows"]


def other(order):
    return order
"""
    asking = text.replace("in order", "in found")
    fresh = text.replace("return order", 'return "error" not in ask(order)')
    memo, project, counts = IncrementalCache(), _read({}), []
    for each in (text, asking, text, fresh, text):
        doc = Document(each, "shop.py", "shop")
        remembered = check(doc, project, Settings(), memo)
        assert _said(remembered) == _said(check(doc, _read({}), Settings()))
        counts.append(len(remembered.findings))
    assert counts == [1, 0, 1, 0, 1]


def test_a_fix_that_lies_in_another_function_moves_with_it() -> None:
    """A session is given its limit where it is made: whatever is typed elsewhere, that is not looked for again."""
    text = (
        "import requests\n\n\ndef one():\n    return 1\n\n\n"
        "class Api:\n    def __init__(self):\n        self.http = requests.Session()\n\n"
        "    def two(self):\n        return 2\n\n"
        '    def get(self):\n        return self.http.get("/")\n'
    )
    memo, project, chunks = IncrementalCache(), _read({}), []
    for each in (text, text.replace("return 1", "return 1 + 1"), text.replace("return 2", "return 2 + 2"), text):
        doc = Document(each, "api.py", "api")
        remembered = check(doc, project, Settings(), memo)
        assert _said(remembered) == _said(check(doc, _read({}), Settings()))
        chunks.append(remembered.chunks)
        (once,) = (fix for finding in remembered.findings for fix in finding.fixes if "once" in fix.title)
        assert each[: once.edits[0].start].endswith("self.http = requests.Session()")
    assert chunks[0]
    assert not any(chunks[1:])


def test_arguments_that_another_function_writes_out_are_seen_at_once() -> None:
    """A limit that is put there, a caller that comes to it, a dict that is opened."""
    text = (
        "import requests\n\n\ndef _build():\n    return {'headers': {}}\n\n\n"
        "def ask():\n    return requests.get('/', **_build())\n\n\ndef other():\n    return 1\n"
    )
    memo, project, titles = IncrementalCache(), _read({}), []
    for each in (
        text,
        text.replace("{}}", "{}, 'timeout': 5}"),
        text.replace("return 1", "return _build()"),
        text.replace("return {'h", "print(1)\n    return {'h"),
        text.replace("{}}", "{}, **other()}"),
        text,
    ):
        doc = Document(each, "api.py", "api")
        remembered = check(doc, project, Settings(), memo)
        assert _said(remembered) == _said(check(doc, _read({}), Settings()))
        titles.append([fix.title for finding in remembered.findings for fix in finding.fixes])
    there, here = ["Add timeout=(3.05, 27) in `_build`"], ["Add timeout=(3.05, 27)"]
    assert titles == [there, [], here, there, [], there]


PAIRS = {
    "monkey patching": (
        """\
import requests
async def pull(p):
    return requests.get("https://a", timeout=5).raise_for_status()
def start():
    {}
""",
        "pass",
        "from gevent import monkey; monkey.patch_all()",
        "blocking-call-in-async",
    ),
    "a loop that the object runs": (
        """\
import asyncio
class W:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
    async def work(self):
        pass
    def begin(self):
        self.loop.create_task(self.work())
    def go(self):
        {}
""",
        "pass",
        "self.loop.run_forever()",
        "task-dropped",
    ),
    "a value that is looked for": (
        """\
import requests
class R:
    def load(self):
        try:
            self.rates = requests.get("https://a", timeout=5)
        except requests.ConnectionError:
            pass
    def show(self):
        {}
""",
        "return 1",
        "if self.rates is None: return 2",
        "failure-swallowed",
    ),
    "a caller that says what it is for": (
        """\
import requests
def push(data):
    try:
        requests.post("https://a", json=data, timeout=5)
    except requests.ConnectionError:
        pass
def caller():
    {}
    push(1)
""",
        "pass",
        '"""Sends anonymous usage data, telemetry."""',
        "failure-swallowed",
    ),
}
"""Texts in which a line of one function decides about the finding in another."""


@pytest.mark.parametrize(("text", "without", "with_it", "rule"), PAIRS.values(), ids=PAIRS)
def test_a_line_that_decides_about_another_function_is_seen(text: str, without: str, with_it: str, rule: str) -> None:
    """The finding disappears when the line is typed, and comes back when it is removed."""
    memo, project, settings = IncrementalCache(), _read({}), Settings(preview=True)
    found = []
    for line in (without, with_it, without):
        doc = Document(text.format(line), "example.py", "example")
        remembered = check(doc, project, settings, memo)
        assert _said(remembered) == _said(check(doc, project, settings))
        found.append([finding.rule for finding in remembered.findings if finding.rule == rule])
    assert found == [[rule], [], [rule]]


INDEPENDENT = """\
import requests

session = requests.Session()


def first(order):
    return session.get("https://a/orders")


def second(order):
    return session.post("https://a/orders", json=order)


def _path(order):
    return "https://b/" + order


def third(order):
    return session.get(_path(order))


def build():
    return {"headers": {}}


def fourth(order):
    return requests.get("https://c", **build())


def last(order):
    return requests.delete("https://d")
"""


@pytest.mark.parametrize(
    ("before", "after", "again"),
    [
        ('/orders", json=order)', '/orders", json=order or 1)', {"second"}),
        ('return "https://b/" + order', 'return "https://b" + order', {"third"}),  # what the address is
        ('return {"headers": {}}', 'return {"headers": {}, "verify": True}', {"fourth"}),
        ('requests.delete("https://d")', 'requests.delete("https://d/e")', {"last"}),
        ('return "https://b/" + order', "monkey_patch()\n    return order", {"third"}),
    ],
)
def test_an_edit_costs_the_function_and_those_that_depend_on_it(before: str, after: str, again: set[str]) -> None:
    """Of all functions only those are analysed again whose text, or the answer to one of whose queries, has changed."""
    seen: list[str] = []
    memo, project = IncrementalCache(seen.append), _read({})
    check(Document(INDEPENDENT, "shop.py", "shop"), project, Settings(), memo)
    assert len(seen) == 6  # a statement and five functions
    seen.clear()
    text = INDEPENDENT.replace(before, after)
    assert text != INDEPENDENT
    remembered = check(Document(text, "shop.py", "shop"), project, Settings(), memo)
    assert _said(remembered) == _said(check(Document(text, "shop.py", "shop"), project, Settings()))
    module = Module(Document(text, "shop.py", "shop"))
    names = {named(module.source(function.chunk)): function.name for function in module.all_functions()}
    assert {names[chunk] for chunk in seen} == again


def test_places_and_rows_move_with_the_lines() -> None:
    """A finding that names a place in another function is not made again when lines are added above."""
    text = (
        "import requests\n\n\ndef above():\n    return 1\n\n\n"
        "def load():\n    return requests.get('/', timeout=5)\n\n\nasync def serve():\n    return load()\n"
    )
    seen: list[str] = []
    memo, project = IncrementalCache(seen.append), _read({})
    rows = []
    for body in ("return 1", "x = 1\n    return x", "return 1"):
        seen.clear()
        doc = Document(text.replace("return 1", body), "shop.py", "shop")
        remembered = check(doc, project, Settings(), memo)
        assert _said(remembered) == _said(check(doc, project, Settings()))
        rows.append([note.row for finding in remembered.findings for note in finding.related])
    assert rows == [[9], [10], [9]]
    assert not seen


def test_a_caller_that_examines_what_a_function_returns_counts_wherever_it_stands() -> None:
    """It marks the body as checked when it is analysed first; the mark goes with the line that makes it."""
    text = """\
import httpx


def show(order):
    {}


def other(order):
    return httpx.get("https://a", timeout=5).status_code


def load(order):
    with httpx.Client(timeout=5) as client:
        return client.get("https://a").json()["rows"]
"""
    seen: list[str] = []
    memo, project, found = IncrementalCache(seen.append), _read({}), []
    for line in ("pass", 'if "error" in load(order): raise ValueError', "pass"):
        seen.clear()
        doc = Document(text.format(line), "shop.py", "shop")
        remembered = check(doc, project, Settings(), memo)
        assert _said(remembered) == _said(check(doc, _read({}), Settings()))
        found.append([finding.scope for finding in remembered.findings])
    assert found == [["load"], [], ["load"]]
    assert len(seen) == 1  # not `other`, and `show` is no longer of interest
