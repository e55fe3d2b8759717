"""Limits of one file, beyond which its chunks are left out of a check, and what is said of them.

They count what stands in the text, never time: the same text has the same findings on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from resilint_rules.kit.project.module import FunctionChunk, Module

_TABLE = re.compile(r"\s*[A-Za-z_]\w*(?:\s*:[^=\n]+)?\s*=\s*[\[{]")
_CALLED = 0.2
"""Calls a line, at most, of a table of data."""

if TYPE_CHECKING:
    from resilint_rules.kit.syntax.outline import Chunk

    _Statement = TypeVar("_Statement", bound=FunctionChunk | Chunk)


def affordable(module: Module, chunks: Sequence[_Statement]) -> list[_Statement]:
    """Returns the first of some chunks, as many as can be checked in one file.

    A chunk that is too heavy by itself takes no part: it is never parsed.
    """
    from resilint_rules.kit.syntax.tree import MAX_COST, cost

    total = 0
    for number, statement in enumerate(chunks):
        chunk = statement.chunk if isinstance(statement, FunctionChunk) else statement
        own = cost(module.source(chunk))
        total += own if own <= MAX_COST else 0
        if total > MAX_COST:
            return list(chunks[:number])
    return list(chunks)


def reason_left_out(chunk: Chunk, text: str) -> str:
    """Returns why a chunk is not parsed, and what to do about it."""
    from resilint_rules.kit.syntax.tree import MAX_COST, MAX_DEPTH, MAX_WEIGHT, cost

    if chunk.depth > MAX_DEPTH:
        return f"not checked: more than {MAX_DEPTH} brackets are nested here; nest fewer"
    if chunk.weight > MAX_WEIGHT:
        return f"not checked: a statement here has over {MAX_WEIGHT:,} operators, calls and subscripts; split it"
    if cost(text) > MAX_COST:
        return f"not checked: over {MAX_COST:,} calls, or {4 * MAX_COST:,} elements, stand here; split it, or load data"
    return "not checked: what stands here, or what it uses, is nested too deeply to be followed; nest less"


def is_table(text: str) -> bool:
    """Whether a chunk gives a name a table of data in brackets, in which hardly anything is called."""
    return _TABLE.match(text) is not None and text.count("(") <= _CALLED * text.count("\n")


def too_long(count: int) -> str:
    """Returns why the last chunks of a file are not checked; `count` is their number."""
    from resilint_rules.kit.syntax.tree import MAX_COST

    parts = f"the last {count} parts with integration code are" if count > 1 else "the part from here on is"
    return f"{parts} not checked: the file has over {MAX_COST:,} calls, or {4 * MAX_COST:,} elements; split the file"
