"""Failures that an answer with status 200 tells in its body: whether its words are read, and a fix that reads them."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from ..findings import Fix
from ..fixes.edits import after_statement, unused
from ..interp.calls import Call
from ..syntax.idioms import last_name
from ..syntax.text import Edit
from ..syntax.tree import Tree
from .answer_reads import reads_at
from .body_flow import is_examined_elsewhere
from .sinks import without_await


def is_body_unread(call: Call, keys: Collection[str]) -> bool:
    """Whether nothing searches the body of an answer for any of some keys, in this function or in another one."""
    response, fact, tree = call.response, call.answer, call.frame.tree
    if response is None or fact is None or response.escaped or response.envelope or call.deferred:
        return False
    for name, node in response.uses:
        if name not in fact.body:
            continue
        value, parsed = _parsed(tree, node, name)
        if not parsed and _is_raised(tree, value):
            continue  # the text of an error status
        reads = reads_at(tree, value)
        if reads.escaped or not reads.words.isdisjoint(keys) or not (parsed or reads.discarded):
            return False
    return not is_examined_elsewhere(response)


def _parsed(tree: Tree, node: cst.CSTNode, name: str) -> tuple[cst.CSTNode, bool]:
    """The expression that gives what an accessor of a body reads, and whether that is parsed: `json.loads(r.text)`."""
    above = tree.parent(node)
    value = above if isinstance(above, cst.Call) and above.func is node else node
    if name == "json":
        return value, True
    above = tree.parent(value)
    parser = tree.parent(above) if isinstance(above, cst.Arg) else None
    if isinstance(parser, cst.Call) and last_name(parser) == "loads" and len(parser.args) == 1:
        return parser, True
    return value, False


def _is_raised(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a value is part of what a statement raises."""
    above: cst.CSTNode | None = node
    while above is not None and not isinstance(above, (cst.BaseStatement, cst.BaseSmallStatement)):
        above = tree.parent(above)
    return isinstance(above, cst.Raise)


def raise_where(call: Call, test: str, title: str) -> list[Fix]:
    """Returns the fix that raises where a condition holds of an answer; nothing where that needs more than lines.

    `test` has `{name}` for the answer, or for the body of a response that is parsed without waiting.
    """
    statement, frame = call.statement, call.frame
    if statement is None or frame.outermost.node is None or _value(statement) is not call.node:
        return []
    if call.response is not None and (call.as_call.mode == "async" or not _parses(call)):
        return []
    bound = _name(call)
    name = bound or unused(frame, ("answer", "reply", "response"))
    start = frame.tree.span(statement).start
    edits = [] if bound else [Edit(start, start, f"{name} = ")]
    parsed = _parsed_later(call, frame.tree)
    body = name if call.response is None else _bound(parsed) or f"{name}.json()"
    check = f"if {test.replace('{name}', body)}:\n    raise RuntimeError({body})"
    after = after_statement(frame, parsed or _last_check(call, frame.tree) or statement, check) if name else None
    return [Fix(title, (*edits, after))] if after is not None else []


def _name(call: Call) -> str:
    """The name that the answer of a call is bound to; "" if it has none."""
    if call.response is not None and call.response.names:
        return call.response.names[0]
    return _bound(call.statement)


def _value(statement: cst.CSTNode) -> cst.CSTNode | None:
    """The value of a statement that discards it, or binds one name to it."""
    if isinstance(statement, cst.Expr):
        return without_await(statement.value)
    if isinstance(statement, cst.Assign) and _bound(statement):
        return without_await(statement.value)
    return None


def _bound(statement: cst.CSTNode | None) -> str:
    """The one name that an assignment binds; "" for anything else."""
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return ""
    target = statement.targets[0].target
    return target.value if isinstance(target, cst.Name) else ""


def _parses(call: Call) -> bool:
    return call.answer is not None and "json" in call.answer.body


def _parsed_later(call: Call, tree: Tree) -> cst.CSTNode | None:
    """The statement that binds a name to the parsed body of a response; None if there is none."""
    for name, node in call.response.uses if call.response is not None else ():
        statement = tree.parent(tree.parent(node) or node)
        if name == "json" and isinstance(statement, cst.Assign) and _bound(statement):
            return statement if isinstance(statement.value, cst.Call) and statement.value.func is node else None
    return None


def _last_check(call: Call, tree: Tree) -> cst.CSTNode | None:
    """The statement that raises for an error status of a response, by itself; None if there is none."""
    if call.response is None or call.answer is None:
        return None
    for name, node in reversed(call.response.uses):
        above = tree.parent(node)
        statement = tree.parent(above) if above is not None else None
        if name == call.answer.raiser and isinstance(statement, cst.Expr):
            return statement
    return None
