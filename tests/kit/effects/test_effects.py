"""Effects of calling functions of a project: which calls are reached, by which path, and where that ends."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.effects import limits
from resilint_rules.kit.effects.records import EffectSummary
from resilint_rules.kit.effects.store import EffectStore
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.interp.values import Function
from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

NOW = "    def now(self):\n        requests.get('https://a.example.com', timeout=5)\n"
HEAD = "import asyncio, functools, requests\nfrom functools import partial, wraps\n"
ASKS = "requests.get('https://a.example.com', timeout=5)"


def project(files: dict[str, str]) -> Project:
    """A project of some texts."""
    return Project(lambda name: files[name].encode() if name in files else None)


def document(text: str) -> Document:
    """The document that is checked."""
    return Document(text, "app.py", module_name("app.py"), "source")


def store(text: str, files: dict[str, str] | None = None) -> tuple[EffectStore, Module]:
    """The effects of a text's functions; a coroutine makes its calls worth following."""
    found = project(files or {})
    module = Module(document(text))
    wanted = relevant(module, found.derived(Exports))
    session = Session(found)
    session.scope(module).known = wanted.summary
    session.follows = bool(wanted.summary.reaching)
    effects = session.derived(EffectStore)
    effects.attach(session.scope(module))
    return effects, module


def summary(body: str, name: str = "start", files: dict[str, str] | None = None) -> EffectSummary:
    """The effects of one function of a module."""
    text = f"{HEAD}{body}\n\nasync def run():\n    {name}()\n"
    effects, module = store(text, files)
    return effects.summary(Function(module, module.functions_named(name)[-1]))


def paths(found: EffectSummary) -> list[str]:
    """The paths to the reached calls, as they are written."""
    return [" > ".join(step.written for step in call.path) for call in found.calls]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"def start():\n    {ASKS}", ["requests.get"]),
        (f"def ask():\n    {ASKS}\ndef start():\n    ask()", ["ask > requests.get"]),
        (
            f"def ask():\n    {ASKS}\ndef more():\n    ask()\ndef start():\n    more()",
            ["more > ask > requests.get"],
        ),
        (
            f"class Api:\n{NOW}def start():\n    Api().now()",
            ["Api().now > requests.get"],
        ),
        (
            f"class Api:\n{NOW}def start(api: Api):\n    api.now()",
            ["api.now > requests.get"],
        ),
        (f"class Api:\n    def __init__(self):\n        {ASKS}\ndef start():\n    Api()", ["Api > requests.get"]),
        (
            f"class Base:\n{NOW}class Api(Base):\n    pass\ndef start():\n    Api().now()",
            ["Api().now > requests.get"],
        ),
        (f"def start():\n    def ask():\n        {ASKS}\n    ask()", ["ask > requests.get"]),
        (f"def ask(x):\n    {ASKS}\ndef start():\n    partial(ask, 1)()", ["partial(...) > requests.get"]),
        (f"@functools.lru_cache\ndef ask():\n    {ASKS}\ndef start():\n    ask()", ["ask > requests.get"]),
        (
            "def again(f):\n    @wraps(f)\n    def inner(*a):\n        return f(*a)\n    return inner\n"
            f"@again\ndef ask():\n    {ASKS}\ndef start():\n    ask()",
            ["ask > requests.get"],
        ),
    ],
)
def test_calls_that_are_reached(body: str, expected: list[str]) -> None:
    """Functions, methods, constructors, inherited and nested ones, partial, decorators that keep the call."""
    found = summary(body)
    assert [path.replace("partial(ask, 1)", "partial(...)") for path in paths(found)] == expected
    assert found.blocking is not None


@pytest.mark.parametrize(
    "body",
    [
        f"def ask():\n    {ASKS}\ndef start():\n    asyncio.to_thread(ask)",
        f"def ask():\n    {ASKS}\ndef start():\n    return ask",
        f"def start():\n    return lambda: {ASKS}",
        f"def ask():\n    yield {ASKS}\ndef start():\n    ask()",
        f"@unknown\ndef ask():\n    {ASKS}\ndef start():\n    ask()",
        f"async def ask():\n    {ASKS}\ndef start():\n    ask()",
        f"def ask():\n    {ASKS}\ndef other():\n    pass\ndef start(x):\n    (ask if x else other)()",
        f"def ask():\n    {ASKS}\ndef ask():\n    pass\ndef start():\n    ask()",
        (
            f"class Base:\n    def now(self):\n        {ASKS}\n    def go(self):\n        self.now()\n"
            "class Api(Base):\n    def now(self):\n        pass\ndef start(base: Base):\n    base.go()"
        ),
    ],
)
def test_calls_that_are_not_reached(body: str) -> None:
    """Threads, values, later calls, generators, unknown decorators, coroutines, several candidates, overrides."""
    assert paths(summary(body)) == []


def test_another_module_by_a_chain_of_imports() -> None:
    """Re-exports are followed, and the path names the files."""
    files = {
        "api.py": f"import requests\ndef ask():\n    {ASKS}\n",
        "facade.py": "from api import ask as question\n",
    }
    found = summary("from facade import question\ndef start():\n    question()", files=files)
    assert [(step.file, step.row, step.written) for step in found.calls[0].path] == [
        ("app.py", 5, "question"),
        ("api.py", 3, "requests.get"),
    ]


def test_a_cycle_ends_and_is_not_complete() -> None:
    """Functions that call each other have the effects of both."""
    found = summary(f"def ping():\n    {ASKS}\n    start()\ndef start():\n    ping()")
    assert paths(found) == ["ping > requests.get"]
    assert not found.complete


def test_the_order_of_questions_changes_nothing() -> None:
    """A function of a cycle has the same effects whichever is asked for first."""
    body = f"def ping():\n    {ASKS}\n    start()\ndef start():\n    ping()\n\nasync def run():\n    start()\n"
    answers = []
    for names in (("ping", "start"), ("start", "ping")):
        effects, module = store(HEAD + body)
        found = {name: effects.summary(Function(module, module.functions_named(name)[-1])) for name in names}
        answers.append([paths(found[name]) for name in ("ping", "start")])
    assert answers[0] == answers[1]


def test_a_path_is_not_longer_than_the_limit() -> None:
    """What lies deeper is left out, and the summary says that there may be more."""
    count = limits.DEPTH + 2
    lines = [f"def f{number}():\n    f{number + 1}()" for number in range(count)]
    body = "\n".join([*lines, f"def f{count}():\n    {ASKS}"])
    effects, module = store(f"{HEAD}{body}\n\nasync def run():\n    f2()\n")
    deep = effects.summary(Function(module, module.functions_named("f2")[-1]))
    near = effects.summary(Function(module, module.functions_named(f"f{count - 2}")[-1]))
    assert paths(deep) == []
    assert not deep.complete
    assert len(near.calls[0].path) == 3


def test_a_budget_of_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it nothing is found, and nothing fails."""
    monkeypatch.setattr("resilint_rules.kit.effects.store.FUNCTIONS", 1)
    found = summary(f"def ask():\n    {ASKS}\ndef start():\n    ask()")
    assert paths(found) == []
    assert not found.complete


def test_without_integration_code_nothing_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that reaches no integration code computes no summary, and a coroutine that does, one for its callee."""
    looked: list[str] = []
    original = EffectStore._looked_at

    def look(self: EffectStore, function: Function) -> object:
        looked.append(function.chunk.qualname)
        return original(self, function)

    monkeypatch.setattr(EffectStore, "_looked_at", look)
    files = {"plain.py": "def size():\n    return 1\n", "api.py": f"import requests\ndef ask():\n    {ASKS}\n"}
    check(document("from plain import size\nasync def run():\n    size()\n"), project(files), Settings())
    assert looked == []
    check(document("from api import ask\nasync def run():\n    ask()\n"), project(files), Settings())
    assert looked == ["ask"]


@pytest.mark.parametrize("count", [400, 2000])
def test_long_chains_and_cycles_of_modules(count: int) -> None:
    """Only so many modules are read as a name is followed through, however long the chain or the cycle is."""
    line = "from m{next} import ask\n\ndef more():\n    ask()\n"
    files = {f"m{number}.py": line.format(next=(number + 1) % count) for number in range(count)}
    found = project(files)
    report = check(document("from m0 import ask\nasync def run():\n    ask()\n"), found, Settings())
    assert report.findings == ()
    assert len(report.reads) < 40


def test_a_diamond_is_linear() -> None:
    """Each function of many that call one is looked at once."""
    count = 300
    middle = "\n".join(f"def f{number}():\n    ask()" for number in range(count))
    calls = "\n".join(f"    f{number}()" for number in range(count))
    text = f"import requests\ndef ask():\n    {ASKS}\n{middle}\nasync def run():\n{calls}\n"
    effects, module = store(text)
    for number in range(count):
        effects.summary(Function(module, module.functions_named(f"f{number}")[-1]))
    assert effects.looked_at <= limits.FUNCTIONS
