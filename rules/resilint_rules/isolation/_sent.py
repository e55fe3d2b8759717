"""Calls that a transaction around them has no part in, but that another rule reports."""

from __future__ import annotations

from ..kit import Call
from ..kit.policy.sending import sending_entry


def sends_task(call: Call) -> bool:
    """Whether a call puts a task into a queue, as `app.send_task` or `chain(...).delay()` does."""
    return sending_entry(call) is not None
