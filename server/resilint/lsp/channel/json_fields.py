"""Fields of records from JSON: every value has the type that its annotation says, or is an error that names it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


class BadMessageError(ValueError):
    """Bytes that are no message of this version, or a message that does not fit what came before it."""


Decoder = Callable[[Any], Any]
"""Makes a value of a type from JSON; raises `BadMessageError`."""


@functools.cache
def decoder(kind: Any) -> Decoder:
    """Returns the decoder of a type: a record, tuple, optional, mapping or plain value."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (other,) = (argument for argument in arguments if argument is not type(None))
        return _optional(decoder(other))
    if origin is tuple:
        return _many(decoder(arguments[0]))
    if isinstance(kind, type) and issubclass(kind, tuple):
        return _record(kind)
    return _plain(_json_type(kind))


def _json_type(kind: Any) -> type:
    """Returns the type that a value of this type has in JSON; `NoneType` if it has several."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return type(None)
    if origin is Mapping:
        return dict
    return list if issubclass(origin or kind, tuple) else kind


def _plain(kind: type) -> Decoder:
    def decode(value: Any) -> Any:
        _expect(kind, value)
        return value

    return decode


def _optional(decoder: Decoder) -> Decoder:
    return lambda value: None if value is None else decoder(value)


def _many(decoder: Decoder) -> Decoder:
    def decode(value: Any) -> Any:
        _expect(list, value)
        return tuple(map(decoder, value))

    return decode


def _record(kind: Any) -> Decoder:
    """Compares the types of all fields at once, as there may be thousands of findings."""
    hints = get_type_hints(kind)
    names = list(hints)
    expected = [_json_type(hint) for hint in hints.values()]
    inner = [(n, decoder(hint)) for n, hint in enumerate(hints.values()) if expected[n] in (list, type(None))]
    make = kind._make

    def decode(value: Any) -> Any:
        _expect(list, value)
        if len(value) != len(names):
            raise BadMessageError(f"`{kind.__name__}` has {len(names)} fields, not {len(value)}")
        if [*map(type, value)] != expected:
            for name, hint, field in zip(names, expected, value, strict=True):
                _expect(hint, field, name)
        for number, decoder in inner:
            try:
                value[number] = decoder(value[number])
            except BadMessageError as error:
                raise BadMessageError(f"{names[number]}: {error}") from error
        return make(value)

    return decode


_JSON = {dict: "an object", list: "an array", str: "a string", int: "an integer", bool: "true or false"}


def _expect(kind: type, value: object, name: str = "") -> None:
    if type(value) is not kind and kind in _JSON:
        where = f"{name}: " if name else ""
        raise BadMessageError(f"{where}expected {_JSON[kind]}, got {excerpt(value)}")


def excerpt(value: object) -> str:
    """Returns a value as text, short enough for a log."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
