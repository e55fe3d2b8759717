"""Messages that are given back to the broker to be delivered again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit import Edit, replace
from ..kit.catalog.surroundings import RefuseFact
from ..kit.interp.calls import Frame
from ..kit.syntax.idioms import BROAD
from ..kit.syntax.tree import dotted
from ._messages import facts, given, is_spread, literal_of, own_calls

_COUNTS = re.compile(
    r"redelivered|x-death|x_death|delivery_count|delivery-count|delivery-limit|delivery_limit|receivecount|attempt|retr(?:y|ies)|\bsleep\(",
    re.IGNORECASE,
)
"""What tells how often a message was delivered, or ends it."""
_LIMIT = re.compile(r"x-delivery-limit|x-death", re.IGNORECASE)
_LASTING = frozenset((
    "ValueError", "KeyError", "TypeError", "IndexError", "AttributeError", "JSONDecodeError", "UnicodeDecodeError",
    "ValidationError", "AssertionError", "LookupError", "ZeroDivisionError", "NotImplementedError",
))  # fmt: skip
"""Errors of a message or of the program, which do not pass."""


class Refusal(NamedTuple):
    """A call that gives a message back."""

    frame: Frame
    call: cst.Call
    fact: RefuseFact
    errors: str
    """The errors for which that happens, in words."""

    def dropped(self) -> Edit | None:
        """Returns the edit that does not have it delivered again."""
        requeue = self.fact.requeue
        if requeue is None:
            return None
        value = given(self.call, requeue.name, requeue.index)
        if value is not None:
            return replace(self.frame, value, "False")
        end = self.frame.tree.span(self.call).end - 1
        plain = not self.call.args or not isinstance(self.call.args[-1].comma, cst.Comma)
        return Edit(end, end, f"{', ' if self.call.args else ''}{requeue.name}=False") if plain else None


def refusals(frame: Frame) -> Iterator[Refusal]:
    """Yields the calls of a function that have a message delivered again for errors that may not pass."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef):
        return
    known = {fact.name.rpartition(".")[2]: fact for fact in facts(frame, RefuseFact)}
    named = any(name in frame.tree.text for name in known)
    calls = [call for call in own_calls(node.body) if dotted(call.func).rpartition(".")[2] in known] if named else []
    if not calls or _COUNTS.search(frame.tree.flat) or frame.scope.module.search(_LIMIT) is not None:
        return
    for call in calls:
        fact = known[dotted(call.func).rpartition(".")[2]]
        errors = _errors(frame, call, fact)
        if errors and _requeues(call, fact):
            yield Refusal(frame, call, fact, errors)


def _requeues(call: cst.Call, fact: RefuseFact) -> bool:
    """Whether a call has the message delivered again, as it is written or by default."""
    if fact.requeue is None:
        return True
    value = given(call, fact.requeue.name, fact.requeue.index)
    if value is None:
        return fact.requeue.default == "True" and not is_spread(call)
    return literal_of(value) == "True"


def _errors(frame: Frame, call: cst.Call, fact: RefuseFact) -> str:
    """The errors for which a message is given back, in words; "" if they pass, or it is none."""
    if fact.whole:
        return "any error"
    above = frame.tree.parent(call)
    while above is not None and above is not frame.node:
        if isinstance(above, (cst.If, cst.While, cst.Else)):
            return ""  # a condition decides
        if isinstance(above, cst.ExceptHandler):
            return _caught(above)
        above = frame.tree.parent(above)
    return ""


def _caught(handler: cst.ExceptHandler) -> str:
    if handler.type is None:
        return "any error"
    parts = (
        [element.value for element in handler.type.elements] if isinstance(handler.type, cst.Tuple) else [handler.type]
    )
    names = [dotted(part).rpartition(".")[2] for part in parts]
    if any(name in BROAD for name in names):
        return "any error"
    return "what will fail again" if all(name in _LASTING for name in names) else ""
