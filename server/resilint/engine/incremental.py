"""What is known of a buffer's pieces from the last check, so that a keystroke costs one function.

A piece's findings depend on its own text, on what stands around it, on the functions that were gone
through on its behalf, and on the other files it asked about. Around it stand all lines outside of
function bodies, and of each body what others can ask of it without going through it: see `told`.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.prefilter.summaries import Handed
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import FunctionPiece, Module
from resilint_rules.kit.syntax.text import Edit, Span

_WORD = re.compile(r"[^\W\d]\w*")
_TELLING = re.compile(
    r"\b(?:self|cls)\.(\w+)(?=[ \t]*(?:[,:]|=(?!=)))|\bas[ \t]+self\.(\w+)"
    r"|\b(?:self|cls)\.(\w+\.(?:mount\b|\w+(?=[ \t]*=(?!=))))"
    r"|\b((?:global|nonlocal)[ \t][\w, \t]+)"
    r"|(\.(?:retry_with|copy|new|increment)\(\s*\w*|\.stop\s*=(?!=))"
    r"|(\btimeout\s*=|[\"']timeout[\"'])"
)
"""What a body says of its object's attributes, of global names, of policies made elsewhere, and of limits."""
_PARTS = ("timeout", "mount", "adapter", "verify", "retr", "auth", "header", "==", "!=")
"""Parts of words, in any case, and operators for which functions are looked through."""
_SINGLED = frozenset(("retry_after_seconds", "setdefaulttimeout", "with_options"))
"""Names for which whole modules are looked through."""
_PLACE = re.compile(r"\b(?:line|row)s? \d")

Reads = tuple[tuple[str, str], ...]
Uses = tuple[tuple[int, int], ...]
"""Functions of the module that were gone through: which one in order of the text, and a hash of its body."""
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What others can ask of a function's body: the words in it, and what it tells."""

    words: frozenset[str]
    rest: str


@dataclass(frozen=True, slots=True)
class _Known:
    """A piece that was at `start`: what was found in it, the files asked about, the functions gone through.

    `bodies` are where the bodies of functions were then, if something that was found reaches beyond the piece.
    """

    start: int
    findings: tuple[Finding, ...]
    reads: Reads
    uses: Uses
    bodies: tuple[Span, ...] = ()


@dataclass(slots=True)
class Memo:
    """The memory of one buffer. It may change what a check costs, never what it finds.

    `pulse` is called with a piece's name before it is gone through: a sign of life, and the place to
    raise `Abandoned` when the work is no longer wanted. What was done by then is not lost. `without`
    names pieces that are not to be gone through.
    """

    pulse: Callable[[str], None] | None = None
    without: AbstractSet[str] = frozenset()
    pieces: dict[Key, _Known] = field(default_factory=dict)
    fresh: dict[Key, _Known] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)

    def recall(self, key: Key, start: int, around: Surroundings, project: Project) -> _Known | None:
        """What is known of a piece that is as it was; moved to `start`; None if it has to be gone through."""
        known = self.fresh.get(key) or self.pieces.get(key)
        if known is None or not around.holds(known.uses) or not around.answers(known.reads, project):
            return None
        if known.bodies:
            findings = tuple(moved(each, around.since(known.bodies)) for each in known.findings)
            known = _Known(start, findings, known.reads, known.uses, around.bodies)
        elif known.start != start:
            by = start - known.start
            findings = tuple(moved(each, lambda offset: offset + by) for each in known.findings)
            known = _Known(start, findings, known.reads, known.uses)
        self.fresh[key] = known
        return known

    def keep(
        self, key: Key, span: Span, findings: list[Finding], reads: Reads, uses: Uses, around: Surroundings
    ) -> None:
        """Remembers a piece's findings, unless they speak of places by their rows."""
        if not any(_speaks_of_rows(each) for each in findings):
            within = all(span.start <= place.start and place.end <= span.end for f in findings for place in _places(f))
            self.fresh[key] = _Known(span.start, tuple(findings), reads, uses, () if within else around.bodies)

    def settle(self, told: dict[str, Told]) -> None:
        """Forgets what the last check did not meet."""
        self.pieces, self.fresh, self.told = self.fresh, {}, told


class Abandoned(Exception):
    """A newer text makes the work void."""


def named(source: str) -> str:
    """A short name for a piece of text."""
    return hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _places(finding: Finding) -> Iterator[Span]:
    """All places in this file that a finding speaks of."""
    yield finding.span
    yield from (Span(edit.start, edit.end) for fix in finding.fixes for edit in fix.edits)
    yield from (each.span for each in finding.related if not each.file)


def _speaks_of_rows(finding: Finding) -> bool:
    spoken = (
        finding.message,
        finding.help,
        *(fix.title for fix in finding.fixes),
        *(each.message for each in finding.related),
    )
    return any(each.row for each in finding.related if not each.file) or any(_PLACE.search(text) for text in spoken)


def moved(finding: Finding, shift: Callable[[int], int]) -> Finding:
    """A finding with all its places in this file shifted."""
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
            each if each.file else replace(each, span=Span(*map(shift, each.span))) for each in finding.related
        ),
    )


class Surroundings:
    """What a module's pieces stand in: `digest` is of all that each of them can depend on unasked."""

    def __init__(self, module: Module, known: Handed, wish: str, memo: Memo) -> None:
        text = module.text
        functions = sorted(module.all_functions(), key=lambda each: each.piece.start)
        self.told: dict[str, Told] = {}
        self.bodies = tuple(Span(each.piece.body, each.piece.end) for each in functions)
        self._order = {function: number for number, function in enumerate(functions)}
        self._bodies: list[int] = []
        self._answered: dict[int, bool] = {}
        names = _names(module) | known.attributes
        parts = [wish, _shown(known)]
        position = 0
        for function in functions:
            start, end = function.piece.body, function.piece.end
            body = text[start:end]
            self._bodies.append(hash(body))
            found = self.told.get(body) or memo.told.get(body) or told(body)
            self.told[body] = found
            parts += (text[position:start], *sorted(found.words & names), found.rest)
            position = end
        parts.append(text[position:])
        whole = "\0".join(parts).encode("utf-8", "surrogatepass")
        self.digest = hashlib.blake2b(whole, digest_size=16).hexdigest()

    def uses(self, functions: Iterable[FunctionPiece]) -> dict[int, int]:
        """Those of the functions that are of this module, with what they are now."""
        numbers = (self._order.get(function) for function in functions)
        return {number: self._bodies[number] for number in numbers if number is not None}

    def holds(self, uses: Uses) -> bool:
        """Whether functions are what they were."""
        known = self._answered.get(id(uses))
        if known is None:
            known = self._answered[id(uses)] = all(self._bodies[number] == body for number, body in uses)
        return known

    def since(self, bodies: tuple[Span, ...]) -> Callable[[int], int]:
        """Where an offset is now that was in a text with the same surroundings and its functions' bodies there.

        One in a body that has changed since has no place; such a body is among the `uses` of whoever speaks of it.
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


class Reliance:
    """What pieces rely on, in the order they are gone through: what was learnt for one serves the next."""

    def __init__(self, reads: Mapping[str, str]) -> None:
        self.reads = dict(reads)
        self._uses: dict[int, int] = {}
        self._frozen: tuple[Reads, Uses] | None = None

    def add(self, reads: Mapping[str, str], uses: Mapping[int, int]) -> tuple[Reads, Uses]:
        """Takes note of what one more piece relied on; gives all of it, in order."""
        size = len(self.reads), len(self._uses)
        self.reads.update(reads)
        self._uses.update(uses)
        if self._frozen is None or size != (len(self.reads), len(self._uses)):
            self._frozen = tuple(sorted(self.reads.items())), tuple(sorted(self._uses.items()))
        return self._frozen


def told(body: str) -> Told:
    """What others can ask of a function's body without going through it."""
    lowered = body.lower()
    said = sorted({"".join(found) for found in _TELLING.findall(body)})
    return Told(frozenset(_WORD.findall(body)), repr((said, [part for part in _PARTS if part in lowered])))


def _names(module: Module) -> frozenset[str]:
    """The names that a module gives to things, at its top and in its classes."""
    names = {*_SINGLED, *module.functions, *module.classes, *module.bindings, *module.global_writers}
    for cls in module.all_classes():
        names.update(cls.methods, cls.classes)
    return frozenset(names)


def _shown(known: Handed) -> str:
    of_class = sorted((name, sorted(attributes)) for name, attributes in known.of_class.items())
    return repr([*map(sorted, (known.names, known.attributes, known.classes, known.through, known.asked)), of_class])
