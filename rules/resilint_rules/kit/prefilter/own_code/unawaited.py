"""Which chunks of a module may drop a coroutine, of this module or of others that it imports."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from ....catalog.index import COROUTINES
from ...project.imports import Project
from ...project.module import ImportedName, Module
from ...syntax.words import words
from ..library_names import COMMON
from .dropped import Beginning, beginnings, coroutines, functions

_HEADS = ("\nclass ", "\ndef ", "\nasync def ")
"""How functions and classes of a module begin."""


class Unawaited(NamedTuple):
    """Calls of a module that may create a coroutine which nothing awaits."""

    offsets: tuple[int, ...]
    words: frozenset[str]
    """The names and attributes that lead to what is called, here and among the imports."""

    def within(self, start: int, end: int) -> bool:
        """Whether one of the calls stands in a part of the text."""
        index = bisect_left(self.offsets, start)
        return index < len(self.offsets) and self.offsets[index] < end


class Coroutines:
    """The calls of the modules of a project, found once each. Get it with `project.derived(Coroutines)`."""

    __slots__ = ("_known", "project")

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[int, tuple[Module, Unawaited, dict[str, str]]] = {}

    def of(self, module: Module) -> Unawaited:
        """Returns the calls of a module that may drop a coroutine."""
        known = self._known.get(id(module))
        if known is None or known[0] is not module:
            with self.project.recording() as reads:
                known = module, self._of(module), reads
            self._known[id(module)] = known
        self.project.reads.update(known[2])
        return known[1]

    def _of(self, module: Module) -> Unawaited:
        own = module.derived(_own)
        brought = self._brought(module) if "async" in module.text else {}
        ways = {name: {""} for name in own}
        for known in (brought, _of_libraries(module)):
            for name, leads in known.items():
                ways.setdefault(name, set()).update(leads)
        calls = list(_calls(module, ways))
        words = {word for call in calls for word in (*call.path, call.name, *ways[call.name]) if word}
        return Unawaited(tuple(sorted(call.offset for call in calls)), frozenset(words))

    def _brought(self, module: Module) -> dict[str, set[str]]:
        """Coroutines of other modules of the project, by name -> the imported names that lead to their modules."""
        found: dict[str, set[str]] = {}
        for local, same in module.mentioned.items():
            for target in dict.fromkeys(same):
                for name in self._defined(module, target):
                    if name in module.text:
                        found.setdefault(name, set()).add(local)
        return found

    def _defined(self, module: Module, target: ImportedName) -> frozenset[str]:
        """The coroutines of the module that an import names, by which it may be reached."""
        other, inner = self.project.find(target, module.doc)
        if other is None or other is module:
            return frozenset()
        defined = other.derived(_own)
        if not inner or f"class {inner}" in other.text:
            return defined
        return frozenset((inner,)) & defined


def _calls(module: Module, ways: dict[str, set[str]]) -> Iterator[Beginning]:
    """Yields the calls of a module that may be of coroutines, by what leads to these."""
    text = module.text
    found = [call for call in beginnings(text, ways) if _may_lead(module, call, ways[call.name])]
    own = {call.name for call in found if not call.path and ways[call.name] == {""}}
    methods = own - functions(text, own) if own else own
    return (call for call in found if call.path or call.name not in methods)


def _may_lead(module: Module, call: Beginning, leads: set[str]) -> bool:
    """Whether a call may be of one of the coroutines of its name, to which these imported names lead, "" of its own.

    What is called by its name alone is imported by it, no method. Everything has a method of a common name: there the
    function or class around the call has to mention what leads to it, or the module to hold what it is called on.
    """
    if "" in leads:
        return True
    if not call.path:
        return call.name in leads
    if call.name not in COMMON or call.path[0] in leads or f"\n{call.path[0]} = " in module.text:
        return True
    text, at = module.text, call.offset
    start = max(text.rfind(head, 0, at) for head in _HEADS)
    ends = [end for head in _HEADS if (end := text.find(head, at)) >= 0]
    return any(next(words(lead, text, max(start, 0), min(ends, default=len(text))), None) is not None for lead in leads)


def _own(module: Module) -> frozenset[str]:
    return coroutines(module.text)


def _of_libraries(module: Module) -> dict[str, set[str]]:
    """Coroutines of libraries, by name as it is called here -> the imported names that lead to them."""
    found: dict[str, set[str]] = {}
    if not any(prefix in module.text for prefix in COROUTINES):
        return found
    for local, same in module.mentioned.items():
        for target in same:
            dotted = ".".join(part for part in (target.module, target.name) if part) if not target.level else ""
            home, _, last = dotted.rpartition(".")
            if last in COROUTINES.get(home, ()):
                found.setdefault(local, set()).add(local)
            for name in COROUTINES.get(dotted, ()):
                found.setdefault(name, set()).add(local)
    return found
