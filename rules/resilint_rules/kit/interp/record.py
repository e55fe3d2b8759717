"""The record of a call in a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ..catalog.records import Fact
from .calls import KINDS, Arguments, Call, OtherCall
from .values import Instance

if TYPE_CHECKING:
    from .evaluate import Evaluator


def plain(kind: str, name: str) -> Fact:
    """An entry for what the catalogue does not know."""
    return Fact(kind, "", name, {})


def note(
    ev: Evaluator,
    node: cst.Call,
    fact: Fact,
    args: Arguments,
    clients: tuple[Instance, ...],
    offloaded: bool,
    *,
    keep: bool = True,
) -> Call:
    """The record of a call; going through a loop twice gives the same record."""
    known = ev.frame.calls.get(id(node))
    if known is not None:
        for client in clients:
            if client not in known.clients:
                known.clients = (*known.clients, client)
        return known
    kind = KINDS.get(fact.kind, OtherCall)
    call = kind(node, fact, ev.frame, args, clients, tuple(ev.within), ev.current, offloaded=offloaded)
    call.deferred = ev.frame.kind == "lambda"
    if keep:
        ev.frame.calls[id(node)] = call
    return call
