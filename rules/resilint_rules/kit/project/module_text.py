"""A module's text by functions, each flat or as it is: only what a query looks at is made flat."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator

from ..syntax.layout import flat
from ..syntax.outline import Chunk
from ..syntax.words import words
from .definitions import FunctionChunk
from .recording import BodyFacts

_ASSIGNED = re.compile(r"(?:self|cls)\.(\w+)\b(?=[ \t]*(?:(?:,[^=\n]*|:[^=\n]+)?=(?!=)|:))|as[ \t]+self\.(\w+)")
"""Attributes of its object that a method may set. It begins with no edge of a word: that is slow to search for."""


class ModuleText(ABC):
    """The text of a module; offsets in the flat forms of it mean the same, see `syntax.layout.flat`."""

    __slots__ = ("_ends", "_flat", "_functions", "_gaps", "_ids", "_known_facts", "_starts", "facts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.facts = BodyFacts()
        self._known_facts = BodyFacts()
        self._flat: str | None = None
        self._gaps: list[str] | None = None
        self._functions: dict[str, FunctionChunk] | None = None
        self._ids: dict[int, str] = {}
        self._starts: list[int] = []
        self._ends: list[int] = []

    @abstractmethod
    def all_functions(self) -> Iterator[FunctionChunk]:
        """Functions and methods, in order of the text within each class."""

    def reuse(self, facts: BodyFacts) -> None:
        """Takes over what was found in an earlier text. Effect: only on cost."""
        self._known_facts = facts

    def share_layout(self, twin: ModuleText) -> None:
        """Takes over where functions are from one that has the same text, and functions."""
        self._functions, self._ids = twin._functions, twin._ids
        self._starts, self._ends, self._gaps = twin._starts, twin._ends, twin._gaps

    @property
    def flat(self) -> str:
        """The text with each statement on a line of its own and without comments, see `syntax.layout.flat`."""
        if self._flat is None:
            self._flat, _ = self.partly_flat(self._by_id())
        return self._flat

    def partly_flat(self, names: Container[str]) -> tuple[str, list[tuple[int, int]]]:
        """The text, flat but for the functions that are not named, and the spans that differ from the text as it is.

        Of long modules, few functions are looked at so closely.
        """
        functions, text = self._by_id(), self.text
        if self._gaps is None:
            ends = [0, *(function.chunk.end for function in functions.values())]
            starts = [*(function.chunk.start for function in functions.values()), len(text)]
            self._gaps = [flat(text[end:start]) for end, start in zip(ends, starts, strict=True)]
        parts: list[str] = []
        changed: list[tuple[int, int]] = []
        at = 0
        for (name, function), gap in zip(functions.items(), self._gaps[:-1], strict=True):
            chunk = function.chunk
            parts.append(gap)
            if gap != text[at : chunk.start]:
                changed.append((at, chunk.start))
            source = text[chunk.start : chunk.end]
            at = chunk.end
            parts.append(self.flat_function(function) if name in names else source)
            if parts[-1] != source:
                changed.append((chunk.start, at))
        parts.append(self._gaps[-1])
        if parts[-1] != text[at:]:
            changed.append((at, len(text)))
        return "".join(parts), changed

    def flat_function(self, function: FunctionChunk) -> str:
        """The flat text of a function, its decorators included."""
        source = self.text[function.chunk.start : function.chunk.end]
        known = self.facts.flat.get(source)
        if known is None:
            known = self.facts.flat[source] = self._known_facts.flat.get(source) or flat(source)
        return known

    def forget_layout(self) -> None:
        """Gives up the flat texts, which take as much memory as the module. Effect: only on cost."""
        self._flat = self._gaps = None
        self.facts.flat.clear()

    def flat_body(self, function: FunctionChunk) -> str:
        """The flat text of a function's body."""
        return self.flat_function(function)[function.chunk.body - function.chunk.start :]

    def functions_at(self, offsets: Iterable[int]) -> set[str]:
        """What queries call the functions that some offsets are in."""
        functions = list(self._by_id().values()) if not self._starts else []
        if functions:
            self._starts = [function.chunk.start for function in functions]
            self._ends = [function.chunk.end for function in functions]
        found: set[str] = set()
        for offset in offsets:
            number = bisect_right(self._starts, offset) - 1
            if number >= 0 and offset < self._ends[number]:
                found.add(self._ids[self._starts[number]])
        return found

    def decorators(self, chunk: Chunk) -> str:
        """The flat text of the decorators of a function or class: a part of the skeleton."""
        return flat(self.text[chunk.start : chunk.head])

    def function(self, name: str) -> FunctionChunk:
        """The function that a query has named."""
        return self._by_id()[name]

    def _by_id(self) -> dict[str, FunctionChunk]:
        """The functions by what queries name them, in text order."""
        if self._functions is None:
            self._functions = {}
            seen: dict[str, int] = {}
            for function in sorted(self.all_functions(), key=lambda function: function.chunk.start):
                number = seen[function.qualname] = seen.get(function.qualname, 0) + 1
                name = f"{function.qualname}#{number}" if number > 1 else function.qualname
                self._functions[name] = function
                self._ids[function.chunk.start] = name
        return self._functions

    def name_of(self, function: FunctionChunk) -> str:
        """What queries call a function."""
        self._by_id()
        return self._ids[function.chunk.start]

    def function_in(self, chunk: Chunk) -> FunctionChunk | None:
        """The function or method that a chunk is."""
        name = self._ids.get(chunk.start) if self._by_id() and chunk.kind == "function" else None
        return self._functions[name] if name is not None and self._functions is not None else None

    def bodies_with(self, name: str) -> list[FunctionChunk]:
        """The functions that contain a name as a word of their own, comments included, in text order."""
        chosen = self.functions_at(words(name, self.text, 0, len(self.text)))
        functions = self._by_id()
        return sorted((functions[key] for key in chosen), key=lambda function: function.chunk.start)

    def attributes_set(self, function: FunctionChunk) -> frozenset[str]:
        """The attributes that a method may set on its object."""
        text = self.flat_body(function)
        assigned = self.facts.assigned.get(text)
        if assigned is None:
            assigned = self._known_facts.assigned.get(text)
            if assigned is None:
                assigned = frozenset(one or other for one, other in _ASSIGNED.findall(text))
            self.facts.assigned[text] = assigned
        return assigned
