"""Coroutines that are awaited one after the other by a program that runs nothing beside them."""

from __future__ import annotations

import re

import libcst as cst

from ..kit.interp.calls import Frame
from ..kit.reach.callers import CallSite, callers
from ..kit.syntax.idioms import last_name
from ..kit.syntax.tree import Tree, walk

_RUNS = ("run", "run_until_complete")
"""How a program starts its first coroutine."""
_TOGETHER = re.compile(
    r"\b(?:gather|create_task|ensure_future|TaskGroup|as_completed|start_server|start_unix_server|serve|start_soon|"
    r"open_nursery|create_task_group|run_in_executor|to_thread|call_soon|call_later|call_soon_threadsafe|"
    r"run_coroutine_threadsafe|add_reader|run_forever|serve_forever)\b|\.wait\("
)
"""What puts more than one thing on a loop."""
_BY_NAME = r"\b\w+\.run\(\s*(?:functools\.)?(?:partial\(\s*)?{name}\b"
"""How a program starts a coroutine that it does not call."""
_DEPTH = 5


_STARTS = re.compile(r"_*(?:\w+_)?(?:lifespan|on_startup|startup|startup_event)\Z")
"""Names of what a framework awaits before it serves the first request."""
_STARTUP = re.compile(
    r"""\.on_event\(\s*["'](?:startup|shutdown)|\b(?:before|after)_serving\b|\.on_startup\b|\.listener\(\s*["']before"""
)


def is_start(frame: Frame) -> bool:
    """Whether a function runs before an application serves its first request, or after its last one."""
    function = frame.outermost.node
    if not isinstance(function, cst.FunctionDef):
        return False
    if "." not in frame.outermost.qualname and _STARTS.match(function.name.value):
        return True
    return any(_STARTUP.search(frame.outermost.tree.code(item.decorator) + "(") for item in function.decorators)


def is_alone(frame: Frame) -> bool:
    """Whether all that is on the loop with a coroutine waits for it: from the program's start each step is awaited."""
    if frame.scope.module.search(r"\brun(?:_until_complete)?\(") is None:
        return False
    return _is_alone(frame, ())


def _is_alone(frame: Frame, above: tuple[str, ...]) -> bool:
    if frame.outer is not None or frame.decorators or not frame.is_async or len(above) > _DEPTH:
        return False
    if frame.qualname in above:
        return True
    if _TOGETHER.search(frame.tree.flat):
        return False
    sites = callers(frame)
    if not sites:
        return _is_only_run(frame)
    return all(_is_step(frame, site, (*above, frame.qualname)) for site in sites)


def _is_only_run(frame: Frame) -> bool:
    """Whether a program runs a coroutine by its name, and nothing else uses that: `anyio.run(main, urls)`."""
    module, name = frame.scope.module, re.escape(frame.qualname)
    started = module.count(_BY_NAME.format(name=name))
    return started > 0 and module.count(rf"\b{name}\b") == started + 1


def _is_step(frame: Frame, site: CallSite, above: tuple[str, ...]) -> bool:
    """Whether a call is awaited at once by a coroutine that is alone, or is what the program runs."""
    up = site.tree.parent(site.node)
    if isinstance(up, cst.Await):
        module = frame.scope.module
        owners = module.functions_named(site.owner)
        caller = frame.scope.frame(owners[0]) if len(owners) == 1 else None
        if caller is None or caller.node is site.function:
            return caller is not None and _is_alone(caller, above)
        return _is_only_run_inside(caller, site.function)
    return _is_run(frame, site.tree, site.node)


def _is_only_run_inside(outer: Frame, function: cst.CSTNode) -> bool:
    """Whether a coroutine function inside another function is what that runs, and it uses it in no other way."""
    if not isinstance(function, cst.FunctionDef) or _TOGETHER.search(outer.tree.flat):
        return False
    name, tree = function.name, outer.tree
    uses = [node for node in walk(tree.module) if isinstance(node, cst.Name) and node.value == name.value]
    above = [(use, tree.parent(use)) for use in uses if use is not name]
    calls = [up for use, up in above if not (isinstance(up, cst.Attribute) and up.attr is use)]
    return bool(calls) and all(isinstance(call, cst.Call) and _is_run(outer, tree, call) for call in calls)


def _is_run(frame: Frame, tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a call stands in the argument of what runs a coroutine to its end."""
    up = tree.parent(node)
    while up is not None and not isinstance(up, (cst.FunctionDef, cst.Lambda)):
        if isinstance(up, cst.Call) and last_name(up) in _RUNS:
            return isinstance(up.func, cst.Attribute) or last_name(up) in frame.scope.module.imports
        up = tree.parent(up)
    return False
