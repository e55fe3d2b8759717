"""Tests that play the answers of a peer, and whether one of them is a failure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import Frame
from ..kit.catalog.surroundings import DoubleFact
from ..kit.project.imports import Project
from ..kit.project.module import FunctionChunk, ImportedName, Module

_FAILS = re.compile(
    r"(?<![\w.])[45]\d\d(?![\w.])|side_effect|\b(?:exc|exception)\s*=|add_exception|raises\(|assertRaises|raise_for_status|"
    r"Timeout|ConnectionError|ConnectError|ConnectionReset|HTTPError|RequestException|TransportError|NetworkError|ClientError|"
    r"HTTPStatus\.|codes\.|status_?code\s*=\s*[a-z_]|status\s*=\s*[a-z_]|error|fail|invalid|malformed|refus|unavailable|retr(?:y|ies)",
    re.IGNORECASE,
)
"""What a test says that plays a failure, or that may: a status that is a parameter, the word itself."""
_ELSEWHERE = (
    "errors",
    "error",
    "failures",
    "failure",
    "exceptions",
    "retry",
    "retries",
    "timeout",
    "timeouts",
    "resilience",
    "error_handling",
)
"""Modules beside a test in which the failures may be played, after `test_`."""
_PLAYED = re.compile(
    r"\.(?:add|get|post|put|patch|delete|head|request|route|register_uri|add_response|add_callback|respond|mock)\("
)
_CALLERS = ("http", "cloud", "llm")
_ENOUGH = 2
"""Tests of which none plays a failure, before that says something."""


def first_happy_test(frame: Frame) -> DoubleFact | None:
    """Returns the stand-in of a module's tests if they play no failure, for the first of them; None for others."""
    if not isinstance(frame.node, cst.FunctionDef) or not frame.node.name.value.startswith("test"):
        return None
    module = frame.scope.module
    found = module.derived(_players)
    if len(found) < _ENOUGH or found[0].qualname != frame.qualname or module.search(_FAILS) is not None:
        return None
    fact = _stand_in(frame)
    return fact if fact is not None and not _has_others(frame.scope.session.project, module) else None


def _players(module: Module) -> list[FunctionChunk]:
    """The tests of a module that register an answer, in text order."""
    tests = (function for function in module.all_functions() if function.name.startswith("test"))
    found = [function for function in tests if module.search(_PLAYED, function.chunk) is not None]
    return sorted(found, key=lambda function: function.chunk.start)


def _stand_in(frame: Frame) -> DoubleFact | None:
    """The stand-in that answers the tests of a module: it is imported, or given as a fixture."""
    module, catalog = frame.scope.module, frame.scope.catalog
    for fact in _doubles(frame):
        if fact.records or not any(
            library.peer in _CALLERS for cover in fact.covers for library in catalog.libraries(cover)
        ):
            continue
        if fact.fixture and module.mentions_name(fact.fixture):
            return fact
        if any(target.module.partition(".")[0] == fact.library.partition(".")[0] for target in module.imported_names()):
            return fact
    return None


def _doubles(frame: Frame) -> Iterator[DoubleFact]:
    """The stand-ins of the catalogue whose library or fixture the module names."""
    for library in frame.scope.catalog.with_table("double"):
        yield from (fact for fact in library.facts.values() if isinstance(fact, DoubleFact))


def _has_others(project: Project, module: Module) -> bool:
    """Whether a module beside it is named after failures: they are played there."""
    names = (ImportedName(f"test_{name}", "", 1) for name in _ELSEWHERE)
    return any(project.find(name, module.doc)[0] is not None for name in names)
