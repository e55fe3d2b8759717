"""Where the parsed body of an answer is in a function: in that of the request, and in those that are given a part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from ..interp.calls import Call, Frame
from ..interp.values import Function, options
from ..syntax.tree import children, dotted, walk

_DEPTH = 3
"""Functions that may pass a body on, one to the next."""
_PARSERS = ("loads", "load")
_FORMATS = re.compile(r"^load$|json|yaml|toml|xml|pickle|parse|deserial|decod", re.IGNORECASE)
"""What modules and objects are called whose `load` reads a format."""


@dataclass(slots=True)
class Flow:
    """Where the parts of one answer's body are in a function: the nodes that read it, and the names that hold parts.

    `call` is what gives the answer, or a part of its body, in this function; `request` what sends for it.
    """

    call: Call
    request: Call
    reads: frozenset[int]
    texts: frozenset[int] = frozenset()
    """What reads the body as a text that something else parses."""
    names: set[str] = field(default_factory=set)
    is_object: bool = False
    """The library has parsed it, and gives an object."""

    def holds(self, node: cst.CSTNode) -> bool:
        """Whether an expression has a part of the body in it, other than in what is sent to get something else."""
        stack = [node]
        while stack:
            part = stack.pop()
            if self._is_part(part):
                return True
            if not self._asks(part):
                stack.extend(children(part))
        return False

    def _is_part(self, node: cst.CSTNode) -> bool:
        """Whether an expression reads the body, or is what a part of it was given to."""
        if id(node) in self.reads:
            return True
        return isinstance(node, (cst.Name, cst.Attribute)) and bool(self.names) and dotted(node) in self.names

    def _asks(self, node: cst.CSTNode) -> bool:
        """Whether an expression calls a peer or a function of the project: what it gives is no part of this body."""
        frame = self.call.frame
        return isinstance(node, cst.Call) and (id(node) in frame.calls or id(node) in frame.uses)

    def rooted(self, node: cst.CSTNode) -> bool:
        """Whether an expression is a part of the body: an item, an attribute or the result of a method of it."""
        while True:
            if self._is_part(node):
                return True
            if isinstance(node, (cst.Subscript, cst.Attribute)):
                node = node.value
            elif isinstance(node, cst.Call):
                node = node.func
            elif isinstance(node, cst.Await):
                node = node.expression
            else:
                return False

    def learn(self, node: cst.CSTNode) -> None:
        """Notes the names that a statement gives parts of the body to."""
        for inner in walk(node):
            if isinstance(inner, (cst.Assign, cst.AnnAssign)) and isinstance(inner.value, cst.Dict):
                continue  # what the function puts together itself has the keys that it gives it
            if isinstance(inner, cst.Assign) and self.holds(inner.value):
                for target in inner.targets:
                    self._bind(target.target)
            elif (
                isinstance(inner, (cst.AnnAssign, cst.NamedExpr))
                and inner.value is not None
                and self.holds(inner.value)
            ) or (isinstance(inner, (cst.For, cst.CompFor)) and self.holds(inner.iter)):
                self._bind(inner.target)

    def _bind(self, target: cst.CSTNode) -> None:
        if isinstance(target, cst.Name) or (isinstance(target, cst.Attribute) and is_name(target.value, "self")):
            self.names.add(dotted(target))
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._bind(element.value)


def flow_of(call: Call) -> Flow | None:
    """The body of a request's answer in the function that sends it; None if it is not parsed there."""
    response, fact, function = call.response, call.answer, call.frame.node
    if not isinstance(function, cst.FunctionDef) or not _is_request(call):
        return None
    if response is None or fact is None:
        reads = {id(call.node)} if call.peer == "llm" else set()
        return Flow(call, call, frozenset(reads), is_object=True) if reads else None
    texts = _texts(call)
    reads = {id(node) for name, node in response.uses if name == "json" and name in fact.body}
    if fact.raiser_returns == "response" and "json" in fact.body:
        reads.update(id(node) for node in _chained_reads(call, {"json"}, fact.raiser))
    reads.update(id(node) for node in _parsed(function, texts, set(response.names)))
    return Flow(call, call, frozenset(reads), texts) if reads else None


def _is_request(call: Call) -> bool:
    """Whether a call is a request that is sent where it is written, to a peer that answers with a body."""
    return call.fact.kind == "call" and not (call.deferred or call.offloaded) and call.peer in ("http", "llm")


def passed_flow(frame: Frame, call: Call, target: object) -> Flow | None:
    """The body that a function of the project gives at a call of it; None if it gives none."""
    found = _given(frame, target, _DEPTH)
    if found is None or not isinstance(frame.node, cst.FunctionDef):
        return None
    request, kind = found
    if kind == "answer":
        reads = frozenset(_read_at(frame.node, call))
        return Flow(call, request, reads) if reads else None
    if kind == "part":
        return Flow(call, request, frozenset((id(call.node),)))
    texts = frozenset((id(call.node),))
    reads = frozenset(id(node) for node in _parsed(frame.node, texts, set()))
    return Flow(call, request, reads, texts) if reads else None


def _read_at(function: cst.FunctionDef, call: Call) -> Iterator[int]:
    """Where the body of an answer that a function of the project gives is parsed."""
    name = bound_name(call)
    parts = (node for node in walk(function) if isinstance(node, cst.Attribute) and node.attr.value == "json")
    for node in parts:
        if node.value is call.node or (name and is_name(node.value, name)):
            yield id(node)


def is_name(node: cst.CSTNode, name: str) -> bool:
    """Whether an expression is a name, and which."""
    return isinstance(node, cst.Name) and node.value == name


def bound_name(call: Call) -> str:
    """The name that what a call gives is bound to, where it is made; "" if it has none."""
    statement = call.statement
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return ""
    target = statement.targets[0].target
    return target.value if _bare(statement.value) is call.node and isinstance(target, cst.Name) else ""


def _given(frame: Frame, target: object, depth: int) -> tuple[Call, str] | None:
    """The request whose answer a function of the project gives back, and as what: "part", "text" or "answer"."""
    for option in options(target):  # type: ignore[arg-type]
        inner = frame.scope.session.frame(option) if isinstance(option, Function) else None
        found = _returned(inner, depth - 1) if inner is not None and depth else None
        if found is not None:
            return found
    return None


def given_back(frame: Frame) -> Call | None:
    """The request whose answer, or a part of its body, a function gives back."""
    found = _returned(frame, _DEPTH - 1)
    return found[0] if found is not None else None


def sent_and_given_back(frame: Frame) -> Call | None:
    """The same, if the function sends the request itself: no other function is looked at."""
    found = _own(frame, _returned_values(frame.node)) if isinstance(frame.node, cst.FunctionDef) else None
    return found[0] if found is not None else None


def _returned(frame: Frame, depth: int) -> tuple[Call, str] | None:
    key = _returned, depth
    if key not in frame.derived:
        frame.derived[key] = None  # a function that calls itself
        frame.derived[key] = _find_returned(frame, depth)
    found: tuple[Call, str] | None = frame.derived[key]
    return found


def _find_returned(frame: Frame, depth: int) -> tuple[Call, str] | None:
    if not isinstance(frame.node, cst.FunctionDef):
        return None
    values = _returned_values(frame.node)
    own = _own(frame, values)
    if own is not None:
        return own
    for known, target in frame.uses.values() if values else ():
        found = _given(frame, target, depth)
        if found is None:
            continue
        if found[1] != "part" and any(_bare(value) is known.node for value in values):
            return found
        flow = passed_flow(frame, known, target)
        if flow is not None and _gives(flow, frame.node, values):
            return flow.request, "part"
    return None


def _own(frame: Frame, values: list[cst.BaseExpression]) -> tuple[Call, str] | None:
    """The request that a function sends and whose answer it gives back, and as what."""
    function = frame.node
    if not isinstance(function, cst.FunctionDef) or not values:
        return None
    for call in frame.calls.values():
        kind = _kind(call, function, values) if type(call) is Call else ""
        if kind:
            return call, kind
    return None


def _returned_values(function: cst.FunctionDef) -> list[cst.BaseExpression]:
    return [node.value for node in walk(function) if isinstance(node, cst.Return) and node.value is not None]


def _kind(call: Call, function: cst.FunctionDef, values: list[cst.BaseExpression]) -> str:
    """As what a function gives back the answer of a request that it sends; "" if it does not."""
    flow = flow_of(call)
    if flow is not None and _gives(flow, function, values):
        return "part"
    if call.peer != "http" or call.answer is None:
        return ""
    if any(_is_text(call, value) for value in values):
        return "text"
    return "answer" if any(_is_answer(call, value) for value in values) else ""


def _gives(flow: Flow, function: cst.FunctionDef, values: list[cst.BaseExpression]) -> bool:
    flow.learn(function.body)
    return any(flow.rooted(value) for value in values)


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.expression if isinstance(node, cst.Await) else node


def _is_answer(call: Call, value: cst.BaseExpression) -> bool:
    """Whether an expression is the answer of a request."""
    names = call.response.names if call.response is not None else ()
    node = _bare(value)
    return node is call.node or (isinstance(node, cst.Name) and node.value in names)


def _is_text(call: Call, value: cst.BaseExpression) -> bool:
    """Whether an expression reads the body of an answer as a text, and does nothing else."""
    texts = _texts(call)
    node = _bare(value)
    while isinstance(node, (cst.Call, cst.Attribute)):
        if id(node) in texts:
            return True
        node = node.func if isinstance(node, cst.Call) else node.value
    return False


def _texts(call: Call) -> frozenset[int]:
    response, fact = call.response, call.answer
    if response is None or fact is None:
        return frozenset()
    body = set(fact.body) - set(fact.streaming) - {"json"}
    return frozenset(id(node) for name, node in response.uses if name in body)


def _parsed(function: cst.FunctionDef, texts: frozenset[int], answers: set[str]) -> Iterator[cst.Call]:
    """The calls that parse a body which was read as a text, at once or by a name, or the answer itself."""
    names = set(_named(function, texts))
    for node in walk(function):
        if not isinstance(node, cst.Call) or last(node) not in _PARSERS or not _is_of_parser(node):
            continue
        whole = {arg.value.value for arg in node.args if isinstance(arg.value, cst.Name)}
        if _has_text(node, texts, names) or (last(node) == "load" and whole & answers):
            yield node


def _named(function: cst.FunctionDef, texts: frozenset[int]) -> Iterator[str]:
    """The names that are given a body which was read as a text; a mapping with it in it is something else."""
    for node in walk(function):
        if not isinstance(node, cst.Assign) or isinstance(node.value, cst.Dict):
            continue
        if any(id(inner) in texts for inner in walk(node.value)):
            yield from (target.target.value for target in node.targets if isinstance(target.target, cst.Name))


def _is_of_parser(node: cst.Call) -> bool:
    """Whether a function that loads something is one of a parser of texts: other things load what they are made of."""
    return last(node) != "load" or bool(_FORMATS.search(dotted(node.func)))


def _has_text(node: cst.Call, texts: frozenset[int], names: set[str]) -> bool:
    """Whether a call is given a body that was read as a text."""
    parts = (inner for arg in node.args for inner in walk(arg.value))
    return any(id(part) in texts or (isinstance(part, cst.Name) and part.value in names) for part in parts)


def _chained_reads(call: Call, body: set[str], raiser: str) -> Iterator[cst.Attribute]:
    """What reads the body behind the check of the status: `get(url).raise_for_status().json()`."""
    for node in walk(call.statement) if call.statement is not None else ():
        if not isinstance(node, cst.Attribute) or node.attr.value not in body or not isinstance(node.value, cst.Call):
            continue
        if last(node.value) == raiser and any(inner is call.node for inner in walk(node.value)):
            yield node


def last(node: cst.Call) -> str:
    """The last part of the name that is called, as it is written."""
    return node.func.attr.value if isinstance(node.func, cst.Attribute) else dotted(node.func)
