"""Calls as rules see them, and the frames they stand in.

A frame holds its calls and a call knows its frame, so both are defined here; so are the two interfaces through which a
frame reaches what is not its own: `Names` (its module) and `Queries` (the rest of the project).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import libcst as cst

from ..catalog.lookup import Catalog, Library
from ..catalog.records import ClientFact, ResponseFact
from ..catalog.surroundings import ScopeFact
from ..findings import Finding, Fix, Related, Severity
from ..prefilter.summaries import ExportSummary
from ..project.imports import Project
from ..project.module import ClassChunk, FunctionChunk, ImportedName, Module
from ..syntax.bound_names import iterated
from ..syntax.comments import comments_at
from ..syntax.outline import Chunk
from ..syntax.raising import raising
from ..syntax.text import Span
from ..syntax.tree import Tree
from .kinds import FrameKind
from .values import Argument, Class, Const, Function, Instance, Ref, Site, Value, Within, join, literal

Env = dict[str, Value]
_PLAIN = ("staticmethod", "classmethod")
"""Decorators that leave what a function does as it is."""


def _from(top: str, targets: Iterable[ImportedName]) -> bool:
    return any(not target.level and target.module.partition(".")[0] == top for target in targets)


class Queries(Protocol):
    """What interpretation may ask of the whole project; `session.Session` answers."""

    project: Project
    timeouts: dict[str, float]
    patterns: dict[str, float]
    supposed: dict[FunctionChunk, Value]
    given: Mapping[FunctionChunk, Env]
    frames: list[Frame]
    catalog: Catalog
    foreign: int
    chunks: int
    lines: int
    left_out: set[tuple[str, int]]
    follows: bool

    def scope(self, module: Module) -> Names: ...
    def frame(self, function: Function) -> Frame | None: ...
    def imported(self, target: ImportedName, module: Module, *, follow: bool = True) -> Value: ...
    def starred(self, module: Module, name: str) -> Iterator[Value]: ...
    def lineage(self, cls: Class) -> list[Class]: ...
    def gives(self, function: Function) -> bool: ...
    def instance(self, cls: Class, call: Site | None) -> Value: ...
    def bases(self, cls: Class) -> list[Value]: ...
    def attribute(self, owner: Value, name: str) -> Value | None: ...
    def parent(self, owner: Value | None) -> Value: ...
    def mentions(self, chunk: ClassChunk, word: str) -> bool: ...
    def configures(self, function: Function) -> bool: ...


class Names(Protocol):
    """What interpretation may ask of the module that a frame stands in; `module_scope.ModuleScope` answers."""

    module: Module
    catalog: Catalog

    @property
    def session(self) -> Queries: ...
    @property
    def known(self) -> ExportSummary: ...
    def tree(self, chunk: Chunk) -> Tree | None: ...
    def value(self, name: str) -> Value | None: ...
    def imported(self, targets: list[ImportedName], *, follow: bool = True) -> Value: ...
    def interesting(self, name: str) -> bool: ...
    def mentions_library(self, kind: str) -> bool: ...
    def scoping(self, value: Value) -> ScopeFact | None: ...
    def frame(self, function: FunctionChunk) -> Frame | None: ...
    def statement(self, chunk: Chunk) -> Frame | None: ...
    def is_played(self, frame: Frame, span: Span, library: str) -> bool: ...
    def note_caller(self, function: FunctionChunk) -> None: ...
    def new_frame(self, tree: Tree, qualname: str, *, kind: FrameKind, outer: Frame | None = None) -> Frame: ...


class Frame:
    """The result of interpreting a function, lambda or module-level statement."""

    __slots__ = (
        "asides", "attributes", "calls", "compares", "decorators", "derived", "env", "guards", "is_async", "kind",
        "nested", "node", "outer", "owner", "qualname", "returns", "scope", "sets", "tree", "uses", "wrapped_calls",
    )  # fmt: skip

    def __init__(self, scope: Names, tree: Tree, qualname: str, *, kind: FrameKind, outer: Frame | None = None) -> None:
        self.scope = scope
        self.tree = tree
        self.qualname = qualname
        self.kind = kind
        self.outer = outer
        self.owner: Value | None = outer.owner if outer else None
        self.node: cst.FunctionDef | cst.Lambda | None = None
        self.is_async = False
        self.env: Env = {}
        self.calls: dict[int, Call] = {}
        self.guards: dict[int, Guard] = {}
        self.compares: dict[int, tuple[cst.Comparison, list[Value]]] = {}
        self.sets: dict[int, tuple[cst.CSTNode, Value, str, Value]] = {}
        """Assignments to attributes: target node, object, attribute, value."""
        self.attributes: dict[str, list[Value]] = {}
        """What is assigned to attributes of `self`."""
        self.returns: list[Value] = []
        self.decorators: list[tuple[cst.Decorator, Value]] = []
        self.nested: list[Frame] = []
        self.uses: dict[int, tuple[Call, Value]] = {}
        """Calls of functions and classes of the project, each with what is called."""
        self.wrapped_calls: dict[int, Any] = {}
        """Of these, by node, what is known to make one external call, seen as that."""
        self.asides: dict[int, Call] = {}
        """Waits inside the program, and settings of it: none of the calls that other questions are about."""
        self.derived: dict[object, Any] = {}
        """What is found in it once it is interpreted, kept so that not every call has to search all others."""

    def forget(self) -> None:
        """Lets go of what it holds. Effect: it can be used no more."""
        for held in (self.env, self.calls, self.guards, self.compares, self.sets, self.uses, self.asides):
            held.clear()
        self.wrapped_calls.clear()
        self.attributes.clear()
        self.derived.clear()
        for listed in (self.returns, self.decorators, self.nested):
            listed.clear()
        self.outer = self.owner = self.node = None

    def all_frames(self) -> list[Frame]:
        """This frame and those of the functions inside it."""
        found = [self]
        for inner in self.nested:
            found.extend(inner.all_frames())
        return found

    @property
    def outermost(self) -> Frame:
        """The function or statement that stands in no other."""
        frame = self
        while frame.outer is not None:
            frame = frame.outer
        return frame

    @property
    def wrapped(self) -> bool:
        """Whether a decorator may make something else of the function than it is."""
        return any(not isinstance(value, Ref) or value.name not in _PLAIN for _, value in self.decorators)

    def lookup(self, name: str) -> Value | None:
        """What a name stands for here, in the functions around, and in the module; None if nothing binds it."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.env:
                return frame.env[name]
            frame = frame.outer
        return self.scope.value(name)

    def comments(self, span: Span) -> Iterator[str]:
        """What is written for people on the lines of a span, and on lines of comments right above it."""
        tree = self.tree
        inside = Span(span.start - tree.start, span.end - tree.start)
        return comments_at(tree.text, inside, lambda: self.scope.module.comments_above(tree.start))

    def finding(
        self,
        message: str,
        span: Span,
        fixes: tuple[Fix, ...] = (),
        *,
        related: tuple[Related, ...] = (),
        severity: Severity | None = None,
        help: str = "",  # noqa: A002 - the finding's own word
        callee: str = "",
        library: str = "",
        statement: cst.CSTNode | None = None,
        client: str = "",
    ) -> Finding:
        """A finding in this function; `check` adds the rule's name, and its severity unless one is given."""
        first = self.tree.span(statement).start if statement is not None else span.start
        fixes = tuple(fix for fix in fixes if not self._late(fix))
        comments = [text for start in {first, span.start} for text in self.comments(Span(start, start))]
        return Finding(
            "", "", severity or Severity.WARNING, span, message, fixes, related, help, callee, self.qualname, library,
            Span(first, span.end), client=client, own_severity=severity is not None, comments=tuple(comments),
            played=self.scope.is_played(self, span, library),
        )  # fmt: skip

    def _late(self, fix: Fix) -> bool:
        """Whether a fix imports at the top what the module imports only where it is needed: it may not be there."""
        module = self.scope.module
        for imported in fix.imports:
            top = imported.module.partition(".")[0]
            if top in sys.stdlib_module_names or any(_from(top, targets) for targets in module.imports.values()):
                continue
            if _from(top, module.imported_names()):
                return True
        return False

    def returned(self) -> Value:
        """What the function gives back, over all its returns."""
        return join(list(self.returns)) if self.returns else Const(None)


@dataclass(slots=True, eq=False)
class Call(Site):
    """A call of something that the catalogue knows, with everything that bears on it."""

    frame: Frame = field(kw_only=True)
    reached: Call | None = field(default=None, kw_only=True)
    """The call itself, where this one stands for it at the call of a function of the project."""
    stands_for: str = field(default="", kw_only=True)
    """The function that a decorator calls here by another name."""
    chosen: bool = field(default=False, kw_only=True)
    """Whether it is one of several functions, of which the first stands for all."""

    @property
    def span(self) -> Span:
        """Where the call stands in the document."""
        return self.frame.tree.span(self.node)

    @property
    def head(self) -> Span:
        """Where the called name stands: what a finding underlines."""
        if self.factory is not None:
            return self.frame.tree.span(self.factory)
        start = self.span.start
        func = self.frame.tree.span(self.node.func)
        return Span(min(start, func.start), func.end)

    def finding(
        self,
        message: str,
        *fixes: Fix,
        span: Span | None = None,
        related: tuple[Related, ...] = (),
        severity: Severity | None = None,
        help: str = "",  # noqa: A002 - the finding's own word
        client: str = "",
    ) -> Finding:
        """A finding about this call; `check` adds the rule's name, and its severity unless one is given."""
        return self.frame.finding(
            message, span or self.head, fixes, related=related, severity=severity, help=help,
            callee=self.callee, library=self.library, statement=self.statement, client=client,
        )  # fmt: skip

    @property
    def written(self) -> str:
        """What is called, as it is written."""
        if self.offloaded or self.stands_for:
            return self.stands_for or self.callee
        text = self.frame.tree.code(self.factory or self.node.func)
        return text if len(text) <= _SHORT else re.sub(r"\((?:[^()]|\([^()]*\))+\)", "(...)", text)

    @property
    def client(self) -> str:
        """What tells the client it is made on from others: where that is made, or its name here; "" for a function."""
        makers = {candidate.made.node if candidate.made is not None else None for candidate in self.clients}
        if not makers:
            return ""
        made = maker(self.clients[0])
        if made is not None and len(makers) == 1:
            tree, scope = made.frame.tree, made.frame.scope
            kept = tree.code(made.statement.targets[0].target) if isinstance(made.statement, cst.Assign) else ""
            place = tree.span(made.node).start - tree.start
            return f"{scope.module.doc.name}:{made.frame.qualname}:{kept}:{place}"
        owner = self.node.func.value if isinstance(self.node.func, cst.Attribute) else self.node.func
        name, around = self.frame.tree.code(owner), self.frame.qualname
        return f"{around.rpartition('.')[0] if name.startswith(('self.', 'cls.')) else around}:{name}"

    @property
    def verb(self) -> str:
        """The HTTP method in capitals, "" if it is not known."""
        method = self.as_external.method
        if method is not None:
            value = self.args.value(method)
            return value.value.upper() if isinstance(value, Const) and isinstance(value.value, str) else ""
        name = "" if self.chosen else self.callee.rpartition(".")[2].upper()
        return name if name in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") else ""

    @property
    def target(self) -> Argument | None:
        """The argument given for the address."""
        param = self.as_external.target
        return self.args.get(param) if param is not None else None

    @property
    def inside_async(self) -> bool:
        """Whether it runs on an event loop: its innermost function is a coroutine."""
        return self.frame.is_async and not self.offloaded and not self.deferred

    @property
    def record(self) -> Library | None:
        """What the catalogue knows of its library."""
        found = (
            library for name in (self.callee, self.library) for library in self.frame.scope.catalog.libraries(name)
        )
        return next((hit for hit in found if hit.name == self.library), None)

    @property
    def peer(self) -> str:
        """What is at the other end of its library: http, database, ...; "" if nothing is."""
        return self.record.peer if self.record is not None else ""

    @property
    def answer(self) -> ResponseFact | None:
        """What the catalogue knows of the response that it gives back; None if it is no response."""
        return self.frame.scope.catalog.fact(ResponseFact, self.response.type) if self.response is not None else None

    def raises(self, kind: str) -> tuple[str, ...] | None:
        """The exceptions it raises on a "timeout", a failure to "connect" or an error "status"; None if not known."""
        known = self.fact.raises
        if not known and self.clients:
            client = self.frame.scope.catalog.fact(ClientFact, self.clients[0].type)
            known = client.raises if client is not None else {}
        return known.get(kind)

    @property
    def tails(self) -> bool:
        """Whether it asks for what goes on coming, or may: then waiting is its purpose."""
        follows = (self.args.named.get(name) for name in self.as_external.tails)
        if any(candidate is not None and literal(candidate.value) is not False for candidate in follows):
            return True
        if self.as_call.feeds and id(self.node) in self.frame.tree.derived(iterated, self.frame.tree.module):
            return True
        if self.verb != "GET" or not self.streams:
            return False
        taken = self.response.escaped if self.response is not None else ""
        return bool(_EVENTS.search(taken) or _EVENTS.search(self.frame.tree.code(self.node)))

    @property
    def streams(self) -> bool:
        """Whether the body is read bit by bit, so that a limit on the whole would be wrong."""
        if self.as_external.streams:
            return True
        answer = self.answer
        uses = self.response.uses if self.response is not None else ()
        if answer is not None and any(name in answer.streaming for name, _ in uses):
            return True
        stream = self.as_external.stream
        if stream is None:
            return False
        value = self.args.value(stream)
        return value is not None and not (isinstance(value, Const) and not value.value)


def call_at(site: Site) -> Call:
    """The call at a site: every site that a value remembers is one."""
    assert isinstance(site, Call)
    return site


def maker(value: Instance) -> Call | None:
    """The call that made an object; None for a parameter or an annotation."""
    return call_at(value.made) if value.made is not None else None


@dataclass(slots=True, eq=False)
class Guard:
    """A `try` with the calls in its body."""

    node: cst.Try | cst.TryStar
    frame: Frame
    calls: list[Call]
    within: tuple[Within, ...]

    @property
    def unseen(self) -> tuple[cst.CSTNode, ...]:
        """What may raise in the body besides external calls and the checks of their statuses, in order of the text."""
        known = {id(call.node) for call in self.calls}
        for call in self.calls:
            if call.response is not None and call.answer is not None:
                raiser = call.answer.raiser
                known |= {id(node) for name, node in call.response.uses if name == raiser}
        return tuple(raising(self.node.body, known))


_EVENTS = re.compile(r"SSE|Event_?S(?:ource|tream)|event-stream")
"""Names of what reads a stream of events, and the media type that requests one."""
_SHORT = 60
"""Letters that a name in a message may have; beyond, what is in its brackets is left out."""


def explained(call: Call, node: cst.CSTNode, why: re.Pattern[str]) -> bool:
    """Whether a comment on the line of a node or of the call's statement, or right above it, matches `why`."""
    starts = {call.frame.tree.span(place).start for place in (node, call.statement or node)}
    return any(why.search(text) for start in starts for text in call.frame.comments(Span(start, start)))
