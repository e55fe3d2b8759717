"""Which clients functions are given in parameters without annotation, as the calls in their module show."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.engine.file_checker import on_deep_stack
from resilint.engine.incremental import IncrementalCache
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.interp.values import Instance, options
from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.reach.given import GivenClients
from resilint_rules.kit.syntax.text import Document

TEXT = """\
import requests

def one(client, path):
    return client.get(path)

def every(paths):
    with requests.Session() as session:
        return [one(session, path) for path in paths]
"""
DEEP = """\
import requests

def one(client, path, limit=None):
    if limit == 0:
        return one(client, path, 1)
    return client.get(path)

def next_to_it(session, path):
    return one(session, path)

def above(path, *, http=None):
    return next_to_it(http, path)

def every(paths):
    session = requests.Session()
    return [above(path, http=session) for path in paths]
"""
KEPT = """\
import requests

class Api:
    def __init__(self, session):
        self.session = session

    def one(self, path):
        return self.session.get(path)

def every(paths):
    api = Api(requests.Session())
    return [api.one(path) for path in paths]
"""


def given(text: str) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """The types of the clients that parameters hold, and whether they may be configured elsewhere, by function."""
    doc, project = Document(text, "app.py", "app"), Project(read=lambda wanted: text.encode())
    module = project.module(doc)

    def found() -> dict[str, dict[str, list[tuple[str, str]]]]:
        session = Session(project)
        session.scope(module).known = relevant(module, Exports(project)).summary
        return {
            function.qualname: {
                name: [(option.type, option.escaped) for option in options(value) if isinstance(option, Instance)]
                for name, value in passed.items()
            }
            for function, passed in GivenClients(session, module).items()
        }

    (result,) = on_deep_stack(found() for _ in range(1))
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        (TEXT, "", "", {"one"}),
        (TEXT, "one(session, path)", "one(path=path, client=session)", {"one"}),
        (TEXT, "def one(client, path)", "def one(client: object, path)", set()),
        (TEXT, "one(session, path)", "one(*given(session))", set()),
        (TEXT, "requests.Session()", "connect()", set()),
        (TEXT, "for path in paths]", "for path in paths] + [one(other(), '')]", set()),
        (TEXT, "for path in paths]", "for path in paths] + [map(one, session)]", set()),
        (TEXT, "for path in paths]", "for path in paths] + [one(None, '')]", {"one"}),
        (TEXT, "return client.get(path)", "return client, path", set()),
        (DEEP, "", "", {"one", "next_to_it", "above"}),
        (DEEP, "above(path, http=session)", "above(path)", set()),
        (DEEP, "above(path, http=session) for", "above(path, http=session) or next_to_it({}, path) for", {"above"}),
        (KEPT, "", "", {"Api.__init__"}),
        (KEPT, "api = Api(requests.Session())", "api = Api(requests.Session()) or Api({})", set()),
        (KEPT, "api.one(path)", "make(Api, path)", set()),
    ],
)
def test_a_client_is_followed_into_a_function(text: str, old: str, new: str, expected: set[str]) -> None:
    """However deep, where all calls in the module pass a client of one type, and nothing says what the parameter is."""
    assert set(given(text.replace(old, new))) == expected


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("session.headers['a'] = 'b'", True),
        ("session.auth = ('a', 'b')", True),
        ("session.mount('https://', Adapter())", False),
        ("session.request = with_timeout(session.request)", False),
        ("configure(session)", False),
    ],
)
def test_another_function_may_change_a_client(code: str, seen: bool) -> None:
    """Its limits are not known then."""
    text = TEXT.replace("        return [", "        prepare(session)\n        return [")
    (found,) = given(f"{text}\ndef prepare(session):\n    {code}\n    return session.get('timeout')\n")["one"].values()
    assert all(bool(escaped) is not seen for _, escaped in found)


def test_who_has_a_client_does_not_lose_it_by_passing_it_on() -> None:
    """A function whose words let expect that it configures a client leaves it as it is."""
    text = DEEP.replace("    return client.get(path)", "    retries = 3\n    return client.get(path)")
    doc, project = Document(text, "app.py", "app"), Project(read=lambda wanted: None)
    for rules in (("no-timeout",), ("ALL",)):
        settings = Settings(select=rules, preview=True)
        (findings,) = on_deep_stack([check(doc, project, settings).findings for _ in range(1)])
        assert "no-timeout" in {finding.rule for finding in findings}, rules


def test_a_change_of_a_caller_is_noticed() -> None:
    """What is remembered of a function depends on what its callers give it."""
    project = Project(read=lambda wanted: None)
    memo = IncrementalCache()
    settings = Settings(select=("no-timeout",), preview=True)
    for text in (DEEP, DEEP.replace("requests.Session()", "connect()"), DEEP, DEEP.replace("http=session", "http={}")):
        doc = Document(text, "app.py", "app")
        (findings,) = on_deep_stack([check(doc, project, settings, memo).findings for _ in range(1)])
        assert len(findings) == (text == DEEP), text
