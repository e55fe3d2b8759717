"""Calls that may create a coroutine which nothing awaits, found in the text of a file by names alone.

A call at the beginning of a statement or of a condition is compared with the names of coroutines that are known. It
knows the tables only, because the file filter uses it on every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ....catalog.index import COROUTINES

_DEFINED = re.compile(r"async[ \t]+def[ \t]+(\w+)")  # without `\b` in front, the search is for its first word
_BEFORE = re.compile(r"(?:.*(?:[:;]|\b(?:if|elif|while|not|assert|in)\b))?[ \t]*((?:\w+\.)*)")
"""What stands on a line before the name of what a statement or a condition calls first."""
_FAR = 200
"""Characters of a line that are looked at before a call."""
MANY = 200
"""Names that are sought in one text: each is a search of its own."""


class Beginning(NamedTuple):
    """A call that a statement or a condition begins with."""

    offset: int
    path: tuple[str, ...]
    """The names before the last one: ("self", "line") of `self.line.drop()`."""
    name: str


def coroutines(text: str) -> frozenset[str]:
    """Returns the names of the coroutines that a text defines."""
    return frozenset(_DEFINED.findall(text)) if "async" in text else frozenset()


def beginnings(text: str, names: Iterable[str]) -> Iterator[Beginning]:
    """Yields the calls of some names that statements and conditions begin with."""
    for name in sorted(names)[:MANY]:
        called = f"{name}("
        at = text.find(called)
        while at >= 0:
            defined = text.startswith("def ", at - 4)
            before = None if defined else _BEFORE.fullmatch(text, max(text.rfind("\n", 0, at) + 1, at - _FAR), at)
            if before is not None:
                yield Beginning(before.start(1), tuple(before.group(1).split(".")[:-1]), name)
            at = text.find(called, at + len(called))


def may_drop(data: bytes, imports: set[bytes]) -> bool:
    """Whether a file may drop a coroutine: one of its own, or of a library; `imports` are the modules it imports."""
    brought = {name for prefix, names in COROUTINES.items() if prefix.encode() in imports for name in names}
    if not brought and b"async" not in data:
        return False
    text = data.decode("latin-1")
    own = coroutines(text)
    return any(call.name in own or _is_library_call(call, text) for call in beginnings(text, own | brought))


def _is_library_call(call: Beginning, text: str) -> bool:
    """Whether a call names a library's coroutine: by its module, or by a name that is imported."""
    if call.path:
        return call.name in COROUTINES.get(".".join(call.path), ())
    return any(call.name in names and f"from {prefix} import" in text for prefix, names in COROUTINES.items())
