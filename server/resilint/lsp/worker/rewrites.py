"""Patterns as code actions: one for each that can be put around an external call, and one for all of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Edit, Span
from resilint_rules.patterns.names import PREFIX, RULES, UNASKED

from ...config.settings import Settings
from ...fixes import verify
from ...fixes.apply import edits_with_imports
from ..channel.messages import Offer
from . import fixes
from .engine import Engine

REWRITE = "refactor.rewrite.resilint"
_ALL = f"{PREFIX}all:"
"""What the name of all patterns begins with where edits are fetched later; a row follows."""
_OWNERS = {rule: pattern for pattern, rules in RULES.items() for rule in rules}


def is_wanted(only: Sequence[str] | None) -> bool:
    """Whether an editor wants rewrites, by the kinds that it names: their family, one of them, or any."""
    return only is None or any(
        not kind or kind == REWRITE or REWRITE.startswith(f"{kind}.") or kind.startswith(f"{REWRITE}.") for kind in only
    )


def rewrites(
    engine: Engine,
    doc: Document,
    project: Project,
    settings: Settings,
    span: Span,
    found: Sequence[Finding],
    lazy: bool,
    *,
    apart: bool = False,
) -> Iterator[Offer]:
    """Yields what can be put around the calls on the lines of a span; `found` are the findings that touch it.

    What repairs such a finding is a quick fix as well, and therefore left out here unless rewrites come `apart`.
    """
    parts = [finding for finding in found if finding.rule in _OWNERS and finding.fixes]
    near = _near(engine, doc, project, settings, span, parts)
    alone = _touching(near, _lines(doc, span))
    row = doc.position(span.start)[0]
    at_calls = _at_calls(near, [*parts, *alone], lambda: engine.callees(doc, project, settings, row))
    if at_calls:
        yield from _all(engine, doc, project, settings, at_calls, row, lazy)
    for finding in (*parts, *alone) if apart else alone:
        fix = finding.fixes[0]
        edits = edits_with_imports(doc.text, fix)
        if edits and not verify.damage(doc.text, edits):
            yield Offer(fix.title, f"{REWRITE}.{_pattern(finding)}", False, -1, edits)


def _at_calls(near: Sequence[Finding], there: Sequence[Finding], callees: Callable[[], Sequence[str]]) -> list[Finding]:
    """The findings about the calls on a row: what is around them, such as a loop, then what is there.

    `callees` gives the calls of the row, where nothing is there.
    """
    at_calls = [finding for finding in there if finding.callee and _pattern(finding) in UNASKED]
    known = {finding.callee for finding in at_calls}
    if not known and any(finding.callee for finding in near):
        known = set(callees())
    around = [finding for finding in near if finding not in there and _pattern(finding) in UNASKED]
    return [*(finding for finding in around if finding.callee in known), *at_calls]


def _pattern(finding: Finding) -> str:
    """The name of the pattern that a finding is about."""
    return _OWNERS.get(finding.rule, finding.rule.removeprefix(PREFIX))


def later(
    engine: Engine, doc: Document, project: Project, settings: Settings, found: Sequence[Finding], rule: str
) -> tuple[Edit, ...] | None:
    """Returns the edits of an action that was offered without; None if the name is not that of all patterns.

    `found` are the findings of the document.
    """
    row = rule.removeprefix(_ALL)
    if row == rule or not row.isdecimal() or not 1 <= int(row) <= len(doc.starts):
        return None
    start = doc.starts[int(row) - 1]
    line = _lines(doc, Span(start, start))
    there = [finding for finding in _parts(found) if line.start <= finding.span.start < max(line.end, line.start + 1)]
    whole = fixes.hunks(doc.text, engine.harden(doc, project, settings, int(row)))
    return whole or fixes.careful(doc, [*there, *_near(engine, doc, project, settings, line, there)])


def _lines(doc: Document, span: Span) -> Span:
    """The whole lines of a span."""
    first, last = doc.position(span.start)[0], doc.position(span.end)[0]
    return Span(doc.starts[first - 1], doc.starts[last] if last < len(doc.starts) else len(doc.text))


def _near(
    engine: Engine, doc: Document, project: Project, settings: Settings, span: Span, parts: Sequence[Finding]
) -> list[Finding]:
    """The patterns in the functions on the lines of a span that no finding shows: those of rules that are off, then all
    others."""
    lines = _lines(doc, span)
    seen = {(finding.rule, finding.span) for finding in parts}
    faults = [
        fault for fault in engine.faults(doc, project, settings, lines) if (fault.rule, fault.span) not in seen
    ]  # fmt: skip
    return [*faults, *engine.offers(doc, project, settings, lines)]


def _touching(found: Sequence[Finding], lines: Span) -> list[Finding]:
    """The findings that touch some lines."""
    return [finding for finding in found if finding.span.start < lines.end and lines.start <= finding.span.end]


def _parts(found: Sequence[Finding]) -> list[Finding]:
    """The findings whose fixes are patterns."""
    return [finding for finding in found if finding.rule in _OWNERS and finding.fixes and finding.callee]


def _all(
    engine: Engine, doc: Document, project: Project, settings: Settings, parts: Sequence[Finding], row: int, lazy: bool
) -> Iterator[Offer]:
    """Yields the action for all patterns at a place, which names them and says what they change in numbers.

    Hardening may refuse all of them together; what one of them gives alone is then left, and without that no offer.
    """
    names = list(dict.fromkeys(_pattern(part) for part in parts))
    title = f"Make `{parts[-1].callee}` resilient: {', '.join(names)}"
    edits = None if lazy else fixes.hunks(doc.text, engine.harden(doc, project, settings, row))
    if edits or (lazy and fixes.careful(doc, parts)):
        title += engine.effect(doc, project, settings, row, parts)
        yield Offer(title, f"{REWRITE}.all", False, -1, edits, f"{_ALL}{row}")
