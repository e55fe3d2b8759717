"""Functions and classes of a module as chunks of its text, and what import statements bind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ..syntax.outline import Piece


class ImportedName(NamedTuple):
    """`import module` (name "") or `from module import name`; `level` counts the leading dots."""

    module: str
    name: str = ""
    level: int = 0


@dataclass(slots=True, eq=False)
class FunctionPiece:
    """A function or method, unparsed."""

    piece: Piece
    qualname: str
    owner: ClassPiece | None = None

    @property
    def name(self) -> str:
        """Its bare name."""
        return self.piece.name


@dataclass(slots=True, eq=False)
class ClassPiece:
    """A class, unparsed: its methods by name, the statements of its body, and the classes inside it."""

    piece: Piece
    qualname: str
    methods: dict[str, list[FunctionPiece]] = field(default_factory=dict)
    statements: list[Piece] = field(default_factory=list)
    classes: dict[str, ClassPiece] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its bare name."""
        return self.piece.name
