"""Clients that functions of a module are given by its other functions, in parameters without annotation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from ..interp.calls import Call, Frame
from ..interp.values import Class, Function, Instance, Value, options
from ..project.module import FunctionChunk


def given_clients(frames: list[Frame]) -> dict[FunctionChunk, dict[str, Value]]:
    """What parameters hold at the calls in some frames, where each call passes a client of the same type."""
    found: dict[FunctionChunk, dict[str, list[Value]]] = {}
    for outer in frames:
        for frame in outer.all_frames():
            for call, target in frame.uses.values():
                for function in _called(frame, target):
                    for name, value in _passed(frame, call, function):
                        found.setdefault(function, {}).setdefault(name, []).append(value)
    clients = {
        function: {name: _in_sight(function, values[0]) for name, values in passed.items() if _is_client(values)}
        for function, passed in found.items()
    }
    return {function: passed for function, passed in clients.items() if passed}


def _called(frame: Frame, target: Value) -> Iterator[FunctionChunk]:
    """The functions of a frame's module that a call runs: those it names, and what makes the objects of a class."""
    module = frame.scope.module
    for option in options(target):
        if isinstance(option, Function) and option.module is module:
            yield option.chunk
        elif isinstance(option, Class) and option.module is module:
            name = f"{option.chunk.qualname}.__init__"
            yield from (function for function in module.functions_named(name) if function.owner is not None)


def _is_client(values: list[Value]) -> bool:
    """Whether all values are clients that are made in sight, of one type."""
    made = [value for value in values if isinstance(value, Instance) and value.made is not None]
    return len(made) == len(values) and len({value.type for value in made}) == 1


def _in_sight(function: FunctionChunk, value: Value) -> Value:
    """A client that has left its function for this one alone is in sight here."""
    if isinstance(value, Instance) and value.escaped == f"it is passed to `{function.name}`":
        return replace(value, escaped="")
    return value


def _passed(frame: Frame, call: Call, function: FunctionChunk) -> Iterator[tuple[str, Value]]:
    """The parameters of a function without annotation that are given something at a call, with that."""
    tree = frame.scope.tree(function.chunk)
    node = tree.body[0] if tree is not None and tree.body else None
    if not isinstance(node, cst.FunctionDef) or call.args.open_positions:
        return
    params = list(node.params.params)
    if function.owner is not None:
        params = params[1:]
    for index, param in enumerate(params):
        name = param.name.value
        argument = call.args.named.get(name)
        if argument is None and index < len(call.args.positional):
            argument = call.args.positional[index]
        if argument is not None and param.annotation is None:
            yield name, argument.value
