"""An array of objects with the keys that readers of ruff's JSON know, and some more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..results import FileResult, Note, Offer, Place, Problem
from .view import View, sound


def render(results: Sequence[FileResult], view: View) -> str:
    """Valid JSON in ASCII, so that no pipe's encoding can spoil it."""
    return json.dumps([entry(p, view) for result in results for p in result.problems], indent=2) + "\n"


def entry(problem: Problem, view: View) -> dict[str, Any]:
    """One problem; rows and columns are one-based, columns count code points."""
    fixes = [_fix(problem, offer) for offer in problem.offers]
    place = problem.place
    cell = problem.cell_of(place.row)
    return {
        "cell": cell.number if cell else None,  # of a notebook; its rows are those of the cell, as in ruff's output
        "code": problem.code,
        "name": problem.rule,
        "message": sound(problem.message),
        "help": sound(problem.help) or None,
        "severity": problem.severity,
        "filename": sound(problem.file),
        **_range(problem, place),
        "noqa_row": problem.row_in_cell(place.row),
        "fix": fixes[0] if fixes else None,
        "fixes": fixes,
        "url": view.page(problem.rule) or None,
        "fingerprint": problem.fingerprint,
        "related": [_note(problem, note) for note in problem.related],
        "library": problem.library or None,
        "callee": problem.callee or None,
        "scope": problem.scope or None,
    }


def _range(problem: Problem, place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"location": None, "end_location": None}
    return {
        "location": {"row": problem.row_in_cell(place.row), "column": place.column},
        "end_location": {"row": problem.row_in_cell(place.end_row), "column": place.end_column},
    }


def _cell(problem: Problem, place: Place | None) -> dict[str, Any]:
    """The cell of a place that may be in another one than the problem."""
    cell = problem.cell_of(place.row) if place else None
    return {"cell": cell.number} if cell else {}


def _fix(problem: Problem, offer: Offer) -> dict[str, Any]:
    return {
        "applicability": offer.applicability,
        "message": sound(offer.title),
        "edits": [
            {
                "content": sound(change.content),
                **_range(problem, change.place),
                **_cell(problem, change.place),
            }
            for change in offer.changes
        ],
    }


def _note(problem: Problem, note: Note) -> dict[str, Any]:
    own = problem if note.file == problem.file else replace(problem, cells=())
    return {
        "message": sound(note.message),
        "filename": sound(note.file),
        **_range(own, note.place),
        **_cell(own, note.place),
    }
