"""Follows integration code through the names of one module, in its text alone.

Textual and generous: a name too many costs a parse, a name too few costs a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from ...catalog.index import NAMES, SLEEPS, SPAWNS
from ..project.module import ClassChunk, FunctionChunk, ImportedName, Module
from ..syntax.layout import GAP
from ..syntax.outline import Chunk
from .assigned import (
    ALONE,
    AS,
    CALLEE,
    METHOD_ALONE,
    NAME_ASSIGNED,
    PARTIAL,
    RENAMES,
    RETURN,
    annotated_parameters,
    assigned_attributes,
    bound_name,
    declared_names,
    lead_on,
    made_for_fields,
    tables,
    taken_from,
)
from .library_names import COMMON, GIVERS, LibraryNames, generated_code, is_strange, member, names_of, prefixes_of
from .mentions import MentionIndex, Mentions
from .summaries import CLASS, WORD, Export, ExportSummary, ModuleExports

_CALLED = rf"{GAP}\("
_USED = rf"{GAP}[.(]"
Lead: TypeAlias = tuple[Callable[..., None], tuple[Any, ...]]
"""How to mark an imported name; the name, and what else is known of it."""
_MEMBER = re.compile(rf"{GAP}\.{GAP}(\w+)")
_GOES_ON = re.compile(rf"{GAP}(?:\[|\.{GAP}(?!(?:{'|'.join(GIVERS)}){GAP}\())")
"""An attribute or a subscript: no longer the client, but what it gives back, unless that is as good as one."""


class Taint:
    """Spreads the mark of integration code over the names of one module, in text alone."""

    def __init__(self, module: Module, exports: ModuleExports, places: MentionIndex, *, full: bool) -> None:
        self.module = module
        self.places = places
        self.text = places.text
        """The module's text as it is, or with flat functions."""
        self.exports = exports
        self.project = exports.project
        self.full = full
        """Whether all imports of the project's own modules count, or only those of classes that are extended."""
        self.mentions = Mentions(places)
        """What is integration code by itself: a library's function, a client made."""
        self.sleeps, self.spawns = Mentions(places), Mentions(places)
        """Of these, what matters only in a coroutine, and what matters only where its value is thrown away."""
        self.types = Mentions(places)
        """Classes that matter when they are called, and as what a parameter is; not in `isinstance`."""
        self.loops = Mentions(places)
        """What gives an object that matters only by some of its methods, of `catalog.index.THROUGH`."""
        self.followed = Mentions(places)
        """What holds, makes or is a client."""
        self.makers = Mentions(places)
        """What makes or is a client, not what it gives back: what is worth following through names."""
        self.summary = ExportSummary()
        self.makers_of: dict[str, frozenset[str]] = {}
        """Attributes that imported classes bring to those that extend them."""
        self.bases: set[str] = set()
        self.leads: Sequence[Lead] = ()
        self._strangers: dict[str, bool] = {}
        self._locals: dict[tuple[int, int], set[str]] = {}

    def begin(self, leads: Sequence[Lead] = ()) -> bool:
        """Marks what imports, or leads that another text of the module gave, and settings name; whether any is."""
        if not leads and not self.full:
            for found in CLASS.finditer(self.text):
                self.bases.update(WORD.findall(found.group(1)))
        self.leads = leads or tuple(self._leads())
        for mark, arguments in self.leads:
            mark(self, *arguments)
        for prefix in self.project.catalog.prefixes():
            self.mentions.add(prefix)
            self.makers.add(prefix)
            self.summary.libraries.add(prefix)
        return bool(self.mentions.offsets or self.followed.offsets or self.loops.offsets)

    def marked(self) -> set[int]:
        """The offsets of all marks."""
        kinds = (self.mentions, self.sleeps, self.spawns, self.types, self.loops, self.followed, self.makers)
        return {offset for kind in kinds for offset in kind.offsets}

    def spread(self) -> None:
        """Marks what else holds, makes or is a client, by what was marked."""
        self._prepared()
        for _ in range(3):
            before = len(self.makers.offsets)
            if not before:
                break
            self._spread()
            if len(self.makers.offsets) == before:
                break
        self._renamed()
        self.mentions.share(self.followed, made_for_fields(self.makers), _GOES_ON)
        lead_on(self.module, self.places, self.summary, self.makers_of)

    def _leads(self) -> Iterator[Lead]:
        """What to do about the names that the module imports."""
        for name, same in self.module.mentioned.items():  # not its `imports`, for which it has to be scanned
            for target in dict.fromkeys(same):
                yield from self._lead(name, target)
                for code in generated_code(target):
                    yield Taint._stubs, (name, *code)

    def _lead(self, name: str, target: ImportedName) -> Iterator[Lead]:
        dotted = f"{target.module}.{target.name}" if target.name else target.module
        prefixes = () if target.level else prefixes_of(dotted)
        for prefix in prefixes:
            if NAMES.get(prefix):
                yield Taint._library, (name, dotted, prefix)
        if prefixes or not (self.full or name in self.bases or name == "*"):
            return
        found, inner = self.project.find(target, self.module.doc)
        if found is None or found is self.module:
            return
        if name == "*":
            for word, brings in self.exports.starred(found).items():
                yield Taint._project_name, (word, brings)
        elif inner:
            brings = self.exports.name(found, inner)
            if brings:
                yield Taint._project_name, (name, brings)
        else:
            yield from self._module_leads(name, found)

    def _stubs(self, name: str, imports: tuple[str, ...], rest: str) -> None:  # classes of generated code
        self.summary.libraries.update(imports)
        self.mentions.add(name, rest + _CALLED)
        self._follow(name, rest)

    def _module_leads(self, name: str, found: Module) -> Iterator[Lead]:
        """What to do about a module of the project, which may hand on what it has from others."""
        if own := self.exports.of(found):
            yield Taint._project_module, (name, own)
        if found.mentioned:
            hits = (_MEMBER.match(self.text, at + len(name)) for at in self.places.of(name))
            used = {hit.group(1) for hit in hits if hit is not None}
            for word in sorted(used & found.mentioned.keys()):
                if brings := self.exports.name(found, word):
                    yield Taint._reexported, (name, word, brings)

    def _project_module(self, name: str, own: ExportSummary) -> None:
        """Follows what a module of the project exports."""
        self.summary.through.add(name)
        self.summary.libraries |= own.libraries
        for word in sorted(word for word in {*own.wrapping, *own.renamed} if "." not in word):
            self.summary.brought.add(word)
            self.mentions.add(name, rf"{GAP}\.{GAP}{word}{GAP}\(")
        for word in sorted(own.names | own.classes):
            self._follow(name, rf"{GAP}\.{GAP}{word}\b")

    def _reexported(self, name: str, word: str, brings: Export) -> None:
        """Follows a name that a module of the project has from another module."""
        self.summary.through.add(name)
        self.summary.libraries |= brings.libraries
        if brings.name or brings.heir or brings.wrapping:
            self._follow(name, rf"{GAP}\.{GAP}{word}\b")
        if brings.wraps:
            self.mentions.add(name, rf"{GAP}\.{GAP}{word}{GAP}\(")
        self.summary.bring(word, brings)
        for attribute in sorted(brings.attributes):
            self._attribute(attribute)

    def _project_name(self, name: str, brings: Export) -> None:
        """Follows a name that a module of the project exports, and the attributes that it brings."""
        self.summary.libraries |= brings.libraries
        self.summary.bring(name, brings)
        if brings.wraps:
            self.summary.through.add(name)
            self.mentions.add(name, _CALLED)
        if brings.wrapping:
            self.types.add(name)
        if brings.name or brings.heir or brings.wrapping:
            self._follow(name)
            if brings.heir:
                self.mentions.add(name, _CALLED)
            (self.summary.classes if brings.heir else self.summary.names).add(name)
        if brings.attributes:
            self.makers_of[name] = brings.attributes
            self.summary.through |= {name, *brings.through}
            for attribute in sorted(brings.attributes):
                self._attribute(attribute)

    def _library(self, name: str, dotted: str, prefix: str) -> None:
        """Follows a name that leads to a catalogue import: a member of it, or a module with such members."""
        self.summary.libraries.add(prefix)
        known = names_of(prefix)
        last = dotted.rpartition(".")[2]
        imported = last if dotted != prefix else ""  # what is imported from the library
        is_module = not imported or prefix.startswith(dotted + ".") or last not in known.names
        if imported in known.makers:
            self.mentions.add(name, _CALLED)
            self._follow(name)
            self.summary.names.add(name)
        elif imported in known.loops:
            self.loops.add(name)
        elif "*" in known.names or (last in known.names and not last[:1].isupper()):
            self.mentions.add(name)
        elif last in known.names:
            self.mentions.add(name, _USED)
            self.types.add(name)
        for marks, table in ((self.sleeps, SLEEPS), (self.spawns, SPAWNS)):
            if imported in table.get(prefix, ()):
                marks.add(name)
            elif is_module and prefix in table:
                marks.add(name, member(table[prefix]))
        if is_module:
            self._library_module(name, known)

    def _library_module(self, name: str, known: LibraryNames) -> None:
        """Follows a module: only what the catalogue knows of it counts."""
        functions, types, makers = self.places.used(name, known.functions, known.types, known.makers)
        if functions:
            self.mentions.add(name, member(functions))
        for rest in taken_from(name, self.places) if known.functions else ():
            self.mentions.add(name, rest)
        if known.loops:
            self.loops.add(name, member(known.loops))
        if types:
            self.mentions.add(name, member(types) + _USED)
            self.types.add(name, member(types))
        if makers:
            self.mentions.add(name, member(makers) + _CALLED)
            self._follow(name, member(makers))

    def _follow(self, anchor: str, rest: str = "") -> None:
        self.makers.share(self.followed, self.followed.add(anchor, rest), _GOES_ON)

    def _attribute(self, name: str, own: set[str] | None = None) -> None:
        if name in COMMON:
            return
        if own is not None:
            own.add(name)
        self.summary.attributes.add(name)
        self._follow("." + name)

    def _prepared(self) -> None:
        """Marks the names and attributes that keep a library's function, or a client's, with some of its arguments."""
        text = self.text
        at = text.find("partial(")
        while at >= 0:
            match = PARTIAL.match(text, text.rfind("\n", 0, at) + 1)
            at = text.find("partial(", at + 1)
            if match is None:
                continue
            own, name = match.groups()
            library = self.mentions.within(match.end(), match.end() + 1)
            if library and own:
                self.summary.attributes.add(name)
            elif library and name in self.module.bindings:
                self._follow(name)
                self.summary.names.add(name)
                self.summary.renamed.add(name)
            elif not own or not self.makers.offsets:
                continue
            self.mentions.add(f".{name}" if own else name, _CALLED)

    def _renamed(self) -> None:
        """Marks the calls of names and attributes that stand for a library's function, or a client's method."""
        text = self.text
        for marks, alone in ((self.mentions, ALONE), (self.followed, METHOD_ALONE)):
            for mark in [offset for offset in marks.offsets if alone.match(text, marks.ends[offset])]:
                match = RENAMES.fullmatch(text, text.rfind("\n", 0, mark) + 1, mark)
                own, name, static = match.groups() if match is not None else ("", "", "")
                if own or static:
                    self.summary.attributes.add(name)
                    self.mentions.add(f".{name}", _CALLED)
                elif name in self.module.bindings:
                    self.summary.names.add(name)
                    self.summary.renamed.add(name)
                    self.mentions.add(name, _CALLED)
        for name in tables(self.module, self.mentions):
            self.summary.names.add(name)
            self.mentions.add(name, rf"{GAP}\[")

    def _spread(self) -> None:
        self._spread_names()
        for cls in self.module.all_classes():
            self._spread_class(cls)

    def _spread_names(self) -> None:
        """Follows names of the module that hold a client, and functions that return one."""
        module, makers = self.module, self.makers
        holding = [chunk for chunk in module.statements if makers.within(chunk.start, chunk.end)]
        holding.extend(candidate.chunk for same in module.global_writers.values() for candidate in same)
        for chunk in holding:  # what is followed changes what the next chunk holds
            for name in self.locals_of(chunk):
                if name in module.bindings or name in module.global_writers:
                    self._follow(name)
                    self.summary.names.add(name)
        for name, functions in module.functions.items():
            for function in functions:
                if self._gives(function):
                    self._follow(name)
                    self.summary.names.add(name)

    def _spread_class(self, cls: ClassChunk) -> None:
        """Follows a class that is a client itself, and attributes of a class that hold one."""
        text, makers, chunk = self.text, self.makers, cls.chunk
        generic = text.find("[", chunk.head, chunk.body)  # what stands in brackets is no base
        if makers.within(chunk.head, generic if generic > 0 else chunk.body):
            self._follow(cls.name)
            self.mentions.add(cls.name, _CALLED)
            self.summary.classes.add(cls.name)
        own = self.summary.of_class.setdefault(cls.name, set())
        if self.makers_of or len(self.summary.of_class) > 1:
            for base in WORD.findall(text, chunk.head, chunk.body):
                own.update(self.makers_of.get(base, ()))
                if base != cls.name:
                    own.update(self.summary.of_class.get(base, ()))
        for statement in cls.statements:
            if makers.within(statement.start, statement.end):
                name = bound_name(text[statement.start : statement.end])
                if name:
                    self._attribute(name, own)
        for same in cls.methods.values():
            for method in same:
                self._method(method, own)

    def _gives(self, function: FunctionChunk) -> bool:
        """Whether a function may return a client."""
        chunk, text = function.chunk, self.text
        if not self.makers.within(chunk.start, chunk.end):
            return False
        arrow = text.rfind("->", chunk.head, chunk.body)
        if arrow >= 0 and self.makers.within(arrow, chunk.body):
            return True
        names = self.locals_of(chunk)
        for match in RETURN.finditer(text, chunk.body, chunk.end):
            if self.makers.within(match.start(1), match.end(1)) or (
                names and not names.isdisjoint(WORD.findall(match.group(1)))
            ):
                return True
        return False

    def _method(self, method: FunctionChunk, own: set[str]) -> None:
        chunk, text = method.chunk, self.text
        if not self.makers.within(chunk.start, chunk.end):
            return
        names = self.locals_of(chunk)
        for attribute, start, end in assigned_attributes(text, chunk):
            if self._holds(start, end) or (names and not names.isdisjoint(WORD.findall(text, start, end))):
                self._attribute(attribute, own)
        if self._gives(method):
            self._attribute(method.name, own)

    def locals_of(self, chunk: Chunk) -> set[str]:
        """Names that lines of a chunk give a client."""
        key = chunk.start, len(self.makers.offsets)
        if key not in self._locals:
            self._locals[key] = self._find_locals(chunk)
        return set(self._locals[key])

    def _find_locals(self, chunk: Chunk) -> set[str]:
        text, makers = self.text, self.makers
        start = chunk.body if chunk.kind == "function" else chunk.start
        found: set[str] = set()
        for mark, end in makers.inside(start, chunk.end):
            line = max(text.rfind("\n", 0, mark) + 1, start)
            match = NAME_ASSIGNED.match(text, line, chunk.end)
            if match and self._holds(match.start(2), match.end(2)):
                found.add(match.group(1))
            as_name = AS.match(text, end, chunk.end) if text.rfind("with", line, mark) >= 0 else None
            if as_name:
                found.add(as_name.group(1))
        if chunk.kind == "function":
            return found | annotated_parameters(text, chunk, makers)
        return found | declared_names(text, start, chunk.end, makers)

    def _holds(self, start: int, end: int) -> bool:
        """Whether a value may be a client: what is passed to it does not make it one, if nothing here can tell."""
        if not self.makers.within(start, end):
            return False
        callee = CALLEE.match(self.text, start, end)
        if callee is None or self.makers.within(start, callee.end()) or callee.group().endswith("Stub("):
            return True  # generated code makes FooStub(channel)
        return not self._strange(callee.group(1))

    def _strange(self, name: str) -> bool:
        """Whether a name is imported from what is neither the project, the standard library nor in the catalogue."""
        if name not in self._strangers:
            self._strangers[name] = is_strange(self.module, self.project, name)
        return self._strangers[name]
