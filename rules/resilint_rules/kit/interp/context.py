"""The state of interpreting one frame, and what every part of the interpreter does with it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from typing import Any

import libcst as cst

from ..project.module import FunctionChunk
from ..syntax.exits import Exit
from ..syntax.tree import children
from .body_checks import demands, tested
from .calls import Env, Frame
from .parts.parameter import Parameter
from .values import UNKNOWN, Instance, Mapping, Pending, Response, Sequence, Value, Within, join, options


class Context:
    """The state of interpreting one frame: where the path at hand stands, and what surrounds it.

    `table` evaluates expressions: a function for each type of node.
    """

    __slots__ = (
        "accepted", "breaks", "current", "exits", "frame", "inner", "kept", "left", "line", "loops", "table", "within",
    )  # fmt: skip

    def __init__(self, frame: Frame, table: Table) -> None:
        self.frame = frame
        self.table = table
        self.within: list[Within] = []
        self.accepted: list[Value] = []
        """What the latest `if` asks that returns: whatever comes after it is for what it refuses."""
        self.left: Exit | None = None
        """How the path at hand was left; None if it goes on."""
        self.exits: list[Env] = []
        self.breaks: list[Env] = []
        """What is known where a loop is left or begun again."""
        self.current: cst.CSTNode | None = None
        self.kept: set[str] = set()
        """The attributes, and "[]" for items, in which a client was stored that no other value remembers."""
        self.line: cst.CSTNode | None = None
        self.loops = 0
        self.inner: dict[int, tuple[cst.FunctionDef | cst.Lambda, str]] = {}

    def value(self, node: cst.CSTNode) -> Value:
        """What an expression stands for."""
        handler = self.table.get(type(node))
        if handler is not None:
            return handler(self, node)
        self.parts(node)
        return UNKNOWN

    def parts(self, node: cst.CSTNode) -> None:
        """Evaluates all parts of a node; what they hold is out of sight from here on."""
        for child in children(node):
            if type(child) in self.table:
                self.escape(self.value(child), "it becomes part of something", settle=False)
            else:
                self.parts(child)

    def truth(self, node: cst.CSTNode) -> list[Value]:
        """Evaluates a condition, and gives back what it asks: testing a response is no way out of sight."""
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            return self.truth(node.expression)
        if isinstance(node, cst.BooleanOperation):
            return [*self.truth(node.left), *self.truth(node.right)]
        value = self.value(node)
        tested(value)
        tested_values = list(options(value))
        compared = self.frame.compares.get(id(node))
        if compared is None:
            return tested_values
        return [option for side in compared[1] for option in options(side)] if demands(*compared) else []

    def escape(
        self,
        value: Value,
        why: str,
        *,
        settle: bool,
        kinds: tuple[type, ...] = (Response, Mapping),
        receiver: FunctionChunk | None = None,
    ) -> None:
        """Notes that a value leaves the function's sight; with `settle`, it may be configured there.

        `receiver` is the function of the project that it is passed to.
        """
        for option in options(value):
            if settle and isinstance(option, (Instance, Parameter)):
                _note_receiver(option, why, receiver)
            elif isinstance(option, Response) and Response in kinds:
                option.escaped = option.escaped or why
            elif isinstance(option, (Mapping, Sequence)):
                if settle and isinstance(option, Mapping):
                    option.open = True
                for inner in contents(option):
                    self.escape(inner, why, settle=settle)
            elif isinstance(option, Pending):
                self.escape(option.value, why, settle=settle, kinds=kinds)
                if option.call is not None:
                    option.call.deferred = option.call.deferred or not option.call.awaited

    def entered(self, value: Value, node: cst.CSTNode) -> Value:
        """What `with value as name` binds."""
        found: list[Value] = []
        for option in options(value):
            if isinstance(option, Pending):
                if option.call is not None:
                    option.call.awaited = True
                found.append(option.value)
            else:
                found.append(option)
        return join(found)


def _note_receiver(client: Instance | Parameter, why: str, receiver: FunctionChunk | None) -> None:
    """Notes that a client leaves, and for which function as long as that is all that happens to it."""
    if isinstance(client, Parameter):
        client.receivers.append(receiver)
        return
    if receiver is None:
        client.receivers.clear()
    elif not client.escaped or client.receivers:
        client.receivers.append(receiver)
    client.escaped = client.escaped or why


def keep(ctx: Context, target: cst.Attribute | cst.Subscript, name: str, value: Value) -> None:
    """Remembers a client that is stored in an attribute or an item, as the place is written; forgets another value."""
    clients = any(isinstance(option, Instance) for option in options(value))
    if clients or name in ctx.kept:
        place = ctx.frame.tree.code(target)
        if clients:
            ctx.kept.add(name)
            ctx.frame.env[place] = value
        else:
            ctx.frame.env.pop(place, None)


def kept_at(ctx: Context, node: cst.Attribute | cst.Subscript, name: str) -> Value | None:
    """Returns the client that was stored in this function in a place that is written in the same way."""
    return ctx.frame.env.get(ctx.frame.tree.code(node)) if name in ctx.kept else None


def contents(value: Mapping | Sequence) -> tuple[Value, ...]:
    """The values in a value."""
    return value.members if isinstance(value, Sequence) else tuple(inner for inner, _ in value.items.values())


Table = ReadOnly[type, Callable[[Context, Any], Value]]
"""What evaluates each type of expression."""
