"""What a function leads to: every external call once per path, and an end where functions call themselves."""

from __future__ import annotations

import pytest

from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.policy.behind import Walk
from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

ASKS = "requests.get('https://a.example.com', timeout=5)"


def leads(body: str) -> tuple[list[str], bool]:
    """The paths from `start`, and whether all calls could be followed."""
    module = Module(Document(f"import requests\n\n{body}", "app.py", "app", "source"))
    project = Project(lambda name: None)
    session = Session(project)
    scope = session.scope(module)
    scope.known = relevant(module, project.derived(Exports)).summary
    frame = scope.frame(module.functions_named("start")[-1])
    assert frame is not None
    walk = Walk(session, module)
    return [" > ".join(step.written for step in lead.path) for lead in walk.of_function(frame)], walk.complete


@pytest.mark.parametrize(
    ("body", "expected", "complete"),
    [
        (f"def start():\n    {ASKS}\n", ["requests.get"], True),
        (f"def ask():\n    {ASKS}\ndef start():\n    ask()\n", ["ask > requests.get"], True),
        (
            f"def start():\n    {ASKS}\n    def page(n):\n        {ASKS}\n        page(n + 1)\n    page(1)\n",
            ["requests.get", "page > requests.get"],
            False,
        ),
        (
            f"def a():\n    {ASKS}\n    b()\ndef b():\n    a()\ndef start():\n    a()\n",
            ["a > requests.get"],
            False,
        ),
        (
            f"def start():\n    def a():\n        {ASKS}\n        b()\n    def b():\n        a()\n    a()\n",
            ["a > requests.get"],
            False,
        ),
    ],
)
def test_every_path_is_followed_once(body: str, expected: list[str], *, complete: bool) -> None:
    """A function that is on the way already is not entered again."""
    assert leads(body) == (expected, complete)
