"""What an `except` clause catches, and what it does with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..catalog.records import BUILTIN_ERRORS, Catalog
from ..interp.calls import Call, Frame, Guard
from ..interp.kinds import Around, Part
from ..interp.values import Class, ProjectModule, Ref, Sequence, Value, Within
from ..rule import Import
from ..syntax.text import Span
from ..syntax.tree import children, dotted, walk

FALLS, RAISE, RETURN, BREAK, CONTINUE, HANGS = "falls", "raise", "return", "break", "continue", "hangs"
"""How a block can be left: over its end, by a statement, or not at all."""
AGAIN = frozenset((FALLS, CONTINUE))
"""How the body of a loop is left for another round."""
_ENDS = frozenset(("sys.exit", "os._exit", "os.abort", "exit", "quit", "pytest.fail", "pytest.skip"))
_LEVELS = frozenset((
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log",
    "adebug", "ainfo", "awarning", "awarn", "aerror", "aexception", "acritical", "afatal", "alog",
))  # fmt: skip
"""What a logger's methods are called; those with an `a` are awaited."""
_WRITES = frozenset(("write", "print", "secho", "echo", "rule", "msg", "err"))
"""What writes to something that is called a log, or the terminal, besides."""
_LOGGER = re.compile(r"log|warnings|echo|console|stderr|stdout", re.IGNORECASE)
_SAYS = re.compile(
    r"_?(?:log|logger|warn|echo|debug|info|error)(?:_(?:msg|message|error|warning|info|debug|exception|failure))?"
    r"|_?log_(?!(?:in|into|on|onto|out|off)(?:_|$)|\w*(?:raise|exit|abort|die|quit|fail_))\w+"
)
BROAD = frozenset(("Exception", "BaseException"))
"""The classes that every error extends."""


@dataclass(frozen=True, slots=True)
class Clause:
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
    def broad(self) -> bool:
        """Whether it catches every exception that is an error, or more."""
        return any(each in BROAD for each in self.errors or ())

    def catches(self, error: str) -> bool:
        """Whether it surely catches an exception of this class."""
        return self.errors is not None and any(is_a(self.frame.scope.catalog, error, each) for each in self.errors)

    def concerns(self, call: Call) -> bool:
        """Whether it surely catches some failure to reach the other side of a call."""
        catalog = self.frame.scope.catalog
        known = failures(call)
        for each in self.errors or ():
            if each in BROAD or any(is_a(catalog, error, each) or is_a(catalog, each, error) for error in known):
                return True
        return False

    def refused(self, call: Call) -> bool:
        """Whether it surely catches what the check of a call's status raises, where the status is checked."""
        fact = call.answer
        if fact is None or call.response is None or fact.word("raiser") not in dict(call.response.uses):
            return False
        return self.catches(fact.word("raiser_raises"))

    @property
    def leaves(self) -> frozenset[str]:
        """How its body can be left: `FALLS`, `RAISE`, `RETURN`, `BREAK`, `CONTINUE`."""
        return ways(self.node.body)

    @property
    def uses(self) -> bool:
        """Whether the exception's name is read in its body."""
        return bool(self.name) and any(isinstance(n, cst.Name) and n.value == self.name for n in walk(self.node.body))

    @property
    def sleeps(self) -> bool:
        """Whether it sleeps, or calls something that says so."""
        return any(pauses(self.frame, each) for each in calls_in(self.node.body))

    @property
    def comment(self) -> str:
        """The first comment in it, or right above it: whoever wrote one thought about it. "" if there is none."""
        start, end = self.frame.tree.span(self.node)
        text = self.frame.scope.module.text
        return next(self.frame.comments(Span(start, start + len(text[start:end].rstrip()))), "")


def refuses(block: cst.BaseSuite) -> bool:
    """Whether a block ends the program, or says with its last statement that something is wrong."""
    if ways(block) == {RAISE}:
        return True
    line = block.body[-1] if block.body else None
    last = line.body[-1] if isinstance(line, cst.SimpleStatementLine) else line
    said = last.value if isinstance(last, cst.Return) else None
    if isinstance(said, cst.SimpleString):
        return bool(said.raw_value)
    return isinstance(said, (cst.FormattedString, cst.ConcatenatedString)) or (
        isinstance(said, cst.Name) and said.value == "False"
    )


def misses(within: Within) -> bool:
    """Whether a place is the body of a `try` that goes on where a key is missing, or whatever else is the matter."""
    if (
        within.kind is not Around.TRY
        or within.part is not Part.BODY
        or not isinstance(within.node, (cst.Try, cst.TryStar))
    ):
        return False
    for handler in within.node.handlers:
        names = {each.value for each in walk(handler.type) if isinstance(each, cst.Name)} if handler.type else {""}
        if "KeyError" in names or "LookupError" in names:
            return True
        if handler.name is None and not _tells(handler.body) and names & {"", "Exception", "BaseException"}:
            return True
    return False


def _tells(body: cst.BaseSuite) -> bool:
    """Whether a handler may say what went wrong; an error of its own in place of it, whatever it was, does not."""
    lines = [part for line in body.body if isinstance(line, cst.SimpleStatementLine) for part in line.body]
    if len(body.body) == len(lines) == 1 and isinstance(lines[0], cst.Raise) and lines[0].exc is not None:
        return False
    return any(isinstance(each, (cst.Call, cst.Raise)) for each in walk(body))


def clauses(guard: Guard) -> tuple[Clause, ...]:
    """The `except` clauses of a `try`, in order."""
    return tuple(Clause(each, guard.frame, caught(guard.frame, each.type)) for each in guard.node.handlers)


def caught(frame: Frame, node: cst.BaseExpression | None) -> tuple[str, ...] | None:
    """Qualified names of the classes that an `except` clause names; None if one of them cannot be seen."""
    if node is None:
        return ("BaseException",)
    if isinstance(node, (cst.Tuple, cst.List)):
        found: list[str] = []
        for each in node.elements:
            inner = caught(frame, each.value)
            if inner is None or isinstance(each, cst.StarredElement):
                return None
            found.extend(inner)
        return tuple(found)
    return error_names(frame, named(frame, node))


def error_names(frame: Frame, value: Value | None) -> tuple[str, ...] | None:
    """The qualified names of the exception classes that a value stands for; None if one of them cannot be seen."""
    if isinstance(value, Ref):
        return (frame.scope.catalog.canonical(value.name),)
    if isinstance(value, Sequence):
        every = [error_names(frame, each) for each in value.members]
        return None if any(each is None for each in every) else tuple(name for each in every for name in each or ())
    if isinstance(value, Class):
        return (f"{value.module.doc.module}.{value.piece.qualname}",)
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
            return frame.scope.linker.scope(owner.module).value(node.attr.value)
    return None


def is_a(catalog: Catalog, error: str, base: str) -> bool:
    """Whether an exception class is another one, or extends it, as far as the catalogue knows."""
    error, base = catalog.canonical(error), catalog.canonical(base)
    error, base = (_same(each) for each in (error, base))
    return error == base or base in {_same(each) for each in catalog.bases(error)}


def _same(name: str) -> str:
    """The class that a builtin name is another spelling of: `IOError` is `OSError`."""
    if name in ("socket.timeout", "asyncio.TimeoutError", "asyncio.exceptions.TimeoutError"):
        return "TimeoutError"
    if name in ("IOError", "EnvironmentError", "socket.error", "select.error"):
        return "OSError"
    return name


def failures(call: Call) -> tuple[str, ...]:
    """Exceptions that a call raises when the other side cannot be reached or does not answer."""
    raises = call.fact.data.get("raises", {})
    found = [each for kind in ("timeout", "connect") for each in raises.get(kind, ())]
    for library in call.frame.scope.catalog.libraries(call.callee):
        found.extend(library.data.get("transient", {}).get("errors", ()))
    return tuple(dict.fromkeys(found)) or ("ConnectionError", "TimeoutError")


def ways(node: cst.CSTNode) -> frozenset[str]:
    """How a statement or a block can be left; what it cannot know, it takes to be possible."""
    if isinstance(node, (cst.IndentedBlock, cst.SimpleStatementSuite, cst.SimpleStatementLine)):
        return _sequence(node.body)
    if isinstance(node, cst.Return):
        return frozenset((RETURN,))
    if isinstance(node, cst.Raise):
        return frozenset((RAISE,))
    if isinstance(node, cst.Break):
        return frozenset((BREAK,))
    if isinstance(node, cst.Continue):
        return frozenset((CONTINUE,))
    if isinstance(node, cst.Expr):
        inner = node.value
        ends = isinstance(inner, cst.Call) and dotted(inner.func) in _ENDS
        return frozenset((RAISE,)) if ends else frozenset((FALLS,))
    if isinstance(node, cst.If):
        return ways(node.body) | (ways(node.orelse) if node.orelse is not None else frozenset((FALLS,)))
    if isinstance(node, (cst.Else, cst.Finally, cst.With)):
        return ways(node.body)
    if isinstance(node, (cst.Try, cst.TryStar)):
        return _try(node)
    if isinstance(node, (cst.For, cst.While)):
        return _loop(node)
    if isinstance(node, cst.Match):
        return frozenset((FALLS,)).union(*(ways(case.body) for case in node.cases))
    return frozenset((FALLS,))


def _sequence(body: object) -> frozenset[str]:
    found: frozenset[str] = frozenset((FALLS,))
    for each in body if isinstance(body, (list, tuple)) else ():
        found = (found - {FALLS}) | ways(each)
        if FALLS not in found:
            break
    return found


def _try(node: cst.Try | cst.TryStar) -> frozenset[str]:
    body = ways(node.body)
    if node.orelse is not None and FALLS in body:
        body = (body - {FALLS}) | ways(node.orelse)
    found = body.union(*(ways(each.body) for each in node.handlers))
    if node.finalbody is not None:
        last = ways(node.finalbody)
        found = (found if FALLS in last else frozenset()) | (last - {FALLS})
    return found


def _loop(node: cst.For | cst.While) -> frozenset[str]:
    inner = ways(node.body)
    found = inner - {BREAK, CONTINUE, FALLS, HANGS}
    if is_endless(node):
        return found | ({FALLS} if BREAK in inner else {HANGS} if not found else frozenset())
    after = ways(node.orelse) if node.orelse is not None else frozenset((FALLS,))
    return found | after | ({FALLS} if BREAK in inner else frozenset())


def is_endless(node: cst.CSTNode) -> bool:
    """Whether it is a `while True`."""
    if not isinstance(node, cst.While) or not isinstance(node.test, (cst.Name, cst.Integer)):
        return False
    return node.test.value in ("True", "1")


def calls_in(node: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls in a node, but for those in functions that it only defines."""
    stack = [node]
    while stack:
        at = stack.pop()
        if isinstance(at, cst.Call):
            yield at
        if not isinstance(at, (cst.FunctionDef, cst.Lambda, cst.ClassDef)) or at is node:
            stack.extend(children(at))


def last_name(node: cst.Call) -> str:
    """The last name of what is called, "" if it has none."""
    func = node.func
    if isinstance(func, cst.Attribute):
        return func.attr.value
    return func.value if isinstance(func, cst.Name) else ""


def is_log(node: cst.Call) -> bool:
    """Whether a call writes to a log, a warning or the terminal, by its name."""
    name = last_name(node)
    if isinstance(node.func, cst.Name):
        return name == "print" or bool(re.fullmatch(_SAYS, name))
    if not isinstance(node.func, cst.Attribute):
        return False
    owner = node.func.value
    text = dotted(owner.func) if isinstance(owner, cst.Call) else dotted(owner)
    if name in _LEVELS:
        return "pars" not in text.lower()  # a parser's `error` ends the program
    if name in ("echo", "secho") and text in ("click", "typer"):
        return True
    return bool(_LOGGER.search(text.rpartition(".")[2])) and name in _WRITES


_PAUSE = re.compile(r"sleep|back_?off|delay|pause|throttl|cool_?down|(?:^|_)wait|jitter", re.IGNORECASE)


def pauses(frame: Frame, node: cst.Call) -> bool:
    """Whether a call sleeps or waits, as the catalogue knows or its name says."""
    known = frame.calls.get(id(node))
    if known is not None:
        return known.fact.kind in ("sleep", "block", "limiter")
    name = last_name(node)
    if name == "wait_for":
        return not dotted(node.func).startswith("asyncio.")
    return bool(_PAUSE.search(name))


def builtin(name: str) -> bool:
    """Whether it is one of Python's own exceptions."""
    return name in BUILTIN_ERRORS or name in BROAD


def known_as(frame: Frame, error: str) -> tuple[str, Import | None]:
    """The name that the module has for an exception, and the import it needs if it has none."""
    module, libraries = frame.scope.module, frame.scope.catalog.libraries(error)
    spellings = [error, *(other for each in libraries for other, first in each.aliases.items() if first == error)]
    if "." not in error or builtin(error):
        return error, None
    for own, targets in module.imports.items():
        if any(f"{t.module}.{t.name}" in spellings for t in targets):
            return own, None
    error = min(spellings, key=len)
    parts = error.split(".")
    for end in range(len(parts) - 1, 0, -1):
        prefix = ".".join(parts[:end])
        for own, targets in module.imports.items():
            if any((t.module == prefix and not t.name) or f"{t.module}.{t.name}" == prefix for t in targets):
                rest = error[len(prefix) + 1 :]
                return f"{own}.{rest}", None
    return error, Import(error.rpartition(".")[0])
