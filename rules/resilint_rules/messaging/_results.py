"""Calls that wait for the result of a task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit import Edit, replace
from ..kit.catalog.surroundings import TaskFact
from ..kit.interp.calls import Frame
from ._messages import given, is_spread, literal_of, own_nodes
from ._sending import Sending, sendings


class Wait(NamedTuple):
    """A call that waits for the result of a task."""

    call: cst.Call
    fact: TaskFact

    @property
    def limited(self) -> bool:
        """Whether it gives up after a time, or may."""
        param = self.fact.wait_limit
        value = given(self.call, param.name, param.index) if param is not None else None
        return is_spread(self.call) or (value is not None and literal_of(value) != "None")

    def with_limit(self, frame: Frame, seconds: int) -> Edit | None:
        """Returns the edit that sets a limit; None where there is no parameter for one."""
        param = self.fact.wait_limit
        if param is None:
            return None
        value = given(self.call, param.name, param.index)
        if value is not None:
            return replace(frame, value, str(seconds))
        end = frame.tree.span(self.call).end - 1
        if self.call.args and isinstance(self.call.args[-1].comma, cst.Comma):
            return None
        return Edit(end, end, f"{', ' if self.call.args else ''}{param.name}={seconds}")


def waits_for_tasks(frame: Frame) -> Iterator[Wait]:
    """Yields the calls of a function that wait for what it has sent: at once, or by the name that it was given."""
    node = frame.node
    found = list(sendings(frame))
    if not found or not isinstance(node, cst.FunctionDef):
        return
    names = _names(frame, found)
    at_once = {id(sending.node): sending.fact for sending in found}
    for call in own_nodes(node.body):
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
            continue
        owner = call.func.value
        fact = names.get(owner.value) if isinstance(owner, cst.Name) else at_once.get(id(owner))
        if fact is not None and call.func.attr.value in fact.waits:
            yield Wait(call, fact)


def _names(frame: Frame, found: list[Sending]) -> dict[str, TaskFact]:
    """The names that are given what sending returned, and nothing else."""
    names: dict[str, TaskFact] = {}
    for sending in found:
        parent = frame.tree.parent(sending.node)
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
            if isinstance(target, cst.Name):
                names[target.value] = sending.fact
    sent = {id(sending.node) for sending in found}
    others = {
        part.target.value
        for node in own_nodes(frame.node.body if frame.node is not None else frame.tree.module)
        if isinstance(node, cst.Assign) and id(node.value) not in sent
        for part in node.targets
        if isinstance(part.target, cst.Name)
    }
    return {name: fact for name, fact in names.items() if name not in others}
