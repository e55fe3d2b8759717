"""Limits for `async with` that are entered by a plain `with`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit import Edit, Finding, Fix, Frame, ScopeFact


def entered_plainly(frame: Frame) -> Iterator[Finding]:
    """Yields findings about limits for `async with` that stand in a plain `with`."""
    for call in frame.calls.values():
        fact, statement = call.fact, call.statement
        if not isinstance(fact, ScopeFact) or not fact.entered or not isinstance(statement, cst.With):
            continue
        if statement.asynchronous is not None or not any(item.item is call.node for item in statement.items):
            continue
        if fact.entered_versions and frame.scope.catalog.within(fact.name, fact.entered_versions) is False:
            continue
        start = frame.tree.span(statement).start
        fix = Fix("Write async with", (Edit(start, start, "async "),))
        yield call.finding(
            f"`{call.written}` is no plain context manager: `with` raises TypeError, and nothing in the block runs",
            *([fix] if frame.is_async and len(statement.items) == 1 else []),
        )
