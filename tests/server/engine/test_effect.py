"""The effect of patterns in numbers: what is expected is what `explain` shows afterwards."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened
from resilint.config.settings import Settings
from resilint.engine.effect import Load, effect, load, wording
from resilint.engine.explain import explain_file
from resilint.engine.file_checker import on_deep_stack
from resilint.engine.harden import faults, offers
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Span
from resilint_rules.patterns.names import NAMES

HEAD = "import time\nimport requests\n\n"
LOOP = (
    "def f(u):\n    for n in range({}):\n        try:\n            r = requests.get(u{})\n"
    "            r.raise_for_status()\n            return r.json()\n        except {}:\n"
    "            if n == {}:\n                raise\n            time.sleep(1)\n"
)
CALLS = {
    "without a limit": (
        "def f(u):\n    return requests.get(u).json()['a']\n", " (1 -> 3 requests, no limit -> about 81 s)",
    ),
    "with one": (
        "def f(u):\n    return requests.get(u, timeout=5).json()['a']\n", " (1 -> 3 requests, 5 s -> about 15 s)",
    ),
    "that must not be repeated": (
        "def f(u):\n    return requests.post(u, json={}).json()['a']\n", " (no limit -> about 27 s)",
    ),
    "in a loop": (
        LOOP.format(9, ", timeout=20", "requests.RequestException", 8), " (9 -> 3 requests, 180 s -> about 60 s)",
    ),
    "in a loop without a limit": (
        LOOP.format(9, "", "requests.RequestException", 8), " (9 -> 3 requests, no limit -> about 81 s)",
    ),
    "of a policy": (
        "from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed\n\n"
        "@retry(retry=retry_if_exception_type(OSError), stop=stop_after_attempt(8), wait=wait_fixed(2))\n"
        "def f(u):\n    r = requests.get(u, timeout=10)\n    r.raise_for_status()\n    return r.text\n",
        "",
    ),
}  # fmt: skip


def _project(text: str) -> tuple[Document, Project]:
    return Document(text, "app.py", "app"), Project(read=lambda name: text.encode() if name == "app.py" else None)


def _effect(text: str) -> str:
    doc, project = _project(text)
    at = text.index(
        "requests.", text.index("requests.get(") if "requests.get(" in text else text.index("requests.post(")
    )
    row = doc.position(at)[0]
    span = Span(doc.starts[row - 1], doc.starts[row])
    found = [*faults(doc, project, Settings(), NAMES, span), *offers(doc, project, Settings(), NAMES, span)]
    parts = [part for part in found if part.callee]
    return effect(doc, project, Settings(), row, parts) if parts else ""


def _load(text: str) -> Load:
    doc, project = _project(text)
    (found,) = explain_file(doc, project, Settings()).policies
    return load(found)


@pytest.mark.parametrize(("code", "wanted"), CALLS.values(), ids=CALLS)
def test_the_numbers_are_those_of_the_hardened_code(code: str, wanted: str) -> None:
    """As `explain` would show them before and after."""
    text = HEAD + code
    (said,) = on_deep_stack(_effect(item) for item in [text])
    assert said == wanted
    if said:
        (now,) = on_deep_stack(_load(item) for item in [text])
        (then,) = on_deep_stack(_load(item) for item in [hardened(text)])
        if then.requests is not None:  # whether a loop repeats a failure after a condition is not known
            assert wording(now, then) == said


@pytest.mark.parametrize(
    ("now", "then", "wanted"),
    [
        (Load(15, 1206.0), Load(3, 65.4), " (15 -> 3 requests, 1206 s -> about 65 s)"),
        (Load(None, None, repeats=True), Load(1, 30.0), " (no end -> 1 request)"),
        (Load(None, None, waits=True), Load(3, 30.0), " (no limit -> about 30 s)"),
        (Load(3, 15.0), Load(3, 15.0), ""),
        (Load(1, None), Load(1, 9.0), ""),
    ],
)
def test_what_is_not_known_is_not_said(now: Load, then: Load, wanted: str) -> None:
    """Nor what stays as it is."""
    assert wording(now, then) == wanted
