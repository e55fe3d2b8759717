"""Expressions that are long are no deep ones for the interpreter."""

from __future__ import annotations

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document


def test_a_long_union_in_another_module_is_followed() -> None:
    """A list of models put together from 900 sets: the call of the function that looks into it is judged."""
    chain = " | ".join(f"set_{number}" for number in range(900))
    files = {"words.py": f"import requests\n\nSESSION = requests.Session()\nMODELS = list({chain})\n".encode()}
    text = (
        "import words\n\ndef ask(url, model):\n    if model in words.MODELS:\n        return words.SESSION.get(url)\n"
    )
    found = check(Document(text, "a.py", "a"), Project(read=files.get), Settings(select=("no-timeout",))).findings
    assert [finding.code for finding in found] == ["TMO001"]
