"""Resilient patterns in a document: what is offered at its external calls, and the text with all of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Span
from resilint_rules.patterns.names import RULES

from ..config.settings import Settings
from ..fixes.apply import UNSAFE, Fixed, fix_all
from .check import check
from .frames import frames
from .incremental import IncrementalCache, named


class Place(NamedTuple):
    """What is to be hardened: the functions of a name, and in them the calls of these callees; empty for all."""

    scope: str = ""
    callees: tuple[str, ...] = ()

    def holds(self, finding: Finding) -> bool:
        """Whether a finding is about what is to be hardened."""
        inside = not self.scope or finding.scope == self.scope or finding.scope.startswith(f"{self.scope}.")
        return inside and (not self.callees or finding.callee in self.callees)


EVERYWHERE = Place()


def harden(
    doc: Document, project: Project, settings: Settings, patterns: Collection[str], place: Place = EVERYWHERE
) -> Fixed:
    """Returns the document with some patterns at the external calls of a place: first what rules would fix there.

    A second run changes nothing. Each round looks at the text that the one before has left.
    """
    if doc.kind == "test":
        return Fixed(doc.text)
    narrowed = _narrowed(settings, patterns)
    memo = IncrementalCache()  # a round changes few functions

    def repaired(text: Document) -> Sequence[Finding]:
        if place.scope:
            memo.without = _others(text, project, place)
        return [found for found in check(text, project, narrowed, memo).findings if place.holds(found)]

    def offered(text: Document) -> Sequence[Finding]:
        spans = _spans(text, project, place)
        every = (found for span in spans for found in offers(text, project, settings, patterns, span))
        return [found for found in every if place.holds(found)]

    corrected = fix_all(doc, repaired, UNSAFE) if narrowed.select else Fixed(doc.text)
    done = fix_all(replace(doc, text=corrected.text), offered, UNSAFE)
    return replace(
        done,
        applied=(*corrected.applied, *done.applied),
        broken=(*corrected.broken, *done.broken),
        settled=corrected.settled and done.settled,
        damage=corrected.damage or done.damage,
        culprits=(*corrected.culprits, *done.culprits),
    )


def faults(
    doc: Document, project: Project, settings: Settings, patterns: Collection[str], span: Span
) -> Iterator[Finding]:
    """Yields what patterns repair in the functions that touch a span: findings of their rules, with a fix, on or off.

    Such a finding has the name of its rule.
    """
    narrowed = _narrowed(settings, patterns)
    if doc.kind == "test" or not narrowed.select:
        return
    module = project.module(doc)
    apart = [f for f in module.all_functions() if f.chunk.end < span.start or span.end < f.chunk.start]
    memo = IncrementalCache(without={named(module.source(function.chunk)) for function in apart})
    for finding in check(doc, project, narrowed, memo).findings:
        if finding.fixes:
            yield finding


def _narrowed(settings: Settings, patterns: Collection[str]) -> Settings:
    """The settings under which the rules of some patterns run, and no others."""
    rules = tuple(rule for pattern in patterns for rule in RULES.get(pattern, ()))
    return replace(settings, select=rules, extend_select=(), ignore=(), preview=True, per_file_ignores={})


def _others(doc: Document, project: Project, place: Place) -> set[str]:
    """The names that the functions outside of a place have in the memory of a check: they need not be analysed."""
    module = project.module(doc)
    inside = {id(function) for function in module.functions_named(place.scope)}
    return {named(module.source(f.chunk)) for f in module.all_functions() if inside and id(f) not in inside}


def _spans(doc: Document, project: Project, place: Place) -> list[Span | None]:
    """The parts of a document in which a place is: the functions of its name, or all."""
    module = project.module(doc)
    found = module.functions_named(place.scope) if place.scope else []
    return [Span(function.chunk.start, function.chunk.end) for function in found] or [None]


def offers(
    doc: Document, project: Project, settings: Settings, patterns: Collection[str], span: Span | None = None
) -> Iterator[Finding]:
    """Yields what patterns offer at the external calls of a document, as findings with one fix each."""
    if doc.kind == "test":
        return
    from resilint_rules.patterns.compose import offers as offered

    yield from offered(list(frames(doc, project, settings, span, callers=True)), patterns)


def place_of(doc: Document, project: Project, settings: Settings, row: int) -> Place | None:
    """Returns the external calls on a one-based row as a place; None if there are none."""
    from resilint_rules.kit.policy.effective import subjects

    start = doc.starts[row - 1]
    end = doc.starts[row] - 1 if row < len(doc.starts) else len(doc.text)
    found = [
        call
        for call in subjects(list(frames(doc, project, settings, Span(start, end))))
        if call.span.start <= end and start <= call.span.end
    ]
    return Place(found[0].frame.qualname, tuple(call.callee for call in found)) if found else None
