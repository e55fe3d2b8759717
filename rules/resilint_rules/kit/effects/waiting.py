"""Which external calls wait for a peer on the thread that makes them."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..catalog.records import ExternalFact
from ..interp.call_kinds import ClientCall
from ..interp.calls import Call, Frame, call_at
from ..reach.addresses import stays_here
from ..syntax.tree import dotted, walk
from ..timeouts.effective import leaves, timeout_bounds
from ..timeouts.values import UnknownBound

_TAKES_COROUTINES = frozenset(("gather", "wait_for", "wait", "shield", "create_task", "ensure_future", "start_soon"))
LOCAL = ("process", "file", "telemetry", "")
"""Peers that are on the machine, or that a program is indifferent to."""


def waits(call: Call) -> bool:
    """Whether a call waits for a peer without `await`."""
    fact = call.fact
    return isinstance(fact, ExternalFact) and fact.mode == "sync" and reaches_peer(call)


def reaches_peer(call: Call) -> bool:
    """Whether a call waits for a peer, with `await` or without."""
    fact = call.fact
    if not isinstance(fact, ExternalFact) or call.peer in LOCAL:
        return False
    if stays_here(call) or call.as_call.buffered or not leaves(call):
        return False
    if isinstance(call, ClientCall):
        return _connects_at_once(call)
    if _connects_here(call):
        return False  # reported where it connects
    try:
        bounds = timeout_bounds(call, fact) or ()
    except UnknownBound:
        return True
    return not any(bound.seconds == 0 for bound in bounds)


def awaited_calls(frame: Frame) -> frozenset[int]:
    """The calls in a function, by id of the node, whose result is awaited: they do not block, whatever their library.

    Also those in arguments of functions that await them, and in the heads of `async with` and `async for`.
    """
    found: frozenset[int] | None = frame.derived.get(awaited_calls)
    if found is None:
        held = frame.outermost.node if frame.outermost.node is not None else None
        found = frozenset(_awaited(held)) if held is not None else frozenset()
        frame.derived[awaited_calls] = found
    return found


def _awaited(function: cst.CSTNode) -> Iterator[int]:
    for node in walk(function):
        if isinstance(node, cst.Await):
            yield id(node.expression)
        elif isinstance(node, cst.Call) and dotted(node.func).rpartition(".")[2] in _TAKES_COROUTINES:
            yield from (id(inner) for arg in node.args for inner in walk(arg))
        elif isinstance(node, cst.With) and node.asynchronous is not None:
            yield from (id(inner) for item in node.items for inner in walk(item))
        elif isinstance(node, (cst.For, cst.CompFor)) and node.asynchronous is not None:
            yield from (id(inner) for inner in walk(node.iter))


def _connects_at_once(call: ClientCall) -> bool:
    """Whether making a client connects to the peer, not its first use."""
    lazy = call.as_external.lazy
    return call.as_client.connects and not (lazy is not None and call.args.get(lazy) is None)


def _connects_here(call: Call) -> bool:
    """Whether the client of a call connects when it is made, in the same function."""
    makers = [call_at(client.made) for client in call.clients if client.made is not None]
    return any(maker.as_client.connects and maker in call.frame.calls.values() for maker in makers)
