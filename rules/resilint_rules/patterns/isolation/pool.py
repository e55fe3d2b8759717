"""Part of the pattern `bulkhead`: a pool that has a worker for each member of a list gets a bound."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...kit.catalog.records import ClientFact
from ...kit.catalog.surroundings import OffloadFact
from ...kit.exceptions.handlers import named
from ...kit.findings import Finding, Fix, Severity
from ...kit.fixes.edits import number
from ...kit.interp.call_kinds import ClientCall
from ...kit.interp.calls import Call, Frame
from ...kit.interp.values import Function
from ...kit.syntax.idioms import last_name
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk

_PEERS = ("http", "llm", "cloud")


def bound_pools(frame: Frame) -> Iterator[Finding]:
    """Offers a bound for pools that are as large as a list, and whose workers make requests."""
    for call in frame.calls.values():
        if frame.node is not None and isinstance(call, ClientCall) and call.as_client.workers is not None:
            size = call.args.get(call.as_client.workers)
            node = size.node if size is not None else None
            if isinstance(node, cst.Call) and last_name(node) == "len" and _makes_requests(frame, call.as_client):
                fix = _bounded(frame, node)
                message = f"`{call.written}` has a worker for each member of a list"
                yield call.finding(message, fix, severity=Severity.HINT)


def _bounded(frame: Frame, node: cst.Call) -> Fix:
    most = number(frame.scope.session.patterns["concurrency"])
    start, end = frame.tree.outer(node)
    edits = (Edit(start, start, "min("), Edit(end, end, f", {most})"))
    return Fix(f"Let at most {most} of them run at a time", edits)


def _makes_requests(frame: Frame, pool: ClientFact) -> bool:
    """Whether a function that is given to a pool of this kind reaches a peer over HTTP."""
    if any(call.offloaded for call in _requests(frame)):
        return True
    given = (_given(frame, pool, node) for node in walk(frame.node or frame.tree.module) if isinstance(node, cst.Call))
    targets = (named(frame, function) for function in given if function is not None)
    inside = (frame.scope.session.frame(target) for target in targets if isinstance(target, Function))
    return any(_requests(inner) for inner in inside if inner is not None)


def _requests(frame: Frame) -> list[Call]:
    """The calls of a function that reach a peer over HTTP."""
    return [call for call in frame.calls.values() if type(call) is Call and call.peer in _PEERS]


def _given(frame: Frame, pool: ClientFact, node: cst.Call) -> cst.BaseExpression | None:
    """The function that a call gives to a pool; None for other calls."""
    if not isinstance(node.func, cst.Attribute):
        return None
    fact = frame.scope.catalog.method(OffloadFact, pool.type, node.func.attr.value)
    return node.args[fact.function].value if fact is not None and len(node.args) > fact.function else None
