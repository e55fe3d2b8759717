"""Calls in coroutines that wait without `await`: detection, also through functions, and the fix."""

from __future__ import annotations

import re

import libcst as cst

from ..kit import (
    Call,
    ClientCall,
    Edit,
    Fix,
    Frame,
    Function,
    UnknownBound,
    call_at,
    dotted,
    elsewhere_driven,
    leaves,
    spelled,
    stays_here,
    timeout_bounds,
    walk,
)
from ..kit.catalog.records import ExternalFact
from ..kit.syntax.layout import GAP, comments_in

_TAKES_COROUTINES = frozenset(("gather", "wait_for", "wait", "shield", "create_task", "ensure_future", "start_soon"))
_LOCAL = ("process", "file", "telemetry", "")
_STATEFUL = ("database", "file")
_ROOM = 88
"""How long a line of arguments may become for the function to join them."""

_OPENING = re.compile(rf"{GAP}\(")


def waiting_inside(frame: Frame, function: Function) -> Call | None:
    """Returns the first waiting call in a plain function of the same module; None if there is none."""
    scope = frame.scope
    if function.module is not scope.module or function.chunk.name not in scope.known.called_by_coroutines:
        return None
    found = scope.session.frame(function)
    if found is None or found.is_async or found.wrapped or not isinstance(found.node, cst.FunctionDef):
        return None
    if any(isinstance(node, cst.Yield) or _coroutine(node) for node in walk(found.node.body)):
        return None  # a generator; or it may return a coroutine, which waits only where it is awaited
    return next(
        (call for call in found.calls.values() if not call.offloaded and not call.deferred and waits(call)), None
    )


def _coroutine(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.FunctionDef) and node.asynchronous is not None


def waits(call: Call) -> bool:
    """Whether a call waits for a peer without `await`."""
    fact = call.fact
    if not isinstance(fact, ExternalFact) or fact.mode != "sync" or call.peer in _LOCAL:
        return False
    if stays_here(call) or call.as_call.buffered or not leaves(call):
        return False
    if isinstance(call, ClientCall):
        return _connects_at_once(call)
    if _connects_here(call):
        return False  # reported where it connects
    try:
        bounds = timeout_bounds(call, fact) or ()
    except UnknownBound:
        return True
    return not any(bound.seconds == 0 for bound in bounds)


def _connects_at_once(call: ClientCall) -> bool:
    """Whether making a client connects to the peer, not its first use."""
    lazy = call.as_external.lazy
    return call.as_client.connects and not (lazy is not None and call.args.get(lazy) is None)


def _connects_here(call: Call) -> bool:
    """Whether the client of a call connects when it is made, in the same function."""
    makers = [call_at(client.made) for client in call.clients if client.made is not None]
    return any(maker.as_client.connects and maker in call.frame.calls.values() for maker in makers)


def is_awaited(node: cst.Call, statement: cst.CSTNode | None) -> bool:
    """Whether the result of a call is awaited: then the call does not block, whatever its library."""
    if statement is None:
        return False
    if isinstance(statement, (cst.With, cst.For)) and statement.asynchronous is not None:
        return True
    for child in walk(statement):
        if isinstance(child, cst.Await) and child.expression is node:
            return True
        if not isinstance(child, cst.Call) or dotted(child.func).rpartition(".")[2] not in _TAKES_COROUTINES:
            continue
        if any(inner is node for arg in child.args for inner in walk(arg)):
            return True
    return False


def is_movable(call: Call) -> bool:
    """Whether a call can be made in another thread: a stateful connection must stay in the thread that uses it."""
    return not isinstance(call, ClientCall) and call.peer not in _STATEFUL


def offloaded(frame: Frame, node: cst.Call, statement: cst.CSTNode | None, movable: bool) -> list[Fix]:
    """Returns the fix that makes a call in a thread; [] where the behaviour would differ."""
    module = frame.scope.module
    if not movable or statement is None or _in_generator(node, statement):
        return []
    if elsewhere_driven(module, frame.scope.catalog):
        return []  # its threads are reached in another way
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
