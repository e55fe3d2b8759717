"""Patterns as code actions, on calls with and without a finding."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.file_checker import on_deep_stack
from resilint.fixes.edits import replaced
from resilint.lsp.channel.messages import ActionsQuestion, FixAllQuestion, Offer
from resilint.lsp.worker.code_actions import View, actions, fix_all
from resilint.lsp.worker.engine import default_engine
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Span

CALM = (
    "import requests\n\n\ndef f(u):\n    r = requests.get(u, timeout=5)\n    r.raise_for_status()\n    return r.text\n"
)


def _view(text: str, name: str = "app.py", lead: int = 0) -> View:
    engine = default_engine()
    project = Project(read=lambda wanted: text.encode() if wanted == name else None)
    doc = Document(text, name, "app", "test" if name.startswith("test_") else "source")
    (report,) = on_deep_stack(engine.check(item, project, Settings(), None) for item in [doc])
    return View(doc, project, Settings(), report, engine, lead)


def _offers(view: View, word: str, only: tuple[str, ...] | None = None, *, lazy: bool = False) -> tuple[Offer, ...]:
    at = view.doc.text.index(word) + view.lead
    question = ActionsQuestion("file:///app.py", 1, Span(at, at), only, lazy)
    (found,) = on_deep_stack(actions(view, item) for item in [question])
    return found


def test_a_call_without_a_finding_has_patterns() -> None:
    """One for each, and one for all of them first, which names them."""
    view = _view(CALM)
    assert not view.report.findings
    whole, retry = _offers(view, "requests.get")
    assert (whole.kind, retry.kind) == ("refactor.rewrite.resilint.all", "refactor.rewrite.resilint.retry")
    assert whole.title == "Make `requests.get` resilient: retry (1 -> 3 requests, 5 s -> about 15 s)"
    assert whole.edits and "_retry_request(requests.get, u, timeout=5)" in replaced(CALM, whole.edits)
    assert retry.edits and "_retry_request(requests.get, u, timeout=5)" in replaced(CALM, retry.edits)


def test_all_patterns_may_come_later() -> None:
    """An editor that fetches edits gets the name of the action, and with it the edits."""
    view = _view(CALM, lead=1)
    whole, _ = _offers(view, "requests.get", lazy=True)
    assert whole.edits is None
    (edits,) = on_deep_stack(fix_all(view, item) for item in [FixAllQuestion("file:///app.py", 1, whole.rule)])
    assert "_retry_request(" in replaced("\ufeff" + CALM, edits)


def test_findings_are_part_of_all() -> None:
    """Their fixes are quick fixes as well."""
    view = _view(CALM.replace(", timeout=5", "").replace("    r.raise_for_status()\n", ""))
    kinds = {offer.kind for offer in _offers(view, "requests.get")}
    assert {"quickfix", "refactor.rewrite.resilint.all"} <= kinds
    (whole,) = (offer for offer in _offers(view, "requests.get") if offer.kind.endswith(".all"))
    assert ": limit, status, retry (" in whole.title or ": status, limit, retry (" in whole.title
    assert whole.title.endswith(" (1 -> 3 requests, no limit -> about 81 s)")
    done = replaced(view.doc.text, whole.edits or ())
    assert "timeout=(3.05, 27)" in done and "raise_for_status()" in done and "_retry_request(requests.get" in done


@pytest.mark.parametrize(
    ("only", "number"),
    [
        (None, 2), (("refactor",), 2), (("refactor.rewrite",), 2), (("refactor.rewrite.resilint.retry",), 1),
        (("quickfix",), 0), (("source.fixAll",), 0), (("refactor.extract",), 0),
    ],
)  # fmt: skip
def test_kinds_are_heeded(only: tuple[str, ...] | None, number: int) -> None:
    """A family of kinds stands for all in it."""
    assert len(_offers(_view(CALM), "requests.get", only)) == number


@pytest.mark.parametrize(("text", "word", "name"), [(CALM, "import", "app.py"), (CALM, "requests.get", "test_app.py")])
def test_nothing_is_offered_elsewhere(text: str, word: str, name: str) -> None:
    """Not on lines without a call, and not in tests."""
    assert not _offers(_view(text, name), word)


SILENT = (
    "import requests\n\n\ndef publish(posts):\n    for post in posts:\n        try:\n"
    "            requests.post('https://hub.example', json=post, timeout=5)\n"
    "        except requests.RequestException:\n            pass\n"
)


def test_the_fix_of_a_rule_that_is_off_is_a_rewrite() -> None:
    """A person who presses the bulb wants to see it, although nothing is underlined."""
    view = _view(SILENT)
    assert not view.report.findings
    offers = {offer.kind: offer for offer in _offers(view, "except")}
    trace = offers["refactor.rewrite.resilint.trace"]
    assert trace.edits and "publish" in SILENT and 'failed", exc_info=True)' in replaced(SILENT, trace.edits)


def test_a_quick_fix_is_a_rewrite_where_only_rewrites_are_wanted() -> None:
    """In a menu with both it stands once."""
    view = _view(CALM.replace(", timeout=5", ""))
    kinds = [offer.kind for offer in _offers(view, "requests.get")]
    assert "quickfix" in kinds and "refactor.rewrite.resilint.limit" not in kinds
    (limit,) = _offers(view, "requests.get", ("refactor.rewrite.resilint.limit",))
    assert limit.edits and "timeout=(3.05, 27)" in replaced(view.doc.text, limit.edits)


def test_a_loop_is_part_of_all_at_its_call() -> None:
    """The numbers are those of all attempts; the pattern for the loop alone is offered where the loop begins."""
    view = _view(
        "import time\nimport requests\n\n\ndef f(u):\n    for n in range(9):\n        try:\n"
        "            r = requests.get(u, timeout=20)\n            r.raise_for_status()\n            return r.text\n"
        "        except requests.RequestException:\n            if n == 8:\n                raise\n"
        "            time.sleep(1)\n"
    )
    (whole,) = _offers(view, "requests.get")
    assert whole.title == "Make `requests.get` resilient: retry (9 -> 3 requests, 180 s -> about 60 s)"
    assert whole.edits and "range(3)" in replaced(view.doc.text, whole.edits)
    assert {offer.kind for offer in _offers(view, "for n in")} >= {"refactor.rewrite.resilint.retry"}
