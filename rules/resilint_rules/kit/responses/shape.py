"""Bodies that are taken apart: what an answer has to hold is taken out of it, or an error of its library is raised.

A gateway's page and a partner's new format come with status 200, too. Without this they end as a KeyError far away from
the request, which no caller's handler for failed requests sees.
"""

from __future__ import annotations

import builtins
import itertools
import keyword
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from ..exceptions.handlers import Handler, handlers_of, known_as, named
from ..findings import Fix, Import
from ..fixes.edits import unused
from ..interp.calls import Call, Frame
from ..interp.kinds import Around, Part
from ..interp.values import Class, Ref
from ..syntax.exits import Exit
from ..syntax.idioms import is_log
from ..syntax.text import Edit, Span
from ..syntax.tree import walk
from .flows import Flow, flow_of, last, passed_flow

_PLAIN = frozenset((
    "all", "any", "bool", "bytes", "dict", "enumerate", "filter", "float", "frozenset", "int", "isinstance", "iter",
    "len", "list", "map", "max", "next", "repr",
    "min", "monotonic", "now", "print", "range", "reversed", "round", "set", "sorted", "str", "sum", "time", "tuple",
    "utcnow", "zip", "decode", "strip", "Decimal", "Fraction", "UUID", "loads", "fromisoformat", "fromtimestamp",
    "strptime",
))  # fmt: skip
"""Functions that compute, and raise only for what they are given."""
_ORDER = ("LookupError", "TypeError", "ValueError", "AttributeError")
"""What a body of another shape ends with, in the order in which it is written."""
_OPAQUE = (cst.Try, cst.TryStar, cst.With, cst.FunctionDef, cst.ClassDef, cst.Yield, cst.Lambda, cst.Match)
"""What no region may hold: it has its own order of failures, or runs at another time."""
_MARK = "unexpected answer"
"""What the errors say that are raised in place of Python's."""
_QUOTED = r"""["']{}["']"""
"""A key, which is no name that is taken."""
_MOST_STATEMENTS = 12
"""Statements that one `try` may hold: beyond, the reader cannot tell which of them it is about."""


@dataclass(frozen=True, slots=True)
class TakenApart:
    """A body that is taken apart as if it always had the expected shape."""

    flow: Flow
    errors: tuple[str, ...]
    """Python's errors with which a body of another shape ends, as far as no handler around takes them."""
    fix: Fix | None
    """Raises an error of the library in place of these; None where what it is about shares a line with other code."""


def taken_apart(frame: Frame, *, passed: bool = True) -> Iterator[TakenApart]:
    """The bodies that a function takes apart where nothing takes the error of one that lacks a part; one for each.

    With `passed`, those that functions of the project give it, too: these are looked at.
    """
    for flow in _flows(frame, passed):
        unreadable = _unreadable(flow.request)
        for block in _blocks(flow.call) if unreadable else ():
            found = _offered(flow, block, unreadable)
            if found is not None:
                yield found
                break


def _flows(frame: Frame, passed: bool) -> Iterator[Flow]:
    """The answers that are taken apart in a function: its own requests', and those of functions that it calls."""
    for call in frame.calls.values():
        flow = flow_of(call) if type(call) is Call else None
        if flow is not None:
            yield flow
    for call, target in frame.uses.values() if passed else ():
        flow = passed_flow(frame, call, target)
        if flow is not None:
            yield flow


def _offered(flow: Flow, block: cst.BaseSuite, unreadable: str) -> TakenApart | None:
    """A `try` around the statements of a block that take the body apart; None if there are none, or other things are
    done in between."""
    lines = [line.body if isinstance(line, cst.SimpleStatementLine) else [line] for line in block.body]
    parts: list[cst.CSTNode] = [part for line in lines for part in line]
    fragile: list[int] = []
    for number, part in enumerate(parts):
        flow.learn(part)
        if not isinstance(part, _OPAQUE) and _errors(flow, part):  # their own blocks are looked at, too
            fragile.append(number)
    if not fragile:
        return None
    region = _plain_front(flow, parts[fragile[0] : fragile[-1] + 1])
    if any(_MARK in flow.call.frame.tree.code(part) for part in parts[: fragile[0]] if isinstance(part, cst.Try)):
        return None
    if not region:
        return _iterated(flow, parts[fragile[0]], unreadable) or _within(flow, parts[fragile[0]], unreadable)
    errors = _uncaught(flow.call, region[0], _all_errors(flow, region))
    return _guarded(flow, region, errors, unreadable) if errors else None


def _within(flow: Flow, part: cst.CSTNode, unreadable: str) -> TakenApart | None:
    """The same in the branches of an `if` whose condition needs nothing of the body."""
    while isinstance(part, cst.If) and not _errors(flow, part.test):
        found = _offered(flow, part.body, unreadable)
        if found is not None or part.orelse is None:
            return found
        other = part.orelse
        if isinstance(other, cst.Else):
            return _offered(flow, other.body, unreadable)
        part = other
    return None


def _plain_front(flow: Flow, parts: Sequence[cst.CSTNode]) -> Sequence[cst.CSTNode]:
    """The statements that do nothing but take the body apart, up to one that does more."""
    plain = list(itertools.takewhile(lambda part: _is_plain(flow, part), parts))
    while plain and not _errors(flow, plain[-1]):
        plain.pop()
    return plain


def _all_errors(flow: Flow, parts: Sequence[cst.CSTNode]) -> list[str]:
    found = {error for part in parts for error in _errors(flow, part)}
    return [error for error in _ORDER if error in found]


def _unreadable(call: Call) -> str:
    library = call.record
    return library.transient.unreadable if library is not None and library.transient is not None else ""


def _blocks(call: Call) -> Iterator[cst.BaseSuite]:
    """The blocks in which the answer is read: that of a `with` which the call opens, then those that it stands in."""
    tree, statement = call.frame.tree, call.statement
    if isinstance(statement, cst.With):
        yield statement.body
    above = tree.parent(statement) if statement is not None else None
    while above is not None and above is not call.frame.node:
        if isinstance(above, cst.BaseSuite):
            yield above
        above = tree.parent(above)


def _errors(flow: Flow, part: cst.CSTNode) -> list[str]:
    """What a statement may raise because the body has another shape; [] if it takes nothing out of it."""
    found: list[str] = []
    for node in walk(part):
        if isinstance(node, cst.Subscript) and not _is_target(part, node) and flow.rooted(node.value):
            found += ["LookupError", "TypeError"]
        elif isinstance(node, cst.Attribute) and flow.is_object and flow.rooted(node.value):
            found += ["AttributeError"]
        elif isinstance(node, cst.Call):
            found += _errors_of_call(flow, node)
    return list(dict.fromkeys(found))


def _errors_of_call(flow: Flow, node: cst.Call) -> Iterator[str]:
    """What a call may raise for a body of another shape: a method that it has not, a number that is none, no JSON."""
    if _calls_part(flow, node):
        yield "AttributeError"
    if last(node) in ("int", "float", "Decimal") and any(flow.holds(arg.value) for arg in node.args):
        yield from ("ValueError", "TypeError")
    if _parses(flow, node) or (flow.is_object and node is flow.call.node):
        yield "ValueError"


def _parses(flow: Flow, node: cst.Call) -> bool:
    """Whether a call parses the body, and raises for a page what is no error of the library."""
    library = flow.request.record
    own = library is not None and any(name.endswith("JSONDecodeError") for name in library.errors)
    if last(node) == "json" and id(node.func) in flow.reads:
        return not own
    return last(node) in ("loads", "load") and id(node) in flow.reads and node is not flow.call.node


def _calls_part(flow: Flow, node: cst.Call) -> bool:
    """Whether a call is of a method of a part of the body, which a body of another shape has not."""
    func = node.func
    if not isinstance(func, cst.Attribute) or id(func) in flow.reads or not flow.rooted(func.value):
        return False
    return not _is_reading(flow, node)


def _is_reading(flow: Flow, node: cst.Call) -> bool:
    """Whether a method is one of the response, not of what was taken out of its body."""
    inner: cst.CSTNode = node.func
    while isinstance(inner, (cst.Call, cst.Attribute, cst.Await)):
        if id(inner) in flow.reads:
            return False
        inner = (
            inner.func
            if isinstance(inner, cst.Call)
            else inner.value
            if isinstance(inner, cst.Attribute)
            else inner.expression
        )
    return not (isinstance(inner, cst.Name) and inner.value in flow.names) and not isinstance(inner, cst.Subscript)


def _is_target(part: cst.CSTNode, node: cst.Subscript) -> bool:
    """Whether an item is assigned or deleted, not read."""
    targets = [t.target for n in walk(part) if isinstance(n, cst.Assign) for t in n.targets]
    return any(target is node for target in targets)


def _is_plain(flow: Flow, part: cst.CSTNode) -> bool:
    """Whether a statement does nothing but take the body apart: an error in it is about the body."""
    for node in walk(part):
        if isinstance(node, _OPAQUE) or (isinstance(node, cst.Raise) and not _passes(flow.call.frame, node)):
            return False
        if not isinstance(node, cst.Call) or node is flow.call.node or id(node) in flow.reads:
            continue
        known = flow.call.frame.calls.get(id(node))
        if known is not None and known is not flow.call:
            return False
        if not (last(node) in _PLAIN or is_log(node) or last(node)[:1].isupper() or _is_method(flow, node)):
            return False
    return True


def _passes(frame: Frame, node: cst.Raise) -> bool:
    """Whether what is raised passes the handler that the fix writes: an error of the project with no base there."""
    made = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
    value = named(frame, made) if made is not None else None
    if not isinstance(value, (Class, Ref)):
        return False
    lineage = frame.scope.session.lineage(value) if isinstance(value, Class) else []
    bases = [base for cls in lineage for base in frame.scope.session.bases(cls)] or [value]
    return all(isinstance(base, Class) or (isinstance(base, Ref) and _is_let_out(base.name)) for base in bases)


def _is_let_out(name: str) -> bool:
    """Whether no handler that the fix writes takes a built-in exception."""
    known = getattr(builtins, name, None)
    taken = (LookupError, TypeError, ValueError, AttributeError)
    return isinstance(known, type) and issubclass(known, Exception) and not issubclass(known, taken)


def _is_method(flow: Flow, node: cst.Call) -> bool:
    """Whether a call is a method of a part of the body, of the response, or of a plain container."""
    func = node.func
    if not isinstance(func, cst.Attribute):
        return False
    return (
        id(func) in flow.reads | flow.texts
        or flow.rooted(func.value)
        or any(inner is flow.call.node for inner in walk(func))
        or func.attr.value
        in ("append", "add", "extend", "update", "setdefault", "get", "join", "format", "raise_for_status")
    )


def _uncaught(call: Call, first: cst.CSTNode, errors: Sequence[str]) -> Sequence[str]:
    """Those of some errors that no handler around a place takes to go on; none if one takes the lack of a key."""
    frame = call.frame
    start = frame.tree.span(first).start
    left = list(errors)
    for guard in frame.guards.values():
        body = frame.tree.span(guard.node.body)
        if not body.start <= start < body.end:
            continue
        for clause in handlers_of(guard):
            if _keeps(clause) or (clause.broad and Exit.RAISE in clause.leaves):
                continue
            if any(clause.catches(kind) for kind in ("KeyError", "LookupError")):
                return []
            left = [kind for kind in left if not clause.catches(kind)]
    in_handler = any(place.kind is Around.TRY and place.part is Part.HANDLER for place in call.within)
    return [] if in_handler else left


def _keeps(clause: Handler) -> bool:
    """Whether a handler keeps what it has caught, to raise it later."""
    assigned = (node for node in walk(clause.node.body) if isinstance(node, cst.Assign))
    return bool(clause.name) and any(isinstance(n.value, cst.Name) and n.value.value == clause.name for n in assigned)


def _guarded(flow: Flow, region: Sequence[cst.CSTNode], errors: Sequence[str], unreadable: str) -> TakenApart | None:
    """Puts statements into a `try` that raises the library's error in place of Python's."""
    frame = flow.call.frame
    tree, document = frame.tree, frame.scope.module.even
    start = tree.span(region[0]).start
    rows = document.position(start)[0], document.position(_end(document.text, tree.span(region[-1])))[0]
    first, last = document.starts[rows[0] - 1], document.starts[rows[1] - 1] + len(document.line(rows[1]))
    indent = document.text[first:start]
    quoted = (n for part in region for n in walk(part) if isinstance(n, (cst.SimpleString, cst.FormattedString)))
    name = unused(frame, ("error", "exc", "err"))
    if not name or _is_long(region) or any("\n" in tree.code(n) for n in quoted):
        return None
    behind = document.text[_end(document.text, tree.span(region[-1])) : last].strip(" \t;")
    if indent.strip() or (behind and behind[0] != "#"):
        return TakenApart(flow, tuple(errors), None)
    spelled, needed = known_as(frame, unreadable)
    step = "\t" if "\t" in indent else "    "
    newline = document.newline
    inside = newline.join(step + line if line.strip() else line for line in document.lines(first, last))
    text = newline.join(_lines(indent, step, inside, (errors, name, spelled)))
    return _replaced(flow, errors, (Edit(first, last, text),), (spelled, needed))


def _is_long(region: Sequence[cst.CSTNode]) -> bool:
    """Whether these are many statements, however they are laid out."""
    kinds = (cst.BaseSmallStatement, cst.BaseCompoundStatement)
    return sum(isinstance(node, kinds) for part in region for node in walk(part)) > _MOST_STATEMENTS


def _replaced(
    flow: Flow, errors: Sequence[str], edits: tuple[Edit, ...], raised: tuple[str, Import | None]
) -> TakenApart:
    spelled, needed = raised
    fix = Fix(f"Raise {spelled} for an answer of another shape", edits, (needed,) if needed is not None else ())
    return TakenApart(flow, tuple(errors), fix)


def _iterated(flow: Flow, loop: cst.CSTNode, unreadable: str) -> TakenApart | None:
    """Takes the list out of the body, and guards that, before a loop that does more than to take the items apart."""
    frame, call = flow.call.frame, flow.call
    if not isinstance(loop, cst.For) or not _errors(flow, loop.iter) or not _is_plain(flow, loop.iter):
        return None
    errors = _uncaught(call, loop, _all_errors(flow, [loop.iter]))
    name, item = unused(frame, ("error", "exc", "err")), unused(frame, _list_names(loop.iter), _QUOTED)
    start, iterated = frame.tree.span(loop).start, frame.tree.outer(loop.iter)
    document = frame.scope.module.even
    indent = document.text[document.starts[document.position(start)[0] - 1] : start]
    text = document.text[iterated.start : iterated.end]
    if not errors or not name or not item or "\n" in text:
        return None
    if indent.strip():
        return TakenApart(flow, tuple(errors), None)
    spelled, needed = known_as(frame, unreadable)
    step = "\t" if "\t" in indent else "    "
    lines = _lines(indent, step, f"{indent}{step}{item} = {text}", (errors, name, spelled))
    above = document.newline.join(lines)[len(indent) :] + document.newline + indent
    edits = (Edit(start, start, above), Edit(iterated.start, iterated.end, item))
    return _replaced(flow, errors, edits, (spelled, needed))


def _list_names(node: cst.BaseExpression) -> tuple[str, ...]:
    """What a list may be called that is taken out of a body: by its key, or in general."""
    keys = [n.evaluated_value for n in walk(node) if isinstance(n, cst.SimpleString)]
    own = [key for key in keys if isinstance(key, str) and key.isidentifier() and not keyword.iskeyword(key)]
    return (*(key for key in own if not hasattr(builtins, key)), "found", "entries", "elements")


def _lines(indent: str, step: str, inside: str, raised: tuple[Sequence[str], str, str]) -> list[str]:
    """A `try` around lines, that raises the library's error in place of some of Python's."""
    errors, name, spelled = raised
    caught = errors[0] if len(errors) == 1 else f"({', '.join(errors)})"
    return [
        f"{indent}try:", inside, f"{indent}except {caught} as {name}:",
        f'{indent}{step}raise {spelled}(f"{_MARK}: {{{name}!r}}") from {name}',
    ]  # fmt: skip


def _end(text: str, span: Span) -> int:
    """Where a statement ends, without the white space behind it."""
    return span.start + len(text[span.start : span.end].rstrip())
