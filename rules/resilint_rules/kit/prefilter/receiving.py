"""Which functions of a module its other functions may give a client, in parameters without annotation.

Textual and generous, from what holds a client to the calls that it is given to, and on from there. What a parameter
does hold is found by interpreting these calls, see `kit/reach/given.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..project.module import FunctionChunk, Module
from ..syntax.layout import GAP
from ..syntax.outline import Chunk
from .assigned import assigned_attributes
from .library_names import COMMON
from .mentions import docstring_span
from .summaries import WORD
from .taint import Taint
from .usage import asks, closed

_CALLED = re.compile(rf"(\w+){GAP}\(")
_BARE = re.compile(rf"[(,]{GAP}(\w+){GAP}(?=[,)=])")
_FAR = 2000
"""Characters of an argument list that are searched."""
MANY = 60
"""Functions beyond which none is followed: a module that gives clients to that many is a library of its own."""


class Receiving(NamedTuple):
    """The functions that may be given a client, by qualified name, and those of them that may do something with it."""

    names: frozenset[str] = frozenset()
    using: tuple[FunctionChunk, ...] = ()


def receiving(search: Taint, methods: frozenset[str]) -> Receiving:
    """Returns the functions of a module that may be given a client; `methods` are those of its libraries' clients."""
    holding = list(_holding(search))
    by_name = search.module.derived(_by_name) if holding else {}
    found: dict[str, FunctionChunk] = {}
    using: dict[int, FunctionChunk] = {}
    while holding and by_name:
        chunk, names = holding.pop()
        for function in _called_with(search, chunk, names, by_name):
            if function.qualname in found:
                continue
            found[function.qualname] = function
            given = bare_parameters(search.module, function)
            holding.append((function.chunk, given))
            if _uses(search, function.chunk, given, methods):
                using[function.chunk.start] = function
            using.update((method.chunk.start, method) for method in _keeping(search, function, given, methods))
    if not using or len(found) > MANY:
        return Receiving()
    return Receiving(frozenset(found), tuple(using.values()))


def bare_parameters(module: Module, function: FunctionChunk) -> set[str]:
    """The parameters of a function that have no annotation, as far as its text can tell."""
    head = module.text[function.chunk.head : function.chunk.body]
    return set(_BARE.findall(head[: head.rfind("->")] if "->" in head else head)) - {"self", "cls"}


def _by_name(module: Module) -> dict[str, list[FunctionChunk]]:
    """The functions with such a parameter by the names that call them: their own, or that of a class they make."""
    found: dict[str, list[FunctionChunk]] = {}
    for function in module.all_functions():
        if bare_parameters(module, function):
            made = function.owner is not None and function.name == "__init__"
            found.setdefault(function.owner.name if made and function.owner else function.name, []).append(function)
    return found


def _holding(search: Taint) -> Iterator[tuple[Chunk, set[str]]]:
    """What mentions a client, with the names that hold one there."""
    if not search.makers.offsets and not search.followed.offsets:
        return
    module = search.module
    for chunk in (*(function.chunk for function in module.all_functions()), *module.statements):
        if search.makers.within(chunk.start, chunk.end) or search.followed.within(chunk.start, chunk.end):
            yield chunk, search.locals_of(chunk)


def _called_with(
    search: Taint, chunk: Chunk, names: set[str], by_name: dict[str, list[FunctionChunk]]
) -> Iterator[FunctionChunk]:
    """The functions that a chunk calls with one of some names, or with what is followed."""
    text = search.text
    start = chunk.body if chunk.kind == "function" else chunk.start
    for match in _CALLED.finditer(text, start, chunk.end):
        if match.group(1) not in by_name:
            continue
        first = match.end()
        last = closed(text, first, min(chunk.end, first + _FAR))
        last = last if last >= 0 else min(chunk.end, first + _FAR)
        if search.followed.within(first, last) or not names.isdisjoint(WORD.findall(text, first, last)):
            yield from by_name[match.group(1)]


def _uses(search: Taint, chunk: Chunk, names: set[str], methods: frozenset[str]) -> bool:
    """Whether a function may do something with what it is given."""
    docstring = docstring_span(search.text, chunk)
    return asks(search.text, (), names, max(chunk.body, docstring[1]), chunk.end, methods)


def _keeping(
    search: Taint, function: FunctionChunk, given: set[str], methods: frozenset[str]
) -> Iterator[FunctionChunk]:
    """The methods of a class that may do something with what its constructor is given and keeps.

    Effect: the summary gets the attributes under which it is kept.
    """
    owner, text = function.owner, search.text
    if owner is None or function.name != "__init__":
        return
    kept = {
        attribute for attribute, start, end in assigned_attributes(text, function.chunk)
        if attribute not in COMMON and not given.isdisjoint(WORD.findall(text, start, end))
    }  # fmt: skip
    for attribute in sorted(kept):
        used = re.compile(rf"\bself{GAP}\.{GAP}{attribute}{GAP}\.{GAP}(\w+)")
        for same in owner.methods.values():
            for method in same:
                chunk = method.chunk
                if any(name in methods for name in used.findall(text, chunk.body, chunk.end)):
                    search.summary.attributes.add(attribute)
                    yield method
