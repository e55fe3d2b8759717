"""What is entered, and what gives back what it is given: blocks of clients, stacks of them, `closing`."""

from __future__ import annotations

import re

import libcst as cst

from ..context import Context
from ..values import Arguments, Function, Instance, Object, Pending, Value, join, options

GIVES_BACK = frozenset(("contextlib.closing", "contextlib.aclosing", "contextlib.nullcontext"))
"""Functions whose block gives what they are called with."""
_STACKS = {"enter_context": False, "enter_async_context": True}
"""Methods of a stack that enter what they are given, and whether they are awaited."""

_GIVES = re.compile(r"\breturn (?:await )?(?!self\b[ \t]*(?:#|$))\w", re.MULTILINE)
"""A method that returns anything but its object."""


def entered_by_stack(ctx: Context, name: str, args: Arguments) -> Value | None:
    """What `stack.enter_context(client)` gives: what a block of its own would; None for other methods."""
    if name not in _STACKS or not args.positional:
        return None
    given = args.positional[0]
    value = entered(ctx, given.value, given.node, asynchronous=_STACKS[name])
    return Pending(value) if _STACKS[name] else value


def entered(ctx: Context, value: Value, node: cst.CSTNode, *, asynchronous: bool) -> Value:
    """What `with value as name` binds: for an object of the project the client that its `__enter__` gives, if any."""
    found: list[Value] = []
    for option in options(ctx.entered(value, node)):
        client = _client_of(ctx, option, "__aenter__" if asynchronous else "__enter__")
        found.append(client if client is not None else option)
    return join(found)


def _client_of(ctx: Context, value: Value, method: str) -> Value | None:
    """The client that entering an object of the project gives; None if it gives another thing, such as itself."""
    if not isinstance(value, Object):
        return None
    session = ctx.frame.scope.session
    function = session.attribute(value, method)
    if not isinstance(function, Function) or function.module.search(_GIVES, function.chunk.chunk) is None:
        return None
    frame = session.frame(function)
    returned = options(frame.returned()) if frame is not None else ()
    clients = [one for one in returned if isinstance(one, Instance)]
    if not clients or len(clients) != len(returned):
        return None
    return join([
        Instance(one.type, one.made, one.origin, list(one.events), one.escaped, one.subclass) for one in clients
    ])  # fmt: skip
