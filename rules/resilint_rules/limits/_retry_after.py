"""Conversions of response headers to numbers, where the header may hold a date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..kit.exceptions.handlers import caught, named
from ..kit.exceptions.hierarchy import is_a
from ..kit.findings import Fix
from ..kit.fixes.edits import front
from ..kit.fixes.retry_after import HELPER, IMPORTS, SECONDS, can_import
from ..kit.interp.body_checks import ENVELOPE
from ..kit.interp.call_kinds import SleepCall
from ..kit.interp.calls import Frame
from ..kit.interp.values import Const
from ..kit.syntax.layout import comments_in
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import children, walk
from ._documented import counts_milliseconds

_READERS = frozenset(("get", "getheader", "get_header", "header", "pop"))
_NUMBERS = frozenset(("int", "float"))
_ALIKE = (
    "isdigit",
    "isnumeric",
    "isdecimal",
    "fullmatch",
    "re.match",
    "strptime",
    "parsedate",
    "http_date",
    "dateutil",
)


@dataclass(frozen=True, slots=True)
class Conversion:
    """`int(...)` or `float(...)` of a header's text, where nothing handles what is not a number."""

    node: cst.Call
    frame: Frame
    kind: str
    """int or float"""


def conversions(frame: Frame, header: str) -> Iterator[Conversion]:
    """Yields conversions of a header to a number in a function, where no handler catches a failure."""
    if header not in frame.tree.text.lower():
        return
    text = frame.tree.flat
    if header not in text.lower() or any(candidate in text for candidate in _ALIKE):
        return
    tops: list[cst.CSTNode] = [frame.node] if frame.node is not None else list(frame.tree.body)
    names = {name for top in tops for name in _names(frame, top, header)}
    for top in tops:
        for node in _unhandled(frame, top):
            kind = _number(node)
            if not kind or not isinstance(node, cst.Call) or counts_milliseconds(frame, node):
                continue
            if _reads(frame, node.args[0].value, header, names):
                yield Conversion(node, frame, kind)


def _unhandled(frame: Frame, top: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yields the nodes of a function or a statement where nothing catches a `ValueError`; not those of inner functions.

    The frame's own function is searched.
    """
    stack = list(children(top)) if top is frame.node else [top]
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)) or _suppresses(frame, node):
            continue
        yield node
        guarded = node.body if isinstance(node, (cst.Try, cst.TryStar)) and _expects(frame, node) else None
        stack.extend(child for child in children(node) if child is not guarded)


def _suppresses(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a node is a `with suppress(...)`."""
    return isinstance(node, cst.With) and any("suppress" in frame.tree.code(item.item) for item in node.items)


def conversions_by_response(frame: Frame, header: str) -> list[list[Conversion]]:
    """Returns the conversions in groups, one for each response, in order of the text."""
    found: dict[str, list[Conversion]] = {}
    for conversion in sorted(conversions(frame, header), key=lambda item: frame.tree.span(item.node)):
        text = re.sub(r"\s+", "", frame.tree.code(conversion.node.args[0].value)).replace("'", '"').lower()
        found.setdefault(text, []).append(conversion)
    return list(found.values())


def _number(node: cst.CSTNode) -> str:
    """Returns `int` or `float` for a call of one of them with one argument, "" for other nodes."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name) or len(node.args) != 1:
        return ""
    return node.func.value if node.func.value in _NUMBERS and not node.args[0].star else ""


def _expects(frame: Frame, node: cst.Try | cst.TryStar) -> bool:
    """Whether a `try` may catch the `ValueError` of a text that is no number."""
    for handler in node.handlers:
        errors = caught(frame, handler.type)
        if errors is None or any(is_a(frame.scope.catalog, "ValueError", error) for error in errors):
            return True
    return False


def _names(frame: Frame, top: cst.CSTNode, header: str) -> set[str]:
    """Returns the local names that hold only the header's text or a literal."""
    found: set[str] = set()
    others: set[str] = set()
    for node in walk(top):
        value: cst.CSTNode | None = None
        targets: list[cst.CSTNode] = []
        if isinstance(node, cst.Assign):
            value, targets = node.value, [target.target for target in node.targets]
        elif isinstance(node, (cst.AnnAssign, cst.NamedExpr)) and node.value is not None:
            value, targets = node.value, [node.target]
        for target in targets:
            if isinstance(target, cst.Name) and value is not None and not _plain(value):
                (found if _reads(frame, value, header, set()) else others).add(target.value)
    return found - others


def _plain(node: cst.CSTNode) -> bool:
    """Whether an expression is a literal that stands in for the header: nothing, or a number."""
    if isinstance(node, cst.SimpleString):
        return str(node.raw_value).isdecimal()
    return isinstance(node, (cst.Integer, cst.Float)) or (isinstance(node, cst.Name) and node.value == "None")


def _reads(frame: Frame, node: cst.CSTNode, header: str, names: set[str]) -> bool:
    """Whether an expression gives the header's text."""
    if isinstance(node, cst.Name):
        return node.value in names
    if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
        return _reads(frame, node.left, header, names)
    if isinstance(node, cst.IfExp):
        read = [_reads(frame, item, header, names) or _plain(item) for item in (node.body, node.orelse)]
        return all(read) and not (_plain(node.body) and _plain(node.orelse))
    if isinstance(node, cst.NamedExpr):
        return _reads(frame, node.value, header, names)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "strip":
        return _reads(frame, node.func.value, header, names)
    return _looks_up(frame, node, header)


def _looks_up(frame: Frame, node: cst.CSTNode, header: str) -> bool:
    """Whether an expression takes the header from a mapping, by subscript or method; a body is not one of headers."""
    owner = key = None
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        index = node.slice[0].slice
        owner, key = node.value, index.value if isinstance(index, cst.Index) else None
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _READERS:
        owner, key = node.func.value, node.args[0].value if node.args else None
    if owner is None or key is None:
        return False
    return _is_header(frame, key, header) and not _is_body(frame, owner)


def _is_body(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a name is that of a body, which may have a field named like the header: its status or error is read."""
    if not isinstance(node, cst.Name):
        return False
    keys = re.finditer(rf"\b{node.value}(?:\.get\(|\[)['\"](\w+)['\"]", frame.tree.flat)
    return any(key.group(1).lower() in ENVELOPE for key in keys)


def _is_header(frame: Frame, node: cst.CSTNode, header: str) -> bool:
    """Whether an expression is the header's name."""
    value: object
    if isinstance(node, cst.SimpleString):
        value = node.evaluated_value
    else:
        known = named(frame, node) if isinstance(node, (cst.Name, cst.Attribute)) else None
        value = known.value if isinstance(known, Const) else None
    return isinstance(value, str) and value.lower() == header


def parse_dates_too(group: list[Conversion]) -> list[Fix]:
    """Returns the fix that parses a number or a date, with a function that the module has or gets."""
    frame = group[0].frame
    module, document = frame.scope.module, frame.scope.module.doc
    edits: list[Edit] = []
    for conversion in group:
        start, end = frame.tree.span(conversion.node.func)
        whole = conversion.kind == "int" and not _is_slept(frame, conversion.node)
        edits.append(Edit(start, end, f"int({SECONDS}" if whole else SECONDS))
        if whole:
            last = frame.tree.span(conversion.node).end
            edits.append(Edit(last, last, ")"))
        edits.extend(_optional(frame, conversion.node.args[0].value))
    edits.sort()
    title = "Read seconds or a date, an hour at most"
    if SECONDS in module.functions:
        return [Fix(title, tuple(edits))]
    if module.mentions(SECONDS):
        return []
    if not can_import(module, *IMPORTS):
        return []
    place = front(module)
    if not place or place > edits[0].start:  # nothing can be imported above the first line
        return []
    helper = HELPER.replace("\n", document.newline)
    insert = Edit(place, place, helper + document.newline * 2)
    return [Fix(title, (insert, *edits), IMPORTS)]


def _is_slept(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a number is all that a sleep is given, so that it may have fractions."""
    above = frame.tree.parent(node)
    call = frame.calls.get(id(frame.tree.parent(above))) if isinstance(above, cst.Arg) else None
    return isinstance(call, SleepCall)


def _optional(frame: Frame, node: cst.CSTNode) -> list[Edit]:
    """Returns the edits that read a header which may be missing: `headers.get(...)` for `headers[...]`, "" for None."""
    if isinstance(node, cst.Call) and len(node.args) == 1 and not node.args[0].star:
        end = frame.tree.outer(node.args[0].value).end
        may_be_none = isinstance(node.func, cst.Attribute) and node.func.attr.value in ("get", "getheader")
        return [Edit(end, end, ', ""')] if may_be_none else []
    if not isinstance(node, cst.Subscript) or len(node.slice) != 1:
        return []
    index = node.slice[0].slice
    key = index.value if isinstance(index, cst.Index) else None
    if key is None:
        return []
    start, end = frame.tree.outer(node.value).end, frame.tree.span(node).end
    newline = frame.scope.module.doc.newline
    kept = "".join(f"  {comment}{newline}" for comment in comments_in(frame.tree.source(start, end)))
    return [Edit(start, end, f'.get({frame.tree.code(key)}, ""{kept})')]
