"""What is seen behind a loop: it is left by its condition, through `else`, and by `break`, past it."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes.apply import UNSAFE, fix_all
from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

HEAD = "import requests\n\ndef first(items, url):\n"
CALL = "    requests.get(url)\n"


def found(text: str) -> tuple[Finding, ...]:
    """Calls without a timeout in a text."""
    project = Project(lambda name: None)
    return check(Document(text, "a.py", "a"), project, Settings(select=("no-timeout",))).findings


@pytest.mark.parametrize(
    ("loop", "seen"),
    [
        ("for item in items:\n        if item:\n            break\n    else:\n        return None", True),
        ("for item in items:\n        if item:\n            break\n    else:\n        raise LookupError", True),
        ("while items:\n        if items.pop():\n            break\n    else:\n        return None", True),
        ("for item in items:\n        if item:\n            continue\n    else:\n        return None", False),
        ("for item in items:\n        pass\n    else:\n        return None", False),
        ("for item in items:\n        for part in item:\n            break\n    else:\n        return None", False),
        ("while True:\n        if items:\n            break\n    else:\n        return None", True),
        ("while True:\n        if items:\n            return None", False),
        ("while True:\n        while items:\n            break\n        continue", False),
    ],
)
def test_code_behind_a_loop(loop: str, seen: bool) -> None:
    """An `else` that leaves the function ends the code behind the loop only if the body cannot `break`."""
    assert bool(found(f"{HEAD}    {loop}\n{CALL}")) is seen


def test_names_behind_a_loop_with_else() -> None:
    """What `else` assigns holds on its path, what was assigned before a `break` on the other."""
    text = (
        f"{HEAD}    for item in items:\n        if item:\n            limit = {{}}\n            break\n"
        "    else:\n        limit = {}\n    requests.get(url, timeout=limit[0])\n"
    )
    assert not found(text.format("5", "9"))
    values = text.replace("limit[0]", "limit")
    assert not found(values.format("5", "9"))
    disabled = Settings(select=("timeout-disabled",))
    for one, other in (("None", "None"), ("5", "None"), ("None", "5")):
        doc = Document(values.format(one, other), "a.py", "a")
        assert bool(check(doc, Project(lambda name: None), disabled).findings) is (one == other)


@pytest.mark.parametrize("blank", [" ", "\t", "  ", "\\\n   "])
def test_a_fix_behind_a_dropped_blank_is_where_it_belongs(blank: str) -> None:
    """libcst writes `except ValueError :` without the blank; the fix still goes where the call ends."""
    text = f"{HEAD}    try:\n        items.pop()\n    except ValueError{blank}:\n        pass\n    \\\n{CALL}"
    project, settings = Project(lambda name: None), Settings(select=("no-timeout",))
    done = fix_all(Document(text, "a.py", "a"), lambda doc: check(doc, project, settings).findings, UNSAFE)
    assert done.text == text.replace("requests.get(url)", "requests.get(url, timeout=(3.05, 27))")
