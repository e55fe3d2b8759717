"""Whether the failure of a call has a consequence: by what the call does, then by the name of its function."""

from __future__ import annotations

import re

import libcst as cst

from ..kit.catalog.surroundings import LogFact
from ..kit.exceptions.handlers import named
from ..kit.interp.calls import Call, Frame, Guard
from ..kit.interp.values import Ref
from ..kit.syntax.idioms import asks, closes, closes_only, probes

_ASIDE = re.compile(
    r"telemetr|analytic|track|usage|beacon|heartbeat|metric|stat(?:s|sd|istic)|best_?effort|optional|silent|quiet|safe|"
    r"ignor|typing|(?:latest|newer|newest)_?version|version_?check|check_?(?:for_?)?(?:\w+_)?(?:updates?|version)",
    re.IGNORECASE,
)
"""Names which say that a failure has no consequence."""
_ASIDE_OF_WRITES = re.compile(
    r"telemetr|analytic|beacon|heartbeat|metric|(?:^|[._])stat(?:s|sd|istics?)(?:$|[._])|best_?effort|(?:^|_)optional|silent|"
    r"quiet|safe|ignor|(?:^|_)typing(?:$|_)|version|(?:report|send|post|push)_?usage|usage_?(?:report|event|stat)|"
    r"track(?:er|_?event|_?usage)?$",
    re.IGNORECASE,
)
"""The same for what changes something at the peer: words that may be part of what is changed do not count."""


def writes(call: Call) -> bool:
    """Whether a call changes something at its peer."""
    return call.verb in ("POST", "PUT", "PATCH")


def excused(call: Call) -> bool:
    """Whether the name of its function, or of its module, says that the failure of a call has no consequence."""
    name, module = call.frame.qualname.rpartition(".")[2], call.frame.scope.module.doc.module
    if writes(call):
        if asks(name) or closes_only(name):
            return True
        return bool(_ASIDE_OF_WRITES.search(call.frame.qualname) or _ASIDE_OF_WRITES.search(module))
    if probes(name) or closes(name):
        return True
    return bool(_ASIDE.search(call.frame.qualname) or _ASIDE.search(module))


def refusable(guard: Guard) -> list[Call]:
    """The calls that change something, and whose status is checked in a `try`: the check tells a refusal."""
    frame = guard.frame
    if refusable not in frame.derived:
        frame.derived[refusable] = _checked_within(frame)
    found: list[Call] = frame.derived[refusable].get(id(guard.node.body), [])
    return found


def _checked_within(frame: Frame) -> dict[int, list[Call]]:
    """The calls that change something, by id of the blocks around a check of their status."""
    found: dict[int, list[Call]] = {}
    for call in frame.calls.values():
        fact = call.answer
        if fact is None or call.response is None or not writes(call):
            continue
        around: dict[int, None] = {}
        for above in (node for name, node in call.response.uses if name == fact.raiser):
            inner: cst.CSTNode | None = above
            while inner is not None:
                around[id(inner)] = None
                inner = frame.tree.parent(inner)
        for block in around:
            found.setdefault(block, []).append(call)
    return found


def tells_visitor(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an expression only tells the visitor of a page."""
    value = named(frame, node.func) if isinstance(node, cst.Call) else None
    fact = frame.scope.catalog.fact(LogFact, value.name) if isinstance(value, Ref) else None
    return fact is not None and fact.visitor
