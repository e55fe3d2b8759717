"""What becomes of response bodies: drained, logged or displayed to a person, or read by the callers of a function."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import libcst as cst

from ..catalog.policies import BreakerFact, RetryFact
from ..catalog.records import ResponseFact
from ..findings import Fix
from ..fixes.edits import after_statement
from ..interp.calls import Call, Frame, call_at
from ..interp.session import Session
from ..interp.values import Class, Derived, Object, Pending, Ref, Response, Value
from ..project.module import FunctionChunk, Module
from ..syntax.idioms import is_log, last_name
from ..syntax.text import Edit, Span
from ..syntax.tree import Tree, dotted, walk
from .body_flow import MAX_FUNCTIONS, function_chunks, interpreted
from .ineffective_checks import are_taken_apart

PLAIN = frozenset(
    (
        "headers",
        "url",
        "encoding",
        "cookies",
        "elapsed",
        "history",
        "request",
        "close",
        "aclose",
        "links",
        "http_version",
    )
)
"""Attributes of responses, of whatever library, that say nothing about the status."""


def drained(tree: Tree) -> frozenset[int]:
    """The attributes and calls that nothing is taken from: their value is discarded, or only displayed.

    In a function it may have a name on its way to the log, and be compared with None.
    """
    return tree.derived(_drained, tree.module)


def _drained(tree: Tree, top: cst.CSTNode) -> frozenset[int]:
    local = isinstance(tree.body[0], cst.FunctionDef)
    found: set[int] = set()
    kept: dict[str, list[cst.CSTNode]] = {}
    harmless: set[int] = set()
    for node in walk(top):
        if isinstance(node, cst.Expr):
            found.update(id(part) for part in _discarded(without_await(node.value)))
        elif local and isinstance(node, (cst.Assign, cst.AnnAssign)):
            target = _bound_name(node)
            if target is not None and node.value is not None:
                harmless.add(id(target))
                kept.setdefault(target.value, []).append(without_await(node.value))
        elif isinstance(node, cst.Comparison) and _compares_with_none(node):
            harmless.add(id(node.left))
    harmless |= found
    used = _used_names(top, harmless)
    for name, values in kept.items():
        if name not in used:
            found.update(id(part) for value in values for part in (value, getattr(value, "func", value)))
    return frozenset(found)


def _bound_name(node: cst.Assign | cst.AnnAssign) -> cst.Name | None:
    """The name to which an assignment binds its value; None if it has several targets, or another one."""
    if isinstance(node, cst.Assign) and len(node.targets) > 1:
        return None
    target = node.target if isinstance(node, cst.AnnAssign) else node.targets[0].target
    return target if isinstance(target, cst.Name) else None


def _used_names(top: cst.CSTNode, harmless: set[int]) -> set[str]:
    """The names that stand anywhere but at the given nodes, which are known by their ids."""
    return {node.value for node in walk(top) if isinstance(node, cst.Name) and id(node) not in harmless}


def _discarded(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The parts of an expression statement whose values are discarded or logged, if it is a call."""
    if not isinstance(node, cst.Call):
        return iter(())
    return walk(node) if is_log(node) else _accessor_chain(node)


def _accessor_chain(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What is read off one after the other: `get(url).text.encode()`, from its end."""
    while isinstance(node, (cst.Call, cst.Attribute)):
        yield node
        node = node.func if isinstance(node, cst.Call) else node.value


def without_await(node: cst.CSTNode) -> cst.CSTNode:
    """What is waited for, or the node itself."""
    return node.expression if isinstance(node, cst.Await) else node


def _compares_with_none(node: cst.Comparison) -> bool:
    """Whether a comparison is that of a name with None."""
    other = node.comparisons[0].comparator
    if len(node.comparisons) > 1 or not isinstance(node.left, cst.Name):
        return False
    return isinstance(other, cst.Name) and other.value == "None"


def _is_displayed_by_callers(frame: Frame) -> bool:
    """Whether what a private function gives back is only shown by those who call it, all of them in its module."""
    chunks, module = function_chunks(frame), frame.scope.module
    name = chunks[0].name if len(chunks) == 1 else ""
    if not name.startswith("_") or name.startswith("__"):
        return False
    seen = 1  # where it is defined
    for candidate in module.chosen(module.functions_mentioning(name)):
        if candidate in chunks:
            continue
        tree = frame.scope.tree(candidate.chunk)
        if tree is None:
            return False
        calls = tree.derived(_calls_by_name, tree.module).get(name, [])
        seen += len(calls)
        if not {id(node) for node in calls} <= drained(tree):
            return False
    return 1 < seen == module.count(rf"\b{name}\b")


def is_displayed(response: Response, reads: list[tuple[str, cst.CSTNode]]) -> bool:
    """Whether what is read is given back as it is, by a function whose callers only show it, or read a text as it is.

    The latter do if it is a model's tool, or gives back the text of another answer where that is an error.
    """
    frame = call_at(response.call).frame
    returned = frame.tree.derived(_returned, frame.node) if frame.node is not None else {}
    if not all(id(node) in returned for _, node in reads):
        return False
    if _is_displayed_by_callers(frame):
        return True
    plain = all(name != "json" for name, _ in reads)
    return plain and (_is_model_tool(frame) or _is_any_returned_on_error(frame, returned))


def _calls_by_name(_: Tree, top: cst.CSTNode) -> dict[str, list[cst.Call]]:
    """The calls below a node by the last name of what they call."""
    found: dict[str, list[cst.Call]] = {}
    for node in walk(top):
        if isinstance(node, cst.Call):
            found.setdefault(last_name(node), []).append(node)
    return found


def _returned(_: Tree, top: cst.CSTNode) -> dict[int, cst.Return]:
    """The attributes, or those of a method that is called, which a function gives back as they are."""
    found: dict[int, cst.Return] = {}
    for node in walk(top):
        value = without_await(node.value) if isinstance(node, cst.Return) and node.value is not None else None
        if isinstance(node, cst.Return) and value is not None:
            found[id(value.func if isinstance(value, cst.Call) else value)] = node
    return found


def _is_model_tool(frame: Frame) -> bool:
    """Whether a function is what a model calls by itself, so that it reads what comes back."""
    marks = (item.decorator for item, _ in frame.decorators)
    names = (dotted(mark.func if isinstance(mark, cst.Call) else mark) for mark in marks)
    if any(name.rpartition(".")[2].endswith("tool") for name in names):
        return True
    owner = frame.outermost.owner
    bases = frame.scope.session.bases(owner.cls) if isinstance(owner, Object) else ()
    called = (b.name if isinstance(b, Ref) else b.chunk.name if isinstance(b, Class) else "" for b in bases)
    return any(name.endswith("Tool") for name in called)


def _is_any_returned_on_error(frame: Frame, returned: dict[int, cst.Return]) -> bool:
    """Whether the text of an answer is given back where its status says that it is none."""
    branches = frame.tree.derived(_branches_that_return, frame.tree.module)
    if not branches:
        return False
    checks: dict[int, set[int]] = {}
    texts: dict[int, set[int]] = {}
    for number, call in enumerate(frame.calls.values()):
        fact, uses = call.answer, call.response.uses if call.response is not None else []
        for name, node in uses if fact is not None else ():
            if fact is not None and name in fact.checks:
                checks.setdefault(id(node), set()).add(number)
            if fact is not None and name in fact.body and id(node) in returned:
                texts.setdefault(id(returned[id(node)]), set()).add(number)
    if not checks or not texts:
        return False
    return any(not _numbers(checks, tested).isdisjoint(_numbers(texts, statements)) for tested, statements in branches)


def _numbers(found: dict[int, set[int]], nodes: Iterable[int]) -> set[int]:
    return {number for node in nodes for number in found.get(node, ())}


def _branches_that_return(_: Tree, top: cst.CSTNode) -> list[tuple[list[int], list[int]]]:
    """The conditions with a test that reads something and a `return` in their body: the nodes of both, by their ids."""
    found: list[tuple[list[int], list[int]]] = []
    for branch in walk(top):
        if isinstance(branch, cst.If):
            tested = [*walk(branch.test)]
            if any(isinstance(node, (cst.Attribute, cst.Call, cst.Subscript)) for node in tested):
                given = [id(node) for node in walk(branch.body) if isinstance(node, cst.Return)]
                found += [([*map(id, tested)], given)] if given else []
    return found


_KEEPING = frozenset(("staticmethod", "classmethod", "functools.lru_cache", "functools.cache"))
"""Decorators of the standard library that give back what a function does."""


class Reader(NamedTuple):
    """A function that reads the body of a response that it was given, by what, and where."""

    function: str
    accessor: str
    place: Span
    check: Edit | None
    """What lets an error status raise before; None where that needs more than a line."""


def readers(call: Call) -> tuple[list[Reader], bool]:
    """Returns the callers that read the body of a response which the call's function gives back, and do not check it.

    Also whether all other callers neither look at it nor lose it from sight. Only its own module is looked at.
    """
    frame, response, fact = call.frame, call.response, call.answer
    chunks = function_chunks(frame)
    if len(chunks) != 1 or not _keeps_answers(frame) or response is None or fact is None:
        return [], False
    module = frame.scope.module
    callers = _callers(module, chunks[0])
    session = Session(frame.scope.session.project, frame.scope.session.timeouts)
    session.scope(module).known = frame.scope.known
    found: list[Reader] = []
    alone = len(callers) <= MAX_FUNCTIONS and not frame.wrapped  # a check inside would count for what decorates it
    try:
        for caller in callers[:MAX_FUNCTIONS]:
            given = Response(response.call, response.type)
            session.supposed[chunks[0]] = Pending(given) if frame.is_async else given
            inner = interpreted(session.scope(module), caller, None, None)
            reader = _reader(given, fact, inner, caller, chunks[0]) if inner is not None else None
            if reader is not None:
                found.append(reader)
            elif inner is None or given.uses or given.escaped or given.truth:
                alone = False
    finally:
        session.dismiss()
    return found, alone


def _keeps_answers(frame: Frame) -> bool:
    """Whether what a function gives back is what its callers get: it is at most repeated, refused, or kept."""
    return all(_keeps(frame, decorator, value) for decorator, value in frame.decorators)


def _keeps(frame: Frame, decorator: cst.Decorator, value: Value) -> bool:
    made = frame.calls.get(id(decorator.decorator))
    if made is not None:
        return isinstance(made.fact, (RetryFact, BreakerFact))
    name = value.path.base if isinstance(value, Derived) else value.name if isinstance(value, Ref) else ""
    return name in _KEEPING or any(frame.scope.catalog.fact(kind, name) for kind in (RetryFact, BreakerFact))


def raise_at_readers(found: Iterable[Reader]) -> list[Fix]:
    """Lets an error status raise in the functions that read what another one gives back, if a line does in all."""
    edits = {reader.check for reader in found}
    every = [edit for edit in edits if edit is not None]
    return [Fix("Check the status where the answer is read", tuple(sorted(every)))] if len(every) == len(edits) else []


def _callers(module: Module, called: FunctionChunk) -> list[FunctionChunk]:
    """The functions of a module that call one of it, by its name: what only mentions it is not read for that."""
    before = r"\." if called.owner is not None else r"(?<![\w.])"
    call = re.compile(rf"{before}{called.name}\(")
    mentioning = module.chosen(module.functions_mentioning(called.name))
    return [one for one in mentioning if one != called and module.search(call, one.chunk) is not None]


def _reader(
    given: Response, fact: ResponseFact, frame: Frame, caller: FunctionChunk, called: FunctionChunk
) -> Reader | None:
    """What a caller reads of a response that it never checks; None if it checks it, or may."""
    if given.escaped or given.envelope or given.noticed or given.passed_to or given.truth:
        return None
    known = PLAIN.union(fact.body, fact.plain)
    if any(name not in known for name, _ in given.uses):
        return None
    harmless = drained(frame.tree)
    read = [(name, node) for name, node in given.uses if name in fact.body and id(node) not in harmless]
    if not read or (_is_looked_at(given, fact) and not are_taken_apart(frame.tree, read)):
        return None
    name, node = read[0]
    return Reader(caller.name, name, frame.tree.span(node), _check(frame, node, called.name, fact))


def _is_looked_at(given: Response, fact: ResponseFact) -> bool:
    """Whether the function that gives a response back looks at its status."""
    home = call_at(given.call).response
    return home is not None and any(name in fact.checks for name, _ in home.uses)


def _check(frame: Frame, node: cst.CSTNode, called: str, fact: ResponseFact) -> Edit | None:
    """Lets an error status raise right behind the one statement by which a name gets the answer of a function."""
    name = node.value.value if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) else ""
    bound = [one for one in frame.tree.derived(_bindings, frame.tree.module) if _target(one) == name] if name else []
    value = without_await(bound[0].value) if len(bound) == 1 else None
    if not fact.raiser or not isinstance(value, cst.Call) or last_name(value) != called:
        return None
    return after_statement(frame, bound[0], f"{name}.{fact.raiser}()")


def _target(node: cst.Assign) -> str:
    target = node.targets[0].target if len(node.targets) == 1 else None
    return target.value if isinstance(target, cst.Name) else ""


def _bindings(_: Tree, top: cst.CSTNode) -> list[cst.Assign]:
    return [node for node in walk(top) if isinstance(node, cst.Assign)]
