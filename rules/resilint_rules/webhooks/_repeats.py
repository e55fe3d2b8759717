"""Webhooks that do again what they have done, when a delivery comes twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.effects.followed import followed_calls
from ..kit.effects.waiting import reaches_peer
from ..kit.entry_points.webhooks import delivery, headers_in, is_event
from ..kit.interp.call_kinds import VerifyCall
from ..kit.interp.calls import Call, Frame

_REMEMBERS = re.compile(
    r"delivery|(?:webhook|event|message|svix|request|notification|hook)[-_]?(?:id|uid|uuid)\b|\[[\"']id[\"']\]|\.get\([\"']id[\"']|"
    r"\bevent\.id\b|idempot|dedup|duplicate|already|processed|seen\b|get_or_create|update_or_create|upsert|on_conflict|"
    r"exists\(|IntegrityError|DuplicateKey|UniqueViolation|setnx|nx=True|cache\.add\(|unique|replay|once\b",
    re.IGNORECASE,
)
"""What a function says that knows deliveries again, or whose work may be done twice."""
_REPEATABLE = ("PUT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH")
_DEPTH = 3


def repeated_work(frame: Frame) -> tuple[Call, cst.Call] | None:
    """Returns a call of a webhook that is made again with each delivery, and where the handler leads to it."""
    if delivery(frame) is None or not _is_verified_event(frame):
        return None
    frames = list(_with_callees(frame, None, _DEPTH))
    if any(_REMEMBERS.search(inner.tree.flat) for inner, _ in frames):
        return None
    for inner, place in frames:
        for call in inner.calls.values():
            if _is_unrepeatable(call):
                return call, place if place is not None else call.node
    return None


def _is_verified_event(frame: Frame) -> bool:
    """Whether a handler takes events of a sender that numbers its deliveries."""
    verified = any(isinstance(call, VerifyCall) and call.fact.gives == "raises" for call in frame.calls.values())
    return verified or any(map(is_event, headers_in(frame)))


def _with_callees(frame: Frame, place: cst.Call | None, depth: int) -> Iterator[tuple[Frame, cst.Call | None]]:
    """A function and those that it calls, each with the call in the handler that leads to it."""
    yield frame, place
    for node, inner in followed_calls(frame) if depth > 1 else ():
        yield from _with_callees(inner, place if place is not None else node, depth - 1)


def _is_unrepeatable(call: Call) -> bool:
    """Whether a call makes something at a peer each time: a mail, an order, a payment."""
    if call.offloaded or call.deferred or type(call) is not Call:
        return False
    if call.peer == "mail":
        return call.callee.rpartition(".")[2].startswith("send")
    if not reaches_peer(call):
        return False
    given = " ".join(call.args.named).lower()
    if call.peer != "http" or call.verb in _REPEATABLE or "idempotency" in given:
        return False
    text = call.frame.tree.code(call.node)
    return call.verb == "POST" and "dempotency" not in text and "graphql" not in text.lower()
