"""Clients that functions of a module are given by its other functions, in parameters without annotation."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..interp.calls import Call, Frame
from ..interp.values import Function, Instance, Value, options
from ..project.module import FunctionChunk


def given_clients(frames: list[Frame]) -> dict[FunctionChunk, dict[str, Value]]:
    """What parameters hold at the calls in some frames, where each call passes a client of the same type."""
    found: dict[FunctionChunk, dict[str, list[Value]]] = {}
    for outer in frames:
        for frame in outer.all_frames():
            for call, target in frame.uses.values():
                for option in options(target):
                    if isinstance(option, Function) and option.module is frame.scope.module:
                        for name, value in _passed(frame, call, option):
                            found.setdefault(option.chunk, {}).setdefault(name, []).append(value)
    clients = {
        function: {name: values[0] for name, values in passed.items() if _is_client(values)}
        for function, passed in found.items()
    }
    return {function: passed for function, passed in clients.items() if passed}


def _is_client(values: list[Value]) -> bool:
    """Whether all values are clients that are made in sight, of one type."""
    made = [value for value in values if isinstance(value, Instance) and value.made is not None]
    return len(made) == len(values) and len({value.type for value in made}) == 1


def _passed(frame: Frame, call: Call, function: Function) -> Iterator[tuple[str, Value]]:
    """The parameters of a function without annotation that are given something at a call, with that."""
    tree = frame.scope.tree(function.chunk.chunk)
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
