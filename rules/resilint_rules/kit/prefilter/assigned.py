"""What lines of a text give names, parameters and attributes, and how these lead to a client.

An object of a class that keeps a client is none itself, so that nothing is marked for it: in `self.core.http.get(...)`
what it leads to is marked already. Only the names by which it is reached have to be known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..project.module import ClassChunk, Module
from ..syntax.layout import GAP
from ..syntax.outline import Chunk
from .mentions import MentionIndex, Mentions
from .summaries import WORD, ExportSummary

ROUNDS = 2
"""How many objects may lie between an object and a client."""
NAME_ASSIGNED = re.compile(r"[ \t]*(\w+)[ \t]*(?::[^=\n]+)?=(?!=)([^\n]*)")
_DOT = r"[ \t]*\.[ \t]*"
_SELF_ASSIGNED = re.compile(rf"(?:self|cls){_DOT}(\w+)[ \t]*(?::[^=\n]+)?=(?!=)[ \t]*")
_SELF_BESIDE = re.compile(rf"(?:self|cls){_DOT}(\w+)[ \t]*(?=((?:,[ \t]*(?:self|cls){_DOT}\w+[ \t]*){{1,9}}=(?!=)))")
"""One of several that are assigned at once, but the last."""
_PARAMETER = re.compile(r"(\w+)[ \t]*:([^,)=\n]+)")
_DECLARED = re.compile(r"^[ \t]*(\w+)[ \t]*:([^=\n]+)", re.MULTILINE)
_BOUND = re.compile(r"[ \t]*(\w+)[ \t]*(?::[^=\n]+)?(?:=(?!=)|$)")

# Each begins with no edge of a word, which would be tried at every character.
RETURN = re.compile(r"(?:return|yield)\b([^\n]*)")
CALLEE = re.compile(rf"[ \t]*(?:await[ \t]+)?([A-Za-z_]\w*)(?:{_DOT}\w+)*[ \t]*\(")
PARTIAL = re.compile(r"[ \t]*(self\.)?(\w+)[ \t]*=[ \t]*(?:functools\.)?partial\(\s*")
RENAMES = re.compile(r"[ \t]*(self\.)?(\w+)[ \t]*=[ \t]*(staticmethod\()?(?:self)?")
ALONE = re.compile(r"[ \t]*\)?[ \t]*(?:#|[\r\n]|\Z)")
METHOD_ALONE = re.compile(rf"{_DOT}\w+[ \t]*(?:#|[\r\n]|\Z)")
_TABLE = re.compile(r"[ \t]*\w+[ \t]*(?::[^=\n]+)?=[ \t]*\{")
_ENTRY = re.compile(r"[ \t\r\n]*[,}]")
_FACTORY = re.compile(r"factory ?= ?\Z")
AS = re.compile(r"[^\n]*?\bas[ \t]+(\w+)")


def assigned_attributes(text: str, chunk: Chunk) -> Iterator[tuple[str, int, int]]:
    """Yields the attributes of its object that a method sets, each with the span of what it is given on that line."""
    for pattern in (_SELF_ASSIGNED, _SELF_BESIDE):
        for match in pattern.finditer(text, chunk.body, chunk.end):
            start = match.end() + (len(match.group(2)) if pattern is _SELF_BESIDE else 0)
            end = text.find("\n", start, chunk.end)
            yield match.group(1), start, end if end >= 0 else chunk.end


def annotated_parameters(text: str, chunk: Chunk, types: Mentions) -> set[str]:
    """Parameters of a function that are annotated with one of some types."""
    if not types.within(chunk.head, chunk.body):
        return set()
    found = _PARAMETER.finditer(text, chunk.head, chunk.body)
    return {hit.group(1) for hit in found if types.within(hit.start(2), hit.end(2))}


def declared_names(text: str, start: int, end: int, types: Mentions) -> set[str]:
    """Names that lines of a text declare to be of one of some types."""
    found = _DECLARED.finditer(text, start, end)
    return {hit.group(1) for hit in found if types.within(hit.start(2), hit.end(2))}


def tables(module: Module, functions: Mentions) -> Iterator[str]:
    """Yields the names that statements of a module give a dict of functions: `SEND = {"GET": requests.get}`."""
    for name, chunks in module.bindings.items():
        for chunk in chunks:
            inside = functions.inside(chunk.start, chunk.end)
            if any(_ENTRY.match(functions.text, end) for _, end in inside) and _TABLE.match(
                functions.text, chunk.start
            ):
                yield name


_OR = re.compile(r"\bor[ \t]+\Z")
_GETATTR = re.compile(rf"\bgetattr{GAP}\({GAP}\Z")


def taken_from(name: str, places: MentionIndex) -> Iterator[str]:
    """Yields what goes on from the name of a module that is used as a value, where a member is taken from it later."""
    if places.follows(_OR, name):  # `(session or requests).get(url)`, `http = a or requests`
        yield rf"(?<=\bor {re.escape(name)})[ \t]*(?:\){GAP}\.|#|[\r\n]|\Z)"
    if places.follows(_GETATTR, name):  # `getattr(requests, verb)(url)`
        yield rf"{GAP},"


def made_for_fields(makers: Mentions) -> list[int]:
    """Returns where the client of a record's field is made: `field(default_factory=Client)`."""
    text = makers.text
    if "factory" not in text:
        return []
    return [offset for offset in makers.offsets if _FACTORY.search(text, max(offset - 20, 0), offset)]


def bound_name(text: str) -> str:
    """The name that the first line of a statement binds; "" if it binds none."""
    match = _BOUND.match(text)
    return match.group(1) if match is not None else ""


def lead_on(module: Module, places: MentionIndex, summary: ExportSummary, leading: dict[str, frozenset[str]]) -> None:
    """Adds to a summary what leads to the attributes of some classes: `leading` has those that are imported.

    Effect: `summary.through` gets the names, `summary.of_class` the attributes that are reached by objects of a class.
    """
    search = _Search(module, places, summary, dict(leading))
    for _ in range(ROUNDS):
        if not search.spread():
            break


class _Search:
    """What leads to a client in one module."""

    def __init__(
        self, module: Module, places: MentionIndex, summary: ExportSummary, imported: dict[str, frozenset[str]]
    ) -> None:
        self.module = module
        self.places = places
        self.summary = summary
        self.imported = imported
        self.marks = Mentions(places)

    def spread(self) -> bool:
        """Looks once at all that mentions what leads to a client; returns whether there is more to be followed."""
        known = self._known()
        before = sum(map(len, known.values())), len(self.summary.through)
        for name in known:
            self.marks.add(name)
        if not self.marks.offsets:
            return False
        for cls in self.module.all_classes():
            if self.marks.within(cls.chunk.start, cls.chunk.end):
                self._class(cls, known)
        for name, chunks in self.module.bindings.items():
            if any(self.marks.within(chunk.start, chunk.end) for chunk in chunks):
                self._name(name, chunks, known)
        return (sum(map(len, self._known().values())), len(self.summary.through)) != before

    def _known(self) -> dict[str, frozenset[str]]:
        own = {name: frozenset(attributes) for name, attributes in self.summary.of_class.items() if attributes}
        return {**self.imported, **own}

    def _class(self, cls: ClassChunk, known: dict[str, frozenset[str]]) -> None:
        text, own = self.places.text, self.summary.of_class.setdefault(cls.name, set())
        for statement in cls.statements:
            if self.marks.within(statement.start, statement.end):
                self._keep(bound_name(text[statement.start : statement.end]), own, self._in(statement, known))
        for same in cls.methods.values():
            for method in same:
                chunk = method.chunk
                if not self.marks.within(chunk.start, chunk.end):
                    continue
                given = annotated_parameters(text, chunk, self.marks)
                for attribute, start, end in assigned_attributes(text, chunk):
                    if self.marks.within(start, end) or not given.isdisjoint(WORD.findall(text, start, end)):
                        self._keep(attribute, own, self._in(chunk, known))

    def _in(self, chunk: Chunk, known: dict[str, frozenset[str]]) -> set[str]:
        """The attributes to which something leads that is mentioned in a chunk."""
        text = self.places.text
        words = {text[start:end] for start, end in self.marks.inside(chunk.start, chunk.end)}
        return {attribute for word in words for attribute in known.get(word, ())}

    def _keep(self, name: str, own: set[str], attributes: set[str]) -> None:
        if name:
            self.summary.through.add(name)
            own.update(attributes)

    def _name(self, name: str, chunks: list[Chunk], known: dict[str, frozenset[str]]) -> None:
        """Notes a name of the module that is given what leads to a client."""
        for chunk in chunks:
            given = NAME_ASSIGNED.match(self.places.text, chunk.start, chunk.end)
            if given and given.group(1) == name and self.marks.within(given.start(2), given.end(2)):
                self._keep(name, self.summary.of_class.setdefault(name, set()), self._in(chunk, known))
