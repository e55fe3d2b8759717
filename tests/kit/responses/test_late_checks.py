"""Statuses that are looked at too late, or never: what is parsed before, and which writes matter."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document


def found(rule: str, *lines: str, name: str = "job") -> int:
    """The findings of a rule in a function with some lines."""
    text = f"import requests\n\ndef {name}(url, item):\n" + "".join(f"    {line}\n" for line in lines)
    doc = Document(text, "job.py", "job", "source")
    return len(check(doc, Project(lambda _: None), Settings(select=(rule,), preview=True)).findings)


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (["data = resp.json()", "resp.raise_for_status()", "return data"], 1),
        (["resp.raise_for_status()", "data = resp.json()", "return data"], 0),
        (["if resp.status_code >= 400:", "    raise ValueError(resp.json())", "return resp.json()"], 1),
        (["if resp.status_code == 404:", "    raise ValueError(resp.json())", "return resp.content"], 0),
        (["try:", "    data = resp.json()", "except ValueError:", "    data = {}", "resp.raise_for_status()"], 0),
    ],
)
def test_a_body_that_is_parsed_early(lines: list[str], count: int) -> None:
    """Only where any error page may be what is parsed."""
    assert found("body-parsed-before-check", "resp = requests.get(url, timeout=5)", *lines) == count


@pytest.mark.parametrize(
    ("name", "line", "count"),
    [
        ("save", "requests.post(url, json=item, timeout=5)", 1),
        ("save", "requests.get(url, timeout=5)", 0),
        ("save", "requests.post(url, json=item, timeout=5).raise_for_status()", 0),
        ("send_telemetry", "requests.post(url, json=item, timeout=5)", 0),
        ("logout", "requests.post(url, json=item, timeout=5)", 0),
    ],
)
def test_a_write_that_is_discarded(name: str, line: str, count: int) -> None:
    """What is sent on the side, or ends something, does not matter."""
    assert found("write-result-discarded", line, name=name) == count
