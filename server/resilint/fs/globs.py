"""Patterns for files: one matcher for settings and `.gitignore`, in which no pattern can be slow.

In settings, as in ruff, `*` and `?` cross slashes, `**/` stands for any folders or none, `[ab]` and `[!ab]` for
one character, `{a,b}` for alternatives. A pattern is compared with the file's own name and with its whole path.
Patterns come from untrusted projects: one that is over a limit (see `excess`) matches no file.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import count


class Run(enum.Enum):
    """Parts of a pattern that stand for any number of characters."""

    NAME = enum.auto()
    """Characters of one name: all but the slash."""
    ANYTHING = enum.auto()
    FOLDERS = enum.auto()
    """Whole names, each with the slash behind it."""


Part = Run | str
"""A run, or the regular expression of one character."""

MAX_LENGTH = 1000
"""Characters of a pattern."""

WILD = re.compile(r"[*?\[\]{}!]")
"""Characters by which a pattern of the settings differs from a plain name or path."""

_MOST_ALTERNATIVES = 256
_MAX_EXPANDED = 10_000
"""Characters of all alternatives together: the time for one path is proportional to this."""
_MAX_WIDE = 20
_WIDE = re.compile(r"-[^\x00-\x7f]")
"""Ends of ranges that may be wide: `re` takes up to 6 ms to compile one."""


MAX_COST = 20_000
"""Sum of the costs of the patterns that are compared with one path: half a second to compile at most."""
_BASE_COST = 10
_WIDE_COST = 300
"""What a pattern costs beside its characters, and each wide range in it."""


@lru_cache(maxsize=8192)
def cost(pattern: str) -> int:
    """Returns what it costs to compile and compare a pattern, in characters; 0 if it is only looked up. Linear time."""
    if not WILD.search(pattern):
        return 0
    number, size = _expansion(pattern)
    return _BASE_COST + size + number * len(_WIDE.findall(pattern)) * _WIDE_COST


def cost_of_name(pattern: str) -> int:
    """The same of a pattern without braces, as in a `.gitignore`."""
    return _BASE_COST + len(pattern) + len(_WIDE.findall(pattern)) * _WIDE_COST


@lru_cache(maxsize=8192)
def excess(pattern: str) -> str:
    """Returns the limit that a pattern exceeds, as in "must ...", or "" if it can be used. Linear time."""
    if len(pattern) > MAX_LENGTH:
        return f"must be a pattern of at most {MAX_LENGTH} characters"
    number, size = _expansion(pattern)
    if number > _MOST_ALTERNATIVES:
        return f"must be a pattern with at most {_MOST_ALTERNATIVES} alternatives"
    if size > _MAX_EXPANDED:
        return f"must be a pattern of at most {_MAX_EXPANDED} characters with its alternatives written out"
    if number * len(_WIDE.findall(pattern)) > _MAX_WIDE:
        return f"must be a pattern with at most {_MAX_WIDE} ranges of characters that end after ASCII"
    return ""


def _expansion(pattern: str) -> tuple[int, int]:
    """The number of alternatives and their total length, without writing them out.

    Braces that are not closed count as if they were closed at the end: the result is never too small.
    """
    outer: list[tuple[int, int, int, int]] = []
    closed, done_size, number, size = 0, 0, 1, 0
    for char in pattern + "}" * pattern.count("{"):
        if char == "{":
            outer.append((closed, done_size, number, size))
            closed, done_size, number, size = 0, 0, 1, 0
        elif char == "," and outer:
            closed, done_size, number, size = closed + number, done_size + size, 1, 0
        elif char == "}" and outer:
            choices, choices_size = closed + number, done_size + size
            closed, done_size, number, size = outer.pop()
            number, size = number * choices, size * choices + number * choices_size
        else:
            size += number
    return number, size


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


_SET = re.compile(r"\[(?:[!^].|[^!^])[^\]]*\]", re.DOTALL)
"""Characters in brackets; a `]` right behind the opening is a member."""
_ESCAPING_SET = re.compile(r"\[(?:[!^](?:\\.|[^\\])|\\.|[^!^\\])(?:\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def unescaped(text: str) -> str:
    """Returns text without the backslashes that take their meaning from the characters behind them."""
    return _ESCAPED.sub(r"\1", text)


def parts(text: str, *, in_names: bool = False) -> list[Part]:
    """Returns the parts of a pattern without braces; with `in_names` as in one name of a `.gitignore`.

    There nothing crosses a slash, `**` is no more than `*`, and a backslash takes the meaning from a character.
    """
    found: list[Part] = []
    at = 0
    while at < len(text):
        if not in_names and text.startswith("**/", at) and (at == 0 or text[at - 1] == "/"):
            found.append(Run.FOLDERS)
            at += 3
        else:
            part, size = _part(text, at, in_names)
            found.append(part)
            at += size
    return found


def _part(text: str, at: int, in_names: bool) -> tuple[Part, int]:
    """The part that begins at an offset, and its length."""
    char = text[at]
    if char == "*":
        return (Run.NAME if in_names else Run.ANYTHING), 1
    if char == "?":
        return ("[^/]" if in_names else "."), 1
    if char == "[" and (members := (_ESCAPING_SET if in_names else _SET).match(text, at)):
        source = _set(members.group()[1:-1], in_names)
        return (f"(?!/){source}" if in_names else source), len(members.group())
    if char == "\\" and in_names and at + 1 < len(text):
        return re.escape(text[at + 1]), 2
    return re.escape(char), 1


def _set(text: str, escaping: bool) -> str:
    """The inside of brackets as a regular expression: `a-c_`, or `!a-c_` for all others."""
    negated = text[0] in "!^"
    members = unescaped(text[negated:]) if escaping else text[negated:]
    ranges = []
    at = 0
    while at < len(members):
        size = 3 if members[at + 1 : at + 2] == "-" and at + 2 < len(members) else 1
        first, last = members[at], members[at + size - 1]
        if first <= last:
            ranges.append(f"{re.escape(first)}-{re.escape(last)}")
        at += size
    if not ranges:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{''.join(ranges)}]"


_LAZY = {Run.NAME: "[^/]*?", Run.ANYTHING: ".*?", Run.FOLDERS: "(?:.*?/)??"}
_GREEDY = {Run.NAME: "[^/]*", Run.ANYTHING: ".*", Run.FOLDERS: "(?:.*/)?"}
_numbers = count()
"""Numbers of groups: expressions are joined, and a group's name must be unique in the whole."""


def expression(pattern: Iterable[Part]) -> str:
    """Returns the regular expression of a pattern, which matches whole texts in time O(pattern * text).

    What follows a run is taken where it is found first, and no other place is tried: a later one would leave
    less to the next run. Only what follows a run inside a name is sought again, with the folders before it.
    """
    done: list[str] = []
    run: Run | None = None
    group: list[Part] = []
    for part in pattern:
        if not isinstance(part, Run) or part is Run.NAME:
            group.append(part)
        elif group or run is None:
            done.append(_first(run, _in_names(group)))
            run, group = part, []
        elif part is Run.ANYTHING:
            run = part  # it stands for the folders before it, too
    return f"(?s:{''.join(done)}{_GREEDY[run] if run else ''}{_in_names(group)})\\Z"


def _first(run: Run | None, source: str) -> str:
    """A run and what follows it, at the first place where that is. Python 3.10 has no atomic groups."""
    if run is None:
        return source
    name = f"g{next(_numbers)}"
    return f"(?=(?P<{name}>{_LAZY[run]}{source}))(?P={name})"


def _in_names(group: list[Part]) -> str:
    """The expression of characters and runs inside names."""
    chunks = [""]
    for part in group:
        if isinstance(part, str):
            chunks[-1] += part
        else:
            chunks.append("")
    first, *inner = chunks
    if not inner:
        return first
    last = inner.pop()
    return first + "".join(_first(Run.NAME, chunk) for chunk in inner if chunk) + _GREEDY[Run.NAME] + last


@lru_cache(maxsize=8192)
def _compile(pattern: str) -> re.Pattern[str]:
    """One expression for all alternatives."""
    return re.compile("|".join(expression(parts(text)) for text in alternatives(pattern)))


def meets(pattern: str, name: str) -> bool:
    """Whether a path below the root, with forward slashes, is one that `pattern` means.

    A pattern may also be met by the file's own name; each leading `!` inverts the result.
    One that exceeds a limit is met by no file.
    """
    if excess(pattern):
        return False
    plain = pattern.lstrip("!")
    inverted = (len(pattern) - len(plain)) % 2 == 1
    match = _compile(plain.removeprefix("./")).match
    return bool(match(name) or match(name.rpartition("/")[2])) is not inverted
