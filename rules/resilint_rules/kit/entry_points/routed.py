"""Functions that are given to a routing table, a queue or a consumer by name, in their own module or in another one.

The catalogue says which functions and methods take a handler, and how the modules are called in which that is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...catalog.index import TAKERS
from ..catalog.lookup import Catalog, load
from ..catalog.parts import Param
from ..catalog.surroundings import EntryFact, RouteFact
from ..interp.calls import Names
from ..project.imports import Project
from ..project.module import ImportedName, Module
from ..syntax.outline import Chunk
from ..syntax.tree import dotted, walk
from ..syntax.words import words

Taker = tuple[Param, str]
"""The parameter that takes a function, and what it is called for then."""


class Takers:
    """What takes a function to call it later: by qualified name, or by the name of a method."""

    def __init__(self, _: Project) -> None:
        self.modules: set[str] = set()
        self.tops: set[str] = set()
        """The top-level modules of the libraries that have such functions."""
        self.methods: dict[str, list[tuple[tuple[str, ...], Taker]]] = {}
        for stem in TAKERS:
            library = load(stem)
            self.tops.update(name.partition(".")[0] for name in library.imports)
            for fact in library.facts.values():
                taker = _taker(fact)
                if taker is not None and isinstance(fact, RouteFact):
                    self.modules.update(fact.modules)
                if taker is not None and fact.on:
                    for name in fact.names:
                        self.methods.setdefault(name, []).append((library.imports, taker))


def is_registered(scope: Names, name: str) -> str:
    """What a function of a module is called for because it is registered by name; "" if that is not seen."""
    project, module = scope.session.project, scope.module
    takers = project.derived(Takers)
    for candidate in _places(project, module, takers, name):
        found = _registered_in(scope.session.scope(candidate), module, name, takers)
        if found:
            return found
    return ""


def _taker(fact: object) -> Taker | None:
    if isinstance(fact, RouteFact) and fact.form == "call" and fact.handler is not None:
        return fact.handler, "request"
    if isinstance(fact, EntryFact) and fact.form == "call" and fact.handler is not None:
        return fact.handler, fact.runs
    return None


def _places(project: Project, module: Module, takers: Takers, name: str) -> Iterator[Module]:
    """The modules in which a function may be registered: its own, and routing modules in its folder or one above."""
    yield module
    depth = module.doc.name.count("/") + 1
    for level in range(1, min(depth, _DEPTH) + 1):
        for stem in sorted(takers.modules):
            found = project.find(ImportedName(stem, "", level), module.doc)[0]
            if found is not None and found.doc.name != module.doc.name and found.mentions_name(name):
                yield found


_DEPTH = 3
"""How many folders are looked into, from that of the function upwards."""


def _registered_in(scope: Names, home: Module, name: str, takers: Takers) -> str:
    """What a function of the module `home` is registered for in another, or the same."""
    for chunk in _mentioning(scope.module, name) if _has_takers(scope, takers) else ():
        tree = scope.tree(chunk) if _is_passed_on(name, scope.module.source(chunk)) else None
        for node in walk(tree.module) if tree is not None else ():
            if isinstance(node, cst.Call):
                taker = _taker_of(scope, node, takers)
                given = _given(node, taker[0]) if taker is not None else None
                if taker is not None and given is not None and _means(scope, given, home, name):
                    return taker[1]
    return ""


def _mentioning(module: Module, name: str) -> Iterator[Chunk]:
    """Yields the chunks of a module, outside of the function of a name, that mention it."""
    yield from module.statements_mentioning(name)
    inside = (chunk for cls in module.all_classes() for chunk in cls.statements)
    yield from (chunk for chunk in inside if name in module.source(chunk))
    functions = module.chosen(module.functions_mentioning(name))
    yield from (function.chunk for function in functions if function.name != name)


def _has_takers(scope: Names, takers: Takers) -> bool:
    """Whether a module imports a library that takes functions: of most modules nothing has to be parsed."""
    imported = {target.module.partition(".")[0] for target in scope.module.imported_names() if not target.level}
    return not imported.isdisjoint(takers.tops) or any(scope.catalog.prefixes())


def _is_passed_on(name: str, text: str) -> bool:
    """Whether a name stands in a text otherwise than to be called."""
    return any(_CALLED.match(text, at + len(name)) is None for at in words(name, text, 0, len(text)))


_CALLED = re.compile(r"[ \t]*\(")


def _taker_of(scope: Names, node: cst.Call, takers: Takers) -> Taker | None:
    """What is called, if it takes a function to be called later."""
    path = dotted(node.func)
    head, _, rest = path.partition(".")
    for target in scope.module.imports.get(head, ()):
        if target.level:
            continue
        base = f"{target.module}.{target.name}" if target.name else target.module
        found = _qualified(scope.catalog, f"{base}.{rest}" if rest else base)
        if found is not None:
            return found
    if not isinstance(node.func, cst.Attribute):
        return None
    imported = {target.module.partition(".")[0] for target in scope.module.imported_names() if not target.level}
    for imports, taker in takers.methods.get(node.func.attr.value, ()):
        if not imported.isdisjoint(imports):
            return taker
    return None


def _qualified(catalog: Catalog, name: str) -> Taker | None:
    for table in (RouteFact, EntryFact):
        found = _taker(catalog.fact(table, name))
        if found is not None:
            return found
    return None


def _given(node: cst.Call, param: Param) -> cst.BaseExpression | None:
    """The argument that a call gives for a parameter."""
    for number, arg in enumerate(node.args):
        if arg.star:
            return None
        if (arg.keyword is not None and arg.keyword.value == param.name) or (
            arg.keyword is None and number == param.index
        ):
            return arg.value
    return None


def _means(scope: Names, given: cst.BaseExpression, home: Module, name: str) -> bool:
    """Whether an expression is the function itself: by its name, or read off its module; decorators may be around."""
    while isinstance(given, cst.Call) and len(given.args) == 1 and not given.args[0].star:
        given = given.args[0].value
    path = dotted(given)
    head, _, rest = path.partition(".")
    if scope.module is home or scope.module.doc.name == home.doc.name:
        return path == name
    for target in scope.module.imports.get(head, ()):
        found, inner = scope.session.project.find(target, scope.module.doc)
        if found is not None and found.doc.name == home.doc.name and ".".join(filter(None, (inner, rest))) == name:
            return True
    return False
