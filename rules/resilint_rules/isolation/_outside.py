"""The fix for a call in a lock: what is fetched is fetched first, and the lock held where it is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from ..kit import Fix, Frame, calls_in, unused
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import dotted, walk
from ._locked import Held, changed

_BLANK = re.compile(r"(?:[ \t]*\r?\n)*")
_NAMES = ("fetched", "fetched_value", "value_fetched")


class _Step(NamedTuple):
    """The local name that a line gives a value, "" for another target, and that value."""

    name: str
    value: cst.BaseExpression


def fetch_first(held: Held) -> Iterator[Fix]:
    """Yields the fix, where the block begins with the call and what moves out reads nothing that the block changes."""
    frame, block = held.call.frame, held.block
    body = block.body.body if isinstance(block.body, cst.IndentedBlock) else ()
    step = _step(body[0]) if body and not held.leads_to and not held.brings and len(block.items) == 1 else None
    if step is None or not frame.tree.inside(held.call.node, step.value):
        return
    edits = _moved(frame, block, body) if step.name else _named(frame, block, step.value)
    if edits:
        yield Fix(f"Make the call before `{held.lock}` is taken", edits)


def _step(line: cst.CSTNode) -> _Step | None:
    """What a line assigns, if it is one assignment to one target."""
    small = _only(line)
    if not isinstance(small, cst.Assign) or len(small.targets) != 1:
        return None
    target = small.targets[0].target
    if isinstance(target, cst.Name):
        return _Step(target.value, small.value)
    plain = isinstance(target, (cst.Attribute, cst.Subscript)) and not any(True for _ in calls_in(target))
    return _Step("", small.value) if plain else None


def _only(line: cst.CSTNode) -> cst.BaseSmallStatement | None:
    return line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None


def _may_move(frame: Frame, nodes: Sequence[cst.CSTNode], block: cst.With) -> bool:
    """Whether expressions or lines read nothing that the block changes, and no text in them goes over lines."""
    written = set(changed(frame, block.body))
    for part in (part for node in nodes for part in walk(node)):
        if isinstance(part, (cst.Name, cst.Attribute)) and dotted(part) in written:
            return False
        text = isinstance(part, (cst.SimpleString, cst.FormattedString))
        if text and "\n" in frame.tree.source(*frame.tree.span(part)):
            return False
    return True


def _named(frame: Frame, block: cst.With, value: cst.BaseExpression) -> tuple[Edit, ...]:
    """Gives the value a name before the block, which then stores it."""
    tree, newline = frame.tree, frame.scope.module.doc.newline
    start, end = tree.outer(value)
    name, indent, deeper = unused(frame, _NAMES), _indent(frame, block), _indent(frame, block.body.body[0])
    if not name or indent is None or deeper is None or not _may_move(frame, [value], block):
        return ()
    text = "".join(_drawn(line, deeper, indent) for line in tree.source(start, end).splitlines(keepends=True))
    above = tree.span(block).start
    return Edit(above, above, f"{name} = {text}{newline}{indent}"), Edit(start, end, name)


def _prefix(body: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
    """The first lines of a block, which get the value and check it."""
    names: set[str] = set()
    lines: list[cst.CSTNode] = []
    for line in body:
        step = _step(line)
        if step is not None and step.name and (not lines or _is_about(step.value, names)):
            names.add(step.name)
        elif not lines or not _is_check(line, names):
            break
        lines.append(line)
    return lines


def _moved(frame: Frame, block: cst.With, body: Sequence[cst.CSTNode]) -> tuple[Edit, ...]:
    """Moves the lines before the block that get the value and check it, if something is left to store it."""
    lines = _prefix(body)
    stays = any(True for line in body[len(lines) :] for _ in changed(frame, line))
    indent, deeper = _indent(frame, block), _indent(frame, body[0])
    if not stays or indent is None or deeper is None or not _may_move(frame, lines, block):
        return ()
    tree, document = frame.tree, frame.scope.module.even
    above = tree.span(block).start
    top = document.position(tree.span(body[0]).start)[0]
    while document.line(top - 1).lstrip().startswith("#"):
        top -= 1
    start, end = document.starts[top - 1], document.starts[document.position(tree.span(lines[-1]).end)[0]]
    text = "".join(_drawn(line, deeper, indent) for line in document.text[start:end].splitlines(keepends=True))
    blank = _BLANK.match(document.text, end)
    end = blank.end() if blank is not None else end
    return Edit(above, above, text.removeprefix(indent) + indent), Edit(start, end, "")


def _drawn(line: str, deeper: str, indent: str) -> str:
    return indent + line[len(deeper) :] if line.startswith(deeper) else line


def _indent(frame: Frame, node: cst.CSTNode) -> str | None:
    """The white space before a statement; None if it does not begin its line."""
    document = frame.scope.module.even
    start = frame.tree.span(node).start
    text = document.text[document.starts[document.position(start)[0] - 1] : start]
    return None if text.strip() else text


def _is_about(value: cst.BaseExpression, names: set[str]) -> bool:
    """Whether an expression is read from what was fetched, by one call at most."""
    at: cst.CSTNode = value.expression if isinstance(value, cst.Await) else value
    while isinstance(at, (cst.Attribute, cst.Subscript, cst.Call)):
        at = at.func if isinstance(at, cst.Call) else at.value
    return isinstance(at, cst.Name) and at.value in names and sum(1 for _ in calls_in(value)) <= 1


def _is_check(line: cst.CSTNode, names: set[str]) -> bool:
    """Whether a line calls a method of what was fetched, such as one that raises for an error status."""
    small = _only(line)
    func = small.value.func if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call) else None
    return isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name) and func.value.value in names
