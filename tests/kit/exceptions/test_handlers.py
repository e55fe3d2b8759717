"""What calls raise, what handlers catch, and what else stands in a `try`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes import apply
from resilint_rules import registry
from resilint_rules.kit import Finding, Fix, Guard, handlers_of, is_a, is_subclass
from resilint_rules.kit.catalog.lookup import Catalog
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

T = TypeVar("T")
ASYNCIO, BUILTIN = "asyncio.TimeoutError", "TimeoutError"


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[Guard], T]], list[T]]:
    """Gives a question to every `try` of a text, in the place of a rule on `Guard`."""

    def run(text: str, question: Callable[[Guard], T], **pins: str) -> list[T]:
        answers: list[T] = []

        def probe(guard: Guard) -> Iterator[Finding]:
            answers.append(question(guard))
            yield from ()

        monkeypatch.setattr(registry, "load", lambda name: probe)
        project = Project(lambda name: None, pins=pins)
        report = check(Document(text, "a.py", "a"), project, Settings(select=("failure-swallowed",), preview=True))
        assert report.findings == ()
        return answers

    return run


def guarded(body: str, handler: str = "except OSError:", imports: str = "import requests") -> str:
    """A text with one `try` in a function."""
    indented = body.replace("\n", "\n        ")
    return f"{imports}\n\ndef load(url, log, tool, items):\n    try:\n        {indented}\n    {handler}\n        pass\n"


@pytest.mark.parametrize(
    ("call", "imports", "kind", "raised"),
    [
        ("requests.get(url)", "import requests", "timeout", ("requests.exceptions.Timeout",)),
        ("requests.get(url)", "import requests", "nonsense", None),
        ("feedparser.parse(url)", "import feedparser", "timeout", None),
        ("requests.Session().get(url)", "import requests", "connect", ("requests.exceptions.ConnectionError",)),
    ],
)
def test_what_a_call_raises(ask, call: str, imports: str, kind: str, raised: tuple[str, ...] | None) -> None:
    """The classes of the catalogue for a kind of failure; None, and no assumption, for what it does not know."""
    assert ask(guarded(call, imports=imports), lambda guard: guard.calls[-1].raises(kind)) == [raised]


@pytest.mark.parametrize(
    ("body", "unseen"),
    [
        ("return requests.get(url, timeout=5)", []),
        ("with requests.get(url, timeout=5) as r:\n    pass", []),
        ("r = requests.get(url, timeout=5)\nr.raise_for_status()\nreturn r.status_code == 200", []),
        ("log.info('from %s', url)\nreturn str(requests.get(url, timeout=5))", []),
        ("for n in range(3):\n    requests.get(url, timeout=n)", []),
        ("f = lambda: tool(url)\nreturn requests.get(url, timeout=5)", []),
        ("r = requests.get(url, timeout=5)\nreturn r.json()", ["r.json()"]),
        ("return tool(requests.get(url, timeout=5))", ["tool(requests.get(url, timeout=5))"]),
        ("return requests.get(tool.url(), timeout=5)", ["tool.url()"]),
        ("return requests.get(items[0], timeout=5)", ["items[0]"]),
        ("return requests.get(url + '/a', timeout=5)", ["url + '/a'"]),
        ("import tool\nreturn requests.get(url, timeout=5)", ["import tool"]),
        ("with tool:\n    requests.get(url, timeout=5)", ["tool"]),
        ("r = requests.get(url, timeout=5)\nassert r.ok\nraise LookupError", ["assert r.ok", "raise LookupError"]),
    ],
)
def test_what_else_may_raise(ask, body: str, unseen: list[str]) -> None:
    """External calls, checks of their status and harmless operations are seen; everything else is listed, in order."""
    assert ask(guarded(body), lambda guard: [guard.frame.tree.code(node) for node in guard.unseen]) == [unseen]


def test_what_else_may_raise_in_a_coroutine(ask) -> None:
    """An `await` or `async with` of an external call adds nothing to the call."""
    text = (
        "import aiohttp\n\nasync def load(session: aiohttp.ClientSession, job):\n    try:\n"
        "        async with session.get('https://a') as r:\n            return await job\n"
        "    except OSError:\n        pass\n"
    )
    assert ask(text, lambda guard: [guard.frame.tree.code(node) for node in guard.unseen]) == [["await job"]]


@pytest.mark.parametrize(
    ("handler", "head", "fixed"),
    [
        ("except OSError:", "except OSError", "except ValueError:"),
        ("except (OSError, KeyError) as error:", "except (OSError, KeyError)", "except ValueError as error:"),
        ("except(OSError):", "except(OSError)", "except ValueError:"),
        ("except:", "except", "except ValueError:"),
        (
            "except (\n        OSError  # gone\n    ):",
            "except (\n        OSError  # gone\n    )",
            "except (ValueError  # gone\n):",
        ),
    ],
)
def test_the_head_of_a_handler(ask, handler: str, head: str, fixed: str) -> None:
    """What a finding underlines, and the edits that exchange the classes it catches; comments stay."""
    text = guarded("requests.get(url, timeout=5)", handler)

    def question(guard: Guard) -> tuple[str, str]:
        clause = handlers_of(guard)[0]
        changed = apply.apply(text, [Fix("Catch it", clause.replace_type("ValueError"))]).text
        return text[slice(*clause.head)], changed

    assert ask(text, question) == [(head, text.replace(handler, fixed))]


@pytest.mark.parametrize(
    ("handler", "names"),
    [
        ("except (OSError, requests.Timeout):", ("OSError", "requests.exceptions.Timeout")),
        ("except:", ("BaseException",)),
        ("except tool.errors:", ()),
    ],
)
def test_the_names_of_a_handler(ask, handler: str, names: tuple[str, ...]) -> None:
    """Qualified names, and nothing if one class cannot be seen."""
    assert ask(guarded("requests.get(url, timeout=5)", handler), lambda guard: handlers_of(guard)[0].names) == [names]


@pytest.mark.parametrize(("python", "same"), [(">=3.11", True), ("<3.11", False), (">=3.10", None), ("", None)])
def test_the_timeout_error_of_asyncio(python: str, same: bool | None) -> None:
    """It is the builtin class since Python 3.11, and only an exception before."""
    catalog = Catalog(pins={"python": python} if python else {})
    assert is_subclass(catalog, ASYNCIO, BUILTIN) is same
    assert is_subclass(catalog, BUILTIN, ASYNCIO) is same
    assert is_subclass(catalog, ASYNCIO, "OSError") is same
    assert is_a(catalog, ASYNCIO, BUILTIN) is bool(same)
    for known in (ASYNCIO, "asyncio.exceptions.TimeoutError", "Exception", "BaseException"):
        assert is_subclass(catalog, ASYNCIO, known) is True
    assert is_subclass(catalog, ASYNCIO, "ValueError") is False
    assert is_subclass(catalog, "socket.timeout", BUILTIN) is True


@pytest.mark.parametrize(("python", "certain"), [({"python": ">=3.11"}, True), ({}, False)])
def test_a_handler_of_the_other_timeout_error(ask, python: dict[str, str], certain: bool) -> None:
    """Around a blocking call it surely catches nothing, unless the project runs on Python 3.11 or later only."""
    text = guarded(
        "urlopen(url, timeout=5)", f"except {ASYNCIO}:", "import asyncio\nfrom urllib.request import urlopen"
    )
    found = ask(
        text,
        lambda guard: (handlers_of(guard)[0].catches(BUILTIN), handlers_of(guard)[0].concerns(guard.calls[0])),
        **python,
    )
    assert found == [(certain, certain)]
