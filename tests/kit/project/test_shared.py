"""A document to check and the file of the project with the same text: what is found in one serves the other."""

from __future__ import annotations

from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

TEXT = "import requests\n\n\nclass Api:\n    def now(self):\n        return requests.get(URL)\n"


def project(text: str = TEXT) -> Project:
    """A project of one file."""
    return Project(lambda name: text.encode() if name == "api.py" else None)


def of_project(found: Project) -> Module:
    """The one file of a project as a module."""
    module = found.file("api.py")
    assert module is not None
    return module


def test_a_document_takes_over_what_was_found_in_the_same_file() -> None:
    """Names, chunks and imports are the same objects; the document is the one to check."""
    found = project()
    known = of_project(found)
    assert list(known.classes) == ["Api"]
    assert list(known.mentioned) == ["requests"]
    doc = Document(TEXT, "api.py", "api")
    module = found.module(doc)
    assert module is not known
    assert module.doc is doc
    assert module.classes is known.classes
    assert module.mentioned is known.mentioned
    assert [function.qualname for function in module.all_functions()] == ["Api.now"]


def test_a_file_takes_over_what_was_found_in_the_same_document() -> None:
    """Whoever imports a module that was checked before does not cut it again."""
    found = project()
    module = found.module(Document(TEXT, "api.py", "api"))
    classes = module.classes
    assert of_project(found).classes is classes


def test_another_text_shares_nothing() -> None:
    """A buffer that was changed has names of its own, whichever of the two is asked for first."""
    changed = Document("def now():\n    return None\n", "api.py", "api")
    found = project()
    known = of_project(found)
    assert list(known.classes) == ["Api"]
    assert list(found.module(changed).functions) == ["now"]
    found = project()
    assert list(found.module(changed).functions) == ["now"]
    assert list(of_project(found).classes) == ["Api"]
    assert not of_project(found).functions


def test_what_was_checked_is_forgotten_with_the_project() -> None:
    """After `forget` nothing of an earlier text is left."""
    found = project()
    module = found.module(Document(TEXT, "api.py", "api"))
    classes = module.classes
    found.forget("api.py")
    assert of_project(found).classes is not classes
    assert list(of_project(found).classes) == list(classes)
