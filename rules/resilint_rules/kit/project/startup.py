"""What a program does once, for all of it: in the module at hand, one that it imports, or where programs begin."""

from __future__ import annotations

from collections.abc import Iterator

from .imports import Project
from .module import ImportedName, Module

_PLACES = ("__main__", "main", "cli", "app", "start", "init", "common", "config", "configuration", "settings")
"""Modules in which a program sets itself up, by name."""


def sets(word: str, module: Module, project: Project) -> bool:
    """Whether the program that a module belongs to mentions a word where it sets itself up."""
    return module.mentions(word) or any(candidate.mentions(word) for candidate in _elsewhere(module, project))


def _elsewhere(module: Module, project: Project) -> Iterator[Module]:
    """What it imports, and the modules of its package, and of the project's folder that it is in, that are so named."""
    folders = module.doc.name.split("/")[:-1]
    inner = module.doc.module.count(".") or 1
    outer = len(folders) - (folders[:1] == ["src"]) or 1
    targets = list(module.imported_names())
    for level in sorted({inner, outer}):
        targets += [ImportedName(place, "", level) for place in ("__init__", *_PLACES)]
    for target in targets:
        found = project.find(target, module.doc)[0]
        if found is not None:
            yield found
