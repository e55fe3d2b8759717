"""Circuit breakers around a call: what opens them, for how long, and what the caller gets then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from ..catalog.parts import Amount, Param
from ..catalog.policies import BreakerFact
from ..exceptions.handlers import named
from ..interp.calls import Call, Frame
from ..interp.values import Const, Derived, Ref
from ..syntax.tree import dotted
from .layer import row


@dataclass(frozen=True, slots=True)
class Breaker:
    """A circuit breaker around a call: as it is written, and what is known of it.

    `failures` open it, `seconds` is how long it stays open; None where that is not known. `errors` are raised while it
    is open; () where that is not known. `line` is where it stands.
    """

    fact: BreakerFact
    written: str
    line: int
    failures: float | None
    seconds: float | None
    errors: tuple[str, ...]


def breakers(call: Call) -> Iterator[Breaker]:
    """The breakers that a call stands in: decorators of its function, and `with` blocks; the outermost first."""
    yield from breakers_of(call.frame)
    for place in call.within:
        found = _breaker(call.frame, place.node.item) if isinstance(place.node, cst.WithItem) else None
        if found is not None:
            yield found


def breakers_of(frame: Frame) -> Iterator[Breaker]:
    """The breakers among the decorators of a function, the outermost first."""
    for decorator, _ in frame.decorators:
        found = _breaker(frame, decorator.decorator)
        if found is not None:
            yield found


def _breaker(frame: Frame, node: cst.BaseExpression) -> Breaker | None:
    """The breaker that a decorator or the head of a `with` block is, or belongs to."""
    func: cst.BaseExpression = node
    while isinstance(func, cst.Call):
        func = func.func
    catalog, written = frame.scope.catalog, dotted(func)
    name = written.partition(".")[0]
    value = frame.lookup(name) if name else None
    fact = catalog.fact(BreakerFact, value.path.base) if isinstance(value, Derived) else None
    made: cst.BaseExpression | None = node
    if fact is not None:
        written, made = name, _making(frame, name)
    else:
        target = named(frame, func)
        fact = catalog.fact(BreakerFact, target.name) if isinstance(target, Ref) else None
    if fact is None:
        return None
    args = made.args if isinstance(made, cst.Call) else None if made is None else ()
    failures, seconds = _amount(frame, args, fact.threshold), _amount(frame, args, fact.reset)
    instead = fact.fallback is not None and (args is None or _given(args, fact.fallback) is not None)
    errors = () if instead else fact.raises.get("open", ())
    return Breaker(fact, written, row(frame, node), failures, seconds, errors)


def _making(frame: Frame, name: str) -> cst.BaseExpression | None:
    """What the only assignment of a name at module level gives it; None if there is none, or another."""
    chunks = frame.scope.module.bindings.get(name, ())
    tree = frame.scope.tree(chunks[0]) if len(chunks) == 1 else None
    line = tree.body[0] if tree is not None and tree.body else None
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return small.value if isinstance(small, (cst.Assign, cst.AnnAssign)) else None


def _given(args: Sequence[cst.Arg], param: Param) -> cst.BaseExpression | None:
    """What a parameter is given among arguments; None if it is left out."""
    for number, arg in enumerate(args):
        if arg.keyword is not None and arg.keyword.value == param.name:
            return arg.value
        if arg.keyword is None and number == param.index:
            return arg.value
    return None


def _amount(frame: Frame, args: Sequence[cst.Arg] | None, param: Amount | None) -> float | None:
    """The number that a parameter has; None if it cannot be seen."""
    if param is None or args is None or any(arg.star for arg in args):
        return None
    node = _given(args, param)
    if node is None:
        return param.default if isinstance(param.default, (int, float)) else None
    value: object = None
    if isinstance(node, (cst.Integer, cst.Float)):
        value = node.evaluated_value
    else:
        target = named(frame, node)
        value = target.value if isinstance(target, Const) and not target.soft else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
