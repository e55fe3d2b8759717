"""Parameters that a function keeps: in an attribute of a client, or of its object, for the calls of other methods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit import ClientFact, Const, Frame, Instance, dotted, matches, options, untapped, walk
from ..kit.syntax.layout import flat
from ..kit.syntax.tree import Tree
from ..kit.trust.switches import tls_of


class Off(NamedTuple):
    """What a switch reaches."""

    written: str
    callee: str
    library: str


def parameter_given(frame: Frame, node: cst.CSTNode) -> str:
    """The parameter of a function that an expression is, where the function gives it no other value; "" for others."""
    function = frame.node
    if not isinstance(node, cst.Name) or not isinstance(function, cst.FunctionDef):
        return ""
    params = function.params
    every = (*params.posonly_params, *params.params, *params.kwonly_params)
    if all(param.name.value != node.value for param in every):
        return ""
    return node.value if node.value not in frame.tree.derived(_rebound, function.body) else ""


def _rebound(_: Tree, top: cst.CSTNode) -> set[str]:
    """The names that are bound below a node."""
    kinds = (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.NamedExpr)
    targets = (node.target for node in walk(top) if isinstance(node, kinds))
    return {target.value for target in targets if isinstance(target, cst.Name)}


def kept_switches(frame: Frame) -> Iterator[tuple[str, Off]]:
    """Yields the parameters that a function keeps in attributes which switch a check off, with what they reach."""
    for target, owner, name, _ in frame.sets.values():
        statement = frame.tree.parent(frame.tree.parent(target) or target)
        given = statement.value if isinstance(statement, cst.Assign) else None
        param = parameter_given(frame, given) if given is not None and isinstance(target, cst.Attribute) else ""
        if not param:
            continue
        for option in options(owner):
            fact = frame.scope.catalog.fact(ClientFact, option.type) if isinstance(option, Instance) else None
            if fact is not None and fact.tls is not None and fact.tls.attribute and fact.tls.name == name:
                yield param, Off(frame.tree.code(target), fact.name, fact.library)
        if dotted(target) == f"self.{name}":
            yield from ((param, off) for off in _used_later(frame, name))


def _used_later(frame: Frame, name: str) -> Iterator[Off]:
    """Yields the calls of other methods of a class that take their switch from an attribute which is set once."""
    module, of_class = frame.scope.module, frame.qualname.rpartition(".")[0]
    methods = [
        function for function in module.chosen(module.functions_mentioning(name))
        if of_class and function.qualname.rpartition(".")[0] == of_class
    ]  # fmt: skip
    given = re.compile(rf"\bself\.{re.escape(name)}[ \t]*(?::[^=\n]*)?=(?!=)")
    if sum(len(given.findall(flat(module.source(function.chunk)))) for function in methods) != 1:
        return
    for method in filter(None, map(frame.scope.frame, methods)):
        for call in method.calls.values():
            tls = tls_of(call)
            argument = call.args.get(tls) if tls is not None and matches(Const(value=False), tls.off) else None
            if argument is not None and dotted(argument.node) == f"self.{name}" and not untapped(call):
                yield Off(call.written, call.callee, call.library)
