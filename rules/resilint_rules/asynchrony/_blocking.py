"""The fix of calls in coroutines that wait without `await`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import (
    Call,
    ClientCall,
    Edit,
    EffectSummary,
    Fix,
    Frame,
    Function,
    Severity,
    Value,
    elsewhere_driven,
    spelled,
    walk,
)
from ..kit.catalog.records import CallFact
from ..kit.syntax.layout import GAP, comments_in

_STATEFUL = ("database", "file")
_ROOM = 88
"""How long a line of arguments may become for the function to join them."""

_CONNECTED = re.compile(r"Async\w*(?:Session|Connection|Client|Engine)\b|\b(?:Connection|Cursor|Transaction)\b")
"""Types of what must not be used by two threads, or away from its loop."""
_OPENING = re.compile(rf"{GAP}\(")


def is_movable(call: Call) -> bool:
    """Whether a call can be made in another thread: a stateful connection must stay in the thread that uses it."""
    return not isinstance(call, ClientCall) and call.peer not in _STATEFUL


def is_given_connection(call: Call) -> bool:
    """Whether a function is given a parameter that belongs to this loop or thread, by its annotation."""
    node = call.frame.outermost.node
    params = node.params if isinstance(node, cst.FunctionDef) else None
    if params is None:
        return False
    every = (*params.posonly_params, *params.params, *params.kwonly_params)
    code = call.frame.outermost.tree.code
    bound = {
        param.name.value
        for param in every
        if param.annotation is not None and _CONNECTED.search(code(param.annotation.annotation))
    }
    return any(isinstance(arg.value, cst.Name) and arg.value.value in bound for arg in call.node.args)


def severity_of_wait(call: Call) -> Severity | None:
    """The severity of a wait for the address of a name, which is rarely far away; None for any other wait."""
    return Severity.WARNING if call.as_call.question else None


def only_looks_up(frame: Frame, effects: EffectSummary) -> bool:
    """Whether all that a function waits for is the address of a name, which is rarely far away."""
    facts = [frame.scope.catalog.fact(CallFact, call.callee) for call in effects.calls if call.blocks]
    return all(fact is not None and fact.question for fact in facts)


def answers_once(frame: Frame, target: Value) -> bool:
    """Whether a function of the project keeps what it makes, and only gives it back from then on."""
    inner = frame.scope.session.frame(target) if isinstance(target, Function) else None
    node = inner.node if inner is not None else None
    if inner is None or not isinstance(node, cst.FunctionDef):
        return False
    return _keeps(inner, node) or any(_keeps_missing(inner, line) for line in node.body.body)


def _keeps(inner: Frame, node: cst.FunctionDef) -> bool:
    """Whether a function asks first if it has already made what it returns."""
    code = inner.tree.code
    given = {code(part.target) for part in walk(node.body) if isinstance(part, cst.AssignTarget)}
    lines = [line for line in node.body.body if isinstance(line, cst.If) and line.orelse is None]
    return any(_is_kept(code(part), node, inner) and code(part) in given for line in lines for part in _tested_by(line))


def _keeps_missing(frame: Frame, line: cst.CSTNode) -> bool:
    """Whether a `try` returns an item of a table, and puts one there where it is missing."""
    if not isinstance(line, cst.Try):
        return False
    block = line.body.body[-1]
    found = block.body[-1] if isinstance(block, cst.SimpleStatementLine) else None
    value = found.value if isinstance(found, cst.Return) else None
    if not isinstance(value, cst.Subscript) or not any("KeyError" in frame.tree.code(one) for one in line.handlers):
        return False
    targets = (part.target for one in line.handlers for part in walk(one) if isinstance(part, cst.AssignTarget))
    return any(frame.tree.code(target) == frame.tree.code(value) for target in targets)


def _tested_by(line: cst.If) -> Iterator[cst.BaseExpression]:
    """What a condition of a function looks at: `x`, `not x`, `x is None` or `x is not None`."""
    test = line.test
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        test = test.expression
    elif isinstance(test, cst.Comparison) and isinstance(test.comparisons[0].operator, (cst.Is, cst.IsNot)):
        test = test.left
    if isinstance(test, (cst.Name, cst.Attribute)):
        yield test


def _is_kept(text: str, node: cst.FunctionDef, frame: Frame) -> bool:
    """Whether a name outlives a function: an attribute, or a global name; and the function gives it back."""
    outer = {item.name.value for part in walk(node.body) if isinstance(part, cst.Global) for item in part.names}
    returned = (part.value for part in walk(node.body) if isinstance(part, cst.Return) and part.value is not None)
    return ("." in text or text in outer) and any(frame.tree.code(value) == text for value in returned)


def offloaded(frame: Frame, node: cst.Call, statement: cst.CSTNode | None, movable: bool) -> list[Fix]:
    """Returns the fix that makes a call in a thread; [] where the behaviour would differ."""
    module = frame.scope.module
    if not movable or statement is None or _in_generator(node, statement):
        return []
    if elsewhere_driven(module, frame.scope.catalog):
        return []  # its threads are reached in another way
    if frame.scope.catalog.older_python("3.9"):
        return []  # asyncio.to_thread is of 3.9
    imports, (text,) = spelled(module, ["asyncio.to_thread("])
    start, end = frame.tree.span(node)
    stop = frame.tree.outer(node.func).end
    source = frame.tree.source(stop, end)
    opening = _OPENING.match(source)
    if opening is None:
        return []
    opened = stop + opening.end() - 1
    lead, between, taken = _rewritten_opening(source[opening.end() : -1], stop - start)
    between += "".join(f"  {comment}{module.doc.newline}" for comment in comments_in(opening.group()))
    after = opened + 1 + taken
    first, last = ("(", ")") if _is_continued(node, statement) else ("", "")
    edits = [Edit(start, start, f"{first}await {text}{lead}"), Edit(stop, after, between)]
    if last:
        edits.append(Edit(end, end, last))
    return [Fix("Run it in a thread", tuple(edits), imports)]


def _in_generator(node: cst.Call, statement: cst.CSTNode) -> bool:
    """Whether a call is in a generator expression, where `await` would change its type."""
    generators = (part for part in walk(statement) if isinstance(part, cst.GeneratorExp))
    return any(inner is node for generator in generators for inner in walk(generator))


def _is_continued(node: cst.Call, statement: cst.CSTNode) -> bool:
    """Whether an attribute, an item or a call follows at once, so that `await` needs parentheses."""
    for part in walk(statement):
        if isinstance(part, (cst.Attribute, cst.Subscript)) and part.value is node:
            return True
        if isinstance(part, cst.Call) and part.func is node:
            return True
    return False


def _rewritten_opening(rest: str, width: int) -> tuple[str, str, int]:
    """Returns the text before the function, the text before its arguments, and how much of the arguments that replaces.

    `rest` is the text between the parentheses, `width` how wide the function's name is.
    """
    if not rest.strip():
        return "", "", 0
    first = len(rest) - len(rest.lstrip())
    if "\n" not in rest[:first] or rest.lstrip().startswith("#"):
        return "", ", ", 0
    lead = rest[:first]  # the arguments stand below the call: so does the function
    width += len(lead.rpartition("\n")[2]) + len(", ") + len(rest.strip())
    together = "\n" not in rest.strip() and width <= _ROOM
    return lead, ", " if together else f",{lead}", first
