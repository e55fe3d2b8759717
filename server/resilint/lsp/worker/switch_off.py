"""Edits that switch a rule off: in one file by a comment, in a project by its settings. Pure."""

from __future__ import annotations

import re

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.syntax.text import Document, Edit

from ...config.toml_positions import KeyRows, place_at
from ...own_rules import OWN

_IGNORED = re.compile(r"^[ \t]*#[ \t]*resilint:[ \t]*ignore-file\[([^\]\r\n]*)\]", re.MULTILINE)
_HEAD = re.compile(r"(?:#!.*(?:\r\n|\n|\r))?(?:[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+.*(?:\r\n|\n|\r))?")
_OURS = frozenset(rule.name for rule in OWN)


def ignore_in_file(doc: Document, finding: Finding) -> tuple[Edit, ...]:
    """The edit of a comment that silences a rule in a whole file; () for findings of our own."""
    if finding.rule in _OURS:
        return ()
    if found := _IGNORED.search(doc.text):
        names = found.group(1).strip()
        return (Edit(found.end(1), found.end(1), f", {finding.rule}" if names else finding.rule),)
    head = _HEAD.match(doc.text)
    at = head.end() if head else 0
    return (Edit(at, at, f"# resilint: ignore-file[{finding.rule}]{doc.newline}"),)


def ignore_in_settings(text: str, rule: str, prefix: tuple[str, ...]) -> tuple[Edit, ...]:
    """The edit of a file of settings that leaves a rule out; `prefix` leads to our table in it.

    () where an `ignore` stands that is no list on lines of its own.
    """
    lines = text.split("\n")
    newline = "\r\n" if "\r\n" in text else "\n"
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    rows = KeyRows(lines)
    row = rows.row_of((*prefix, "ignore"))
    place = place_at(lines, row, len(lines[row - 1]))
    if (place.header, place.key) == (prefix, ("ignore",)):
        found = re.search(r"=[ \t]*\[[ \t]*", lines[row - 1])
        if found is None:
            return ()
        at = starts[row - 1] + found.end()
        empty = lines[row - 1][found.end() :].lstrip().startswith("]")
        return (Edit(at, at, f'"{rule}"' + ("" if empty else ", ")),)
    entry = f'ignore = ["{rule}"]{newline}'
    if not prefix:
        return (Edit(0, 0, entry),)
    row = rows.row_of(prefix)
    if place_at(lines, row, 0).header == prefix:
        at = min(starts[row], len(text))
        return (Edit(at, at, entry if at > starts[row] - 1 and text[at - 1 : at] == "\n" else newline + entry),)
    gap = newline if text.endswith("\n") or not text else newline * 2
    return (Edit(len(text), len(text), f"{gap}[{'.'.join(prefix)}]{newline}{entry}"),)
