"""Functions that a circuit breaker calls for the one who gives it them: `breaker.call(requests.get, url)`."""

from __future__ import annotations

from ...catalog.policies import BreakerFact
from ...syntax.access_path import Called
from ..context import Context
from ..values import Arguments, Derived, Method, Ref, Value


def called_through_breaker(ctx: Context, target: Value, args: Arguments) -> tuple[Value, Arguments] | None:
    """What a breaker's method calls, and with which arguments; None if `target` is no such method."""
    if not isinstance(target, Derived) or not args.positional:
        return None
    name = target.path.attribute
    if len(target.path.steps) != 2 or target.path.steps[0] != Called():
        return None
    fact = ctx.frame.scope.catalog.fact(BreakerFact, target.path.base)
    function = args.positional[0].value
    if fact is None or name not in fact.calls or not isinstance(function, (Ref, Method)):
        return None
    return function, Arguments(args.positional[1:], dict(args.named), args.open_positions, args.open_names)
