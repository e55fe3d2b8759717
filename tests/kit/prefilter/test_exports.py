"""What importers learn about the names of a module, and on which files the answer depends."""

from __future__ import annotations

from textwrap import dedent

import pytest

from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.files import MAYBE, NO, YES
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

MAKES = """
    import requests
    session = requests.Session()
    limit = 3
    class Api:
        def __init__(self):
            self.http_session = requests.Session()
    class Own(requests.Session):
        pass
"""


def exports(**files: str) -> Exports:
    """The exports of a project with these modules."""
    texts = {f"{name}.py": dedent(text).encode() for name, text in files.items()}
    project = Project(texts.get, exists=lambda name: name in texts or f"{name}.py" in texts)
    return project.derived(Exports)


def module(found: Exports, name: str) -> Module:
    """A module of the project."""
    read = found.project.file(name)
    assert read is not None
    return read


def importer(text: str) -> Document:
    """A document that imports modules of the project."""
    return Document(dedent(text), "user.py", "user")


def test_a_summary_names_what_may_hold_a_client() -> None:
    """Names, attributes and classes that extend a client; a constant is none of them."""
    found = exports(makes=MAKES)
    summary = found.of(module(found, "makes.py"))
    assert "session" in summary.names
    assert "limit" not in summary.names
    assert "http_session" in summary.attributes
    assert summary.classes == {"Own"}


def test_a_name_of_a_module() -> None:
    """A client, a class that extends one, attributes of a class, or nothing."""
    found = exports(makes=MAKES)
    makes = module(found, "makes.py")
    assert found.name(makes, "session").name
    assert found.name(makes, "Own").heir
    assert found.name(makes, "Api").attributes == {"http_session"}
    assert not found.name(makes, "limit")


def test_imports_are_followed_a_few_modules_far() -> None:
    """A name that a module only imports is looked up where it comes from, as often as `hops` says."""
    found = exports(makes=MAKES, middle="from makes import session\n", outer="from middle import session\n")
    outer = module(found, "outer.py")
    assert found.name(outer, "session", 2).name
    assert not found.name(outer, "session", 1)


def test_a_cycle_of_imports_ends() -> None:
    """Two modules that import each other hold no client because of that."""
    found = exports(
        one="from two import Base\nclass One(Base):\n    pass\n",
        two="from one import One\nclass Base(One):\n    pass\n",
    )
    assert not found.of(module(found, "one.py"))
    assert not found.name(module(found, "two.py"), "Base")


def test_import_statements_that_bring_a_client() -> None:
    """A statement brings a client if the name that it imports may hold one."""
    found = exports(makes=MAKES, plain="x = 1\n")
    user = importer("from makes import session\n")
    assert found.reaches("from makes import session", user)
    assert not found.reaches("from makes import limit", user)
    assert not found.reaches("from plain import x", user)
    assert found.reached(Module(user))
    assert not found.reached(Module(importer("from plain import x\n")))


def test_a_known_answer_is_recorded_again() -> None:
    """Each result that uses an answer depends on the files that the answer depends on."""
    found = exports(makes=MAKES, middle="from makes import session\n")
    user = importer("from middle import session\n")
    middle = module(found, "middle.py")
    for _ in range(2):
        with found.project.recording() as reads:
            found.reaches("from middle import session", user)
        assert {"middle.py", "makes.py"} <= set(reads)
        with found.project.recording() as reads:
            found.name(middle, "session")
        assert "makes.py" in reads


def test_the_level_of_a_document_is_that_of_its_own_text() -> None:
    """A buffer that differs from its file has a level of its own; a verdict on a file says nothing of the buffer."""
    found = exports(user="import requests\nrequests.get(1)\n")
    assert found.level(module(found, "user.py")) == YES
    assert found.level_of_document(importer("import requests\nrequests.get(1)\n")) == YES
    assert found.level_of_document(importer("import other\n")) == MAYBE
    assert found.level_of_document(importer("x = 1\n")) == NO


def test_a_preset_level_is_that_of_one_document() -> None:
    """It holds for the document that it was stored for, not for another text of the same name."""
    found = exports()
    doc = importer("x = 1\n")
    found.preset_level(doc, YES)
    assert found.level_of_document(doc) == YES
    assert found.level_of_document(importer("x = 1\n")) == NO


def test_preset_levels_are_those_of_files() -> None:
    """A verdict of the file filter replaces reading the file for it."""
    found = exports(plain="x = 1\n")
    found.preset_levels({"plain.py": MAYBE})
    assert found.level(module(found, "plain.py")) == MAYBE


def test_exports_are_dropped_with_the_files() -> None:
    """One object per project, until a file changes."""
    project = Project()
    first = project.derived(Exports)
    assert project.derived(Exports) is first
    project.forget("a.py")
    assert project.derived(Exports) is not first


@pytest.mark.parametrize(
    ("name", "holds"),
    [("make", True), ("give", True), ("session", True), ("number", False), ("limit", False), ("missing", False)],
)
def test_functions_that_return_a_client(name: str, holds: bool) -> None:
    """A function that may return one holds one for its importers, through a module in between, too."""
    makes = """
        import requests
        session = requests.Session()
        limit = 3
        def make():
            return requests.Session()
        def give():
            with requests.Session() as s:
                yield s
        def number():
            requests.get("a")
            return 5
    """
    found = exports(makes=makes, between=f"from makes import {name}\n")
    assert bool(found.name(module(found, "makes.py"), name)) is holds
    assert bool(found.name(module(found, "between.py"), name)) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("from makes import Own\nclass Heir(Own):\n    pass\n", True),
        ("import makes\nclass Heir(makes.Own):\n    pass\n", True),
        ("from makes import Api\nclass Heir(Api):\n    def f(self):\n        return self.http_session\n", True),
        ("from makes import limit\nclass Heir(limit):\n    pass\n", False),
        ("from missing import Own\nclass Heir(Own):\n    pass\n", False),
        ("from makes import Own\nclass Heir:\n    pass\n", False),
    ],
)
def test_classes_of_a_module_without_integration_imports(text: str, holds: bool) -> None:
    """They export what they inherit."""
    found = exports(makes=MAKES, heirs=text)
    assert bool(found.name(module(found, "heirs.py"), "Heir")) is holds
