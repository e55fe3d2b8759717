"""What is said of texts that are not Python, and of texts in which nothing can matter."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

OPEN = "def g():\n    return (1,\n"


def said(text: str, name: str = "module.py", kind: str = "source") -> list[tuple[str, int]]:
    """Codes and rows of what is found."""
    doc = Document(text, name, name.removesuffix(".py"), kind)  # type: ignore[arg-type]
    report = check(doc, Project(), Settings())
    return [(each.code, doc.position(each.span.start)[0]) for each in report.findings]


def test_damage_is_told_where_integration_code_stands() -> None:
    """The rules may not have seen all of it."""
    assert ("E999", 4) in said("import requests\nX = requests.get(URL, timeout=5)\n" + OPEN)


@pytest.mark.parametrize(
    "text",
    [
        "import requests\n" + OPEN,  # it is imported and nothing else
        "import os\n" + OPEN,
    ],
)
def test_damage_elsewhere_is_not_ours_to_tell(text: str) -> None:
    """Nothing was wanted of the text."""
    assert said(text) == []


def test_a_test_is_left_alone_as_no_rule_looks_at_it() -> None:
    """Neither its calls nor its damage matter to us."""
    text = "import requests\nX = requests.get(URL)\n"
    assert said(text, "test_it.py", "test") == said(text + OPEN, "test_it.py", "test") == []


def test_a_text_that_speaks_to_us_is_read_though_nothing_in_it_matters() -> None:
    """Its comment has outlived the code that it was written for."""
    text = "import requests\nX = 1  # resilint: ignore[no-timeout]\n"
    assert said(text) == [("IGN001", 2)]


@pytest.mark.parametrize(
    "head", ["def :", "def ():", "async def :", "class :", "class (A):", "def : return", "@fetch\ndef :"]
)
def test_a_definition_without_a_name_is_no_crash(head: str) -> None:
    """Whoever types a definition has written its `def` before its name, and what is above it is being followed."""
    for text in (
        f"import requests\nfetch=partial(requests.get\n{head}return fetch",
        f"import requests\nfetch = requests.get\n{head}\n    return fetch\nfetch(URL, timeout=None)\n",
        f"import requests\nclass A(requests.Session):\n    {head}\n        return self\nA().get(URL)\n",
    ):
        assert "E001" not in {code for code, _ in said(text)}, text
