"""Records of what a module exports, as its importers see it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Protocol

from ..project.imports import HOPS, Project
from ..project.module import Module

CLASS = re.compile(r"class[ \t]+\w+\s*\(((?:[^)#]|#[^\n]*\n)*)\)")
WORD = re.compile(r"(?<![\w.])\w+")


@dataclass(slots=True)
class ExportSummary:
    """What a module hands out: names at module level, and attributes of its objects."""

    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    """Classes that extend a client: each of their methods may be a call."""
    through: set[str] = field(default_factory=set)
    """Imported modules, classes, attributes and names by which clients are reached."""
    called_by_coroutines: set[str] = field(default_factory=set)
    """Plain functions whose own calls matter to coroutines that call them."""
    of_class: dict[str, set[str]] = field(default_factory=dict)
    """Attributes by the class that assigns them or leads to them, or by the name of an object of such a class."""
    libraries: set[str] = field(default_factory=set)
    """Imports by which its clients come in, here or in the modules that it has them from."""
    acting: frozenset[str] = frozenset()
    """Plain functions and methods, by qualified name, that mention integration code of their own module."""
    wrapping: frozenset[str] = frozenset()
    """Functions and methods, by qualified name, that may be wrappers of an external call."""
    renamed: set[str] = field(default_factory=set)
    """Names of the module that stand for a function of a library, or a client's method."""
    brought: set[str] = field(default_factory=set)
    """Names and methods by which wrappers of other modules are called."""
    reaching: frozenset[str] = frozenset()
    """Names and attributes by which functions of the project are called that reach integration code."""
    reaching_functions: frozenset[str] = frozenset()
    """The plain functions of the checked module that do, by qualified name."""
    giving: frozenset[str] = frozenset()
    """The functions of the checked module that give back an object by whose methods these are called, by name."""

    _methods: dict[str, set[str]] = field(default_factory=dict)
    """The methods that may be wrappers, by class."""

    receiving: frozenset[str] = frozenset()
    """Functions and methods, by qualified name, that may be given a client in a parameter without annotation."""
    unawaited: frozenset[str] = frozenset()
    """Names and attributes by which coroutines are called that perhaps nothing awaits."""

    def __bool__(self) -> bool:
        return bool(self.names or self.attributes or self.classes or self.wrapping or self.renamed)

    def bring(self, name: str, brings: Export) -> None:
        """Notes by which name and methods wrappers of another module are called."""
        if brings.wraps:
            self.brought.add(name)
        self.brought |= brings.wrapping

    def with_wrappers(self, name: str, export: Export) -> Export:
        """Returns what a name brings, with the wrappers that it stands for, or that its objects have as methods."""
        if not self.wrapping and not self.renamed:
            return export
        if not self._methods:
            for own in self.wrapping:
                owner, _, method = own.rpartition(".")
                self._methods.setdefault(owner, set()).add(method)
        methods = frozenset(self._methods.get(name, ()))
        return replace(export, wraps=name in self.wrapping or name in self.renamed, wrapping=methods)


@dataclass(frozen=True, slots=True)
class Export:
    """What one name of a module brings: a client, a class that extends one, its objects' attributes."""

    name: bool = False
    heir: bool = False
    attributes: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()
    """Names by which its objects reach these attributes."""
    wraps: bool = False
    """It is a function that may be a wrapper of an external call."""
    wrapping: frozenset[str] = frozenset()
    """Methods of its objects that may be."""

    def __bool__(self) -> bool:
        return self.name or self.heir or self.wraps or bool(self.attributes or self.wrapping)

    def with_other(self, other: Export) -> Export:
        """This, or what another import of the same name brings."""
        if not other or not self:
            return other or self
        libraries = self.libraries | other.libraries
        attributes, through = self.attributes | other.attributes, self.through | other.through
        wraps, wrapping = self.wraps or other.wraps, self.wrapping | other.wrapping
        return Export(self.name or other.name, self.heir or other.heir, attributes, libraries, through, wraps, wrapping)


class ModuleExports(Protocol):
    """The questions about the exports of other modules, for those that help to answer them."""

    @property
    def project(self) -> Project:
        """The project of the modules."""

    def of(self, module: Module) -> ExportSummary:
        """Returns the export summary of a module."""

    def name(self, module: Module, name: str, hops: int = HOPS) -> Export:
        """Returns what one name of a module holds."""

    def starred(self, module: Module) -> dict[str, Export]:
        """Returns what all names of a module hold that hold anything."""
