"""Functions that only pass a call on, and what is seen of the calls that they make."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.engine.explain import explain
from resilint.engine.file_checker import on_deep_stack
from resilint_rules.kit.project.forwarding import attempts_in, passes_on
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

LOOP = (
    "def again(send, *args, **kwargs):\n    for n in range(1, 4):\n        try:\n"
    "            return send(*args, **kwargs)\n        except requests.Timeout:\n            time.sleep(n)\n"
)


def _first(text: str) -> tuple[Module, bool, int | None]:
    module = Module(Document(text, "app.py", "app"))
    (function,) = module.functions["again"]
    return module, passes_on(module, function), attempts_in(module, function)


@pytest.mark.parametrize(
    ("text", "attempts"),
    [
        (LOOP, 3),
        ("def again(send, *args, **kwargs):\n    return send(*args, **kwargs)\n", 1),
        ("def again(\n    send: Callable[..., Response],\n    *args: Any,\n    **kwargs: Any,\n) -> Response:\n"
         "    for n in range(5):\n        return send(*args, **kwargs)\n", 5),
        ("def again (f,\n  * a, ** k):\n    return f (* a,  # all\n      ** k)\n", 1),
        ("async def again(f, *a, **k):\n    while True:\n        return await f(*a, **k)\n", None),
        ("def again(f, *a, **k):\n    for n in range(LIMIT):\n        return f(*a, **k)\n", None),
    ],
)  # fmt: skip
def test_what_is_passed_on(text: str, attempts: int | None) -> None:
    """The function is called with all that follows it, as often as a literal says."""
    _, passes, number = _first(text)
    assert passes and number == attempts


@pytest.mark.parametrize(
    "text",
    [
        "def again(send, *args, **kwargs):\n    kwargs.setdefault('timeout', 5)\n    return send(*args, **kwargs)\n",
        "def again(send, *args, **kwargs):\n    return send(*args, timeout=5, **kwargs)\n",
        "def again(send, *args, **kwargs):\n    log(args)\n    return send(*args, **kwargs)\n",
        "def again(send, *args):\n    return send(*args)\n",
        "def again(send, *args, **kwargs):\n    return other(send, *args, **kwargs)\n",
    ],
)
def test_what_may_be_changed_on_the_way_is_not_passed_on(text: str) -> None:
    """A limit may be added there."""
    assert not _first(text)[1]


def test_a_call_through_it_is_a_call() -> None:
    """Rules and `explain` see the limit, the status and the attempts."""
    text = f"import requests\nimport time\n\n{LOOP}\n\ndef f(u):\n    r = again(requests.get, u)\n    return r.json()\n"
    project = Project(read=lambda name: text.encode() if name == "app.py" else None)
    doc = Document(text, "app.py", module_name("app.py"))
    settings = Settings(select=("no-timeout", "status-never-checked"))
    (report,) = on_deep_stack(check(item, project, settings) for item in [doc])
    assert sorted(finding.rule for finding in report.findings) == ["no-timeout", "status-never-checked"]
    row = text.splitlines().index("    r = again(requests.get, u)") + 1
    (said,) = on_deep_stack(explain(item, project, settings, row) for item in [doc])
    assert "`again` tries 3 times in all" in said or "`again` may repeat it (up to 3 attempts" in said
