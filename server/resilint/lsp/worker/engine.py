"""The functions of the analysis that the worker calls.

Tests pass an engine of their own by name; everything else uses `default_engine`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.rule import Rule
from resilint_rules.kit.syntax.text import Document, Span
from resilint_rules.patterns.names import NAMES, PREFIX, UNASKED

from ...config.settings import Settings
from ...engine.explain import Behind, Hint
from ...engine.incremental import IncrementalCache
from ...engine.lenses import Lens, LensCache
from ...results import Report

Check = Callable[[Document, Project, Settings, "IncrementalCache | None"], Report]
Policy = Callable[[Document, Project, Settings, int], "Behind | None"]
Hints = Callable[[Document, Project, Settings, Span], Iterable[Hint]]
Offers = Callable[[Document, Project, Settings, Span], "Iterable[Finding]"]
Harden = Callable[[Document, Project, Settings, int], str]
Effect = Callable[[Document, Project, Settings, int, "Sequence[Finding]"], str]
Page = Callable[[str], str]
Source = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Engine:
    """The questions. `policy` and `hints` see the same model as `check`.

    `page` gives the Markdown of a rule by its name or code, `source` the absolute path of the file whose
    docstring that is; both give "" if there is no such rule. `rules` gives all rules,
    `explain` what happens at the calls on a row.
    """

    check: Check
    policy: Policy
    hints: Hints
    page: Page
    source: Source
    rules: Callable[[], Iterable[Rule]] = tuple
    explain: Callable[[Document, Project, Settings, int], str] = lambda *_: ""
    offers: Offers = lambda *_: ()
    """The patterns that can be put around the external calls of a span, as findings with one fix each."""
    faults: Offers = lambda *_: ()
    """What patterns repair in a span: the findings of their rules that have a fix, also of rules that are off."""
    harden: Harden = lambda doc, *_: doc.text
    """The text with all patterns around the external calls of a one-based row."""
    lenses: Callable[[Document, Project, Settings, LensCache], Iterable[Lens | None]] = lambda *_: ()
    """What the functions of a document lead to, one after the other; None for one that leads nowhere."""

    callees: Callable[[Document, Project, Settings, int], Sequence[str]] = lambda *_: ()
    """The external calls of a one-based row, by what they call."""
    effect: Effect = lambda *_: ""
    """What patterns change in numbers at the call of a one-based row, in brackets, by their findings."""


def load(name: str) -> Engine:
    """Returns the engine that "package.module:name" names; the default engine for "".

    Effect: imports, which for the default engine costs some 100 ms.
    """
    if name:
        engine = pkgutil.resolve_name(name)
        assert isinstance(engine, Engine)
        return engine
    return default_engine()


def default_engine() -> Engine:
    """Returns the engine that checks with the installed rules."""
    from resilint_rules import registry
    from resilint_rules.patterns.pages import page as pattern_page

    from ...engine.check import check
    from ...engine.effect import effect
    from ...engine.explain import explain, hints, hover
    from ...engine.harden import faults, harden, offers, place_of
    from ...engine.lenses import lenses

    def page(name: str) -> str:
        rule = registry.find(name)
        return registry.page(rule) if rule else pattern_page(name) if name.startswith(PREFIX) else ""

    def source(name: str) -> str:
        rule = registry.find(name)
        return str(registry.source(rule)) if rule else ""

    def offered(doc: Document, project: Project, settings: Settings, span: Span) -> Iterable[Finding]:
        return offers(doc, project, settings, NAMES, span)

    def repaired(doc: Document, project: Project, settings: Settings, span: Span) -> Iterable[Finding]:
        return faults(doc, project, settings, NAMES, span)

    def hardened(doc: Document, project: Project, settings: Settings, row: int) -> str:
        place = place_of(doc, project, settings, row)
        return doc.text if place is None else harden(doc, project, settings, UNASKED, place).text

    def callees(doc: Document, project: Project, settings: Settings, row: int) -> Sequence[str]:
        place = place_of(doc, project, settings, row)
        return place.callees if place is not None else ()

    def rules() -> Iterable[Rule]:
        return registry.rules().values()

    return Engine(
        check, hover, hints, page, source, rules, explain, offered, repaired, hardened, lenses, callees, effect
    )
