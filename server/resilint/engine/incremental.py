"""What is known of a buffer's chunks from the last check, so that a keystroke costs one function.

A chunk's result depends on its own text and on the skeleton, all lines outside of function bodies; these
are its key. Whatever else it was computed from was recorded: queries about the module with their answers
(`kit/project/queries.py`), and the other files that were read. It is used again if the key is equal and
everything that was recorded is answered as before; its places are moved to where they are now.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from resilint_rules.kit.findings import Finding, Related
from resilint_rules.kit.prefilter.summaries import ExportSummary
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.project.recording import Answer, BodyFacts, Query
from resilint_rules.kit.syntax.text import Document, Edit, Span

Reads = tuple[tuple[str, str], ...]
Answers = tuple[tuple[Query, Answer], ...]
"""Recorded queries about the module itself, with their answers."""
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    """The result of a chunk that was at `start`, and what it depends on beside its key.

    `bodies` are where the bodies of functions were then, if something that was found reaches beyond the chunk.
    """

    start: int
    findings: tuple[Finding, ...]
    reads: Reads
    answers: Answers
    bodies: tuple[Span, ...] = ()


@dataclass(slots=True)
class IncrementalCache:
    """The memory of one buffer. It may change what a check costs, never what it finds.

    `pulse` is called with a chunk's name before it is analysed: a sign of life, and the place to
    raise `Abandoned` when the work is no longer wanted. What was done by then is not lost. `without`
    names chunks that must not be analysed.
    """

    pulse: Callable[[str], None] | None = None
    without: AbstractSet[str] = frozenset()
    chunks: dict[Key, _Known] = field(default_factory=dict)
    fresh: dict[Key, _Known] = field(default_factory=dict)
    facts: BodyFacts = field(default_factory=BodyFacts)

    def recall(self, key: Key, start: int, around: Skeleton, project: Project) -> _Known | None:
        """Returns the stored result of an unchanged chunk, moved to `start`; None if it must be analysed."""
        known = self.fresh.get(key) or self.chunks.get(key)
        if known is None or not around.holds(known.answers) or not around.answers(known.reads, project):
            return None
        doc = around.module.doc
        if known.bodies:
            findings = tuple(moved(finding, around.since(known.bodies), doc) for finding in known.findings)
            known = _Known(start, findings, known.reads, known.answers, around.bodies)
        elif known.start != start:
            by = start - known.start
            findings = tuple(moved(finding, lambda offset: offset + by, doc) for finding in known.findings)
            known = _Known(start, findings, known.reads, known.answers)
        self.fresh[key] = known
        return known

    def keep(
        self, key: Key, span: Span, findings: list[Finding], reads: Reads, answers: Answers, around: Skeleton
    ) -> None:
        """Remembers a chunk's findings."""
        within = all(span.start <= place.start and place.end <= span.end for f in findings for place in _places(f))
        self.fresh[key] = _Known(span.start, tuple(findings), reads, answers, () if within else around.bodies)

    def settle(self, facts: BodyFacts) -> None:
        """Forgets what the last check did not meet."""
        self.chunks, self.fresh, self.facts = self.fresh, {}, facts


class Abandoned(Exception):
    """A newer text makes the work void."""


def named(source: str) -> str:
    """A short name for a chunk of text."""
    return hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _places(finding: Finding) -> Iterator[Span]:
    """Returns all places in this file that a finding refers to."""
    yield finding.span
    yield from (Span(edit.start, edit.end) for fix in finding.fixes for edit in fix.edits)
    yield from (candidate.span for candidate in finding.related if not candidate.file)


def moved(finding: Finding, shift: Callable[[int], int], doc: Document) -> Finding:
    """A finding with all its places in this file shifted; `doc` is the text in which they are then."""
    statement = finding.statement
    return replace(
        finding,
        span=Span(*map(shift, finding.span)),
        statement=Span(*map(shift, statement)) if statement.end > statement.start else statement,
        fixes=tuple(
            replace(fix, edits=tuple(Edit(shift(e.start), shift(e.end), e.text) for e in fix.edits))
            for fix in finding.fixes
        ),
        related=tuple(
            candidate if candidate.file else _moved_note(candidate, shift, doc) for candidate in finding.related
        ),
    )


def _moved_note(note: Related, shift: Callable[[int], int], doc: Document) -> Related:
    span = Span(*map(shift, note.span))
    return replace(note, span=span, row=doc.position(span.start)[0] if note.row else 0)


class Skeleton:
    """What a module's chunks stand in: `digest` is of all that each of them can depend on without a recorded query."""

    def __init__(self, module: Module, known: ExportSummary, wish: str) -> None:
        self.module = module
        self.bodies = module.bodies()
        self._answered: dict[int, bool] = {}
        whole = "\0".join((wish, module.doc.newline, _summary_text(known), module.skeleton()))
        self.digest = hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def holds(self, answers: Answers) -> bool:
        """Whether the module gives the same answers."""
        answer = self.module.answer
        return all(answer(query) == known for query, known in answers)

    def since(self, bodies: tuple[Span, ...]) -> Callable[[int], int]:
        """Where an offset is now that was in a text with the same surroundings and its functions' bodies there.

        One in a body that has changed since has no place; whatever points there has a query for its source.
        """
        starts = [body.start for body in bodies]

        def shift(offset: int) -> int:
            number = bisect_right(starts, offset) - 1
            if number < 0:
                return offset
            then, now = bodies[number], self.bodies[number]
            return offset + (now.end - then.end if offset >= then.end else now.start - then.start)

        return shift

    def answers(self, reads: Reads, project: Project) -> bool:
        """Whether other files are what they were."""
        known = self._answered.get(id(reads))
        if known is None:
            known = self._answered[id(reads)] = all(project.digest(name) == digest for name, digest in reads)
        return known


class Dependencies:
    """The other files that chunks depend on, in the order of analysis: files read for one serve the next."""

    def __init__(self, reads: Mapping[str, str]) -> None:
        self.reads = dict(reads)
        self._frozen: Reads | None = None

    def add(self, reads: Mapping[str, str]) -> Reads:
        """Adds what one more chunk has read; returns all of it, in order."""
        size = len(self.reads)
        self.reads.update(reads)
        if self._frozen is None or size != len(self.reads):
            self._frozen = tuple(sorted(self.reads.items()))
        return self._frozen


def _summary_text(known: ExportSummary) -> str:
    of_class = sorted((name, sorted(attributes)) for name, attributes in known.of_class.items())
    return repr(
        [
            *map(sorted, (known.names, known.attributes, known.classes, known.through, known.called_by_coroutines)),
            sorted(known.reaching),
            sorted(known.reaching_functions),
            sorted(known.receiving),
            sorted(known.unawaited),
            sorted(known.wrapping),
            sorted(known.brought),
            of_class,
        ]
    )
