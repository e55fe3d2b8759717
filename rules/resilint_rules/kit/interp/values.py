"""What an expression can stand for, as far as it can be seen without running anything.

Three answers everywhere: a value, nothing, cannot see. `Unknown` is the last; whoever meets it stays
silent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    import libcst as cst

    from ..project.module import ClassPiece, FunctionPiece, Module
    from ..syntax.tree import Tree
    from .calls import Call


@dataclass(frozen=True, slots=True)
class Unknown:
    """Cannot be seen; `why` in a few words, for `explain`."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Built(Unknown):
    """What a plain function of the module gives back: looked at only where it is spread over a call."""

    function: Function | None = None


@dataclass(frozen=True, slots=True)
class Const:
    """A literal: number, text, bytes, None, True, False. `soft`: a default that the environment may replace."""

    value: Any
    soft: bool = False
    name: str = ""
    """The constant it was read from, as written; "" for a literal in place."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A tuple, list or set display whose members are seen."""

    members: tuple[Value, ...]


@dataclass(slots=True, eq=False)
class Mapping:
    """A dict display or `dict(...)`; `open` when it may hold keys that cannot be seen.

    `display` is where it is written out, with the tree it stands in; `lent` names the other function that does so.
    """

    items: dict[str, tuple[Value, cst.CSTNode]] = field(default_factory=dict)
    open: bool = False
    display: tuple[Tree, cst.Dict | cst.Call] | None = None
    lent: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A method that adds keys to a dict: `update`, `setdefault`."""

    mapping: Mapping
    name: str


@dataclass(frozen=True, slots=True)
class Ref:
    """Something outside the project, by qualified name: a module, a class, a function."""

    name: str


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a type that the catalogue knows.

    `made` is the call that made it, None for a parameter or an annotation. `events` are what happened
    to it since: ("set", attribute, value) and ("call", method, arguments' values). `escaped` names
    the first place where it was handed to code that cannot be seen.
    """

    type: str
    made: Call | None = None
    origin: str = ""
    events: list[tuple[str, str, Any]] = field(default_factory=list)
    escaped: str = ""
    subclass: ClassPiece | None = None
    """The project's class that extends the type, if it is one."""


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

    call: Call
    type: str
    uses: list[tuple[str, cst.CSTNode]] = field(default_factory=list)
    escaped: str = ""
    truth: bool = False
    envelope: bool = False
    """Its body was looked into for a word that tells success from failure."""
    noticed: bool = False
    """A part that an answer must have is taken out of its body, where a lack of it is caught and told."""
    handed: list[tuple[Function, int | str, Result]] = field(default_factory=list)
    """Functions of the project that were given its body, and as which argument: they may look into it."""
    names: list[str] = field(default_factory=list)
    """The local names it was bound to."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An awaitable that gives `value` when awaited or entered."""

    value: Value
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial(target, ...)`: `call` holds the arguments that are bound."""

    target: Value
    call: Call


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method of the project."""

    module: Module
    piece: FunctionPiece
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
    piece: ClassPiece


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a class of the project that extends nothing the catalogue knows."""

    cls: Class


@dataclass(frozen=True, slots=True)
class ProjectModule:
    """A module of the project."""

    module: Module


@dataclass(frozen=True, slots=True)
class Result:
    """What a call of something outside the project gave back, or an attribute of it, when its type is not known."""

    of: str
    source: Response | None = None
    """The response that it was read from."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several, on different paths."""

    options: tuple[Value, ...]


Value = Union[  # noqa: UP007 - read at run time, where names that come later would have to exist
    Unknown, Const, Sequence, Mapping, Change, Ref, Instance, Method, Response, Pending, Partial, Function, Nested,
    Class, Object, ProjectModule, Result, OneOf,
]  # fmt: skip

UNKNOWN = Unknown()
NONE = Const(None)


def join(values: list[Value]) -> Value:
    """One value for several paths; equal ones are merged, an empty list is unknown."""
    flat: list[Value] = []
    for value in values:
        for each in value.options if isinstance(value, OneOf) else (value,):
            if not any(each is other or each == other for other in flat):
                flat.append(each)
    if not flat:
        return UNKNOWN
    return flat[0] if len(flat) == 1 else OneOf(tuple(flat[:8]) if len(flat) <= 8 else (*flat[:7], UNKNOWN))


def either(one: Value, other: Value) -> Value:
    """One of two values; what may be given in place of a client that is made here, is a client of its kind."""
    for known, unknown in ((one, other), (other, one)):
        if isinstance(known, Instance) and known.made is not None and isinstance(unknown, Unknown):
            return OneOf((known, Instance(known.type, None, "given")))
    return join([one, other])


def options(value: Value) -> tuple[Value, ...]:
    """The values it can be."""
    return value.options if isinstance(value, OneOf) else (value,)


def present(value: Value) -> Value:
    """The value without None: what a method call or attribute read can only be made on."""
    if isinstance(value, OneOf):
        kept = [each for each in value.options if not (isinstance(each, Const) and each.value is None)]
        return join(kept)
    return value


ENVELOPE = frozenset((
    "error", "errors", "err", "ok", "success", "successful", "status", "code", "fault", "faultstring",
    "errcode", "errmsg", "error_code", "error_message", "statuscode", "status_code", "stat", "exception",
    "detail", "iserror", "is_error",
))  # fmt: skip
"""Words by which a body itself says whether it is an answer or an error."""


def look_into(value: Value, key: object) -> None:
    """Notes that a body is asked for a word that tells success from failure."""
    if str(key).lower() in ENVELOPE:
        asked(value)


def asked(value: Value) -> None:
    """Notes that a body, or a part of it, is asked whether it is an answer."""
    for each in options(value):
        if isinstance(each, Result) and each.source is not None:
            each.source.envelope = True


VERDICT = re.compile(r"\b(?:ok|okay|success\w*|good|accepted|pong|err\w*|fail\w*|denied|(?:in)?valid)\b", re.IGNORECASE)
"""Words that a body of one word uses to say the same."""


def tested(value: Value) -> None:
    """Notes that a response is asked whether it is true."""
    for each in options(value):
        if isinstance(each, Response):
            each.truth = True


def whole(value: Value) -> bool:
    """Whether a value is a body as such, perhaps decoded or parsed, and no part of it."""
    return isinstance(value, Result) and value.source is not None and "[" not in value.of and ".get()" not in value.of


ALIASES = frozenset(f"{home}.{name}" for home in ("typing", "typing_extensions") for name in ("Annotated", "Optional"))
"""What gives a type another name, with more to say about it."""
TURNS_PAGES = re.compile(r"next|page|cursor|since|offset|marker|continu|(?<![a-z])(?:more|last)", re.IGNORECASE)
"""Words by which the next part of an answer is asked for, and which its last part lacks."""


def words(value: Value) -> list[Value]:
    """What a value may be that was taken out of a body by its word: `body.get("token")`."""
    return [each for each in options(value) if isinstance(each, Result) and each.of.endswith(".get()")]


_PICKED = re.compile(r"(?:\]|\bget\(\)|(?:\b|_)(?:search|match|fullmatch|find\w*|select_one|extract\w*)\(\))$")
"""What ends in taking a part out of a body."""


def demand(asked: list[Value]) -> None:
    """Notes that a body is not taken unless it holds what an answer must: a look at one of its parts decides."""
    for each in asked:
        if isinstance(each, Result) and each.source is not None and _PICKED.search(each.of):
            each.source.envelope = True


FIELDS = frozenset(("field()", "Field()", "ib()", "attrib()", "PrivateAttr()"))
"""What declares an attribute of a record, and says nothing of its value: its annotation does."""
