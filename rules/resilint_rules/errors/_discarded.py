"""Writes whose response is thrown away."""

from __future__ import annotations

import re

import libcst as cst

from ..kit.findings import Fix
from ..kit.fixes.edits import after_statement, unused
from ..kit.interp.calls import Call
from ..kit.interp.kinds import Around, FrameKind, Part
from ..kit.interp.values import Const
from ..kit.reach.addresses import stays_here
from ..kit.responses.status import raises_itself
from ..kit.syntax.idioms import closes, probes
from ..kit.syntax.text import Edit, Span

_WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_ASIDE = re.compile(
    r"telemetr|analytic|metric|track|usage|statistic|beacon|ping|beat|notif|alert|webhook|hook|log(?:_|$|s\b)|event|"
    r"report|warm|wake|trigger|hint|callback|slack|discord|telegram|typing|presence|purge|cache|invalidat|message",
    re.IGNORECASE,
)
"""Names of what is sent on the side: nothing depends on it."""


def is_discarded(call: Call) -> bool:
    """Whether a write is a statement of its own, raises for no error status, and matters."""
    if call.peer != "http" or not call.discarded or call.verb not in _WRITES or call.as_external.status != "silent":
        return False
    if call.deferred or call.offloaded or stays_here(call) or raises_itself(call):
        return False
    if any(place.kind is Around.TRY and place.part is not Part.FINALLY for place in call.within):
        return False
    return not _is_aside(call) and not any(True for _ in call.frame.comments(_first_line(call)))


def _first_line(call: Call) -> Span:
    """Where the statement of a call starts and ends: a comment there gives a reason."""
    return call.frame.tree.span(call.statement or call.node)


def _is_aside(call: Call) -> bool:
    """Whether a write is sent on the side, or ends something, as names and its address say."""
    target = call.target
    address = call.frame.tree.code(target.node) if target is not None else ""
    known = str(target.value.value) if target is not None and isinstance(target.value, Const) else ""
    names = call.frame.outermost.qualname.split(".")
    function = names[-1]
    if closes(function) or probes(function) or closes(address.rpartition("/")[2]):
        return True
    return any(_ASIDE.search(text) for text in (*names, address, known))


def check_status(call: Call) -> list[Fix]:
    """Returns the fix that keeps the response and checks its status; none where the call is no statement of its own."""
    fact, statement, frame = call.answer, call.statement, call.frame
    if fact is None or not fact.raiser or not isinstance(statement, cst.Expr) or frame.kind is FrameKind.LAMBDA:
        return []
    value = statement.value.expression if isinstance(statement.value, cst.Await) else statement.value
    name = unused(frame, ("response", "answer", "reply"))
    if value is not call.node or not name:
        return []
    start = frame.tree.span(statement).start
    last = after_statement(frame, statement, f"{name}.{fact.raiser}()")
    return [Fix(f"Insert {name}.{fact.raiser}()", (Edit(start, start, f"{name} = "), last))] if last is not None else []
