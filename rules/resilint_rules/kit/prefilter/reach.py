"""Which functions of a project may reach integration code by what they call, as far as text alone says.

A function acts (it mentions integration code), or calls a function or method that may reach it. Names are all that is
compared, but a method counts only in a top-level function or class that names its class too. The answer about a module
follows imports a given number of modules far, each of which decreases it, so that cycles of imports end and the order
of questions changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...catalog.index import METHODS
from ..project.imports import Project
from ..project.module import FunctionChunk, ImportedName, Module
from ..syntax.layout import GAP
from ..syntax.outline import Chunk
from ..syntax.text import Document
from .acting import waiting
from .exports import Exports
from .files import NO
from .library_names import COMMON, prefixes_of
from .summaries import Export

ASKING = ("async ", "atomic")
"""What a text holds that defines a coroutine, or opens a transaction: what is called there matters."""
HOPS = 2
"""Modules that a call may lead through: re-exports count. Wide packages make one more expensive."""
LONG = 6_000
"""Characters of a function that is not followed into: to interpret it costs more than what it may show."""
ROUNDS = 6
"""How many functions of one module a call may lead through."""
_WORD = re.compile(r"\b[^\W\d]\w*")
_CALLED = re.compile(rf"\b([^\W\d]\w*){GAP}\(")
_PARTIAL = re.compile(rf"\bpartial{GAP}\({GAP}(?:\w+\.)?(\w+)")
_SET = re.compile(r"\b(?:self|cls)\.(\w+)\b[^\n=]*=(?!=)([^\n]*)|^[ \t]+(\w+)[ \t]*:([^\n]*)", re.MULTILINE)
_ANNOTATED = re.compile(r"(\w+)[ \t]*:([^,)=\n]+)")
_NO_WORDS: frozenset[str] = frozenset()
Entries = dict[str, frozenset[str]]
"""The names of a module that lead to integration code, with the words by which functions are called through them."""


@dataclass(slots=True)
class Reaching:
    """What of a module may reach integration code."""

    entries: Entries = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    """Plain functions and methods, by qualified name."""
    callers: list[FunctionChunk] = field(default_factory=list)
    """Coroutines, and functions with a transaction, that call one of them, or one of another module."""
    names: frozenset[str] = frozenset()
    """All names, attributes and methods that are worth following."""


_NOTHING = Reaching()


class Reach:
    """The answers for the modules of a project, each found once. Get it with `project.derived(Reach)`.

    The reads of the project that an answer depends on are recorded each time it is given.
    """

    __slots__ = ("_known", "exports", "project")

    def __init__(self, project: Project) -> None:
        self.project = project
        self.exports = project.derived(Exports)
        self._known: dict[tuple[str, int], tuple[Reaching, dict[str, str]]] = {}

    def of(self, module: Module, hops: int = HOPS - 1) -> Reaching:
        """Returns what of a module of the project may reach integration code, `hops` modules away at most."""
        key = module.doc.name, hops
        known = self._known.get(key)
        if known is None:
            with self.project.recording() as reads:
                known = self._known[key] = self._of(module, hops), reads
        self.project.reads.update(known[1])
        return known[0]

    def names_of(self, module: Module) -> frozenset[str]:
        """What of a file of the project is worth following; nothing of the checked module."""
        return self.of(module).names if self.project.owns(module) else frozenset()

    def _of(self, module: Module, hops: int) -> Reaching:
        level = self.exports.level(module)
        if level == NO:
            return _NOTHING
        own = self.exports.of(module).acting
        leads = self.leads(module, hops) if hops else {}
        return reaching(module, own, leads)

    def leads(self, module: Module, hops: int = HOPS) -> Entries:
        """Returns the imported names of a module that lead to integration code by other modules of the project."""
        found: Entries = {}
        for name, target in _imports(module):
            words = self._words(target, name, module, hops)
            if words:
                found[name] = found.get(name, _NO_WORDS) | words
        return found

    def reached(self, doc: Document) -> bool:
        """Whether coroutines or transactions of a document may reach integration code by other modules."""
        if not asks(doc.text):
            return False
        module = Module(doc)
        return any(self._words(target, name, module, HOPS) for name, target in _imports(module))

    def _words(self, target: ImportedName, name: str, module: Module, hops: int) -> frozenset[str]:
        """The words by which functions are called through an imported name."""
        if not target.level and prefixes_of(target.module):
            return _NO_WORDS
        found, inner = self.project.find(target, module.doc)
        if found is None or found is module:
            return _NO_WORDS
        entries = self.of(found, hops - 1).entries
        if not inner:
            return _NO_WORDS.union(*entries.values())
        words = entries.get(inner, _NO_WORDS)
        if inner in words:
            words = words - {inner} | {name}
        return words | self._of_client(self.exports.name(found, inner))

    def _of_client(self, export: Export) -> frozenset[str]:
        """The methods by which an imported client is used."""
        libraries = waiting(export.libraries, self.project.catalog.prefixes()) if export else ()
        return frozenset(method for library in libraries for method in METHODS.get(library, ())) - COMMON


def asks(text: str) -> bool:
    """Whether it matters in a text, or in one of its functions, what is behind the functions that are called."""
    return any(word in text for word in ASKING)


def _imports(module: Module) -> Iterator[tuple[str, ImportedName]]:
    """What a module imports, as (name, target)."""
    for name, same in module.mentioned.items():
        for target in dict.fromkeys(same):
            yield name, target


class _Closure:
    """The functions of one module that reach integration code, found by their calls of each other."""

    def __init__(self, module: Module, entries: Entries) -> None:
        self.module = module
        self.found = Reaching(entries)
        self.tops = module.derived(_tops)

    def add(self, function: FunctionChunk) -> None:
        """Adds a function, and the word by which it is called, to the entry of its outermost class or its own."""
        self.found.functions.add(function.qualname)
        if function.owner is not None and function.name in COMMON and function.name != "__init__":
            return  # everything has a method of this name
        parts = function.qualname.split(".")
        word = parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
        entries = self.found.entries
        for owner in {parts[0], parts[-2] if len(parts) > 1 else parts[0]}:
            entries[owner] = entries.get(owner, _NO_WORDS) | {word}

    def spread(self) -> None:
        """Adds the functions that call one that is known, until there are no more."""
        for _ in range(ROUNDS):
            self._bind_names()
            size = len(self.found.functions)
            for top in self.tops:
                active = top.active(self.found.entries)
                for function in top.functions if active else ():
                    chunk = function.chunk
                    known = (
                        chunk.is_async or function.qualname in self.found.functions or chunk.end - chunk.start > LONG
                    )
                    if not known and not active.isdisjoint(top.called(function)):
                        self.add(function)
            if len(self.found.functions) == size:
                break

    def finish(self) -> Reaching:
        """Returns what was found, with the coroutines and attributes that it concerns."""
        attributes: set[str] = set()
        for top in self.tops:
            active = top.active(self.found.entries)
            for function in top.functions if active else ():
                chunk = function.chunk
                asking = chunk.is_async or asks(self.module.text[chunk.start : chunk.end])
                if asking and not active.isdisjoint(top.called(function)):
                    self.found.callers.append(function)
            if active and top.is_class:
                attributes |= top.attributes(self.found.entries)
        self.found.names = frozenset(attributes).union(self.found.entries, *self.found.entries.values())
        return self.found

    def _bind_names(self) -> None:
        """Gives names of the module what the statements that bind them mention."""
        entries = self.found.entries
        for name, chunks in self.module.bindings.items():
            for chunk in chunks if name not in entries else ():
                mentioned = set(_WORD.findall(self.module.text, chunk.start, chunk.end)) - {name}
                words = _NO_WORDS.union(*(entries[word] - {word} for word in mentioned & entries.keys()))
                if words:
                    entries[name] = entries.get(name, _NO_WORDS) | words
        for name, cls in self.module.classes.items():
            bases = set(_WORD.findall(self.module.text, cls.chunk.head, cls.chunk.body)) - {name}
            words = _NO_WORDS.union(*(entries[word] - {word} for word in bases & entries.keys()))
            if words:
                entries[name] = entries.get(name, _NO_WORDS) | words


class _Top:
    """A function or class at module level, with the words of its text, found when they are needed."""

    __slots__ = ("_called", "_words", "functions", "is_class", "source")

    def __init__(self, module: Module, chunk: Chunk, functions: list[FunctionChunk]) -> None:
        self.source = module.text, chunk.start, chunk.end
        self.functions = functions
        self.is_class = chunk.kind == "class"
        self._words: set[str] | None = None
        self._called: dict[int, set[str]] = {}

    def active(self, entries: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """The words that are calls of what reaches integration code in this text."""
        if self._words is None:
            text, start, end = self.source
            self._words = set(_WORD.findall(text, start, end))
        return _NO_WORDS.union(*(entries[name] for name in self._words & entries.keys()))

    def called(self, function: FunctionChunk) -> set[str]:
        """The last names of what a function calls."""
        chunk = function.chunk
        if chunk.start not in self._called:
            found = set(_CALLED.findall(self.source[0], chunk.body, chunk.end))
            if "partial" in found:
                found.update(_PARTIAL.findall(self.source[0], chunk.body, chunk.end))
            self._called[chunk.start] = found
        return self._called[chunk.start]

    def attributes(self, entries: Mapping[str, frozenset[str]]) -> set[str]:
        """The attributes that are given something which is named or annotated as one of the entries."""
        text, start, end = self.source
        holding = set(entries)
        for function in self.functions:
            chunk = function.chunk
            for name, kind in _ANNOTATED.findall(text, chunk.head, chunk.body):
                if not holding.isdisjoint(_WORD.findall(kind)):
                    holding.add(name)
        found: set[str] = set()
        for attribute, value, declared, kind in _SET.findall(text[start:end]):
            if not holding.isdisjoint(_WORD.findall(value or kind)):
                found.add(attribute or declared)
        return found - COMMON


def _tops(module: Module) -> list[_Top]:
    """The functions and classes at module level, with the functions and methods in them."""
    found = [_Top(module, function.chunk, [function]) for same in module.functions.values() for function in same]
    for outer in (*module.classes.values(), *module.replaced):
        pending = [outer]
        methods: list[FunctionChunk] = []
        for cls in pending:  # grows while it is iterated
            methods.extend(method for named in cls.methods.values() for method in named)
            pending.extend(cls.classes.values())
        found.append(_Top(module, outer.chunk, methods))
    return found


def reaching(module: Module, own: frozenset[str], leads: Entries) -> Reaching:
    """Returns what of a module may reach integration code: by functions that act themselves, or by imported names."""
    if not own and not leads:
        return _NOTHING
    closure = _Closure(module, dict(leads))
    for function in module.all_functions() if own else ():
        if function.qualname in own and function.chunk.end - function.chunk.start <= LONG:
            closure.add(function)
    closure.spread()
    return closure.finish()
