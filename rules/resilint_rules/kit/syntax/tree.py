"""libcst, kept safe: parse one chunk, look at its nodes' own fields, and know where they stand.

A chunk is parsed as it stands: a method under a one-line class header, at its own indentation, so
that every offset in the tree is an offset in the document minus a constant.
"""

from __future__ import annotations

import re
from abc import ABCMeta
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar, cast

import libcst as cst
from libcst._nodes.internal import CodegenState

from .layout import comments_in, flat, joined, literals, plain
from .text import Span

MAX_DEPTH = 200
"""Nested brackets beyond which CPython gives up too, and libcst would overflow the stack."""
MAX_WEIGHT = 1000
"""Operators, calls and subscripts in one logical line beyond which libcst takes seconds."""
MAX_COST = 10_000
"""What one chunk, or the chunks of one file, may cost, see `cost`: a check of more takes longer than ten seconds."""

_Derived = TypeVar("_Derived")


class _Plain(ABCMeta):
    """The class of the classes of nodes: `isinstance` looks at their bases alone, which costs a third."""

    __instancecheck__ = type.__instancecheck__


for _kind in list(vars(cst).values()):
    if type(_kind) is ABCMeta:
        _kind.__class__ = _Plain

_HEADER = "class _:\n"
_SKIPPED = frozenset(
    (
    "leading_lines", "header", "footer", "lpar", "rpar", "trailing_whitespace", "comma", "semicolon",
    "lines_after_decorators", "lbracket", "rbracket", "lbrace", "rbrace", "equal", "colon", "newline", "indent",
    "encoding", "default_indent", "default_newline", "has_trailing_newline", "dot", "star_equal",
)
)  # fmt: skip
_LEAVES = frozenset((str, bool, int, type(None), cst.MaybeSentinel))
_children: dict[type, tuple[str, ...]] = {}


def cost(text: str) -> int:
    """Returns about how many calls a text costs to check: its opening parentheses, and a quarter of its commas."""
    found = _count(text)
    if found > MAX_COST:  # data in a string costs nothing
        found -= sum(_count(text[start:end]) for start, end in literals(text))
    return found


def _count(text: str) -> int:
    return text.count("(") + text.count(",") // 4


class _Recorder(CodegenState):
    """Notes where each node starts and ends while the tree is written out once."""

    # CodegenState has slots; a subclass without them may carry its own state.
    def watch(self) -> None:
        self.offset = 0
        self.written: list[str] = []
        self.spans: dict[int, tuple[int, int]] = {}
        self.outer: dict[int, tuple[int, int]] = {}
        self.started: list[int] = []

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.started.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        found = self.outer[id(node)] = (self.started.pop(), self.offset)
        self.spans.setdefault(id(node), found)

    def add_token(self, value: str) -> None:
        self.written.append(value)
        self.offset += len(value)

    def add_indent_tokens(self) -> None:
        self.written += self.indent_tokens
        self.offset += sum(map(len, self.indent_tokens))

    def pop_trailing_newline(self) -> None:
        pass

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Position:
        return _Position(self, node, start_node, end_node)


class _Position:
    """A context that notes a node's span; `start_node` and `end_node` narrow it to what they cover."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(
        self, state: _Recorder, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None
    ) -> None:
        self.state, self.node, self.start_node, self.end_node = state, node, start_node, end_node

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(self, *_: object) -> None:
        spans = self.state.spans
        start = (
            spans[id(self.start_node)][0]
            if self.start_node is not None and id(self.start_node) in spans
            else self.start
        )
        end = (
            spans[id(self.end_node)][1]
            if self.end_node is not None and id(self.end_node) in spans
            else self.state.offset
        )
        spans[id(self.node)] = (start, end)


_BLANK = re.compile(r"[ \t\f\r\n\\]+")
_INK = re.compile(r"[^ \t\f\r\n\\]+")


class Misread(Exception):
    """libcst writes a chunk with other words than it has: nothing can be located in it."""


class _Places:
    """Offsets in the text that libcst writes, as offsets in the text that it read.

    The two differ in blanks alone, which libcst 1.9 drops in places (`except ValueError :`, a line with only a
    backslash, a form feed) and makes up in others: both hold the same other characters in the same order. Raises
    Misread where they do not.
    """

    __slots__ = ("_before", "_read")

    def __init__(self, written: str, text: str) -> None:
        if _BLANK.sub("", written) != _BLANK.sub("", text):
            raise Misread
        self._read: list[int] = []
        for ink in _INK.finditer(text):
            self._read.extend(range(*ink.span()))
        self._before: list[int] = []
        for ink in _INK.finditer(written):
            count, (start, end) = len(self._before), ink.span()
            seen = self._before[-1] + 1 if self._before else 0
            self._before.extend([seen] * (start - count))
            self._before.extend(range(seen, seen + end - start))
        self._before.extend([len(self._read)] * (len(written) + 1 - len(self._before)))

    def span(self, found: tuple[int, int]) -> tuple[int, int]:
        start, end = (self._before[at] for at in found)
        if start == end:  # blanks alone: right behind what stands before them
            at = self._read[start - 1] + 1 if start else 0
            return at, at
        return self._read[start], self._read[end - 1] + 1


class Tree:
    """A parsed chunk: its nodes, and their spans in the document on demand."""

    __slots__ = (
        "_derived", "_flat", "_header", "_outer", "_parents", "_spans", "body", "lines", "module", "start", "text",
    )  # fmt: skip

    def __init__(
        self, module: cst.Module, text: str, start: int, body: tuple[cst.BaseStatement, ...], header: str = ""
    ) -> None:
        self.module = module
        self.text = text
        self.start = start
        self.body = body
        self.lines = text.count("\n") + 1
        self._header = header
        self._flat: str | None = None
        self._derived: dict[tuple[object, int], Any] = {}
        self._parents: dict[int, cst.CSTNode] | None = None
        self._spans: dict[int, tuple[int, int]] = {}
        self._outer: dict[int, tuple[int, int]] = {}

    def span(self, node: cst.CSTNode) -> Span:
        """Where a node stands in the document, without the white space and brackets around it."""
        self.locate()
        return self._place(self._spans[id(node)])

    def outer(self, node: cst.CSTNode) -> Span:
        """Where an expression stands in the document, with the brackets around it."""
        self.locate()
        return self._place(self._outer[id(node)])

    def code(self, node: cst.CSTNode) -> str:
        """The text of an expression on one line, with the brackets around it, without comments in it."""
        return plain(self.source(*self.outer(node)))

    def fitted(self, start: int, end: int, text: str) -> str:
        """A text that takes the place between two offsets, with blanks where it would become one word with another."""
        before, after = self.source(start - 1, start) if start > self.start else "", self.source(end, end + 1)
        lead = " " if joined(before + text[:1]) else ""
        return lead + text + (" " if joined(text[-1:] + after) else "")

    def comments_in(self, node: cst.CSTNode) -> list[str]:
        """The comments in an expression, which `code` leaves out."""
        return comments_in(self.source(*self.outer(node)))

    def derived(self, find: Callable[[Tree, cst.CSTNode], _Derived], top: cst.CSTNode) -> _Derived:
        """Returns what a function finds below a node of this tree, found once for all that need it.

        A long function has many calls: to walk it for each of them takes time that grows with the square.
        """
        key = find, id(top)
        if key not in self._derived:
            self._derived[key] = find(self, top)
        return cast("_Derived", self._derived[key])

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node directly above one of this tree; None above all, and for a node of another tree."""
        if self._parents is None:
            self._parents = {id(child): above for above in walk(self.module) for child in children(above)}
        return self._parents.get(id(node))

    def inside(self, node: cst.CSTNode, top: cst.CSTNode) -> bool:
        """Whether a node is another one of this tree, or stands below it."""
        above: cst.CSTNode | None = node
        while above is not None and above is not top:
            above = self.parent(above)
        return above is not None

    @property
    def flat(self) -> str:
        """The text with each statement on a line of its own and without comments, see `layout.flat`."""
        if self._flat is None:
            self._flat = flat(self.text)
        return self._flat

    def flat_part(self, node: cst.CSTNode) -> str:
        """The flat text of a statement, or of a part of one that has a header and a block of its own."""
        start, end = self.span(node)
        return self.flat[start - self.start : end - self.start]

    def spreads(self, name: str) -> bool:
        """Whether the members of a name are passed on somewhere: `**options`."""
        return "**" in self.text and re.search(rf"\*\* ?{name}\b", self.flat) is not None

    def source(self, start: int, end: int) -> str:
        """The text between two offsets of the document that lie in this chunk."""
        return self.text[start - self.start : end - self.start]

    def _place(self, found: tuple[int, int]) -> Span:
        shift = self.start - len(self._header)
        return Span(found[0] + shift, found[1] + shift)

    def locate(self) -> None:
        """Computes all spans, once. Raises Misread if the parser has not read what stands there."""
        if not self._spans:
            state = _Recorder(default_indent=self.module.default_indent, default_newline=self.module.default_newline)
            state.watch()
            self.module._codegen(state)  # noqa: SLF001 - the writer's way in, with a state of our own
            written, read = "".join(state.written), self._header + self.text
            if written != read:
                places = _Places(written, read)
                for spans in (state.spans, state.outer):
                    for key, found in spans.items():
                        spans[key] = places.span(found)
            self._spans, self._outer = state.spans, state.outer


def _trusted(self: cst.CSTNode) -> None:
    """What the parser makes is valid: checking each node again takes a third of the time."""


_CHECKS, _WHITE, _END = cst.CSTNode.__post_init__, cst.SimpleWhitespace, cst.Newline
_blanks, _ends = lru_cache(maxsize=1024)(_WHITE), lru_cache(maxsize=16)(_END)
"""Blanks between words and ends of lines, half of the nodes of a tree: their spans are never needed, so equal ones are
one object."""


def parse(chunk: str, start: int, *, indented: bool) -> Tree | None:
    """The tree of whole lines that begin at an offset of the document; None if it is not valid Python by itself.

    Raises nothing: whatever libcst raises means that the chunk cannot be read.
    """
    header = _HEADER if indented else ""
    try:
        cst.CSTNode.__post_init__ = _trusted  # type: ignore[method-assign]
        cst.SimpleWhitespace = _blanks  # type: ignore[misc,assignment]
        cst.Newline = _ends  # type: ignore[misc,assignment]
        module = cst.parse_module(header + chunk)
    except Exception:  # noqa: BLE001 - ParserSyntaxError, RecursionError, and whatever a bug of the parser raises
        return None
    finally:
        cst.CSTNode.__post_init__ = _CHECKS  # type: ignore[method-assign]
        cst.SimpleWhitespace = _WHITE  # type: ignore[misc]
        cst.Newline = _END  # type: ignore[misc]
    body: tuple[cst.BaseStatement, ...] = tuple(module.body)
    if indented:
        holder = module.body[0] if module.body else None
        if not isinstance(holder, cst.ClassDef) or not isinstance(holder.body, cst.IndentedBlock):
            return None
        body = tuple(holder.body.body)
    return Tree(module, chunk, start, body, header)


def expression(text: str) -> cst.BaseExpression | None:
    """The tree of an expression by itself, such as a string annotation; None if it is not one."""
    try:
        return cst.parse_expression(text)
    except Exception:  # noqa: BLE001 - as above
        return None


def children(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """The nodes directly below, in order of the text, without white space and punctuation."""
    kind = type(node)
    names = _children.get(kind)
    if names is None:
        names = _children[kind] = tuple(
            f.name for f in fields(kind)
            if f.name not in _SKIPPED and not f.name.startswith("whitespace") and f.type not in ("str", "bool")
        )  # fmt: skip
    if not names:
        return ()
    found: list[cst.CSTNode] = []
    for name in names:
        value = getattr(node, name)
        kind = type(value)
        if kind is list or kind is tuple:
            found += value
        elif kind not in _LEAVES:  # asking isinstance costs more than all the rest: nodes are abstract classes
            found.append(value)
    return found


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all nodes below it, in no promised order, with a stack of our own."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack += children(node)


def dotted(node: cst.CSTNode) -> str:
    """`a.b.c` for a chain of names, "" for anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))
