"""Whether edits changed what they were made for and nothing else. Pure.

A fix is text, so a wrong offset, or a span of another text, gives code that parses and means something else. Both
texts are therefore parsed with `ast` and compared by position: each old statement and expression that no edit
touches must be in the new tree, where the edits have moved it, with the same content and in the same
suite; and each new one that no edit touches must have been in the old tree. Only the
statements of the module that an edit touches are compared.
"""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from resilint_rules.kit.syntax.layout import comment_spans
from resilint_rules.kit.syntax.outline import scan
from resilint_rules.kit.syntax.text import Document, Edit

from .edits import place_of, replaced

_SUITES = frozenset({"body", "orelse", "finalbody", "handlers", "cases", "decorator_list"})
"""Fields that hold statements when they are lists; what is in them is compared one by one."""
_OPAQUE = ("JoinedStr", "TemplateStr")
"""Before Python 3.12 positions within an f-string are wrong; it is compared as a whole."""
_NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)

NONE, EDGE, INSIDE = 0, 1, 2
"""How edits touch a span: not at all, where it begins or ends, or between."""


def damage(text: str, edits: Iterable[Edit]) -> str:
    """Returns what disjoint edits of a text do beside their purpose, as a clause; "" if nothing is known."""
    changes = _Changes(edits)
    whole = False
    for start, end in _windows(text, changes.edits):
        part, within = text[start:end], changes.between(start, end)
        if reason := _lost_comment(part, within):
            return reason
        old = _parse(part)
        if old is None:  # a part that cannot stand alone, or a text for a newer Python
            whole = True
        elif reason := _misplaced(old, part, within):
            return reason
    old = _parse(text) if whole else None
    return _misplaced(old, text, changes) if old else ""


def compiles(text: str) -> bool:
    """Whether this Python compiles a text."""
    return _without_warnings(text, 0) is not None


def _parse(text: str) -> ast.Module | None:
    tree = _without_warnings(text, ast.PyCF_ONLY_AST)
    return tree if isinstance(tree, ast.Module) else None


def _without_warnings(text: str, flags: int) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes and comparisons in the checked code
            return compile(text, "<fixed>", "exec", flags, dont_inherit=True)
    except _NOT_PYTHON:
        return None


class _Changes:
    """Disjoint edits in order, and where they move the places of a text."""

    __slots__ = ("_ends", "_moved", "_starts", "edits")

    def __init__(self, edits: Iterable[Edit]) -> None:
        self.edits = sorted(edits, key=place_of)
        self._starts = [edit.start for edit in self.edits]
        self._ends = [edit.end for edit in self.edits]
        self._moved = [0]
        for start, end, text in self.edits:
            self._moved.append(self._moved[-1] + len(text) - (end - start))

    def between(self, start: int, end: int) -> _Changes:
        """The edits in a range, counted from its start."""
        return _Changes(
            Edit(edit.start - start, edit.end - start, edit.text)
            for edit in self.edits
            if start <= edit.start and edit.end <= end
        )

    def inverse(self) -> _Changes:
        """The edits that turn the new text into the old one; their texts do not matter here, only their lengths."""
        return _Changes(
            Edit(start + moved, start + moved + len(text), " " * (end - start))
            for (start, end, text), moved in zip(self.edits, self._moved, strict=False)
        )

    def start(self, offset: int) -> int:
        """Where a thing that begins at an offset begins now: behind what was inserted there."""
        return offset + self._moved[bisect_right(self._ends, offset)]

    def end(self, offset: int) -> int:
        """Where a thing that ends at an offset ends now: before what was inserted there."""
        number = bisect_left(self._starts, offset)
        return offset + self._moved[number if not number or self._ends[number - 1] <= offset else number - 1]

    def touching(self, start: int, end: int) -> list[Edit]:
        """The edits that share a place with a span, its ends included."""
        return self.edits[bisect_left(self._ends, start) : bisect_right(self._starts, end)]


def _lost_comment(text: str, changes: _Changes) -> str:
    """Says which comment is gone although no edit is about it; "" if none."""
    new = replaced(text, changes.edits)
    left = {span: new[slice(*span)] for span in comment_spans(new)}
    written = Counter(
        edit.text[start:end].rstrip() for edit in changes.edits for start, end in comment_spans(edit.text)
    )
    for start, end in comment_spans(text):
        comment = text[start:end]
        inside = [edit for edit in changes.touching(start, end) if edit.start < end and edit.end > start]
        if not inside:
            kept = left.get((changes.start(start), changes.end(end))) == comment
        else:  # an edit of nothing but the comment is on purpose
            written[comment.rstrip()] -= 1
            kept = written[comment.rstrip()] >= 0 or all(
                not text[edit.start : edit.end].replace(comment, "").strip() or start <= edit.start < edit.end <= end
                for edit in inside
            )
        if not kept:
            return f"the comment {comment!r} would be lost"
    return ""


@lru_cache(maxsize=4)  # an editor wants to know of each fix of a text
def _borders(text: str) -> list[int]:
    """The offsets at which the statements of a module begin, with both ends of the text."""
    return sorted({0, len(text), *(chunk.start for chunk in scan(text).chunks)})


def _windows(text: str, edits: Sequence[Edit]) -> Iterator[tuple[int, int]]:
    """The parts of a module, whole statements each, that edits touch; an edit lies in one of them."""
    borders = _borders(text)
    current: tuple[int, int] | None = None
    for edit in edits:
        start = borders[max(bisect_left(borders, edit.start) - 1, 0)]
        end = borders[min(bisect_right(borders, edit.end), len(borders) - 1)]
        if current and start <= current[1]:
            current = (current[0], max(end, current[1]))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current


def _misplaced(old: ast.Module, text: str, changes: _Changes) -> str:
    """Says which part of the tree is gone, changed or new although no edit touches it; "" if none."""
    new = replaced(text, changes.edits)
    tree = _parse(new)
    if tree is None:
        return "the result is not Python"
    before, after = _Tree(old, text), _Tree(tree, new)
    lost = _first_without(before, after, changes)
    if lost is not None:
        return f"`{_excerpt(text, before.spans[lost])}` would be changed or moved"
    added = _first_without(after, before, changes.inverse())
    return "" if added is None else f"`{_excerpt(new, after.spans[added])}` would appear where nothing is edited"


def _excerpt(text: str, span: tuple[int, int]) -> str:
    line = text[slice(*span)].strip().partition("\n")[0].rstrip("\r")
    return line if len(line) <= 60 else line[:57] + "..."


class _Tree:
    """A parsed text: spans in code points, and the content of each node as one comparable number."""

    def __init__(self, module: ast.Module, text: str) -> None:
        self.module = module
        self._lines = Document(text)
        self.kids: dict[ast.AST, list[ast.AST]] = {}
        """The nearest nodes below one that have a place, without those in its suites."""
        self.suites: dict[ast.AST, list[ast.AST]] = {}
        self.spans: dict[ast.AST, tuple[int, int]] = {}
        self.parents: dict[ast.AST, tuple[int, str]] = {}
        """Of what is in a suite: where the statement around it begins, -1 for the module, and the suite's field."""
        self.places: dict[tuple[int, int, str], tuple[int, str]] = {}
        """The same as `parents`, by key."""
        self.whole: dict[tuple[int, int, str], object] = {}
        """The content of the node of a type that has this span; the end is -1 for what has suites."""
        self.outer: dict[tuple[int, int, str], object] = {}
        """The same without the content of its parts."""
        self._read()

    def key(self, node: ast.AST) -> tuple[int, int, str]:
        """The key of a node in `whole` and `outer`."""
        start, end = self.spans[node]
        return start, -1 if node in self.suites else end, type(node).__name__

    def header(self, node: ast.AST) -> tuple[int, int]:
        """The span of a node, of a compound statement without its suites."""
        start, end = self.spans[node]
        inside = [self.spans[below][0] for below in self.suites.get(node, ()) if self.spans[below][0] > start]
        return start, min(inside, default=end)

    def column(self, offset: int) -> int:
        """The one-based column of an offset: how far a statement that begins there is indented."""
        return self._lines.position(offset)[1]

    def _read(self) -> None:
        order: list[ast.AST] = []
        stack: list[ast.AST] = [self.module]
        while stack:
            node = stack.pop()
            order.append(node)
            if hasattr(node, "lineno"):
                self.spans[node] = self._span(node)
            if type(node).__name__ not in _OPAQUE:
                stack.extend(ast.iter_child_nodes(node))
        contents: dict[ast.AST, object] = {}
        for node in reversed(order):  # parts come before what they are parts of
            contents[node] = self._content(node, contents)
            if node in self.spans:
                self.whole[self.key(node)] = contents[node]
                self.outer[self.key(node)] = self._content(node, None)
        self.places = {self.key(node): place for node, place in self.parents.items()}

    def _content(self, node: ast.AST, contents: dict[ast.AST, object] | None) -> object:
        """The content of a node without its suites; without `contents` of the parts their number alone."""
        name = type(node).__name__
        if name in _OPAQUE:
            return ast.dump(node) if contents is not None else name
        parts: list[object] = [name]
        kids: list[ast.AST] = []
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                if field in _SUITES:
                    if contents is not None:
                        self._note_suite(node, field, value)
                    continue
                parts.append((field, len(value)))
            for part in value if isinstance(value, list) else [value]:
                if not isinstance(part, ast.AST):
                    parts.append((field, type(part).__name__, repr(part)))
                    continue
                if contents is not None:
                    parts.append(contents[part])
                    kids += [part] if part in self.spans else self.kids.get(part, [])
        if contents is None:
            return tuple(parts)
        self.kids[node] = kids
        return hash(tuple(parts))

    def _note_suite(self, node: ast.AST, field: str, suite: list[ast.AST]) -> None:
        below = self.suites.setdefault(node, [])
        around = self.spans[node][0] if node in self.spans else -1
        for part in suite:
            # The case of a match statement has no place of its own.
            inner = [part] if part in self.spans else [*self.kids[part], *self.suites[part]]
            below += inner
            self.parents.update(
                (statement, (around, field))
                for statement in inner
                if isinstance(statement, (ast.stmt, ast.ExceptHandler))
            )

    def _span(self, node: Any) -> tuple[int, int]:
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, row: int, column: int) -> int:
        """The offset of a place that `ast` counts in bytes of UTF-8."""
        start = self._lines.starts[row - 1]
        line = self._lines.text[start : start + column]
        return start + (column if line.isascii() else len(line.encode()[:column].decode()))


def _first_without(old: _Tree, new: _Tree, changes: _Changes) -> ast.AST | None:
    """The first node that ought to have an image in the other tree, where edits have moved it, and has none."""
    stack: list[ast.AST] = old.suites.get(old.module, [])[::-1]
    while stack:
        node = stack.pop()
        stack.extend(reversed(old.suites.get(node, [])))
        start, end, name = old.key(node)
        image = (changes.start(start), end if end < 0 else changes.end(end), name)
        if new.whole.get(image) == old.whole[old.key(node)]:
            if not _in_place(old, new, node, image, changes):
                return node
            continue
        touch = _touch(old, node, changes)
        kids = old.kids.get(node, [])
        if touch == NONE or (touch == EDGE and not kids and not old.suites.get(node)):
            return node
        if touch == INSIDE and _within_one(old, node, changes) and new.outer.get(image) != old.outer[old.key(node)]:
            return node
        stack.extend(reversed(kids))
    return None


def _touch(tree: _Tree, node: ast.AST, changes: _Changes) -> int:
    start, end = tree.header(node)
    touching = changes.touching(start, end)
    if any(edit.start < end and edit.end > start for edit in touching):
        return INSIDE
    return EDGE if touching else NONE


def _within_one(tree: _Tree, node: ast.AST, changes: _Changes) -> bool:
    """Whether all edits that touch a node are inside one of its parts, so that nothing else of it may change."""
    touching = changes.touching(*tree.header(node))
    return any(
        all(start < edit.start and edit.end < end for edit in touching)
        for start, end in (tree.spans[kid] for kid in tree.kids.get(node, ()))
    )


def _in_place(old: _Tree, new: _Tree, node: ast.AST, image: tuple[int, int, str], changes: _Changes) -> bool:
    """Whether a node with an image is in the same suite of the same statement, or was indented on purpose."""
    if node not in old.parents:
        return True
    around, suite = old.parents[node]
    if new.places.get(image) == (around if around < 0 else changes.start(around), suite):
        return True
    if around >= 0 and changes.touching(around, around):
        return True
    return old.column(old.spans[node][0]) != new.column(image[0])
