"""Which functions of a module mention integration code of their own module that may wait on its thread."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from ...catalog.index import CLIENTS, SENDS, WAITS
from ..project.module import FunctionChunk, ImportedName, Module
from ..syntax.layout import GAP
from ..syntax.words import may_follow_a_dot, words
from .library_names import COMMON, prefixes_of
from .taint import Taint

_NAME = re.compile(r"\w+")
_SENDING = sorted({name for names in SENDS.values() for name in names if len(name) > 1})
"""Methods that may send a task to a queue."""
_BEGINS_CALL = re.compile(rf"{GAP}\(")
_CALLED_ON = re.compile(rf"\b(\w+){GAP}\.{GAP}\Z")
"""The name that a method is called on, before the method."""
_NEAR = 400
"""Characters before a method in which the name that it is called on stands."""

_OWN: tuple[str, ...] = ("sync",)
"""What is taken for a library that the project's settings describe."""


def waiting(libraries: Iterable[str], own: Iterable[str]) -> list[str]:
    """Those of some imports that bring calls which wait on the thread that makes them; `own` are in-house libraries."""
    described = set(own)
    return [prefix for prefix in libraries if "sync" in (_OWN if prefix in described else WAITS.get(prefix, ()))]


def acting(search: Taint, *, coroutines: bool = False) -> frozenset[str]:
    """Returns the qualified names of the plain functions and methods that mention integration code, or send a task.

    With `coroutines` also those of the functions that await it.
    """
    if coroutines:
        found = (function for function in search.module.all_functions() if _mentions(search, function))
        return frozenset(function.qualname for function in found) | _sending(search)
    return _waiting(search) | _sending(search)


def _sending(search: Taint) -> frozenset[str]:
    """The functions that send a task: what a transaction has to know of those that it calls.

    Everything has a method of a common name: that counts where it is called on a function or an imported name.
    """
    module = search.module
    places = sorted(_sent_at(module, search.text))
    chunks = ((function.qualname, function.chunk) for function in module.all_functions() if places)
    return frozenset(name for name, chunk in chunks if bisect_left(places, chunk.body) < bisect_left(places, chunk.end))


def _sent_at(module: Module, text: str) -> Iterator[int]:
    """Yields where a text of a module calls methods that may send a task."""
    for name in _SENDING:
        for at in words(name, text, 0, len(text)):
            if may_follow_a_dot(text, at) and _BEGINS_CALL.match(text, at + len(name)):
                owner = _CALLED_ON.search(text[max(at - _NEAR, 0) : at]) if name in COMMON else None
                word = owner.group(1) if owner is not None else ""
                if name not in COMMON or word in module.functions or word in module.mentioned:
                    yield at


def _waiting(search: Taint) -> frozenset[str]:
    """The plain functions that mention integration code which waits on its thread."""
    own = list(search.project.catalog.prefixes())
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
