"""Which files can matter at all: one regular expression over bytes, no parsing.

Imports no other module of ours but tables, `import_names`, `words`, `dropped` and `secret_comparisons`, so that
start-up stays short.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache

from ...catalog.index import GENERATED, IMPORTS, WORDS
from ...rule_table import RULES
from ..catalog.import_names import names_below, own_name
from ..syntax.words import is_phrase, stands
from .own_code.dropped import may_drop
from .own_code.secret_comparisons import may_compare

_IMPORT = re.compile(rb"import\b[ \t\f]*([\w., \t\f]*)")
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf|.*[;:])?[ \t\f]*(?:from\b[ \t\f]*([.\w \t\f]+))?", re.DOTALL)
_CONTINUED = re.compile(rb"\\(?:\r\n|\n|\r)")
_FED = re.compile(rb"^[ \t\f]*\f", re.MULTILINE)
_DOT = re.compile(rb"[ \t\f]*\.[ \t\f]*")
_FAR = 200
"""Bytes before the word `import` in which its statement begins."""


def _head(word: bytes) -> bytes:
    """The longest name in a word."""
    names: list[bytes] = re.findall(rb"\w+", word)
    return max(names, key=len)


_RULE_WORDS: tuple[bytes, ...] = tuple(sorted({word.lower().encode() for row in RULES for word in row.words}))
_IN_COROUTINES: tuple[bytes, ...] = tuple(sorted({word.encode() for row in RULES for word in row.coroutine_words}))
_RULE_PHRASES, _PHRASES_IN_COROUTINES = (
    tuple((_head(word), word.decode()) for word in words if is_phrase(word.decode()))
    for words in (_RULE_WORDS, _IN_COROUTINES)
)
"""Of these the words of several tokens, each with the longest of its names, without which it is nowhere."""
_GENERATED: tuple[bytes, ...] = tuple(end.encode() for end in GENERATED)
_OURS = b"resilint:"

NO, MAYBE, YES = 0, 1, 2
"""No integration code; only if a module of the project hands something out; integration code."""


def sift(data: bytes, own: tuple[str, ...] = ()) -> int:
    """How far a file can matter. `own` are the imports of in-house libraries."""
    data = _even(data)
    maybe = NO
    seen: set[bytes] = set()
    for name in _imported(data):
        if name in seen:
            continue
        seen.add(name)
        verdict = _import(name)
        if verdict is None:
            maybe = MAYBE
        elif verdict and (verdict is ANY or _holds(data, verdict)):
            return YES
    if any(name.encode() in data for name in own) or _OURS in data or _holds(data, _GENERATED):
        return YES
    if _is_for_a_rule(data) or may_drop(data, seen):
        return YES
    return _with_comparisons(data, maybe)


def _even(data: bytes) -> bytes:
    """A file with line ends that are all line feeds, and without backslashes at line ends and form feeds."""
    if b"\\\n" in data or b"\\\r" in data:
        data = _CONTINUED.sub(b" ", data)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _FED.sub(b"", data).replace(b"\f", b" ") if b"\f" in data else data


def _is_for_a_rule(data: bytes) -> bool:
    """Whether a file holds a word by which a rule knows what is for it."""
    lowered = data.lower()
    if _holds(lowered, _RULE_WORDS) or _holds_phrase(lowered, _RULE_PHRASES):
        return True
    return b"async" in data and (_holds(data, _IN_COROUTINES) or _holds_phrase(data, _PHRASES_IN_COROUTINES))


def _with_comparisons(data: bytes, level: int) -> int:
    """How far a file can matter that imports none of our libraries, but may be of a framework that we do not know."""
    return YES if level == MAYBE and may_compare(data) else level


def _imported(data: bytes) -> Iterator[bytes]:
    """The modules that import statements of a file name; some may be named in its strings alone."""
    for match in _IMPORT.finditer(data):  # a pattern that starts with a word is found at the speed of a search
        at = match.start()
        start = max(data.rfind(b"\n", 0, at), data.rfind(b"\r", max(at - _FAR, 0), at), at - _FAR - 1) + 1
        before = _BEFORE.fullmatch(data, start, at)
        if before is None:
            continue
        for part in (before.group(1) or match.group(1)).split(b","):
            words = (_DOT.sub(b".", part) if b" ." in part or b". " in part else part).split()
            if words:
                yield words[0]


def _holds(data: bytes, words: tuple[bytes, ...]) -> bool:
    for word in words:  # noqa: SIM110 - a generator would cost as much again, for each import of each file
        if word in data:
            return True
    return False


def _holds_phrase(data: bytes, found: tuple[tuple[bytes, str], ...]) -> bool:
    """Whether a file holds one of some words of several tokens in another layout than the usual one."""
    likely = [word for head, word in found if head in data]
    if not likely:
        return False
    text = data.decode("latin-1")
    return any(stands(word, text) for word in likely)


def wanted(data: bytes) -> bool:
    """Whether a file has to be looked at."""
    return sift(data) != NO


ANY: tuple[bytes, ...] = (b"",)


@lru_cache(maxsize=16384)
def _import(name: bytes) -> tuple[bytes, ...] | None:
    """Words of which one must occur for an import to matter; () if none can, None if it may be the project's."""
    own = own_name(name.decode("ascii", "replace"))
    elsewhere = names_below(own)
    if own.startswith(".") and not elsewhere:
        return None
    parts = own.split(".")
    found = [last.encode() for last, _ in elsewhere]  # `import six`
    known = bool(elsewhere)
    for end in range(len(parts), 0, -1):
        prefix = ".".join(parts[:end])
        if prefix in IMPORTS:
            known = True
            if prefix not in WORDS:
                return ANY
            found.extend(word.encode() for word in WORDS[prefix])
    root = parts[0]
    below = [prefix for prefix in _roots().get(root, ()) if prefix.startswith(".".join(parts) + ".")]
    for prefix in below:  # `import google.cloud` or `from urllib import request`
        known = True
        if prefix not in WORDS:
            return ANY
        found.extend(word.encode() for word in WORDS[prefix])
    if known or root in sys.stdlib_module_names:
        return tuple(found)
    return None


@lru_cache(maxsize=1)
def _roots() -> dict[str, tuple[str, ...]]:
    roots: dict[str, tuple[str, ...]] = {}
    for prefix in IMPORTS:
        root = prefix.partition(".")[0]
        roots[root] = (*roots.get(root, ()), prefix)
    return roots
