"""Decorators of a module that may repeat the functions of the module that matter."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...project.module import FunctionChunk, Module
from ...syntax.outline import Chunk

_NAME = re.compile(r"^[ \t]*@[ \t]*([^\W\d]\w*)", re.MULTILINE)
_MADE = re.compile(r"[ \t]*(\w+)[ \t]*=[ \t]*([^\W\d]\w*)\s*\(")
_LOOP = re.compile(r"^[ \t]+(?:async[ \t]+for|for|while)\b", re.MULTILINE)
_HANDLER = re.compile(r"^[ \t]+except\b", re.MULTILINE)


def repeating_decorators(module: Module, chunks: Iterable[FunctionChunk | Chunk]) -> dict[int, FunctionChunk]:
    """Returns what decorates one of some functions, by start, if its text has a loop, and behind it a handler."""
    names: set[str] = set()
    for item in chunks:
        if isinstance(item, FunctionChunk) and item.chunk.head > item.chunk.start:
            names.update(_NAME.findall(module.text, item.chunk.start, item.chunk.head))
    names |= {made for name in names for made in made_by(module, name)}
    found: dict[int, FunctionChunk] = {}
    for name in sorted(names):
        cls = module.classes.get(name)
        makers = cls.methods.get("__call__", ()) if cls is not None else module.functions.get(name, ())
        found.update((maker.chunk.start, maker) for maker in makers if _tries_again(module.text, maker.chunk))
    return found


def made_by(module: Module, name: str) -> list[str]:
    """The functions that make what a statement of the module gives a name: `thrice = again(3)`."""
    texts = (module.source(chunk) for chunk in module.bindings.get(name, ()))
    found = (_MADE.match(text) for text in texts)
    return [made.group(2) for made in found if made is not None and made.group(1) == name]


def _tries_again(text: str, chunk: Chunk) -> bool:
    loop = _LOOP.search(text, chunk.body, chunk.end)
    return loop is not None and _HANDLER.search(text, loop.end(), chunk.end) is not None
