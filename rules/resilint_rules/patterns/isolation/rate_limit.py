"""The pattern `rate-limit`: a call waits for the limiter that the same call waits for elsewhere in its module."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...kit.catalog.policies import LimiterFact
from ...kit.findings import Finding, Fix, Severity
from ...kit.fixes.edits import width
from ...kit.interp.calls import Call
from ...kit.interp.session import Session
from ...kit.interp.values import Derived
from ...kit.project.module import Module
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import dotted

_HELD = r"(?m)^[ \t]*async with (\w+)(?:\(\))?:[^\n]*\n(?:[ \t]+[^\n]*\n){{0,3}}?[^\n]*(?<![\w.]){call}\("
"""A limiter that is held around a call, at most three lines above it."""


class _Searched:
    """What was found in a module for a call as it is written: a module may have many such calls."""

    def __init__(self, session: object) -> None:
        self.found: dict[tuple[str, str], str] = {}

    def dismiss(self) -> None:
        """Lets go of it."""
        self.found.clear()


def wait_for_limiter(call: Call) -> Iterator[Finding]:
    """Offers to hold a module's limiter around a call that another function makes while it holds it."""
    if not call.inside_async or call.deferred or call.peer not in ("http", "llm") or "." not in call.written:
        return
    module = call.frame.scope.module
    for name in _limiters(call, module):
        fix = _held(call, name) if not _is_held(call, name) else None
        if fix is not None:
            message = f"`{call.written}` does not wait for `{name}`, which the same call waits for elsewhere"
            yield call.finding(message, fix, severity=Severity.HINT)
            return


def _limiters(call: Call, module: Module) -> Iterator[str]:
    """The names of limiters at the top of a module that are held around the same call in one of its functions."""
    session = call.frame.scope.session
    assert isinstance(session, Session)
    known = session.derived(_Searched).found
    key = module.doc.name, call.written
    if key not in known:
        known[key] = module.search(_HELD.format(call=re.escape(call.written))) or ""
    held = known[key]
    name = held.partition("async with")[2].strip().partition(":")[0].removesuffix("()") if held else ""
    value = call.frame.lookup(name) if name and name in module.bindings else None
    fact = call.frame.scope.catalog.fact(LimiterFact, value.path.base) if isinstance(value, Derived) else None
    if fact is not None and fact.waits and fact.form == "object" and fact.mode == "async":
        yield name


def _is_held(call: Call, name: str) -> bool:
    """Whether a call stands in a block that holds something by this name, or what may be it."""
    items = [place.node.item for place in call.within if isinstance(place.node, cst.WithItem)]
    written = [dotted(item.func if isinstance(item, cst.Call) else item) for item in items]
    return any(word == name or re.search("limit|semaphore|throttl", word, re.IGNORECASE) for word in written)


def _held(call: Call, name: str) -> Fix | None:
    """Puts the statement of a call into a block that holds the limiter; None for other than plain statements."""
    frame = call.frame
    tree, document = frame.tree, frame.scope.module.even
    line = tree.parent(call.statement) if call.statement is not None else None
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return None
    span = tree.span(line)
    first = document.starts[document.position(span.start)[0] - 1]
    row = document.position(span.start + len(document.text[span.start : span.end].rstrip()))[0]
    end = document.starts[row - 1] + len(document.line(row))
    indent, text = document.text[first : span.start], document.text[first:end]
    step = "\t" if "\t" in indent else "    "
    lines = [step + part for part in document.lines(first, end)]
    if indent.strip() or '"""' in text or "'''" in text or max(map(len, lines)) > width(document):
        return None
    head = f"{indent}async with {name}:{document.newline}"
    return Fix(f"Wait for {name} before {call.written}", (Edit(first, end, head + document.newline.join(lines)),))
