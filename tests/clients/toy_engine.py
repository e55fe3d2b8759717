"""An analysis that is easy to foresee: it finds words. The analysis process of the tests runs it.

`SLOW` is found and has three fixes; `SAFE` has a safe one; `READS name` reports what it reads in
another file; `HANG`, `CRASH`, `EAT` and `RAISE` do what they say, `LOOP` holds the interpreter's lock.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable
from dataclasses import replace

from resilint.config.settings import Settings
from resilint.engine.explain import Behind, Hint
from resilint.engine.incremental import IncrementalCache
from resilint.engine.lenses import Lens, LensCache
from resilint.lsp.worker.engine import Engine
from resilint.results import Report
from resilint_rules.kit.findings import Finding, Fix, Related, Severity
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Edit, Span

_WORD = re.compile(r"S(?:LOW|AFE)\b")
_READS = re.compile(r"READS ([\w./]+)")


def check(doc: Document, project: Project, settings: Settings, memo: IncrementalCache | None = None) -> Report:
    """Finds the words; those on a line with an ignore comment are suppressed."""
    if "PRINT" in doc.text:
        print("what a library prints must not reach the editor")
    _misbehave(doc.text)
    findings: list[Finding] = []
    reads: list[tuple[str, str]] = []
    severity = settings.severity.get("no-timeout", Severity.WARNING)
    for match in _WORD.finditer(doc.text):
        span = Span(match.start(), match.end())
        if "resilint: ignore" not in doc.line(doc.position(span.start)[0]):
            findings.append(_slow(span, severity) if match.group() == "SLOW" else _safe(span))
    for match in _READS.finditer(doc.text):
        module = project.file(match.group(1))
        reads.append((match.group(1), project.reads[match.group(1)]))
        said = module.doc.line(1) if module else "nothing"
        place = Related("it is read here", Span(0, 0), match.group(1), 1)
        findings.append(
            Finding("TOY003", "reads-file", Severity.INFO, Span(*match.span()), f"reads {said}", (), (place,))
        )
    findings.sort(key=lambda finding: finding.span)
    findings = [replace(finding, fingerprint=f"f{number}") for number, finding in enumerate(findings, 1)]
    return Report(tuple(f for f in findings if f.rule not in settings.ignore), reads=tuple(reads))


def _slow(span: Span, severity: Severity) -> Finding:
    fixes = (
        Fix("Make it FAST", (Edit(*span, "FAST"),), applicability="unsafe"),
        Fix("Make it quick", (Edit(*span, "quick"),), applicability="unsafe"),
        Fix("Sketch it", (Edit(*span, "..."),), applicability="displayonly"),
    )
    return Finding("TMO001", "no-timeout", severity, span, "`SLOW` may wait for ever", fixes)


def _safe(span: Span) -> Finding:
    fixes = (Fix("Make it sound", (Edit(*span, "sound"),), applicability="safe"),)
    related = (Related("because of this", Span(0, 1)),)
    return Finding("TOY002", "unsound", Severity.ERROR, span, "`SAFE` is unsound", fixes, related, "say `sound`")


def _misbehave(text: str) -> None:
    if "HANG" in text:
        threading.Event().wait()
    if "LOOP" in text:
        re.match("(a+)+$", "a" * 64 + "b")
    if "CRASH" in text:
        os._exit(9)
    if "RAISE" in text:
        raise RuntimeError("as asked")
    if "EAT" in text:
        hoard = [bytes([1]) * 600_000_000]
        threading.Event().wait()
        del hoard


def policy(doc: Document, project: Project, settings: Settings, offset: int) -> Behind | None:
    """Four lines on a word."""
    for match in _WORD.finditer(doc.text):
        if match.start() <= offset <= match.end():
            return Behind(Span(*match.span()), f"**{match.group()}**\n\non a hang: `waits`")
    return None


def hints(doc: Document, project: Project, settings: Settings, span: Span) -> Iterable[Hint]:
    """A hint behind every SLOW."""
    for match in _WORD.finditer(doc.text, span.start, span.end):
        if match.group() == "SLOW":
            yield Hint(match.end(), "timeout=∞", "nothing ends it")


def lenses(doc: Document, project: Project, settings: Settings, cache: LensCache) -> Iterable[Lens | None]:
    """A lens over every SLOW, and a step without one for every SAFE."""
    for match in _WORD.finditer(doc.text):
        if cache.pulse is not None:
            cache.pulse(match.group())
        yield Lens(Span(*match.span()), "1 call") if match.group() == "SLOW" else None


def explain(doc: Document, project: Project, settings: Settings, row: int) -> str:
    """The words of a row."""
    return " and ".join(_WORD.findall(doc.line(row)))


def page(name: str) -> str:
    """The page of the one rule there is."""
    return "# no-timeout\n\nA remote call that may wait for ever." if name in ("no-timeout", "TMO001") else ""


def source(name: str) -> str:
    """This file is all rules' source."""
    return os.path.abspath(__file__)


engine = Engine(check, policy, hints, page, source, explain=explain, lenses=lenses)
