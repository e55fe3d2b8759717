"""Bodies that tell a failure: what counts as reading them, and where the check goes that a fix writes."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes.apply import UNSAFE, fix_all
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

SETTINGS = Settings(select=("graphql-errors-unchecked",), preview=True)
SEND = 'answer = requests.post(GRAPHQL_URL, json={"query": "{ me { id } }"}, timeout=5)'
PARSED = "body = answer.json()"


def document(*lines: str) -> Document:
    """A function with some lines."""
    body = "".join(f"    {line}\n" for line in lines)
    return Document(f"import json, requests\n\ndef me(log):\n{body}", "me.py", "me", "source")


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        ([], True),
        (['return answer.json()["data"]'], True),
        (['return json.loads(answer.text)["data"]'], True),
        (["if not answer.ok:", "    raise RuntimeError(answer.text)", 'return answer.json()["data"]'], True),
        (['if answer.json().get("errors"):', "    raise ValueError"], False),
        (['if json.loads(answer.text).get("errors"):', "    raise ValueError"], False),
        (["return answer.text"], False),
        (["log.info(answer.text)", 'return answer.json()["data"]'], False),
        (["return [*answer.json()]"], False),
        (["keep(answer)"], False),
    ],
)
def test_what_reads_a_body(lines: list[str], reported: bool) -> None:
    """Its text in an exception is that of an error status; elsewhere somebody may look for more."""
    doc = document(SEND, *lines)
    assert bool(check(doc, Project(lambda _: None), SETTINGS).findings) is reported


@pytest.mark.parametrize(
    ("lines", "fixed"),
    [
        ([SEND], [SEND, 'if answer.json().get("errors"):', "    raise RuntimeError(answer.json())"]),
        (
            [SEND, PARSED, 'return body["data"]'],
            [
                SEND,
                "body = answer.json()",
                'if body.get("errors"):',
                "    raise RuntimeError(body)",
                'return body["data"]',
            ],
        ),
        (
            [SEND, "answer.raise_for_status()", 'return answer.json()["data"]'],
            [
                SEND,
                "answer.raise_for_status()",
                'if answer.json().get("errors"):',
                "    raise RuntimeError(answer.json())",
                'return answer.json()["data"]',
            ],
        ),
        (
            [SEND.removeprefix("answer = ")],
            [SEND, 'if answer.json().get("errors"):', "    raise RuntimeError(answer.json())"],
        ),
        ([f"{SEND}.json()", "print(answer['data'])"], [f"{SEND}.json()", "print(answer['data'])"]),
    ],
)
def test_where_the_check_goes(lines: list[str], fixed: list[str]) -> None:
    """Behind what parses the body, else behind the check of the status; nowhere if no name keeps the response."""
    doc = document(*lines)
    project = Project({doc.name: doc.text})
    done = fix_all(doc, lambda text: check(text, project, SETTINGS).findings, UNSAFE).text
    assert done == document(*fixed).text
