"""Which calls without a limit are left alone."""

from __future__ import annotations

import re

from ..kit import Call, ClientCall, explained, in_transport, is_local, set_later, stays_here

_ON_PURPOSE = re.compile(
    r"^(?!.*\b(?:TO.?DO|FIX.?ME|BUG|yet|default)\b).*(?:\bno|\bnot|n't|\bnever|\bwithout)\b"
    r"(?: \w+){0,3} time\W?out",
    re.IGNORECASE,
)


def is_exempt(call: Call) -> bool:
    """Whether a call stays on the machine, is explained by a comment, or is of a client that gets a limit later."""
    if stays_here(call) or explained(call, call.node, _ON_PURPOSE):
        return True
    if call.as_client.drivers:
        return is_local(call)
    return isinstance(call, ClientCall) and (set_later(call) or in_transport(call))
