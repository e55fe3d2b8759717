"""Keys of the catalogue's tables: their types, meanings and checks, from which records and reference are made.

A record is a class whose attributes are declared by the functions below. `Record.of` makes one from the TOML of an
entry and refuses what the class does not declare; keys that an entry leaves out are attributes of the class. Records
are not dataclasses, because each process would generate the methods of sixty classes when it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeVar

Literal = str | int | float | bool
"""A default as the library has it; the text "none" stands for None."""
R = TypeVar("R", bound="Record")


class Refused(ValueError):
    """TOML that a record does not accept: the path of the key, and what is wrong with it."""

    def __init__(self, path: tuple[str, ...], problem: str) -> None:
        super().__init__(f"`{'.'.join(path)}` {problem}" if path else problem)
        self.path = path
        self.problem = problem


class Key(NamedTuple):
    """A declared key: its name in TOML, its type and meaning in words, the function that reads it, its default."""

    toml: str
    shape: str
    meaning: str
    read: Callable[[Any], Any]
    default: object
    record: type[Record] | None = None
    """The record of its own keys, if it is a table."""
    attribute: str = ""


class Record:
    """A frozen record of declared keys; equal to another of its class with the same keys and values."""

    KEYS: ClassVar[Mapping[str, Key]] = {}
    """The declared keys by their name in TOML."""

    def __init_subclass__(cls) -> None:
        declared = {name: key for name, key in vars(cls).items() if isinstance(key, Key)}
        found = dict(cls.KEYS)
        for name, key in declared.items():
            found[key.toml or name] = key._replace(attribute=name, toml=key.toml or name)
            setattr(cls, name, key.default)
        cls.KEYS = found

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), frozenset(self.__dict__)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"

    def replaced(self: R, **values: Any) -> R:  # noqa: PYI019 - Self is newer than Python 3.10
        """A copy with other values."""
        return type(self)(**{**self.__dict__, **values})

    @classmethod
    def of(cls: type[R], entry: Any, **values: Any) -> R:  # noqa: PYI019
        """The record of an entry. Refused if a key is unknown, missing or of another type."""
        known = cls.KEYS
        for name, value in expect(entry, dict, "a table").items():
            key = known.get(name)
            if key is None:
                raise Refused((name,), f"is not a key of this table{closest(name, known)}")
            try:
                values[key.attribute] = key.read(value)
            except Refused as refused:
                raise Refused((name, *refused.path), refused.problem) from None
        for name, key in known.items():
            if key.default is ... and key.attribute not in values:
                raise Refused((), f"needs the key `{name}`")
        return cls(**values)


def _declare(shape: str, meaning: str, read: Callable[[Any], Any], default: object, **more: Any) -> Any:
    return Key(more.get("toml", ""), shape, meaning, read, default, more.get("record"))


def template(meaning: str, *places: str) -> str:
    """Declares a text in which `places` in braces are filled in."""
    return _declare("text", meaning, lambda value: _template(value, places), "")  # type: ignore[no-any-return]


def text(meaning: str, *allowed: str, default: str = "", toml: str = "") -> str:
    """Declares a text, or one of a few words. The default is always accepted."""

    def read(value: Any) -> str:
        found: str = expect(value, str, "a text")
        if allowed and found not in (*allowed, default):
            raise Refused((), f'must be one of {", ".join(allowed)}, not "{found}"')
        return found

    shape = " or ".join(f"`{word}`" for word in allowed) or "text"
    return _declare(shape, meaning, read, default, toml=toml)  # type: ignore[no-any-return]


def required_text(meaning: str, toml: str = "") -> str:
    """Declares a text that has to be there."""
    return _declare("text", meaning, lambda value: expect(value, str, "a text"), ..., toml=toml)  # type: ignore[no-any-return]


def flag(meaning: str, toml: str = "") -> bool:
    """Declares a truth value; false if it is left out."""
    return _declare("true or false", meaning, lambda value: expect(value, bool, "true or false"), False, toml=toml)  # type: ignore[no-any-return]


def stated_flag(meaning: str) -> bool | None:
    """Declares a truth value whose absence has a meaning of its own."""
    return _declare("true or false", meaning, lambda value: expect(value, bool, "true or false"), None)  # type: ignore[no-any-return]


def whole(meaning: str, default: int) -> int:
    """Declares a whole number that is not below its default, nor below 0 if that is above."""

    def read(value: Any) -> int:
        if _whole(value) < min(default, 0):
            raise Refused((), f"must be a whole number of at least {min(default, 0)}, not {_described(value)}")
        return value  # type: ignore[no-any-return]

    return _declare("whole number", meaning, read, default)  # type: ignore[no-any-return]


def maybe_whole(meaning: str) -> int | None:
    """Declares a whole number that may be left out."""
    return _declare("whole number", meaning, _whole, None)  # type: ignore[no-any-return]


def literal(meaning: str) -> Literal | None:
    """Declares a number, text or truth value; None if it is left out."""

    def read(value: Any) -> Literal:
        if not isinstance(value, (str, int, float)):
            raise Refused((), f"must be a text, a number, true or false, not {_described(value)}")
        return value

    return _declare("text, number, true or false", meaning, read, None)  # type: ignore[no-any-return]


def words(meaning: str, toml: str = "") -> tuple[str, ...]:
    """Declares a list of texts."""
    return _declare("list of texts", meaning, _words, (), toml=toml)  # type: ignore[no-any-return]


def word_or_words(meaning: str, toml: str = "") -> tuple[str, ...]:
    """Declares a text or a list of texts."""

    def read(value: Any) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else _words(value)

    return _declare("text or list of texts", meaning, read, (), toml=toml)  # type: ignore[no-any-return]


def numbers(meaning: str) -> tuple[int, ...] | None:
    """Declares a list of whole numbers; None if it is left out."""

    def read(value: Any) -> tuple[int, ...]:
        return tuple(_whole(item) for item in expect(value, list, "a list of whole numbers"))

    return _declare("list of whole numbers", meaning, read, None)  # type: ignore[no-any-return]


def texts_by_name(meaning: str) -> Mapping[str, str]:
    """Declares a table of texts."""
    return _declare("table of texts", meaning, lambda value: _table(value, lambda v: expect(v, str, "a text")), {})  # type: ignore[no-any-return]


def numbers_by_name(meaning: str) -> Mapping[str, int]:
    """Declares a table of whole numbers."""
    return _declare("table of whole numbers", meaning, lambda value: _table(value, _whole), {})  # type: ignore[no-any-return]


def words_by_name(meaning: str) -> Mapping[str, tuple[str, ...]]:
    """Declares a table of lists of texts."""
    return _declare("table of lists of texts", meaning, lambda value: _table(value, _words), {})  # type: ignore[no-any-return]


def template_or_templates(meaning: str, *places: str) -> str | Mapping[str, str]:
    """Declares a text in which `places` in braces are filled in, or a table of such texts."""

    def read(value: Any) -> str | Mapping[str, str]:
        if isinstance(value, str):
            return _template(value, places)
        return _table(expect(value, dict, "a text or a table of texts"), lambda item: _template(item, places))

    return _declare("text or table of texts", meaning, read, "")  # type: ignore[no-any-return]


def seconds_by_phase(meaning: str) -> Mapping[str, float | None]:
    """Declares a table of seconds by phase; "none" is read as None, proven unlimited."""

    def read(value: Any) -> float | None:
        if value == "none":
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Refused((), f'must be seconds or "none", not {_described(value)}')
        return float(value)

    shape = 'table of seconds or `"none"`'
    return _declare(shape, meaning, lambda value: _table(value, read), {})  # type: ignore[no-any-return]


def phases(meaning: str, toml: str = "") -> tuple[str, ...]:
    """Declares phases, written `connect+read`."""

    def read(value: Any) -> tuple[str, ...]:
        return tuple(expect(value, str, "phases such as connect+read").split("+"))

    return _declare("phases joined by `+`", meaning, read, (), toml=toml)  # type: ignore[no-any-return]


def one(record: type[Record], meaning: str) -> Any:
    """Declares a table that is a record; None if it is left out or empty, as an entry that is `like` another may."""

    def read(value: Any) -> Any:
        return None if value == {} else record.of(value)

    return _declare(record.__name__, meaning, read, None, record=record)


def several(record: type[Record], meaning: str) -> tuple[Any, ...]:
    """Declares a list of tables that are records."""

    def read(value: Any) -> tuple[Any, ...]:
        return tuple(record.of(item) for item in expect(value, list, "a list of tables"))

    return _declare(f"list of {record.__name__}", meaning, read, (), record=record)  # type: ignore[no-any-return]


def raw_tables(meaning: str, needed: str) -> tuple[Mapping[str, Any], ...]:
    """Declares a list of tables that are read later: keys that differ by version. Each has a text under `needed`."""

    def read(value: Any) -> tuple[Mapping[str, Any], ...]:
        found = expect(value, list, "a list of tables")
        for item in found:
            if not isinstance(expect(item, dict, "a table").get(needed), str):
                raise Refused((), f"needs the key `{needed}`, a text")
        return tuple(found)

    return _declare("list of tables", meaning, read, ())  # type: ignore[no-any-return]


_LONGEST_GUESS = 60


def closest(name: str, known: Mapping[str, object]) -> str:
    """The declared key that is spelled most like another, as the end of a message."""
    from difflib import get_close_matches  # only for a mistake

    if len(name) > _LONGEST_GUESS:  # the comparison takes quadratic time
        return ""
    near = get_close_matches(name, known, 1)
    return f"; the closest is `{near[0]}`" if near else ""


def _described(value: Any) -> str:
    return "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)[:60]


def expect(value: Any, kind: type | tuple[type, ...], what: str) -> Any:
    """The value, if it is of a type. Refused with the words `what` if not."""
    if not isinstance(value, kind):
        raise Refused((), f"must be {what}, not {_described(value)}")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused((), f"must be a whole number, not {_described(value)}")
    return value


def _template(value: Any, places: tuple[str, ...]) -> str:
    """The text; Refused if anything but `places` stands in braces: a project's own text could reach into objects."""
    from string import Formatter

    found: str = expect(value, str, "a text")
    try:
        fields = list(Formatter().parse(found))
    except ValueError as error:
        raise Refused((), f"has braces that do not fit: {error}") from None
    for _, name, spec, conversion in fields:
        if name is not None and (name not in places or spec or conversion):
            allowed = ", ".join(f"{{{place}}}" for place in places)
            raise Refused((), f'may have {allowed} in braces, not "{name}"')
    return found


def _words(value: Any) -> tuple[str, ...]:
    return tuple(expect(item, str, "a list of texts") for item in expect(value, (list, tuple), "a list of texts"))


def _table(value: Any, read: Callable[[Any], Any]) -> dict[str, Any]:
    found = {}
    for name, item in expect(value, dict, "a table").items():
        try:
            found[name] = read(item)
        except Refused as refused:
            raise Refused((name, *refused.path), refused.problem) from None
    return found
