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
        if isinstance(call, ClientCall) and call.as_client.workers is not None:
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
    if any(type(call) is Call and call.offloaded and call.peer in _PEERS for call in frame.calls.values()):
        return True
    catalog = frame.scope.catalog
    for node in walk(frame.node) if frame.node is not None else ():
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            continue
        fact = catalog.method(OffloadFact, pool.type, node.func.attr.value)
        if fact is None or fact.function is None or len(node.args) <= fact.function:
            continue
        target = named(frame, node.args[fact.function].value)
        inner = frame.scope.session.frame(target) if isinstance(target, Function) else None
        if inner is not None and any(type(call) is Call and call.peer in _PEERS for call in inner.calls.values()):
            return True
    return False
