"""A module's own words: what it imports, defines and assigns, found in its text without parsing it.

Names are bound to chunks of text; a chunk is parsed and interpreted only when a query needs what the
name stands for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar, cast

from ..syntax.layout import even, flat
from ..syntax.outline import Chunk, Outline, scan
from ..syntax.text import Document
from .definitions import ClassChunk, FunctionChunk, ImportedName
from .queries import RecordedQueries

__all__ = ["ClassChunk", "FunctionChunk", "ImportedName", "Module"]

_Derived = TypeVar("_Derived")

_IMPORT = re.compile(r"\s*import\s+(.+)", re.DOTALL)
_FROM = re.compile(r"\s*from\b((?:\s*\.)*)\s*((?:[\w.][\w.\s]*)?)\bimport\b\s*\(?([^)]*)\)?", re.DOTALL)
_DOT = re.compile(r"\s*\.\s*")
_COMMENT = re.compile(r"#[^\r\n]*")
_ASSIGN = re.compile(
    r"^[ \t]*(?:\(?((?:[A-Za-z_]\w*[ \t]*[,=][ \t]*)*[A-Za-z_]\w*)\)?[ \t]*(?::[^=\r\n]+|[-+*/%@&|^<>]+)?=(?!=)"
    r"|(?:async[ \t]+)?(?:(?:with|except)\b.*?\bas|for)[ \t]+\(?([\w, \t]+)|([A-Za-z_]\w*)[ \t]*:[^=\r\n]+$)",
    re.MULTILINE,
)
_IMPORTS = re.compile(r"\s*(?:import|from)\b")
_GLOBAL = re.compile(r"\bglobal[ \t]+([\w, \t]+)")
_NAME = re.compile(r"[A-Za-z_]\w*")
_MENTIONED = re.compile(r"(?<![\w.])[^\W\d]\w*")


class Module(RecordedQueries):
    """A document seen as names and chunks."""

    __slots__ = (
        "_by_qualname", "_derived", "_even", "_has_globals", "_mentioned", "_statements", "bindings", "classes", "doc",
        "functions", "global_writers", "imports", "outline", "replaced", "scanned", "statements",
    )  # fmt: skip
    _has_globals: bool
    outline: Outline
    imports: dict[str, list[ImportedName]]
    functions: dict[str, list[FunctionChunk]]
    classes: dict[str, ClassChunk]
    replaced: list[ClassChunk]  # by a later class of the same name, as in `try ... except ImportError`
    statements: list[Chunk]
    bindings: dict[str, list[Chunk]]
    global_writers: dict[str, list[FunctionChunk]]

    def __init__(self, doc: Document, twin: Module | None = None) -> None:
        """Creates the module of a document. What was found in a `twin`, which has the same text, is taken over."""
        super().__init__(twin.text if twin is not None else even(doc.text))
        self.doc = doc
        self._statements: tuple[str, ...] | None = None
        self._mentioned: dict[str, list[ImportedName]] | None = None
        self._even: Document | None = None
        self._by_qualname: dict[str, list[FunctionChunk]] | None = None
        self._derived: dict[Callable[[Module], Any], Any] = {}
        self.scanned = False
        """Whether the text has been cut into chunks: it is at the first use of one."""
        if twin is not None:
            self._take_over(twin)

    def _take_over(self, twin: Module) -> None:
        """Shares what was found in the same text: none of it changes once it is found."""
        self._statements, self._mentioned, self._derived = twin._statements, twin._mentioned, twin._derived
        self.reuse(twin.facts)
        if not twin.scanned:
            return
        self.share_layout(twin)
        self.outline, self.scanned = twin.outline, True
        self.imports, self.functions, self.classes, self.replaced = (
            twin.imports, twin.functions, twin.classes, twin.replaced
        )  # fmt: skip
        self.statements, self.bindings = twin.statements, twin.bindings
        self.global_writers, self._has_globals = twin.global_writers, twin._has_globals
        self._by_qualname = twin._by_qualname

    def __getattr__(self, name: str) -> Any:
        """Scans the text at the first use of one of its names: many modules are only found to be there."""
        if name not in Module.__slots__:
            raise AttributeError(name)
        self._fill(scan(self.text))
        return getattr(self, name)

    def _fill(self, outline: Outline) -> None:
        self.outline = outline
        self.scanned = True
        self.imports, self.functions, self.classes, self.replaced = {}, {}, {}, []
        self.statements, self.bindings = [], {}
        self.global_writers = {}
        self._has_globals = "global" in self.text
        for chunk in flatten(outline.chunks):
            self._add(chunk)

    def _add(self, chunk: Chunk) -> None:
        text = self.text
        if chunk.kind == "function":
            found = FunctionChunk(chunk, chunk.name)
            self.functions.setdefault(chunk.name, []).append(found)
            self._globals(found)
        elif chunk.kind == "class":
            self._keep(self.classes, self._class(chunk, chunk.name))
        else:
            body = flat(text[chunk.start : chunk.end])
            if "import" in body:
                lines = body.split("\n")
                for line in lines:
                    for name, target in imported(line) if "import" in line else ():
                        self.imports.setdefault(name, []).append(target)
                if all(_IMPORTS.match(line) for line in lines if line.strip()):
                    return
            self.statements.append(chunk)
            for name in bound(body):
                self.bindings.setdefault(name, []).append(chunk)

    def _class(self, chunk: Chunk, qualname: str) -> ClassChunk:
        found = ClassChunk(chunk, qualname)
        for child in flatten(chunk.children):
            if child.kind == "function":
                method = FunctionChunk(child, f"{qualname}.{child.name}", found)
                found.methods.setdefault(child.name, []).append(method)
                self._globals(method)
            elif child.kind == "class":
                self._keep(found.classes, self._class(child, f"{qualname}.{child.name}"))
            else:
                found.statements.append(child)
        return found

    def _keep(self, classes: dict[str, ClassChunk], cls: ClassChunk) -> None:
        if cls.name in classes:
            self.replaced.append(classes[cls.name])
        classes[cls.name] = cls

    def _globals(self, function: FunctionChunk) -> None:
        if not self._has_globals:
            return
        start, end = function.chunk.body, function.chunk.end
        if self.text.find("global", start, end) < 0:
            return
        for match in _GLOBAL.finditer(self.text, start, end):
            for name in _NAME.findall(match.group(1)):
                self.global_writers.setdefault(name, []).append(function)

    @property
    def even(self) -> Document:
        """The document with its even text, see `syntax.layout.even`: for those who look at lines and indentation."""
        if self._even is None:
            same = self.text == self.doc.text
            self._even = self.doc if same else replace(self.doc, text=self.text, given_newline=self.doc.newline)
        return self._even

    @property
    def import_statements(self) -> tuple[str, ...]:
        """The import statements anywhere in the text, functions included; no scan is needed for it."""
        if self._statements is None:
            self._statements = tuple(import_statements(self.text))
        return self._statements

    @property
    def mentioned(self) -> dict[str, list[ImportedName]]:
        """What import statements bind anywhere in the text."""
        if self._mentioned is None:
            self._mentioned = {}
            for statement in self.import_statements:
                for name, target in imported(statement):
                    self._mentioned.setdefault(name, []).append(target)
        return self._mentioned

    def all_functions(self) -> Iterator[FunctionChunk]:
        """Functions and methods, in order of the text within each class."""
        for same in self.functions.values():
            yield from same
        for cls in self.all_classes():
            for same in cls.methods.values():
                yield from same

    def derived(self, find: Callable[[Module], _Derived]) -> _Derived:
        """Returns what a function finds among the names that the module binds, found once for all that need it."""
        if find not in self._derived:
            self._derived[find] = find(self)
        return cast("_Derived", self._derived[find])

    def statements_mentioning(self, name: str) -> list[Chunk]:
        """The statements at module level that bind or mention a name, in text order."""
        found = {chunk.start: chunk for chunk in self.derived(_statements_by_name).get(name, ())}
        found.update((chunk.start, chunk) for chunk in self.bindings.get(name, ()))
        return [found[start] for start in sorted(found)]

    def functions_named(self, qualname: str) -> list[FunctionChunk]:
        """The functions and methods of one qualified name: several if a later one replaces an earlier one."""
        if self._by_qualname is None:
            self._by_qualname = {}
            for function in self.all_functions():
                self._by_qualname.setdefault(function.qualname, []).append(function)
        return self._by_qualname.get(qualname, [])

    def all_classes(self) -> Iterator[ClassChunk]:
        """Classes, outer before inner."""
        pending = [*self.classes.values(), *self.replaced]
        while pending:
            cls = pending.pop(0)
            yield cls
            pending.extend(cls.classes.values())


def _statements_by_name(module: Module) -> dict[str, list[Chunk]]:
    """The statements at module level by the names in them, attributes aside."""
    found: dict[str, list[Chunk]] = {}
    for chunk in module.statements:
        for name in set(_MENTIONED.findall(module.text, chunk.start, chunk.end)):
            found.setdefault(name, []).append(chunk)
    return found


def flatten(chunks: tuple[Chunk, ...]) -> Iterator[Chunk]:
    """Pieces with blocks opened: what an `if` or `try` at module or class level holds."""
    for chunk in chunks:
        if chunk.kind == "block":
            yield from flatten(chunk.children)
        else:
            yield chunk


_STATEMENT = re.compile(r"[^\n;(#]*(?:\((?:[^)#]|#[^\n]*\n)*\))?")
_HEAD = re.compile(r"(?:[^#\n]*[:;])?[ \t]*(?:from\b[.\w \t]*)?")
"""What stands on the line of an import before the word `import`."""
_BEFORE_FROM = re.compile(r".*[:;][ \t]*", re.DOTALL)


def import_statements(text: str) -> Iterator[str]:
    """The import statements of an even text, as far as they start a line, a block or a statement of their own."""
    at = text.find("import")
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        if at != start:  # most stand there
            if _HEAD.fullmatch(text, start, at) is None:
                at = text.find("import", at + 6)
                continue
            before = _BEFORE_FROM.match(text, start, at)
            start = before.end() if before is not None else start
        found = _STATEMENT.match(text, start)
        assert found is not None
        yield found.group().strip()
        at = text.find("import", max(found.end(), at + 6))


@lru_cache(maxsize=16384)
def imported(line: str) -> tuple[tuple[str, ImportedName], ...]:
    """(local name, what it is) for each name that an import statement binds; nothing for other lines."""
    return tuple(_imported(line))


def _imported(line: str) -> Iterator[tuple[str, ImportedName]]:
    for part in line.split(";") if ";" in line else (line,):
        if not _IMPORTS.match(part):
            continue
        clean = _COMMENT.sub("", part)
        found = _FROM.match(clean)
        if found:
            level, module = found.group(1).count("."), "".join(found.group(2).split())
            for section in found.group(3).split(","):
                words = section.split()
                if words:  # `*` stands for all that the other module binds
                    yield words[-1], ImportedName.of(module, words[0], level)
            continue
        plain = _IMPORT.match(clean)
        if plain:
            for segment in _DOT.sub(".", plain.group(1)).split(","):
                words = segment.split()
                if len(words) == 3:
                    yield words[2], ImportedName.of(words[0])
                elif len(words) == 1:
                    yield words[0].split(".")[0], ImportedName(words[0].split(".")[0])


def bound(text: str) -> set[str]:
    """Names that the lines of a statement may bind; too many rather than too few."""
    names: set[str] = set()
    for match in _ASSIGN.finditer(text):
        found = match.group(1) or match.group(2) or match.group(3) or ""
        names.update(_NAME.findall(found))
    return names
