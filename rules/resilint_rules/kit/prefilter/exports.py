"""Export summaries: which names of a module may hold a client, as its importers see them.

Textual, without parsing; they name too much rather than too little, as importers are then examined themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..project.imports import Project
from ..project.module import ImportedName, Module, import_statements, imported
from ..syntax.layout import even
from ..syntax.text import Document
from ..syntax.words import words
from .files import MAYBE, NO, YES, sift
from .marking import taint
from .summaries import CLASS, HOPS, WORD, Export, ExportSummary

_NOTHING = Export()


def _defines(name: str, text: str) -> bool:
    """Whether a text may define a class of this name."""
    return "class" in text and any(
        text[max(at - 40, 0) : at].rstrip().endswith("class") for at in words(name, text, 0, len(text))
    )


class Exports:
    """The exports of the modules of a project, each found once.

    The reads of the project that an answer depends on are recorded each time it is given. Get it with
    `project.derived(Exports)`, so that it is dropped when files of the project change.
    """

    __slots__ = ("_levels", "_names", "_preset", "_statements", "_summaries", "project")

    def __init__(self, project: Project) -> None:
        self.project = project
        self._summaries: dict[str, ExportSummary] = {}
        self._levels: dict[str, int] = {}
        self._names: dict[tuple[str, str, int], tuple[Export, dict[str, str]]] = {}
        self._statements: dict[tuple[str, str | tuple[str, ...]], tuple[bool, dict[str, str]]] = {}
        self._preset: tuple[Document | None, int] = (None, NO)

    def of(self, module: Module) -> ExportSummary:
        """Returns the export summary of a module of the project."""
        key = module.doc.name
        if key not in self._summaries:
            self._summaries[key] = ExportSummary()  # the answer inside a cycle of imports
            level = self.level(module)
            if level == YES or (level == MAYBE and self._inherits(module)):
                self._summaries[key] = taint(module, self, full=False).summary
                module.forget_layout()
        return self._summaries[key]

    def name(self, module: Module, name: str, hops: int = HOPS) -> Export:
        """Returns what one name of a module of the project holds; imports are followed `hops` modules far."""
        level = self.level(module)
        if level == NO or (level == MAYBE and name not in module.mentioned and not _defines(name, module.text)):
            return _NOTHING
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
        if targets := module.mentioned.get(name) if name in module.text else None:
            for target in targets if hops > 0 else ():
                found, inner = self.project.find(target, module.doc)
                if found is not None and found is not module and inner:
                    return self.name(found, inner, hops - 1)
            own = self.of(module)
            return Export(name in own.names, name in own.classes, libraries=frozenset(own.libraries))
        own = self.of(module)
        if not own:
            return _NOTHING
        attributes: set[str] = own.of_class.get(name, set()) if name in module.classes else set()
        return Export(name in own.names, name in own.classes, frozenset(attributes), frozenset(own.libraries))

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
        return bool(self.name(module, name) if name else self.of(module))

    def reached(self, doc: Document) -> bool:
        """Whether the modules that a text without integration imports has imports of may give it a client."""
        return any(self.reaches(statement, doc) for statement in import_statements(even(doc.text)))

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
