"""Functions and classes of a module as chunks of its text, and what import statements bind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ..catalog.import_names import own_name
from ..syntax.outline import Chunk


class ImportedName(NamedTuple):
    """`import module` (name "") or `from module import name`; `level` counts the leading dots."""

    module: str
    name: str = ""
    level: int = 0

    @classmethod
    def of(cls, module: str, name: str = "", level: int = 0) -> ImportedName:
        """What an import statement names: where that is a library under another name, the library's own module."""
        written = "." * level + (f"{module}.{name}" if module and name else module or name)
        own = own_name(written)
        if own == written:
            return cls(module, name, level)
        return cls(own) if not name or not own.endswith(f".{name}") else cls(own.removesuffix(f".{name}"), name)


@dataclass(slots=True, eq=False)
class FunctionChunk:
    """A function or method, unparsed."""

    chunk: Chunk
    qualname: str
    owner: ClassChunk | None = None

    @property
    def name(self) -> str:
        """Its bare name."""
        return self.chunk.name


@dataclass(slots=True, eq=False)
class ClassChunk:
    """A class, unparsed: its methods by name, the statements of its body, and the classes inside it."""

    chunk: Chunk
    qualname: str
    methods: dict[str, list[FunctionChunk]] = field(default_factory=dict)
    statements: list[Chunk] = field(default_factory=list)
    classes: dict[str, ClassChunk] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its bare name."""
        return self.chunk.name
