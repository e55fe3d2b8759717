"""What lines of a text give names, parameters and attributes, and how these lead to a client."""

from __future__ import annotations

import pytest

from resilint_rules.kit.prefilter.assigned import (
    annotated_parameters,
    assigned_attributes,
    bound_name,
    declared_names,
)
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.marking import taint
from resilint_rules.kit.prefilter.mentions import MentionIndex, Mentions
from resilint_rules.kit.prefilter.summaries import ExportSummary
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.outline import Chunk, scan
from resilint_rules.kit.syntax.text import Document

METHOD = """def open(self, http: Session, name: str, more: list[Session] = None):
    self.http = http
    cls.name: str = name
    if self.http == http:
        self.open.done = True
"""


def _method() -> tuple[Chunk, Mentions]:
    found = Mentions(MentionIndex(METHOD))
    found.add("Session")
    return scan(METHOD).chunks[0], found


def test_attributes_of_the_object() -> None:
    """A comparison sets none, and neither does an attribute of an attribute."""
    chunk, _ = _method()
    found = [(name, METHOD[start:end]) for name, start, end in assigned_attributes(METHOD, chunk)]
    assert found == [("http", "http"), ("name", "name")]


def test_attributes_that_are_set_together() -> None:
    """Each of them may get any of the values."""
    text = "def open(self, http):\n    self.http, self.name = http, 'a'\n    self.a, b = 1, 2\n"
    found = [(name, text[start:end]) for name, start, end in assigned_attributes(text, scan(text).chunks[0])]
    assert sorted(found) == [("http", " http, 'a'"), ("name", "http, 'a'")]


def test_parameters_of_a_type() -> None:
    """Also inside brackets; others are left out."""
    chunk, types = _method()
    assert annotated_parameters(METHOD, chunk, types) == {"http", "more"}
    types = Mentions(MentionIndex(METHOD))
    assert annotated_parameters(METHOD, chunk, types) == set()


def test_declared_names() -> None:
    """A line that gives a value declares, too."""
    text = "http: Session\nname: str\nother: Session = None\n"
    types = Mentions(MentionIndex(text))
    types.add("Session")
    assert declared_names(text, 0, len(text), types) == {"http", "other"}


@pytest.mark.parametrize(
    ("text", "expected"), [("a = 1", "a"), ("a: int = 1", "a"), ("a", "a"), ("a == 1", ""), ("a.b = 1", ""), ("", "")]
)
def test_the_name_that_a_statement_binds(text: str, expected: str) -> None:
    """No attribute and no comparison."""
    assert bound_name(text) == expected


HTTP = """import requests

class Core:
    def __init__(self):
        self.http = requests.Session()

class Service:
    def __init__(self, core: Core, name: str):
        self.core = core
        self.name = name

class Options:
    def __init__(self):
        self.size = 3

class Outer:
    service: Service
    options = Options()

core = Core()
"""


def _summary(texts: dict[str, str], name: str) -> ExportSummary:
    project = Project(read=lambda file: texts[file].encode() if file in texts else None, exists=lambda _: True)
    module = Module(Document(texts[name], name, module_name(name), "source"))
    return taint(module, project.derived(Exports), full=True).summary


def test_attributes_that_keep_such_an_object() -> None:
    """What keeps something else is left out."""
    summary = _summary({"http.py": HTTP}, "http.py")
    assert {"core", "service"} <= summary.through
    assert summary.through.isdisjoint({"name", "size", "options"})
    assert summary.of_class["Service"] == {"http"}
    assert summary.of_class["Outer"] == {"http"}
    assert summary.of_class["core"] == {"http"}
    assert not summary.of_class["Options"]


def test_what_another_module_brings() -> None:
    """A class that extends an imported one, and an object that is imported."""
    texts = {
        "shop/__init__.py": "",
        "shop/http.py": HTTP,
        "shop/api.py": "from .http import Service, core\n\nclass Api(Service):\n    pass\n",
    }
    summary = _summary(texts, "shop/api.py")
    assert summary.of_class["Api"] == {"http"}
    assert {"core", "Service"} <= summary.through


def test_a_module_without_a_client() -> None:
    """Nothing leads anywhere."""
    text = "class Core:\n    def __init__(self, core: Core):\n        self.core = core\n"
    assert not _summary({"core.py": text}, "core.py").through
