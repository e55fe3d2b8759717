"""What the catalogue says of each library, in a few words."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import Any, NamedTuple

from ..fs import toml_text


class Known(NamedTuple):
    """A library: what is at its other end, the version that was read; `unset` are the limits of calls that set none."""

    name: str
    peer: str
    checked: str
    unset: str


def libraries() -> Iterator[Known]:
    """All libraries of the catalogue. Effect: reads it."""
    for entry in resources.files("resilint_rules.catalog").iterdir():
        if entry.name.endswith(".toml"):
            table = toml_text.parse(entry.read_text("utf-8"))
            peer = str(table.get("peer", ""))
            yield Known(str(table["library"]), peer, str(table.get("checked", "")), _limits(table))


def _limits(table: Any) -> str:
    """The different defaults of its clients and calls."""
    found: dict[str, None] = {}
    for kind in ("client", "call"):
        for entry in table.get(kind, ()):
            default = entry.get("default")
            if isinstance(default, dict) and default:
                words = (f"{phase} {_seconds(value)}" for phase, value in default.items())
                found[", ".join(words)] = None
    return "; ".join(found)


def _seconds(value: Any) -> str:
    return f"{value:g} s" if isinstance(value, (int, float)) else str(value)
