"""Idempotency keys that are made again in what is repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..exceptions.handlers import named
from ..findings import Fix
from ..interp.calls import Frame
from ..interp.kinds import Around
from ..interp.session import Session
from ..interp.values import Function, Ref, options
from ..retries.loops import RetryLoop
from ..retries.policies import RetryPolicy
from ..syntax.bound_names import bound_in
from ..syntax.idioms import calls_in
from ..syntax.text import Edit
from ..syntax.tree import dotted, walk
from .edits import indentation, unused

KEY = re.compile(r"idempoten|dedup|^Client(?:Request)?Token$", re.IGNORECASE)
_FRESH = frozenset((
    "uuid.uuid4", "uuid.uuid1", "uuid.uuid7", "secrets.token_hex", "secrets.token_urlsafe", "secrets.token_bytes",
    "time.time", "time.time_ns", "time.monotonic", "datetime.datetime.now", "datetime.datetime.utcnow", "random.random",
    "random.randint", "random.getrandbits", "os.urandom",
))  # fmt: skip
"""Functions that give another value each time."""


class FreshKey(NamedTuple):
    """A key that is made in what is repeated."""

    value: cst.BaseExpression
    """What makes it."""
    frame: Frame
    """The function that it is made in."""
    site: cst.Call | None = None
    """The call of that function in what is repeated, if it is another one."""


def fresh_key(retry: RetryPolicy | RetryLoop, name: re.Pattern[str] = KEY) -> FreshKey | None:
    """Returns the key that each attempt makes again, where it is sent under such a name; None if none is seen."""
    for frame, region, site in _regions(retry):
        for value in _keys(region, name):
            made = _made_of(frame, region, value)
            if made is not None:
                return FreshKey(made, frame, site)
    return None


def _regions(retry: RetryPolicy | RetryLoop) -> Iterator[tuple[Frame, cst.CSTNode, cst.Call | None]]:
    """What is repeated: a loop's body, a decorated function, and functions of the project that a loop calls."""
    if isinstance(retry, RetryLoop):
        yield retry.frame, retry.node.body, None
        repeated = {id(call.node) for call in retry.calls}
        for call, target in retry.frame.uses.values():
            found = _called(retry.frame, target) if id(call.node) in repeated else None
            if found is not None and found.node is not None:
                yield found, found.node.body, call.node
        return
    if retry.attempts == 1:
        return
    if retry.body is not None and retry.body.node is not None:
        yield retry.body, retry.body.node.body, None
    for call in retry.calls if retry.body is None else ():
        loop = next((place.node for place in call.within if place.kind is Around.LOOP), None)
        if isinstance(loop, cst.For):
            yield retry.frame, loop.body, None


def _called(frame: Frame, target: object) -> Frame | None:
    """The function of the project that a call runs."""
    session, choices = frame.scope.session, options(target)  # type: ignore[arg-type]
    if len(choices) != 1 or not isinstance(choices[0], Function) or not isinstance(session, Session):
        return None
    return session.frame(choices[0])


def _keys(region: cst.CSTNode, name: re.Pattern[str]) -> Iterator[cst.BaseExpression]:
    """What is sent as a key: in a header, an argument, or a part of headers that is set."""
    for node in walk(region):
        if isinstance(node, (cst.DictElement, cst.Arg, cst.Assign)) and _is_named_as_key(node, name):
            yield node.value


def _is_named_as_key(node: cst.DictElement | cst.Arg | cst.Assign, name: re.Pattern[str]) -> bool:
    """Whether a key of a mapping, a keyword or an item that is set has such a name."""
    if isinstance(node, cst.DictElement):
        return _is_key(node.key, name)
    if isinstance(node, cst.Arg):
        return node.keyword is not None and name.search(node.keyword.value) is not None
    target = node.targets[0].target
    return isinstance(target, cst.Subscript) and any(_is_key(_index(part), name) for part in target.slice)


def _index(part: cst.SubscriptElement) -> cst.CSTNode | None:
    return part.slice.value if isinstance(part.slice, cst.Index) else None


def _is_key(node: cst.CSTNode | None, name: re.Pattern[str]) -> bool:
    return isinstance(node, cst.SimpleString) and name.search(str(node.evaluated_value)) is not None


def _made_of(frame: Frame, region: cst.CSTNode, value: cst.BaseExpression) -> cst.BaseExpression | None:
    """What makes a key in a region: the expression itself, or what is assigned to its name there and nowhere else."""
    if _is_fresh(frame, value):
        return value
    if not isinstance(value, cst.Name):
        return None
    around = frame.node if frame.node is not None else frame.tree.module
    everywhere = _assigned(around, value.value)
    here = _assigned(region, value.value)
    if here and len(here) == len(everywhere) and all(_is_fresh(frame, one) for one in here):
        return here[0]
    return None


def _assigned(region: cst.CSTNode, name: str) -> list[cst.BaseExpression]:
    """What a name is given in a region."""
    found: list[cst.BaseExpression] = []
    for node in walk(region):
        if isinstance(node, cst.Assign) and any(dotted(target.target) == name for target in node.targets):
            found.append(node.value)
        elif isinstance(node, cst.Param) and node.name.value == name:
            found.append(node.name)
        elif isinstance(node, (cst.AnnAssign, cst.AugAssign, cst.NamedExpr)) and dotted(node.target) == name:
            found.append(node.value or node.target)
    return found


def _is_fresh(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether an expression is another one each time it is evaluated: something random or the time is in it."""
    if isinstance(node, (cst.BooleanOperation, cst.IfExp)):
        return False  # another value may come first
    for call in calls_in(node):
        target = named(frame, call.func)
        if isinstance(target, Ref) and target.name in _FRESH:
            return True
    return False


def made_before(loop: RetryLoop, key: FreshKey) -> list[Fix]:
    """Returns the fix that makes a key once, before the loop that repeats the request; [] if it needs what is in it."""
    frame, tree = key.frame, key.frame.tree
    start, document = loop.head.start, frame.scope.module.even
    before = document.text[document.starts[document.position(start)[0] - 1] : start]
    name = unused(frame, ("idempotency_key", "request_key"))
    if frame is not loop.frame or not name or before.strip():
        return []
    bound = {loop.counter, *(one for part in walk(loop.node.body) for one in bound_in(part))}
    if any(isinstance(part, cst.Name) and part.value in bound for part in walk(key.value)):
        return []
    span = tree.outer(key.value)
    lines = (*tree.comments_in(key.value), f"{name} = {tree.code(key.value)}")
    above = Edit(start, start, "".join(f"{line}{document.newline}{indentation(frame, start)}" for line in lines))
    return [Fix("Make the key once, before the loop", (above, Edit(span.start, span.end, name)))]
