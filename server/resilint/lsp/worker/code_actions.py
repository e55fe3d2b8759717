"""Answers to what the editor asks about a text: which actions, what is behind this call.

Everything here is pure; spans in questions and answers are offsets in the editor's text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.rule import Finding
from resilint_rules.kit.syntax.text import Document, Edit, Span

from ...config.settings import Settings
from ...engine.check import Report
from ...fixes.apply import edits_with_imports
from . import fixes
from .engine import Engine

QUICKFIX = "quickfix"
FIX_ALL = "source.fixAll.resilint"

Answer = Any
"""What JSON can carry."""


@dataclass(frozen=True, slots=True)
class View:
    """A text, what was found in it, and who can say more. `lead` is added to every offset that leaves."""

    doc: Document
    project: Project
    settings: Settings
    report: Report
    engine: Engine
    lead: int

    def check(self, doc: Document) -> Report:
        """What would be found in another text in the same place."""
        return self.engine.check(doc, self.project, self.settings, None)


def actions(view: View, question: dict[str, Any]) -> Answer:
    """What can be done about the findings that touch a span, in a stable order.

    First every fix of every finding, then all about one client, then all of a kind in this file, then the
    ignores, then all that is safe. Those that mend the whole file come without edits if `lazy`: see `resolve`.
    """
    start, end = (offset - view.lead for offset in question["span"])
    only: list[str] | None = question["only"]
    touched = [
        (number, finding)
        for number, finding in enumerate(view.report.findings)
        if finding.span.start <= end and start <= finding.span.end
    ]
    offers: list[dict[str, Any]] = []
    if _wanted(QUICKFIX, only):
        for number, finding in touched:
            offers += _fixes(view, number, finding)
        offers += _clients(view, touched)
        offers += _kinds(view, touched, question["lazy"])
        for number, finding in touched:
            offers += _ignores(view, number, finding)
    if _wanted(FIX_ALL, only) and (only is not None or touched):
        offers += _whole(view, "Fix all that is safe in this file", FIX_ALL, "", question["lazy"])
    return _distinct(offers)


def resolve(view: View, question: dict[str, Any]) -> Answer:
    """The edits of an action that was offered without."""
    return _moved(fixes.mend_all(view.doc, view.check, question["rule"]), view.lead)


def hover(view: View, question: dict[str, Any]) -> Answer:
    """What really happens at the call at an offset, or the page of a rule that is named there."""
    offset = question["offset"] - view.lead
    name = fixes.named_rule(view.doc, offset)
    if name:
        page = view.engine.page(view.doc.text[slice(*name)])
        return {"span": _span(name, view.lead), "markdown": page} if page else None
    found = view.engine.policy(view.doc, view.project, view.settings, offset)
    return {"span": _span(found.span, view.lead), "markdown": found.markdown} if found else None


def hints(view: View, question: dict[str, Any]) -> Answer:
    """The bounds in force where none is written, within a span."""
    start, end = (max(0, offset - view.lead) for offset in question["span"])
    return [
        {"offset": hint.offset + view.lead, "label": hint.label, "tooltip": hint.tooltip}
        for hint in view.engine.hints(view.doc, view.project, view.settings, Span(start, end))
    ]


ANSWERS: dict[str, Callable[[View, dict[str, Any]], Answer]] = {
    "actions": actions,
    "resolve": resolve,
    "hover": hover,
    "hints": hints,
}


def _fixes(view: View, number: int, finding: Finding) -> Iterable[dict[str, Any]]:
    for place, fix in enumerate(finding.fixes):
        edits = edits_with_imports(view.doc.text, fix)
        if edits:
            preferred = place == 0 and fix.applicability != "displayonly"
            yield _offer(view, fix.title, edits, number, preferred=preferred)


def _clients(view: View, touched: Sequence[tuple[int, Finding]]) -> Iterable[dict[str, Any]]:
    """For each client whose calls are touched: the same for all of them in this file, if they are not all there is."""
    for rule, client in dict.fromkeys((finding.rule, finding.client) for _, finding in touched if finding.client):
        mendable = [f for f in view.report.findings if fixes.in_bulk(f, rule)]
        alike = [finding for finding in mendable if finding.client == client]
        if 1 < len(alike) < len(mendable):
            edits = fixes.mend_each(view.doc, alike)
            yield _offer(view, f"Fix {rule} for all {len(alike)} calls of this client in this file", edits, -1)


def _kinds(view: View, touched: Sequence[tuple[int, Finding]], lazy: bool) -> Iterable[dict[str, Any]]:
    """For each kind of finding that is touched and can be mended in more than one place."""
    for rule in dict.fromkeys(finding.rule for _, finding in touched):
        mendable = [f for f in view.report.findings if f.rule == rule and fixes.in_bulk(f, rule)]
        if len(mendable) > 1:
            yield from _whole(view, f"Fix all {rule} in this file", QUICKFIX, rule, lazy)


def _whole(view: View, title: str, kind: str, rule: str, lazy: bool) -> Iterable[dict[str, Any]]:
    if not any(fixes.in_bulk(finding, rule) for finding in view.report.findings):
        return
    if lazy:
        yield {**_offer(view, title, None, -1, kind=kind), "rule": rule}
    elif edits := fixes.mend_all(view.doc, view.check, rule):
        yield _offer(view, title, edits, -1, kind=kind)


def _ignores(view: View, number: int, finding: Finding) -> Iterable[dict[str, Any]]:
    edits = fixes.ignore(view.doc, finding)
    if edits:
        yield _offer(view, f"Ignore {finding.rule} for this line", edits, number)


def _offer(
    view: View,
    title: str,
    edits: Iterable[Edit] | None,
    number: int,
    *,
    kind: str = QUICKFIX,
    preferred: bool = False,
) -> dict[str, Any]:
    return {
        "title": title,
        "kind": kind,
        "preferred": preferred,
        "mark": number,
        "edits": None if edits is None else _moved(edits, view.lead),
    }


def _distinct(offers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two findings on a line may be mended by the same change: it is offered once."""
    kept: list[dict[str, Any]] = []
    for offer in offers:
        if not any(offer["title"] == other["title"] and offer["edits"] == other["edits"] for other in kept):
            kept.append(offer)
    return kept


def _wanted(kind: str, only: list[str] | None) -> bool:
    return only is None or any(kind == wish or kind.startswith(f"{wish}.") or not wish for wish in only)


def _moved(edits: Iterable[Edit], lead: int) -> list[list[Any]]:
    return [[start + lead, end + lead, text] for start, end, text in edits]


def _span(span: Iterable[int], lead: int) -> list[int]:
    return [offset + lead for offset in span]
