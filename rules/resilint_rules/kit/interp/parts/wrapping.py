"""Functions of the project that make one external call, with what their callers give them.

A call of such a function is recorded as the external call that it stands for, with the arguments of the caller in
their places, so that rules can say what the caller decides: whether there is a limit, whether the status is checked.
"""

from __future__ import annotations

import libcst as cst

from ...catalog.records import CallFact
from ...syntax.bound_names import values_given
from ...syntax.tree import walk
from ..call_kinds import ClientCall, LimitCall, WrappedCall
from ..calls import Call, Frame
from ..context import Context
from ..kinds import Around, FrameKind
from ..values import UNKNOWN, Argument, Arguments, Const, Function, Pending, Response, Value, options

_PLAIN_USES = frozenset(("get", "pop", "setdefault"))
_SIDES = (Around.TRY, Around.WITH)
"""What the call of a wrapper may stand in: it is made once, whatever the wrapper is given."""


def wrapped(ctx: Context, node: cst.Call, target: Function, args: Arguments) -> Value | None:
    """The response that a call of a wrapper gives; None if it is not known to be one.

    Effect: the call is recorded in `wrapped` of the frame, if the function is a wrapper.
    """
    frame = ctx.frame
    inner = _wrapper(frame, target)
    call = inner if inner is None else made_by(inner)
    if inner is None or call is None:
        return None
    found = frame.wrapped_calls.get(id(node))
    if found is None:
        found = WrappedCall(
            node, call.fact, _arguments(inner, call, target, args, node), call.clients, tuple(ctx.within), ctx.current,
            keywords=_passes_keywords(inner, call), frame=frame, inner=call,
        )  # fmt: skip
        found.deferred = frame.kind is FrameKind.LAMBDA
        frame.wrapped_calls[id(node)] = found
        found.result = _answer(ctx, found, inner, call)
    return found.result


def _wrapper(frame: Frame, target: Function) -> Frame | None:
    """The frame of a function that is perhaps a wrapper, and the only one that may be meant."""
    module = target.module
    if target.chunk.qualname not in frame.scope.session.scope(module).known.wrapping:
        return None
    if len(module.functions_named(target.chunk.qualname)) > 1:
        return None
    return frame.scope.session.frame(target)


def made_by(frame: Frame) -> Call | None:
    """The one external call that a function makes, perhaps by another wrapper; None if it is no plain wrapper."""
    key = made_by
    if key not in frame.derived:
        frame.derived[key] = _made_by(frame)
    found: Call | None = frame.derived[key]
    return found


def _made_by(frame: Frame) -> Call | None:
    if frame.wrapped:
        return None
    calls = [*frame.calls.values(), *frame.wrapped_calls.values()]
    found = [call for call in calls if type(call) in (Call, WrappedCall)]
    others = (call for call in calls if type(call) not in (Call, WrappedCall))
    if len(found) != 1 or frame.nested or not all(type(call) in (ClientCall, LimitCall) for call in others):
        return None
    call = found[0]
    plain = isinstance(call.fact, CallFact) and not call.offloaded and not call.deferred
    return call if plain and all(place.kind in _SIDES for place in call.within) else None


def _passes_keywords(frame: Frame, call: Call) -> bool:
    """Whether the caller of a wrapper can add a keyword argument for the call that it makes."""
    node = frame.node
    star = node.params.star_kwarg if isinstance(node, cst.FunctionDef) else None
    return star is not None and _spreads(call, star.name.value, "**") and _touched(frame, star.name.value) is not None


def _arguments(frame: Frame, call: Call, target: Function, given: Arguments, node: cst.Call) -> Arguments:
    """The arguments of the external call of a wrapper, where its caller gives these; all stand at the caller's call."""
    function = frame.node
    assert isinstance(function, cst.FunctionDef)
    bound, rest, more = _bound(function, target, given)
    fixed = frame.tree.derived(values_given, function.body)
    written = {id(arg.value) for arg in call.node.args if not arg.star}

    def put(argument: Argument) -> Argument | None:
        name = argument.node.value if isinstance(argument.node, cst.Name) and id(argument.node) in written else ""
        if name in bound and name not in fixed:
            return bound[name]
        default = _defaults(function).get(name)
        if default is not None and name not in fixed:
            missing = given.open_names or given.open_positions
            return Argument(UNKNOWN, node) if missing else None if _is_none(default) else Argument(argument.value, node)
        return Argument(argument.value, node)

    found = Arguments(open_positions=call.args.open_positions, open_names=call.args.open_names)
    for argument in call.args.positional:
        found.positional.append(put(argument) or Argument(Const(None), node))
    for key, argument in call.args.named.items():
        placed = put(argument)
        if placed is not None:
            found.named[key] = placed
    _spread(frame, call, function, found, rest, more, given)
    return found


def _bound(
    function: cst.FunctionDef, target: Function, given: Arguments
) -> tuple[dict[str, Argument], dict[str, Argument], list[Argument]]:
    """What is given for the parameters of a function, all other keywords, and all other positions."""
    names = [param.name.value for param in (*function.params.posonly_params, *function.params.params)]
    if target.owner is not None:
        names = names[1:]
    bound = dict(zip(names, given.positional, strict=False))
    every = {*names, *(param.name.value for param in function.params.kwonly_params)}
    rest: dict[str, Argument] = {}
    for key, argument in given.named.items():
        (bound if key in every else rest)[key] = argument
    return bound, rest, given.positional[len(names) :]


def _defaults(function: cst.FunctionDef) -> dict[str, cst.BaseExpression]:
    params = function.params
    every = (*params.posonly_params, *params.params, *params.kwonly_params)
    return {param.name.value: param.default for param in every if param.default is not None}


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _spread(
    frame: Frame, call: Call, function: cst.FunctionDef, found: Arguments, rest: dict[str, Argument],
    more: list[Argument], given: Arguments,
) -> None:  # fmt: skip
    """Puts all other arguments of a caller in the places of `*args` and `**kwargs`, if these are passed on as given."""
    star, positions = function.params.star_kwarg, function.params.star_arg
    name = star.name.value if star is not None else ""
    touched = _touched(frame, name) if name and _spreads(call, name, "**") else None
    if touched is not None:
        found.open_names = given.open_names
        found.named.update({key: argument for key, argument in rest.items() if key not in touched})
        found.named.update({key: Argument(UNKNOWN, call.node) for key in touched if key in rest})
    args = positions.name.value if isinstance(positions, cst.Param) else ""
    if args and _spreads(call, args, "*") and args not in frame.tree.derived(values_given, function.body):
        found.open_positions = given.open_positions
        found.positional.extend(more)


def _spreads(call: Call, name: str, star: str) -> bool:
    """Whether a call spreads a name, and nothing else in this way."""
    values = [arg.value for arg in call.node.args if arg.star == star]
    return len(values) == 1 and isinstance(values[0], cst.Name) and values[0].value == name


def _touched(frame: Frame, name: str) -> frozenset[str] | None:
    """The keys of a function's other keywords that it reads or sets itself; None if it does more with them."""
    key = (_touched, name)
    if key not in frame.derived:
        frame.derived[key] = _uses(frame, name)
    found: frozenset[str] | None = frame.derived[key]
    return found


def _uses(frame: Frame, name: str) -> frozenset[str] | None:
    assert isinstance(frame.node, cst.FunctionDef)
    found: set[str] = set()
    for node in walk(frame.node.body):
        if not isinstance(node, cst.Name) or node.value != name:
            continue
        above = frame.tree.parent(node)
        if isinstance(above, cst.Arg) and above.star == "**":
            continue
        key: cst.CSTNode | None = None
        if isinstance(above, cst.Attribute) and above.attr.value in _PLAIN_USES:
            made = frame.tree.parent(above)
            key = made.args[0].value if isinstance(made, cst.Call) and made.args else None
        elif isinstance(above, cst.Subscript) and isinstance(above.slice[0].slice, cst.Index):
            key = above.slice[0].slice.value
        if not isinstance(key, cst.SimpleString) or not isinstance(key.evaluated_value, str):
            return None
        found.add(key.evaluated_value)
    return frozenset(found)


def _answer(ctx: Context, found: WrappedCall, frame: Frame, call: Call) -> Value | None:
    """What a wrapper gives back, if that is the response of its call, which nothing has looked at."""
    response = call.response
    if response is None or response.uses or response.truth or response.envelope or response.escaped != "it is returned":
        return None
    given = [value.value if isinstance(value, Pending) else value for value in options(frame.returned())]
    if any(value is not response for value in given):
        return None
    if not found.elsewhere and not isinstance(ctx.current, cst.Return):
        return None  # a response is judged in the module that asks for it
    answer = found.response = Response(found, response.type)
    lazy = frame.is_async or any(isinstance(value, Pending) for value in options(frame.returned()))
    return Pending(answer, found) if lazy else answer
