"""The fix that lets only some of many gathered coroutines run at a time: each waits for a place in a semaphore."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit import Edit, Fix, Frame, Import, front, number, spelled, unused
from ..kit.fixes.edits import opening_bracket, width
from ..kit.fixes.retry_after import can_import
from ..kit.syntax.tree import walk
from ._fan_out import FanOut

_HELPER = "_in_turn"
_NAMES = ("semaphore", "request_semaphore", "places")
_PLAIN = f"""async def {_HELPER}(semaphore, work):
    # at most as many at a time as the semaphore has places
    async with semaphore:
        return await work
"""
_TYPED = f"""_Result = TypeVar("_Result")


async def {_HELPER}(semaphore: asyncio.Semaphore, work: Awaitable[_Result]) -> _Result:
    # at most as many at a time as the semaphore has places
    async with semaphore:
        return await work
"""


def in_turn(frame: Frame, fan_out: FanOut) -> Iterator[Fix]:
    """Yields the fix, where a semaphore can be made in front of the list and each coroutine wait for it."""
    place, name = _place(frame, fan_out.collected or fan_out.call.node), unused(frame, _NAMES)
    helper = _helper(frame)
    if fan_out.limiter or place is None or not name or helper is None:
        return
    at_a_time = number(frame.scope.session.patterns["concurrency"])
    needed, (semaphore,) = spelled(frame.scope.module, ["asyncio.Semaphore("])
    newline = frame.scope.module.doc.newline
    above = f"{name} = {semaphore}{at_a_time}){newline}{place.indent}"
    edits = (*helper.edits, Edit(place.start, place.start, above), *_wrapped(frame, fan_out, f"{_HELPER}({name}, "))
    yield Fix(f"Let at most {at_a_time} of them run at a time", tuple(sorted(edits)), (*needed, *helper.imports))


class _Place(NamedTuple):
    """Where a statement begins, and its indentation."""

    start: int
    indent: str


class _Helper(NamedTuple):
    """What brings the function that waits for a place; nothing where the module has it."""

    edits: tuple[Edit, ...] = ()
    imports: tuple[Import, ...] = ()


def _place(frame: Frame, node: cst.CSTNode) -> _Place | None:
    """The statement of a coroutine that a node stands in; None where a semaphore in front of it would be another one
    for each of them."""
    if not isinstance(frame.node, cst.FunctionDef) or not frame.is_async:
        return None
    statement: cst.CSTNode | None = node
    while statement is not None and not isinstance(frame.tree.parent(statement), cst.IndentedBlock):
        if isinstance(statement, (cst.FunctionDef, cst.Lambda, cst.If, cst.While)):
            return None
        statement = frame.tree.parent(statement)
    if statement is None:
        return None
    start = frame.tree.span(statement).start
    document = frame.scope.module.even
    indent = document.text[document.starts[document.position(start)[0] - 1] : start]
    return None if indent.strip() else _Place(start, indent)


def _wrapped(frame: Frame, fan_out: FanOut, before: str) -> Iterator[Edit]:
    """Passes a coroutine to the function, in more lines where one would be too long."""
    tree, document = frame.tree, frame.scope.module.even
    made = fan_out.call.node
    start, end = tree.span(made)
    own = document.line(document.position(start)[0])
    indent = own[: len(own) - len(own.lstrip())]
    if own[len(indent) :].startswith(tree.source(start, end)) and len(own) + len(before) + 1 > width(document):
        deeper = document.newline + indent + ("\t" if "\t" in indent else "    ")
        yield Edit(start, start, before.replace("(", f"({deeper}").replace(", ", f",{deeper}"))
        yield Edit(end, end, f",{document.newline}{indent})")
        return
    yield Edit(start, start, before)
    around = _brackets(frame, made)
    if around is None:
        yield Edit(end, end, ")")
        return
    opened = opening_bracket(frame, around) + 1 if isinstance(around, cst.Call) else tree.span(around).start + 1
    closed = tree.span(around).end - 1
    row = document.position(opened)[0]
    line = document.line(row)
    if document.position(closed)[0] != row or len(line) + len(before) + 1 <= width(document):
        yield Edit(end, end, ")")
        return
    indent = line[: len(line) - len(line.lstrip())]
    yield Edit(end, end, f"){document.newline}{indent}" if closed == end else ")")
    deeper = document.newline + indent + ("\t" if "\t" in indent else "    ")
    yield Edit(opened, opened, deeper)
    if closed > end:
        yield Edit(closed, closed, document.newline + indent)
    if isinstance(around, cst.ListComp) and len(deeper) + closed - opened + len(before) > width(document):
        behind = tree.span(around.for_in).start
        blank = behind - len(document.text[:behind]) + len(document.text[:behind].rstrip(" "))
        yield Edit(blank, behind, deeper)


def _brackets(frame: Frame, made: cst.Call) -> cst.Call | cst.ListComp | None:
    """The outermost call or list display that a statement ends with: a formatter breaks its brackets first."""
    tree, found, node = frame.tree, None, frame.tree.parent(made)
    while node is not None and not isinstance(node, cst.BaseStatement):
        if isinstance(node, (cst.Call, cst.ListComp)):
            found = node
        node = tree.parent(node)
    simple = isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1
    if found is None or node is None or not simple:
        return None
    return found if not tree.source(tree.span(found).end, tree.span(node).end).partition("#")[0].strip() else None


def _helper(frame: Frame) -> _Helper | None:
    """What brings the function; None if it cannot be brought."""
    module = frame.scope.module
    if _HELPER in module.functions:
        return _Helper()
    place = front(module)
    typed = _is_typed(frame)
    needed = (Import("collections.abc", "Awaitable"), Import("typing", "TypeVar"), Import("asyncio")) if typed else ()
    if not place or place > frame.tree.start or module.mentions_name(_HELPER) or not can_import(module, *needed):
        return None
    if typed and module.search(re.compile(r"\b_Result\b")) is not None:
        return None
    newline = module.doc.newline
    text = (_TYPED if typed else _PLAIN).replace("\n", newline) + newline * 2
    return _Helper((Edit(place, place, text),), needed)


def _is_typed(frame: Frame) -> bool:
    """Whether the code around has annotations."""
    node = frame.outermost.node
    if not isinstance(node, cst.FunctionDef):
        return False
    return node.returns is not None or any(isinstance(part, cst.Annotation) for part in walk(node.params))
