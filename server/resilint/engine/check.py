"""The pure function `check` that command line, editor, hooks and tests share."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from resilint_rules import registry
from resilint_rules.kit.findings import Finding, Severity
from resilint_rules.kit.prefilter.chunks import Relevant, relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.files import MAYBE, NO
from resilint_rules.kit.prefilter.own_code.unawaited import Coroutines
from resilint_rules.kit.prefilter.reach import Reach
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import FunctionChunk, Module
from resilint_rules.kit.project.place import Places
from resilint_rules.kit.reasons import gives_reason
from resilint_rules.kit.rule import Rule
from resilint_rules.kit.syntax.text import Document, Span

from ..config import selection
from ..config.settings import Settings
from ..own_rules import CRASHED, OWN, SYNTAX, UNREADABLE
from ..results import Report
from ..suppress import apply, ruff
from .fingerprint import fingerprinted
from .heavy import affordable, is_table, reason_left_out, too_long
from .incremental import Dependencies, IncrementalCache, Skeleton, named

if TYPE_CHECKING:
    from resilint_rules.kit.interp.session import Session
    from resilint_rules.kit.prefilter.summaries import ExportSummary
    from resilint_rules.kit.subscriptions import Subscriptions
    from resilint_rules.kit.syntax.outline import Chunk


def check(doc: Document, project: Project, settings: Settings, memo: IncrementalCache | None = None) -> Report:
    """Returns the findings in `doc`. Pure: the same arguments give the same report.

    A rule that crashes is a finding about us (`E001`), and the other rules go on. A chunk that cannot
    be parsed is left out and counted; if that, or the file around it, is not valid Python, that is a
    finding, too (`E999`). `memo` remembers a buffer's chunks from one check to the next.
    """
    with project.recording() as reads:
        report = _report(doc, project, settings, memo)
    return replace(report, reads=tuple(sorted(reads.items())))


def _looking_at(doc: Document, settings: Settings) -> tuple[Rule, ...]:
    """The rules for a kind of document; for tests only those that are on: without any, tests are not read."""
    rules = registry.looking_at(doc.kind)
    if doc.kind != "test":
        return rules
    chosen = selection.for_file(settings, rules, doc.name)
    return tuple(rule for rule in rules if rule.name in chosen)


def _report(doc: Document, project: Project, settings: Settings, memo: IncrementalCache | None) -> Report:
    """The report of `check` without `reads`."""
    ours = _looking_at(doc, settings)
    exports = project.derived(Exports)
    if not (ours or _mentions_resilint(doc)):
        return Report()
    module = project.module(doc)
    if not _can_matter(module, exports):
        return Report()
    if memo is not None:
        module.reuse(memo.facts)
    wanted = relevant(module, exports)
    if not (wanted.mentioned and ours) and not _mentions_resilint(doc):
        return Report()
    every = (*registry.rules().values(), *OWN)
    chosen = selection.for_file(settings, every, doc.name)
    running = [rule for rule in ours if rule.name in chosen]
    enabled = {rule.name for rule in (*running, *OWN) if rule.name in chosen}
    findings: list[Finding] = []
    broken = module.outline.broken
    if broken is not None:
        findings.append(_own(SYNTAX, Span(broken.offset, broken.offset), broken.message))
    run = _Run(doc, module, project, settings, running, memo)
    if running and wanted.chunks:
        findings.extend(run.findings(wanted, report_syntax=broken is None))
    findings.sort(key=lambda finding: (finding.span, finding.code))
    unsure = run.left_out or any(finding.code in (CRASHED.code, SYNTAX.code) for finding in findings)
    outcome = apply.apply(
        doc, module.outline.comments, findings, rules=every, enabled=enabled, sure=set() if unsure else enabled
    )
    left = fingerprinted((*outcome.findings, *outcome.suppressed), doc.text)
    count = len(outcome.findings)
    found = left[:count]
    if "ruff" in settings.defer_to:
        found = ruff.left_over(module, found, lambda name: _text(project, name))
    return Report(found, left[count:], (), run.chunks, run.lines, run.left_out)


def _can_matter(module: Module, exports: Exports) -> bool:
    """Whether a text, or what it imports, mentions integration code."""
    level = exports.level_of_document(module.doc)
    project = exports.project
    return level != NO and (
        level != MAYBE
        or exports.reached(module)
        or project.derived(Reach).reached(module)
        or bool(project.derived(Coroutines).of(module).offsets)
    )


def _mentions_resilint(doc: Document) -> bool:
    """Whether a text may hold our comments; such a file is analysed even if it has no integration code."""
    return "resilint" in doc.text.lower()


class _Run:
    """One document being checked: its chunks in turn, each with every rule."""

    def __init__(
        self,
        doc: Document,
        module: Module,
        project: Project,
        settings: Settings,
        rules: list[Rule],
        memo: IncrementalCache | None,
    ) -> None:
        self.doc = doc
        self.module = module
        self.project = project
        self.settings = settings
        self.rules = rules
        self.memo = memo
        self.severities = {rule.name: selection.severity_of(settings, rule) for rule in rules}
        self.report_syntax = True
        self.chunks = self.lines = self.left_out = 0

    def findings(self, wanted: Relevant, *, report_syntax: bool) -> list[Finding]:
        """What the rules find in the chunks that can matter."""
        from resilint_rules.kit.interp.session import Session  # brings libcst, which most files never need
        from resilint_rules.kit.reach.given import GivenClients

        self.report_syntax = report_syntax
        session = Session(self.project, asdict(self.settings.timeouts), asdict(self.settings.patterns))
        session.scope(self.module).known = wanted.summary
        session.follows = bool(wanted.summary.reaching)
        given = GivenClients(session, self.module)
        chunks = affordable(self.module, wanted.chunks)
        rest = wanted.chunks[len(chunks) :]
        try:
            if self.memo is None:
                found = self._fresh(session, wanted, chunks)
            else:
                found = self._remembered(session, chunks, wanted.summary, self.memo)
        finally:
            session.dismiss()
            given.dismiss()
        found = self._lowered(found)
        if rest:
            session.left_out.update((self.doc.name, _chunk(statement).start) for statement in rest)
            found.append(self._unread(_chunk(rest[0]), too_long(len(rest))))
        self.chunks, self.lines, self.left_out = session.chunks, session.lines, len(session.left_out)
        if UNREADABLE.name not in selection.for_file(self.settings, [UNREADABLE], self.doc.name):
            found = [finding for finding in found if finding.rule != UNREADABLE.name]
        return found

    def _lowered(self, findings: list[Finding]) -> list[Finding]:
        """The findings, those where little can happen as information only, unless a severity is configured."""
        if not findings:
            return findings
        places = Places(self.module)
        kept = {rule.name for rule in self.rules if self.severities[rule.name] is rule.severity}
        found: list[Finding] = []
        for finding in findings:
            reason = places.reason(finding.span) if finding.rule in kept else ""
            if reason and finding.severity.rank < Severity.INFO.rank:
                finding = replace(finding, severity=Severity.INFO, help=finding.help or reason)
            found.append(finding)
        return found

    def _unread(self, chunk: Chunk, message: str) -> Finding:
        """The finding that a chunk is left out: silence would look like code without a fault."""
        severity = selection.severity_of(self.settings, UNREADABLE)
        if severity is UNREADABLE.severity and is_table(self.module.source(chunk)):
            severity = Severity.INFO
        return replace(_own(UNREADABLE, Span(chunk.head, chunk.head), message), severity=severity)

    def _fresh(self, session: Session, wanted: Relevant, chunks: list[FunctionChunk | Chunk]) -> list[Finding]:
        """What the rules find in some chunks; those that only call another come behind it, if it calls out at all."""
        own = [chunk for chunk in chunks if _chunk(chunk).start not in wanted.callers]
        found = [finding for candidate in own for finding in self._look(session, candidate)[0]]
        scope = session.scope(self.module)
        out = {
            candidate.name for candidate in own if isinstance(candidate, FunctionChunk) and scope.calls_out(candidate)
        }
        for chunk in chunks if out else ():
            if not out.isdisjoint(wanted.callers.get(_chunk(chunk).start, ())):
                found.extend(self._look(session, chunk)[0])
        return found

    def _look(self, session: Session, statement: FunctionChunk | Chunk) -> tuple[list[Finding], bool]:
        """Returns the findings of all rules in a chunk, and whether it could be analysed."""
        from resilint_rules.kit.subscriptions import Subscriptions
        from resilint_rules.kit.syntax.tree import Misread

        scope = session.scope(self.module)
        chunk = _chunk(statement)
        try:
            frame = scope.own_frame(statement) if isinstance(statement, FunctionChunk) else scope.statement(chunk)
            if frame is not None:
                subjects = Subscriptions([frame])
                return [finding for rule in self.rules for finding in self._apply(rule, subjects)], True
        except (RecursionError, Misread):
            session.left_out.add((self.doc.name, chunk.start))
        if (self.doc.name, chunk.start) in session.left_out:
            return [self._unread(chunk, reason_left_out(chunk, self.module.source(chunk)))], False
        if not self.report_syntax or scope.tree(chunk) is not None:
            return [], False
        self.report_syntax = False
        message = "this is not valid Python, so nothing is known of the calls in it"
        return [_own(SYNTAX, Span(chunk.head, chunk.head), message)], False

    def _apply(self, rule: Rule, subjects: Subscriptions) -> list[Finding]:
        """A rule's findings in one chunk; one finding about ourselves if it crashes."""
        from resilint_rules.kit.syntax.tree import Misread

        found: list[Finding] = []
        seen: set[tuple[Span, str]] = set()  # several calls may lead to the same fault of the code
        severity = self.severities[rule.name]
        configured = severity is not rule.severity
        subject: object = None
        try:
            check_one = registry.load(rule.name)
            for subject in subjects.of(rule.on):
                for candidate in check_one(subject):
                    if candidate.library and selection.ignored_for(self.settings, rule, candidate.library):
                        continue
                    if candidate.played or gives_reason(rule.family, candidate.comments):
                        continue
                    if (candidate.span, candidate.message) in seen:
                        continue
                    seen.add((candidate.span, candidate.message))
                    level = candidate.severity if candidate.own_severity and not configured else severity
                    found.append(replace(candidate, code=rule.code, rule=rule.name, severity=level, comments=()))
        except Misread:
            raise
        except Exception as error:  # noqa: BLE001 - a rule's bug must not cost the run
            span = getattr(subject, "span", Span(0, 0))
            message = f"rule {rule.name} failed here: {type(error).__name__}: {error}"
            return [*found, _own(CRASHED, span if isinstance(span, Span) else Span(0, 0), message)]
        return found

    def _remembered(
        self, session: Session, chunks: list[FunctionChunk | Chunk], known: ExportSummary, memo: IncrementalCache
    ) -> list[Finding]:
        """The same of all chunks, with what the last check of this buffer has found where nothing has changed."""
        wish = f"{self.settings.digest} {self.doc.kind} {self.doc.name} {self.doc.module}"
        around = Skeleton(self.module, known, wish)
        reliance = Dependencies(self.project.reads)
        found: list[Finding] = []
        for statement in chunks:
            function = statement if isinstance(statement, FunctionChunk) else None
            chunk = _chunk(statement)
            source = self.module.source(chunk)
            key = (around.digest, function.qualname if function else "", source)
            recalled = memo.recall(key, chunk.start, around, self.project)
            if recalled is not None:
                reliance.add(dict(recalled.reads))
                found.extend(recalled.findings)
                continue
            name = named(source)
            if name in memo.without:
                session.left_out.add((self.doc.name, chunk.start))
                message = "not analysed until it changes: its analysis was ended repeatedly"
                found.append(self._unread(chunk, message))
                continue
            if memo.pulse is not None:
                memo.pulse(name)
            with self.project.recording() as read, self.module.recording() as recording:
                fresh, whole = self._look(session, statement)
            reads = reliance.add(read)
            crashed = any(finding.code == CRASHED.code for finding in fresh)
            if whole and not session.left_out and not crashed:
                answers = tuple(recording.all_answers().items())
                memo.keep(key, Span(chunk.start, chunk.end), fresh, reads, answers, around)
            found.extend(fresh)
        self.project.reads.update(reliance.reads)
        memo.settle(self.module.facts)
        return found


def _chunk(statement: FunctionChunk | Chunk) -> Chunk:
    return statement.chunk if isinstance(statement, FunctionChunk) else statement


def _text(project: Project, name: str) -> str | None:
    """The text of any file of the project; the question is recorded like all others."""
    found = project.file(name)
    return found.text if found is not None else None


def _own(rule: Rule, span: Span, message: str) -> Finding:
    return Finding(rule.code, rule.name, rule.severity, span, message)
