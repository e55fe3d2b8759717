"""Which functions of a project may reach integration code by what they call, as far as text alone says.

A function acts (it mentions integration code), or calls a function or method that may reach it. Names are all that is
compared, but a method counts only in a top-level function or class that names its class too. The answer about a module
follows imports a given number of modules far, each of which decreases it, so that cycles of imports end and the order
of questions changes nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...catalog.index import METHODS
from ..project.imports import Project
from ..project.module import FunctionChunk, ImportedName, Module
from ..syntax.layout import GAP
from ..syntax.outline import Chunk
from ..syntax.words import words
from .acting import waiting
from .exports import Exports
from .files import NO
from .library_names import COMMON, prefixes_of
from .own_code.asking import Asking
from .summaries import Export

HOPS = 2
"""Modules that a call may lead through: re-exports count. Wide packages make one more expensive."""
LONG = 6_000
"""Characters of a function that is not followed into: to interpret it costs more than what it may show."""
ROUNDS = 6
"""How many functions of one module a call may lead through."""
_WORD = re.compile(r"\b[^\W\d]\w*")
_CALLED = re.compile(rf"\b([^\W\d]\w*){GAP}\(")
_MAY_AWAIT = re.compile(rf"(\bawait{GAP})?(?:\b[^\W\d]\w*{GAP}\.{GAP})*\b([^\W\d]\w*){GAP}\(")
"""A call of a name or attribute, and whether it is awaited."""
_PARTIAL = re.compile(rf"\bpartial{GAP}\({GAP}(?:\w+\.)?(\w+)")
_SET = re.compile(r"\b(?:self|cls)\.(\w+)\b[^\n=]*=(?!=)([^\n]*)|^[ \t]+(\w+)[ \t]*:([^\n]*)", re.MULTILINE)
_ANNOTATED = re.compile(r"(\w+)[ \t]*:([^,)=\n]+)")
_GIVEN_BACK = re.compile(r"->[ \t]*([^:\n]+):|\breturn[ \t]+(?:await[ \t]+)?([^\W\d]\w*)")
"""What a function gives back: the type in its head, or the first name of what a statement returns."""
_EVERYWHERE = frozenset((
    "get", "set", "add", "update", "items", "keys", "values", "close", "open", "read", "write", "__enter__", "__exit__",
))  # fmt: skip
"""Methods that so many objects have that nothing is said by a call of one."""
_NO_WORDS: frozenset[str] = frozenset()
Entries = dict[str, frozenset[str]]
"""The names of a module that lead to integration code, with the words by which functions are called through them."""


@dataclass(slots=True)
class Reaching:
    """What of a module may reach integration code."""

    entries: Entries = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    """Functions and methods that may do so, by qualified name."""
    giving: set[str] = field(default_factory=set)
    """Functions of the module that give back something by whose methods it is reached, by name."""
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
        return reaching(module, own, leads, callers=False)

    def leads(self, module: Module, hops: int = HOPS, *, only: frozenset[str] | None = None) -> Entries:
        """Returns the imported names of a module that lead to integration code by other modules of the project.

        With `only`, no others are looked at than these.
        """
        found: Entries = {}
        for name, target in _imports(module):
            if only is not None and name not in only:
                continue
            words = self._words(target, name, module, hops)
            if words:
                found[name] = found.get(name, _NO_WORDS) | words
        return found

    def reached(self, module: Module) -> bool:
        """Whether coroutines or transactions of a module may reach integration code by other modules."""
        asking = module.derived(Asking)
        if asking.far():
            return any(self._words(target, name, module, HOPS) for name, target in _imports(module))
        only = named_near(module) if asking.near() else _NO_WORDS
        return any(name in only and self._words(target, name, module, HOPS) for name, target in _imports(module))

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


def named_near(module: Module) -> frozenset[str]:
    """Returns the words of the functions of a module in which failures are hidden or repeated, or that are entered."""
    asking = module.derived(Asking)
    if not asking.near():
        return _NO_WORDS
    found: set[str] = set()
    for function in module.all_functions():
        chunk = function.chunk
        if asking.near_in(chunk):
            found.update(_WORD.findall(module.text, chunk.body, chunk.end))
    return frozenset(found)


def _imports(module: Module) -> Iterator[tuple[str, ImportedName]]:
    """What a module imports, as (name, target)."""
    for name, same in module.mentioned.items():
        for target in dict.fromkeys(same):
            yield name, target


class _Closure:
    """The functions of one module that reach integration code, found by their calls of each other."""

    def __init__(self, module: Module, entries: Entries, *, coroutines: bool) -> None:
        self.module = module
        self.coroutines = coroutines
        self.found = Reaching(entries)
        self.tops = module.derived(_tops)
        self._starts = [top.chunk.start for top in self.tops]
        self._words = module.derived(_all_words)
        self._sought: set[str] = set()
        self._size = 0
        self._names: list[set[str]] = [set() for _ in self.tops]
        """The entries that stand in each of the tops."""
        self._called: dict[int, set[str]] = {}
        self._named: dict[tuple[int, int], frozenset[str]] = {}
        """The words of the statements and heads that bind names, by start and end."""

    def add(self, function: FunctionChunk) -> None:
        """Adds a function, and the word by which it is called, to the entry of its outermost class or its own."""
        self.found.functions.add(function.qualname)
        if function.owner is not None and function.name in _EVERYWHERE:
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
            for top, active in self._active():
                for function in top.functions:
                    chunk = function.chunk
                    left_out = (chunk.is_async and not self.coroutines) or chunk.end - chunk.start > LONG
                    known = left_out or function.qualname in self.found.functions
                    if not known and not active.isdisjoint(self._calls(function)):
                        self.add(function)
            if len(self.found.functions) == size:
                break

    def finish(self, *, callers: bool) -> Reaching:
        """Returns what was found, with the attributes that it concerns, and the functions if `callers` are wanted."""
        attributes: set[str] = set()
        asking = self.module.derived(Asking)
        for top, active in self._active():
            for function in top.functions if callers else ():
                chunk = function.chunk
                matters = asking.in_function(chunk)
                calls = self._calls(function) if matters else self._not_awaited(function) if chunk.is_async else set()
                if not active.isdisjoint(calls):
                    self.found.callers.append(function)
            if top.is_class:
                attributes |= top.attributes(self.module.text, self.found.entries)
        self.found.names = frozenset(attributes).union(self.found.entries, *self.found.entries.values())
        return self.found

    def _active(self) -> Iterator[tuple[_Top, frozenset[str]]]:
        """Yields the tops that name an entry, with the words that are calls of it there."""
        entries, text = self.found.entries, self.module.text
        for number, top in enumerate(self.tops):
            if len(entries) != self._size:  # they grow while tops are looked at
                self._size = len(entries)
                for name in (entries.keys() & self._words) - self._sought:
                    self._sought.add(name)
                    for at in words(name, text, 0, len(text)):
                        index = bisect_right(self._starts, at) - 1
                        if index >= 0 and at < self.tops[index].chunk.end:
                            self._names[index].add(name)
            if self._names[number]:
                yield top, _NO_WORDS.union(*(entries[name] for name in self._names[number]))

    def _calls(self, function: FunctionChunk) -> set[str]:
        """The last names of what a function calls."""
        chunk = function.chunk
        if chunk.start not in self._called:
            found = set(_CALLED.findall(self.module.text, chunk.body, chunk.end))
            if "partial" in found:
                found.update(_PARTIAL.findall(self.module.text, chunk.body, chunk.end))
            self._called[chunk.start] = found
        return self._called[chunk.start]

    def _not_awaited(self, function: FunctionChunk) -> set[str]:
        """The last names of what a coroutine calls without awaiting it right there."""
        chunk = function.chunk
        return {name for awaited, name in _MAY_AWAIT.findall(self.module.text, chunk.body, chunk.end) if not awaited}

    def _bind_names(self) -> None:
        """Gives names of the module what the statements that bind them mention."""
        for name, chunks in self.module.bindings.items():
            for chunk in chunks:
                self._bind(name, chunk.start, chunk.end)
        for name, cls in self.module.classes.items():
            self._bind(name, cls.chunk.head, cls.chunk.body)
        for name, same in self.module.functions.items():
            for function in same:
                if self._bind(name, function.chunk.head, function.chunk.end, _GIVEN_BACK):
                    self.found.giving.add(name)

    def _bind(self, name: str, start: int, end: int, pattern: re.Pattern[str] | None = None) -> bool:
        """Gives a name the words of the entries that stand in a part of the text, or in what a pattern finds there."""
        entries, text = self.found.entries, self.module.text
        if (start, end) not in self._named:
            parts = [text[start:end]]
            if pattern is not None:
                parts = [part for groups in pattern.findall(text, start, end) for part in groups if part]
            self._named[start, end] = frozenset(word for part in parts for word in _WORD.findall(part))
        named = self._named[start, end] - {name}
        found = _NO_WORDS.union(*(entries[word] - {word} for word in named & entries.keys()))
        if found:
            entries[name] = entries.get(name, _NO_WORDS) | found
        return bool(found)


class _Top:
    """A function or class at module level, with the functions and methods in it."""

    __slots__ = ("chunk", "functions", "is_class")

    def __init__(self, chunk: Chunk, functions: list[FunctionChunk]) -> None:
        self.chunk = chunk
        self.functions = functions
        self.is_class = chunk.kind == "class"

    def attributes(self, text: str, entries: Mapping[str, frozenset[str]]) -> set[str]:
        """The attributes that are given something which is named or annotated as one of the entries."""
        holding = set(entries)
        for function in self.functions:
            chunk = function.chunk
            for name, kind in _ANNOTATED.findall(text, chunk.head, chunk.body):
                if not holding.isdisjoint(_WORD.findall(kind)):
                    holding.add(name)
        found: set[str] = set()
        for attribute, value, declared, kind in _SET.findall(text[self.chunk.start : self.chunk.end]):
            if not holding.isdisjoint(_WORD.findall(value or kind)):
                found.add(attribute or declared)
        return found - COMMON


def _all_words(module: Module) -> frozenset[str]:
    return frozenset(_WORD.findall(module.text))


def _tops(module: Module) -> list[_Top]:
    """The functions and classes at module level, in text order."""
    found = [_Top(function.chunk, [function]) for same in module.functions.values() for function in same]
    for outer in (*module.classes.values(), *module.replaced):
        pending = [outer]
        methods: list[FunctionChunk] = []
        for cls in pending:  # grows while it is iterated
            methods.extend(method for named in cls.methods.values() for method in named)
            pending.extend(cls.classes.values())
        found.append(_Top(outer.chunk, methods))
    return sorted(found, key=lambda top: top.chunk.start)


def reaching(
    module: Module, own: frozenset[str], leads: Entries, *, coroutines: bool = False, callers: bool = True
) -> Reaching:
    """Returns what of a module may reach integration code: by functions that act themselves, or by imported names.

    With `coroutines` these are followed as plain functions are. Without `callers` it is not looked for the functions
    that call them where that matters: importers of a module do not ask for these.
    """
    if not own and not leads:
        return _NOTHING
    closure = _Closure(module, dict(leads), coroutines=coroutines)
    for function in module.all_functions() if own else ():
        if function.qualname in own and function.chunk.end - function.chunk.start <= LONG:
            closure.add(function)
    closure.spread()
    return closure.finish(callers=callers)
