"""Transports with retries that are mounted for an address to which no call of their client goes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.exceptions.handlers import named
from ..kit.interp.calls import Call, Frame, maker
from ..kit.interp.kinds import EventKind, FrameKind
from ..kit.interp.statements import evaluate
from ..kit.interp.values import Const, Instance, literal, options
from ..kit.reach.addresses import leading_text
from ..kit.syntax.idioms import calls_in, last_name
from ..kit.timeouts.client_usage import calls_on
from ._ineffective import has_retries

_HOST = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_WHOLE = re.compile(r"https?://[^/?#]+[/?#]", re.IGNORECASE)


def unreached_mounts(frame: Frame) -> Iterator[tuple[Call, cst.Call, str]]:
    """Yields the clients of a function with the mounts that none of their calls reaches, each with its address."""
    if frame.kind is not FrameKind.FUNCTION or frame.node is None or "mount" not in frame.tree.text:
        return
    for node in calls_in(frame.node):
        first = node.args[0].value if last_name(node) == "mount" and len(node.args) > 1 else None
        if not isinstance(first, cst.SimpleString) or not isinstance(node.func, cst.Attribute):
            continue
        prefix = str(first.evaluated_value).lower()
        for client in options(named(frame, node.func.value) or evaluate(frame, node.func.value)):
            if not isinstance(client, Instance):
                continue
            made = maker(client)
            if made is not None and made.frame is frame and _is_missed(client, made, prefix):
                yield made, node, str(first.evaluated_value)


def _is_missed(client: Instance, made: Call, prefix: str) -> bool:
    """Whether a client has retries for an address, and calls others alone, as far as they are written out."""
    if (
        client.escaped
        or client.subclass is not None
        or _is_given_back(client, made)
        or not _HOST.match(prefix)
        or not _repeats(client, prefix)
    ):
        return False
    uses = list(calls_on(made))
    return bool(uses) and all(_goes_elsewhere(use, prefix) for use in uses)


def _is_given_back(client: Instance, made: Call) -> bool:
    """Whether the callers of a function get the client, on which they may make other calls."""
    return any(option is client for given in made.frame.returns for option in options(given))


def _repeats(client: Instance, prefix: str) -> bool:
    """Whether the transport that a client mounts for an address has retries."""
    return any(
        event.kind is EventKind.CALL and event.name == "mount" and len(event.values) > 1
        and isinstance(event.values[0], Const) and str(event.values[0].value).lower() == prefix
        and has_retries(event.values[1])
        for event in client.events
    )  # fmt: skip


def _goes_elsewhere(call: Call, prefix: str) -> bool:
    """Whether the address of a call is written out far enough to see that it does not begin with another text."""
    target = call.target
    if target is None:
        return False
    value = target.value
    whole = isinstance(value, Const) and isinstance(value.value, str) and not value.soft
    text = (str(literal(value)) if whole else leading_text(call.frame, target.node)).lower()
    known = whole or _WHOLE.match(text) is not None
    return known and "://" in text and not text.startswith(prefix) and (whole or not prefix.startswith(text))
