"""Fix that moves an assignment from a function to its module, so that it runs once."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from ..kit.findings import Fix
from ..kit.interp.calls import Call, Frame
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import walk


def hoist_to_module(call: Call) -> list[Fix]:
    """Returns the fix that moves an assignment in front of its function; [] if it is not one plain line of its own.

    Not for what belongs to an event loop, which does not run yet when a module is imported.
    """
    frame, statement, function = call.frame, call.statement, call.frame.node
    if call.fact.mode == "async" or frame.outer is not None or "." in frame.qualname:
        return []
    if not isinstance(function, cst.FunctionDef) or not isinstance(statement, cst.Assign):
        return []
    name = _assigned_name(statement, call.node)
    if not name or not _is_free(frame, function, name) or _uses_locals(frame, function, call.node):
        return []
    line = _own_lines(frame, statement)
    if line is None or not _is_one_of_several(statement, function):
        return []
    document = frame.scope.module.even
    newline = document.newline
    head = frame.tree.start
    while document.text.startswith(("#", "\n", "\r"), head):  # comments in front of it stay there
        head = document.starts[document.position(head)[0]]
    text = _at_the_margin(document.text[frame.tree.span(statement).start : line.end].rstrip(), statement, line.indent)
    return [
        Fix(
            f"Make {name} once, in front of {function.name.value}",
            (Edit(head, head, f"{text}{newline * 3}"), Edit(line.start, line.end + len(newline), "")),
        )
    ]


def _assigned_name(statement: cst.Assign, value: cst.CSTNode) -> str:
    """Returns the only name to which a statement assigns exactly this value; "" if there is none."""
    if len(statement.targets) != 1 or statement.value is not value:
        return ""
    target = statement.targets[0].target
    return target.value if isinstance(target, cst.Name) else ""


def _is_free(frame: Frame, function: cst.FunctionDef, name: str) -> bool:
    """Whether the module does not use a name for anything else, and the function binds it once."""
    module = frame.scope.module
    if name in module.bindings or name in module.imports:
        return False
    return sum(_binds(node, name) for node in walk(function)) == 1 and module.search(rf"(?m)^{name}\b") is None


def _uses_locals(frame: Frame, function: cst.FunctionDef, value: cst.CSTNode) -> bool:
    """Whether an expression names a parameter or a local variable of its function."""
    used = {node.value for node in walk(value) if isinstance(node, cst.Name)}
    parameters = {node.value for node in walk(function.params) if isinstance(node, cst.Name)}
    return not used.isdisjoint(parameters | set(frame.env))


class _Lines(NamedTuple):
    """The lines of a statement, without the last one's end, and its indentation."""

    start: int
    end: int
    indent: str


def _at_the_margin(text: str, statement: cst.Assign, indent: str) -> str:
    """The text of a statement without its indentation, if no string goes over several lines."""
    strings = (node for node in walk(statement) if isinstance(node, (cst.SimpleString, cst.FormattedString)))
    if any(_goes_on(node) for node in strings):
        return text
    first, *lines = text.split("\n")
    return "\n".join((first, *(line.removeprefix(indent) for line in lines)))


def _goes_on(node: cst.SimpleString | cst.FormattedString) -> bool:
    quote = node.start if isinstance(node, cst.FormattedString) else node.quote
    return len(quote.lstrip("fFrRbBuUtT")) == 3


def _own_lines(frame: Frame, statement: cst.Assign) -> _Lines | None:
    """Returns the lines that a statement fills alone, but for a comment behind it; None if it shares one."""
    document = frame.scope.module.even
    start, end = frame.tree.span(statement)
    first = document.starts[document.position(start)[0] - 1]
    row = document.position(end)[0]
    last = document.starts[row - 1] + len(document.line(row))
    indent, rest = document.text[first:start], document.text[end:last].strip().removeprefix(";").lstrip()
    return None if indent.strip() or (rest and not rest.startswith("#")) else _Lines(first, last, indent)


def _is_one_of_several(statement: cst.Assign, function: cst.FunctionDef) -> bool:
    """Whether a statement stands in a function's own block, which is not empty without it."""
    body = function.body.body if isinstance(function.body, cst.IndentedBlock) else ()
    return len(body) > 1 and any(isinstance(line, cst.SimpleStatementLine) and statement in line.body for line in body)


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
