"""From fixes to a text: what is applied together, what waits, and when to stop. Pure.

Fixes are independent changes to the same text, like commits with one parent. The imports they need
are merged and placed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from resilint_rules.kit.findings import Applicability, Finding, Fix, Import
from resilint_rules.kit.syntax.layout import TokenEdges, even
from resilint_rules.kit.syntax.outline import Chunk, scan
from resilint_rules.kit.syntax.text import Document, Edit

from . import verify
from .edits import place_of, replaced
from .imports import edits_for

MOST_ROUNDS = 10

MAX_WEIGHT = 1000
"""Operators, calls and subscripts in one logical line beyond which parsing takes seconds."""

SAFE: frozenset[Applicability] = frozenset({"safe"})
UNSAFE: frozenset[Applicability] = frozenset({"safe", "unsafe"})


@dataclass(frozen=True, slots=True)
class Applied:
    """The text after one round, the fixes that are in it, and those that overlap one of them.

    `edits` are those of the fixes that are in it and of their imports.
    `refused` are fixes that begin or end within a token: they were made for another text, and are in no text.
    """

    text: str
    applied: tuple[Fix, ...]
    waiting: tuple[Fix, ...]
    refused: tuple[Fix, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """The text at the fixed point, and how it was reached.

    `applied` are the findings that were fixed, in order; `broken` those whose fix gave text that does
    not parse, or would have split a token, and was taken back; `findings` what is left in the final text.
    `settled` is False when the rounds ran out while fixes were still to be applied: the text is then the one
    that was given, with nothing applied. So it is when `damage` says, as a clause, what the fixes of the rules
    `culprits` did beside their purpose.
    """

    text: str
    applied: tuple[Finding, ...] = ()
    broken: tuple[Finding, ...] = ()
    findings: tuple[Finding, ...] = ()
    settled: bool = True
    damage: str = ""
    culprits: tuple[str, ...] = ()


def apply(text: str, fixes: Iterable[Fix]) -> Applied:
    """One round: of fixes that overlap, the first wins and the others wait."""
    taken: list[Edit] = []
    applied: list[Fix] = []
    waiting: list[Fix] = []
    refused: list[Fix] = []
    edges = TokenEdges(text)
    for fix in fixes:
        if not _fits(fix, edges):
            refused.append(fix)
        elif any(_collide(edit, other) for edit in fix.edits for other in taken):
            waiting.append(fix)
        else:
            taken.extend(fix.edits)
            applied.append(fix)
    imports = edits_for(text, _imports(applied))
    # An import line inside a part that is replaced would be lost with it.
    while lost := next((edit for edit in imports for other in taken if other.start < edit.start < other.end), None):
        dropped = next(fix for fix in applied if any(e.start < lost.start < e.end for e in fix.edits))
        applied.remove(dropped)
        waiting.append(dropped)
        taken = [edit for fix in applied for edit in fix.edits]
        imports = edits_for(text, _imports(applied))
    edits = (*imports, *taken)
    return Applied(replaced(text, edits), tuple(applied), tuple(waiting), tuple(refused), edits)


def _fits(fix: Fix, edges: TokenEdges) -> bool:
    return all(edges.allow(edit.start, edit.end) for edit in fix.edits)


def edits_with_imports(text: str, fix: Fix) -> tuple[Edit, ...]:
    """The edits of one fix and of the imports it needs, sorted: for editors and reports; () if it splits a token."""
    if not _fits(fix, TokenEdges(text)):
        return ()
    return tuple(sorted([*edits_for(text, _imports((fix,))), *fix.edits], key=place_of))


def _imports(fixes: Iterable[Fix]) -> list[tuple[Import, int]]:
    """The imports that fixes need, each with the offset of the first edit that needs it."""
    return [(imported, min((edit.start for edit in fix.edits), default=0)) for fix in fixes for imported in fix.imports]


def _collide(one: Edit, other: Edit) -> bool:
    """Whether two edits share a character, or one inserts where the other begins or ends."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def preferred(finding: Finding, wanted: AbstractSet[Applicability]) -> Fix | None:
    """The first fix of a finding, if it may be applied without asking."""
    if finding.fixes and finding.fixes[0].applicability in wanted:
        return finding.fixes[0]
    return None


def parses(text: str) -> bool:
    """Whether a text is Python, whatever the version of the Python that asks.

    Wants a deep stack, as all parsing does. What would take too long to parse is judged by its brackets
    and strings alone.
    """
    text = even(text)  # the parser knows no form feeds
    outline = scan(text)
    if outline.broken is not None or _heaviest(outline.chunks) > MAX_WEIGHT:
        return outline.broken is None
    from resilint_rules.kit.syntax import tree  # heavy, and only needed once a fix is applied

    return tree.parse(text, 0, indented=False) is not None


def _heaviest(chunks: Iterable[Chunk]) -> int:
    return max((max(chunk.weight, _heaviest(chunk.children)) for chunk in chunks), default=0)


def fix_all(
    doc: Document,
    check_again: Callable[[Document], Sequence[Finding]],
    wanted: AbstractSet[Applicability] = SAFE,
    parses: Callable[[str], bool] = parses,
    rounds: int = MOST_ROUNDS,
) -> Fixed:
    """Applies the preferred fixes again and again until nothing changes, in at most ten rounds."""
    applied: list[Finding] = []
    broken: _Broken = {}
    seen = {doc.text}
    given, found = doc.text, None
    for _ in range(rounds):
        findings = tuple(check_again(doc))
        found = findings if found is None else found
        pending = _pending(findings, wanted, broken)
        done = _apply_round(doc.text, pending, broken, parses) if pending else None
        if done is None or done.text == doc.text:
            return Fixed(doc.text, tuple(applied), tuple(broken.values()), findings)
        if reason := _damage(doc.text, done):
            culprits = tuple(sorted({finding.rule for finding in _fixed(pending, done)}))
            return Fixed(given, (), tuple(broken.values()), found, damage=reason, culprits=culprits)
        if done.text in seen:  # fixes that undo each other
            return Fixed(given, (), tuple(broken.values()), found, settled=False)
        applied.extend(_fixed(pending, done))
        doc = replace(doc, text=done.text)
        seen.add(doc.text)
    findings = tuple(check_again(doc))
    if _pending(findings, wanted, broken):
        return Fixed(given, (), tuple(broken.values()), found or (), settled=False)
    return Fixed(doc.text, tuple(applied), tuple(broken.values()), findings)


_Pending = Sequence[tuple[Finding, Fix]]
_Broken = dict[tuple[str, ...], Finding]


def _pending(findings: Iterable[Finding], wanted: AbstractSet[Applicability], broken: _Broken) -> _Pending:
    """The findings to fix, each with its preferred fix."""
    return [(other, fix) for other in findings if (fix := preferred(other, wanted)) and _name(other) not in broken]


def _fixed(pending: _Pending, done: Applied) -> list[Finding]:
    """The findings whose fixes are in a round's text."""
    return [finding for finding, fix in pending if any(fix is candidate for candidate in done.applied)]


def _apply_round(text: str, pending: _Pending, broken: _Broken, parses: Callable[[str], bool]) -> Applied | None:
    """One round without the fixes that break the text, which are added to `broken`; None if it was broken before."""
    done = apply(text, (fix for _, fix in pending))
    broken.update((_name(item), item) for item, fix in pending if any(fix is bad for bad in done.refused))
    if parses(done.text) and not _damage(text, done):
        return done
    if not parses(text):  # nothing can be judged here
        return None
    kept, bad = _parted(text, pending, parses)
    broken.update((_name(finding), finding) for finding in bad)
    return apply(text, kept)


def _damage(text: str, done: Applied) -> str:
    """Returns what a round did beside its purpose, as a clause; "" if nothing is known."""
    if reason := verify.damage(text, done.edits):
        return reason
    if not verify.compiles(done.text) and verify.compiles(text):
        return "the result does not compile"
    return ""


def _parted(text: str, pending: _Pending, parses: Callable[[str], bool]) -> tuple[list[Fix], list[Finding]]:
    """The fixes that can be applied together, and the findings of those that break the text alone.

    The others are for a later round: two fixes of one call may be right alone and wrong together. The first
    that does damage alone is the only one that is returned, so that it is found.
    """
    kept: list[Fix] = []
    broken: list[Finding] = []
    for finding, fix in pending:
        together = apply(text, (*kept, fix))
        if parses(together.text) and not _damage(text, together):
            kept.append(fix)
            continue
        alone = apply(text, (fix,)) if kept else together
        if not parses(alone.text):
            broken.append(finding)
        elif _damage(text, alone):
            return [fix], broken
    return kept, broken


def _name(finding: Finding) -> tuple[str, ...]:
    """Knows a finding again after other edits have moved it."""
    title = finding.fixes[0].title if finding.fixes else ""
    return finding.rule, finding.fingerprint or finding.message, finding.scope, finding.callee, title
