"""Fix that moves an assignment from a function to its module, so that it runs once."""

from __future__ import annotations

import libcst as cst

from ..kit.findings import Fix
from ..kit.interp.calls import Call
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import walk


def hoist_to_module(call: Call) -> list[Fix]:
    """Returns the fix that moves an assignment in front of its function; [] if it is not one plain line of its own.

    Not for what belongs to an event loop, which does not run yet when a module is imported.
    """
    frame, statement = call.frame, call.statement
    node, module = frame.node, frame.scope.module
    if call.fact.mode == "async" or frame.outer is not None or "." in frame.qualname:
        return []
    if not isinstance(node, cst.FunctionDef) or not isinstance(statement, cst.Assign):
        return []
    if len(statement.targets) != 1 or statement.value is not call.node:
        return []
    target = statement.targets[0].target
    if not isinstance(target, cst.Name) or target.value in module.bindings or target.value in module.imports:
        return []
    name = target.value
    bound = [inner for inner in walk(node) if _binds(inner, name)]
    if len(bound) != 1 or module.search(rf"(?m)^{name}\b") is not None:
        return []
    used = {inner.value for inner in walk(call.node) if isinstance(inner, cst.Name)}
    local = {inner.value for inner in walk(node.params) if isinstance(inner, cst.Name)} | set(frame.env)
    document = module.doc
    start, end = frame.tree.span(statement)
    row = document.position(start)[0]
    line_start = document.starts[row - 1]
    last = document.position(end)[0]
    stop = document.starts[last - 1] + len(document.line(last))
    if used & local or document.text[line_start:start].strip() or document.text[end:stop].strip() or last != row:
        return []
    newline = document.newline
    body = node.body.body if isinstance(node.body, cst.IndentedBlock) else ()
    if len(body) < 2 or not any(isinstance(line, cst.SimpleStatementLine) and statement in line.body for line in body):
        return []
    head = frame.tree.start
    while document.text.startswith(("#", "\n", "\r"), head):  # comments in front of it stay there
        head = document.starts[document.position(head)[0]]
    text = document.text[start:end]
    return [
        Fix(
            f"Make {name} once, in front of {node.name.value}",
            (Edit(head, head, f"{text}{newline}{newline}{newline}"), Edit(line_start, stop + len(newline), "")),
        )
    ]


def _binds(node: cst.CSTNode, name: str) -> bool:
    if isinstance(node, cst.Assign):
        targets: list[cst.CSTNode] = [bound.target for bound in node.targets]
    elif isinstance(node, (cst.AugAssign, cst.For)):
        targets = [node.target]
    elif isinstance(node, cst.Param):
        targets = [node.name]
    elif isinstance(node, cst.With):
        targets = [item.asname.name for item in node.items if item.asname is not None]
    else:
        targets = []
    return any(isinstance(inner, cst.Name) and inner.value == name for target in targets for inner in walk(target))
