"""Comparisons in constant time: they refuse what `==` refuses, and also what is missing on both sides."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes.apply import UNSAFE, fix_all
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

HEAD = "from flask import request, abort\n\ndef f(settings):\n"
ABSENT = object()


def fixed(condition: str) -> str:
    """A function that refuses on a condition, with its fix."""
    text = f"{HEAD}    if {condition}:\n        abort(403)\n"
    doc = Document(text, "app.py", "app", "source")
    settings = Settings(select=("secret-compared-with-equals",))
    return fix_all(doc, lambda document: check(document, Project(lambda _: None), settings).findings, UNSAFE).text


def refuses(text: str, given: object, kept: object) -> bool:
    """Whether the function refuses a request with a header, where a setting has a value."""
    headers = {} if given is ABSENT else {"X-Key": given}

    def abort(_: int) -> None:
        raise PermissionError

    scope: dict[str, Any] = {"request": SimpleNamespace(headers=headers), "abort": abort}
    exec(text.replace("from flask import request, abort", ""), scope)
    try:
        scope["f"](SimpleNamespace(API_KEY=kept))
    except PermissionError:
        return True
    return False


@pytest.mark.parametrize(
    "condition",
    [
        "request.headers.get('X-Key') != settings.API_KEY",
        "not request.headers.get('X-Key') == settings.API_KEY",
        "not (request.headers.get('X-Key') == settings.API_KEY)",
        "settings is None or settings.API_KEY != request.headers.get('X-Key')",
    ],
)
@pytest.mark.parametrize(
    ("given", "kept", "refused"),
    [
        ("right", "right", False),
        ("wrong", "right", True),
        ("f\u00fcr", "right", True),
        ("f\u00fcr", "f\u00fcr", False),
        (ABSENT, "right", True),
        ("", "", True),
        ("", None, True),
        ("None", None, True),
        (ABSENT, None, True),
    ],
)
def test_it_refuses_what_is_wrong_or_missing(condition: str, given: object, kept: object, *, refused: bool) -> None:
    """Text outside ASCII and a value that is missing raise nothing."""
    text = fixed(condition)
    assert "compare_digest" in text
    assert refuses(text, given, kept) is refused
