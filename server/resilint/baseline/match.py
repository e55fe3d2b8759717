"""Matching of findings with baseline entries: which are known, and which entries are stale.

An entry is known by its rule, its callee and the enclosing name, so it survives moved lines and reformatting.
Among similar ones the words of the statement decide, then the fingerprint, so that a new call is distinguished
from an old one beside it. The file name is ignored if the file was renamed. The baseline has one entry per line, so
that merges stay small. Pure.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from resilint_rules.kit.findings import Finding

    from ..results import Problem

LIMIT = 64 * 1024 * 1024
"""The largest baseline that is read, in bytes."""

_VERSION = 1


class Entry(NamedTuple):
    """A finding as a baseline knows it; `file` is below the baseline's folder, `text` a digest of its words."""

    file: str
    rule: str
    scope: str
    callee: str
    text: str
    fingerprint: str


_Way = Callable[[Entry], tuple[str, ...]]

_WAYS: tuple[_Way, ...] = (
    tuple,
    lambda entry: (entry.file, entry.rule, entry.scope, entry.callee, entry.text),
    lambda entry: (entry.file, entry.rule, entry.fingerprint),
    lambda entry: (entry.file, entry.rule, entry.scope, entry.callee),
)
"""In what a finding and an entry can be the same, the best first; each begins with the file."""


class DamagedError(ValueError):
    """A file that is no baseline; the message says why, and the way out."""


@dataclass(frozen=True, slots=True)
class Match:
    """For each finding the entry that it was recognised by, and the entries for which nothing was found any more."""

    recorded: tuple[Entry | None, ...]
    stale: tuple[Entry, ...]


def entry(found: Finding | Problem, file: str) -> Entry:
    """What stands for a finding of a file."""
    return Entry(file, found.rule, found.scope, found.callee, found.text, found.fingerprint)


def write(entries: Iterable[Entry]) -> str:
    """The text of a baseline."""
    lines = [json.dumps(entry._asdict(), ensure_ascii=False) for entry in sorted(entries)]
    inside = "\n" + ",\n".join(lines) + "\n" if lines else ""
    return f'{{"version": {_VERSION}, "findings": [{inside}]}}\n'


def read(data: bytes) -> tuple[Entry, ...]:
    """The entries in a baseline's bytes. Raises DamagedError."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        conflict = any(line.startswith((b"<<<<<<< ", b">>>>>>> ")) for line in data.splitlines())
        reason = "holds a merge conflict" if conflict else f"is not JSON: {error}"
        raise DamagedError(f"{reason}; `resilint baseline` rewrites it") from None
    if not isinstance(found, dict) or not isinstance(found.get("findings"), list):
        raise DamagedError("is not a baseline; `resilint baseline` writes one")
    if found.get("version") != _VERSION:
        raise DamagedError(f"has version {found.get('version')!r}; this resilint reads version {_VERSION}")
    return tuple(_entry(item, number) for number, item in enumerate(found["findings"], 1))


def _entry(found: object, number: int) -> Entry:
    if isinstance(found, dict):
        words = [found.get(name) for name in Entry._fields]
        if all(isinstance(word, str) for word in words):
            return Entry(*words)  # type: ignore[arg-type]
    raise DamagedError(f"has a damaged entry, the {number}. of its list; `resilint baseline` rewrites it")


def match(
    entries: Sequence[Entry], findings: Sequence[Entry], gone: Callable[[str], bool], looked_at: Callable[[Entry], bool]
) -> Match:
    """Recognises findings; each entry stands for one of them, the likest.

    `gone` says that a file is no more: then its entries are for findings of other files that look the
    same. `looked_at` says that this run would have found what an entry stands for.
    """
    left = dict(enumerate(sorted(entries)))
    new = dict(enumerate(findings))
    known: dict[int, Entry] = {}
    for way in _WAYS:
        known.update(_pair(left, list(left), new, way, 0))
    if new:
        moved = [number for number, entry in left.items() if gone(entry.file)]
        for way in _WAYS:
            known.update(_pair(left, [number for number in moved if number in left], new, way, 1))
    stale = tuple(entry for entry in left.values() if looked_at(entry))
    return Match(tuple(map(known.get, range(len(findings)))), stale)


def _pair(
    left: dict[int, Entry], among: Sequence[int], new: dict[int, Entry], way: _Way, skip: int
) -> Iterator[tuple[int, Entry]]:
    """Takes out entries and findings that are the same in some way, in order; 1 as `skip` lets the file differ."""
    waiting: dict[tuple[str, ...], list[int]] = {}
    for number in reversed(among):
        waiting.setdefault(way(left[number])[skip:], []).append(number)
    for number, finding in list(new.items()):
        same = waiting.get(way(finding)[skip:])
        if same:
            del new[number]
            yield number, left.pop(same.pop())


def refreshed(entries: Iterable[Entry], findings: Sequence[Entry], matched: Match) -> tuple[Entry, ...]:
    """The entries without stale ones, and under the names that files have today."""
    now = [finding for finding, entry in zip(findings, matched.recorded, strict=True) if entry]
    then = (entry for entry in matched.recorded if entry)
    left = Counter(entries) - Counter(matched.stale) - Counter(then)
    return tuple(sorted((*left.elements(), *now)))
