"""Export summaries: which names of a module may hold a client, as its importers see them.

Textual, without parsing; they name too much rather than too little, as importers are then examined themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ..project.imports import HOPS, Project
from ..project.module import ImportedName, Module, imported
from ..syntax.text import Document
from .acting import acting
from .files import MAYBE, NO, sift
from .marking import taint
from .summaries import CLASS, WORD, Export, ExportSummary
from .wrapping import wrapping

DEEP = 25
"""Modules whose classes extend each other: a chain that is longer is not followed to its end."""
_NOTHING = Export()
_CLASS_NAME = re.compile(r"class\s+(\w+)")
_GIVEN = re.compile(r"(\w+)[ \t]*(?::[^=\n]+)?=(?!=)([^\n]*)")
"""An assignment at the start of a line."""


def _classes(module: Module) -> frozenset[str]:
    """The names of which a text may define a class, found without cutting it."""
    return frozenset(_CLASS_NAME.findall(module.text)) if "class" in module.text else frozenset()


class Exports:
    """The exports of the modules of a project, each found once.

    The reads of the project that an answer depends on are recorded each time it is given. Get it with
    `project.derived(Exports)`, so that it is dropped when files of the project change.
    """

    __slots__ = ("_depth", "_levels", "_names", "_preset", "_renaming", "_statements", "_summaries", "project")

    def __init__(self, project: Project) -> None:
        self.project = project
        self._summaries: dict[str, ExportSummary] = {}
        self._levels: dict[str, int] = {}
        self._depth = 0
        self._names: dict[tuple[str, str, int], tuple[Export, dict[str, str]]] = {}
        self._statements: dict[tuple[str, str | tuple[str, ...]], tuple[bool, dict[str, str]]] = {}
        self._renaming: set[tuple[str, str]] = set()
        self._preset: tuple[Document | None, int] = (None, NO)

    def of(self, module: Module) -> ExportSummary:
        """Returns the export summary of a module of the project."""
        key = module.doc.name
        if key not in self._summaries:
            if self._depth > DEEP:
                return ExportSummary()
            self._summaries[key] = ExportSummary()  # the answer inside a cycle of imports
            self._depth += 1
            try:
                self._summaries[key] = self._summary(module)
            finally:
                self._depth -= 1
        return self._summaries[key]

    def _summary(self, module: Module) -> ExportSummary:
        """Finds what `of` returns."""
        level = self.level(module)
        if level == NO or (level == MAYBE and not self._inherits(module)):
            return ExportSummary()
        search = taint(module, self, full=False)
        search.summary.acting = acting(search)
        search.summary.wrapping = wrapping(search, frozenset(search.summary.brought))
        module.forget_layout()
        return search.summary

    def name(self, module: Module, name: str, hops: int = HOPS) -> Export:
        """Returns what one name of a module of the project holds; imports are followed through `hops` modules."""
        level = self.level(module)
        if level == NO:
            return _NOTHING
        bound = module.mentioned
        if level == MAYBE and name not in bound and "*" not in bound and name not in module.derived(_classes):
            return self._renamed(module, name)
        key = (module.doc.name, name, hops)
        known = self._names.get(key)
        if known is None:
            self._names[key] = _NOTHING, {}
            with self.project.recording() as reads:
                known = self._names[key] = self._name(module, name, hops), reads
        self.project.reads.update(known[1])
        return known[0]

    def _name(self, module: Module, name: str, hops: int) -> Export:
        """Finds what `name` returns."""
        targets = module.mentioned.get(name, []) if name in module.text else []
        own = self.of(module)
        found = Export(name in own.names, name in own.classes, libraries=frozenset(own.libraries))
        found = own.with_wrappers(name, found)
        if not targets:
            attributes = frozenset(own.of_class.get(name, ()))
            through = frozenset(own.through) if attributes else frozenset()
            found = replace(found, attributes=attributes, through=through) if own else _NOTHING
            targets = [] if found else module.mentioned.get("*", [])
        for target in targets if hops > 0 else ():
            other, inner = self.project.find(target, module.doc)
            if other is None or other is module:
                continue
            if inner:
                found = found.with_other(self.name(other, name if inner == "*" else inner, hops - 1))
            elif self._holds(other, ""):
                found = found.with_other(Export(name=True, libraries=frozenset(self.of(other).libraries)))
        return found

    def _renamed(self, module: Module, name: str) -> Export:
        """What a name is that a module without a library gives to something of another module."""
        text, at = module.text, module.text.find(f"\n{name}")
        given = _GIVEN.match(text, at + 1) if at >= 0 else None
        if given is None or given.group(1) != name or (module.doc.name, name) in self._renaming:
            return _NOTHING
        self._renaming.add((module.doc.name, name))
        try:
            for word in WORD.findall(given.group(2)):
                brings = self.name(module, word) if word in module.mentioned else _NOTHING
                if brings:
                    return replace(brings, name=True)
        finally:
            self._renaming.discard((module.doc.name, name))
        return _NOTHING

    def starred(self, module: Module) -> dict[str, Export]:
        """Returns what all names of a module hold that hold anything, those that it imports among them."""
        found: dict[str, Export] = {}
        seen = {module.doc.name}
        pending = [module]
        for current in pending:
            own = self.of(current)
            names = dict.fromkeys((*own.names, *own.classes, *own.of_class, *current.mentioned))
            for name in sorted(names.keys() - found.keys() - {"*"}):
                if brings := self.name(current, name):
                    found[name] = brings
            for target in current.mentioned.get("*", ()):
                other, _ = self.project.find(target, current.doc)
                if other is not None and other.doc.name not in seen and len(seen) < HOPS:
                    seen.add(other.doc.name)
                    pending.append(other)
        return found

    def _inherits(self, module: Module) -> bool:
        """Whether a class of a module without integration imports may extend what another module exports."""
        if "class" not in module.text:
            return False
        for match in CLASS.finditer(module.text):
            for base in WORD.findall(match.group(1)):
                for target in module.mentioned.get(base, ()):
                    found, inner = self.project.find(target, module.doc)
                    if found is not None and found is not module and self._holds(found, inner):
                        return True
        return False

    def _holds(self, module: Module, name: str) -> bool:
        """Whether a name of a module may hold a client, or for "" any of its names."""
        if name == "*":
            return bool(self.starred(module))
        if name:
            return bool(self.name(module, name))
        if self.of(module):
            return True
        return module.doc.name.endswith("__init__.py") and any(
            self.name(module, name) for name in module.mentioned if name != "*"
        )

    def reached(self, module: Module) -> bool:
        """Whether the modules that one without integration imports has imports of may give it a client."""
        return any(self.reaches(statement, module.doc) for statement in module.import_statements)

    def reaches(self, statement: str, importer: Document) -> bool:
        """Whether an import statement brings a client, found once for all modules in which it means the same."""
        relative = statement.startswith("from .")
        folder = importer.name.rpartition("/")[0]
        key = (statement, folder if relative else self.project.folders(ImportedName(""), importer))
        known = self._statements.get(key)
        if known is None:
            with self.project.recording() as reads:
                known = self._statements[key] = self._reaches(statement, importer), reads
        self.project.reads.update(known[1])
        return known[0]

    def _reaches(self, statement: str, importer: Document) -> bool:
        """Finds what `reaches` returns."""
        for _, target in imported(statement):
            found, name = self.project.find(target, importer)
            if found is not None and self._holds(found, name):
                return True
        return False

    def level(self, module: Module) -> int:
        """Returns how far a module of the project matters by its own imports: a verdict of the file filter."""
        key = module.doc.name
        if key not in self._levels:
            self._levels[key] = self._sift(module.doc.text)
        return self._levels[key]

    def level_of_document(self, doc: Document) -> int:
        """Returns how far a document matters by its own imports, whether or not its file has the same text."""
        if self._preset[0] is doc:
            return self._preset[1]
        known = self.project.known(doc.name)
        return self.level(known) if known is not None and known.doc.text == doc.text else self._sift(doc.text)

    def _sift(self, text: str) -> int:
        return sift(text.encode("utf-8", "surrogatepass"), tuple(self.project.catalog.prefixes()))

    def preset_levels(self, levels: Mapping[str, int]) -> None:
        """Stores verdicts of the file filter on files, by their names, so that they are not read for it again."""
        self._levels.update(levels)

    def preset_level(self, doc: Document, level: int) -> None:
        """Stores the file filter's verdict on one document, in place of that on the last one."""
        self._preset = (doc, level)
