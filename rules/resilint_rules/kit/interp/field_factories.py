"""Attributes of a record that are declared with what makes them: `field(default_factory=OpenAI)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from .calls import Arguments
from .record import note
from .values import FIELDS, Instance, OneOf, Ref, Value

if TYPE_CHECKING:
    from .evaluate import Evaluator


def declared(ev: Evaluator, node: cst.Call, name: str, args: Arguments) -> Value | None:
    """The client that a field holds: one that its factory makes, or one that is given; None if it makes none."""
    given = args.named.get("default_factory") or args.named.get("factory")
    if given is None or f"{name.rpartition('.')[2]}()" not in FIELDS or not isinstance(given.value, Ref):
        return None
    fact = ev.frame.scope.catalog.fact("client", given.value.name)
    if fact is None or fact.flag("awaited"):
        return None
    call = note(ev, node, fact, Arguments(), (), False)
    call.factory = given.node
    kind = fact.word("type") or fact.name
    call.result = Instance(kind, call, "call")
    return OneOf((call.result, Instance(kind, None, "given")))
