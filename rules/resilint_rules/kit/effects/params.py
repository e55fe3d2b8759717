"""What a call of a function gives its parameters, by name: its arguments, and defaults for the others."""

from __future__ import annotations

import libcst as cst

from ..interp.calls import Env, Frame
from ..interp.kinds import FrameKind
from ..interp.statements import evaluate


def given_to(node: cst.FunctionDef, call: cst.Call, caller: Frame, function: Frame, *, method: bool = False) -> Env:
    """Returns the values of a function's parameters at a call; what a spread may hold is left out.

    `caller` and `function` are frames of the modules whose names the arguments and the defaults are written in. With
    `method`, the first parameter is the object.
    """
    params = node.params
    positional = [*params.posonly_params, *params.params][1 if method else 0 :]
    if any(arg.star for arg in call.args):
        return {}
    own = [arg.value for arg in call.args if arg.keyword is None]
    named = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    found: Env = {}
    for index, param in enumerate([*positional, *params.kwonly_params]):
        name = param.name.value
        given = own[index] if index < min(len(own), len(positional)) else named.get(name)
        if given is not None:
            found[name] = evaluate(_outside(caller), given)
        elif param.default is not None:
            found[name] = evaluate(_outside(function), param.default)
    return found


def _outside(frame: Frame) -> Frame:
    """A frame of the module of another, that binds no names."""
    return frame.scope.new_frame(frame.tree, "", kind=FrameKind.STATEMENT)
