"""The `except` clauses of a `try`: what they catch, and how they go on."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from ..catalog.lookup import BUILTIN_ERRORS
from ..findings import Import
from ..interp.calls import Call, Frame, Guard
from ..interp.values import Class, Const, Object, ProjectModule, Ref, Sequence, Value
from ..syntax.exits import Exit, ways
from ..syntax.idioms import BROAD, calls_in, sleeps
from ..syntax.layout import with_comments
from ..syntax.text import Edit, Span
from ..syntax.tree import dotted, walk
from .hierarchy import TIMEOUT, is_a

_COMMON_ATTRIBUTES = frozenset(("args", "__class__", "__traceback__", "with_traceback"))
"""What every exception has."""


@dataclass(frozen=True, slots=True)
class Handler:
    """An `except` clause.

    `errors` are qualified names of the classes it catches; None if one of them cannot be seen.
    """

    node: cst.ExceptHandler | cst.ExceptStarHandler
    frame: Frame
    errors: tuple[str, ...] | None

    @property
    def name(self) -> str:
        """The name that the exception is bound to, "" if it is not."""
        name = self.node.name
        return name.name.value if name is not None and isinstance(name.name, cst.Name) else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The qualified names of the classes it catches; () if one of them cannot be seen."""
        return self.errors or ()

    @property
    def head(self) -> Span:
        """Where `except` and the classes stand: what a finding about it underlines."""
        start = self.frame.tree.span(self.node).start
        return Span(start, self._type.end if self.node.type is not None else start + len("except"))

    @property
    def _type(self) -> Span:
        """Where the classes stand, brackets included."""
        node = self.node.type
        return self.frame.tree.outer(node) if node is not None else self.head

    def replace_type(self, name: str) -> tuple[Edit, ...]:
        """The edits after which it catches one class; comments between the classes follow.

        `known_as` gives the name that the module has for a class.
        """
        if self.node.type is None:
            return (Edit(self.head.end, self.head.end, f" {name}"),)
        start, end = self._type
        tree = self.frame.tree
        name = with_comments(name, tree.comments_in(self.node.type), self.frame.scope.module.doc.newline)
        return (Edit(start, end, tree.fitted(start, end, name)),)

    @property
    def broad(self) -> bool:
        """Whether it catches every exception that is an error, or more."""
        return any(error in BROAD for error in self.errors or ())

    def catches(self, error: str) -> bool:
        """Whether it surely catches an exception of this class."""
        return self.errors is not None and any(is_a(self.frame.scope.catalog, error, raised) for raised in self.errors)

    def concerns(self, call: Call) -> bool:
        """Whether it surely catches some failure to reach the other side of a call."""
        catalog = self.frame.scope.catalog
        known = failures(call)
        for raised in self.errors or ():
            if raised in BROAD or any(is_a(catalog, error, raised) or is_a(catalog, raised, error) for error in known):
                return True
        return False

    def catches_status_error(self, call: Call) -> bool:
        """Whether it surely catches what the check of a call's status raises, where the status is checked."""
        fact = call.answer
        if fact is None or call.response is None or fact.raiser not in dict(call.response.uses):
            return False
        return self.catches(fact.raiser_raises)

    @property
    def leaves(self) -> frozenset[Exit]:
        """How its body can be left."""
        return ways(self.node.body)

    @property
    def uses(self) -> bool:
        """Whether the exception's name is read in its body."""
        return bool(self.name) and any(isinstance(n, cst.Name) and n.value == self.name for n in walk(self.node.body))

    @property
    def reads_attributes(self) -> bool:
        """Whether it reads attributes of the exception that not every exception has."""
        parts = (part for part in walk(self.node.body) if isinstance(part, cst.Attribute))
        read = (part.attr.value for part in parts if isinstance(part.value, cst.Name) and part.value.value == self.name)
        return bool(self.name) and any(name not in _COMMON_ATTRIBUTES for name in read)

    @property
    def sleeps(self) -> bool:
        """Whether it sleeps, or calls something that says so."""
        return any(pauses(self.frame, candidate) for candidate in calls_in(self.node.body))

    @property
    def comment(self) -> str:
        """The first comment in it, or right above it, as a sign of intent; "" if there is none."""
        start, end = self.frame.tree.span(self.node)
        text = self.frame.tree.source(start, end)
        return next(self.frame.comments(Span(start, start + len(text.rstrip()))), "")


def handlers_of(guard: Guard) -> tuple[Handler, ...]:
    """The `except` clauses of a `try`, in order."""
    return tuple(Handler(handler, guard.frame, caught(guard.frame, handler.type)) for handler in guard.node.handlers)


def caught(frame: Frame, node: cst.BaseExpression | None) -> tuple[str, ...] | None:
    """Qualified names of the classes that an `except` clause names; None if one of them cannot be seen."""
    if node is None:
        return ("BaseException",)
    if isinstance(node, (cst.Tuple, cst.List)):
        found: list[str] = []
        for element in node.elements:
            inner = caught(frame, element.value)
            if inner is None or isinstance(element, cst.StarredElement):
                return None
            found.extend(inner)
        return tuple(found)
    return error_names(frame, named(frame, node))


def error_names(frame: Frame, value: Value | None) -> tuple[str, ...] | None:
    """The qualified names of the exception classes that a value stands for; None if one of them cannot be seen."""
    if isinstance(value, Ref):
        return (frame.scope.catalog.canonical(value.name),)
    if isinstance(value, Sequence):
        every = [error_names(frame, member) for member in value.members]
        return (
            None
            if any(candidate is None for candidate in every)
            else tuple(name for candidate in every for name in candidate or ())
        )
    if isinstance(value, Class):
        return (f"{value.module.doc.module}.{value.chunk.qualname}",)
    return None


def named(frame: Frame, node: cst.CSTNode) -> Value | None:
    """What a dotted name stands for; None for anything else."""
    if isinstance(node, cst.Name):
        found = frame.lookup(node.value)
        return found if found is not None else Ref(node.value)
    if isinstance(node, cst.Attribute):
        owner = named(frame, node.value)
        if isinstance(owner, Ref):
            return Ref(f"{owner.name}.{node.attr.value}")
        if isinstance(owner, ProjectModule):
            return frame.scope.session.scope(owner.module).value(node.attr.value)
        if isinstance(owner, Object):
            return frame.lookup(f"{dotted(node.value)}.{node.attr.value}")
    return None


def failures(call: Call) -> tuple[str, ...]:
    """Exceptions that a call raises when the other side cannot be reached or does not answer.

    Where the catalogue knows none, those of Python are assumed; `call.raises(kind)` makes the difference.
    """
    found = [error for kind in ("timeout", "connect") for error in call.fact.raises.get(kind, ())]
    for library in call.frame.scope.catalog.libraries(call.callee):
        found.extend(library.transient_errors)
    if "TimeoutError" in found and not call.fact.is_sync:
        found.append(TIMEOUT)  # the catalogue names it as Python 3.11 does
    return tuple(dict.fromkeys(found)) or ("ConnectionError", "TimeoutError")


def pauses(frame: Frame, node: cst.Call) -> bool:
    """Whether a call sleeps or waits, as the catalogue knows or its name says; a sleep of no seconds is none."""
    known = frame.calls.get(id(node))
    if known is not None and known.fact.kind == "sleep":
        given = known.args.positional[0].value if known.args.positional else None
        return not (isinstance(given, Const) and given.value == 0)
    if known is not None:
        return known.fact.kind in ("block", "limiter")
    return sleeps(node)


def is_builtin(name: str) -> bool:
    """Whether it is one of Python's own exceptions."""
    return name in BUILTIN_ERRORS or name in BROAD


def known_as(frame: Frame, error: str) -> tuple[str, Import | None]:
    """The name that the module has for an exception, and the import it needs if it has none."""
    module, libraries = frame.scope.module, frame.scope.catalog.libraries(error)
    spellings = [error, *(other for library in libraries for other, first in library.aliases.items() if first == error)]
    if "." not in error or is_builtin(error):
        return error, None
    for own, targets in module.imports.items():
        if any(f"{t.module}.{t.name}" in spellings for t in targets):
            return own, None
    error = min(spellings, key=lambda known: (known.rpartition(".")[2].islower(), len(known)))
    parts = error.split(".")
    for end in range(len(parts) - 1, 0, -1):
        prefix = ".".join(parts[:end])
        for own, targets in module.imports.items():
            if any((t.module == prefix and not t.name) or f"{t.module}.{t.name}" == prefix for t in targets):
                rest = error[len(prefix) + 1 :]
                return f"{own}.{rest}", None
    return error, Import(error.rpartition(".")[0])
