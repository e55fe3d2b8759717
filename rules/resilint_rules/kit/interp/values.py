"""What an expression can stand for, as far as it can be seen without running anything.

Three answers everywhere: a value, nothing, cannot see. `Unknown` is the last; a rule that meets it stays
silent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Union

import libcst as cst

from ..catalog.import_names import only_python2
from ..catalog.parts import Param
from ..catalog.records import Described, Fact
from ..project.module import ClassChunk, FunctionChunk, Module
from ..syntax.access_path import Path
from ..syntax.exits import ignores_missing_key
from ..syntax.tree import Tree
from .kinds import Around, EventKind, Part


@dataclass(frozen=True, slots=True)
class Unknown:
    """Cannot be seen; `why` in a few words, for `explain`."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class DeferredReturn(Unknown):
    """What a plain function of the module gives back: looked at only where it is spread over a call."""

    function: Function | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A literal, equal to one of its type alone: `1` is not `True`. `soft`: the environment may replace it."""

    value: Any
    soft: bool = False
    name: str = ""
    """The constant it was read from, as written; "" for a literal in place."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return type(self.value), self.value, self.soft, self.name


@dataclass(frozen=True, slots=True)
class Sequence:
    """A tuple, list or set display whose members are seen."""

    members: tuple[Value, ...]


@dataclass(slots=True, eq=False)
class Mapping:
    """A dict display or `dict(...)`; `open` when it may hold keys that cannot be seen.

    `display` is where it is written out, with the tree it stands in; `returned_by` names the function that returns it.
    """

    items: dict[str, tuple[Value, cst.CSTNode]] = field(default_factory=dict)
    open: bool = False
    display: tuple[Tree, cst.Dict | cst.Call] | None = None
    returned_by: str = ""

    def remove(self, key: Value) -> None:
        """Removes a key, or all if it is not known; on another path it may still be there, so that any may be."""
        self.open = True
        if isinstance(key, Const):
            self.items.pop(str(key.value), None)
        else:
            self.items.clear()


@dataclass(frozen=True, slots=True)
class Change:
    """A method that adds keys to a dict: `update`, `setdefault`."""

    mapping: Mapping
    name: str


@dataclass(frozen=True, slots=True)
class Ref:
    """Something outside the project, by qualified name: a module, a class, a function."""

    name: str


class Event(NamedTuple):
    """Something that happened to an object: the attribute or method, the value or the arguments, and where."""

    kind: EventKind
    name: str
    values: tuple[Value, ...]
    node: cst.CSTNode


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a type that the catalogue knows.

    `made` is the call that made it, None for a parameter or an annotation. `events` are what happened to it since.
    `escaped` names the first place where it was passed to code that cannot be seen.
    """

    type: str
    made: Site | None = None
    origin: str = ""
    events: list[Event] = field(default_factory=list)
    escaped: str = ""
    subclass: ClassChunk | None = None
    """The project's class that extends the type, if it is one."""
    receivers: list[FunctionChunk] = field(default_factory=list)
    """The project's functions that it was passed to, if that is all that `escaped` is about."""

    def note(self, event: Event) -> None:
        """Adds an event; going through a loop again adds nothing, but values that are joined with the first."""
        for number, known in enumerate(self.events):
            if known.node is event.node and known[:2] == event[:2] and len(known.values) == len(event.values):
                values = tuple(join([one, other]) for one, other in zip(known.values, event.values, strict=True))
                self.events[number] = known._replace(values=values)
                return
        self.events.append(event)


@dataclass(frozen=True, slots=True)
class Method:
    """A bound method of an instance."""

    owner: Instance
    name: str


@dataclass(slots=True, eq=False)
class Response:
    """What a call gave back: `uses` are the attributes read from it, in order, with their nodes.

    `escaped` names the first way it left the function's sight (returned, passed on, stored);
    `truth` is set when its truth value was tested.
    """

    call: Site
    type: str
    uses: list[tuple[str, cst.CSTNode]] = field(default_factory=list)
    escaped: str = ""
    truth: bool = False
    envelope: bool = False
    """Its body was looked into for a word that tells success from failure."""
    noticed: bool = False
    """A part that an answer must have is taken out of its body, where a lack of it is caught and logged."""
    passed_to: list[tuple[Function, int | str, Derived]] = field(default_factory=list)
    """Functions of the project that were given its body, and as which argument: they may look into it."""
    names: list[str] = field(default_factory=list)
    """The local names it was bound to."""

    def use(self, name: str, node: cst.CSTNode) -> None:
        """Adds an attribute that is read, once for each place."""
        if not any(known is node for _, known in self.uses):
            self.uses.append((name, node))


@dataclass(frozen=True, slots=True)
class Pending:
    """An awaitable that gives `value` when awaited or entered."""

    value: Value
    call: Site | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial(target, ...)`: `call` holds the arguments that are bound."""

    target: Value
    call: Site


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method of the project."""

    module: Module
    chunk: FunctionChunk
    owner: Value | None = None
    """The object it is bound to, for a method."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A function or lambda defined inside the function at hand."""

    node: cst.CSTNode
    name: str


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the project."""

    module: Module
    chunk: ClassChunk


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a class of the project that extends nothing the catalogue knows."""

    cls: Class


@dataclass(frozen=True, slots=True)
class ProjectModule:
    """A module of the project."""

    module: Module


@dataclass(frozen=True, slots=True)
class Derived:
    """What a call of something outside the project gave back, or an attribute of it, when its type is not known."""

    path: Path
    source: Response | None = None
    """The response that it was read from."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A given argument: its value, and the node of the value."""

    value: Value
    node: cst.CSTNode


@dataclass(slots=True)
class Arguments:
    """The arguments of a call as far as they are seen.

    `open_positions`: a `*spread` stands before the end, so later positions are unknown; `open_names`:
    a `**spread` may hold any keyword.
    """

    positional: list[Argument] = field(default_factory=list)
    named: dict[str, Argument] = field(default_factory=dict)
    open_positions: bool = False
    open_names: bool = False
    spread_returns: list[Mapping] = field(default_factory=list)
    """Mappings that are spread here and made in another function."""

    def get(self, param: Param) -> Argument | None:
        """The argument given for a parameter, by name or by position; None if none is seen."""
        found = self.named.get(param.name)
        if found is None and 0 <= param.index < len(self.positional):
            found = self.positional[param.index]
        return found

    def may_have(self, param: Param) -> bool:
        """Whether a spread could hold the parameter."""
        return self.open_names or (self.open_positions and param.index >= 0)

    def value(self, param: Param | None) -> Value | None:
        """The value given for a parameter; None if it is not given, Unknown if a spread may hold it."""
        if param is None:
            return None
        found = self.get(param)
        if found is not None:
            return found.value
        return Unknown("a spread may hold it") if self.may_have(param) else None


@dataclass(frozen=True, slots=True)
class Within:
    """Something a call stands in: a loop, a with block, a try, a handler, a bounding call.

    `part` says in which block of an `if` or a `try`; `value` is a context manager's value, or a bounding function.
    """

    kind: Around
    node: cst.CSTNode
    part: Part | None = None
    value: Value | None = None

    @property
    def ignores_missing_key(self) -> bool:
        """Whether it is the body of a `try` that goes on where a key is missing, or after any exception."""
        return self.kind is Around.TRY and self.part is Part.BODY and ignores_missing_key(self.node)


@dataclass(slots=True, eq=False)
class Site(Described):
    """Where something that the catalogue knows is called: what a value remembers of the call that made it.

    Every site is a `Call` (in `calls`, which adds the frame and the questions that rules ask); values only know this
    part of it, so that they can be understood without frames.
    """

    node: cst.Call
    fact: Fact
    args: Arguments
    clients: tuple[Instance, ...] = ()
    """The objects it may be made on; () for a function."""
    within: tuple[Within, ...] = ()
    statement: cst.CSTNode | None = None
    """The simple statement, or compound statement in whose header it stands."""
    awaited: bool = False
    offloaded: bool = False
    """It runs in a thread: `node` is the call that starts it, `args` are those of the function."""
    deferred: bool = False
    """It stands in a lambda, or is only passed on as `functools.partial`."""
    discarded: bool = False
    """Its value is thrown away: it is a statement of its own."""
    keywords: bool = True
    """Whether keyword arguments can be added where `node` stands."""
    factory: cst.CSTNode | None = None
    """What is called later and without arguments by what `node` hands it to: `field(default_factory=OpenAI)`."""
    response: Response | None = None
    result: Value | None = None
    passed_by: Function | None = None
    """The function of the project that makes the call: it is given what to call, and the arguments."""

    @property
    def library(self) -> str:
        """The name of the library it belongs to."""
        return self.fact.library

    @property
    def callee(self) -> str:
        """The qualified name of what is called."""
        return self.fact.name


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several, on different paths."""

    options: tuple[Value, ...]


Value = Union[  # noqa: UP007 - read at run time, where names that come later would have to exist
    Unknown, Const, Sequence, Mapping, Change, Ref, Instance, Method, Response, Pending, Partial, Function, Nested,
    Class, Object, ProjectModule, Derived, OneOf,
]  # fmt: skip
"""What an expression may evaluate to: one of these classes."""

UNKNOWN = Unknown()
NONE = Const(None)


def join(values: list[Value]) -> Value:
    """One value for several paths; equal ones are merged, an empty list is unknown.

    A name that Python 2 alone has is no path: its import fails.
    """
    flat: list[Value] = []
    for value in values:
        for option in value.options if isinstance(value, OneOf) else (value,):
            if not any(option is other or option == other for other in flat):
                flat.append(option)
    if len(flat) > 1:
        flat = [option for option in flat if not (isinstance(option, Ref) and only_python2(option.name))] or flat
    if not flat:
        return UNKNOWN
    return flat[0] if len(flat) == 1 else OneOf(tuple(flat[:8]) if len(flat) <= 8 else (*flat[:7], UNKNOWN))


def options(value: Value) -> tuple[Value, ...]:
    """The values it can be."""
    return value.options if isinstance(value, OneOf) else (value,)


def present(value: Value) -> Value:
    """The value without None: what a method call or attribute read can only be made on."""
    if isinstance(value, OneOf):
        kept = [option for option in value.options if not (isinstance(option, Const) and option.value is None)]
        return join(kept)
    return value


def literal(value: Value | None) -> object:
    """The value of a hard literal; `...` for anything else."""
    return value.value if isinstance(value, Const) and not value.soft else ...


def keys(value: Value | None) -> set[str] | None:
    """The keys of a closed mapping; None if they cannot be seen."""
    return set(value.items) if isinstance(value, Mapping) and not value.open else None
