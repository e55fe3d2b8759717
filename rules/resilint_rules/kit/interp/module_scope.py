"""What a chunk needs from around it: its module's names, its class's attributes, other modules' words.

A scope holds the memo of one module for one check; the linker holds the scopes, so that whatever is
learnt about an object is learnt once, and nothing outlives the check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...catalog.index import TABLES
from ..catalog.records import ExternalFact
from ..catalog.surroundings import ScopeFact
from ..prefilter.exports import Exports
from ..prefilter.reach import Reach
from ..prefilter.summaries import ExportSummary
from ..project.module import ClassChunk, FunctionChunk, ImportedName, Module
from ..project.queries import ResultRecordings
from ..project.recording import Recording
from ..syntax.layout import flat
from ..syntax.outline import Chunk
from ..syntax.text import Span
from ..syntax.tree import MAX_COST, MAX_DEPTH, MAX_WEIGHT, Tree, cost, parse
from .calls import Env, Frame, Queries
from .calls_made import changed_inside
from .kinds import FrameKind
from .known_calls import is_played
from .statements import evaluate, run_function, run_statements
from .values import UNKNOWN, Class, Const, Function, Instance, Mapping, Ref, Value, join, options

FOREIGN = 60
"""Pieces of other modules that one check may look at."""
HUGE = 20_000
"""Characters of a statement that is not worth parsing for a constant: a table."""
DEEP = 25
"""How many names may wait for each other: beyond that a chain of constants is not followed."""
AGAIN = 2
"""How often an attribute may be evaluated inside its own evaluation: a method may read what it has just set."""
_BINDS = re.compile(r"^[ \t]*(\w+)[ \t]*(?::[^\n]*|=(?!=))", re.MULTILINE)
_PROPERTY = re.compile(r"@(?:\w+\.)*(?:cached_)?property\b|@(?:\w+\.)*reify\b")


class ModuleScope:
    """One module's names and attributes, evaluated when they are needed."""

    def __init__(self, module: Module, session: Queries) -> None:
        self.module = module
        self.session = session
        self.catalog = session.catalog
        self._values: dict[str, Value | None] = {}
        self._attributes: dict[tuple[int, str], Value | None] = {}
        self._frames: dict[int, Frame | None] = {}
        self._bases: dict[int, list[Value]] = {}
        self._running: dict[int, Frame] = {}
        self._asking: dict[tuple[int, str], int] = {}
        self._depth = 0
        self._assigners: dict[int, dict[str, list[Chunk]]] = {}
        self._trees: dict[int, Tree | None] = {}
        self._known: ExportSummary | None = None
        self._callers: dict[int, dict[Recording, None]] = {}
        """The recordings of those that have got what a function returns, by the start of the function."""
        self._recordings = ResultRecordings(module)

    def forget(self) -> None:
        """Lets go of what was learnt. Effect: it can be used no more."""
        for held in (self._values, self._attributes, self._frames, self._bases, self._running, self._trees):
            held.clear()
        self._recordings.clear()
        self._callers.clear()

    def share(self, other: ModuleScope) -> None:
        """Takes over from a scope of the same module what may hold a client there, and the trees of its chunks."""
        self.known, self._trees = other.known, other._trees

    def new_frame(self, tree: Tree, qualname: str, *, kind: FrameKind, outer: Frame | None = None) -> Frame:
        """An empty frame for a function, lambda or statement of this module."""
        frame = Frame(self, tree, qualname, kind=kind, outer=outer)
        self.session.frames.append(frame)
        return frame

    @property
    def known(self) -> ExportSummary:
        """The names and attributes of the module that may hold a client."""
        if self._known is None:
            self._known = self.session.project.derived(Exports).of(self.module)
        return self._known

    @known.setter
    def known(self, value: ExportSummary) -> None:
        self._known = value

    def mentions_library(self, kind: str) -> bool:
        """Whether the module names a library that has entries of a kind at all: without, no flow has to be followed."""
        names = (prefix.rpartition(".")[2] for prefix in TABLES.get(kind, ()))
        return self.module.mentions(*names, *self.catalog.prefixes())

    def is_played(self, frame: Frame, span: Span, library: str) -> bool:
        """Whether a stand-in answers what is called at a place, so that nothing leaves the process."""
        return self.mentions_library("double") and is_played(frame, span, library)

    def interesting(self, name: str) -> bool:
        """Whether a name can matter: it may hold a client, an event loop, or a time limit."""
        known = self.known
        sets = (known.names, known.attributes, known.classes, known.through, known.brought, known.unawaited)
        found = any(name in target for target in sets) or "timeout" in name.lower() or name.endswith("loop")
        if found or not self.session.follows:
            return found
        reach = self.session.project.derived(Reach)
        return name in (reach.names_of(self.module) or self.known.reaching)

    def _hands_on(self, name: str) -> bool:
        """Whether a name that the module has from another one may hold a client."""
        return bool(self.session.project.derived(Exports).name(self.module, name))

    def scoping(self, value: Value) -> ScopeFact | None:
        """The entry of a function that bounds the awaitable it is given."""
        if isinstance(value, Ref):
            fact = self.catalog.fact(ScopeFact, value.name)
            return fact if fact is not None and fact.form == "wrap" else None
        return None

    def tree(self, chunk: Chunk) -> Tree | None:
        """A chunk, parsed; None if it is too dangerous or not valid Python."""
        source = self.module.source(chunk)
        if chunk.start not in self._trees:
            found = None
            if chunk.depth > MAX_DEPTH or chunk.weight > MAX_WEIGHT or cost(source) > MAX_COST:
                self.session.left_out.add((self.module.doc.name, chunk.start))
            else:
                project = self.session.project
                if project.owns(self.module):
                    self.session.foreign += 1
                    if self.session.foreign > FOREIGN:
                        return None
                found = (
                    project.tree(self.module, chunk, lambda: self._parsed(chunk, source))
                    if project.owns(self.module)
                    else self._parsed(chunk, source)
                )
            self._trees[chunk.start] = found
        return self._trees[chunk.start]

    def _parsed(self, chunk: Chunk, source: str) -> Tree | None:
        self.session.chunks += 1
        self.session.lines += source.count("\n")
        return parse(source, chunk.start, indented=chunk.indent > chunk.start)

    def value(self, name: str) -> Value | None:
        """What a name of the module stands for; None if nothing in the module binds it."""
        if name in self._values:
            self._recordings.use("value", name)
            return self._values[name]
        if self._depth > DEEP:
            return UNKNOWN
        with self._recordings.record("value", name):
            self._values[name] = UNKNOWN  # the answer to a query from inside its own evaluation
            self._depth += 1
            try:
                value = self._found(name)
            finally:
                self._depth -= 1
            self._values[name] = value
            for function in self.module.writers_of(name):  # what they do to it once it is known
                self.frame(function)
        return value

    def _found(self, name: str) -> Value | None:
        module = self.module
        found: list[Value] = []
        if name in module.imports:
            found.append(self.imported(module.imports[name], follow=self.interesting(name) or self._hands_on(name)))
        if name in module.classes:
            found.append(Class(module, module.classes[name]))
        found.extend(Function(module, function) for function in module.functions.get(name, ())[-1:])
        if name in module.bindings or module.writers_of(name):
            found.extend(self._assigned(name))
        if not found and "*" in module.imports and self._hands_on(name):
            found.extend(self.session.starred(module, name))
        value = join(found) if found else None
        if isinstance(value, Const) and not value.name:
            return Const(value.value, value.soft, name)
        if isinstance(value, Mapping) and changed_inside(name, module.lines_with(name)):
            return Mapping(value.items, open=True)
        return value

    def imported(self, targets: list[ImportedName], *, follow: bool = True) -> Value:
        """What an import binds; several for `try: import a except ImportError: import b`.

        Other modules are looked into only for names that can matter (`follow`).
        """
        return join([self.session.imported(target, self.module, follow=follow) for target in targets])

    def _assigned(self, name: str) -> list[Value]:
        """The values that statements at module level give a name, in the order they stand."""
        binding = {chunk.start for chunk in self.module.bindings.get(name, ())}
        env: Env = {}
        for chunk in self.module.statements_mentioning(name) if binding else ():
            if chunk.start not in binding and isinstance(env.get(name), Const):
                continue  # what only mentions a plain value cannot change it
            tree = self.tree(chunk) if chunk.end - chunk.start < HUGE or self.interesting(name) else None
            if tree is None:
                return [UNKNOWN]
            frame = self.new_frame(tree, "", kind=FrameKind.STATEMENT)
            frame.env = env
            run_statements(frame, tree.body)
            if name in env or name in frame.env:
                self._values[name] = frame.env.get(name, UNKNOWN)
            env = frame.env
        return [*([env[name]] if name in env else []), *self._written(name)]

    def _written(self, name: str) -> Iterator[Value]:
        """Yields the values that functions give a name of the module by `global`."""
        for function in self.module.writers_of(name):
            inner = self.frame(function)
            if inner is None:
                yield UNKNOWN
            elif name in inner.env:
                yield inner.env[name]

    def statement(self, chunk: Chunk) -> Frame | None:
        """The frame of a statement at module or class level."""
        tree = self.tree(chunk)
        if tree is None:
            return None
        frame = self.new_frame(tree, "", kind=FrameKind.STATEMENT)
        run_statements(frame, tree.body)
        return frame

    def frame(self, function: FunctionChunk) -> Frame | None:
        """The frame of a function, interpreted once; None during that, or if it cannot be parsed."""
        self.module.source(function.chunk)
        return self._kept_frame(function)

    def own_frame(self, function: FunctionChunk) -> Frame | None:
        """The same for its own sake, not because another chunk depends on it."""
        for caller in self._callers.get(function.chunk.start, ()):
            self.module.use(caller)
        return self._kept_frame(function)

    def note_caller(self, function: FunctionChunk) -> None:
        """Records that the active computation gets what a function returns.

        It may mark it, as when a body is examined; then the function's own result depends on that.
        """
        if self.module.outermost is not None:
            self._callers.setdefault(function.chunk.start, {})[self.module.outermost] = None

    def _kept_frame(self, function: FunctionChunk) -> Frame | None:
        key = function.chunk.start
        if key in self._frames:
            self._recordings.use("frame", key)
            return self._frames[key]
        if key in self._running:
            self._recordings.use("frame", key)
            return None
        if len(self._running) > 12:
            return None
        with self._recordings.record("frame", key):
            return self._interpreted(function, key)

    def _interpreted(self, function: FunctionChunk, key: int) -> Frame | None:
        tree = self.tree(function.chunk)
        node = tree.body[0] if tree is not None and tree.body else None
        if tree is None or not isinstance(node, cst.FunctionDef):
            self._frames[key] = None
            return None
        frame = self.new_frame(tree, function.qualname, kind=FrameKind.FUNCTION)
        receiver = frame.owner = self.receiver(function)
        self._running[key] = frame
        try:
            run_function(frame, node, receiver, self.session.given.get(function))
        finally:
            del self._running[key]
        self._frames[key] = frame
        return frame

    def calls_out(self, function: FunctionChunk) -> bool:
        """Whether a function that was interpreted calls something that waits without `await`."""
        frame = self._frames.get(function.chunk.start)
        facts = (call.fact for call in frame.calls.values()) if frame is not None else ()
        return any(isinstance(fact, ExternalFact) and fact.mode == "sync" for fact in facts)

    def receiver(self, function: FunctionChunk) -> Value | None:
        """What a method's first parameter stands for; None for a function that has no such parameter."""
        header = self.module.header(function.chunk)
        if function.owner is None or "staticmethod" in header:
            return None
        cls = Class(self.module, function.owner)
        return cls if "classmethod" in header else self.session.instance(cls, None)

    def bases(self, cls: ClassChunk) -> list[Value]:
        """The values of a class's bases."""
        key = cls.chunk.start
        if key in self._bases:
            self._recordings.use("bases", key)
            return self._bases[key]
        with self._recordings.record("bases", key):
            self._bases[key] = []
            header = self.module.header(cls.chunk)[cls.chunk.head - cls.chunk.start :]
            if "(" in header:
                try:
                    node = cst.parse_statement(header.strip() + " pass")
                except Exception:  # noqa: BLE001 - a header that is not valid by itself has no bases we can see
                    return []
                if isinstance(node, cst.ClassDef):
                    holder = self.new_frame(Tree(cst.Module([]), "", 0, ()), "", kind=FrameKind.STATEMENT)
                    self._bases[key] = [evaluate(holder, arg.value) for arg in node.bases]
        return self._bases[key]

    def attribute(self, cls: ClassChunk, name: str, owner: Value) -> Value | None:
        """An attribute that a class of this module defines or assigns; None if it does not."""
        key = (cls.chunk.start, name)
        if key in self._attributes:
            self._recordings.use("attribute", key)
            found = self._attributes[key]
            if isinstance(found, Function):
                return Function(found.module, found.chunk, owner)
            return found
        if self._asking.get(key, 0) > AGAIN:
            self._recordings.use("attribute", key)
            return UNKNOWN
        with self._recordings.record("attribute", key):
            self._asking[key] = self._asking.get(key, 0) + 1
            try:
                value = self._attribute(cls, name, owner)
            finally:
                self._asking[key] -= 1
            if not self._asking[key] and not self._unfinished(cls, name):
                self._attributes[key] = value
            if value is not None and any(isinstance(option, Instance) for option in options(value)):
                configured = re.compile(rf"\b(?:self|cls)\.{name}\.(?:\w+[ \t]*=(?!=)|mount\b)")
                for method in self._among(cls, self.module.functions_mentioning(name, configured)):
                    self.frame(method)
        return value

    def _unfinished(self, cls: ClassChunk, name: str) -> bool:
        """Whether a method that gives an attribute its value is being interpreted: it may give it another."""
        return any(method.chunk.start in self._running for method in self._assigning(cls, name)[1])

    def _assigning(self, cls: ClassChunk, name: str) -> tuple[list[Chunk], list[FunctionChunk]]:
        """The statements and methods of a class that may give an attribute its value."""
        key = cls.chunk.start
        if key not in self._assigners:
            by_name: dict[str, list[Chunk]] = {}
            for chunk in cls.statements:
                for word in {found.group(1) for found in _BINDS.finditer(flat(self.module.source(chunk)))}:
                    by_name.setdefault(word, []).append(chunk)
            self._assigners[key] = by_name
        methods = self._among(cls, self.module.methods_setting(name))
        return self._assigners[key].get(name, []), methods

    def _among(self, cls: ClassChunk, names: tuple[str, ...]) -> list[FunctionChunk]:
        """Those of some functions of the module that are methods of a class."""
        return [function for function in self.module.chosen(names) if function.owner is cls]

    def _may_matter(self, name: str) -> bool:
        """Whether an attribute may be of use: it is a constant, or may hold a client."""
        return name.isupper() or self.interesting(name)

    def _is_given(self, methods: list[FunctionChunk]) -> bool:
        """Whether one of some methods is given a client by the module's own calls."""
        return any(method in self.session.given for method in methods)

    def _attribute(self, cls: ClassChunk, name: str, owner: Value) -> Value | None:
        module = self.module
        found: list[Value] = []
        for method in cls.methods.get(name, ())[:1]:
            if _PROPERTY.search(module.decorators(method.chunk)):
                frame = self.frame(method) if self.interesting(name) else None
                return frame.returned() if frame is not None else UNKNOWN
            return Function(module, method, owner)
        if name in cls.classes:
            return Class(module, cls.classes[name])
        statements, methods = self._assigning(cls, name)
        if not statements and not methods:
            return None
        if not (self._may_matter(name) or self._is_given(methods)):
            return UNKNOWN
        for chunk in statements:
            tree = self.tree(chunk)
            if tree is None:
                return UNKNOWN
            frame = self.new_frame(tree, cls.qualname, kind=FrameKind.STATEMENT)
            run_statements(frame, tree.body)
            if name in frame.env:
                value = frame.env[name]
                if isinstance(value, Const):  # a field's default: the constructor, or a subclass, may set another
                    value = Const(value.value, value.soft or not name.isupper(), value.name or f"self.{name}")
                found.append(value)
        for method in methods:
            inner = self.frame(method) or self._running.get(method.chunk.start)
            if inner is None:
                found.append(UNKNOWN)
            else:
                for other in inner.all_frames():
                    found.extend(other.attributes.get(name, ()))
        return join(found) if found else None
