"""Which functions of a module mention integration code of their own module that may wait on its thread."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...catalog.index import CLIENTS, WAITS
from ..project.module import FunctionChunk, ImportedName
from .library_names import prefixes_of
from .taint import Taint

_NAME = re.compile(r"\w+")

_OWN: tuple[str, ...] = ("sync",)
"""What is taken for a library that the project's settings describe."""


def waiting(libraries: Iterable[str], own: Iterable[str]) -> list[str]:
    """Those of some imports that bring calls which wait on the thread that makes them; `own` are in-house libraries."""
    described = set(own)
    return [prefix for prefix in libraries if "sync" in (_OWN if prefix in described else WAITS.get(prefix, ()))]


def acting(search: Taint, *, coroutines: bool = False) -> frozenset[str]:
    """Returns the qualified names of the plain functions and methods that mention integration code.

    With `coroutines` also those of the functions that await it.
    """
    own = list(search.project.catalog.prefixes())
    if coroutines:
        return frozenset(function.qualname for function in search.module.all_functions() if _mentions(search, function))
    if not waiting(search.summary.libraries, own):
        return frozenset()
    heirs, text = search.summary.classes, search.text
    harmless = {
        name for name, targets in search.module.mentioned.items()
        if (prefixes := [prefix for target in targets if not target.level for prefix in _prefixes(target)])
        and not waiting(prefixes, own)
    }  # fmt: skip
    """Names of libraries whose calls do not wait on their thread."""
    clients = any(CLIENTS.get(prefix) or prefix in own for prefix in waiting(search.summary.libraries, own))

    def waits(at: int, end: int) -> bool:
        name = _NAME.match(text, at, end)
        word = name.group() if name is not None else ""
        return word not in harmless and (clients or word in search.module.mentioned)

    def mentions(function: FunctionChunk) -> bool:
        chunk = function.chunk
        if chunk.is_async:
            return False
        if function.owner is not None and function.owner.name in heirs:
            return True
        marks = (search.mentions, search.followed)
        return any(waits(*span) for kind in marks for span in kind.inside(chunk.body, chunk.end))

    return frozenset(function.qualname for function in search.module.all_functions() if mentions(function))


def _mentions(search: Taint, function: FunctionChunk) -> bool:
    """Whether a function, or the class that it is a method of, mentions integration code."""
    if function.owner is not None and function.owner.name in search.summary.classes:
        return True
    marks, chunk = (search.mentions, search.followed), function.chunk
    return any(True for kind in marks for _ in kind.inside(chunk.body, chunk.end))


def _prefixes(target: ImportedName) -> tuple[str, ...]:
    return prefixes_of(f"{target.module}.{target.name}" if target.name else target.module)
