"""Loops of attempts after which a function ends without an answer or an error."""

from __future__ import annotations

import re

import libcst as cst

from ..kit.findings import Fix
from ..kit.fixes.edits import before_body, indentation, replace, unused
from ..kit.retries.loops import RetryLoop
from ..kit.syntax.exits import AGAIN
from ..kit.syntax.idioms import is_log
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import children, walk

_NONE = re.compile(r"\bNone\b|\bOptional\b")
_SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef)


def falls_through(loop: RetryLoop) -> bool:
    """Whether a counted loop returns an answer on success, and nothing follows after its last attempt."""
    function = loop.frame.node
    if not isinstance(function, cst.FunctionDef) or loop.endless or loop.node.orelse is not None:
        return False
    counted = bool(loop.counter) if isinstance(loop.node, cst.For) else loop.counted
    if not counted or any(not handler.leaves <= AGAIN for handler in loop.handlers_of):
        return False
    if not all(handler.errors is not None for handler in loop.handlers_of) or not _ends_function(loop, function):
        return False
    return _promises(loop, function)


def _promises(loop: RetryLoop, function: cst.FunctionDef) -> bool:
    """Whether a function always returns a value in a loop, and nowhere says that it may be None."""
    annotation = function.returns
    if annotation is not None and _NONE.search(loop.frame.tree.code(annotation.annotation)):
        return False
    own = _own(function)
    if any(isinstance(node, cst.Yield) for node in own) or not any(isinstance(n, cst.Return) for n in _own(loop.node)):
        return False
    names = {_named(node.value) for node in own if isinstance(node, cst.Return)}
    return "None" not in names and names != {"True"}


def _named(node: cst.BaseExpression | None) -> str:
    """The name that is returned; "None" where nothing is, "" for any other expression."""
    return "None" if node is None else node.value if isinstance(node, cst.Name) else ""


def _own(top: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes below one that belong to the same function."""
    found, stack = [], list(children(top))
    while stack:
        node = stack.pop()
        if not isinstance(node, _SCOPES):
            found.append(node)
            stack.extend(children(node))
    return found


def _ends_function(loop: RetryLoop, function: cst.FunctionDef) -> bool:
    """Whether only log calls stand between the end of a loop and the end of its function."""
    node: cst.CSTNode = loop.node
    while node is not function.body:
        block = loop.frame.tree.parent(node)
        if isinstance(block, (cst.IndentedBlock, cst.Else, cst.With, cst.If)):
            lines = list(block.body) if isinstance(block, cst.IndentedBlock) else []
            place = next((index for index, line in enumerate(lines) if line is node), len(lines))
            if not all(_only_logs(line) for line in lines[place + 1 :]):
                return False
            node = block
        else:
            return False
    return True


def _only_logs(line: cst.CSTNode) -> bool:
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    calls = [part.value for part in line.body if isinstance(part, cst.Expr)]
    return len(calls) == len(line.body) and all(isinstance(call, cst.Call) and is_log(call) for call in calls)


def raise_last(loop: RetryLoop) -> list[Fix]:
    """Returns the fix that raises the error of the last attempt in all handlers that go on."""
    frame, last = loop.frame, _last(loop)
    if not isinstance(loop.node, cst.For) or not last:
        return []
    edits: list[Edit] = []
    counter = loop.counter
    if counter.strip("_") == "":
        if any(isinstance(node, cst.Name) and node.value == counter for node in walk(loop.node.body)):
            return []
        counter = unused(frame, ("attempt", "try_number"))
        edits.append(replace(frame, loop.node.target, counter))
    document = frame.scope.module.even
    for handler in loop.retried:
        body = handler.node.body
        inner = indentation(frame, frame.tree.span(body.body[0]).start) if body.body else ""
        step = inner[len(indentation(frame, frame.tree.span(handler.node).start)) :]
        edit = before_body(frame, body, document.newline.join((f"if {counter} == {last}:", f"{inner}{step}raise")))
        if edit is None or step.strip(" \t") != "":
            return []
        edits.append(edit)
    return [Fix("Raise the last error", tuple(sorted(edits)))] if counter else []


def _last(loop: RetryLoop) -> str:
    """The counter's last value as a text; "" if it cannot be written."""
    args = loop.ranged()
    if not args or len(args) > 2:
        return ""
    end = args[-1].value
    code = loop.frame.tree.code(end)
    if isinstance(end, cst.Integer):
        return str(int(end.evaluated_value) - 1)
    if isinstance(end, cst.BinaryOperation) and isinstance(end.operator, cst.Add):
        right = end.right
        if isinstance(right, cst.Integer) and right.evaluated_value == 1:
            return loop.frame.tree.code(end.left)
    simple = not any(isinstance(node, cst.Call) for node in walk(end))
    return f"{code} - 1" if simple and isinstance(end, (cst.Name, cst.Attribute)) else ""
