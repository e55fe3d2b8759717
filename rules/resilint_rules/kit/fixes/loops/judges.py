"""The functions that say which failures may pass, and how long the peer wants to be left alone."""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.lookup import Library
from ...exceptions.handlers import known_as
from ...findings import Import
from ...interp.calls import Call
from ...syntax.text import Edit
from ..retry_after import HELPER, IMPORTS, SECONDS, can_import
from .wanted import STATUSES, definition_place, name_for, numbers

MAY_PASS = "_may_pass"  # noqa: S105 - the name of a function
PAUSE = "_wanted_pause"


@dataclass(frozen=True, slots=True)
class Judges:
    """The names of a module's two functions about failures; the edits and imports that bring them, if any."""

    may_pass: str
    pause: str
    edits: tuple[Edit, ...] = ()
    imports: tuple[Import, ...] = ()


def judges(call: Call) -> Judges | None:
    """The functions for the failures of a call's library; None if they cannot be written."""
    library, module = call.record, call.frame.scope.module
    if library is None or library.transient is None or library.transient.refusal is None:
        return None
    names = name_for(call, library, MAY_PASS), name_for(call, library, PAUSE)
    if all(name in module.functions for name in names):
        return Judges(*names)
    place = definition_place(call)
    taken = any(module.mentions_name(name) for name in names)
    if place is None or taken or not can_import(module, *IMPORTS):
        return None
    text, imports = _written(call, library, *names)
    if not can_import(module, *imports):
        return None
    if SECONDS not in module.functions:
        text = f"{HELPER}\n\n{text}"
    newline = module.doc.newline
    edit = Edit(place, place, text.replace("\n", newline) + newline * 2)
    return Judges(*names, (edit,), (*IMPORTS, *imports))


def _written(call: Call, library: Library, may_pass: str, pause: str) -> tuple[str, list[Import]]:
    transient = library.transient
    assert transient is not None
    assert transient.refusal is not None
    imports: list[Import] = []

    def spelled(error: str) -> str:
        text, needed = known_as(call.frame, error)
        imports.extend([needed] if needed is not None else [])
        return text

    refusal = transient.refusal
    error = spelled(refusal.error)
    errors = [spelled(name) for name in (*transient.errors, *transient.broken)]
    caught = errors[0] if len(errors) == 1 else f"({', '.join(errors)})"
    there = f" and error.{refusal.headers.partition('.')[0]} is not None" if "." in refusal.headers else ""
    text = f'''def {pause}(error: BaseException) -> float:
    """Returns the seconds that the peer wants to be left alone after an error, 0 if it says nothing."""
    if isinstance(error, {error}){there}:
        return {SECONDS}(error.{refusal.headers}.get("Retry-After", ""), default=0.0)
    return 0.0


def {may_pass}(error: BaseException) -> bool:
    """Whether a request may succeed if it is sent again: no answer, 429 or 5xx, and a pause of a minute at most."""
    if isinstance(error, {error}){there}:
        return error.{refusal.status} in {STATUSES} and {pause}(error) <= {numbers(call.frame).within}
    return isinstance(error, {caught})
'''
    return text, imports
