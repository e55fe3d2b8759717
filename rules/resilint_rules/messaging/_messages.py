"""Messages in the functions that handle them: what a module's brokers call things, and what is done with a message."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import TypeVar

import libcst as cst

from ..kit.catalog.surroundings import ConsumeFact, RefuseFact, TransactionFact
from ..kit.interp.calls import Frame
from ..kit.prefilter.library_names import prefixes_of
from ..kit.project.module import Module
from ..kit.syntax.idioms import is_log, last_name
from ..kit.syntax.tree import children, walk

Kind = TypeVar("Kind", ConsumeFact, RefuseFact, TransactionFact)
_READS = frozenset((
    "loads", "decode", "get", "print", "len", "str", "int", "dict", "list", "format", "isinstance", "model_validate",
    "model_validate_json", "parse_raw", "validate_json", "append", "items", "keys", "values", "split", "strip", "time",
    "monotonic", "observe", "inc", "dec", "labels", "repr", "type", "getattr", "put", "put_nowait", "set", "error",
    "stop_consuming", "is_set", "add_callback_threadsafe", "modify_ack_deadline", "change_message_visibility",
))  # fmt: skip
"""Calls that read a message, count it, or keep it in memory."""


def facts(frame: Frame, kind: type[Kind]) -> list[Kind]:
    """Returns the entries of a table of those libraries that the module of a function imports."""
    if kind not in frame.derived:
        catalog = frame.scope.catalog
        names = frame.scope.module.derived(_imported if any(catalog.prefixes()) else _of_libraries)
        libraries = {library.name: library for name in names for library in catalog.libraries(name)}
        found = [fact for library in libraries.values() for fact in library.facts.values() if isinstance(fact, kind)]
        frame.derived[kind] = found
    known: list[Kind] = frame.derived[kind]
    return known


def _imported(module: Module) -> list[str]:
    """The dotted names that a module imports, in order."""
    return sorted({
        f"{target.module}.{target.name}" if target.name else target.module
        for targets in module.mentioned.values() for target in targets if not target.level
    })  # fmt: skip


def _of_libraries(module: Module) -> list[str]:
    """Those of the catalogue's libraries."""
    return [name for name in _imported(module) if prefixes_of(name)]


def own_calls(body: cst.CSTNode) -> Iterator[cst.Call]:
    """Yields the calls in a block, in text order, without those of functions that it defines."""
    for node in own_nodes(body):
        if isinstance(node, cst.Call):
            yield node


def own_nodes(body: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yields the nodes of a block, in text order, without those of functions that it defines."""
    stack = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.FunctionDef, cst.Lambda)):
            continue
        yield node
        stack.extend(reversed(list(children(node))))


def does_work(call: cst.Call) -> bool:
    """Whether a call may do more than read, log or count."""
    return not is_log(call) and last_name(call) not in _READS


def names_in(node: cst.CSTNode) -> set[str]:
    """Returns the names that an expression reads, attributes aside."""
    found: set[str] = set()
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, cst.Name):
            found.add(part.value)
        elif isinstance(part, (cst.Attribute, cst.Arg)):
            stack.append(part.value)
        else:
            stack.extend(children(part))
    return found


def given(call: cst.Call, name: str, index: int = -1) -> cst.BaseExpression | None:
    """Returns what a call gives for a parameter, by name or position; None if it gives nothing."""
    for position, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == name:
            return arg.value
        if position == index and arg.keyword is None and not arg.star:
            return arg.value
    return None


def is_spread(call: cst.Call) -> bool:
    """Whether a spread may hold arguments that are not seen."""
    return any(arg.star for arg in call.args)


def literal_of(node: cst.BaseExpression | None) -> str:
    """Returns `True`, `False` or `None` where that is written; "" for anything else."""
    return node.value if isinstance(node, cst.Name) and node.value in ("True", "False", "None") else ""


def mentions_any(node: cst.CSTNode, names: AbstractSet[str]) -> bool:
    """Whether an expression reads one of some names."""
    return any(isinstance(part, cst.Name) and part.value in names for part in walk(node))
