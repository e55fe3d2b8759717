"""What the catalogue knows of a library's names, as the textual search needs it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ...catalog import index
from ...catalog.index import CLIENTS, GENERATED, IMPORTS, NAMES, THROUGH
from ..catalog.import_names import names_below
from ..project.imports import Project
from ..project.module import ImportedName, Module
from ..syntax.layout import GAP

_ROOTS = frozenset(prefix.partition(".")[0] for prefix in IMPORTS)

COMMON = frozenset(
    (
    "get", "set", "put", "post", "delete", "patch", "head", "items", "keys", "values", "run", "start", "stop",
    "close", "open", "name", "id", "data", "result", "value", "request", "send", "call", "execute", "update",
    "create", "add", "read", "write", "load", "save", "setup", "init", "main", "test", "check", "process",
    "handle", "fetch", "query", "config", "args", "kwargs", "self", "__init__", "__call__", "__enter__",
    "__aenter__", "__exit__", "response", "resp", "text", "content", "json", "status", "state", "info", "log",
    "logger", "error", "path", "url", "type", "key", "model", "models", "options",
)
)  # fmt: skip
"""Attributes too common to be followed: a search for them would find everything."""


GIVERS = tuple(sorted({name for names in index.GIVERS.values() for name in names} - COMMON))
"""Methods of clients that give back an object on which calls can be made, too."""

AWAITED = tuple(sorted({name for names in index.COROUTINE_METHODS.values() for name in names}))
"""Methods of clients that give a coroutine, and are no calls of a peer."""


class LibraryNames(NamedTuple):
    """The names that a catalogue import brings, by what they stand for; `functions` and `types` have no others."""

    names: frozenset[str]
    makers: tuple[str, ...]
    """Classes and functions that make a client."""
    loops: tuple[str, ...]
    """What gives an object that matters only by some of its methods, of `catalog.index.THROUGH`."""
    functions: tuple[str, ...]
    types: tuple[str, ...]


@lru_cache(maxsize=1024)
def names_of(prefix: str) -> LibraryNames:
    """Returns the names that a catalogue import brings. A type begins with a capital."""
    names = NAMES.get(prefix, ())
    makers = CLIENTS.get(prefix, ())
    loops = tuple(name for name in names if f"{prefix}.{name}" in THROUGH)
    others = [name for name in names if name not in makers and name not in loops]
    functions = tuple(name for name in others if not name[:1].isupper())
    types = tuple(name for name in others if name[:1].isupper())
    return LibraryNames(frozenset(names), makers, loops, functions, types)


def generated_code(target: ImportedName) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yields the imports that code generated for a library brings, if a target is such code.

    With it an expression for what follows the target's name where a class is meant: nothing, or the class.
    """
    module = target.module.rpartition(".")[2]
    for end, (_, *imports) in GENERATED.items():
        if (target.name or module).endswith(end):
            yield tuple(imports), rf"{GAP}\.{GAP}(?:\w+{GAP}\.{GAP})*\w*Stub\b"
        elif module.endswith(end):
            yield tuple(imports), ""


@lru_cache(maxsize=1024)
def member(names: tuple[str, ...]) -> str:
    """Returns an expression for what may follow a module's name: attributes that end in one of these."""
    return rf"{GAP}\.{GAP}(?:\w+{GAP}\.{GAP})*(?:{'|'.join(map(re.escape, names))})\b"


@lru_cache(maxsize=4096)
def prefixes_of(dotted: str) -> tuple[str, ...]:
    """Returns the catalogue imports that a dotted name leads to, or lies above."""
    parts = dotted.split(".")
    if parts[0] not in _ROOTS:
        return tuple(dict.fromkeys(prefix for _, own in names_below(dotted) for prefix in prefixes_of(own)))
    found = tuple(prefix for end in range(len(parts), 0, -1) if (prefix := ".".join(parts[:end])) in IMPORTS)
    return found or tuple(prefix for prefix in IMPORTS if prefix.startswith(dotted + "."))


def is_strange(module: Module, project: Project, name: str) -> bool:
    """Whether a name is imported from what is neither the project, the standard library nor in the catalogue."""
    targets = module.mentioned.get(name, ())
    return bool(targets) and not any(
        target.level
        or target.module.partition(".")[0] in sys.stdlib_module_names
        or prefixes_of(target.module)
        or project.inside(target, module.doc)
        for target in targets
    )
