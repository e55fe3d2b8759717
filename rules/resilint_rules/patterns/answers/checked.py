"""Part of the pattern `status`: where a function of the project passes an answer on, its status is checked once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...kit.catalog.records import ResponseFact
from ...kit.findings import Finding, Fix, Severity
from ...kit.fixes.edits import after_statement, hoist, indentation
from ...kit.interp.calls import Call, Frame, call_at
from ...kit.interp.values import Function, Response, options
from ...kit.responses.flows import bound_name, is_name
from ...kit.responses.refusals import gives_refusals
from ...kit.responses.status import chained, raise_after_all, raise_between, read_unchecked
from ...kit.retries.status_loops import verdict_on
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk
from ..resending import is_resender

_NAMES = ("response", "answer", "resp")


def check_passed(frame: Frame) -> Iterator[Finding]:
    """Offers to check the status of an answer whose body is read here, and which another function has requested."""
    for call, target in frame.uses.values():
        for option in options(target):
            inner = frame.scope.session.frame(option) if isinstance(option, Function) else None
            if inner is not None and inner.is_async is frame.is_async:
                yield from _checked(frame, call, inner)


def check_own(frame: Frame) -> Iterator[Finding]:
    """Offers to check the status of answers that are read unchecked, also where only a caller knows the client."""
    for call in frame.calls.values():
        response = call.response
        if type(call) is not Call or response is None or not read_unchecked(response) or gives_refusals(call):
            continue
        fixes = raise_between(call) if chained(response) else raise_after_all([call])
        for fix in fixes[:1]:
            yield call.finding(f"`{call.written}` is read whatever its status", fix, severity=Severity.HINT)


def _checked(frame: Frame, call: Call, inner: Frame) -> Iterator[Finding]:
    request = _passed_on(inner)
    fact = request.answer if request is not None else None
    if request is None or fact is None or not _reads_body(frame, call, fact):
        return
    edits = _in_wrapper(frame, inner, request, fact) or _in_caller(frame, call, fact)
    if edits:
        message = f"the answer of `{call.written}` is read whatever its status"
        fix = Fix("Raise for an error status", tuple(sorted(edits)))
        yield frame.finding(
            message, call.head, (fix,), severity=Severity.HINT, callee=request.callee,
            library=request.library, statement=call.statement,
        )  # fmt: skip


def _passed_on(frame: Frame) -> Call | None:
    """The request whose answer a function gives back without a check that raises."""
    found = (option for value in frame.returns for option in options(value) if isinstance(option, Response))
    for response in found:
        call = call_at(response.call)
        raiser = call.answer.raiser if call.answer is not None else ""
        if not raiser or call.frame is not frame or call.as_external.status != "silent":
            continue
        if all(name != raiser for name, _ in response.uses):
            return call
    return None


def _reads_body(frame: Frame, call: Call, fact: ResponseFact) -> bool:
    """Whether the body of a call's answer is read in a function that never looks at its status."""
    name = bound_name(call)
    nodes = walk(frame.node) if isinstance(frame.node, cst.FunctionDef) else ()
    parts = (node for node in nodes if isinstance(node, cst.Attribute))
    read = {part.attr.value for part in parts if part.value is call.node or (name and is_name(part.value, name))}
    return bool(read & (set(fact.body) - set(fact.streaming))) and not read & {*fact.checks, fact.raiser}


def _in_wrapper(frame: Frame, inner: Frame, request: Call, fact: ResponseFact) -> list[Edit]:
    """The check before the answer is given back, where nothing else in the module looks at a status."""
    module = inner.scope.module
    if module is not frame.scope.module or not isinstance(inner.node, cst.FunctionDef) or inner.wrapped:
        return []
    if _looks_elsewhere(inner, (*fact.checks, fact.raiser)):
        return []
    names = set(request.response.names) if request.response is not None else set()
    returns = [node for node in walk(inner.node) if isinstance(node, cst.Return)]
    named = [node for node in returns if isinstance(node.value, cst.Name) and node.value.value in names]
    if not named:
        return list(hoist(request, request.node, _NAMES, lambda name: f"{name}.{fact.raiser}()"))
    if len(named) > 1 or _is_good(inner, request, named[0]):
        return []
    start, answer = inner.tree.span(named[0]).start, inner.tree.code(named[0]).split()[1]
    check = f"{answer}.{fact.raiser}(){module.doc.newline}{indentation(inner, start)}"
    return [Edit(start, start, check)]


def _is_good(inner: Frame, request: Call, node: cst.CSTNode) -> bool:
    """Whether a statement is reached with a good status only."""
    above = inner.tree.parent(node)
    while above is not None and above is not inner.node:
        if isinstance(above, cst.If) and inner.tree.inside(node, above.body) and verdict_on(request, above.test):
            return True
        above = inner.tree.parent(above)
    return False


def _looks_elsewhere(inner: Frame, words: tuple[str, ...]) -> bool:
    """Whether another function of a module reads a status, besides those that send a request again."""
    module = inner.scope.module
    read = re.compile(rf"\.(?:{'|'.join(map(re.escape, words))})\b")
    return any(
        read.search(module.source(function.chunk))
        for function in module.all_functions()
        if function.chunk.start != inner.tree.start and not is_resender(function.name)
    )


def _in_caller(frame: Frame, call: Call, fact: ResponseFact) -> list[Edit]:
    name = bound_name(call)
    if name and call.statement is not None:
        edit = after_statement(frame, call.statement, f"{name}.{fact.raiser}()")
        return [edit] if edit is not None else []
    awaited = frame.tree.parent(call.node)
    node = awaited if isinstance(awaited, cst.Await) else call.node
    return list(hoist(call, node, _NAMES, lambda name: f"{name}.{fact.raiser}()"))
