"""Tasks that something keeps: a set of the class, or the event loop itself."""

from __future__ import annotations

import re

import libcst as cst

from ..kit.interp.call_kinds import SpawnCall
from ..kit.interp.calls import Frame
from ..kit.interp.values import Instance, Object
from ..kit.project.module import FunctionChunk, Module
from ..kit.syntax.idioms import last_name
from ..kit.syntax.tree import children, dotted, walk

_OWN_SET = re.compile(r"\.add_done_callback\(\s*(self\.\w+)\.(?:discard|remove)\s*\)")
_USAGE = re.compile(
    r"telemetr|analytic|statsd|beacon|posthog|mixpanel|heartbeat|(?:^|[._])metrics?(?:$|\.)|"
    r"(?:report|send|post|push|upload)_?usage|track(?:er|_?event|_?usage)?$",
    re.IGNORECASE,
)
_NOTHING_ENDS = frozenset(("True", "1"))


def own_set(frame: Frame) -> str:
    """Returns the set in which the methods of a class keep their tasks, as `self.tasks`; "" if there is none."""
    owner = frame.outermost.owner
    cls = owner.cls.chunk if isinstance(owner, Object) else owner.subclass if isinstance(owner, Instance) else None
    first = frame.outermost.node
    named_self = isinstance(first, cst.FunctionDef) and any(p.name.value == "self" for p in first.params.params[:1])
    if cls is None or not named_self:
        return ""
    found = frame.scope.module.search(_OWN_SET, cls.chunk)
    match = _OWN_SET.search(found or "")
    return match.group(1) if match is not None else ""


def kept_in(name: str) -> str:
    """Matches what is said of a task that is kept in a set, where the task's own name stands for `{}`."""
    known = re.escape(name)
    return rf"^[ \t]*{{}} ?= ?(?=.*\()|\b{known}\.add\({{}}\)|\b{{}}\.add_done_callback\({known}\.discard\)"


def keeps_itself(call: SpawnCall) -> bool:
    """Whether a task runs a function of the module that sleeps between the rounds of a loop without end.

    While it sleeps the timer of the event loop holds it, so that it is not collected.
    """
    given = call.node.args[0].value if call.node.args else None
    if not isinstance(given, cst.Call):
        return False
    module = call.frame.scope.module
    functions = module.derived(_functions_by_name).get(last_name(given), [])
    tree = call.frame.scope.tree(functions[0].chunk) if len(functions) == 1 else None
    if tree is None:
        return False
    loops = [node for node in walk(tree.module) if isinstance(node, cst.While) and _is_endless(node)]
    return any(_sleeps(loop) for loop in loops)


def tells_usage(call: SpawnCall) -> bool:
    """Whether a task only tells how the program is used, by the name of its coroutine, and is of little value."""
    given = call.node.args[0].value if call.node.args else None
    return isinstance(given, cst.Call) and _USAGE.search(dotted(given.func)) is not None


def _functions_by_name(module: Module) -> dict[str, list[FunctionChunk]]:
    """The functions and methods of a module by their bare names."""
    found: dict[str, list[FunctionChunk]] = {}
    for function in module.all_functions():
        found.setdefault(function.name, []).append(function)
    return found


def _is_endless(loop: cst.While) -> bool:
    """Whether a loop has no condition, or one that asks whether it is to stop."""
    test = loop.test
    if isinstance(test, (cst.Name, cst.Integer)) and test.value in _NOTHING_ENDS:
        return True
    return isinstance(test, (cst.UnaryOperation, cst.Attribute, cst.Name))


def _sleeps(loop: cst.While) -> bool:
    """Whether a loop awaits a sleep in each round: in its own block, or in the `finally` of one."""
    stack: list[cst.CSTNode] = [loop.body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Await):
            inner = node.expression
            if isinstance(inner, cst.Call) and last_name(inner) == "sleep":
                return True
        if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.If, cst.For, cst.While, cst.ExceptHandler)):
            continue
        stack.extend(children(node))
    return False
