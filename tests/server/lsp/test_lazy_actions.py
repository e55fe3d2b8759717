"""What is offered without edits has edits when they are fetched: in examples of all rules, and where fixes fail."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from resilint.config.settings import Settings
from resilint.engine.file_checker import on_deep_stack
from resilint.fixes.edits import replaced
from resilint.lsp.channel.messages import ActionsQuestion, FixAllQuestion, Offer
from resilint.lsp.worker.code_actions import View, actions, fix_all
from resilint.lsp.worker.engine import Engine, default_engine
from resilint_rules import registry
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.rule import Rule
from resilint_rules.kit.rule_page import parse_docstring
from resilint_rules.kit.syntax.text import Document, Edit

RULES = sorted(registry.rules().values(), key=lambda rule: rule.code)
FEW = 0 if os.environ.get("RESILINT_CHANGES") == "all" else 2
"""Examples of a rule that are tried, drawn by hash; 0 for all."""
SETTINGS = Settings(preview=True)
URI = "file:///app.py"


def _documents(rule: Rule) -> Iterator[tuple[Document, Project]]:
    page = parse_docstring(registry.page(rule))
    bad = [example for example in page.examples if example.kind == "bad"]
    drawn = sorted(bad, key=lambda example: hashlib.sha256(example.code.encode()).hexdigest())
    for example in drawn[: FEW or None]:
        name = example.file or "app.py"
        doc = Document(example.code, name, module_name(name) or "app", "source")
        yield doc, Project(lambda wanted, code=example.code, name=name: code.encode() if wanted == name else None)


def _unkept(doc: Document, project: Project, engine: Engine) -> list[str]:
    """The titles of the lazy actions at all findings of a document that give no edits, or the text as it is."""
    view = View(doc, project, SETTINGS, engine.check(doc, project, SETTINGS, None), engine, 0)
    offers: dict[tuple[str, bool, str], Offer] = {}
    for finding in view.report.findings:
        for only in (None, ("refactor",), ("source.fixAll", "source.fixAll.resilint.unsafe")):
            for offer in actions(view, ActionsQuestion(URI, 1, finding.span, only, lazy=True)):
                if offer.edits is None:
                    offers[offer.rule, offer.unsafe, offer.title] = offer
    return [
        offer.title
        for offer in offers.values()
        if replaced(doc.text, fix_all(view, FixAllQuestion(URI, 1, offer.rule, offer.unsafe))) == doc.text
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_lazy_action_has_an_edit(rule: Rule) -> None:
    """An editor shows an action that does nothing as an error, or not at all."""
    engine = default_engine()
    found = on_deep_stack(_unkept(doc, project, engine) for doc, project in _documents(rule))
    assert not [title for titles in found for title in titles]


TWO = "import requests\n\n\ndef f(u):\n    a = requests.get(u)\n    return a, requests.get(u)\n"


def test_hardening_that_fails_gives_what_one_pattern_gives() -> None:
    """All of them together may be refused where the first alone is fine."""
    stubborn = replace(default_engine(), harden=lambda doc, *_: doc.text)
    (unkept,) = on_deep_stack(_unkept(doc, project, stubborn) for doc, project in [_alone(TWO)])
    assert not unkept


def test_a_fix_that_does_damage_is_not_offered_for_all() -> None:
    """Neither at once nor to be fetched: nothing would come of it."""
    engine = default_engine()

    def damaged(*given: object) -> object:
        report = engine.check(*given)  # type: ignore[arg-type]
        broken = tuple(
            replace(finding, fixes=tuple(replace(fix, edits=(Edit(0, 3, ""),), imports=()) for fix in finding.fixes))
            for finding in report.findings
        )
        return replace(report, findings=broken)

    def titles() -> Iterator[list[str]]:
        doc, project = _alone(TWO)
        harmful = replace(
            engine, check=damaged, harden=lambda doc, *_: doc.text, offers=lambda *_: (), faults=lambda *_: ()
        )  # type: ignore[arg-type]
        view = View(doc, project, SETTINGS, harmful.check(doc, project, SETTINGS, None), harmful, 0)
        for lazy in (True, False):
            question = ActionsQuestion(URI, 1, view.report.findings[0].span, None, lazy)
            yield [offer.title for offer in actions(view, question)]

    for found in on_deep_stack(titles()):
        assert found
        assert not [title for title in found if "all" in title.lower() or "resilient" in title]


def _alone(text: str) -> tuple[Document, Project]:
    return Document(text, "app.py", "app", "source"), Project(lambda name: text.encode() if name == "app.py" else None)
