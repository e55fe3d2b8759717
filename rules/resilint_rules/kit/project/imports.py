"""Finds and reads the modules of a project on demand; every read is recorded.

Nothing of a project is imported or run: modules are found as files below the root and read as text.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ...catalog.index import IMPORTS
from ..catalog.lookup import Catalog
from ..syntax.text import Document
from .module import ImportedName, Module

if TYPE_CHECKING:
    from ..syntax.outline import Chunk
    from ..syntax.tree import Tree

Read = Callable[[str], "bytes | None"]
"""Gives the bytes of a file, by its path below the root with forward slashes; None if there is none."""


Exists = Callable[[str], bool]
"""Says whether there is a file or folder of this name below the root."""


Derived = TypeVar("Derived")

HOPS = 32
"""Modules that a name may be imported through before it is found: more than people write, and a bound for what
machines do."""
KEPT_LINES = 10_000
"""Lines of other modules whose trees are kept: a tree takes some 3 KB a line. With 4,000 the functions that a large
package shares are parsed twice over."""
KEPT_BYTES = 30_000_000
"""Text of other modules that is kept."""
CHECKED_BYTES = 3_000_000
"""Text of modules that were checked themselves and are kept, as long as no other module needs them."""


def nothing(name: str) -> bytes | None:
    """A project without files."""
    return None


class Project:
    """A root folder seen through `read`, so that an editor can hand in unsaved buffers.

    `own` are the in-house libraries of the settings, `pins` the versions of the lock file. `reads` collects
    path -> digest for the file at hand, "" if there is none; a path that ends in "/" stands for the absence
    of a top-level module or package of that name.
    """

    __slots__ = (
        "_checked",
        "_checked_bytes",
        "_derived",
        "_exists",
        "_found",
        "_kept",
        "_modules",
        "_named",
        "_places",
        "_read",
        "_tops",
        "_tree_lines",
        "_trees",
        "catalog",
        "reads",
    )

    def __init__(
        self,
        read: Read = nothing,
        own: Mapping[str, Mapping[str, Any]] | None = None,
        pins: Mapping[str, str] | None = None,
        exists: Exists | None = None,
    ) -> None:
        self._read = read
        self._exists = exists
        self._tops: dict[str, bool] = {}
        self._places: dict[tuple[str, int, int], tuple[str, ...]] = {}
        self._named: dict[tuple[str, tuple[str, ...]], tuple[str, dict[str, str]]] = {}
        self._found: dict[tuple[ImportedName, tuple[str, ...]], tuple[str, str, dict[str, str]]] = {}
        self._derived: dict[object, Any] = {}
        self._trees: dict[tuple[str, int], Tree] = {}
        self._tree_lines = 0
        self._modules: dict[str, tuple[str, Module] | None] = {}
        self._kept = 0
        self._checked: dict[str, Module] = {}
        self._checked_bytes = 0
        self.catalog = Catalog(own, pins)
        self.reads: dict[str, str] = {}

    def forget(self, name: str | None = None) -> None:
        """Drops what was read of a file, or of all: it has changed.

        Effect: the next question reads it again.
        """
        self._tops.clear()
        self._named.clear()
        self._found.clear()
        self._derived.clear()
        self._trees.clear()
        self._tree_lines = 0
        self._checked.clear()
        self._checked_bytes = 0
        if name is None:
            self._modules.clear()
            self._kept = 0
        else:
            self._modules.pop(name, None)

    @contextmanager
    def recording(self) -> Iterator[dict[str, str]]:
        """Records the reads of a block in a dictionary of their own; blocks can be nested.

        The reads of an inner block are not among those of the outer one, which may `update` its own with them.
        Effect: `reads` is the new dictionary inside the block, and the previous one after it.
        """
        outer, self.reads = self.reads, {}
        try:
            yield self.reads
        finally:
            self.reads = outer

    def file(self, name: str) -> Module | None:
        """The module in a file below the root; None if there is none or it cannot be read."""
        if name not in self._modules:
            data = self._read(name)
            found = None
            if data is not None:
                try:
                    text = data.decode("utf-8-sig")
                except UnicodeDecodeError:
                    text = data.decode("latin-1")  # names and chunks are ASCII in all but the oddest file
                checked = self._checked.get(name)
                twin = checked if checked is not None and checked.doc.text == text else None
                found = (
                    hashlib.blake2b(data, digest_size=16).hexdigest(),
                    Module(Document(text, name, module_name(name)), twin),
                )
            self._modules[name] = found
            self._kept += len(found[1].text) if found is not None else 0
            while self._kept > KEPT_BYTES and len(self._modules) > 1:  # the oldest go
                gone = self._modules.pop(next(iter(self._modules)))
                self._kept -= len(gone[1].text) if gone is not None else 0
        known = self._modules[name]
        self.reads[name] = known[0] if known else ""
        return known[1] if known else None

    def module(self, doc: Document) -> Module:
        """The module of a document to check. It shares what is found in the same text as a file of the project.

        Effect: the latest are kept, as the next file to check may import one of them.
        """
        known = self._modules.get(doc.name)
        if known is not None:
            return Module(doc, known[1] if known[1].doc.text == doc.text else None)
        earlier = self._checked.pop(doc.name, None)
        self._checked_bytes += len(doc.text) - (len(earlier.text) if earlier is not None else 0)
        self._checked[doc.name] = found = Module(doc)
        while self._checked_bytes > CHECKED_BYTES and len(self._checked) > 1:
            self._checked_bytes -= len(self._checked.pop(next(iter(self._checked))).text)
        return found

    def tree(self, module: Module, chunk: Chunk, parse: Callable[[], Tree | None]) -> Tree | None:
        """A chunk of another module, parsed; the latest are kept, as many modules ask for the same few."""
        key = (module.doc.name, chunk.start)
        found = self._trees.pop(key, None)
        if found is None:
            found = parse()
            if found is None:
                return None
            self._tree_lines += found.lines
        self._trees[key] = found
        while self._tree_lines > KEPT_LINES and len(self._trees) > 1:
            oldest = next(iter(self._trees))
            self._tree_lines -= self._trees.pop(oldest).lines
        return found

    def owns(self, module: Module) -> bool:
        """Whether a module was read by this project, and is not the document at hand."""
        known = self._modules.get(module.doc.name)
        return known is not None and known[1] is module

    def known(self, name: str) -> Module | None:
        """The module in a file if it was read already, without recording a read."""
        found = self._modules.get(name)
        return found[1] if found is not None else None

    def derived(self, make: Callable[[Project], Derived]) -> Derived:
        """Returns what `make` makes of this project: it is made once, and once more after `forget`."""
        if make not in self._derived:
            self._derived[make] = make(self)
        found: Derived = self._derived[make]
        return found

    def digest(self, name: str) -> str:
        """The digest of a file as it is now, "" if there is none; for a name that ends in "/", see `reads`."""
        if name.endswith("/"):
            path = name[:-1]
            return "there" if self._exists is not None and (self._exists(path) or self._exists(path + ".py")) else ""
        with self.recording() as reads:
            self.file(name)
        return reads.get(name, "")

    def find(self, target: ImportedName, importer: Document) -> tuple[Module | None, str]:
        """The project's module that an import names, and the name in it that is meant ("" for itself).

        `from package import name` may mean a submodule or a name of the package; a file wins.
        """
        bases = self.folders(target, importer)
        named = self._named.get((target.module, bases))
        if named is None:
            named = self._named[target.module, bases] = self._plainly(target, bases)
        if named[0]:
            self.reads.update(named[1])
            return self.file(named[0]), target.name
        key = (target, bases)
        known = self._found.get(key)
        if known is None:
            with self.recording() as reads:
                file, name = self._locate(target, bases)
            known = self._found[key] = (file, name, reads)
        file, name, reads = known
        self.reads.update(reads)
        return (self.file(file) if file else None), name

    def _plainly(self, target: ImportedName, bases: tuple[str, ...]) -> tuple[str, dict[str, str]]:
        """Returns the file that an import names and the path that was looked up; "" if there may be several."""
        top = target.module.partition(".")[0]
        with self.recording() as reads:
            base = next(
                (candidate for candidate in bases if target.level or self._may_hold(bases, candidate, top)), None
            )
            if base is not None and target.module:
                file = "/".join(filter(None, (base, target.module.replace(".", "/")))) + ".py"
                if self.file(file) is not None:
                    return file, reads
        return "", {}

    def _locate(self, target: ImportedName, bases: tuple[str, ...]) -> tuple[str, str]:
        for base in bases:
            if not target.level and not self._may_hold(bases, base, target.module.partition(".")[0]):
                continue
            path = "/".join(filter(None, (base, target.module.replace(".", "/"))))
            candidates: list[tuple[str, str]] = [(f"{path}.py", target.name)] if path else []
            if target.name and (path or target.level):
                candidates += [(f"{path}/{target.name}.py", ""), (f"{path}/{target.name}/__init__.py", "")]
            if path:
                candidates.append((f"{path}/__init__.py", target.name))
            for file, name in candidates:
                if self.file(file.lstrip("/")) is not None:
                    return file.lstrip("/"), name
        return "", ""

    def inside(self, target: ImportedName, importer: Document) -> bool:
        """Whether an import names something of the project, without looking into it."""
        bases = self.folders(target, importer)
        top = target.module.partition(".")[0]
        return bool(target.level) or any(self._may_hold(bases, base, top) for base in bases)

    def _may_hold(self, bases: tuple[str, ...], base: str, name: str) -> bool:
        """Whether a top-level module of this name can be in a folder of the project: most imports are not."""
        if name in sys.stdlib_module_names:
            return False  # a module that hides one of these is not worth a question for each import
        path = f"{base}/{name}" if base else name
        if name in IMPORTS:
            return base == bases[0] and self._hides(f"{path}.py", name)
        known = self._tops.get(path)
        if known is None:
            known = self._tops[path] = self._exists is None or self._exists(path) or self._exists(path + ".py")
        if not known:
            self.reads[path + "/"] = ""
        return known

    def _hides(self, file: str, name: str) -> bool:
        """Whether a file of the project stands for a library of its name: it does not import that itself."""
        module = self.file(file) if self._exists is not None else None
        if module is None:
            return False
        wanted = (target for targets in module.imports.values() for target in targets if not target.level)
        return all(target.module.partition(".")[0] != name for target in wanted)

    def folders(self, target: ImportedName, importer: Document) -> tuple[str, ...]:
        """Returns the folders in which the file of an import can lie, most likely first."""
        folder, _, own = importer.name.rpartition("/")
        depth = 0 if target.level else importer.module.count(".") + (own == "__init__.py")
        key = (folder, target.level, depth)
        if key not in self._places:
            self._places[key] = _places(*key)
        return self._places[key]


def _places(folder: str, level: int, depth: int) -> tuple[str, ...]:
    """Folders in which an import can lie: with `level` dots, or of a module `depth` packages deep."""
    parts = folder.split("/") if folder else []
    up = level - 1 if level else depth
    above = "/".join(parts[: len(parts) - up]) if up <= len(parts) else None
    if level:
        return (above,) if above is not None else ()
    return tuple(dict.fromkeys((above or "", "", "src")))


def module_name(path: str) -> str:
    """The dotted name that a path below the root suggests."""
    stem = path.removesuffix(".py")
    stem = stem.removesuffix("/__init__")
    return stem.replace("/", ".")
