"""Decorators that the project wrote itself: what they put in the place of a function, and where that calls it.

A decorator is interpreted once more for each function that it decorates, with the arguments that it is given there, so
that its loop has the attempts of that place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..interp.calls import Call, Env, Frame
from ..interp.kinds import Around, FrameKind
from ..interp.session import Session
from ..interp.statements import run_function
from ..interp.values import (
    Class,
    DeferredReturn,
    Derived,
    Function,
    Nested,
    Object,
    ProjectModule,
    Unknown,
    Value,
    join,
)
from ..syntax.tree import children, dotted, walk
from .params import given_to

_GIVES_BACK = {"update_wrapper": 0, "cast": 1, "partial": 0}
"""Functions that give back one of their arguments, with its place: they wrap nothing else around it."""
_CALL = "__call__"


@dataclass(frozen=True, slots=True)
class Wrapper:
    """What a decorator puts in the place of a function: `frame`, with its calls of the function in `sites`."""

    decorator: cst.Decorator
    of: Frame
    """The decorated function."""
    frame: Frame
    sites: tuple[Call, ...]
    maker: Function
    """The function of the project that decorates, or the method of its class that does."""

    @property
    def site(self) -> Call | None:
        """The only call of the function; None if there are several, or if it is made elsewhere."""
        call = self.sites[0]
        return call if len(self.sites) == 1 and not call.deferred and not call.offloaded else None

    @property
    def before_last(self) -> Call | None:
        """The call in a loop, behind which the function is called for the last time; None if there is none."""
        if len(self.sites) != 2:
            return None
        first, last = sorted(self.sites, key=lambda call: call.span.start)
        looped = any(place.kind is Around.LOOP for place in first.within)
        return first if looped and not last.within and not (first.deferred or last.deferred) else None

    @property
    def repeats(self) -> bool:
        """Whether it may call the function several times: in a loop, or in several places."""
        parts = walk(self.frame.node) if self.frame.node is not None else ()
        return len(self.sites) > 1 or any(isinstance(part, (cst.For, cst.While)) for part in parts)

    @property
    def written(self) -> str:
        """The decorator by its name, as it is written."""
        node = self.decorator.decorator
        return dotted(node.func if isinstance(node, cst.Call) else node)


def wrappers(frame: Frame) -> tuple[Wrapper, ...]:
    """Returns what decorators of the project put in the place of a function, the outermost first."""
    if not frame.decorators or not isinstance(frame.scope.session, Session):
        return ()
    if wrappers not in frame.derived:
        frame.derived[wrappers] = ()  # a decorator may be decorated by itself
        found = (wrapper_of(frame, decorator, value) for decorator, value in frame.decorators)
        frame.derived[wrappers] = tuple(wrapper for wrapper in found if wrapper is not None)
    kept: tuple[Wrapper, ...] = frame.derived[wrappers]
    return kept


@dataclass(frozen=True, slots=True)
class _Use:
    """How a decorator is written: what is called or named, whether that makes the decorator, and its arguments."""

    target: Function | Class
    makes: bool
    given: cst.Call | None


def wrapper_of(frame: Frame, decorator: cst.Decorator, value: Value) -> Wrapper | None:
    """Returns what one decorator puts in the place of a function; None if it is none of the project, or not seen."""
    use, session = _use(frame, decorator, value), frame.scope.session
    if use is None or not isinstance(session, Session) or not isinstance(frame.node, cst.FunctionDef):
        return None
    stand_in = Nested(frame.node, frame.node.name.value)
    found = (
        _of_class(session, frame, use, stand_in)
        if isinstance(use.target, Class)
        else _of_function(session, frame, use, stand_in)
    )
    if found is None:
        return None
    inner, maker = found
    sites = tuple(call for call, target in inner.uses.values() if target is stand_in)
    return Wrapper(decorator, frame, inner, sites, maker) if sites and _is_plain(inner, frame) else None


def _use(frame: Frame, decorator: cst.Decorator, value: Value) -> _Use | None:
    """What of the project a decorator is; None if it is from elsewhere, or unknown."""
    node = decorator.decorator
    if isinstance(node, cst.Call):
        _, target = frame.uses.get(id(node), (None, None))
        if not isinstance(target, (Function, Class)):
            target = imported_value(frame, dotted(node.func))
        return _Use(target, True, node) if isinstance(target, (Function, Class)) else None
    if isinstance(value, DeferredReturn) and value.function is not None:
        return _Use(value.function, True, _making_call(frame, dotted(node)))
    if isinstance(value, Object):
        return _Use(value.cls, True, None)
    if isinstance(value, Unknown):
        value = imported_value(frame, dotted(node)) or value
    return _Use(value, False, None) if isinstance(value, (Function, Class)) else None


def _making_call(frame: Frame, name: str) -> cst.Call | None:
    """The call by which the module makes a decorator that it keeps in a name: `thrice = again(3)`; None if unseen."""
    statements = frame.scope.module.bindings.get(name, ())
    made = frame.scope.statement(statements[0]) if len(statements) == 1 and not _is_local(frame, name) else None
    lines = [line for line in made.tree.body if isinstance(line, cst.SimpleStatementLine)] if made is not None else []
    kept = lines[0].body[0] if len(lines) == 1 and len(lines[0].body) == 1 else None
    given = kept.value if isinstance(kept, cst.Assign) and len(kept.targets) == 1 else None
    plain = isinstance(given, cst.Call) and all(
        isinstance(argument.value, (cst.Integer, cst.Float, cst.SimpleString, cst.Name)) for argument in given.args
    )
    return given if plain and isinstance(given, cst.Call) else None


def _of_function(session: Session, frame: Frame, use: _Use, stand_in: Nested) -> tuple[Frame, Function] | None:
    """The wrapper that a function of the project makes, decorating itself or by the function that it returns."""
    assert isinstance(use.target, Function)
    maker = _Maker.of(session, use.target)
    if maker is None or maker.is_method:
        return None
    decorates = not use.makes or maker.makes_itself
    if decorates and not maker.first:
        return None
    given = maker.given(use, frame)
    made = maker.run({**given, maker.first: stand_in} if decorates else given)
    inner = _innermost(made, stand_in, frame.is_async, decorates=decorates)
    return (inner, use.target) if inner is not None else None


def _of_class(session: Session, frame: Frame, use: _Use, stand_in: Nested) -> tuple[Frame, Function] | None:
    """The wrapper that objects of a class of the project are, or that they make when they are called."""
    assert isinstance(use.target, Class)
    init, call = (_method(session, use.target, name) for name in ("__init__", _CALL))
    if call is None:
        return None
    held: Env = {}
    if init is not None:
        maker = _Maker.of(session, init)
        if maker is None:
            return None
        given = maker.given(use, frame)
        made = maker.run(given if use.makes else {**given, maker.first: stand_in})
        held = {name: join([*values]) for name, values in made.attributes.items()}
    caller = _Maker.of(session, call)
    if caller is None:
        return None
    own = {f"{caller.itself}.{name}": value for name, value in held.items()}
    if not use.makes:
        return caller.run(own), call
    if not caller.first:
        return None
    inner = _innermost(caller.run({**own, caller.first: stand_in}), stand_in, frame.is_async, decorates=True)
    return (inner, call) if inner is not None else None


def _method(session: Session, cls: Class, name: str) -> Function | None:
    """The method of a class of the project, or of one that it extends; None if there is not exactly one."""
    for one in session.lineage(cls):
        found = one.chunk.methods.get(name)
        if found:
            return Function(one.module, found[-1], Object(cls)) if len(found) == 1 else None
    return None


@dataclass(frozen=True, slots=True)
class _Maker:
    """A function of the project that is interpreted for one place where it decorates."""

    function: Function
    node: cst.FunctionDef
    template: Frame
    """The function as it is interpreted for itself."""

    @classmethod
    def of(cls, session: Session, function: Function) -> _Maker | None:
        """Returns it; None if it cannot be parsed, is a coroutine, or is decorated itself."""
        if len(function.module.functions_named(function.chunk.qualname)) != 1:
            return None
        frame = session.scope(function.module).frame(function.chunk)
        node = frame.node if frame is not None else None
        if frame is None or not isinstance(node, cst.FunctionDef) or frame.decorators:
            return None
        return cls(function, node, frame)

    @property
    def is_method(self) -> bool:
        """Whether its first parameter is an object."""
        return self.function.chunk.owner is not None

    @property
    def itself(self) -> str:
        """The name of a method's object."""
        params = self.node.params.params
        return params[0].name.value if params else ""

    @property
    def first(self) -> str:
        """The name of the parameter that takes the decorated function; "" if it is not the only one without default."""
        params = self.node.params.params[1 if self.is_method else 0 :]
        rest = [*params[1:], *self.node.params.kwonly_params]
        alone = bool(params) and all(param.default is not None for param in rest)
        return params[0].name.value if alone else ""

    @property
    def makes_itself(self) -> bool:
        """Whether it returns itself with arguments, to decorate then: `return partial(retry, times=times)`."""
        return self.node.name.value in _given_back(self.node)

    def given(self, use: _Use, caller: Frame) -> Env:
        """What its parameters are given where it is used in a frame, as far as that is seen: arguments and defaults."""
        if use.makes and use.given is None:
            return {}
        call = use.given if use.given is not None else cst.Call(cst.Name("_"), ())
        return given_to(self.node, call, caller, self.template, method=self.is_method)

    def run(self, given: Env) -> Frame:
        """Interprets it with what its parameters are given."""
        return _run(self.template, self.node, None, given)


def _run(template: Frame, node: cst.FunctionDef, outer: Frame | None, given: Env) -> Frame:
    """A function, interpreted once more with what its parameters are given."""
    frame = template.scope.new_frame(template.tree, template.qualname, kind=FrameKind.FUNCTION, outer=outer)
    frame.owner = template.owner
    run_function(frame, node, template.owner if outer is None else None, given)
    return frame


def _innermost(frame: Frame, stand_in: Nested, is_async: bool, *, decorates: bool) -> Frame | None:
    """The function that a decorator returns, or the decorator that it returns returns; None if that is not clear.

    `decorates`: the function is the decorator itself, and not what makes one.
    """
    inner = _returned(frame)
    made = next((nested for nested in inner if _returned(nested)), None)
    if made is not None:
        again = _decorating(frame, made, stand_in, called=decorates) if len(inner) == 1 else None
        return _innermost(again, stand_in, is_async, decorates=True) if again is not None else None
    chosen = [nested for nested in inner if nested.is_async is is_async] if decorates else []
    return chosen[0] if len(chosen) == 1 else None


def _decorating(frame: Frame, made: Frame, stand_in: Nested, *, called: bool) -> Frame | None:
    """A decorator that a function returns, or calls for what it returns, interpreted with the decorated function."""
    node, outer = made.node, frame.node
    if not isinstance(node, cst.FunctionDef) or not isinstance(outer, cst.FunctionDef) or made.decorators:
        return None
    params = node.params.params
    if len(params) != 1 or called not in _given_back(outer)[node.name.value]:
        return None
    return _run(made, node, frame, {params[0].name.value: stand_in})


def _returned(frame: Frame) -> list[Frame]:
    """The functions inside a function that it returns, itself or called for their result; [] if it returns more."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or frame.is_async:
        return []
    names = set(_given_back(node))
    known = {nested.node.name.value: nested for nested in frame.nested if isinstance(nested.node, cst.FunctionDef)}
    found = [nested for name, nested in known.items() if name in names]
    return found if names <= {*known, node.name.value} else []


def _given_back(node: cst.FunctionDef) -> dict[str, set[bool]]:
    """The names of the functions that a function gives back, each with whether it is called for that."""
    found: dict[str, set[bool]] = {}
    for part in _own_returns(node.body):
        for name, called in _named(part.value):
            found.setdefault(name, set()).add(called)
    return found


def _own_returns(node: cst.CSTNode) -> Iterator[cst.Return]:
    for inner in children(node):
        if isinstance(inner, cst.Return):
            yield inner
        elif not isinstance(inner, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            yield from _own_returns(inner)


def _named(node: cst.BaseExpression | None) -> Iterator[tuple[str, bool]]:
    """The names of functions that an expression gives back, with whether it calls them; "" for anything else."""
    if isinstance(node, cst.IfExp):
        yield from _named(node.body)
        yield from _named(node.orelse)
    elif isinstance(node, cst.Name):
        yield node.value, False
    elif isinstance(node, cst.Call):
        name = dotted(node.func)
        place = _GIVES_BACK.get(name.rpartition(".")[2])
        if place is not None and len(node.args) > place:
            yield from _named(node.args[place].value)
        else:
            yield name if name.isidentifier() else "", True
    else:
        yield "", False


def _is_plain(inner: Frame, function: Frame) -> bool:
    """Whether a wrapper runs where the function is called: like it a coroutine or not, and decorated by nothing."""
    node = inner.node
    if inner.is_async is not function.is_async or inner.nested or node is None:
        return False
    above = [value.path.qualified if isinstance(value, Derived) else "" for _, value in inner.decorators]
    return all(name == "functools.wraps" for name in above) and not any(
        isinstance(part, cst.Yield) for part in walk(node.body)
    )


def imported_value(frame: Frame, path: str) -> Value | None:
    """Returns what a dotted name stands for, if its first part is from another module of the project; None if not."""
    session = frame.scope.session
    assert isinstance(session, Session)
    head, *rest = path.split(".") if path else [""]
    targets = frame.scope.module.imports.get(head)
    if not targets or _is_local(frame, head) or not isinstance(frame.lookup(head), Unknown):
        return None
    found: Value | None = frame.scope.imported(targets)
    for name in rest:
        if found is None:
            return None
        module = found.module if isinstance(found, ProjectModule) else None
        found = session.scope(module).value(name) if module is not None else session.attribute(found, name)
    return found


def _is_local(frame: Frame, name: str) -> bool:
    """Whether a function, or one around it, binds a name itself."""
    around: Frame | None = frame
    while around is not None and name not in around.env:
        around = around.outer
    return around is not None
