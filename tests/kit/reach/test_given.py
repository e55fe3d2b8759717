"""Which clients functions are given in parameters without annotation, as the calls in their module show."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.file_checker import on_deep_stack
from resilint.engine.frames import frames
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.reach.given import given_clients
from resilint_rules.kit.syntax.text import Document

TEXT = """\
import requests

def one(client, path):
    return client.get(path)

def every(paths):
    with requests.Session() as session:
        return [one(session, path) for path in paths]
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", {"one": {"client"}}),
        ("one(session, path)", "one(path=path, client=session)", {"one": {"client"}}),
        ("def one(client, path)", "def one(client: object, path)", {}),
        ("one(session, path)", "one(*given(session))", {}),
        ("requests.Session()", "connect()", {}),
        ("for path in paths]", "for path in paths] + [one(other(), '')]", {}),
    ],
)
def test_a_client_is_followed_into_a_function(old: str, new: str, expected: dict[str, set[str]]) -> None:
    """Only where all calls pass a client of the same type, and nothing says what the parameter is."""
    text = TEXT.replace(old, new)
    doc, project = Document(text, "app.py", "app"), Project(read=lambda wanted: text.encode())
    (found,) = on_deep_stack(given_clients(list(frames(doc, project, Settings()))) for _ in range(1))
    assert {function.name: set(passed) for function, passed in found.items()} == expected
