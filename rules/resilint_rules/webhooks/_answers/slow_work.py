"""Work that a webhook waits for and that may take longer than its sender waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ...kit.effects.followed import followed_calls
from ...kit.effects.waiting import reaches_peer
from ...kit.entry_points.webhooks import Delivery, delivery
from ...kit.findings import Related
from ...kit.interp.call_kinds import ClientCall
from ...kit.interp.calls import Call, Frame
from ...kit.retries.layer import seconds as in_seconds
from ...kit.syntax.idioms import last_name
from ...kit.timeouts.effective import limit

_DEPTH = 3
"""How many calls deep a function of the project is followed."""
_STARTS = frozenset((
    "create_task", "ensure_future", "add_task", "start_soon", "submit", "spawn", "defer", "run_coroutine_threadsafe",
))  # fmt: skip
"""What takes a coroutine or a function that nothing here waits for."""
_MODELS, _MAIL = "llm", "mail"


class SlowWork(NamedTuple):
    """A call in a webhook that may last too long: it or what it leads to, and how long that is in words."""

    frame: Frame
    node: cst.Call
    slow: Call
    lasts: str
    path: tuple[Related, ...] = ()


def slow_work(frame: Frame) -> tuple[Delivery, SlowWork] | None:
    """Returns the first call of a webhook before its answer that may outlast the patience of the sender."""
    taken = delivery(frame)
    if taken is None:
        return None
    found = sorted(_slow(frame, taken.patience), key=_start)
    if taken.answered is not None:
        found = [work for work in found if frame.tree.span(work.node).end <= taken.answered.start]
    return (taken, found[0]) if found else None


def _start(work: SlowWork) -> int:
    return work.frame.tree.span(work.node).start


def _slow(frame: Frame, patience: int, depth: int = _DEPTH) -> Iterator[SlowWork]:
    """The slow calls of a function, and those that lead to one."""
    for call in frame.calls.values():
        plain = not call.offloaded and not call.deferred and _is_waited_for(frame, call.node)
        lasts = _lasts(call, patience) if plain else ""
        if lasts:
            yield SlowWork(frame, call.node, call, lasts)
    for node, inner in followed_calls(frame) if depth > 1 else ():
        if not _is_waited_for(frame, node, coroutine=inner.is_async):
            continue
        work = min(_slow(inner, patience, depth - 1), key=_start, default=None)
        if work is not None:
            yield SlowWork(frame, node, work.slow, work.lasts, (_place(frame, work), *work.path))


def _place(frame: Frame, work: SlowWork) -> Related:
    """Where a call stands in a function that is followed."""
    tree, doc = work.frame.tree, work.frame.scope.module.doc
    span = tree.span(work.node.func)
    words = "it waits here" if work.node is work.slow.node else f"`{tree.code(work.node.func)}` is called here"
    same = doc.name == frame.scope.module.doc.name
    return Related(words, span, "" if same else doc.name, doc.text.count("\n", 0, span.start) + 1)


def _lasts(call: Call, patience: int) -> str:
    """How long a call may take at most, in words; "" where that is not known, or no longer than the patience."""
    if not reaches_peer(call) or not _is_work(call):
        return ""
    found = limit(call)
    if found.unbounded:
        return "waits without limit"
    longest = found.seconds if found.state == "bounded" else None
    return f"may take {in_seconds(longest)}" if longest is not None and longest > patience else ""


def _is_work(call: Call) -> bool:
    """Whether a call is one to a language model, to a mail server or to an address: no queue, database or own SDK."""
    if call.peer in (_MODELS, _MAIL):
        return True
    target = call.target
    if call.peer != "http" or isinstance(call, ClientCall) or target is None:
        return False
    return "response_url" not in call.frame.tree.code(target.node)  # a late answer to the sender itself


def _is_waited_for(frame: Frame, node: cst.Call, *, coroutine: bool = False) -> bool:
    """Whether a function waits for a call: it is not given to a thread, a task or a queue."""
    awaited = False
    above = frame.tree.parent(node)
    while above is not None and not isinstance(above, cst.BaseStatement):
        awaited = awaited or isinstance(above, cst.Await)
        if isinstance(above, cst.Lambda) or (isinstance(above, cst.Call) and last_name(above) in _STARTS):
            return False
        above = frame.tree.parent(above)
    return awaited or not coroutine
