"""Whether anything expects a body of another shape: the code that takes it apart, or what calls that in its module."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ...kit.exceptions.handlers import Handler, caught
from ...kit.findings import Fix
from ...kit.interp.body_checks import ENVELOPE
from ...kit.interp.calls import Call, Frame
from ...kit.interp.values import Function
from ...kit.project.module import FunctionChunk
from ...kit.responses.flows import Flow, given_back, last, sent_and_given_back
from ...kit.responses.shape import TakenApart, taken_apart
from ...kit.responses.status import raises_itself, read_unchecked
from ...kit.syntax.exits import Exit, ways
from ...kit.syntax.idioms import BROAD, calls_in, is_log, last_name
from ...kit.syntax.tree import Tree, walk

_CALLS = 12
"""Calls in one function up to which it is looked into, so that the work stays in proportion to their number."""
_KINDS = ("dict", "list", "Mapping", "Sequence")
_MOST = 20
"""Functions that mention the names at hand: beyond, nothing is known of what they handle."""


class Unexpected(NamedTuple):
    """A request whose body is taken apart by code that takes its shape for granted."""

    request: Call
    parts: tuple[TakenApart, ...]
    missed: bool
    """A handler around takes failed requests only."""

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """Raises an error of the library wherever the body is taken apart; () if that cannot be written at once."""
        fixes = [part.fix for part in self.parts if part.fix is not None]
        if len(fixes) < len(self.parts):
            return ()
        edits = sorted({edit for fix in fixes for edit in fix.edits})
        if any(edit.end > after.start for edit, after in itertools.pairwise(edits)):
            return ()
        imports = dict.fromkeys(needed for fix in fixes for needed in fix.imports)
        return (Fix(fixes[0].title, tuple(edits), tuple(imports)),)


def unexpected(frame: Frame) -> Iterator[Unexpected]:
    """The requests of a function whose bodies are taken apart with nothing that expects another shape of them.

    It takes them apart itself, or what calls it in its module does.
    """
    if not _is_small(frame):
        return
    own = {id(found.flow.request): found for found in taken_apart(frame, passed=False)}
    given = sent_and_given_back(frame)
    for call in frame.calls.values():
        here = own.get(id(call))
        beside = (here,) if here is not None and "LookupError" not in here.errors else ()
        found = list(_judged(call, [here], ())) if here is not None and not beside else []
        if not found and call is given:
            found = list(_judged(call, list(_taken_by_callers(call)), beside))
        yield from found


def _is_small(frame: Frame) -> bool:
    """Whether a function is looked into: what is done with each body takes a walk through all of it."""
    return len(frame.calls) + len(frame.uses) <= _CALLS


def _taken_apart(frame: Frame) -> tuple[TakenApart, ...]:
    """The bodies that a caller takes apart, found once; none of a function with many calls."""
    if taken_apart not in frame.derived:
        frame.derived[taken_apart] = tuple(taken_apart(frame)) if _is_small(frame) else ()
    found: tuple[TakenApart, ...] = frame.derived[taken_apart]
    return found


def _judged(call: Call, parts: list[TakenApart], beside: tuple[TakenApart, ...]) -> Iterator[Unexpected]:
    """The parts of a body that nothing expects to be missing, with what only parses it `beside` them."""
    seen = [(part, missed) for part in parts for missed in [_is_missed(part)] if missed is not None]
    if seen:
        yield Unexpected(call, (*beside, *(part for part, _ in seen)), any(missed for _, missed in seen))


def _taken_by_callers(call: Call) -> Iterator[TakenApart]:
    """What the callers of a function in its module take out of the body of a request that it sends."""
    for frame in _above(call.frame):
        for found in _taken_apart(frame):
            request = found.flow.request
            if "LookupError" in found.errors and request.span == call.span and request.frame.tree is call.frame.tree:
                yield found


def _above(frame: Frame) -> Iterator[Frame]:
    """The functions of a module that call one of it, by its name, and those that call these for the same."""
    module, names = frame.scope.module, [frame.qualname.rpartition(".")[2]]
    known = set(names)
    for name in names:  # grows
        chunks = module.chosen(module.functions_mentioning(name))
        for chunk in chunks if len(chunks) <= _MOST else ():
            if chunk.name in known or not _sites(frame, chunk, name):
                continue
            known.add(chunk.name)
            inner = frame.scope.session.frame(Function(module, chunk))
            if inner is not None:
                yield inner
            if inner is not None and _is_small(inner) and given_back(inner) is not None:
                names.append(chunk.name)


def _is_missed(found: TakenApart) -> bool | None:
    """Whether a handler around takes failed requests, but no body of another shape; None if nothing is wrong."""
    flow = found.flow
    if flow.is_object or not _is_checked(flow) or _looks_first(flow):
        return None
    around = list(_around(flow.call, found.errors))
    return None if None in around else any(around)


def _is_checked(flow: Flow) -> bool:
    """Whether an error does not get as far as the body: where one does, that is to be said first.

    An error status does not, nor one that the body tells of where the code looks for it.
    """
    request = flow.request
    response, fact = request.response, request.answer
    if response is None or fact is None or read_unchecked(response):
        return False
    if request.as_external.status != "silent" or raises_itself(request) or response.envelope:
        return True
    checks, node = {*fact.checks, fact.raiser}, flow.call.frame.node
    if node is None or any(name in checks for name, _ in response.uses):
        return node is not None
    return any(isinstance(part, cst.Attribute) and part.attr.value in checks for part in walk(node))


def _looks_first(flow: Flow) -> bool:
    """Whether the function looks at what it has got: for a key, for its type, at what it says, or by a function."""
    node = flow.call.frame.node
    if node is not None and any(_looks(flow, part) for part in walk(node)):
        return True
    sender = flow.request.frame
    return sender is not flow.call.frame and sender.node is not None and any(map(_asks_kind, calls_in(sender.node)))


def _asks_kind(node: cst.Call) -> bool:
    """Whether a call asks if something is what JSON gives for an object, or a list."""
    if last(node) != "isinstance" or len(node.args) != 2:
        return False
    return any(isinstance(part, cst.Name) and part.value in _KINDS for part in walk(node.args[1].value))


def _looks(flow: Flow, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.If):
        return _refuses(flow, node)
    if isinstance(node, cst.Comparison):
        given = [part.comparator for part in node.comparisons if isinstance(part.operator, (cst.In, cst.NotIn))]
        return any(flow.rooted(key) for key in given) and not _is_other_key(flow, node.left)
    if isinstance(node, cst.Expr):
        done = node.value.expression if isinstance(node.value, cst.Await) else node.value
        return isinstance(done, cst.Call) and _is_given_whole(flow, done)
    return isinstance(node, cst.Call) and last(node) == "isinstance" and any(flow.rooted(a.value) for a in node.args)


def _refuses(flow: Flow, node: cst.If) -> bool:
    """Whether a branch leaves the function for what the body says, or for a key that is missing."""
    exits = ways(node.body)
    if Exit.FALLS not in exits and _is_absence(flow, node.test):
        return True
    return Exit.RAISE in exits and _reads_part(flow, node.test)


def _is_absence(flow: Flow, test: cst.BaseExpression) -> bool:
    """Whether a test holds where a key is missing: `if not body.get("id")`, or `is None`."""
    if isinstance(test, cst.BooleanOperation):
        return any(_is_absence(flow, side) for side in (test.left, test.right))
    looked = test.expression if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not) else None
    if isinstance(test, cst.Comparison) and isinstance(test.comparisons[0].operator, cst.Is):
        looked = test.left
    return isinstance(looked, cst.Call) and last(looked) == "get" and flow.rooted(looked)


def _reads_part(flow: Flow, test: cst.BaseExpression) -> bool:
    """Whether a test reads a part of the body: `if not body["ok"]`."""
    return any(isinstance(part, cst.Subscript) and flow.rooted(part) for part in walk(test))


def _is_given_whole(flow: Flow, done: cst.Call) -> bool:
    """Whether a function that is called for its effect gets a body, or a named part of it: it may check that."""
    if is_log(done) or last(done) == "print":
        return False
    given = [arg.value for arg in done.args]
    parsed = [node for node in given if isinstance(node, cst.Call) and id(node.func) in flow.reads]
    return bool(parsed) or any(flow.rooted(node) for node in given if isinstance(node, cst.Name))


def _is_other_key(flow: Flow, key: cst.BaseExpression) -> bool:
    """Whether a key is a text that tells of an error, and is not what the function wants of the body."""
    if not isinstance(key, cst.SimpleString) or str(key.evaluated_value).lower() not in ENVELOPE:
        return False
    parts = (node for node in walk(flow.call.frame.tree.module) if isinstance(node, cst.Subscript))
    keys = (element.slice.value for part in parts for element in part.slice if isinstance(element.slice, cst.Index))
    wanted = {value.evaluated_value for value in keys if isinstance(value, cst.SimpleString)}
    return bool(wanted - {key.evaluated_value})


def _around(call: Call, errors: tuple[str, ...]) -> Iterator[bool | None]:
    """For each handler around a call, or around a call of its function: whether it takes failed requests only.

    None if it may take the errors of a body as well.
    """
    frame = call.frame
    for clause in _clauses(frame, frame.tree, call.node):
        yield _kind(call, clause, errors)
    module, names = frame.scope.module, [frame.qualname.rpartition(".")[2]]
    known = set(names)
    for name in names:  # grows
        chunks = module.chosen(module.functions_mentioning(name))
        if len(chunks) > _MOST or len(names) > _MOST:
            yield None
            return
        for chunk in chunks:
            sites = _sites(frame, chunk, name)
            for tree, node in sites:
                yield from (_kind(call, clause, errors) for clause in _clauses(frame, tree, node))
            if sites and chunk.name not in known:
                known.add(chunk.name)
                names.append(chunk.name)


def _sites(frame: Frame, chunk: FunctionChunk, name: str) -> list[tuple[Tree, cst.Call]]:
    """Where a function of the module calls something of a name."""
    tree = frame.scope.tree(chunk.chunk)
    if tree is None:
        return []
    nodes = (node for node in walk(tree.module) if isinstance(node, cst.Call) and last_name(node) == name)
    return [(tree, node) for node in nodes]


def _clauses(frame: Frame, tree: Tree, node: cst.CSTNode) -> Iterator[Handler]:
    """The handlers of the `try` statements in whose body a node stands."""
    above = tree.parent(node)
    while above is not None:
        if isinstance(above, (cst.Try, cst.TryStar)) and tree.inside(node, above.body):
            for clause in above.handlers:
                yield Handler(clause, frame, caught(frame, clause.type))
        above = tree.parent(above)


def _kind(call: Call, clause: Handler, errors: tuple[str, ...]) -> bool | None:
    if clause.errors is None or any(error in BROAD for error in clause.errors):
        return None
    if any(clause.catches(error) or clause.catches("KeyError") for error in errors):
        return None
    return clause.concerns(call)
