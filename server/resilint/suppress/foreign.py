"""Comments that silence other tools: which of them mean a risk that a rule of ours finds too. Pure.

`# noqa`, `# noqa: S113`, `# nosec`, `# nosec B113`, `# pylint: disable=missing-timeout`, and their forms
for a whole file or the next line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from resilint_rules.kit.syntax.text import Document

if TYPE_CHECKING:
    from resilint_rules.kit.syntax.outline import Comment

Tool = Literal["ruff", "bandit", "pylint"]

_NOQA = re.compile(
    r"#[ \t]*(?P<file>(?:ruff|flake8)[ \t]*:[ \t]*)?noqa(?![\w-])"
    r"(?P<named>[ \t]*:[ \t]*(?P<codes>[A-Z]+[0-9]+(?:(?:[ \t]*,[ \t]*|[ \t]+)[A-Z]+[0-9]+)*)?)?",
    re.IGNORECASE,
)
_NOSEC = re.compile(r"#[ \t]*nosec(?![\w-]):?(?P<rest>[^#]*)")
_BANDIT_NAME = re.compile(r"\bB[0-9]{3}\b|\b[a-z]+(?:_[a-z0-9]+)+\b")
_PYLINT = re.compile(r"#[ \t]*pylint:[ \t]*(?P<verb>disable-next|disable|enable)[ \t]*=[ \t]*(?P<names>[\w, \t-]+)")


def tool_of(code: str) -> Tool | None:
    """Whose code this is; None for tools whose comments we do not read."""
    if re.fullmatch(r"B[1-8][0-9]{2}", code):  # B0xx and B9xx are flake8-bugbear's
        return "bandit"
    if re.fullmatch(r"[CEFIRW][0-9]{4}|[a-z]+(?:-[a-z0-9]+)+", code):
        return "pylint"
    if re.fullmatch(r"S[0-9]{4}", code):  # Sonar
        return None
    if re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)+", code):
        return "bandit"
    return "ruff" if re.fullmatch(r"[A-Z]+[0-9]{1,4}", code) else None


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a comment silences: a tool's named codes (all of them, if `codes` is empty) on some rows."""

    tool: Tool
    codes: frozenset[str]
    first: int
    last: int

    def silences(self, equivalents: Sequence[str], rows: AbstractSet[int]) -> bool:
        """Whether it applies to one of these codes on one of these rows."""
        if self.codes:
            meant = not self.codes.isdisjoint(equivalents)
        else:
            meant = any(tool_of(equivalent) == self.tool for equivalent in equivalents)
        return meant and any(self.first <= row <= self.last for row in rows)


def read_foreign(doc: Document, comments: Iterable[Comment]) -> list[Foreign]:
    """What the comments of a file silence for other tools."""
    found: list[Foreign] = []
    comments = tuple(comments)
    for comment in comments:
        lower = comment.text.lower()
        if "noqa" not in lower and "nosec" not in lower and "pylint" not in lower:
            continue
        row = doc.position(comment.start)[0]
        found.extend(_noqa(doc, comment, row))
        found.extend(
            Foreign("bandit", frozenset(_BANDIT_NAME.findall(match.group("rest"))), row, row)
            for match in _NOSEC.finditer(comment.text)
        )
        for match in _PYLINT.finditer(comment.text):
            names = frozenset(name.strip() for name in match.group("names").split(",") if name.strip())
            if names and match.group("verb") != "enable":
                found.extend(_pylint(doc, comments, comment, names, match.group("verb")))
    return found


def _noqa(doc: Document, comment: Comment, row: int) -> Iterable[Foreign]:
    """ruff's reach: the line, or the file."""
    for match in _NOQA.finditer(comment.text):
        codes = re.findall(r"[A-Z]+[0-9]+", (match.group("codes") or "").upper())
        if match.group("named") and not codes:
            continue  # a colon and then no code: nothing that can be checked
        whole = match.group("file")
        yield Foreign("ruff", frozenset(codes), 1 if whole else row, len(doc.starts) if whole else row)


def _pylint(
    doc: Document, comments: Sequence[Comment], comment: Comment, names: frozenset[str], verb: str
) -> Iterable[Foreign]:
    """pylint's reach: the line, the next line, or from a line of its own to the end of the block."""
    row = doc.position(comment.start)[0]
    if verb == "disable-next":
        yield Foreign("pylint", names, row + 1, row + 1)
    elif not comment.own_line:
        yield Foreign("pylint", names, row, row)
    else:
        for name in names:
            yield Foreign("pylint", frozenset({name}), row, _end_of_block(doc, comments, comment, row, name))


def _end_of_block(doc: Document, comments: Sequence[Comment], comment: Comment, row: int, name: str) -> int:
    enabled = len(doc.starts)
    for later in comments:
        match = _PYLINT.search(later.text) if later.start > comment.start and "pylint" in later.text else None
        if match and match.group("verb") == "enable" and name in re.split(r"[ \t,]+", match.group("names")):
            enabled = doc.position(later.start)[0]
            break
    depth = doc.position(comment.start)[1]
    if depth == 1:
        return enabled
    for number in range(row + 1, enabled + 1):
        line = doc.line(number)
        if line.strip() and len(line) - len(line.lstrip()) + 1 < depth:
            return number - 1
    return enabled
