"""Waits after a call that no limit of the call covers, such as the wait for the exit status of a command."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from ...kit.findings import Fix
from ...kit.fixes.edits import add_argument, indentation
from ...kit.fixes.timeouts import seconds, written
from ...kit.interp.calls import Call, call_at
from ...kit.syntax.layout import GAP, plain
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk

_MEMBER = rf"{GAP}\.{GAP}\w+"


@dataclass(frozen=True, slots=True)
class TrailingWait:
    """The wait `owner.method()` for what a call started, before any other use of it, at an offset of the document."""

    call: Call
    method: str
    owner: str
    offset: int


def find_trailing_wait(call: Call) -> TrailingWait | None:
    """Returns the first wait on the result of a call, if no limit of the call covers it; else None."""
    method, covered = call.as_call.beyond, call.as_call.reached
    if not method or method not in call.frame.tree.text:
        return None
    names = _named(call)
    text, start = call.frame.tree.text, call.frame.tree.start
    end = call.span.end - start
    found = re.compile(rf"{GAP}((?:\[\d\])?(?:{_MEMBER})*){GAP}\.{GAP}{method}{GAP}\(").match(text, end)
    if found is not None:
        return TrailingWait(call, method, "", start + found.start())
    if not names:
        return None
    wait = re.compile(rf"\b((?:{'|'.join(names)})(?:{_MEMBER})*){GAP}\.{GAP}{method}{GAP}\(")
    found = wait.search(text, end)
    own = "|".join(names)
    other = rf"\bin\b{GAP}(?:{own})\b|\b(?:{own})(?:{_MEMBER})*{GAP}\.{GAP}(?:{'|'.join(covered)})\b"
    if found is None or re.compile(other).search(text, end, found.start()) is not None:
        return None
    return TrailingWait(call, method, plain(found.group(1)), start + found.start())


def _named(call: Call) -> list[str]:
    """Returns the names that are assigned to the result of a call."""
    targets = call.statement.targets if isinstance(call.statement, cst.Assign) else ()
    names = (node.value for target in targets for node in walk(target.target) if isinstance(node, cst.Name))
    return [name for name in names if name != "_"]


def guard_trailing_wait(found: TrailingWait) -> list[Fix]:
    """Returns the fix, for display, that waits with a limit before; how long the work may take is for a person."""
    call = call_at(found.call)
    guard, edit = call.as_call.watches, _before(found)
    limits = ", ".join(f"{name}={value}" for name, value in written(call, call.as_call))
    own = add_argument(call, limits) if limits else None
    if not guard or edit is None or own is None:
        return []
    condition = guard.format(owner=found.owner, **seconds(call))
    newline, indent = call.frame.scope.module.doc.newline, indentation(call.frame, edit)
    lines = [f"if not {condition}:", f'    raise TimeoutError("{call.written} has not ended in time")']
    text = "".join(f"{line}{newline}{indent}" for line in lines)
    return [Fix(f"Wait with a limit before {found.method}()", (own, Edit(edit, edit, text)), (), "displayonly")]


def _before(found: TrailingWait) -> int | None:
    """Returns the offset of the statement with the wait; None if no statement can be inserted before it."""
    tree, document = call_at(found.call).frame.tree, call_at(found.call).frame.scope.module.even
    if not found.owner:
        return None
    heads = (cst.SimpleStatementLine, cst.If, cst.For, cst.With, cst.Try)
    starts = [
        span.start for node in walk(tree.module) if isinstance(node, heads)
        for span in (tree.span(node),) if span.start <= found.offset < span.end
    ]  # fmt: skip
    start = max(starts, default=None)
    if start is None or start <= call_at(found.call).span.start:
        return None
    line = document.text[document.starts[document.position(start)[0] - 1] : start]
    return start if not line.strip() and not document.text.startswith("elif", start) else None
