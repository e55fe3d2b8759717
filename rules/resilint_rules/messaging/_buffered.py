"""Clients that send in the background, and what is left in their buffers."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from ..kit import ClientCall, Edit, Frame
from ..kit.catalog.parts import Buffer
from ..kit.fixes.edits import indentation
from ..kit.syntax.exits import is_endless
from ..kit.syntax.tree import walk


class Left(NamedTuple):
    """A client of a function that is dropped with something in its buffer."""

    frame: Frame
    name: str
    buffer: Buffer
    send: cst.Call
    last: cst.CSTNode
    """The statement of the function's own block that sends last."""

    def flushed(self) -> Edit | None:
        """Returns the edit that waits for the buffer behind the last statement that fills it."""
        document = self.frame.scope.module.even
        start, end = self.frame.tree.span(self.last)
        row = document.position(end)[0]
        line_end = document.starts[row - 1] + len(document.line(row))
        rest = document.text[end:line_end].strip()
        if not self.buffer.writes or (rest and not rest.startswith("#")):
            return None
        waits = "await " if self.frame.is_async else ""
        text = f"{indentation(self.frame, start)}{waits}{self.name}.{self.buffer.writes}"
        return Edit(line_end, line_end, f"{document.newline}{text}")


def left_in_buffer(call: ClientCall) -> Left | None:
    """Returns what a client of a function leaves behind; None if it may be used or ended elsewhere."""
    buffer, node = call.as_client.buffer, call.frame.node
    made = call.statement
    if buffer is None or not isinstance(node, cst.FunctionDef) or not isinstance(node.body, cst.IndentedBlock):
        return None
    if not isinstance(made, cst.Assign) or made.value is not call.node or len(made.targets) != 1:
        return None
    target = made.targets[0].target
    sends = _sends(call.frame, node, target, buffer) if isinstance(target, cst.Name) else []
    if not sends or not isinstance(target, cst.Name):
        return None
    inside = {id(part) for send in sends[-1:] for part in _above(call.frame, send)}
    last = next((line for line in node.body.body if id(line) in inside), None)
    return Left(call.frame, target.value, buffer, sends[0], last) if last is not None else None


def _sends(frame: Frame, function: cst.FunctionDef, target: cst.Name, buffer: Buffer) -> list[cst.Call]:
    """The calls that only fill the buffer, if nothing else is done with the client; [] if anything is."""
    sends: list[cst.Call] = []
    for node in walk(function):
        if not isinstance(node, cst.Name) or node.value != target.value or node is target:
            continue
        if _is_keyword(frame, node):
            continue
        call = _call_on(frame, node)
        if call is None or not isinstance(call.func, cst.Attribute):
            return []
        method = call.func.attr.value
        fills = method in buffer.sends and _is_dropped(frame, call) and not _lives_on(frame, call)
        if not fills and method not in _BEGINS and not _waits_for_nothing(call):
            return []
        if fills:
            sends.append(call)
    return sends


_BEGINS = ("start",)
"""Methods that neither fill a buffer nor wait for it."""


def _waits_for_nothing(call: cst.Call) -> bool:
    """Whether it is `poll(0)`, which asks what has happened so far."""
    assert isinstance(call.func, cst.Attribute)
    given = call.args[0].value if len(call.args) == 1 else None
    zero = isinstance(given, (cst.Integer, cst.Float)) and given.evaluated_value == 0
    return zero and call.func.attr.value == "poll"


def _is_keyword(frame: Frame, node: cst.Name) -> bool:
    """Whether a name is that of an argument."""
    owner = frame.tree.parent(node)
    return isinstance(owner, cst.Arg) and owner.keyword is node


def _call_on(frame: Frame, node: cst.Name) -> cst.Call | None:
    """The call of a method of what a name stands for; None if something else is done with it."""
    owner = frame.tree.parent(node)
    call = frame.tree.parent(owner) if isinstance(owner, cst.Attribute) and owner.value is node else None
    return call if isinstance(call, cst.Call) and call.func is owner else None


def _is_dropped(frame: Frame, call: cst.Call) -> bool:
    """Whether nothing is done with what sending returned."""
    parent = frame.tree.parent(call)
    if isinstance(parent, cst.Await):
        parent = frame.tree.parent(parent)
    return isinstance(parent, cst.Expr)


def _lives_on(frame: Frame, call: cst.Call) -> bool:
    """Whether it stands in a loop without end, or in a function inside: then the client is used again."""
    return any(
        isinstance(part, (cst.FunctionDef, cst.Lambda)) or (isinstance(part, (cst.For, cst.While)) and is_endless(part))
        for part in _above(frame, call)
        if part is not frame.node
    )


def _above(frame: Frame, node: cst.CSTNode) -> list[cst.CSTNode]:
    found = [node]
    above = frame.tree.parent(node)
    while above is not None:
        found.append(above)
        above = frame.tree.parent(above)
    return found
