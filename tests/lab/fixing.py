"""The examples of a rule's page as they stand, and as the rule's fixes mend them: what people get is what is run."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pytest

from resilint.config.settings import Settings, Timeouts
from resilint.engine.check import check
from resilint.fixes import apply
from resilint_rules import registry
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.rule_page import parse_docstring
from resilint_rules.kit.syntax.text import Document

SHORT = Timeouts(connect=0.5, read=0.5, total=0.5, llm=0.5)
"""What fixes insert here, in seconds, so that no test waits half a minute."""

NO_PINS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pair:
    """The files of an example, name -> text, before and after the rule's preferred fixes; the first one is run."""

    before: Mapping[str, str]
    after: Mapping[str, str]


def page_example(rule: str, number: int, shorten: Sequence[tuple[str, str]] = (), played: Collection[str] = ()) -> Pair:
    """A case of a rule's page, counted from 1, with its own waits made short: `("max=10", "max=0.1")`."""
    found = registry.find(rule)
    assert found is not None
    case = parse_docstring(registry.page(found)).cases[number - 1]
    texts = {example.file or "example.py": example.code for example in case.files}
    for long, short in shorten:
        assert any(long in text for text in texts.values()), f"{long} is no longer on the page of {rule}"
        texts = {name: text.replace(long, short) for name, text in texts.items()}
    return mend(texts, rule, played=played)


def mend(texts: Mapping[str, str], rule: str, pins: Mapping[str, str] = NO_PINS, played: Collection[str] = ()) -> Pair:
    """What a rule's preferred fixes make of files. `pins` are versions, as in `{"redis": "==7.4"}`.

    Skips the test when a library that the files import is not installed, unless the test has it `played`. Raises
    AssertionError when the rule finds nothing to mend.
    """
    for text in texts.values():
        _skip_without_libraries(text, {name.removesuffix(".py") for name in texts} | set(played))
    project = Project(read=lambda name: texts[name].encode() if name in texts else None, pins=pins)
    settings = Settings(select=(rule,), preview=True, timeouts=SHORT)
    after = {
        name: apply.fix_all(
            Document(text, name, module_name(name)), lambda doc: check(doc, project, settings).findings, apply.UNSAFE
        ).text
        for name, text in texts.items()
    }
    assert after != dict(texts), f"{rule} mends nothing here"
    return Pair(dict(texts), after)


def _skip_without_libraries(text: str, there: Collection[str]) -> None:
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        for top in {name.partition(".")[0] for name in names}:
            if top not in there and importlib.util.find_spec(top) is None:
                pytest.skip(f"the example uses {top}, which is not installed")
