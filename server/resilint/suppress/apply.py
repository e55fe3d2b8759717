"""Silenced by a comment: ours, and those written for other tools about the same risk. Pure.

A comment counts for a finding when it stands on a line of the finding's span or on the first line of
its statement. A comment of ours that silences nothing becomes a finding itself, with a fix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resilint_rules.kit.findings import Finding, Fix
from resilint_rules.kit.rule import Rule
from resilint_rules.kit.syntax.text import Document, Edit, Span

from ..config.validators import nearest
from ..own_rules import OWN, UNUSED
from .foreign import Foreign, read_foreign

if TYPE_CHECKING:
    from resilint_rules.kit.syntax.outline import Comment

_OURS = re.compile(r"#[ \t]*resilint:[ \t]*(ignore-file|ignore)(?![\w-])(?:[ \t]*\[([^\]\n#]*)\])?")


@dataclass(slots=True)
class Ignore:
    """One `# resilint: ignore...` in a comment.

    `span` runs from its `#` to the end of its reason (or to the next `#`), `inside` is the text between
    the brackets, if there are any. `used` collects the names that have silenced something.
    """

    comment: Comment
    row: int
    span: Span
    head: Span
    inside: Span | None
    names: tuple[str, ...]
    whole_file: bool
    used: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Findings that are left, among them those about unused comments, and findings that are silenced."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]


def read_ignores(doc: Document, comments: Iterable[Comment]) -> list[Ignore]:
    """The ignores of ours, in order of place."""
    found: list[Ignore] = []
    for comment in comments:
        if "resilint" not in comment.text:
            continue
        for match in _OURS.finditer(comment.text):
            after = comment.text.find("#", match.end())
            end = len(comment.text) if after < 0 else after
            inside = None
            names: tuple[str, ...] = ()
            if match.group(2) is not None:
                inside = Span(comment.start + match.start(2), comment.start + match.end(2))
                names = tuple(name.strip() for name in match.group(2).split(",") if name.strip())
            found.append(
                Ignore(
                    comment=comment,
                    row=doc.position(comment.start)[0],
                    span=Span(comment.start + match.start(), comment.start + end),
                    head=Span(comment.start + match.start(), comment.start + match.end()),
                    inside=inside,
                    names=names,
                    whole_file=match.group(1) == "ignore-file",
                )
            )
    return found


def rows_of(doc: Document, finding: Finding) -> set[int]:
    """The rows on which a comment counts for a finding."""
    first = doc.position(finding.span.start)[0]
    last = doc.position(max(finding.span.end - 1, finding.span.start))[0]
    rows = set(range(first, last + 1))
    if finding.statement.start <= finding.span.start < finding.statement.end:
        rows.add(doc.position(finding.statement.start)[0])
    return rows


def apply(
    doc: Document,
    comments: Sequence[Comment],
    findings: Sequence[Finding],
    *,
    rules: Iterable[Rule],
    enabled: AbstractSet[str],
    sure: AbstractSet[str],
) -> Outcome:
    """Parts `findings` into those that are left and those that a comment silences.

    `enabled` are the names of the rules that ran on this file, `sure` those of them that could see all
    they needed: only these can call a comment unused. `rules` are all rules there are.
    """
    if not comments:
        return Outcome(tuple(findings), ())
    by_name = {rule.name: rule for rule in (*rules, *OWN)}
    ignores = read_ignores(doc, comments)
    foreign = read_foreign(doc, comments)
    left: list[Finding] = []
    suppressed: list[Finding] = []
    for finding in findings:
        rows = rows_of(doc, finding)
        silent = [_silences(ignore, finding, rows) for ignore in ignores]  # all of them: each may be used
        rule = by_name.get(finding.rule)
        if any(silent) or (rule is not None and _silenced_for_others(foreign, rule, rows)):
            suppressed.append(finding)
        else:
            left.append(finding)
    if UNUSED.name in enabled:
        for ignore in ignores:
            left.extend(_unused(doc, ignore, by_name, enabled, sure))
    left.sort(key=lambda finding: (finding.span, finding.code))
    return Outcome(tuple(left), tuple(suppressed))


def _silences(ignore: Ignore, finding: Finding, rows: AbstractSet[int]) -> bool:
    if not (ignore.whole_file or ignore.row in rows):
        return False
    if ignore.inside is None:
        ignore.used.add(finding.rule)
        return True
    meant = {finding.code, finding.rule}.intersection(ignore.names)
    ignore.used |= meant
    return bool(meant)


def _silenced_for_others(foreign: Sequence[Foreign], rule: Rule, rows: AbstractSet[int]) -> bool:
    return bool(rule.equivalents) and any(candidate.silences(rule.equivalents, rows) for candidate in foreign)


def _unused(
    doc: Document, ignore: Ignore, by_name: dict[str, Rule], enabled: AbstractSet[str], sure: AbstractSet[str]
) -> list[Finding]:
    """At most one finding for a comment: all that is wrong with it."""
    comment = doc.text[ignore.head.start : ignore.head.end]
    if ignore.inside is None:
        # A bare comment applies to all rules, so all of them must have been able to see.
        if ignore.used or not enabled <= sure | {rule.name for rule in OWN}:
            return []
        return [_finding(ignore, f"`{comment}` silences nothing", _removal(doc, ignore))]
    codes = {rule.code: rule.name for rule in by_name.values()}
    meant = {name: codes.get(name, name) for name in ignore.names}
    unknown = [name for name in ignore.names if meant[name] not in by_name]
    working = {*ignore.used, *(name for name in ignore.names if meant[name] not in enabled & sure)}
    idle = [name for name in ignore.names if name not in working and name not in unknown]
    kept = [name for name in ignore.names if name in working and name not in unknown]
    if not unknown and not idle and ignore.names:
        return []
    said = [f"`{name}` names no rule{nearest(name, (*by_name, *codes))}" for name in unknown]
    if idle or not ignore.names:
        what = comment if not kept and not unknown else ", ".join(idle)
        said.append(f"`{what}` silences nothing")
    if kept:
        fix = Fix(
            f"Remove {', '.join((*unknown, *idle))} from the comment",
            (Edit(ignore.inside.start, ignore.inside.end, ", ".join(kept)),),
            applicability="safe",
        )
    else:
        fix = _removal(doc, ignore)
    return [_finding(ignore, "; ".join(said), fix)]


def _finding(ignore: Ignore, message: str, fix: Fix) -> Finding:
    return Finding(
        code=UNUSED.code,
        rule=UNUSED.name,
        severity=UNUSED.severity,
        span=ignore.head,
        message=message,
        fixes=(fix,),
        statement=ignore.head,
    )


def _removal(doc: Document, ignore: Ignore) -> Fix:
    """Takes our part out of a comment: with its line, or with the blanks before it, if nothing else is there."""
    text, (start, end) = doc.text, ignore.span
    before = text[ignore.comment.start : start].strip(" \t")
    after = text[end : ignore.comment.end]
    if before or not after:
        while start > 0 and text[start - 1] in " \t":
            start -= 1
    if after and before:
        start, end = ignore.span
    if not before and not after and ignore.comment.own_line:
        row = ignore.row
        start = doc.starts[row - 1]
        end = doc.starts[row] if row < len(doc.starts) else len(text)
    return Fix("Remove the comment that silences nothing", (Edit(start, end, ""),), applicability="safe")
