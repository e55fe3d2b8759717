"""Messages between the protocol process and the worker as JSON.

A message is written as an array: a tag, then the fields of the record by position; records within it are arrays
without a tag. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

from .json_fields import BadMessageError, decoder, excerpt
from .messages import FromWorker, Numbered, ToWorker


def to_json(message: Numbered | FromWorker) -> bytes:
    """Returns the JSON of a message, ASCII only."""
    head: list[object] = []
    inner: ToWorker | FromWorker
    if isinstance(message, Numbered):
        head, inner = [message.serial], message.message
    else:
        inner = message
    return json.dumps([*head, _TAGS[type(inner)], *inner], separators=(",", ":")).encode("ascii")


def from_json(data: bytes) -> FromWorker:
    """Reads a message from the worker as `to_json` wrote it; `BadMessageError` for anything else."""
    message: FromWorker = _decode(_array(data), _FROM_WORKER, "message from the worker")
    return message


def numbered_from_json(data: bytes) -> Numbered:
    """Reads a message to the worker as `to_json` wrote it; `BadMessageError` for anything else."""
    serial, *rest = _array(data)
    if type(serial) is not int:
        raise BadMessageError(f"a message to the worker without a number: {excerpt(serial)}")
    return Numbered(serial, _decode(rest, _TO_WORKER, "message to the worker"))


def _array(data: bytes) -> list[Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadMessageError(f"not JSON: {error}") from error
    if type(value) is list and value:
        return value
    raise BadMessageError(f"not an array with a tag: {excerpt(value)}")


def _decode(value: list[Any], kinds: Mapping[str, type], what: str) -> Any:
    tag, *fields = value or [None]
    kind = kinds.get(tag) if isinstance(tag, str) else None
    if kind is None:
        raise BadMessageError(f"unknown {what}: {excerpt(tag)}")
    try:
        return decoder(kind)(fields)
    except BadMessageError as error:
        raise BadMessageError(f"{what} `{tag}`: {error}") from error


def _by_tag(kind: Any) -> dict[str, type]:
    """Returns the records of a union of unions by their tags, which are their names."""
    found: dict[str, type] = {}
    for member in get_args(kind):
        found |= _by_tag(member) if get_args(member) else {member.__name__: member}
    return found


_TO_WORKER = _by_tag(ToWorker)
_FROM_WORKER = _by_tag(FromWorker)
_TAGS = {kind: tag for tag, kind in (_TO_WORKER | _FROM_WORKER).items()}
