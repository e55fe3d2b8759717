"""Findings, their severities and their fixes."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

from .syntax.text import Edit, Span

Applicability = Literal["safe", "unsafe", "displayonly"]
"""safe: the same behaviour on every path that worked before; unsafe: may raise or wait differently;
displayonly: a scaffold to finish by hand, never applied in bulk."""


class Severity(str, enum.Enum):
    """How bad a finding is; compare with `rank` (0 is the worst)."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 for an error to 3 for a hint."""
        return list(Severity).index(self)


_NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Import:
    """A name that a fix needs: `import module`, or `from module import name`."""

    module: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """An independent change to the text the finding was made for: edits, and the imports they need.

    `title` states the effect ("Add timeout=(3.05, 27)"). Imports are named, not text; `fix.apply`
    merges and places them once. `edits` are sorted and do not overlap.
    """

    title: str
    edits: tuple[Edit, ...]
    imports: tuple[Import, ...] = ()
    applicability: Applicability = "unsafe"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains a finding. `file` is "" for the same file; `row` is one-based."""

    message: str
    span: Span
    file: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a rule has found. `span` are offsets in the document it was found in.

    `callee` is the qualified name of what is called ("" if nothing is), `scope` the qualified name
    of the enclosing function or class; with rule and an ordinal they make the `fingerprint`, which
    `check` fills in. The first fix is the preferred one.
    """

    code: str
    rule: str
    severity: Severity
    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    help: str = ""
    callee: str = ""
    scope: str = ""
    library: str = ""
    statement: Span = _NOWHERE
    """The whole statement around the span: an ignore comment on its first line counts too."""
    fingerprint: str = ""
    text: str = ""
    """A digest of the words that stand there, filled in by `check`: it tells like calls of one scope apart."""
    client: str = ""
    """The client it is about, by where that is made: findings of one rule with the same client get the same fix."""
    own_severity: bool = False
    """The rule chose this severity for this place; else the rule's own holds."""
    played: bool = False
    """A stand-in answers there, so that nothing leaves the process: `check` drops it."""
    comments: tuple[str, ...] = ()
    """What is written for people beside it and right above it: `check` drops it where that gives the reason."""
