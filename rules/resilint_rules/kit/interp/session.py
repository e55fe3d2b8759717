"""All that one check knows: the project, the catalogue, and a scope for each module met.

Whatever is learnt about an object is learnt once, and nothing outlives the check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar, cast

from ..catalog.lookup import Catalog
from ..catalog.records import ClientFact
from ..prefilter.reach import Reach
from ..project.imports import HOPS, Project
from ..project.module import ClassChunk, FunctionChunk, ImportedName, Module
from .calls import Env, Frame
from .module_scope import ModuleScope
from .values import UNKNOWN, Class, Function, Instance, Method, Object, ProjectModule, Ref, Site, Value

_CONFIGURES = re.compile(r"timeout|mount|adapter|verify|retr|auth|header", re.IGNORECASE)


class Dismissed(Protocol):
    """What is kept for one check and lets go of it at its end."""

    def dismiss(self) -> None: ...


Derived = TypeVar("Derived", bound=Dismissed)
DEPTH = 3
"""Modules that a question may lead through."""

_PATTERNS = {"attempts": 3, "within": 60, "pause": 2, "concurrency": 10, "failures": 5, "recovery": 30}


class Session:
    """All that one check knows: the project, the catalogue, a scope for each module met."""

    def __init__(
        self,
        project: Project,
        timeouts: Mapping[str, float] | None = None,
        patterns: Mapping[str, float] | None = None,
    ) -> None:
        self.project = project
        self.timeouts = dict(timeouts or {"connect": 3.05, "read": 27, "total": 30, "llm": 60})
        self.patterns = dict(patterns or _PATTERNS)
        self.catalog: Catalog = project.catalog
        self.chunks = 0
        self.lines = 0
        self.left_out: set[tuple[str, int]] = set()
        self.foreign = 0
        self.frames: list[Frame] = []
        """All that were begun, in any module."""
        self.supposed: dict[FunctionChunk, Value] = {}
        """What some functions are taken to give back, to see what others would do with it."""
        self.given: Mapping[FunctionChunk, Env] = {}
        """What parameters without annotation hold, as the calls in the module show."""
        self.leaves: Callable[[FunctionChunk], bool] = lambda function: False
        """Whether a function is known to leave the clients that it is given as they are."""
        self.follows = False
        """Whether functions of other modules are followed: only where a chunk may reach integration code by them."""
        self._derived: dict[Callable[[Session], Any], Any] = {}
        self._scopes: dict[int, ModuleScope] = {}
        self._depth = 0

    def scope(self, module: Module) -> ModuleScope:
        """The scope of a module."""
        found = self._scopes.get(id(module))
        if found is None:
            found = self._scopes[id(module)] = ModuleScope(module, self)
        return found

    def derived(self, make: Callable[[Session], Derived]) -> Derived:
        """Returns what a class or function makes of this session, made once; it is dismissed with the session."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast("Derived", self._derived[make])

    def dismiss(self) -> None:
        """Lets go of all that was learnt; the findings stay.

        Effect: frames and calls no longer hold each other, so that their trees are freed at once, without a search of
        all of the memory for them.
        """
        for held in self._derived.values():
            held.dismiss()
        self._derived.clear()
        for frame in self.frames:
            for call in (*frame.calls.values(), *frame.wrapped_calls.values()):
                call.response = call.result = None
            frame.forget()
        self.frames.clear()
        for scope in self._scopes.values():
            scope.forget()
        self._scopes.clear()

    def frame(self, function: Function) -> Frame | None:
        """The frame of a project function; None if it cannot be parsed or is being interpreted."""
        scope = self.scope(function.module)
        scope.note_caller(function.chunk)
        return scope.frame(function.chunk)

    def imported(self, target: ImportedName, module: Module, *, follow: bool = True) -> Value:
        """What an imported name stands for: a name of the project, or something outside it."""
        if follow and self._depth < DEPTH:
            found, name = self._origin(target, module)
            if found is not None:
                if not name:
                    return ProjectModule(found)
                self._depth += 1
                try:
                    value = self.scope(found).value(name)
                finally:
                    self._depth -= 1
                return value if value is not None else UNKNOWN
        if target.level or ((not follow or self._depth >= DEPTH) and self.project.inside(target, module.doc)):
            return UNKNOWN
        return Ref(f"{target.module}.{target.name}" if target.name else target.module)

    def _origin(self, target: ImportedName, module: Module) -> tuple[Module | None, str]:
        """The module of the project that binds an imported name otherwise than by another import alone."""
        found, name = self.project.find(target, module.doc)
        for _ in range(HOPS):
            again = found.imports.get(name, []) if found is not None and found is not module else []
            if found is None or len(again) != 1 or name in found.functions or name in found.classes:
                break
            if name in found.bindings or found.writers_of(name):
                break
            other, inner = self.project.find(again[0], found.doc)
            if other is None or other is found or other is module:
                break
            found, name = other, inner
        return (found, name) if found is not module else (None, "")

    def starred(self, module: Module, name: str) -> Iterator[Value]:
        """What a name stands for that a module binds by `from other import *` alone."""
        for target in reversed(module.imports.get("*", ())):
            found, _ = self.project.find(target, module.doc)
            if found is not None and found is not module and self._depth < HOPS:
                self._depth += 1
                try:
                    value = self.scope(found).value(name)
                finally:
                    self._depth -= 1
                if value is not None:
                    yield value
                    return

    def gives(self, function: Function) -> bool:
        """Whether a project function may give back a client: only then is it worth going through."""
        known, name = self.scope(function.module).known, function.chunk.name
        if name in known.names or name in known.attributes:
            return True
        if not self.follows or function.chunk.owner is not None:
            return False
        owned = self.project.owns(function.module)
        return name in (self.project.derived(Reach).of(function.module).giving if owned else known.giving)

    def instance(self, cls: Class, call: Site | None) -> Value:
        """An object of a project class: one of a known type if the class extends it."""
        base = self.extended(cls)
        if base is not None:
            return Instance(base, call, "call" if call else "annotation", subclass=cls.chunk)
        return Object(cls)

    def bases(self, cls: Class) -> list[Value]:
        """What the class statement names as bases; one that an object of a library holds is named after its type."""
        found = self.scope(cls.module).bases(cls.chunk)
        return [Ref(f"{base.owner.type}.{base.name}") if isinstance(base, Method) else base for base in found]

    def extended(self, cls: Class, depth: int = 0) -> str | None:
        """The known client type that a project class extends, through its own bases too."""
        if depth > 5 or cls.chunk.name not in self.scope(cls.module).known.classes:
            return None
        for base in self.bases(cls):
            if isinstance(base, Ref):
                fact = self.catalog.fact(ClientFact, base.name)
                if fact is not None and fact.type:
                    return fact.type
            if isinstance(base, Class):
                found = self.extended(base, depth + 1)
                if found is not None:
                    return found
        return None

    def lineage(self, cls: Class) -> list[Class]:
        """A project class and the project classes it extends, nearest first."""
        found = [cls]
        for hit in found:
            for base in self.bases(hit):
                if isinstance(base, Class) and base not in found and len(found) < 8:
                    found.append(base)
        return found

    def attribute(self, owner: Value, name: str) -> Value | None:
        """An attribute of an object of a project class: method, property, assigned value; None if there is none."""
        if isinstance(owner, Object):
            cls = owner.cls
        elif isinstance(owner, Class):
            cls = owner
        elif isinstance(owner, Instance) and owner.subclass is not None:
            holder = self.holder(owner.subclass)
            if holder is None:
                return UNKNOWN
            cls = Class(holder, owner.subclass)
        else:
            return None
        own = self.scope(cls.module)
        if name in cls.chunk.methods or not (own.interesting(name) or isinstance(owner, Instance)):
            return own.attribute(cls.chunk, name, owner)
        for candidate in self.lineage(cls):
            value = self.scope(candidate.module).attribute(candidate.chunk, name, owner)
            if value is not None:
                return value
        return None

    def holder(self, chunk: ClassChunk) -> Module | None:
        """The module that a class chunk belongs to."""
        for scope in self._scopes.values():
            if any(chunk is all_class for all_class in scope.module.all_classes()):
                return scope.module
        return None

    def parent(self, owner: Value | None) -> Value:
        """What `super()` stands for in a method of `owner`: the known type that it extends, or its only base."""
        if isinstance(owner, Instance) and owner.subclass is not None:
            return Instance(owner.type, owner.made, "super", owner.events, "its subclass may set the limit")
        cls = owner.cls if isinstance(owner, Object) else owner
        bases = self.bases(cls) if isinstance(cls, Class) else []
        if len(bases) == 1 and isinstance(bases[0], Class):
            return Object(bases[0])
        return UNKNOWN

    def mentions(self, chunk: ClassChunk, word: str) -> bool:
        """Whether the text of a project class, or of one it extends, holds a word."""
        holder = self.holder(chunk)
        if holder is None:
            return True
        pattern = re.compile(re.escape(word), re.IGNORECASE)
        family = self.lineage(Class(holder, chunk))
        return any(cls.module.search(pattern, cls.chunk.chunk) is not None for cls in family)

    def configures(self, function: Function) -> bool:
        """Whether a project function may change a client it is given: it mentions a transport or a limit."""
        found = function.module.search(_CONFIGURES, function.chunk.chunk) is not None
        return found and not self.leaves(function.chunk)
