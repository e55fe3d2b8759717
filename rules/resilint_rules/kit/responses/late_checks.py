"""Responses whose status is looked at too late, or never: bodies parsed too early, and discarded writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import libcst as cst

from ..exceptions.handlers import caught
from ..exceptions.hierarchy import is_a
from ..findings import Fix
from ..fixes.edits import after_statement, unused
from ..interp.calls import Call, Frame
from ..interp.kinds import Around, FrameKind, Part
from ..interp.values import Const
from ..reach.addresses import stays_here
from ..syntax.exits import Exit, ways, ways_of
from ..syntax.idioms import closes, probes
from ..syntax.text import Edit, Span
from ..syntax.tree import Tree, dotted, walk
from .status import raises_itself
from .tested_late import accepts, is_tested_behind, line_of, refuses

_TYPED = re.compile(r"content[-_]type|mimetype|suppress\(", re.IGNORECASE)


class Early(NamedTuple):
    """Where a body is parsed, and the check of its status that comes later."""

    read: cst.CSTNode
    check: cst.CSTNode


def parsed_early(call: Call) -> Early | None:
    """Returns where a body is parsed right before the check of its status, in the same block; None if it is not."""
    response, fact = call.response, call.answer
    if response is None or fact is None or response.envelope or not response.uses or not response.names:
        return None
    uses = [(name, node) for name, node in response.uses if name in ("json", *fact.checks, fact.raiser)]
    if len(uses) < 2 or uses[0][0] != "json" or uses[1][0] == "json":
        return None
    read, check = uses[0][1], uses[1][1]
    if uses[1][0] == fact.raiser:
        late = _together(call.frame, read, check)
    else:
        late = is_tested_behind(call.frame, read, check)
    if not late or is_unreadable_caught(call.frame, read):
        return None
    return None if _TYPED.search(call.frame.outermost.tree.flat) else Early(read, check)


def _together(frame: Frame, one: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Whether two nodes stand on lines of the same block."""
    first, second = line_of(frame, one), line_of(frame, other)
    return first is not None and second is not None and frame.tree.parent(first) is frame.tree.parent(second)


def is_unreadable_caught(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a handler around a node takes what is raised for a body that is no JSON, or may."""
    tree, catalog = frame.tree, frame.scope.catalog
    below, above = node, tree.parent(node)
    while above is not None:
        if isinstance(above, (cst.Try, cst.TryStar)) and below is above.body:
            for handler in above.handlers:
                errors = caught(frame, handler.type)
                if errors is None or any(
                    is_a(catalog, "ValueError", error) or "JSON" in error or is_a(catalog, error, "ValueError")
                    for error in errors
                ):
                    return True
        below, above = above, tree.parent(above)
    return False


def parsed_error(call: Call) -> Iterator[cst.CSTNode]:
    """Yields where the body of an answer is parsed that is known to be any error, outside of a `try`."""
    response, fact = call.response, call.answer
    if response is None or _TYPED.search(call.frame.outermost.tree.flat):
        return
    own = (node for name, node in response.uses if name == "json" and isinstance(node, cst.Attribute))
    found = [node for node in own if response.names and _is_error(call.frame, node)]
    refused = _refused(call, fact.raiser_raises) if fact is not None and fact.raiser in dict(response.uses) else ()
    for node in (*found, *_read_in(call, refused)):
        if not is_unreadable_caught(call.frame, node):
            yield node
            return


def _refused(call: Call, error: str) -> Iterator[cst.ExceptHandler]:
    """Yields the handlers that take nothing but what the check of a status raises."""
    response, fact, tree = call.response, call.answer, call.frame.tree
    if response is None or fact is None:
        return
    below: cst.CSTNode = dict(response.uses)[fact.raiser]
    above = tree.parent(below)
    while above is not None and not isinstance(above, (cst.FunctionDef, cst.Lambda)):
        if isinstance(above, cst.Try) and below is above.body:
            for handler in above.handlers:
                errors = caught(call.frame, handler.type)
                if errors and all(is_a(call.frame.scope.catalog, name, error) for name in errors):
                    yield handler
            return
        below, above = above, tree.parent(above)


def _read_in(call: Call, handlers: Iterable[cst.ExceptHandler]) -> Iterator[cst.CSTNode]:
    """Yields where handlers parse the body of the response: their exception's, or by its own name."""
    names = set(call.response.names) if call.response is not None else set()
    for handler in handlers:
        held = handler.name.name if handler.name is not None else None
        owners = names | ({f"{held.value}.response"} if isinstance(held, cst.Name) else set())
        for node in walk(handler.body):
            reads = isinstance(node, cst.Attribute) and node.attr.value == "json" and dotted(node.value) in owners
            if reads and not _is_chosen(call.frame.tree, node, handler):
                yield node


def _is_chosen(tree: Tree, node: cst.CSTNode, handler: cst.ExceptHandler) -> bool:
    """Whether a test of a status inside a handler decides that a node is reached."""
    below, above = node, tree.parent(node)
    while above is not None and below is not handler:
        if isinstance(above, (cst.If, cst.IfExp)) and ".status" in tree.code(above.test):
            return True
        below, above = above, tree.parent(above)
    return False


def _is_error(frame: Frame, node: cst.Attribute) -> bool:
    """Whether a node stands in a branch that only an error status of its own response takes, or behind the others."""
    tree, owner = frame.tree, dotted(node.value)
    below: cst.CSTNode = node
    above = tree.parent(node)
    while above is not None and not isinstance(above, (cst.FunctionDef, cst.Lambda)):
        if isinstance(above, cst.If) and owner:
            if below is above.test:
                return False
            if below is above.body and refuses(above.test, owner):
                return True
            if below is above.orelse and accepts(above.test, owner):
                return isinstance(below, cst.Else) and ways(below.body) == {Exit.RAISE}
            if f"{owner}." in tree.code(above.test):
                return False  # one status, of which it may be known what comes with it
        if isinstance(above, cst.IndentedBlock) and owner and _follows_success(above, below, owner):
            return True
        below, above = above, tree.parent(above)
    return False


def _follows_success(block: cst.IndentedBlock, line: cst.CSTNode, owner: str) -> bool:
    """Whether the statement right before a line leaves the function with success, and the rest raises."""
    index = next((number for number, item in enumerate(block.body) if item is line), 0)
    before = block.body[index - 1] if index else None
    if not isinstance(before, cst.If) or before.orelse is not None or not accepts(before.test, owner):
        return False
    return Exit.FALLS not in ways(before.body) and ways_of(block.body[index:]) == {Exit.RAISE}


def check_first(call: Call, early: Early) -> list[Fix]:
    """Returns the fix that moves the check of the status in front of where the body is parsed."""
    tree, document = call.frame.tree, call.frame.scope.module.even
    first, second = line_of(call.frame, early.read), line_of(call.frame, early.check)
    if first is None or second is None or len(second.body) != 1 or len(first.body) != 1:
        return []
    expression = second.body[0]
    if not isinstance(expression, cst.Expr) or call.frame.outermost.node is None:
        return []
    text = tree.code(expression.value)
    start, gone = tree.span(first).start, tree.span(expression)
    row = document.position(gone.end)[0]
    line = document.starts[document.position(gone.start)[0] - 1]
    indent = document.text[document.starts[document.position(start)[0] - 1] : start]
    rest = document.text[gone.end : document.starts[row - 1] + len(document.line(row))].strip(" \t;")
    if indent.strip() or (rest and rest[0] != "#") or row >= len(document.starts):
        return []
    above = "".join(f"{comment}{document.newline}{indent}" for comment in tree.comments_in(expression.value))
    moved = Edit(start, start, f"{above}{text}{'  ' if rest else ''}{rest}{document.newline}{indent}")
    return [Fix(f"Move {text} up", (moved, Edit(line, document.starts[row], "")))]


_WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_ASIDE = re.compile(
    r"telemetr|analytic|metric|track|usage|statistic|beacon|ping|beat|notif|alert|webhook|hook|log(?:_|$|s\b)|event|"
    r"report|warm|wake|trigger|hint|callback|slack|discord|telegram|typing|presence|purge|cache|invalidat|message",
    re.IGNORECASE,
)
"""Names of what is sent on the side: nothing depends on it."""


def is_discarded(call: Call) -> bool:
    """Whether a write is a statement of its own, raises for no error status, and matters."""
    if call.peer != "http" or not call.discarded or call.verb not in _WRITES or call.as_external.status != "silent":
        return False
    if call.deferred or call.offloaded or stays_here(call) or raises_itself(call):
        return False
    if any(place.kind is Around.TRY and place.part is not Part.FINALLY for place in call.within):
        return False
    return not _is_aside(call) and not any(True for _ in call.frame.comments(_first_line(call)))


def _first_line(call: Call) -> Span:
    """Where the statement of a call starts and ends: a comment there gives a reason."""
    return call.frame.tree.span(call.statement or call.node)


def _is_aside(call: Call) -> bool:
    """Whether a write is sent on the side, or ends something, as names and its address say."""
    target = call.target
    address = call.frame.tree.code(target.node) if target is not None else ""
    known = str(target.value.value) if target is not None and isinstance(target.value, Const) else ""
    names = call.frame.outermost.qualname.split(".")
    function = names[-1]
    if closes(function) or probes(function) or closes(address.rpartition("/")[2]):
        return True
    return any(_ASIDE.search(text) for text in (*names, address, known))


def check_status(call: Call) -> list[Fix]:
    """Returns the fix that keeps the response and checks its status; none where the call is no statement of its own."""
    fact, statement, frame = call.answer, call.statement, call.frame
    if fact is None or not fact.raiser or not isinstance(statement, cst.Expr) or frame.kind is FrameKind.LAMBDA:
        return []
    value = statement.value.expression if isinstance(statement.value, cst.Await) else statement.value
    name = unused(frame, ("response", "answer", "reply"))
    if value is not call.node or not name:
        return []
    start = frame.tree.span(statement).start
    last = after_statement(frame, statement, f"{name}.{fact.raiser}()")
    return [Fix(f"Insert {name}.{fact.raiser}()", (Edit(start, start, f"{name} = "), last))] if last is not None else []
