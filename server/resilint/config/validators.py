"""What a setting's value may look like: each shape reads a value, says what is wrong, and describes itself.

A shape never raises. `say(path, message, near, hint)` takes complaints: `path` are the keys that lead to the
value, `near` is the text to look for when the line is wanted, `hint` gives the end of the message. The same
object gives the JSON schema, so that parser and schema cannot drift apart.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from ..fs import globs

Path = tuple[str, ...]
Schema = dict[str, Any]


class Say(Protocol):
    """Takes a complaint; what costs time is done by `hint`, and only if the complaint is kept."""

    def __call__(self, path: Path, message: str, near: str = "", hint: Callable[[], str] | None = None) -> None: ...


class Shape(Protocol):
    """A kind of value."""

    def read(self, value: object, path: Path, say: Say) -> Any:
        """The value as settings hold it, or None after saying what is wrong."""

    def schema(self) -> Schema:
        """The same in JSON schema."""


def kind(value: object) -> str:
    """What a person calls a TOML value."""
    names = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", list: "a list", dict: "a table"}
    return names.get(type(value), "a " + type(value).__name__)


_LONGEST_GUESS = 60


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?`, or nothing."""
    if len(word) > _LONGEST_GUESS:  # the comparison takes quadratic time
        return ""
    found = difflib.get_close_matches(word, sorted(known), 1)
    return f'; did you mean "{found[0]}"?' if found else ""


def quote(value: object) -> str:
    """A value as TOML shows it, cut when it is long; of a list or table what it is called."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, dict)):
        return kind(value)
    if isinstance(value, int) and value.bit_length() > 200:  # Python does not print one of many digits
        return "a number of more than 60 digits"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


MAX_VALUES = 10_000
"""Values below one key of the settings."""
MAX_DEPTH = 20
"""Tables and lists around a value."""


def excess(value: object) -> str:
    """Returns the limit that the value of a key exceeds, "" if it can be read. Linear time, without recursion."""
    number = 0
    level = [value]
    for _ in range(MAX_DEPTH):
        number += len(level)
        if number > MAX_VALUES:
            return f"holds more than {MAX_VALUES:,} values, and none of them is used"
        inside: list[object] = []
        for item in level:
            if isinstance(item, (list, dict)):
                inside += item.values() if isinstance(item, dict) else item
        if not inside:
            return ""
        level = inside
    return f"holds more than {MAX_DEPTH} tables and lists in one another, and is not used"


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def read(self, value: object, path: Path, say: Say) -> bool | None:
        if isinstance(value, bool):
            return value
        say(path, f"must be true or false, not {quote(value)}", "")
        return None

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer from `least` to `maximum`."""

    least: int = 0
    maximum: int = 1024

    def read(self, value: object, path: Path, say: Say) -> int | None:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and self.least <= value <= self.maximum:  # type: ignore[operator]
            return value  # type: ignore[return-value]
        limit = f"most {self.maximum}" if whole and value > self.maximum else f"least {self.least}"  # type: ignore[operator]
        say(path, f"must be an integer of at {limit}, not {quote(value)}")
        return None

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class Seconds:
    """A positive number of seconds, a year at most."""

    maximum: int = 366 * 86_400

    def read(self, value: object, path: Path, say: Say) -> float | None:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and 0 < value <= self.maximum:  # type: ignore[operator]
            return value  # type: ignore[return-value]
        long = number and self.maximum < value < float("inf")  # type: ignore[operator]
        most = f" and at most {self.maximum}, a year" if long else ""
        say(path, f"must be a number of seconds above 0{most}, not {quote(value)}")
        return None

    def schema(self) -> Schema:
        return {"type": "number", "exclusiveMinimum": 0, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: object, path: Path, say: Say) -> str | None:
        if isinstance(value, str) and value in self.words:
            return value
        word = value if isinstance(value, str) else ""
        say(
            path, f"must be one of {', '.join(self.words)}, not {quote(value)}", word, lambda: nearest(word, self.words)
        )
        return None

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


MAX_TEXT = 1000
"""Characters of a string: patterns are compared in quadratic time at worst."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string; `pattern` says more about it, and `what` says so in words."""

    pattern: str = ".+"
    what: str = "a string that is not empty"

    def read(self, value: object, path: Path, say: Say) -> str | None:
        if isinstance(value, str) and len(value) > MAX_TEXT:
            say(path, f"must be a string of at most {MAX_TEXT} characters, not {quote(value)}", value)
            return None
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return value
        say(path, f"must be {self.what}, not {quote(value)}", value if isinstance(value, str) else "")
        return None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$", "maxLength": MAX_TEXT}


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern for files, within the limits of `globs.excess`."""

    text: Text = Text()

    def read(self, value: object, path: Path, say: Say) -> str | None:
        if isinstance(value, str) and (wrong := globs.excess(value)):
            say(path, f"{wrong}, not {quote(value)}", value)
            return None
        return self.text.read(value, path, say)

    def schema(self) -> Schema:
        return {**self.text.schema(), "maxLength": globs.MAX_LENGTH}


class _Patterns:
    """The patterns of one key, as far as they can be compared with every file in little time."""

    def __init__(self, path: Path, say: Say) -> None:
        self._path, self._say = path, say
        self._left = globs.MAX_COST
        self._over = False

    def take(self, pattern: str) -> bool:
        """Whether a pattern is within what is left; that the first was not is said."""
        cost = globs.cost(pattern)
        if cost <= self._left:
            self._left -= cost
            return True
        if not self._over:
            self._say(
                self._path, f"holds too many patterns to be compared: {quote(pattern)} and others are not used", pattern
            )
        self._over = True
        return False


@dataclass(frozen=True, slots=True)
class Globs:
    """A list of patterns for files."""

    item: Glob = Glob()

    def read(self, value: object, path: Path, say: Say) -> tuple[str, ...] | None:
        patterns = Several(self.item).read(value, path, say)
        if patterns is None:
            return None
        costs = _Patterns(path, say)
        return tuple(pattern for pattern in dict.fromkeys(patterns) if costs.take(pattern))

    def schema(self) -> Schema:
        return Several(self.item).schema()


@dataclass(frozen=True, slots=True)
class Several:
    """A list; with `single`, one value may stand for a list of one. A bad item is left out alone."""

    item: Shape
    single: bool = False

    def read(self, value: object, path: Path, say: Say) -> tuple[Any, ...] | None:
        if self.single and isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            say(path, f"must be a list, not {kind(value)}", "")
            return None
        read = [self.item.read(item, path, say) for item in value]
        return tuple(item for item in read if item is not None)

    def schema(self) -> Schema:
        plain: Schema = {"type": "array", "items": self.item.schema()}
        return {"anyOf": [self.item.schema(), plain]} if self.single else plain


@dataclass(frozen=True, slots=True)
class Named:
    """A table whose keys the user chooses."""

    value: Shape
    key: Shape = field(default_factory=Text)

    def read(self, value: object, path: Path, say: Say) -> Mapping[str, Any] | None:
        if not isinstance(value, dict):
            say(path, f"must be a table, not {kind(value)}", "")
            return None
        found: dict[str, Any] = {}
        patterns = _Patterns(path, say) if isinstance(self.key, Glob) else None
        for name, inner in value.items():
            inside = (*path, str(name))
            if self.key.read(name, inside, say) is None or (patterns and not patterns.take(name)):
                continue
            read = self.value.read(inner, inside, say)
            if read is not None:
                found[name] = read
        return found

    def schema(self) -> Schema:
        return {
            "type": "object",
            "propertyNames": self.key.schema(),
            "additionalProperties": self.value.schema(),
        }


@dataclass(frozen=True, slots=True)
class Words:
    """A table whose keys are judged elsewhere: only values that JSON has too are let in."""

    def read(self, value: object, path: Path, say: Say) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            say(path, f"must be a table, not {kind(value)}", "")
            return None
        if not _plain(value):
            say(path, "may hold strings, numbers of 64 bits, booleans, lists and tables, and no dates", "")
            return None
        return value

    def schema(self) -> Schema:
        return {"type": "object"}


def _plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(_plain(inner) for inner in value.values())
    if isinstance(value, list):
        return all(_plain(inner) for inner in value)
    if isinstance(value, int):
        return value.bit_length() < 64
    return isinstance(value, (str, float))


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: its name, the shape of its value, and a sentence about it."""

    name: str
    shape: Shape
    help: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of known keys. `refused` are keys that exist elsewhere, each with the way out."""

    keys: tuple[Key, ...]
    refused: Mapping[str, str] = field(default_factory=dict)

    def read(self, value: object, path: Path, say: Say) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            say(path, f"must be a table, not {kind(value)}", "")
            return None
        shapes = {key.name: key.shape for key in self.keys}
        found: dict[str, Any] = {}
        for name, inner in value.items():
            inside = (*path, str(name))
            if name in shapes:
                read = shapes[name].read(inner, inside, say)
                if read is not None:
                    found[name] = read
            elif name in self.refused:
                say(inside, self.refused[name], "")
            else:
                say(inside, "is not a setting", "", partial(nearest, str(name), shapes))
        return found

    def schema(self) -> Schema:
        properties = {key.name: {"description": key.help, **key.shape.schema()} for key in self.keys}
        return {"type": "object", "additionalProperties": False, "properties": properties}
