"""Files of settings as documents: what is wrong in them, what a key means, which keys and values there are. Pure.

A `pyproject.toml` belongs to many tools: outside of `[tool.resilint]` nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from resilint_rules.kit.findings import Finding, Severity
from resilint_rules.kit.rule import Rule
from resilint_rules.kit.syntax.text import Document, Span

from ...config.keys import KEYS, SELECTOR
from ...config.settings import Where, holds, parse
from ...config.toml_positions import Place, place_at
from ...config.validators import Choice, Flag, Key, Named, Several, Table
from ...own_rules import SETTINGS
from ...results import Report
from ..channel.messages import Completion, HoverText

_NAMES: dict[str, Where] = {"pyproject.toml": "pyproject", "resilint.toml": "resilint"}
_WORD = re.compile(r"[\w-]+")


def is_settings(path: str) -> bool:
    """Whether a document is a file of settings by its name."""
    return _own_name(path) in _NAMES


def report(doc: Document, rules: Iterable[Rule]) -> Report:
    """The mistakes in a file of settings, each on its line."""
    where = _NAMES[_own_name(doc.name)]
    data = doc.text.encode("utf-8", "replace")
    if where == "pyproject" and not holds(data):
        return Report()
    _, mistakes = parse(data, doc.name, where, rules)
    found = [
        Finding(
            SETTINGS.code,
            SETTINGS.name,
            Severity.WARNING,
            _line(doc, max(mistake.row, 1)),
            f"`{mistake.key}` {mistake.message}" if mistake.key else mistake.message,
        )
        for mistake in mistakes
    ]
    return Report(findings=tuple(sorted(found, key=lambda finding: finding.span)))


def hover(doc: Document, offset: int, page: Callable[[str], str]) -> HoverText | None:
    """What a key means, or the page of the rule that is named at an offset."""
    row, column = doc.position(offset)
    word = _word_at(doc.line(row), column - 1)
    place = _place(doc, row, column - 1)
    if word is None or place is None:
        return None
    start, end = word
    span = Span(doc.offset(row, start + 1), doc.offset(row, end + 1))
    text = doc.line(row)[start:end]
    if text not in (*place.header, *place.key) and (found := page(text)):
        return HoverText(span, found)
    inside = place.key[: place.key.index(text) + 1] if text in place.key else ()
    path = (*place.header, *inside)
    key = _key(path)
    return HoverText(span, f"**{'.'.join(path)}**\n\n{key.help}{_values(key)}") if key and key.name in path else None


def completions(doc: Document, offset: int, rules: Iterable[Rule]) -> tuple[Completion, ...]:
    """The keys that may stand where the cursor is, or the values of the key there."""
    row, column = doc.position(offset)
    line = doc.line(row)[: column - 1]
    place = _place(doc, row, column - 1)
    if place is None:
        return ()
    start = re.search(r"[\w-]*$", line)
    span = Span(offset - len(start.group() if start else ""), offset)
    quoted = line[: len(line) - (span.end - span.start)][-1:] in ('"', "'")
    if place.in_value:
        return tuple(_value_items(_shape((*place.header, *place.key)), span, quoted, tuple(rules)))
    table = _shape(place.header)
    if isinstance(table, Named) and table.key is SELECTOR:
        return tuple(_rule_items(span, True, tuple(rules)))
    keys = table.keys if isinstance(table, Table) else ()
    return tuple(Completion(span, key.name, "", key.help + _values(key), key.name) for key in keys)


def _value_items(shape: Any, span: Span, quoted: bool, rules: tuple[Rule, ...]) -> Iterator[Completion]:
    shape = shape.item if isinstance(shape, Several) else shape
    shape = shape.value if isinstance(shape, Named) else shape
    shape = shape.item if isinstance(shape, Several) else shape
    if isinstance(shape, Choice):
        for word in shape.words:
            yield Completion(span, word, "", "", word if quoted else f'"{word}"')
    elif isinstance(shape, Flag):
        for word in ("true", "false"):
            yield Completion(span, word, "", "", word)
    elif shape is SELECTOR:
        yield from _rule_items(span, quoted, rules)


def _rule_items(span: Span, bare: bool, rules: tuple[Rule, ...]) -> Iterator[Completion]:
    for rule in rules:
        yield Completion(span, rule.name, rule.code, rule.summary, rule.name if bare else f'"{rule.name}"')


def _place(doc: Document, row: int, column: int) -> Place | None:
    """Where the cursor is, with keys below the table of ours; None outside of it."""
    place = place_at(doc.text.split("\n"), row, column)
    if _NAMES[_own_name(doc.name)] == "resilint":
        return place
    prefix = ("tool", "resilint")
    return place._replace(header=place.header[2:]) if place.header[:2] == prefix else None


def _shape(path: tuple[str, ...]) -> Any:
    """The shape of the value at a path; None for one that there is not."""
    shape: Any = KEYS
    for name in path:
        if isinstance(shape, Table):
            shape = next((key.shape for key in shape.keys if key.name == name), None)
        elif isinstance(shape, Named):
            shape = shape.value
        else:
            return None
    return shape


def _key(path: tuple[str, ...]) -> Key | None:
    """The last key on a path that has a description."""
    shape: Any = KEYS
    found: Key | None = None
    for name in path:
        if isinstance(shape, Table):
            found = next((key for key in shape.keys if key.name == name), None)
            shape = found.shape if found else None
        elif isinstance(shape, Named):
            shape = shape.value
    return found


def _values(key: Key) -> str:
    shape = key.shape.item if isinstance(key.shape, Several) else key.shape
    shape = shape.value if isinstance(shape, Named) else shape
    words = shape.words if isinstance(shape, Choice) else ("true", "false") if isinstance(shape, Flag) else ()
    return f"\n\nOne of {', '.join(f'`{word}`' for word in words)}." if words else ""


def _word_at(line: str, column: int) -> tuple[int, int] | None:
    return next((word.span() for word in _WORD.finditer(line) if word.start() <= column <= word.end()), None)


def _line(doc: Document, row: int) -> Span:
    """What stands on a row, without the blanks around it and a comment behind it."""
    line = doc.line(row)
    text = re.sub(r"[ \t]+#[^\"']*$", "", line).strip()
    start = doc.offset(row, 1) + len(line) - len(line.lstrip())
    return Span(start, start + len(text))


def _own_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
