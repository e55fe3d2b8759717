"""Tests of responses and exceptions that come out the same for every error, or read a text for a status."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

START = "import requests\n\ndef job(url):\n    try:\n        resp = requests.get(url, timeout=5)\n"
END = "        resp.raise_for_status()\n    except requests.{error} as exc:\n        {line}\n"


def found(rule: str, error: str, line: str) -> int:
    """The findings of a rule where a handler has a line."""
    text = START + END.format(error=error, line=line)
    doc = Document(text, "job.py", "job", "source")
    return len(check(doc, Project(lambda _: None), Settings(select=(rule,), preview=True)).findings)


@pytest.mark.parametrize(
    ("error", "line", "count"),
    [
        ("RequestException", "return exc.response.status_code", 1),
        ("HTTPError", "return exc.response.status_code", 0),
        ("RequestException", "return exc.response is not None and exc.response.status_code", 0),
        ("RequestException", "return getattr(exc, 'response', None)", 0),
        ("HTTPError", "return exc.response and exc.response.status_code == 404", 1),
        ("HTTPError", "return exc.response and exc.response.status_code == 200", 0),
    ],
)
def test_a_response_that_is_missing_or_false(error: str, line: str, count: int) -> None:
    """A timeout has no response, and a response with an error status is false."""
    assert found("response-may-be-none", error, line) == count


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ('return "404" in str(exc)', 1),
        ('return "404 Not Found" in f"{exc}"', 1),
        ('return "not found" in str(exc)', 0),
        ('return "404" in url', 0),
        ("return exc.response.status_code == 404", 0),
    ],
)
def test_a_text_that_is_searched_for_a_status(line: str, count: int) -> None:
    """Only where the exception has the response itself."""
    assert found("status-from-error-text", "HTTPError", line) == count
