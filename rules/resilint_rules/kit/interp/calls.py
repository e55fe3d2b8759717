"""The model: external calls as they really behave, and what surrounds them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from ..catalog.records import Fact, Library, Param
from ..rule import Finding, Fix, Related, Severity
from ..syntax.text import Span
from .values import Const, Instance, Mapping, Response, Unknown, Value

if TYPE_CHECKING:
    from .frame import Frame


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
    lent: list[Mapping] = field(default_factory=list)
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

    `kind`: "loop", "with", "try" (`part`: body, handler, else, finally), "if", "scope". `value` is a
    context manager's value, or the seconds of a scope.
    """

    kind: str
    node: cst.CSTNode
    part: str = ""
    value: Value | None = None


@dataclass(slots=True, eq=False)
class Call:
    """A call of something that the catalogue knows, with everything that bears on it."""

    node: cst.Call
    fact: Fact
    frame: Frame
    args: Arguments
    clients: tuple[Instance, ...] = ()
    """The objects it may be made on; () for a function."""
    within: tuple[Within, ...] = ()
    statement: cst.CSTNode | None = None
    """The simple statement, or compound statement in whose header it stands."""
    awaited: bool = False
    offloaded: bool = False
    """It is handed to a thread: `node` is the handing call, `args` are those of the function."""
    deferred: bool = False
    """It stands in a lambda, or is only handed on as `functools.partial`."""
    discarded: bool = False
    """Its value is thrown away: it is a statement of its own."""
    keywords: bool = True
    """Whether keyword arguments can be added where `node` stands."""
    factory: cst.CSTNode | None = None
    """What is called later and without arguments by what `node` hands it to: `field(default_factory=OpenAI)`."""
    response: Response | None = None
    result: Value | None = None

    @property
    def library(self) -> str:
        """The name of the library it belongs to."""
        return self.fact.library

    @property
    def callee(self) -> str:
        """The qualified name of what is called."""
        return self.fact.name

    @property
    def span(self) -> Span:
        """Where the call stands in the document."""
        return self.frame.tree.span(self.node)

    @property
    def head(self) -> Span:
        """Where the called name stands: what a finding underlines."""
        if self.factory is not None:
            return self.frame.tree.span(self.factory)
        start = self.span.start
        func = self.frame.tree.span(self.node.func)
        return Span(min(start, func.start), func.end)

    def finding(
        self,
        message: str,
        *fixes: Fix,
        span: Span | None = None,
        related: tuple[Related, ...] = (),
        severity: Severity | None = None,
        help: str = "",  # noqa: A002 - the finding's own word
        client: str = "",
    ) -> Finding:
        """A finding about this call; `check` adds the rule's name, and its severity unless one is given."""
        return self.frame.finding(
            message, span or self.head, fixes, related=related, severity=severity, help=help,
            callee=self.callee, library=self.library, statement=self.statement, client=client,
        )  # fmt: skip

    @property
    def written(self) -> str:
        """What is called, as it is written."""
        if self.offloaded:
            return self.callee
        text = " ".join(re.sub(r"#.*\n", "\n", self.frame.tree.code(self.factory or self.node.func)).split())
        return text if len(text) <= _SHORT else re.sub(r"\((?:[^()]|\([^()]*\))+\)", "(...)", text)

    @property
    def client(self) -> str:
        """What tells the client it is made on from others: where that is made, or its name here; "" for a function."""
        makers = {each.made.node if each.made is not None else None for each in self.clients}
        if not makers:
            return ""
        made = self.clients[0].made
        if made is not None and len(makers) == 1:
            tree, scope = made.frame.tree, made.frame.scope
            kept = tree.code(made.statement.targets[0].target) if isinstance(made.statement, cst.Assign) else ""
            place = tree.span(made.node).start - tree.start
            return f"{scope.module.doc.name}:{made.frame.qualname}:{kept}:{place}"
        owner = self.node.func.value if isinstance(self.node.func, cst.Attribute) else self.node.func
        name, around = self.frame.tree.code(owner), self.frame.qualname
        return f"{around.rpartition('.')[0] if name.startswith(('self.', 'cls.')) else around}:{name}"

    @property
    def verb(self) -> str:
        """The HTTP method in capitals, "" if it is not known."""
        method = self.fact.param("method")
        if method is not None:
            value = self.args.value(method)
            return value.value.upper() if isinstance(value, Const) and isinstance(value.value, str) else ""
        name = self.callee.rpartition(".")[2].upper()
        return name if name in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") else ""

    def given(self, name: str) -> Argument | None:
        """The argument given for the entry's parameter under a key of the catalogue (`target`, `tls`, ...)."""
        param = self.fact.param(name)
        return self.args.get(param) if param else None

    @property
    def inside_async(self) -> bool:
        """Whether it runs on an event loop: its innermost function is a coroutine."""
        return self.frame.is_async and not self.offloaded and not self.deferred

    @property
    def record(self) -> Library | None:
        """What the catalogue knows of its library."""
        found = (each for name in (self.callee, self.library) for each in self.frame.scope.catalog.libraries(name))
        return next((each for each in found if each.name == self.library), None)

    @property
    def peer(self) -> str:
        """What is at the other end of its library: http, database, ...; "" if nothing is."""
        return str(self.record.data.get("peer", "")) if self.record is not None else ""

    @property
    def answer(self) -> Fact | None:
        """What the catalogue knows of the response that it gives back; None if it is no response."""
        return self.frame.scope.catalog.fact("response", self.response.type) if self.response is not None else None

    @property
    def harmless(self) -> bool:
        """Whether its target never leaves the machine, such as a `file:` address: written or asked for."""
        target, words = self.given("target"), self.fact.words("harmless")
        if target is None or not words:
            return False
        if isinstance(target.value, Const):
            return isinstance(target.value.value, str) and target.value.value.startswith(words)
        code = self.frame.tree.code
        asked = rf"{re.escape(code(target.node))}\.startswith\(['\"](?:{'|'.join(words)})[^'\"]*['\"]\)"
        around = (each.node for each in self.within if each.kind == "if" and each.part == "body")
        if any(re.fullmatch(asked, code(node.test)) for node in around if isinstance(node, cst.If)):
            return True
        before = self.frame.tree.text[: self.span.start - self.frame.tree.start]
        left = rf"^([ \t]*)if not {asked}:\s*\n(?:\1[ \t]+.*\n)*?\1[ \t]+(?:raise|return)\b.*\n\s*^\1(?=\S)"
        return bool(re.search(left, before, re.MULTILINE))

    @property
    def tails(self) -> bool:
        """Whether it asks for what goes on coming, or may: then waiting is its purpose."""
        asked = (self.args.named.get(name) for name in self.fact.words("tails"))
        if any(each is not None and literal(each.value) is not False for each in asked):
            return True
        if self.verb != "GET" or not self.streams:
            return False
        taken = self.response.escaped if self.response is not None else ""
        return bool(_EVENTS.search(taken) or _EVENTS.search(self.frame.tree.code(self.node)))

    @property
    def streams(self) -> bool:
        """Whether the body is read bit by bit, so that a limit on the whole would be wrong."""
        if self.fact.flag("streams"):
            return True
        answer = self.answer
        uses = self.response.uses if self.response is not None else ()
        if answer is not None and any(name in answer.words("streaming") for name, _ in uses):
            return True
        stream = self.fact.param("stream")
        if stream is None:
            return False
        value = self.args.value(stream)
        return value is not None and not (isinstance(value, Const) and not value.value)


@dataclass(slots=True, eq=False)
class Guard:
    """A `try` with the calls in its body."""

    node: cst.Try | cst.TryStar
    frame: Frame
    calls: list[Call]
    within: tuple[Within, ...]


_EVENTS = re.compile(r"SSE|Event_?S(?:ource|tream)|event-stream")
"""What reads a stream of events, and how one is asked for."""
_SHORT = 60
"""Letters that a name in a message may have; beyond, what is in its brackets is left out."""


def literal(value: Value | None) -> object:
    """The value of a hard literal; `...` for anything else."""
    return value.value if isinstance(value, Const) and not value.soft else ...


def keys(value: Value | None) -> set[str] | None:
    """The keys of a closed mapping; None if they cannot be seen."""
    return set(value.items) if isinstance(value, Mapping) and not value.open else None


class ClientCall(Call):
    """The making of a client."""

    __slots__ = ()


class SpawnCall(Call):
    """The start of a background task."""

    __slots__ = ()


class SleepCall(Call):
    """A sleep."""

    __slots__ = ()


class RetryCall(Call):
    """The making of a retry policy: a decorator's call, a policy object, a retrying loop's head."""

    __slots__ = ()


class TokenCall(Call):
    """The decoding of a signed token."""

    __slots__ = ()


class DigestCall(Call):
    """The making of a keyed digest."""

    __slots__ = ()


class InsecureCall(Call):
    """A call that switches a protection off."""

    __slots__ = ()


class TaskCall(Call):
    """The declaration of, or the sending to, a task of a task queue."""

    __slots__ = ()


class LimitCall(Call):
    """The making of an object that holds timeouts, or of a transport."""

    __slots__ = ()


class OtherCall(Call):
    """A call that other calls are judged by."""

    __slots__ = ()


AnyCall = Call
"""A call, or the making of a client: what can be given a time limit."""

KINDS: dict[str, type[Call]] = {
    "call": Call, "client": ClientCall, "spawn": SpawnCall, "sleep": SleepCall, "retry": RetryCall, "token": TokenCall,
    "digest": DigestCall, "insecure": InsecureCall, "task": TaskCall, "limit": LimitCall, "adapter": LimitCall,
}  # fmt: skip
