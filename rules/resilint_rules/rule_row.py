"""A row of the generated table of rules: what is known of a rule without importing it."""

from __future__ import annotations

from typing import NamedTuple


class RuleRow(NamedTuple):
    """The fields of `kit.rule.Rule`, in plain values, so that a start without analysis loads nothing else."""

    code: str
    name: str
    severity: str
    family: str
    module: str
    on: tuple[str, ...]
    summary: str
    fixable: bool
    preview: bool
    default: bool
    tests: bool
    words: tuple[str, ...]
    beside: tuple[str, ...]
    coroutine_words: tuple[str, ...]
    equivalents: tuple[str, ...]
