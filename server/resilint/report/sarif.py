"""SARIF 2.1.0, the format that code scanning and many viewers read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from resilint_rules.kit.findings import Severity

from ..own_rules import CRASHED, SYNTAX, UNREADABLE
from ..results import Change, FileResult, Line, Note, Offer, Place, Problem
from ..version import __version__
from .view import Card, View, is_absolute, slashed, sound, spot

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"

_LEVELS = {"error": "error", "warning": "warning", "info": "note", "hint": "note"}

_GRADES = {
    "error": "error",
    "warning": "warning",
    "info": "recommendation",
    "hint": "recommendation",
}
"""GitHub's words for the severity of what is no security risk."""

_SECURITY = {"auth", "webhooks"}
"""Families whose rules are about an attacker; all others are about bad luck."""

_SCORES = {"error": "8.0", "warning": "6.0", "info": "3.0", "hint": "1.0"}
"""GitHub reads these as high (over 7.0), medium (over 4.0) and low."""

_LONGEST = 1024
"""Characters that GitHub takes in a description."""

_UNCHECKED = {SYNTAX.code, UNREADABLE.code}
"""Codes that say that something could not be checked."""

_ABOUT = "https://pypi.org/project/resilint/"


def render(results: Sequence[FileResult], view: View) -> str:
    """One run. Silenced problems are there only if the view asks for them.

    GitHub does not heed `suppressions` and would open an alert for each.
    """
    problems = [problem for result in results for problem in result.problems]
    if view.silenced:
        problems += [problem for result in results for problem in result.suppressed]
    rules = _rules(problems, view.cards, view.page)
    indices = {rule["id"]: index for index, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "resilint",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": _ABOUT,
                "rules": rules,
            }
        },
        "invocations": [_invocation(problems, view)],
        "originalUriBaseIds": {_ROOT: _root(view.root)},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, indices[problem.code], view) for problem in problems],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _invocation(problems: Sequence[Problem], view: View) -> dict[str, Any]:
    """How the run went: what could not be checked is no result of a check, and is notified as well."""
    done = {"executionSuccessful": all(problem.code != CRASHED.code for problem in problems)}
    notes = [
        {
            "level": _LEVELS[Severity(problem.severity).value],
            "descriptor": {"id": problem.code},
            "message": {"text": _sentence(problem.message)},
            "locations": [{"physicalLocation": _physical(problem.file, view, _region_of(problem))}],
        }
        for problem in problems
        if problem.code in _UNCHECKED and not problem.suppressed
    ]
    return {**done, "toolExecutionNotifications": notes} if notes else done


def _root(root: str) -> dict[str, Any]:
    about: dict[str, Any] = {"description": {"text": "The top folder of the checked source code."}}
    return {"uri": _uri(slashed(root).rstrip("/") + "/"), **about} if root else about


def _uri(path: str) -> str:
    """A path as a URI: relative, or with the scheme `file`; undecodable bytes stay what they are."""
    if not is_absolute(path):
        return quote(path, errors="surrogateescape")
    drive, colon, rest = path.partition(":") if not path.startswith("/") else ("", "", path)
    return "file://" + ("/" if drive else "") + drive + colon + quote(rest, errors="surrogateescape")


def _rules(problems: Sequence[Problem], cards: Mapping[str, Card], docs: Callable[[str], str]) -> list[dict[str, Any]]:
    """Every rule of the run, and any other that a problem names, in order of code."""
    rules = {code: _rule(card, docs) for code, card in cards.items()}
    for problem in problems:
        if problem.code not in rules:
            text = {"text": _sentence(problem.rule)}
            rules[problem.code] = {
                "id": problem.code,
                "name": problem.rule,
                **dict.fromkeys(("shortDescription", "fullDescription", "help"), text),
            }
    return [rule for _, rule in sorted(rules.items())]


def _rule(card: Card, docs: Callable[[str], str]) -> dict[str, Any]:
    rule = card.rule
    severity = rule.severity.value
    tags = [rule.family, "reliability"]
    properties: dict[str, Any] = {
        "tags": tags,
        "precision": "medium" if rule.preview else "high",
        "problem.severity": _GRADES[severity],
    }
    if rule.family in _SECURITY:
        tags.append("security")
        properties["security-severity"] = _SCORES[severity]
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _short(_sentence(rule.summary))},
        "fullDescription": {"text": _short(_why(card))},
        "help": {"text": sound(card.page), "markdown": sound(card.page)},
        **({"helpUri": address} if (address := docs(rule.name)) else {}),
        "defaultConfiguration": {
            "enabled": rule.default and not rule.preview,
            "level": _LEVELS[severity],
        },
        "properties": properties,
    }


def _why(card: Card) -> str:
    """The first paragraph after the summary; the summary where a page has no more."""
    for paragraph in card.page.replace("\r\n", "\n").split("\n\n")[1:]:
        words = paragraph.strip()
        if words and not words.startswith(("```", "#")):
            return _sentence(" ".join(words.split()))
    return _sentence(card.rule.summary)


def _sentence(text: str) -> str:
    """Text that ends like a sentence, as SARIF wants it; our own messages have no full stop."""
    text = sound(text).strip().replace("](", "] (")  # "[a](b)" would be a link
    return text if text.endswith((".", "!", "?")) else text + "."


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _result(problem: Problem, index: int, view: View) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": index,
        "level": _LEVELS[Severity(problem.severity).value],
        "message": {"text": _message(problem)},
        "locations": [_location(problem, view)],
    }
    if problem.fingerprint:
        result["partialFingerprints"] = {"resilint/v1": problem.fingerprint}
    if problem.related:
        result["relatedLocations"] = [
            _related(problem, note, number, view) for number, note in enumerate(problem.related, 1)
        ]
    fixes = [_fix(problem, offer, view) for offer in problem.offers if offer.changes and _can_replace(problem, offer)]
    if fixes:
        result["fixes"] = fixes
    if problem.suppressed:
        kind = "inSource" if problem.suppressed == "comment" else "external"
        result["suppressions"] = [{"kind": kind}]
    cell = problem.cell_of(problem.place.row)
    details = {"callee": problem.callee, "library": problem.library, "cell": cell.number if cell else 0}
    known = {key: value for key, value in details.items() if value}
    return {**result, "properties": known} if known else result


def _message(problem: Problem) -> str:
    text = _sentence(problem.message)
    if problem.cells:
        text = f"In {spot(problem, problem.place.row)}: {text}"
    return f"{text} {_sentence(problem.help)}" if problem.help else text


def _location(problem: Problem, view: View) -> dict[str, Any]:
    """Where a problem is: its file and region with some text, and its function."""
    place = _physical(problem.file, view, _region_of(problem))
    snippet = _snippet(problem.source, problem.place)
    if snippet and not problem.cells:
        place["region"]["snippet"] = {"text": snippet}
    context = None if problem.cells else _context(problem.source, problem.place)
    if context:
        place["contextRegion"] = context
    location: dict[str, Any] = {"physicalLocation": place}
    names = [{"fullyQualifiedName": problem.scope}] if problem.scope else []
    if problem.cells:
        names.append({"fullyQualifiedName": f"{spot(problem, problem.place.row)}:{problem.place.column}"})
    if names:
        location["logicalLocations"] = names
    return location


def _physical(file: str, view: View, region: dict[str, int] | None) -> dict[str, Any]:
    path = view.below_root(file)
    artifact = {"uri": _uri(path)}
    if not is_absolute(path):
        artifact["uriBaseId"] = _ROOT
    return {
        "artifactLocation": artifact,
        **({"region": region} if region else {}),
    }


def _region_of(problem: Problem) -> dict[str, int]:
    """Where a problem is in its file: of a notebook in its JSON, without columns where these are not known."""
    place = problem.place
    if not problem.cells:
        return _region(place)
    found = _in_json(problem, place)
    if found is not None:
        return _region(found)
    return {"startLine": problem.row_in_file(place.row), "endLine": problem.row_in_file(place.end_row)}


def _in_json(problem: Problem, place: Place) -> Place | None:
    """A place in the code of a notebook as one in its file; None if that cannot be said for sure."""
    start = _column_in_json(problem, place.row, place.column)
    end = _column_in_json(problem, place.end_row, place.end_column)
    if not start or not end:
        return None
    return Place(problem.row_in_file(place.row), start, problem.row_in_file(place.end_row), end)


def _column_in_json(problem: Problem, row: int, column: int) -> int:
    """Where a column of the code is in the row of the file; 0 if it is not known how what stands before is written."""
    cell = problem.cell_of(row)
    text = next((line.text for line in problem.source if line.row == row and line.start == 1 and not line.cut), "")
    before = text[: column - 1]
    alike = before.isascii() and len(before) == column - 1
    return cell.column + len(json.dumps(before)) - 2 if cell and cell.column and alike else 0


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.row,
        "startColumn": place.column,
        "endLine": place.end_row,
        "endColumn": place.end_column,
    }


def _snippet(source: Sequence[Line], place: Place) -> str:
    """What is pointed at, if it is on one line and kept whole."""
    for line in source:
        if line.row == place.row == place.end_row:
            first, last = place.column - line.start, place.end_column - line.start
            return line.text[first:last] if 0 <= first <= last <= len(line.text) else ""
    return ""


def _context(source: Sequence[Line], place: Place) -> dict[str, Any] | None:
    """The span's rows and those around it, if they are kept whole and are more than the span."""
    whole = {line.row: line.text for line in source if line.start == 1 and not line.cut}
    rows = [row for row in range(place.row - 1, place.end_row + 2) if row in whole]
    if not rows or rows != list(range(min(rows[0], place.row), max(rows[-1], place.end_row) + 1)):
        return None
    text = "\n".join(whole[row] for row in rows)
    if len(text) == place.end_column - 1 and place.row == place.end_row == rows[0] == rows[-1]:
        return None  # the span is all there is: SARIF wants a context to be larger
    end = len(whole[rows[-1]]) + 1
    return {
        "startLine": rows[0],
        "startColumn": 1,
        "endLine": rows[-1],
        "endColumn": end,
        "snippet": {"text": text},
    }


def _related(problem: Problem, note: Note, number: int, view: View) -> dict[str, Any]:
    region = _region(note.place) if note.place else None
    if note.place and problem.cells and note.file == problem.file:
        region = _region_of(replace(problem, place=note.place))
    return {
        "id": number,
        "message": {"text": _sentence(note.message)},
        "physicalLocation": _physical(note.file, view, region),
    }


def _can_replace(problem: Problem, offer: Offer) -> bool:
    """Whether the changes of a fix can be made in the file: in a notebook all of them have a known place."""
    if not problem.cells:
        return True
    cells = [(problem.cell_of(change.place.row), problem.cell_of(change.place.end_row)) for change in offer.changes]
    return all(_in_json(problem, change.place) for change in offer.changes) and all(
        one is other and ("\n" not in change.content or (one and one.step))
        for (one, other), change in zip(cells, offer.changes, strict=True)
    )


def _fix(problem: Problem, offer: Offer, view: View) -> dict[str, Any]:
    artifact = _physical(problem.file, view, None)["artifactLocation"]
    replacements = [_replacement(problem, change) for change in offer.changes]
    return {
        "description": {"text": _sentence(offer.title)},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
        "properties": {"applicability": offer.applicability},
    }


def _replacement(problem: Problem, change: Change) -> dict[str, Any]:
    """What is put in place of what; in a notebook as JSON, each line a text of its own."""
    place, content = change.place, sound(change.content)
    cell = problem.cell_of(place.row)
    if cell is not None:
        place = _in_json(problem, place) or place
        border = '\\n",\n' + " " * (cell.column - 2) + '"'
        content = border.join(json.dumps(line, ensure_ascii=False)[1:-1] for line in content.split("\n"))
    replacement: dict[str, Any] = {"deletedRegion": _region(place)}
    if content:
        replacement["insertedContent"] = {"text": content}
    return replacement
