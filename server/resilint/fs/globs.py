"""Patterns for files, as people know them from ruff: matched step by step, so no pattern can be slow.

`*` and `?` cross slashes, `**/` stands for any folders or none, `[ab]` and `[!ab]` for one character,
`{a,b}` for alternatives. A pattern is compared with the file's own name and with its whole path.
Patterns come from untrusted projects: one that is over a limit (see `excess`) matches no file.
"""

from __future__ import annotations

import enum
from functools import lru_cache


class _Run(enum.Enum):
    """Parts of a pattern that stand for more than one character."""

    ANYTHING = enum.auto()
    FOLDERS = enum.auto()


_Ranges = tuple[tuple[str, str], ...]

_Part = _Run | tuple[_Ranges, bool]
"""A run, or one character: those in the ranges (first, last), or (with True) all others."""

MAX_LENGTH = 1000
"""Characters of a pattern."""

_MOST_ALTERNATIVES = 256
_MAX_EXPANDED = 10_000
"""Characters of all alternatives together: the time for one path is proportional to this."""


@lru_cache(maxsize=1024)
def excess(pattern: str) -> str:
    """Returns the limit that a pattern exceeds, as in "must ...", or "" if it can be used. Linear time."""
    if len(pattern) > MAX_LENGTH:
        return f"must be a pattern of at most {MAX_LENGTH} characters"
    count, size = _expansion(pattern)
    if count > _MOST_ALTERNATIVES:
        return f"must be a pattern with at most {_MOST_ALTERNATIVES} alternatives"
    if size > _MAX_EXPANDED:
        return f"must be a pattern of at most {_MAX_EXPANDED} characters with its alternatives written out"
    return ""


def _expansion(pattern: str) -> tuple[int, int]:
    """The number of alternatives and their total length, without writing them out.

    Braces that are not closed count as if they were closed at the end: the result is never too small.
    """
    outer: list[tuple[int, int, int, int]] = []
    done_count, done_size, count, size = 0, 0, 1, 0
    for char in pattern + "}" * pattern.count("{"):
        if char == "{":
            outer.append((done_count, done_size, count, size))
            done_count, done_size, count, size = 0, 0, 1, 0
        elif char == "," and outer:
            done_count, done_size, count, size = done_count + count, done_size + size, 1, 0
        elif char == "}" and outer:
            choices, choices_size = done_count + count, done_size + size
            done_count, done_size, count, size = outer.pop()
            count, size = count * choices, size * choices + count * choices_size
        else:
            size += count
    return count, size


def alternatives(pattern: str) -> tuple[str, ...]:
    """Writes `{a,b}` out; past 256 results the rest of the braces are taken as they stand."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        text = waiting.pop()
        inside = _first_braces(text)
        if inside is None or len(done) + len(waiting) >= _MOST_ALTERNATIVES - 1:
            done.append(text)
            continue
        start, end, choices = inside
        waiting.extend(text[:start] + choice + text[end:] for choice in reversed(choices))
    return tuple(done)


def _first_braces(text: str) -> tuple[int, int, list[str]] | None:
    """Start, end and choices of the first outermost `{...}` that is closed."""
    start = text.find("{")
    if start < 0:
        return None
    depth, last, choices = 0, start + 1, []
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                choices.append(text[last:at])
                return start, at + 1, choices
        elif text[at] == "," and depth == 1:
            choices.append(text[last:at])
            last = at + 1
    return None


@lru_cache(maxsize=1024)
def _compile(pattern: str) -> tuple[tuple[_Part, ...], ...]:
    """The parts of each alternative."""
    return tuple(tuple(_parts(text)) for text in alternatives(pattern))


def _parts(text: str) -> list[_Part]:
    parts: list[_Part] = []
    at = 0
    while at < len(text):
        char = text[at]
        if text[at : at + 3] == "**/" and (at == 0 or text[at - 1] == "/"):
            parts.append(_Run.FOLDERS)
            at += 3
        elif char == "*":
            if not parts or parts[-1] is not _Run.ANYTHING:
                parts.append(_Run.ANYTHING)
            at += 1
        elif char == "?":
            parts.append(((), True))
            at += 1
        elif char == "[" and (close := _closing(text, at)):
            negated = text[at + 1] in "!^"
            parts.append((_members(text[at + 1 + negated : close]), negated))
            at = close + 1
        else:
            parts.append((((char, char),), False))
            at += 1
    return parts


def _closing(text: str, at: int) -> int:
    """Where the bracket opened at `at` closes (a `]` right after it is a member); 0 if it does not."""
    first = at + 1 + (text[at + 1 : at + 2] in ("!", "^"))
    return max(text.find("]", first + 1), 0)


def _members(text: str) -> _Ranges:
    """Parses the inside of brackets: `a-c_` is `(("a", "c"), ("_", "_"))`."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            found.append((text[at], text[at + 2]))
            at += 3
        else:
            found.append((text[at], text[at]))
            at += 1
    return tuple(found)


def _meets(parts: tuple[_Part, ...], text: str) -> bool:
    """Follows every reading at once: at most len(parts) * len(text) steps."""
    places = _reach(parts, {0}, boundary=True)
    for char in text:
        ahead: set[int] = set()
        for place in places:
            if place == len(parts):
                continue
            part = parts[place]
            if isinstance(part, _Run):
                ahead.add(place)
            elif any(first <= char <= last for first, last in part[0]) is not part[1]:
                ahead.add(place + 1)
        places = _reach(parts, ahead, boundary=char == "/")
        if not places:
            return False
    return len(parts) in places


def _reach(parts: tuple[_Part, ...], places: set[int], boundary: bool) -> set[int]:
    """`places` and those behind runs that may end here: folders end only at a boundary between names."""
    found = set(places)
    for place in sorted(places):
        while place < len(parts) and (parts[place] is _Run.ANYTHING or (parts[place] is _Run.FOLDERS and boundary)):
            place += 1
            found.add(place)
    return found


def meets(pattern: str, name: str) -> bool:
    """Whether a path below the root, with forward slashes, is one that `pattern` means.

    A pattern may also be met by the file's own name; each leading `!` inverts the result.
    One that exceeds a limit is met by no file.
    """
    if excess(pattern):
        return False
    plain = pattern.lstrip("!")
    inverted = (len(pattern) - len(plain)) % 2 == 1
    plain = plain.removeprefix("./")
    own = name.rpartition("/")[2]
    return any(_meets(parts, name) or _meets(parts, own) for parts in _compile(plain)) is not inverted
