"""Which versions of its libraries a project may run with: read from lock files, pins and declared ranges.

A name maps to the clauses that hold for it, such as "==7.4.1", ">=7,<8" or "^7"; to "" if the file names it and
does not say. Names are normalised. Clauses are as written: they are parsed when a fact depends on the version, or
when two files of one kind differ. Nothing here raises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from resilint_rules.kit.catalog.versions import MAX_LENGTH, normal, spanning

from ..fs import toml_text
from .names import DECLARATION, LOCKS, PINS, rank

Versions = dict[str, str]


def read(name: str, data: bytes) -> Versions:
    """What one file says; its name decides how it is read."""
    text = data.decode("utf-8", "replace")
    if name == "Pipfile.lock":
        return spanned(_pipfile(text))
    if LOCKS.fullmatch(name):
        return spanned(_packages(text))
    if PINS.fullmatch(name):
        return spanned(_requirements(text))
    return spanned(_declared(text)) if name == DECLARATION else {}


def merged(files: Iterable[tuple[str, bytes]]) -> Versions:
    """What several files of one project say: locks win over pins, pins over ranges; equals are spanned."""
    return {name: clauses for name, clauses in _said(files)[0].items() if clauses}


def layered(levels: Iterable[Iterable[tuple[str, bytes]]]) -> Versions:
    """What the files of nested folders say, the innermost folder first: the nearest that names a library decides.

    A lock above is nearer to the truth than a range: the members of a workspace share one. What lies above a lock
    does not count.
    """
    nested = list[tuple[Versions, set[str]]]()
    for files in levels:
        nested.append(_said(files))
        if nested[-1][1]:
            break
    found: Versions = {}
    locked: set[str] = set()
    for said, own in reversed(nested):
        locked |= own
        for name, clauses in said.items():
            if name not in locked or name in own or _EXACT.match(clauses):
                found[name] = clauses
    return {name: clauses for name, clauses in found.items() if clauses}


_EXACT = re.compile(r"={2,3}[^*,]+$")


def _said(files: Iterable[tuple[str, bytes]]) -> tuple[Versions, set[str]]:
    """What the files of one folder say, and which names stand in a lock."""
    ranks: list[list[Versions]] = [[], [], []]
    for name, data in files:
        if rank(name) >= 0:
            ranks[rank(name)].append(read(name, data))
    found: Versions = {}
    for group in reversed(ranks):
        found.update(spanned((name, clauses) for candidate in group for name, clauses in candidate.items()))
    return found, {name for locks in ranks[0] for name in locks}


_MAX_SPANS = 2000


def spanned(entries: Iterable[tuple[str, str]]) -> Versions:
    """One range for each name, from the lowest to the highest that is said of it.

    After `_MAX_SPANS` differences, which take 0.2 ms each, what differs is not known.
    """
    found: Versions = {}
    spans = 0
    for name, clauses in entries:
        name = normal(name)
        known = found.setdefault(name, clauses)
        if known and known != clauses:
            spans += 1
            found[name] = spanning(known, clauses) if spans <= _MAX_SPANS else ""
    return found


_ENTRY = re.compile(r"^\[\[packages?\]\]", re.MULTILINE)
_FIELD = re.compile(r'^(name|version)\s*=\s*["\']([^"\']*)["\']\s*$', re.MULTILINE)


def _packages(text: str) -> Iterator[tuple[str, str]]:
    """The packages of a lock in TOML. These files are big and made by programs, so that their lines can be trusted."""
    for block in _ENTRY.split(text)[1:]:
        head = re.split(r"^\[", block, maxsplit=1, flags=re.MULTILINE)[0]
        fields: dict[str, str] = {}
        for key, value in _FIELD.findall(head):
            fields.setdefault(key, value)
        if "name" in fields:
            yield fields["name"], _exactly(fields.get("version", ""))


def _pipfile(text: str) -> Iterator[tuple[str, str]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    for group in ("default", "develop"):
        entries = found.get(group) if isinstance(found, dict) else None
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            version = entry.get("version") if isinstance(entry, dict) else None
            yield name, clauses_of(version) if isinstance(version, str) else ""


_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(@|[(<>=!~][^;#@]*)?")


def _requirements(text: str) -> Iterator[tuple[str, str]]:
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = line.partition(" #")[0].partition(" --")[0].strip()
        if line and line[0] not in "#-":
            yield from requirement(line)


def requirement(text: str) -> Iterator[tuple[str, str]]:
    """The name and the clauses of a requirement such as `redis[hiredis]>=4,<6; python_version > "3.8"`."""
    found = _REQUIREMENT.match(text)
    if found:
        wanted = (found.group(2) or "").strip().strip("()")
        yield found.group(1), "" if wanted == "@" else clauses_of(wanted)


def clauses_of(text: str) -> str:
    """The clauses of a requirement without white space; "" if they are too long to be understood."""
    return re.sub(r"\s+", "", text) if len(text) <= MAX_LENGTH else ""


def _exactly(version: str) -> str:
    return clauses_of(f"=={version}") if version else ""


def _declared(text: str) -> Iterator[tuple[str, str]]:
    try:
        found = toml_text.parse(text)
    except ValueError:
        return
    project = _table(found, "project")
    if isinstance(project.get("requires-python"), str):
        yield "python", clauses_of(project["requires-python"])
    groups = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    groups += [*_table(found, "dependency-groups").values(), *_table(found, "tool", "pdm", "dev-dependencies").values()]
    for group in groups:
        for word in group if isinstance(group, list) else ():
            if isinstance(word, str):
                yield from requirement(word.strip())
    poetry = _table(found, "tool", "poetry")
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    tables += [_table(group, "dependencies") for group in _table(poetry, "group").values()]
    for table in tables:
        for name, wanted in table.items():
            entries = wanted if isinstance(wanted, list) else [wanted]
            for entry in entries:
                version = entry.get("version") if isinstance(entry, Mapping) else entry
                yield name, clauses_of(version) if isinstance(version, str) else ""


def _table(found: Any, *path: str) -> Mapping[str, Any]:
    """The table at a path, an empty one if there is none."""
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}
