"""What a program does once, for all of it: in the module at hand, one that it imports, or where programs begin."""

from __future__ import annotations

from collections.abc import Iterator

from .imports import Project
from .module import ImportedName, Module

_PLACES = ("__main__", "main", "cli", "app", "start", "init", "common", "config", "configuration", "settings")
"""Modules in which a program sets itself up, by name."""


def sets(words: tuple[str, ...], module: Module, project: Project, places: tuple[str, ...] = ()) -> bool:
    """Whether the program that a module belongs to mentions one of some words where it sets itself up.

    `places` are the names of other modules in which it may do that.
    """
    elsewhere = _elsewhere(module, project, (*_PLACES, *places))
    return module.mentions(*words) or any(candidate.mentions(*words) for candidate in elsewhere)


def _elsewhere(module: Module, project: Project, places: tuple[str, ...]) -> Iterator[Module]:
    """What it imports, and the modules of its package, and of the project's folder that it is in, that are so named."""
    folders = module.doc.name.split("/")[:-1]
    inner = module.doc.module.count(".") or 1
    outer = len(folders) - (folders[:1] == ["src"]) or 1
    targets = list(module.imported_names())
    for level in sorted({inner, outer}):
        targets += [ImportedName(place, "", level) for place in ("__init__", *places)]
    for target in targets:
        found = project.find(target, module.doc)[0]
        if found is not None:
            yield found
