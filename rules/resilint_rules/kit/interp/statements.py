"""Interprets one function or statement without running it: which value flows where, and which calls are made.

Statements are taken in order. Branches are joined, a loop's body is interpreted twice, code after
a `return`, `raise`, `break` or `continue` is left out. What cannot be seen is Unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from typing import Any

import libcst as cst

from ..syntax.exits import Exit, is_endless, refuses
from ..syntax.tree import children
from .assignment import bind, define_class, define_function, import_modules, import_names, merge, unset
from .body_checks import demand, holds_for_errors
from .calls import Env, Frame, Guard
from .context import Context
from .expressions import EXPRESSIONS
from .kinds import Around, FrameKind, Part
from .known_calls import FIELDS, member_of
from .parts.entering import entered
from .references import annotation, narrow, returned_keywords
from .values import (
    UNKNOWN,
    Const,
    DeferredReturn,
    Derived,
    Instance,
    Mapping,
    Sequence,
    Unknown,
    Value,
    Within,
    join,
    options,
)

Run = tuple[Env, "Exit | None"]
"""What is known at the end of a path, and how it was left; None if it goes on."""


def run_function(frame: Frame, node: cst.FunctionDef, receiver: Value | None, given: Env | None = None) -> None:
    """Runs a function's body, with its parameters bound to what is given, or to what their annotations say."""
    ctx = Context(frame, EXPRESSIONS)
    frame.node = node
    frame.is_async = node.asynchronous is not None
    for decorator in node.decorators:
        frame.decorators.append((decorator, ctx.value(decorator.decorator)))
    _parameters(ctx, node.params, receiver)
    frame.env.update(given or {})
    ctx.kept.update(name.rpartition(".")[2] for name in given or () if "." in name)
    suite(ctx, node.body)
    _promise(ctx, node)
    _nested_functions(ctx)


def _promise(ctx: Context, node: cst.FunctionDef) -> None:
    """Puts what the annotation promises in the place of returned values that cannot be seen."""
    returns = ctx.frame.returns
    if node.returns is None or not any(isinstance(option, Unknown) for value in returns for option in options(value)):
        return
    promised = annotation(ctx, node.returns.annotation)
    if promised is None:
        return
    if isinstance(promised, Instance):
        promised.escaped = "it is made where that cannot be seen"
    for index, value in enumerate(returns):
        known = [promised if isinstance(option, Unknown) else option for option in options(value)]
        returns[index] = join(known)


def run_lambda(frame: Frame, node: cst.Lambda) -> None:
    """Evaluates a lambda's body."""
    ctx = Context(frame, EXPRESSIONS)
    frame.node = node
    _parameters(ctx, node.params, None)
    frame.returns.append(ctx.value(node.body))
    _nested_functions(ctx)


def run_statements(frame: Frame, body: tuple[cst.BaseStatement, ...]) -> None:
    """Runs module-level statements."""
    ctx = Context(frame, EXPRESSIONS)
    for node in body:
        statement(ctx, node)
    _nested_functions(ctx)


def evaluate(frame: Frame, node: cst.BaseExpression) -> Value:
    """The value of an expression by itself."""
    return Context(frame, EXPRESSIONS).value(node)


def _nested_functions(ctx: Context) -> None:
    """Runs the functions defined inside, once everything around them is known."""
    frame = ctx.frame
    for node, name in list(ctx.inner.values()):
        kind = FrameKind.LAMBDA if isinstance(node, cst.Lambda) else FrameKind.FUNCTION
        inner = frame.scope.new_frame(frame.tree, f"{frame.qualname}.{name}", kind=kind, outer=frame)
        frame.nested.append(inner)
        if isinstance(node, cst.Lambda):
            run_lambda(inner, node)
        else:
            run_function(inner, node, None)


def _parameters(ctx: Context, params: cst.Parameters, receiver: Value | None) -> None:
    every = [*params.posonly_params, *params.params, *params.kwonly_params]
    for star in (params.star_arg, params.star_kwarg):
        if isinstance(star, cst.Param):
            ctx.frame.env[star.name.value] = Mapping(open=True) if star is params.star_kwarg else UNKNOWN
    for index, param in enumerate(every):
        value: Value = Unknown(f"`{param.name.value}` is given by the caller")
        if index == 0 and receiver is not None:
            value = receiver
        elif param.annotation is not None:
            value = annotation(ctx, param.annotation.annotation) or value
        if param.default is not None and ctx.frame.kind is not FrameKind.LAMBDA:
            ctx.value(param.default)
        ctx.frame.env[param.name.value] = value


def suite(ctx: Context, node: cst.BaseSuite) -> None:
    """Runs a block until it ends or is left."""
    if isinstance(node, cst.SimpleStatementSuite):
        _simple_line(ctx, node)
        return
    for line in node.body:
        if ctx.left is not None:
            return
        statement(ctx, line)


def statement(ctx: Context, node: cst.CSTNode) -> None:
    """Runs one statement."""
    handler = TABLE.get(type(node))
    if handler is not None:
        handler(ctx, node)
    else:
        ctx.parts(node)


def _simple_line(ctx: Context, node: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> None:
    for line in node.body:
        ctx.current = line
        ctx.line = node
        statement(ctx, line)
        if ctx.left is not None:
            return


def _expr(ctx: Context, node: cst.Expr) -> None:
    inner = node.value
    if isinstance(inner, cst.Await):
        inner = inner.expression
    ctx.value(node.value)
    call = ctx.frame.calls.get(id(inner))
    if call is not None:
        call.discarded = True


def _assign(ctx: Context, node: cst.Assign) -> None:
    value = ctx.value(node.value)
    for target in node.targets:
        name = target.target.value if isinstance(target.target, cst.Name) else ""
        if name and isinstance(value, DeferredReturn) and ctx.frame.tree.spreads(name):
            value = returned_keywords(ctx.frame, value, node.value)
        bind(ctx, target.target, value)


def _ann_assign(ctx: Context, node: cst.AnnAssign) -> None:
    value = ctx.value(node.value) if node.value is not None else None
    is_field = isinstance(value, Derived) and value.path.called in FIELDS
    if value is None or is_field or isinstance(value, (Unknown, Const)):
        known = annotation(ctx, node.annotation.annotation)
        if known is not None and not (isinstance(value, Const) and value.value is not None):
            value = known
    if value is not None:
        bind(ctx, node.target, value)


def _aug_assign(ctx: Context, node: cst.AugAssign) -> None:
    ctx.value(node.value)
    bind(ctx, node.target, UNKNOWN)


def _del(ctx: Context, node: cst.Del) -> None:
    ctx.value(node.target)
    unset(ctx, node.target)


def _return(ctx: Context, node: cst.Return) -> None:
    value = ctx.value(node.value) if node.value is not None else Const(None)
    ctx.frame.returns.append(value)
    ctx.escape(value, "it is returned", settle=False)
    ctx.left = Exit.RETURN


def _raise(ctx: Context, node: cst.Raise) -> None:
    demand(ctx.accepted)
    ctx.parts(node)
    ctx.left = Exit.RAISE


def _break(ctx: Context, node: cst.Break) -> None:
    ctx.breaks.append(dict(ctx.frame.env))
    ctx.left = Exit.BREAK


def _continue(ctx: Context, node: cst.Continue) -> None:
    ctx.exits.append(dict(ctx.frame.env))
    ctx.left = Exit.CONTINUE


def _assert(ctx: Context, node: cst.Assert) -> None:
    demand(ctx.truth(node.test))
    if node.msg is not None:
        ctx.value(node.msg)


def _branches(ctx: Context, runs: list[Run]) -> None:
    """Joins the ends of several paths; a path that was left counts no more."""
    ends = [env for env, left in runs if left is None]
    if not ends:
        ctx.left = runs[0][1]
        return
    ctx.left = None
    ctx.frame.env = merge(ends)


def _if(ctx: Context, node: cst.If) -> None:
    ctx.current = node
    tested_values = ctx.truth(node.test)
    before = dict(ctx.frame.env)
    ctx.within.append(Within(Around.IF, node, Part.BODY))
    narrow(ctx, node.test, True)
    suite(ctx, node.body)
    ctx.within.pop()
    first = (ctx.frame.env, ctx.left)
    ctx.frame.env, ctx.left = dict(before), None
    narrow(ctx, node.test, False)
    if node.orelse is not None:
        ctx.within.append(Within(Around.IF, node, Part.ELSE))
        if isinstance(node.orelse, cst.If):
            _if(ctx, node.orelse)
        else:
            suite(ctx, node.orelse.body)
        ctx.within.pop()
    refused = (first[1] is Exit.RAISE or refuses(node.body)) and not holds_for_errors(node.test)
    if refused or ctx.left is Exit.RAISE:
        demand(tested_values)
    ctx.accepted = tested_values if first[1] is Exit.RETURN and ctx.left is None else []
    _branches(ctx, [first, (ctx.frame.env, ctx.left)])


def _loop(ctx: Context, node: cst.For | cst.While) -> None:
    ctx.current = node
    before = dict(ctx.frame.env)
    exits, ctx.exits, breaks, ctx.breaks = ctx.exits, [], ctx.breaks, []
    ctx.within.append(Within(Around.LOOP, node))
    ctx.loops += 1
    for _ in range(2 if ctx.loops == 1 else 1):
        if isinstance(node, cst.For):
            ctx.current = node
            value = ctx.value(node.iter)
            members = value.members if isinstance(value, Sequence) else ()
            member = join([*members]) if members else member_of(ctx, value)
            ctx.escape(value, "it is iterated", settle=False)
            bind(ctx, node.target, member)
        else:
            ctx.current = node
            ctx.truth(node.test)
        suite(ctx, node.body)
        ends = [before, *ctx.exits] + ([ctx.frame.env] if ctx.left is None else [])
        ctx.left = None
        ctx.frame.env = merge([*ends, *ctx.breaks])
    ctx.loops -= 1
    ctx.within.pop()
    broken, ctx.exits, ctx.breaks = ctx.breaks, exits, breaks
    if is_endless(node):
        ctx.left = None if broken else Exit.HANGS
    elif node.orelse is not None:  # runs where the loop ends by itself; a break goes on behind it
        ctx.frame.env = merge(ends)
        suite(ctx, node.orelse.body)
        _branches(ctx, [(ctx.frame.env, ctx.left), *((env, None) for env in broken)])


def _try(ctx: Context, node: cst.Try | cst.TryStar) -> None:
    before = dict(ctx.frame.env)
    known = set(ctx.frame.calls)
    ctx.within.append(Within(Around.TRY, node, Part.BODY))
    suite(ctx, node.body)
    ctx.within.pop()
    guarded = [call for key, call in ctx.frame.calls.items() if key not in known]
    if id(node) not in ctx.frame.guards:
        ctx.frame.guards[id(node)] = Guard(node, ctx.frame, guarded, tuple(ctx.within))
    body = (ctx.frame.env, ctx.left)
    runs: list[Run] = []
    if node.orelse is not None and ctx.left is None:
        ctx.within.append(Within(Around.TRY, node, Part.ELSE))
        suite(ctx, node.orelse.body)
        ctx.within.pop()
    runs.append((ctx.frame.env, ctx.left))
    for handler in node.handlers:
        ctx.frame.env, ctx.left = merge([before, body[0]]), None
        if handler.type is not None:
            ctx.current = handler
            ctx.value(handler.type)
        if handler.name is not None:
            bind(ctx, handler.name.name, UNKNOWN)
        ctx.within.append(Within(Around.TRY, node, Part.HANDLER))
        suite(ctx, handler.body)
        ctx.within.pop()
        runs.append((ctx.frame.env, ctx.left))
    _branches(ctx, runs)
    if node.finalbody is not None:
        left, ctx.left = ctx.left, None
        if left is not None:
            ctx.frame.env = merge([before, body[0]])
        ctx.within.append(Within(Around.TRY, node, Part.FINALLY))
        suite(ctx, node.finalbody.body)
        ctx.within.pop()
        ctx.left = ctx.left if ctx.left is not None else left


def _with(ctx: Context, node: cst.With) -> None:
    depth = len(ctx.within)
    for item in node.items:
        ctx.current = node
        value = entered(ctx, ctx.value(item.item), item.item, asynchronous=node.asynchronous is not None)
        if item.asname is not None:
            bind(ctx, item.asname.name, value)
        ctx.within.append(Within(Around.WITH, item, value=value))
    suite(ctx, node.body)
    del ctx.within[depth:]
    if ctx.left is Exit.RAISE:  # a context manager may swallow it
        ctx.left = None


def _match(ctx: Context, node: cst.Match) -> None:
    ctx.current = node
    ctx.escape(ctx.value(node.subject), "it is matched", settle=False)
    before = dict(ctx.frame.env)
    runs: list[Run] = [(before, None)]
    for case in node.cases:
        ctx.frame.env, ctx.left = dict(before), None
        for inner in children(case.pattern):
            captures(ctx, inner)
        if case.guard is not None:
            ctx.truth(case.guard)
        suite(ctx, case.body)
        runs.append((ctx.frame.env, ctx.left))
    _branches(ctx, runs)


def captures(ctx: Context, node: cst.CSTNode) -> None:
    """Names that a pattern binds are unknown."""
    if isinstance(node, cst.Name):
        ctx.frame.env[node.value] = UNKNOWN
    for inner in children(node):
        captures(ctx, inner)


def _forget(ctx: Context, node: cst.Global | cst.Nonlocal) -> None:
    return


TABLE: ReadOnly[type, Callable[[Context, Any], None]] = {
    cst.SimpleStatementLine: _simple_line,
    cst.SimpleStatementSuite: _simple_line,
    cst.Expr: _expr,
    cst.Assign: _assign,
    cst.AnnAssign: _ann_assign,
    cst.AugAssign: _aug_assign,
    cst.Del: _del,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Assert: _assert,
    cst.If: _if,
    cst.For: _loop,
    cst.While: _loop,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.With: _with,
    cst.Match: _match,
    cst.FunctionDef: define_function,
    cst.ClassDef: define_class,
    cst.Import: import_modules,
    cst.ImportFrom: import_names,
    cst.Global: _forget,
    cst.Nonlocal: _forget,
}
"""What runs each kind of statement."""
