"""What the text of a chunk gives names, parameters and attributes, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..syntax.outline import Chunk
from .mentions import Mentions

NAME_ASSIGNED = re.compile(r"[ \t]*(\w+)[ \t]*(?::[^=\n]+)?=(?!=)([^\n]*)")
_SELF_ASSIGNED = re.compile(r"(?:self|cls)\.(\w+)[ \t]*(?::[^=\n]+)?=(?!=)[ \t]*")
_PARAMETER = re.compile(r"(\w+)[ \t]*:([^,)=\n]+)")
_DECLARED = re.compile(r"^[ \t]*(\w+)[ \t]*:([^=\n]+)", re.MULTILINE)
_BOUND = re.compile(r"[ \t]*(\w+)[ \t]*(?::[^=\n]+)?(?:=(?!=)|$)")


def assigned_attributes(text: str, chunk: Chunk) -> Iterator[tuple[str, int, int]]:
    """Yields the attributes of its object that a method sets, each with the span of what it is given on that line."""
    for match in _SELF_ASSIGNED.finditer(text, chunk.body, chunk.end):
        end = text.find("\n", match.end(), chunk.end)
        yield match.group(1), match.end(), end if end >= 0 else chunk.end


def annotated_parameters(text: str, chunk: Chunk, types: Mentions) -> set[str]:
    """Parameters of a function that are annotated with one of some types."""
    if not types.within(chunk.head, chunk.body):
        return set()
    found = _PARAMETER.finditer(text, chunk.head, chunk.body)
    return {hit.group(1) for hit in found if types.within(hit.start(2), hit.end(2))}


def declared_names(text: str, start: int, end: int, types: Mentions) -> set[str]:
    """Names that lines of a text declare to be of one of some types."""
    found = _DECLARED.finditer(text, start, end)
    return {hit.group(1) for hit in found if types.within(hit.start(2), hit.end(2))}


def bound_name(text: str) -> str:
    """The name that the first line of a statement binds; "" if it binds none."""
    match = _BOUND.match(text)
    return match.group(1) if match is not None else ""
