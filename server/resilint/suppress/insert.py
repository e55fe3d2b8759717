"""Writes ignore comments: `# resilint: ignore[no-timeout] reason` where a finding is silenced by it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.syntax.outline import scan
from resilint_rules.kit.syntax.text import Document, Edit

from ..fixes.edits import replaced
from ..own_rules import OWN
from .apply import Ignore, read_ignores, rows_of

_NOT_OURS = frozenset(rule.name for rule in OWN)


@dataclass(frozen=True, slots=True)
class Added:
    """Edits that silence findings; `beyond` are those for which no line can take a comment."""

    edits: tuple[Edit, ...]
    silenced: tuple[Finding, ...]
    beyond: tuple[Finding, ...]


def add(doc: Document, findings: Iterable[Finding], reason: str = "") -> Added:
    """The edits that silence `findings`, one comment a line, names in order.

    A finding's first line is taken, unless a comment cannot stand there: at a backslash, or within a
    string. `reason` is one line of text.
    """
    pending = [(found, list(_rows(doc, found))) for found in findings if found.rule not in _NOT_OURS]
    ignores = {ignore.row: ignore for ignore in read_ignores(doc, scan(doc.text).comments) if ignore.inside}
    silenced: list[Finding] = []
    beyond: list[Finding] = []
    placed: dict[int, list[Finding]] = {}
    refused: set[int] = set()
    while pending:
        for finding, rows in pending:
            row = next((row for row in rows if row not in refused), None)
            if row is None:
                beyond.append(finding)
            else:
                placed.setdefault(row, []).append(finding)
        bad = _not_comments(doc, placed.keys() - ignores.keys())
        refused |= bad
        pending = [(candidate, list(_rows(doc, candidate))) for row in sorted(bad) for candidate in placed.pop(row)]
    edits = []
    for row, here in sorted(placed.items()):
        silenced.extend(here)
        edits.append(_edit(doc, row, sorted({candidate.rule for candidate in here}), ignores.get(row), reason))
    return Added(tuple(edits), tuple(silenced), tuple(beyond))


def _rows(doc: Document, finding: Finding) -> Iterator[int]:
    """The rows where a comment counts, the likeliest first: where the finding starts, then downwards."""
    first = doc.position(finding.span.start)[0]
    rows = sorted(rows_of(doc, finding), key=lambda row: (row < first, row))
    for row in rows:
        if not doc.line(row).endswith("\\"):
            yield row


def _end(doc: Document, row: int) -> int:
    return doc.starts[row - 1] + len(doc.line(row))


_PROBE = "  # resilint: ignore"


def _not_comments(doc: Document, rows: Iterable[int]) -> set[int]:
    """The rows at whose end a comment would be part of a string: found by putting one there."""
    bad: set[int] = set()
    tried = sorted(rows)
    text = replaced(doc.text, [Edit(_end(doc, row), _end(doc, row), _PROBE) for row in tried])
    comments = [(comment.start, comment.end) for comment in scan(text).comments]
    ends = {end for _, end in comments}
    for number, row in enumerate(tried, 1):
        if _end(doc, row) + number * len(_PROBE) not in ends:
            bad.add(row)
    return bad


def _edit(doc: Document, row: int, names: Sequence[str], ignore: Ignore | None, reason: str) -> Edit:
    if ignore is not None and ignore.inside is not None:
        added = [name for name in names if name not in ignore.names]
        return Edit(ignore.inside.start, ignore.inside.end, ", ".join((*ignore.names, *added)))
    behind = f" {reason}" if reason else ""
    return Edit(_end(doc, row), _end(doc, row), f"  # resilint: ignore[{', '.join(names)}]{behind}")
