"""Interprets one function or statement without running it: which value flows where, and which calls are made.

Statements are taken in order. Branches are joined, a loop's body is gone through twice, code after
a `return`, `raise`, `break` or `continue` is left out. What cannot be seen is Unknown.
"""

from __future__ import annotations

from typing import Any, ClassVar

import libcst as cst

from ..exceptions.handlers import refuses
from ..project.module import ImportedName
from ..syntax.tree import children, dotted
from .assignment import Binder, merge
from .calls import Guard, Within
from .frame import Env, Frame
from .returned_kwargs import lent
from .values import (
    FIELDS,
    UNKNOWN,
    Built,
    Const,
    Mapping,
    Nested,
    Result,
    Sequence,
    Unknown,
    Value,
    demand,
    join,
)


class Flow(Binder):
    """Goes through the statements of a frame."""

    def function(self, node: cst.FunctionDef, receiver: Value | None, given: Env | None = None) -> None:
        """Runs a function's body, with its parameters bound to what is given, or to what their annotations say."""
        frame = self.frame
        frame.node = node
        frame.is_async = node.asynchronous is not None
        for decorator in node.decorators:
            frame.decorators.append((decorator, self.value(decorator.decorator)))
        self._parameters(node.params, receiver)
        frame.env.update(given or {})
        self.suite(node.body)
        self._inner()

    def lambda_(self, node: cst.Lambda) -> None:
        """Evaluates a lambda's body."""
        self.frame.node = node
        self._parameters(node.params, None)
        self.frame.returns.append(self.value(node.body))
        self._inner()

    def statements(self, body: tuple[cst.BaseStatement, ...]) -> None:
        """Runs module-level statements."""
        for each in body:
            self.statement(each)
        self._inner()

    def _inner(self) -> None:
        """Runs the functions defined inside, once everything around them is known."""
        for node, name in list(self.inner.values()):
            inner = Frame(
                self.frame.scope, self.frame.tree, f"{self.frame.qualname}.{name}", kind="function", outer=self.frame
            )
            if isinstance(node, cst.Lambda):
                inner.kind = "lambda"
            flow = Flow(inner)
            self.frame.nested.append(inner)
            if isinstance(node, cst.Lambda):
                flow.lambda_(node)
            else:
                flow.function(node, None)

    def _parameters(self, params: cst.Parameters, receiver: Value | None) -> None:
        every = [*params.posonly_params, *params.params, *params.kwonly_params]
        for star in (params.star_arg, params.star_kwarg):
            if isinstance(star, cst.Param):
                self.frame.env[star.name.value] = Mapping(open=True) if star is params.star_kwarg else UNKNOWN
        for index, param in enumerate(every):
            value: Value = Unknown(f"`{param.name.value}` is given by the caller")
            if index == 0 and receiver is not None:
                value = receiver
            elif param.annotation is not None:
                value = self.annotation(param.annotation.annotation) or value
            if param.default is not None and self.frame.kind != "lambda":
                self.value(param.default)
            self.frame.env[param.name.value] = value

    # Statements

    def suite(self, node: cst.BaseSuite) -> None:
        """Runs a block until it ends or is left."""
        for each in node.body:
            if self.left:
                return
            self.statement(each)

    def statement(self, node: cst.CSTNode) -> None:
        """Runs one statement."""
        handler = self.table.get(type(node))
        if handler is not None:
            handler(self, node)
        else:
            self.each(node)

    def _simple_line(self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite) -> None:
        for each in node.body:
            self.current = each
            self.line = node
            self.statement(each)
            if self.left:
                return

    def _expr(self, node: cst.Expr) -> None:
        inner = node.value
        if isinstance(inner, cst.Await):
            inner = inner.expression
        self.value(node.value)
        call = self.frame.calls.get(id(inner))
        if call is not None:
            call.discarded = True

    def _assign(self, node: cst.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            name = target.target.value if isinstance(target.target, cst.Name) else ""
            if name and isinstance(value, Built) and f"**{name}" in self.frame.tree.text:
                value = lent(self.frame, value, node.value)
            self.bind(target.target, value)

    def _ann_assign(self, node: cst.AnnAssign) -> None:
        value = self.value(node.value) if node.value is not None else None
        told = isinstance(value, Result) and value.of.rpartition(".")[2] in FIELDS
        if value is None or told or isinstance(value, (Unknown, Const)):
            known = self.annotation(node.annotation.annotation)
            if known is not None and not (isinstance(value, Const) and value.value is not None):
                value = known
        if value is not None:
            self.bind(node.target, value)

    def _aug_assign(self, node: cst.AugAssign) -> None:
        self.value(node.value)
        self.bind(node.target, UNKNOWN)

    def _del(self, node: cst.Del) -> None:
        self.value(node.target)

    def _return(self, node: cst.Return) -> None:
        value = self.value(node.value) if node.value is not None else Const(None)
        self.frame.returns.append(value)
        self.escape(value, "it is returned", settle=False)
        self.left = "return"

    def _raise(self, node: cst.Raise) -> None:
        demand(self.accepted)
        self.each(node)
        self.left = "raise"

    def _break(self, node: cst.Break) -> None:
        self.breaks.append(dict(self.frame.env))
        self.left = "break"

    def _continue(self, node: cst.Continue) -> None:
        self.exits.append(dict(self.frame.env))
        self.left = "continue"

    def _assert(self, node: cst.Assert) -> None:
        demand(self.truth(node.test))
        if node.msg is not None:
            self.value(node.msg)

    def _branches(self, runs: list[tuple[Env, object]]) -> None:
        """Joins the ends of several paths; a path that was left counts no more."""
        ends = [env for env, left in runs if not left]
        if not ends:
            self.left = str(runs[0][1]) if runs else ""
            return
        self.left = ""
        self.frame.env = merge(ends)

    def _if(self, node: cst.If) -> None:
        self.current = node
        asked = self.truth(node.test)
        before = dict(self.frame.env)
        self.within.append(Within("if", node, "body"))
        self.narrow(node.test, True)
        self.suite(node.body)
        self.within.pop()
        first = (self.frame.env, self.left)
        self.frame.env, self.left = dict(before), ""
        self.narrow(node.test, False)
        if node.orelse is not None:
            self.within.append(Within("if", node, "else"))
            if isinstance(node.orelse, cst.If):
                self._if(node.orelse)
            else:
                self.suite(node.orelse.body)
            self.within.pop()
        if "raise" in (first[1], self.left) or refuses(node.body):
            demand(asked)
        self.accepted = asked if first[1] == "return" and not self.left else []
        self._branches([first, (self.frame.env, self.left)])

    def _loop(self, node: cst.For | cst.While) -> None:
        self.current = node
        before = dict(self.frame.env)
        exits, self.exits, breaks, self.breaks = self.exits, [], self.breaks, []
        self.within.append(Within("loop", node))
        self.loops += 1
        for _ in range(2 if self.loops == 1 else 1):
            if isinstance(node, cst.For):
                self.current = node
                value = self.value(node.iter)
                member = join(list(value.members)) if isinstance(value, Sequence) and value.members else UNKNOWN
                self.escape(value, "it is iterated", settle=False)
                self.bind(node.target, member)
            else:
                self.current = node
                self.truth(node.test)
            self.suite(node.body)
            ends = [before, *self.exits] + ([] if self.left else [self.frame.env])
            self.left = ""
            self.frame.env = merge([*ends, *self.breaks])
        self.loops -= 1
        self.within.pop()
        endless = (
            isinstance(node, cst.While)
            and isinstance(node.test, (cst.Name, cst.Integer))
            and node.test.value in ("True", "1")
        )
        broken, self.exits, self.breaks = self.breaks, exits, breaks
        if endless:
            self.left = "" if broken else "loop"
        elif node.orelse is not None:  # runs where the loop ends by itself; a break goes on behind it
            self.frame.env = merge(ends)
            self.suite(node.orelse.body)
            self._branches([(self.frame.env, self.left), *((env, "") for env in broken)])

    def _try(self, node: cst.Try | cst.TryStar) -> None:
        before = dict(self.frame.env)
        known = set(self.frame.calls)
        self.within.append(Within("try", node, "body"))
        self.suite(node.body)
        self.within.pop()
        guarded = [call for key, call in self.frame.calls.items() if key not in known]
        if id(node) not in self.frame.guards:
            self.frame.guards[id(node)] = Guard(node, self.frame, guarded, tuple(self.within))
        body = (self.frame.env, self.left)
        runs: list[tuple[Env, object]] = []
        if node.orelse is not None and not self.left:
            self.within.append(Within("try", node, "else"))
            self.suite(node.orelse.body)
            self.within.pop()
        runs.append((self.frame.env, self.left))
        for handler in node.handlers:
            self.frame.env, self.left = merge([before, body[0]]), ""
            if handler.type is not None:
                self.current = handler
                self.value(handler.type)
            if handler.name is not None:
                self.bind(handler.name.name, UNKNOWN)
            self.within.append(Within("try", node, "handler"))
            self.suite(handler.body)
            self.within.pop()
            runs.append((self.frame.env, self.left))
        self._branches(runs)
        if node.finalbody is not None:
            left, self.left = self.left, ""
            if left:
                self.frame.env = merge([before, body[0]])
            self.within.append(Within("try", node, "finally"))
            self.suite(node.finalbody.body)
            self.within.pop()
            self.left = self.left or left

    def _with(self, node: cst.With) -> None:
        depth = len(self.within)
        for item in node.items:
            self.current = node
            value = self.entered(self.value(item.item), item.item)
            if item.asname is not None:
                self.bind(item.asname.name, value)
            self.within.append(Within("with", item, value=value))
        self.suite(node.body)
        del self.within[depth:]
        if self.left == "raise":  # a context manager may swallow it
            self.left = ""

    def _match(self, node: cst.Match) -> None:
        self.current = node
        self.escape(self.value(node.subject), "it is matched", settle=False)
        before = dict(self.frame.env)
        runs: list[tuple[Env, object]] = [(before, "")]
        for case in node.cases:
            self.frame.env, self.left = dict(before), ""
            for each in children(case.pattern):
                self.captures(each)
            if case.guard is not None:
                self.truth(case.guard)
            self.suite(case.body)
            runs.append((self.frame.env, self.left))
        self._branches(runs)

    def captures(self, node: cst.CSTNode) -> None:
        """Names that a pattern binds are unknown."""
        if isinstance(node, cst.Name):
            self.frame.env[node.value] = UNKNOWN
        for each in children(node):
            self.captures(each)

    def _def(self, node: cst.FunctionDef) -> None:
        for decorator in node.decorators:
            self.value(decorator.decorator)
        self.frame.env[node.name.value] = Nested(node, node.name.value)
        self.inner[id(node)] = (node, node.name.value)

    def _class(self, node: cst.ClassDef) -> None:
        self.frame.env[node.name.value] = UNKNOWN
        for each in node.body.body:
            if isinstance(each, cst.FunctionDef):
                self.inner[id(each)] = (each, f"{node.name.value}.{each.name.value}")

    def _import(self, node: cst.Import) -> None:
        for alias in node.names:
            name = dotted(alias.name)
            if alias.asname is None:
                name = name.partition(".")[0]
                self._imported(name, ImportedName(name))
            elif isinstance(alias.asname.name, cst.Name):
                self._imported(alias.asname.name.value, ImportedName(name))

    def _from(self, node: cst.ImportFrom) -> None:
        module = dotted(node.module) if node.module is not None else ""
        for alias in node.names if not isinstance(node.names, cst.ImportStar) else ():
            name = dotted(alias.name)
            bound = (
                alias.asname.name.value
                if alias.asname is not None and isinstance(alias.asname.name, cst.Name)
                else name
            )
            self._imported(bound, ImportedName(module, name, len(node.relative)))

    def _imported(self, name: str, target: ImportedName) -> None:
        self.frame.env[name] = self.frame.scope.imported([target], asked=self.frame.scope.interesting(name))

    def _forget(self, node: cst.Global | cst.Nonlocal) -> None:
        return

    table: ClassVar[dict[type, Any]] = {
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
        cst.FunctionDef: _def,
        cst.ClassDef: _class,
        cst.Import: _import,
        cst.ImportFrom: _from,
        cst.Global: _forget,
        cst.Nonlocal: _forget,
    }
    """What runs each kind of statement."""
