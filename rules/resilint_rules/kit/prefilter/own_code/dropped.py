"""Calls that may create a coroutine which nothing awaits, found in the text of a file by names alone.

A call at the beginning of a statement or of a condition is compared with the names of coroutines that are known. It
knows the tables only, because the file filter uses it on every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ....catalog.index import COROUTINES
from ...syntax.words import phrases

_DEFINED = re.compile(r"async[ \t]+def[ \t]+(\w+)")  # without `\b` in front, the search is for its first word
_BEFORE = re.compile(r"((?:.*(?:[:;]|\b(?:if|elif|while|not|assert|in)\b))?)[ \t]*((?:\w+[ \t]*\.[ \t]*)*)")
"""What stands on a line before the name of what a statement or a condition calls first."""
_TESTS = re.compile(r"\b(?:if|elif|while|not|assert|in)[ \t]*\Z")
"""What stands before a bracket whose content is a condition, or what a loop is over."""
_NAME = re.compile(r"\w+")
_INDENT = 4
_OTHERS = (
    "\ndef ",
    "\nasync def ",
    "\nif ",
    "\nel",
    "\ntry:",
    "\nexcept",
    "\nfinally:",
    "\nwith ",
    "\nfor ",
    "\nwhile ",
)
"""What else than a class opens a block at the left margin."""
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


def functions(text: str, names: Iterable[str]) -> frozenset[str]:
    """Returns those of the coroutines that a text defines which may be called by their name alone: not methods.

    A method is one, too, if something of its name is assigned.
    """
    wanted = set(names)
    found = (match for match in _DEFINED.finditer(text) if match.group(1) in wanted)
    return frozenset(
        match.group(1) for match in found if not _is_method(text, match.start()) or f"{match.group(1)} = " in text
    )


def _is_method(text: str, at: int) -> bool:
    """Whether the line above a definition that is indented less is the head of a class; no if that is in doubt."""
    end = text.rfind("\n", 0, at) + 1
    indent = at - end
    if text[end:at].strip() or not indent:
        return False
    if indent == _INDENT:  # the usual one: what begins at the left margin tells
        cls = 0 if text.startswith("class ") else -1
        return max(text.rfind("\nclass ", 0, at), cls) > max(text.rfind(head, 0, at) for head in _OTHERS)
    while end > 0:
        start = text.rfind("\n", 0, end - 1) + 1
        line = text[start:end]
        code = line.lstrip()
        if code and code[0] != "#" and len(line) - len(code) < indent:
            return code.startswith("class ")
        end = start
    return False


def beginnings(text: str, names: Iterable[str]) -> Iterator[Beginning]:
    """Yields the calls of some names that statements and conditions begin with."""
    for name in sorted(names)[:MANY]:
        for at in phrases(f"{name}(", text):
            line = text.rfind("\n", 0, at) + 1
            defined = text[max(line, at - _FAR) : at].rstrip(" \t").endswith("def")
            before = None if defined else _BEFORE.fullmatch(text, max(line, at - _FAR), at)
            if before is not None and (before.group(1) or not _goes_on(text, line)):
                yield Beginning(before.start(2), tuple(_NAME.findall(before.group(2))), name)


def _goes_on(text: str, line: int) -> bool:
    """Whether what begins a line is an argument or an element of what the line before has opened, no condition."""
    start, end = text.rfind("\n", 0, max(line - 1, 0)) + 1, line - 1
    before = text[start : max(end, 0)].rstrip()
    if before[-1:] not in (",", "(", "[", "{", "=") or "#" in before:
        return False
    return before[-1] != "(" or _TESTS.search(before[:-1]) is None


def may_drop(data: bytes, imports: set[bytes]) -> bool:
    """Whether a file may drop a coroutine: one of its own, or of a library; `imports` are the modules it imports."""
    brought = {name for prefix, names in COROUTINES.items() if prefix.encode() in imports for name in names}
    if not brought and b"async" not in data:
        return False
    text = data.decode("latin-1")
    own = coroutines(text)
    calls = list(beginnings(text, own | brought))
    plain = functions(text, {call.name for call in calls if not call.path}) if calls else own
    return any(call.name in (own if call.path else plain) or _is_library_call(call, text) for call in calls)


def _is_library_call(call: Beginning, text: str) -> bool:
    """Whether a call names a library's coroutine: by its module, or by a name that is imported."""
    if call.path:
        return call.name in COROUTINES.get(".".join(call.path), ())
    return any(call.name in names and f"from {prefix} import" in text for prefix, names in COROUTINES.items())
