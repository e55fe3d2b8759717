"""Rules: the decorator that marks one, and its description."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .findings import Finding, Severity

Check = Callable[[Any], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """Description of a rule; everything but the arguments of the decorator is derived."""

    code: str
    name: str
    severity: Severity
    family: str
    module: str
    """Dotted name of the module that holds it; imported only when needed."""
    on: tuple[str, ...]
    """The types that it subscribes to, by name: those of `on`, else those of its function's first parameter."""
    summary: str
    """The first line of its page."""
    fixable: bool
    preview: bool
    default: bool
    tests: bool
    """True for a rule about tests: such a rule sees test files and nothing else."""
    words: tuple[str, ...]
    """Words of which one must occur in a file, beside the catalogue's imports, for it to matter."""
    beside: tuple[str, ...]
    """Words of which one must stand in the same function or statement as one of `words`; () if these are enough."""
    coroutine_words: tuple[str, ...]
    """As `words`, where only coroutines matter that have one of the words."""
    equivalents: tuple[str, ...]
    """Codes of other tools for the same risk: "S113", "B113", "missing-timeout", ..."""


def rule(
    *,
    code: str,
    name: str,
    on: tuple[type, ...] = (),
    severity: str = "warning",
    preview: bool = False,
    default: bool = True,
    tests: bool = False,
    words: tuple[str, ...] = (),
    beside: tuple[str, ...] = (),
    coroutine_words: tuple[str, ...] = (),
    equivalents: tuple[str, ...] = (),
) -> Callable[[Check], Check]:
    """Marks a function as a rule's check.

    `on` are the types that the rule subscribes to: `@rule(..., on=(Call, ClientCall))`; without it, the type of
    the function's first parameter. The keywords are read from the source by the registry generator
    (`python -m resilint_rules.generate`), the others as literals, so that no rule has to be imported to know
    its code; the function is left as it is.
    """
    Severity(severity)

    def mark(check: Check) -> Check:
        return check

    return mark
