"""Answers to questions about a document: code actions, the edits of one, hover, inlay hints.

Everything here is pure; spans in questions and answers are offsets in the editor's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Edit, Span

from ...config.selection import for_file
from ...config.settings import Settings
from ...fixes import verify
from ...fixes.apply import edits_with_imports
from ...results import Report
from ..channel.messages import (
    AboutAnswer,
    AboutQuestion,
    ActionsAnswer,
    ActionsQuestion,
    Completion,
    CompletionAnswer,
    CompletionQuestion,
    FixAllAnswer,
    FixAllQuestion,
    HintsAnswer,
    HintsQuestion,
    HintText,
    HoverAnswer,
    HoverQuestion,
    HoverText,
    Offer,
    QuickAnswer,
    QuickQuestion,
)
from . import fixes, rewrites, settings_file, switch_off
from .engine import Engine

QUICKFIX = "quickfix"
FIX_ALL = "source.fixAll.resilint"
FIX_ALL_UNSAFE = "source.fixAll.resilint.unsafe"


_TRUST = {"unsafe": " (unsafe)", "displayonly": " (to finish by hand)"}
"""What a title says of a fix that is not safe."""


@dataclass(frozen=True, slots=True)
class View:
    """A document, its findings, and the engine for further questions. `lead` is added to every offset that leaves.

    `root` is the project's folder, `settings_file` the path of its settings, or of the file for them, with its text;
    "" without one.
    """

    doc: Document
    project: Project
    settings: Settings
    report: Report
    engine: Engine
    lead: int
    settings_file: str = ""
    settings_text: str = ""
    root: str = ""

    def check(self, doc: Document) -> Report:
        """What would be found in another text in the same place."""
        return self.engine.check(doc, self.project, self.settings, None)


def answer(view: View, number: int, question: QuickQuestion) -> QuickAnswer:
    """Returns the answer to the question that has this number."""
    of_settings = settings_file.is_settings(view.doc.name)
    match question:
        case ActionsQuestion():
            return ActionsAnswer(number, () if of_settings else actions(view, question))
        case CompletionQuestion():
            return CompletionAnswer(number, completions(view, question))
        case FixAllQuestion():
            return FixAllAnswer(number, fix_all(view, question))
        case HoverQuestion():
            return HoverAnswer(number, hover(view, question))
        case AboutQuestion():
            return about(view, number)
        case HintsQuestion():
            return HintsAnswer(number, hints(view, question))


def actions(view: View, question: ActionsQuestion) -> tuple[Offer, ...]:
    """Returns the code actions for the findings that touch a span, in a stable order.

    First every fix of every finding, then all about one client, then all of a kind in this file, then the
    ignores, then patterns, then all that is safe. What changes the whole file has no edits if `lazy`: see `fix_all`.
    """
    only = question.only
    named = {(_row(view, span.start - view.lead), rule) for span, rule in question.named}
    touched = _touched(view, question.span, named)
    if question.single:
        return tuple(_single(view, [hit for hit in touched if _is_named(view, hit[1], named)]))
    offers: list[Offer] = []
    if _wanted(QUICKFIX, only):
        offers += _quick_fixes(view, touched, question.lazy)
    if rewrites.is_wanted(only):
        offers += _rewrites(view, question, [finding for _, finding in touched])
    if _wanted(FIX_ALL, only) and (only is not None or touched):
        offers += _whole(view, "Fix all that is safe in this file", FIX_ALL, "", question.lazy)
    if _wants_unsafe(only) and (only is not None or touched):
        offers += _unsafe(view, question.lazy, 1 if only is not None else 2)
    return _distinct(offers)


def _quick_fixes(view: View, touched: Sequence[tuple[int, Finding]], lazy: bool) -> Iterable[Offer]:
    """What can be done about some findings."""
    for number, finding in touched:
        yield from _fixes(view, number, finding)
    yield from _clients(view, touched)
    yield from _kinds(view, touched, lazy)
    for number, finding in touched:
        yield from _ignores(view, number, finding)
    yield from _switches(view, touched)


def _rewrites(view: View, question: ActionsQuestion, found: Sequence[Finding]) -> Iterable[Offer]:
    """Patterns for the calls at a span, with or without a finding there, of the kinds that are wanted."""
    start, end = (max(0, offset - view.lead) for offset in question.span)
    place = view.doc, view.project, view.settings, Span(start, end)
    apart = question.only is not None and not _wanted(QUICKFIX, question.only)
    for offer in rewrites.rewrites(view.engine, *place, found, question.lazy, apart=apart):
        if _wanted(offer.kind, question.only):
            yield offer if offer.edits is None else offer._replace(edits=_moved(offer.edits, view.lead))


def _touched(view: View, span: Span, named: AbstractSet[tuple[int, str]]) -> list[tuple[int, Finding]]:
    """The findings that touch a span of the editor's text, or are named, each with its number."""
    start, end = (offset - view.lead for offset in span)
    return [
        (number, finding)
        for number, finding in enumerate(view.report.findings)
        if (finding.span.start <= end and start <= finding.span.end) or _is_named(view, finding, named)
    ]


def _is_named(view: View, finding: Finding, named: AbstractSet[tuple[int, str]]) -> bool:
    """Whether an editor names a finding: by rule and row, as some get the columns wrong."""
    return bool(named) and (_row(view, finding.span.start), finding.rule) in named


def _row(view: View, offset: int) -> int:
    return view.doc.position(max(offset, 0))[0]


def _single(view: View, touched: Sequence[tuple[int, Finding]]) -> Iterable[Offer]:
    """The preferred fix of one finding, for an editor that applies whatever it gets."""
    offers = (offer for number, finding in touched for offer in _fixes(view, number, finding) if offer.preferred)
    if (offer := next(offers, None)) is not None:
        yield offer


def _unsafe(view: View, lazy: bool, least: int) -> Iterable[Offer]:
    """All fixes of the file, if there are enough of them and not all are safe anyway."""
    fixable = [finding for finding in view.report.findings if fixes.in_bulk(finding, "", unsafe=True)]
    unsafe = sum(not fixes.in_bulk(finding, "") for finding in fixable)
    if not unsafe or len(fixable) < least:
        return
    edits = None if lazy else fixes.fix_all(view.doc, view.check, "", unsafe=True)
    if edits or (lazy and fixes.careful(view.doc, fixable)):
        some = "unsafe" if unsafe == len(fixable) else f"{unsafe} of them unsafe"
        title = f"Fix all {len(fixable)} in this file ({some})"
        yield _offer(view, title, edits, -1, kind=FIX_ALL_UNSAFE)._replace(unsafe=True)


def fix_all(view: View, question: FixAllQuestion) -> tuple[Edit, ...]:
    """Returns the edits of an action that was offered without."""
    found = view.report.findings
    edits = rewrites.later(view.engine, view.doc, view.project, view.settings, found, question.rule)
    if edits is None:
        edits = fixes.fix_all(view.doc, view.check, question.rule, question.unsafe)
        fixable = (finding for finding in found if fixes.in_bulk(finding, question.rule, question.unsafe))
        edits = edits or fixes.careful(view.doc, fixable)
    return _moved(edits, view.lead)


def hover(view: View, question: HoverQuestion) -> HoverText | None:
    """Returns the effective policy of the call at an offset, or the page of a rule that is named there."""
    offset = question.offset - view.lead
    if settings_file.is_settings(view.doc.name):
        found_key = settings_file.hover(view.doc, offset, view.engine.page)
        return found_key and HoverText(shifted(found_key.span, view.lead), found_key.markdown)
    if question.whole:
        row, _ = view.doc.position(min(max(offset, 0), len(view.doc.text)))
        text = view.engine.explain(view.doc, view.project, view.settings, row)
        return HoverText(Span(question.offset, question.offset), text) if text else None
    name = fixes.named_rule(view.doc, offset)
    if name:
        page = view.engine.page(view.doc.text[slice(*name)])
        return HoverText(shifted(name, view.lead), page) if page else None
    found = view.engine.policy(view.doc, view.project, view.settings, offset)
    return HoverText(shifted(found.span, view.lead), found.markdown) if found else None


def completions(view: View, question: CompletionQuestion) -> tuple[Completion, ...]:
    """Returns the names of rules in an ignore comment, and the keys and values of settings."""
    offset = question.offset - view.lead
    if settings_file.is_settings(view.doc.name):
        found = settings_file.completions(view.doc, offset, view.engine.rules())
    else:
        span = fixes.rule_being_named(view.doc, offset)
        rules = view.engine.rules() if span else ()
        found = tuple(Completion(span, rule.name, rule.code, rule.summary, rule.name) for rule in rules if span)
    return tuple(item._replace(span=shifted(item.span, view.lead)) for item in found)


def hints(view: View, question: HintsQuestion) -> tuple[HintText, ...]:
    """Returns the limits in force where the code states none, within a span."""
    if settings_file.is_settings(view.doc.name):
        return ()
    start, end = (max(0, offset - view.lead) for offset in question.span)
    return tuple(
        HintText(hint.offset + view.lead, hint.label, hint.tooltip)
        for hint in view.engine.hints(view.doc, view.project, view.settings, Span(start, end))
    )


def about(view: View, number: int) -> AboutAnswer:
    """Returns what holds for a document, and where that is written."""
    running = len(for_file(view.settings, view.engine.rules(), view.doc.name))
    source = view.settings_file if "resilint" in view.settings_text + view.settings_file.rpartition("/")[2] else ""
    return AboutAnswer(number, view.root, source, view.settings.profile, view.settings.preview, running)


def shifted(span: Span, lead: int) -> Span:
    """Returns a span in the editor's text, which may have a byte order mark in front."""
    return Span(span.start + lead, span.end + lead)


def _fixes(view: View, number: int, finding: Finding) -> Iterable[Offer]:
    for place, fix in enumerate(finding.fixes):
        edits = edits_with_imports(view.doc.text, fix)
        if edits and not verify.damage(view.doc.text, edits):
            preferred = place == 0 and fix.applicability != "displayonly"
            yield _offer(view, fix.title + _TRUST.get(fix.applicability, ""), edits, number, preferred=preferred)


def _clients(view: View, touched: Sequence[tuple[int, Finding]]) -> Iterable[Offer]:
    """For each client whose calls are touched: the same for all of them in this file, if they are not all there is."""
    for rule, client in dict.fromkeys((finding.rule, finding.client) for _, finding in touched if finding.client):
        fixable = [f for f in view.report.findings if fixes.in_bulk(f, rule)]
        alike = [finding for finding in fixable if finding.client == client]
        if 1 < len(alike) < len(fixable):
            trust = _TRUST["unsafe"] if any(not fixes.in_bulk(finding, "") for finding in alike) else ""
            title = f"Fix {rule} for all {len(alike)} calls of this client in this file{trust}"
            if edits := fixes.fix_some(view.doc, alike):
                yield _offer(view, title, edits, -1)


def _kinds(view: View, touched: Sequence[tuple[int, Finding]], lazy: bool) -> Iterable[Offer]:
    """For each kind of finding that is touched and can be fixed in more than one place."""
    for rule in dict.fromkeys(finding.rule for _, finding in touched):
        fixable = [f for f in view.report.findings if f.rule == rule and fixes.in_bulk(f, rule)]
        if len(fixable) > 1:
            unsafe = any(not fixes.in_bulk(finding, "") for finding in fixable)
            trust = _TRUST["unsafe"] if unsafe else ""
            yield from _whole(view, f"Fix all {rule} in this file{trust}", QUICKFIX, rule, lazy)


def _whole(view: View, title: str, kind: str, rule: str, lazy: bool) -> Iterable[Offer]:
    fixable = [finding for finding in view.report.findings if fixes.in_bulk(finding, rule)]
    if not fixable:
        return
    if lazy and fixes.careful(view.doc, fixable):
        yield _offer(view, title, None, -1, kind=kind)._replace(rule=rule)
    elif not lazy and (edits := fixes.fix_all(view.doc, view.check, rule)):
        yield _offer(view, title, edits, -1, kind=kind)


def _ignores(view: View, number: int, finding: Finding) -> Iterable[Offer]:
    edits = fixes.ignore(view.doc, finding)
    if edits:
        yield _offer(view, f"Ignore {finding.rule} for this line", edits, number)


def _switches(view: View, touched: Sequence[tuple[int, Finding]]) -> Iterable[Offer]:
    """For each rule that is touched: off in this file, and off in the project."""
    name = view.settings_file.replace("\\", "/").rpartition("/")[2]
    prefix = ("tool", "resilint") if name == "pyproject.toml" else ()
    for rule, (number, finding) in {finding.rule: (number, finding) for number, finding in touched}.items():
        if edits := switch_off.ignore_in_file(view.doc, finding):
            yield _offer(view, f"Ignore {rule} in this file", edits, number)
            if name and (edits := switch_off.ignore_in_settings(view.settings_text, rule, prefix)):
                title = f"Switch {rule} off in {name}"
                yield Offer(title, QUICKFIX, False, number, edits, file=view.settings_file, text=view.settings_text)


def _offer(
    view: View,
    title: str,
    edits: Iterable[Edit] | None,
    number: int,
    *,
    kind: str = QUICKFIX,
    preferred: bool = False,
) -> Offer:
    return Offer(title, kind, preferred, number, None if edits is None else _moved(edits, view.lead))


def _distinct(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """Two findings on a line may be fixed by the same change: it is offered once."""
    kept: list[Offer] = []
    for offer in offers:
        if not any(offer.title == other.title and offer.edits == other.edits for other in kept):
            kept.append(offer)
    return tuple(kept)


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    return only is None or any(
        kind == kind_wanted or kind.startswith(f"{kind_wanted}.") or not kind_wanted for kind_wanted in only
    )


def _wants_unsafe(only: Sequence[str] | None) -> bool:
    """Whether unsafe fixes of a whole file are wanted: not by an editor that wants `source.fixAll`, as on saving."""
    return only is None or any(kind in ("", "source", FIX_ALL_UNSAFE) for kind in only)


def _moved(edits: Iterable[Edit], lead: int) -> tuple[Edit, ...]:
    return tuple(Edit(start + lead, end + lead, text) for start, end, text in edits)
