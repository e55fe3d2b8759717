"""Import names under which a library's modules are reached besides their own, and names that Python 2 alone has.

Imports tables only: the file filter needs it at the start.
"""

from __future__ import annotations

from functools import lru_cache

from ...catalog.index import ELSEWHERE, PYTHON2

_ANY = "*."


@lru_cache(maxsize=16384)
def own_name(dotted: str) -> str:
    """Returns a dotted name with the library's own module in place of another import name, or a copy, of it.

    A name of a relative import begins with its dots.
    """
    found = same_module(dotted)
    if found != dotted or "." not in dotted:
        return found
    parts = dotted.lstrip(".").split(".")
    first = 0 if dotted.startswith(".") else 1  # what a star stands for is at least one name, or the dots
    for start in range(first, len(parts)):
        for end in range(len(parts), start + 1, -1):
            known = ELSEWHERE.get(_ANY + ".".join(parts[start:end]))
            if known is not None:
                return same_module(".".join((*known, *parts[end:])))
    return dotted


def same_module(dotted: str) -> str:
    """The same where the module is the very same one, not a copy."""
    parts = dotted.split(".")
    if parts[0] in _ROOTS:
        for end in range(len(parts), 1, -1):
            known = ELSEWHERE.get(".".join(parts[:end]))
            if known is not None:
                return ".".join((*known, *parts[end:]))
    return dotted


_ROOTS = frozenset(name.partition(".")[0] for name in ELSEWHERE) - {"*"}


@lru_cache(maxsize=4096)
def names_below(dotted: str) -> tuple[tuple[str, str], ...]:
    """Returns (last word of another import name below a dotted one, the library's own module) pairs."""
    found: dict[tuple[str, str], None] = {}
    for name, (own,) in ELSEWHERE.items():
        above, _, last = name.rpartition(".")
        while above and above != "*":
            if dotted == above or (above.startswith(_ANY) and dotted.endswith(above[1:])):
                found[last, own] = None
            above, _, _ = above.rpartition(".")
    return tuple(found)


def only_python2(dotted: str) -> bool:
    """Whether a qualified name is one that Python 2 alone has."""
    head, _, rest = dotted.partition(".")
    return head in PYTHON2 or (bool(rest) and f"{head}.{rest.partition('.')[0]}" in PYTHON2)
