"""The words by which code is recognised: log calls, pauses, checks, reports and harmless calls.

Everything here is decided from the words that stand in the code, without knowing what a name stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from .tree import children, dotted

BROAD = frozenset(("Exception", "BaseException"))
"""The exceptions that stand for every error."""
_LEVELS = frozenset((
    "debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log",
    "adebug", "ainfo", "awarning", "awarn", "aerror", "aexception", "acritical", "afatal", "alog",
))  # fmt: skip
"""What a logger's methods are called; those with an `a` are awaited."""
_WRITES = frozenset(("write", "print", "secho", "echo", "rule", "msg", "err"))
"""What writes to something that is called a log, or the terminal, besides."""
_LOGGER = re.compile(r"log|warnings|echo|console|stderr|stdout", re.IGNORECASE)
_LOG_FUNCTION = re.compile(
    r"_?(?:log|logger|warn|echo|debug|info|error)(?:_(?:msg|message|error|warning|info|debug|exception|failure))?"
    r"|_?log_(?!(?:in|into|on|onto|out|off)(?:_|$)|\w*(?:raise|exit|abort|die|quit|fail_))\w+"
)
_PAUSE = re.compile(r"sleep|back_?off|delay|pause|throttl|cool_?down|(?:^|_)wait|jitter", re.IGNORECASE)
_CHECKS = re.compile(r"(?:^|_)(?:check|raise|ensure|assert|validate|verify|errors?)(?:_|$)", re.IGNORECASE)
_PROBES = re.compile(
    r"(?:^|_)(?:is|has|can|check|ping|probe|test|try|exists?|valid|validate|verify|alive|health\w*|ready|reachable|"
    r"available|online|connected|running|responds?|up|wait|await|poll|supports?|detect|discover|identify|guess|maybe|ensure|"
    r"status)(?:_|$)",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"(?:^|_)(?:fail\w*|err\w*|warn\w*|abort|alert|notify|report\w*|complain|problem)(?:_|$)", re.IGNORECASE
)
_CLOSES = re.compile(
    r"clos|clean|stop|shut|tear|__del__|__a?exit__|disconnect|logout|logoff|quit|dispos|releas|abort|cancel|kill|"
    r"terminat|finali|drain|unregister|unsubscribe|reset|forget|delete|remov|purge|leav",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"_*(?:is|has|can|check|ping|probe|test|try|exists?|valid\w*|verify|alive|health\w*|reachable|available|detect|discover|"
    r"identify|guess|maybe)(?:_|$)|\w*_(?:exists?|alive|health\w*|reachable|available)$",
    re.IGNORECASE,
)
_CLOSES_ONLY = re.compile(
    r"_*(?:a?close|clean_?up|stop|shut_?down|tear_?down|del|a?exit|disconnect|log_?(?:out|off)|quit|dispose|release|abort|"
    r"terminate|finali[sz]e|drain|unregister|unsubscribe|leave)(?:_(?:all|now|client|session|connection|lock|quietly|async))*_*",
    re.IGNORECASE,
)
_SKIPS_CHECKS = re.compile(
    r"non?_?verif|unverif|insecure|unsafe|peek|(?:dis(?:able|abling)|without|skip|non?|ignore|off)_?(?:ssl|tls|cert|verif|check)|"
    r"trust_?all|accept_?all",
    re.IGNORECASE,
)


class Harmless(NamedTuple):
    """Functions that do nothing which matters for one question: their names, and how other names begin."""

    names: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()


COMPUTES = Harmless(
    frozenset(("str", "repr", "len", "min", "max", "int", "float", "round", "type", "format", "abs", "bool", "pow"))
)
"""Builtin functions that neither end a loop nor change what it repeats, by the name in the code."""
COMPUTES_ELSEWHERE = Harmless(prefixes=("random.", "time.", "datetime.", "logging.", "math.", "traceback."))
"""The same of the standard library, by the qualified name."""
CONSTANT = Harmless(
    frozenset(("str", "len", "int", "dict", "format", "join", "dumps", "urljoin", "quote", "urlencode"))
)
"""Functions whose result is the same for the same arguments, by the last part of the name."""
KEEPS_NOTHING = Harmless(
    prefixes=(
        "logging.", "isinstance", "print", "len", "str", "repr", "bool", "type", "id", "callable", "hasattr", "format",
        "hash",
    )
)  # fmt: skip
"""Functions that keep no reference to their arguments and change none, by the qualified name.

The builtin ones are prefixes too, which covers `hashlib.sha256` and `types.MappingProxyType`.
"""


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
        return name == "print" or bool(re.fullmatch(_LOG_FUNCTION, name))
    if not isinstance(node.func, cst.Attribute):
        return False
    owner = node.func.value
    text = dotted(owner.func) if isinstance(owner, cst.Call) else dotted(owner)
    if name in _LEVELS:
        return "pars" not in text.lower()  # a parser's `error` ends the program
    if name in ("echo", "secho") and text in ("click", "typer"):
        return True
    return bool(_LOGGER.search(text.rpartition(".")[2])) and name in _WRITES


def sleeps(node: cst.Call) -> bool:
    """Whether a call sleeps or waits before what follows, by its name."""
    name = last_name(node)
    if name == "wait_for":
        return not dotted(node.func).startswith("asyncio.")
    return bool(_PAUSE.search(name))


def checks(name: str) -> bool:
    """Whether a function examines its arguments for an error, by its name."""
    return bool(_CHECKS.search(name))


def probes(name: str) -> bool:
    """Whether a function finds out whether a peer is there, so that a failure is its answer, by its name."""
    return bool(_PROBES.search(name))


def asks(name: str) -> bool:
    """Whether a function answers a question, even if it has to change something for it, by its name."""
    return bool(_ASKS.match(name))


def closes_only(name: str) -> bool:
    """Whether a function ends what the program itself has, by its name: `disconnect`, but not `close_ticket`."""
    return bool(_CLOSES_ONLY.fullmatch(name))


def reports(name: str) -> bool:
    """Whether a function reports a failure to a person or a program, by its name."""
    return bool(_REPORTS.search(name))


def closes(name: str) -> bool:
    """Whether a function ends or removes something, so that its failure changes little, by its name."""
    return bool(_CLOSES.search(name))


def skips_checks(name: str) -> bool:
    """Whether a name says that certificates or signatures are not verified on purpose."""
    return bool(_SKIPS_CHECKS.search(name))


def harmless(name: str, functions: Harmless) -> bool:
    """Whether a function is one of those that are harmless for a question."""
    return name in functions.names or name.startswith(functions.prefixes)
