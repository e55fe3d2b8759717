"""An array of objects with the keys that readers of ruff's JSON know, and some more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..results import FileResult, Note, Offer, Place, Problem
from .view import View, sound


def render(results: Sequence[FileResult], view: View) -> str:
    """Valid JSON in ASCII, so that no pipe's encoding can spoil it."""
    return json.dumps([entry(p) for result in results for p in result.problems], indent=2) + "\n"


def entry(problem: Problem) -> dict[str, Any]:
    """One problem; rows and columns are one-based, columns count code points."""
    fixes = [_fix(offer) for offer in problem.offers]
    place = problem.place
    return {
        "cell": None,  # of a notebook; readers of ruff's output expect the key
        "code": problem.code,
        "name": problem.rule,
        "message": sound(problem.message),
        "help": sound(problem.help) or None,
        "severity": problem.severity,
        "filename": sound(problem.file),
        "location": {"row": place.row, "column": place.column},
        "end_location": {"row": place.end_row, "column": place.end_column},
        "noqa_row": place.row,
        "fix": fixes[0] if fixes else None,
        "fixes": fixes,
        "url": None,
        "fingerprint": problem.fingerprint,
        "related": [_note(note) for note in problem.related],
        "library": problem.library or None,
        "callee": problem.callee or None,
        "scope": problem.scope or None,
    }


def _range(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"location": None, "end_location": None}
    return {
        "location": {"row": place.row, "column": place.column},
        "end_location": {"row": place.end_row, "column": place.end_column},
    }


def _fix(offer: Offer) -> dict[str, Any]:
    return {
        "applicability": offer.applicability,
        "message": sound(offer.title),
        "edits": [{"content": sound(change.content), **_range(change.place)} for change in offer.changes],
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "message": sound(note.message),
        "filename": sound(note.file),
        **_range(note.place),
    }
