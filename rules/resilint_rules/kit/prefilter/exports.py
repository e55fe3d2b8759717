"""What a module of the project hands out to those that import it, told from text alone.

Textual and generous: whoever asks looks closer at what may matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..project.module import Module, import_statements, imported
from ..syntax.text import Document

if TYPE_CHECKING:
    from ..project.imports import Project

HOPS = 3
"""Modules that a name may be imported through before it is found."""


CLASS = re.compile(r"class[ \t]+\w+[ \t]*\(([^)]*)\)")
WORD = re.compile(r"(?<![\w.])\w+")


@dataclass(slots=True)
class Handed:
    """What a module hands out: names at module level, and attributes of its objects."""

    names: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    """Classes that extend a client: each of their methods may be a call."""
    through: set[str] = field(default_factory=set)
    """Imported modules and classes by which clients are reached."""
    asked: set[str] = field(default_factory=set)
    """Plain functions whose own calls matter to coroutines that call them."""
    of_class: dict[str, set[str]] = field(default_factory=dict)
    """Attributes by the class that assigns them."""
    libraries: set[str] = field(default_factory=set)
    """Imports by which its clients come in, here or in the modules that it has them from."""

    def __bool__(self) -> bool:
        return bool(self.names or self.attributes or self.classes)


@dataclass(frozen=True, slots=True)
class Given:
    """What one name of a module brings: a client, a class that extends one, its objects' attributes."""

    name: bool = False
    heir: bool = False
    attributes: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.name or self.heir or bool(self.attributes)


def given(module: Module, name: str, project: Project, hops: int) -> Given:
    """What one name of a module brings; a name that it only imports itself is followed, `hops` modules far."""
    if targets := module.mentioned.get(name) if name in module.text else None:
        for target in targets if hops > 0 else ():
            found, inner = project.find(target, module.doc)
            if found is not None and found is not module and inner:
                return project.given(found, inner, hops - 1)
        own = project.handed(module)
        return Given(name in own.names, name in own.classes, libraries=frozenset(own.libraries))
    own = project.handed(module)
    if not own:
        return Given()
    attributes: set[str] = own.of_class.get(name, set()) if name in module.classes else set()
    return Given(name in own.names, name in own.classes, frozenset(attributes), frozenset(own.libraries))


def inherits(module: Module, project: Project) -> bool:
    """Whether a class of a module without integration imports may extend what another module hands out."""
    if "class " not in module.text:
        return False
    for match in CLASS.finditer(module.text):
        for base in WORD.findall(match.group(1)):
            for target in module.mentioned.get(base, ()):
                found, inner = project.find(target, module.doc)
                if found is None or found is module:
                    continue
                if project.given(found, inner, HOPS) if inner else project.handed(found):
                    return True
    return False


def reached(text: str, doc: Document, project: Project) -> bool:
    """Whether a text without integration imports is handed a client by the modules it imports."""
    return any(project.reaches(statement, doc) for statement in import_statements(text))


def reaches(statement: str, doc: Document, project: Project) -> bool:
    """Whether one import statement brings a client from a module of the project."""
    for _, target in imported(statement):
        found, name = project.find(target, doc)
        if found is not None and (project.given(found, name, HOPS) if name else project.handed(found)):
            return True
    return False
