"""How a block of statements can be left, and what its end says of the code after it."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import libcst as cst

from .tree import dotted, walk


class Exit(enum.Enum):
    """One way to leave a block."""

    FALLS = "falls"
    """Over its end."""
    RAISE = "raise"
    RETURN = "return"
    BREAK = "break"
    CONTINUE = "continue"
    HANGS = "hangs"
    """Not at all: it is an endless loop."""


AGAIN = frozenset((Exit.FALLS, Exit.CONTINUE))
"""The exits of a loop's body after which the loop goes on."""
_ENDS = frozenset(("sys.exit", "os._exit", "os.abort", "exit", "quit", "pytest.fail", "pytest.skip"))
"""Calls after which the program does not go on."""

_JUMPS = {
    cst.Return: frozenset((Exit.RETURN,)),
    cst.Raise: frozenset((Exit.RAISE,)),
    cst.Break: frozenset((Exit.BREAK,)),
    cst.Continue: frozenset((Exit.CONTINUE,)),
}
"""Statements that leave a block in one way."""


def ways(node: cst.CSTNode) -> frozenset[Exit]:
    """How a statement or a block can be left; what it cannot know, it takes to be possible."""
    if isinstance(node, (cst.IndentedBlock, cst.SimpleStatementSuite, cst.SimpleStatementLine)):
        return ways_of(node.body)
    jump = _JUMPS.get(type(node))
    if jump is not None:
        return jump
    if isinstance(node, cst.Expr):
        inner = node.value
        ends = isinstance(inner, cst.Call) and dotted(inner.func) in _ENDS
        return frozenset((Exit.RAISE,)) if ends else frozenset((Exit.FALLS,))
    if isinstance(node, cst.If):
        return ways(node.body) | (ways(node.orelse) if node.orelse is not None else frozenset((Exit.FALLS,)))
    if isinstance(node, (cst.Else, cst.Finally, cst.With)):
        return ways(node.body)
    if isinstance(node, (cst.Try, cst.TryStar)):
        return _try(node)
    if isinstance(node, (cst.For, cst.While)):
        return _loop(node)
    if isinstance(node, cst.Match):
        return frozenset((Exit.FALLS,)).union(*(ways(case.body) for case in node.cases))
    return frozenset((Exit.FALLS,))


def ways_of(nodes: Sequence[cst.CSTNode]) -> frozenset[Exit]:
    """How statements or blocks that follow each other can be left."""
    found = frozenset((Exit.FALLS,))
    for node in nodes:
        found = (found - {Exit.FALLS}) | ways(node)
        if Exit.FALLS not in found:
            break
    return found


def _try(node: cst.Try | cst.TryStar) -> frozenset[Exit]:
    body = ways(node.body)
    if node.orelse is not None and Exit.FALLS in body:
        body = (body - {Exit.FALLS}) | ways(node.orelse)
    found = body.union(*(ways(handler.body) for handler in node.handlers))
    if node.finalbody is not None:
        last = ways(node.finalbody)
        found = (found if Exit.FALLS in last else frozenset()) | (last - {Exit.FALLS})
    return found


def _loop(node: cst.For | cst.While) -> frozenset[Exit]:
    inner = ways(node.body)
    found = inner - {Exit.BREAK, Exit.CONTINUE, Exit.FALLS, Exit.HANGS}
    if is_endless(node):
        return found | ({Exit.FALLS} if Exit.BREAK in inner else {Exit.HANGS} if not found else frozenset())
    after = ways(node.orelse) if node.orelse is not None else frozenset((Exit.FALLS,))
    return found | after | ({Exit.FALLS} if Exit.BREAK in inner else frozenset())


def is_endless(node: cst.CSTNode) -> bool:
    """Whether it is a `while True`."""
    if not isinstance(node, cst.While) or not isinstance(node.test, (cst.Name, cst.Integer)):
        return False
    return node.test.value in ("True", "1")


def refuses(block: cst.BaseSuite) -> bool:
    """Whether a block ends the program, or says with its last statement that something is wrong."""
    if ways(block) == {Exit.RAISE}:
        return True
    line = block.body[-1] if block.body else None
    last = line.body[-1] if isinstance(line, cst.SimpleStatementLine) else line
    said = last.value if isinstance(last, cst.Return) else None
    if isinstance(said, cst.SimpleString):
        return bool(said.raw_value)
    return isinstance(said, (cst.FormattedString, cst.ConcatenatedString)) or (
        isinstance(said, cst.Name) and said.value == "False"
    )


_OF_SHAPE = frozenset(("KeyError", "LookupError", "IndexError", "TypeError"))


def ignores_missing_key(node: cst.CSTNode) -> bool:
    """Whether a statement is a `try` that goes on where a key is missing, or after any exception, in its body.

    One that takes a body without the key for an empty answer, and only that, does not look at what came.
    """
    if not isinstance(node, (cst.Try, cst.TryStar)):
        return False
    for handler in node.handlers:
        names = {inner.value for inner in walk(handler.type) if isinstance(inner, cst.Name)} if handler.type else {""}
        if "KeyError" in names or "LookupError" in names:
            return not (names <= _OF_SHAPE and _gives_nothing(handler.body))
        if handler.name is None and not _may_report(handler.body) and names & {"", "Exception", "BaseException"}:
            return True
    return False


def _gives_nothing(body: cst.BaseSuite) -> bool:
    """Whether all that a handler does is to return an empty list, tuple or dict."""
    line = body.body[0] if len(body.body) == 1 else None
    only = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else line
    value = only.value if isinstance(only, cst.Return) else None
    return isinstance(value, (cst.List, cst.Tuple, cst.Dict)) and not value.elements


def _may_report(body: cst.BaseSuite) -> bool:
    """Whether a handler may say what went wrong; an error of its own in place of it, whatever it was, does not."""
    parts: list[cst.CSTNode] = []
    for line in body.body:
        parts.extend(line.body if isinstance(line, cst.SimpleStatementLine) else (line,))
    if len(parts) == 1 and isinstance(parts[0], cst.Raise) and parts[0].exc is not None:
        return False
    return any(isinstance(node, (cst.Call, cst.Raise)) for node in walk(body))
