"""From a call to the function of the project that it runs, and whether a decorator leaves that as it is."""

from __future__ import annotations

import enum

import libcst as cst

from ..catalog.policies import BreakerFact, RetryFact
from ..catalog.surroundings import RouteFact, TaskFact
from ..interp.calls import Call, Frame
from ..interp.session import Session
from ..interp.values import Class, Derived, Function, Nested, Object, Ref, Unknown, Value
from ..prefilter.reach import Reach
from ..project.module import ClassChunk, FunctionChunk, Module
from ..syntax.tree import children, dotted, walk
from .decorators import wrappers

_KEEPS = frozenset((
    "staticmethod", "classmethod", "functools.lru_cache", "functools.cache", "functools.wraps", "typing.override",
    "typing_extensions.override", "abc.abstractmethod", "cachetools.cached", "cachetools.cachedmethod",
    "cachetools.func.ttl_cache", "cachetools.func.lru_cache", "typing.no_type_check", "typing_extensions.deprecated",
    "warnings.deprecated",
))  # fmt: skip
"""Decorators of no library of the catalogue after which a call still runs the function."""


def callee(session: Session, target: Value) -> Function | None:
    """The function that calling a value runs: itself, or the constructor of a class; None if that cannot be seen."""
    if isinstance(target, Function):
        return None if _replaceable(session, target) else target
    if isinstance(target, Class):
        for cls in session.lineage(target):
            found = cls.chunk.methods.get("__init__")
            if found:
                return Function(cls.module, found[-1], Object(target)) if len(found) == 1 else None
    return None


def _replaceable(session: Session, function: Function) -> bool:
    """Whether another function of its name may be meant: defined in its place, or by a class that extends its own."""
    chunk = function.chunk
    if len(function.module.functions_named(chunk.qualname)) > 1:
        return True
    owner, cls = function.owner, chunk.owner
    if cls is None or not isinstance(owner, Object) or chunk.name.startswith("__"):
        return False
    heirs = function.module.derived(_extending).get(chunk.name, ())
    return any(
        base.chunk is cls and owner.cls.chunk is not other
        for other in heirs
        if other is not cls
        for base in session.lineage(Class(function.module, other))
    )


def _extending(module: Module) -> dict[str, list[ClassChunk]]:
    """The classes of a module that extend another one, by the names of their methods."""
    found: dict[str, list[ClassChunk]] = {}
    for cls in module.all_classes():
        if "(" in module.header(cls.chunk)[cls.chunk.head - cls.chunk.start :]:
            for name in cls.methods:
                found.setdefault(name, []).append(cls)
    return found


def may_reach(session: Session, module: Module, function: FunctionChunk) -> bool:
    """Whether the text of a function says that it may reach integration code, so that it is worth a parse."""
    if not session.project.owns(module):
        return function.qualname in session.scope(module).known.reaching_functions
    return function.qualname in session.project.derived(Reach).of(module).functions


def nested_frame(frame: Frame, target: Value) -> Frame | None:
    """The frame of a function that is defined inside another, from there or from a function around."""
    if not isinstance(target, Nested):
        return None
    around: Frame | None = frame
    while around is not None:
        found = next((inner for inner in around.nested if inner.node is target.node), None)
        if found is not None:
            return found
        around = around.outer
    return None


def runs_as_written(frame: Frame, session: Session) -> bool:
    """Whether a call of a function runs its body in place: no generator, no decorator that may change it."""
    del session
    return _runs(frame) is Runs.CALLED


def runs_when_iterated(frame: Frame) -> bool:
    """Whether the body of a function runs where it is called if what that gives is iterated there: a generator."""
    return _runs(frame) is Runs.ITERATED


def runs_at(frame: Frame, call: Call) -> bool:
    """Whether a call runs the body of a function in place, or the loop whose head it is does."""
    found = _runs(frame)
    return found is Runs.CALLED or (found is Runs.ITERATED and is_iterated(call))


def takes_what_is_given(frame: Frame) -> bool:
    """Whether a call of a function runs it with the arguments of its caller: no decorator adds one."""
    session = frame.scope.session
    if not isinstance(session, Session) or not runs_as_written(frame, session):
        return False
    return all(_hands_on(wrapper.frame) for wrapper in wrappers(frame))


def _hands_on(wrapper: Frame) -> bool:
    """Whether a wrapper only passes on its keywords."""
    node, tree = wrapper.node, wrapper.tree
    star = node.params.star_kwarg if isinstance(node, cst.FunctionDef) else None
    if star is None or not isinstance(node, cst.FunctionDef):
        return False
    used = [part for part in walk(node.body) if isinstance(part, cst.Name) and part.value == star.name.value]
    return all(isinstance(above, cst.Arg) and above.star == "**" for above in map(tree.parent, used))


class Runs(enum.Enum):
    """When the body of a function runs."""

    CALLED = "where it is called"
    ITERATED = "where what it gives is iterated"
    UNKNOWN = "it cannot be seen"


def _runs(frame: Frame) -> Runs:
    """When the body of a function runs, found once."""
    if Runs not in frame.derived:
        frame.derived[Runs] = _found_runs(frame)
    found: Runs = frame.derived[Runs]
    return found


def _found_runs(frame: Frame) -> Runs:
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or not all(_keeps(frame, *decorator) for decorator in frame.decorators):
        return Runs.UNKNOWN
    delays = [inner for inner in walk(node.body) if isinstance(inner, (cst.Yield, cst.FunctionDef)) and _delays(inner)]
    if not delays:
        return Runs.CALLED  # else a generator; or it may return a coroutine, which waits only where it is awaited
    generator = not frame.decorators and not frame.nested and _yields(node.body)
    return Runs.ITERATED if generator else Runs.UNKNOWN


_TAKING = frozenset(("list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "max", "min", "any", "all", "next"))
"""Functions that iterate what they are given at once."""
_PASSING = frozenset(("enumerate", "zip", "map", "filter", "iter"))
"""Functions that iterate what they are given when they are iterated."""


def is_iterated(call: Call) -> bool:
    """Whether what a call gives is iterated right there, so that a generator runs: in the head of a loop."""
    tree, node = call.frame.tree, call.node
    above = tree.parent(node)
    while isinstance(above, cst.Arg):
        outer = tree.parent(above)
        name = outer.func.value if isinstance(outer, cst.Call) and isinstance(outer.func, cst.Name) else ""
        if name in _TAKING:
            return call.frame.lookup(name) is None
        if name not in _PASSING or not isinstance(outer, cst.Call):
            return False
        node, above = outer, tree.parent(outer)
    if isinstance(above, cst.CompFor):
        return above.iter is node and not isinstance(tree.parent(above), cst.GeneratorExp)
    return (isinstance(above, cst.For) and above.iter is node) or isinstance(above, cst.From)


def makes_coroutine(frame: Frame) -> bool:
    """Whether a call of a function gives a coroutine: no generator, no decorator that may make another thing of it."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or not frame.is_async or _yields(node.body):
        return False
    return all(_keeps_coroutine(frame, decorator, value) for decorator, value in frame.decorators)


def _yields(node: cst.CSTNode) -> bool:
    """Whether a function is a generator by its own body."""
    stack = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, cst.Yield):
            return True
        if not isinstance(inner, (cst.FunctionDef, cst.Lambda)):
            stack.extend(children(inner))
    return False


def _keeps_coroutine(frame: Frame, decorator: cst.Decorator, value: Value) -> bool:
    """Whether a decorated coroutine is one: a retry policy repeats it by awaiting it."""
    made = frame.calls.get(id(decorator.decorator))
    if made is not None:
        return isinstance(made.fact, RetryFact)
    name = value.name if isinstance(value, Ref) else value.path.qualified if isinstance(value, Derived) else ""
    return name in _KEEPS or bool(name and frame.scope.catalog.fact(RetryFact, name))


def _delays(node: cst.Yield | cst.FunctionDef) -> bool:
    return isinstance(node, cst.Yield) or node.asynchronous is not None


def _keeps(frame: Frame, decorator: cst.Decorator, value: Value) -> bool:
    """Whether calling the decorated function calls the function."""
    catalog = frame.scope.catalog
    made = frame.calls.get(id(decorator.decorator))
    if made is not None:
        fact = made.fact
        sends = isinstance(fact, TaskFact) and fact.called
        return isinstance(fact, (RetryFact, BreakerFact, RouteFact, TaskFact)) and not sends
    name = ""
    if isinstance(value, Ref):
        name = value.name
    elif isinstance(value, Derived):
        name = value.path.qualified
    if name:
        task = catalog.fact(TaskFact, name)
        if task is not None:
            return not task.called
        return name in _KEEPS or any(catalog.fact(kind, name) for kind in (RetryFact, BreakerFact, RouteFact))
    if any(wrapper.decorator is decorator for wrapper in wrappers(frame)):
        return True
    return isinstance(value, Unknown) and _registers(decorator)


def _registers(decorator: cst.Decorator) -> bool:
    """Whether a decorator is that of a route, by its form: `@app.get("/path")`."""
    node = decorator.decorator
    return isinstance(node, cst.Call) and dotted(node.func).rpartition(".")[2] == "route"
