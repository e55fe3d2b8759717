"""Conditions of retry policies under which a cancelled attempt is repeated, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ...kit import BROAD, Fix, Frame, Param, Ref, RetryPolicy
from ...kit.catalog.policies import ConditionFact
from ...kit.exceptions.handlers import error_names, is_builtin, known_as, named
from ...kit.fixes.edits import add_member, replace
from ...kit.fixes.timeouts import elsewhere_driven

_CANCELLED = "asyncio.CancelledError"
_STOPS = ("BaseException", _CANCELLED, "asyncio.exceptions.CancelledError")
"""Classes that cover a cancellation."""


class Condition(NamedTuple):
    """A condition under which a policy repeats a cancellation, as written, and the classes that it names."""

    policy: RetryPolicy
    head: cst.BaseExpression
    errors: cst.BaseExpression
    excludes: bool

    @property
    def written(self) -> str:
        """What the condition is called."""
        return self.policy.frame.tree.code(self.head)


def repeats_cancellation(policy: RetryPolicy) -> Condition | None:
    """Returns the condition by which a policy repeats what was cancelled; None if there is none, or it is not seen."""
    return next((found for found in _conditions(policy) if _covers_cancellation(found)), None)


def _conditions(policy: RetryPolicy) -> Iterator[Condition]:
    """Yields what decides which exceptions a policy repeats: classes, or conditions of which one is enough."""
    entry, frame = policy.fact.errors, policy.frame
    given = policy.args.get(entry) if entry is not None and not policy.args.open_names else None
    if given is None or entry is None or entry.inverted:
        return
    if isinstance(given.node, (cst.Name, cst.Tuple, cst.Attribute)):
        head = policy.node.func if isinstance(policy.node, cst.Call) else policy.node
        yield Condition(policy, head, given.node, excludes=False)
    for call in _alternatives(given.node):
        target = named(frame, call.func)
        fact = frame.scope.catalog.fact(ConditionFact, target.name) if isinstance(target, Ref) else None
        param = fact.never_on or fact.errors if fact is not None else None
        node = _given(call, param) if param is not None else None
        if fact is not None and node is not None:
            yield Condition(policy, call.func, node, fact.never_on is not None)


def _covers_cancellation(found: Condition) -> bool:
    """Whether a condition holds for a cancelled coroutine; BaseException is what ends a plain function as well."""
    frame = found.policy.frame
    errors = _errors(frame, found.errors)
    if errors is None:
        return False
    if not found.excludes and "BaseException" in errors:
        return True
    covered = any(error in _STOPS for error in errors) != found.excludes
    return covered and _is_coroutine(found.policy) and not elsewhere_driven(frame.scope.module, frame.scope.catalog)


def _alternatives(node: cst.CSTNode) -> Iterator[cst.Call]:
    """The conditions of which one is enough: `a | b`. One that has to hold with another may be narrowed by it."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        yield from _alternatives(node.left)
        yield from _alternatives(node.right)
    elif isinstance(node, cst.Call) and not any(arg.star for arg in node.args):
        yield node


def _given(call: cst.Call, param: Param) -> cst.BaseExpression | None:
    """What a condition is given for a parameter."""
    for number, arg in enumerate(call.args):
        named_so = arg.keyword is not None and arg.keyword.value == param.name
        if named_so or (arg.keyword is None and number == param.index):
            return arg.value
    return None


def _errors(frame: Frame, node: cst.BaseExpression) -> tuple[str, ...] | None:
    """The classes that an argument names; None if one of them is not seen."""
    nodes = [part.value for part in node.elements] if isinstance(node, cst.Tuple) else [node]
    found = [error_names(frame, named(frame, part)) for part in nodes]
    names = [name for names in found for name in names or ()]
    if None in found or any("." not in name and not is_builtin(name) for name in names):
        return None
    return tuple(names)


def _is_coroutine(policy: RetryPolicy) -> bool:
    """Whether what a policy repeats is a coroutine, that can be cancelled."""
    return policy.body.is_async if policy.body is not None else policy.frame.is_async


def let_through(found: Condition) -> Iterator[Fix]:
    """Yields the fix that takes the cancellation out of what is repeated."""
    frame = found.policy.frame
    if not found.excludes:
        names = [frame.tree.code(part) for part in _parts(found.errors)]
        if names.count("BaseException") == 1:
            node = next(part for part in _parts(found.errors) if frame.tree.code(part) == "BaseException")
            yield Fix("Repeat Exception in place of BaseException", (replace(frame, node, "Exception"),))
        return
    text, needed = known_as(frame, _CANCELLED)
    if isinstance(found.errors, cst.Tuple) and found.errors.elements:
        edit = add_member(frame, found.errors, text)
    else:
        edit = replace(frame, found.errors, f"({frame.tree.code(found.errors)}, {text})")
    yield Fix(f"Do not repeat after {text}", (edit,), (needed,) if needed is not None else ())


def _parts(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    return [part.value for part in node.elements] if isinstance(node, cst.Tuple) else [node]


def is_reported_as_broad(policy: RetryPolicy) -> bool:
    """Whether another rule says that a policy repeats every exception around the calls of its function."""
    return bool(policy.calls) and not policy.chosen and any(error in BROAD for error in policy.errors or ())
