"""Calls that send a task: what is wrong with them in a transaction is said by `enqueue-in-transaction`."""

from __future__ import annotations

from ..kit import Call
from ..kit.catalog.surroundings import TaskFact


def sends_task(call: Call) -> bool:
    """Whether a call puts a task into a queue, as `app.send_task` or `chain(...).delay()` does."""
    fact = call.frame.scope.catalog.fact(TaskFact, call.callee)
    return fact is not None and fact.form == "send"
