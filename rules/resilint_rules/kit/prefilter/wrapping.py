"""Which functions of a module may be wrappers of an external call: callers decide on it, or get its answer.

Textual and generous: those who import such a function, or a class with such a method, are examined themselves.
"""

from __future__ import annotations

import re

from ...catalog.index import SILENT
from ..project.module import FunctionChunk
from ..syntax.outline import Chunk
from .taint import Taint

_DECIDES = re.compile(r"\*\*[ \t]*(\w+)|\b(\w*(?:timeout|verify|ssl)\w*)", re.IGNORECASE)
"""A parameter by which callers may decide on a limit or a protection."""
_LOOKS = re.compile(r"raise_for_status|\bstatus|\.ok\b|\bis_(?:success|error)")
"""How the status of an answer is looked at."""
_LOOPS = re.compile(r"^[ \t]*(?:async )?(?:for|while)\b|\byield\b", re.MULTILINE)
_RETURNED = re.compile(r"^[ \t]*return\b[ \t]*(?:await\b)?[ \t(]*([\w.]+)([^\n]*)", re.MULTILINE)
_NAMED = re.compile(r"[ \t]*(\w+)[ \t]*(?::[^=\n]+)?=(?!=)[ \t]*(?:await\b)?")
_CALLED = re.compile(r"\b([^\W\d]\w*)\s*\(")
_READ = re.compile(r"\)[ \t]*\.[ \t]*(?:json|text|content|read|data|headers|body)\b")
LONG = 3_000
"""Characters of a function that is a wrapper."""
ROUNDS = 3
"""How many wrappers of one module may wrap each other."""


def wrapping(search: Taint, brought: frozenset[str] = frozenset()) -> frozenset[str]:
    """Returns the qualified names of the functions and methods that may be wrappers.

    `brought` are the names and methods by which wrappers of other modules are called.
    """
    if not _may_decide(search, brought):
        return frozenset()
    found: set[str] = set()
    words = set(brought)
    rest = [function for function in search.module.all_functions() if _is_plain(search, function)]
    for _ in range(ROUNDS):
        fresh = [function for function in rest if _wraps(search, function, words)]
        if not fresh:
            break
        found.update(function.qualname for function in fresh)
        words.update(function.name for function in fresh)
        rest = [function for function in rest if function.qualname not in found]
    return frozenset(found)


def _may_decide(search: Taint, brought: frozenset[str]) -> bool:
    """Whether a module mentions a library of whose calls the callers decide anything."""
    if not (brought or search.mentions.offsets or search.followed.offsets):
        return False
    libraries = search.summary.libraries
    return not libraries.isdisjoint(SILENT) or not libraries.isdisjoint(search.project.catalog.prefixes())


def _is_plain(search: Taint, function: FunctionChunk) -> bool:
    """Whether a function is short, and repeats nothing."""
    chunk = function.chunk
    if function.name.startswith("__") or chunk.end - chunk.start > LONG:
        return False
    return not _LOOPS.search(search.text, chunk.body, chunk.end)


def _wraps(search: Taint, function: FunctionChunk, words: set[str]) -> bool:
    """Whether a function mentions integration code, or a wrapper, in a way that concerns its callers."""
    chunk, text = function.chunk, search.text
    marks = [at for kind in (search.mentions, search.followed) for at, _ in kind.inside(chunk.body, chunk.end)]
    if not marks and words.isdisjoint(_CALLED.findall(text, chunk.body, chunk.end) if words else ()):
        return False
    if _passes_on(text, chunk):
        return True
    return not _LOOKS.search(text, chunk.body, chunk.end) and _gives(text, chunk, marks, words)


def _passes_on(text: str, chunk: Chunk) -> bool:
    """Whether a function uses a parameter by which callers may decide on a limit or a protection."""
    for options, name in _DECIDES.findall(text, chunk.head, chunk.body):
        if re.search(rf"\*\*[ \t]*{options}\b" if options else rf"\b{name}[ \t]*[,)]", text[chunk.body : chunk.end]):
            return True
    return False


def _gives(text: str, chunk: Chunk, marks: list[int], words: set[str]) -> bool:
    """Whether a function may return what a call that is mentioned in it, or a wrapper, gives back."""
    named = (_NAMED.match(text, text.rfind("\n", 0, at) + 1, at) for at in marks)
    names = {match.group(1) for match in named if match is not None}
    for returned in _RETURNED.finditer(text, chunk.body, chunk.end):
        given, rest = returned.groups()
        if given in names and not rest.strip(" \t)"):
            return True
        marked = any(returned.start() <= at < returned.end() for at in marks)
        if (marked or given.rpartition(".")[2] in words) and not _READ.search(rest):
            return True
    return False
