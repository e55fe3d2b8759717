"""Circuit breakers and limiters that a function makes for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.catalog.policies import BreakerFact, LimiterFact
from ..kit.interp.calls import Frame
from ..kit.interp.statements import evaluate
from ..kit.interp.values import Ref
from ..kit.syntax.tree import children, walk

_REPEATS = (
    cst.For, cst.While, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp, cst.FunctionDef, cst.Lambda,
)  # fmt: skip
_OWNERS = ("__init__", "__new__", "__post_init__", "setUp", "main")
"""Functions that are called once."""
_MADE = re.compile(r"breaker|limiter", re.IGNORECASE)
"""What is in the names of what is looked for, wherever a module has them from."""


def made_for_one_call(frame: Frame) -> Iterator[tuple[cst.Call, str]]:
    """Yields what a function makes and uses in one place alone, with its kind: "breaker" or "limiter"."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or node.decorators or node.name.value in _OWNERS:
        return
    if not _MADE.search(frame.tree.text) and not any(map(frame.scope.mentions_library, ("breaker", "limiter"))):
        return
    for call in _own_calls(node.body):
        kind = _kind(frame, call)
        if kind and _is_used_once(frame, node, call):
            yield call, kind


def _own_calls(body: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls of a function outside of loops and of functions inside it."""
    stack = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, _REPEATS):
            continue
        if isinstance(node, cst.Call):
            yield node
        stack.extend(reversed(list(children(node))))


def _kind(frame: Frame, call: cst.Call) -> str:
    """What a call makes."""
    if not isinstance(call.func, (cst.Name, cst.Attribute)):
        return ""
    value = evaluate(frame, call.func)
    catalog = frame.scope.catalog
    for kind, table in (("breaker", BreakerFact), ("limiter", LimiterFact)):
        fact = catalog.fact(table, value.name) if isinstance(value, Ref) else None
        if fact is not None and fact.form == "object":
            return kind
    return ""


def _is_used_once(frame: Frame, function: cst.FunctionDef, call: cst.Call) -> bool:
    """Whether what a call makes is entered or called right there, or by a local name that is used nowhere else."""
    parent = frame.tree.parent(call)
    if isinstance(parent, (cst.WithItem, cst.Attribute)):
        return not isinstance(parent, cst.Attribute) or isinstance(frame.tree.parent(parent), cst.Call)
    if not isinstance(parent, cst.Assign) or len(parent.targets) != 1:
        return False
    target = parent.targets[0].target
    if not isinstance(target, cst.Name):
        return False
    others = [node for node in _names(frame, function).get(target.value, ()) if node is not target]
    return len(others) == 1 and _is_one_call(frame, function, others[0])


def _names(frame: Frame, function: cst.FunctionDef) -> dict[str, list[cst.Name]]:
    """The names in a function, by what they are, with their places."""
    if _names not in frame.derived:
        found: dict[str, list[cst.Name]] = {}
        for node in walk(function):
            if isinstance(node, cst.Name):
                found.setdefault(node.value, []).append(node)
        frame.derived[_names] = found
    known: dict[str, list[cst.Name]] = frame.derived[_names]
    return known


def _is_one_call(frame: Frame, function: cst.FunctionDef, node: cst.Name) -> bool:
    """Whether a name is used to make one call: not in a loop, and not given to other code."""
    parent = frame.tree.parent(node)
    if isinstance(parent, cst.Attribute):
        used = isinstance(frame.tree.parent(parent), cst.Call)
    else:
        used = isinstance(parent, cst.WithItem) or (isinstance(parent, cst.Call) and parent.func is node)
    above = parent
    while used and above is not None and above is not function:
        used = not isinstance(above, _REPEATS)
        above = frame.tree.parent(above)
    return used
