"""Findings that were there before: recorded in a file, recognised later, told when they are gone.

An entry is known by its fingerprint (rule, callee, enclosing name, ordinal), so it survives moved lines
and reformatting; the file's name decides between equal fingerprints, and gives way when the file was
renamed. The file holds one entry a line, so that merges stay small. Pure.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LIMIT = 64 * 1024 * 1024
"""The largest baseline that is read, in bytes."""

_VERSION = 1
_KEYS = ("file", "rule", "fingerprint", "count")


class Entry(NamedTuple):
    """`times` findings of a rule with one fingerprint in one file (below the baseline's folder)."""

    file: str
    rule: str
    fingerprint: str
    times: int = 1


class Known(NamedTuple):
    """A finding as a baseline sees it."""

    file: str
    rule: str
    fingerprint: str


class DamagedError(ValueError):
    """A file that is no baseline; the message says why, and the way out."""


@dataclass(frozen=True, slots=True)
class Match:
    """For each finding whether it was recorded, and the entries for which nothing was found any more."""

    recorded: tuple[bool, ...]
    stale: tuple[Entry, ...]


def record(findings: Iterable[Known]) -> tuple[Entry, ...]:
    """The entries for some findings, in order."""
    counts = Counter(findings)
    return tuple(sorted(Entry(*known, count) for known, count in counts.items()))


def write(entries: Iterable[Entry]) -> str:
    """The text of a baseline."""
    lines = [json.dumps(dict(zip(_KEYS, entry, strict=True)), ensure_ascii=False) for entry in sorted(entries)]
    inside = "\n" + ",\n".join(lines) + "\n" if lines else ""
    return f'{{"version": {_VERSION}, "findings": [{inside}]}}\n'


def read(data: bytes) -> tuple[Entry, ...]:
    """The entries in a baseline's bytes. Raises DamagedError."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        conflict = any(line.startswith((b"<<<<<<< ", b">>>>>>> ")) for line in data.splitlines())
        reason = "holds a merge conflict" if conflict else f"is not JSON: {error}"
        raise DamagedError(f"{reason}; `resilint baseline` writes it anew") from None
    if not isinstance(found, dict) or not isinstance(found.get("findings"), list):
        raise DamagedError("is not a baseline; `resilint baseline` writes one")
    if found.get("version") != _VERSION:
        raise DamagedError(f"has version {found.get('version')!r}; this resilint reads version {_VERSION}")
    return tuple(_entry(each, number) for number, each in enumerate(found["findings"], 1))


def _entry(found: object, number: int) -> Entry:
    if isinstance(found, dict):
        entry = Entry(found.get("file", 0), found.get("rule", 0), found.get("fingerprint", 0), found.get("count", 1))
        if all(isinstance(word, str) for word in entry[:3]) and type(entry.times) is int and entry.times > 0:
            return entry
    raise DamagedError(f"has a damaged entry, the {number}. of its list; `resilint baseline` writes it anew")


def match(
    entries: Sequence[Entry], findings: Sequence[Known], gone: Callable[[str], bool], looked_at: Callable[[Entry], bool]
) -> Match:
    """Recognises findings; each count of an entry stands for one of them.

    `gone` says that a file is no more: then its entries are for findings of other files that look the
    same. `looked_at` says that this run would have found what an entry stands for.
    """
    left = Counter[Known]()
    for entry in entries:
        left[Known(*entry[:3])] += entry.times
    recorded = [False] * len(findings)
    for number, known in enumerate(findings):
        if left[known] > 0:
            left[known] -= 1
            recorded[number] = True
    renamed: dict[tuple[str, str], list[Known]] = {}
    for known in sorted(known for known, count in left.items() if count > 0):
        if gone(known.file):
            renamed.setdefault((known.rule, known.fingerprint), []).extend([known] * left[known])
    for number, known in enumerate(findings):
        same = renamed.get((known.rule, known.fingerprint))
        if not recorded[number] and same:
            left[same.pop(0)] -= 1
            recorded[number] = True
    stale = [Entry(*known, count) for known, count in sorted(left.items()) if count > 0]
    return Match(tuple(recorded), tuple(entry for entry in stale if looked_at(entry)))


def without(entries: Sequence[Entry], stale: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that are left when stale ones are taken out."""
    counts = Counter[Known]()
    for entry in entries:
        counts[Known(*entry[:3])] += entry.times
    for entry in stale:
        counts[Known(*entry[:3])] -= entry.times
    return tuple(sorted(Entry(*known, count) for known, count in counts.items() if count > 0))
