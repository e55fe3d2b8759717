"""The pattern `idempotency`: a key by which the peer knows a request again is made once, not for each attempt."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..kit.findings import Finding, Severity
from ..kit.fixes.idempotency_keys import fresh_key, made_before
from ..kit.interp.calls import Frame
from ..kit.retries.loops import loops

_KEY = re.compile(r"idempotency|request[-_]?id|dedup", re.IGNORECASE)


def make_once(frame: Frame) -> Iterator[Finding]:
    """Offers to make the key of a repeated request before the loop that repeats it."""
    for loop in loops([frame]):
        found = fresh_key(loop, _KEY)
        for fix in made_before(loop, found) if found is not None else ():
            yield loop.calls[0].finding(
                f"`{loop.calls[0].written}` has another idempotency key for each attempt", fix, severity=Severity.HINT
            )
