"""Fingerprints: the identity of a finding across edits. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace

from resilint_rules.kit.findings import Finding

_PART = re.compile(r"\w+|[()\[\]{}\n]")
_MOST_WORDS, _FARTHEST = 100, 10_000
"""Words and code points of a statement that count."""


def fingerprinted(findings: Iterable[Finding], text: str) -> tuple[Finding, ...]:
    """The findings with their fingerprints: rule, callee, enclosing name, and which one of these it is.

    Nothing in it depends on lines, layout or the file's name. `text` is the document's: the digest of the
    words that stand there distinguishes a new call from an old one beside it, which a count alone cannot.
    """
    every = tuple(findings)
    seen: dict[tuple[str, str, str], int] = {}
    made: dict[int, tuple[str, str]] = {}
    for index in sorted(range(len(every)), key=lambda index: every[index].span):
        finding = every[index]
        key = (finding.code, finding.callee, finding.scope)
        seen[key] = seen.get(key, 0) + 1
        start = finding.statement.start if finding.statement.end else finding.span.start
        made[index] = _digest("\0".join((*key, str(seen[key]))), 8), _digest(_words(text, start, finding.span.end), 4)
    return tuple(replace(item, fingerprint=made[index][0], text=made[index][1]) for index, item in enumerate(every))


def _digest(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def _words(text: str, start: int, end: int) -> str:
    """The first words from `start` to the end of the statement's lines at `end`, without layout and quotes."""
    words: list[str] = []
    depth = 0
    for found in _PART.finditer(text, start, start + _FARTHEST):
        part = found.group()
        if part == "\n":
            if depth <= 0 and found.start() >= end:
                break
        elif part in "([{":
            depth += 1
        elif part in ")]}":
            depth -= 1
        else:
            words.append(part)
            if len(words) == _MOST_WORDS:
                break
    return "".join(words).casefold()
