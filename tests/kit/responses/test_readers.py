"""Who reads a response that its function gives back unchecked."""

from __future__ import annotations

import pytest

from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.responses import sinks
from resilint_rules.kit.responses.status import is_given_back_unchecked
from resilint_rules.kit.syntax.text import Document

WRAPPER = "def fetch(url):\n    return requests.get(url, timeout=3)\n"


def readers(text: str) -> tuple[list[tuple[str, str]], bool] | None:
    """The functions that read the response of `fetch`, by what, and whether nobody else looks at it."""
    module = Module(Document(f"import requests\n\n{text}", "app.py", "app", "source"))
    project = Project(lambda name: None)
    scope = Session(project).scope(module)
    scope.known = relevant(module, project.derived(Exports)).summary
    frame = scope.frame(module.functions_named("fetch")[-1])
    assert frame is not None
    (call,) = frame.calls.values()
    found, alone = sinks.readers(call) if is_given_back_unchecked(call) else ([], False)
    return ([(reader.function, reader.accessor) for reader in found], alone) if found else None


@pytest.mark.parametrize(
    ("callers", "expected"),
    [
        ("def a(url):\n    return fetch(url).json()\n", ([("a", "json")], True)),
        ("def a(url):\n    answer = fetch(url)\n    return len(answer.content)\n", ([("a", "content")], True)),
        (
            "def a(url):\n    return fetch(url).json()\ndef b(url):\n    return fetch(url).ok\n",
            ([("a", "json")], False),
        ),
        ("def a(url):\n    answer = fetch(url)\n    answer.raise_for_status()\n    return answer.json()\n", None),
        ("def a(url):\n    return fetch(url)\n", None),
        ("def a(url):\n    return parsed(fetch(url)).json()\n", None),
        ("def a(url):\n    print(fetch(url).text)\n", None),
        ("", None),
    ],
)
def test_callers_that_read_and_do_not_check(callers: str, expected: object) -> None:
    """A caller counts if it reads the body, and neither checks the status nor loses the response from sight."""
    assert readers(WRAPPER + callers) == expected


@pytest.mark.parametrize(
    "wrapper",
    [
        "def fetch(url):\n    it = requests.get(url, timeout=3)\n    it.raise_for_status()\n    return it\n",
        "def fetch(url):\n    answer = requests.get(url, timeout=3)\n    return answer if answer.ok else None\n",
        "@decorated\ndef fetch(url):\n    return requests.get(url, timeout=3)\n",
        "def fetch(url):\n    return requests.head(url, timeout=3)\n",
    ],
)
def test_what_is_checked_before_it_is_given_back_is_fine(wrapper: str) -> None:
    """So is what a decorator may check, and an answer without a body."""
    assert readers(wrapper + "def a(url):\n    return fetch(url).json()\n") is None


@pytest.mark.parametrize(
    ("callers", "rows"),
    [
        ("def a(url):\n    answer = fetch(url)\n    return answer.json()\n", ["    answer.raise_for_status()"]),
        ("def a(url):\n    return fetch(url).json()\n", []),
        (
            "def a(url):\n    r = fetch(url)\n    return r.text\ndef b(u):\n    r = fetch(u)\n    return r.json()\n",
            ["    r.raise_for_status()"] * 2,
        ),
        ("def a(url):\n    r = fetch(url)\n    return r.text\ndef b(url):\n    return fetch(url).text\n", []),
        ("def a(url):\n    r = fetch(url)\n    if r.text:\n        r = fetch(url)\n    return r.text\n", []),
    ],
)
def test_the_status_is_checked_where_the_body_is_read(callers: str, rows: list[str]) -> None:
    """Where a line in each of the callers does."""
    module = Module(Document(f"import requests\n\n{WRAPPER}{callers}", "app.py", "app", "source"))
    scope = Session(project := Project(lambda name: None)).scope(module)
    scope.known = relevant(module, project.derived(Exports)).summary
    frame = scope.frame(module.functions_named("fetch")[-1])
    assert frame is not None
    (call,) = frame.calls.values()
    fixes = sinks.raise_at_readers(sinks.readers(call)[0])
    assert [edit.text.strip("\n") for fix in fixes for edit in fix.edits] == rows
