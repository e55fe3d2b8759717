"""Whether the failure of a call has a consequence, and which of several errors a handler means."""

from __future__ import annotations

import re

import libcst as cst

from ..kit.catalog.records import CallFact
from ..kit.catalog.surroundings import LogFact
from ..kit.exceptions.handlers import Handler, named
from ..kit.interp.calls import Call, Frame, Guard
from ..kit.interp.kinds import Around, Part
from ..kit.interp.values import Ref, literal
from ..kit.syntax.bound_names import values_given
from ..kit.syntax.idioms import asks, closes, closes_only, last_name, probes
from ..kit.syntax.tree import walk

_ASIDE = re.compile(
    r"telemetr|analytic|track|usage|beacon|heartbeat|metric|stat(?:s|sd|istic)|best_?effort|optional|silent|quiet|safe|"
    r"ignor|typing|(?:latest|newer|newest)_?version|version_?check|check_?(?:for_?)?(?:\w+_)?(?:updates?|version)",
    re.IGNORECASE,
)
"""Names which say that a failure has no consequence."""
_ASIDE_OF_WRITES = re.compile(
    r"telemetr|analytic|beacon|heartbeat|metric|(?:^|[._])stat(?:s|sd|istics?)(?:$|[._])|best_?effort|(?:^|_)optional|silent|"
    r"quiet|safe|ignor|(?:^|_)typing(?:$|_)|version|(?:report|send|post|push)_?usage|usage_?(?:report|event|stat)|"
    r"track(?:er|_?event|_?usage)?$",
    re.IGNORECASE,
)
"""The same for what changes something at the peer: words that may be part of what is changed do not count."""


def writes(call: Call) -> bool:
    """Whether a call changes something at its peer."""
    fact = call.as_external
    body = call.args.get(fact.posts) if isinstance(fact, CallFact) and fact.posts is not None else None
    given = body is not None and literal(body.value) is not None
    return given or call.verb in ("POST", "PUT", "PATCH") or delivers(call)


def delivers(call: Call) -> bool:
    """Whether a call sends or stores what is lost where it fails, and a refusal is no answer to a condition."""
    fact = call.as_external
    if not isinstance(fact, CallFact) or not any(f".{call.callee}".endswith(f".{name}") for name in fact.delivers):
        return False
    return not call.args.open_names and call.args.named.keys().isdisjoint(fact.conditions)


def gives_default(lines: list[cst.CSTNode], guard: Guard) -> bool:
    """Whether the lines of a handler only return a parameter that has a default, in place of the answer to a change."""
    node = guard.frame.node
    returned = lines[0].value if len(lines) == 1 and isinstance(lines[0], cst.Return) else None
    if not isinstance(returned, cst.Name) or not isinstance(node, cst.FunctionDef):
        return False
    params = (*node.params.params, *node.params.kwonly_params)
    defaults = {param.name.value for param in params if param.default is not None}
    return returned.value in defaults and any(writes(call) for call in guard.calls)


def excused(call: Call) -> bool:
    """Whether the name of its function, or of its module, says that the failure of a call has no consequence."""
    name = call.frame.qualname.rpartition(".")[2]
    if _only_asks(call):
        return True
    if (asks(name) and _answers(call)) or closes_only(name) if writes(call) else probes(name) or closes(name):
        return True
    return is_aside(call)


_TRIES = re.compile(r"_*(?:try|maybe|ping|guess)(?:_|$)", re.IGNORECASE)
"""Names of what may fail without an answer."""


def _answers(call: Call) -> bool:
    """Whether a function that is named like a question gives an answer: not always the same, and more than nothing."""
    frame = call.frame
    if _TRIES.match(frame.qualname.rpartition(".")[2]):
        return True
    given = {frame.tree.code(node) if node is not None else "None" for node in _returned(frame)}
    return len(given) > 1 or any(not is_constant(node) for node in _returned(frame) if node is not None)


def _returned(frame: Frame) -> list[cst.BaseExpression | None]:
    nodes = walk(frame.node.body) if isinstance(frame.node, cst.FunctionDef) else ()
    return [node.value for node in nodes if isinstance(node, cst.Return)]


_DESCRIBED = re.compile(
    r"swallow|best[- ]effort|fails? open|(?:errors?|failures?|exceptions?) (?:is|are) ignored"
    r"|ignor(?:es|ing) (?:all )?errors",
    re.IGNORECASE,
)
"""Words of a docstring which say that a failure is taken in silence."""


def is_described(frame: Frame) -> bool:
    """Whether the docstring of a function says that a failure is taken in silence, which its callers can read."""
    text = frame.node.get_docstring() if isinstance(frame.node, cst.FunctionDef) else None
    return text is not None and _DESCRIBED.search(text) is not None


def _only_asks(call: Call) -> bool:
    """Whether a call only finds out if something is there: a HEAD, of whose answer nothing but the status counts."""
    fact, uses = call.answer, call.response.uses if call.response is not None else []
    if call.verb != "HEAD" or fact is None or (call.response is not None and call.response.escaped):
        return False
    return all(name in fact.checks for name, _ in uses)


def is_aside(call: Call) -> bool:
    """Whether a name says that what a call does is done by the way, such as telemetry."""
    words, module = _ASIDE_OF_WRITES if writes(call) else _ASIDE, call.frame.scope.module.doc.module
    return bool(words.search(call.frame.qualname) or words.search(module))


def refusable(guard: Guard) -> list[Call]:
    """The calls that change something, and whose status is checked in a `try`: the check tells a refusal.

    One that raises for an error status is its own check.
    """
    frame = guard.frame
    if refusable not in frame.derived:
        frame.derived[refusable] = _checked_within(frame)
    found: list[Call] = frame.derived[refusable].get(id(guard.node.body), [])
    sent = (call for call in guard.calls if delivers(call) and call.raises("status") and not call.deferred)
    return [*found, *(call for call in sent if within(guard, call))]


def raises_refusal(clause: Handler, call: Call) -> bool:
    """Whether a handler surely catches what a call raises for an error status."""
    return any(clause.catches(error) for error in call.raises("status") or ()) or clause.catches_status_error(call)


def within(guard: Guard, call: Call) -> bool:
    """Whether no other `try` stands between a `try` and a call in its body."""
    inner = [place.node for place in call.within if place.kind is Around.TRY and place.part is Part.BODY]
    return bool(inner) and inner[-1] is guard.node


def _checked_within(frame: Frame) -> dict[int, list[Call]]:
    """The calls that change something, by id of the blocks around a check of their status."""
    found: dict[int, list[Call]] = {}
    for call in frame.calls.values():
        fact = call.answer
        if fact is None or call.response is None or not writes(call):
            continue
        around: dict[int, None] = {}
        for above in (node for name, node in call.response.uses if name == fact.raiser):
            inner: cst.CSTNode | None = above
            while inner is not None:
                around[id(inner)] = None
                inner = frame.tree.parent(inner)
        for block in around:
            found.setdefault(block, []).append(call)
    return found


_ALWAYS_THERE = re.compile(
    r"(?:\w*_)?(?:id|ids|uuid|version|token|status|state|name|url|key|data|items|results?|count|total|size|type|code|hash|sha|"
    r"login|ip|time|timestamp|value|body|text|content|message)",
    re.IGNORECASE,
)
"""Keys of what an answer always has, so that None can only mean that there was no answer."""


def answers_with_part(guard: Guard) -> bool:
    """Whether a `try` returns one part of a parsed body, which the peer may leave empty: None is an answer, too."""
    returned = [node.value for node in walk(guard.node.body) if isinstance(node, cst.Return)]
    return bool(returned) and all(value is not None and _is_part(guard.frame, value) for value in returned)


def _is_part(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an expression reads a key that is written out of a parsed body: `answer.json()["price"]`."""
    keys: list[str] = []
    step = _step(node)
    while step is not None:
        key, node = step
        keys.append(str(key.evaluated_value) if isinstance(key, cst.SimpleString) else "id")
        step = _step(node)
    if not keys or _ALWAYS_THERE.fullmatch(keys[0]):
        return False
    if isinstance(node, cst.Name):
        given = frame.tree.derived(values_given, frame.tree.module).get(node.value, [])
        node = given[0] if len(given) == 1 else node
    node = node.expression if isinstance(node, cst.Await) else node
    return isinstance(node, cst.Call) and last_name(node) in ("json", "loads")


def _step(node: cst.CSTNode) -> tuple[cst.CSTNode, cst.CSTNode] | None:
    """The key that an expression reads, and what it reads it of; None if it reads none."""
    if isinstance(node, cst.Subscript) and isinstance(node.slice[0].slice, cst.Index):
        return node.slice[0].slice.value, node.value
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and last_name(node) == "get" and node.args:
        return node.args[0].value, node.func.value
    return None


def tells_visitor(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an expression only tells the visitor of a page."""
    value = named(frame, node.func) if isinstance(node, cst.Call) else None
    fact = frame.scope.catalog.fact(LogFact, value.name) if isinstance(value, Ref) else None
    return fact is not None and fact.visitor


_COLLECTIONS = frozenset(("set", "frozenset", "list", "dict", "tuple"))
_LITERALS = (cst.SimpleString, cst.Integer, cst.Attribute)
_GROUPS = (cst.Tuple, cst.List, cst.Set)


def picks_one(clause: Handler, lines: list[cst.CSTNode]) -> bool:
    """Whether a handler, given by its statements, consists of a test for one error without an `else`.

    What the test looks at may be computed before it, and is used for nothing else.
    """
    *before, last = lines
    about = names_of_error(clause, before)
    return about is not None and isinstance(last, cst.If) and last.orelse is None and _is_for_one(last.test, about)


def names_of_error(clause: Handler, lines: list[cst.CSTNode]) -> set[str] | None:
    """Returns the names of an error and of what statements compute from it; None if they do anything else."""
    if not clause.name:
        return None
    about = {clause.name}
    for line in lines:
        target = line.targets[0].target if isinstance(line, cst.Assign) and len(line.targets) == 1 else None
        if not isinstance(line, cst.Assign) or not isinstance(target, cst.Name) or not _reads(line.value, about):
            return None
        if _is_used_elsewhere(clause, target.value):
            return None
        about.add(target.value)
    return about


def is_refused(clause: Handler, call: Call) -> bool:
    """Whether a handler catches the error by which a call reports a refusal."""
    return any(clause.catches(error) for error in call.raises("status") or ())


def is_repeated(guard: Guard) -> bool:
    """Whether a loop goes round after a failure, so that all errors lead to another attempt."""
    return any(place.kind is Around.LOOP for place in guard.within)


def _is_for_one(test: cst.BaseExpression, about: set[str]) -> bool:
    """Whether a test compares something of an error with what is written: a status, a code, a text."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    other = test.comparisons[0]
    if isinstance(other.operator, cst.In):
        found = _is_written(other.comparator) if _reads(test.left, about) else isinstance(test.left, cst.SimpleString)
        return found and _reads(test, about)
    return isinstance(other.operator, cst.Equal) and _reads(test.left, about) and _is_written(other.comparator)


def _is_written(node: cst.CSTNode) -> bool:
    if isinstance(node, _GROUPS):
        return all(isinstance(element.value, _LITERALS) for element in node.elements)
    return isinstance(node, _LITERALS)


def _reads(node: cst.CSTNode, names: set[str]) -> bool:
    return any(isinstance(part, cst.Name) and part.value in names for part in walk(node))


def _is_used_elsewhere(clause: Handler, name: str) -> bool:
    """Whether a name occurs in the function outside of a handler."""
    top = clause.frame.node

    def count(node: cst.CSTNode) -> int:
        return sum(isinstance(part, cst.Name) and part.value == name for part in walk(node))

    return top is None or count(top) != count(clause.node)


def is_made_empty(node: cst.CSTNode) -> bool:
    """Whether an expression makes an empty collection: `set()`, `dict()`."""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value in _COLLECTIONS
        and not node.args
    )


def is_constant(node: cst.CSTNode) -> bool:
    """Whether what a handler gives back is the same for every failure, and no status of one."""
    if is_made_empty(node):
        return True
    if isinstance(node, (cst.Tuple, cst.List)):
        refused = any(
            isinstance(element.value, cst.Integer) and 400 <= element.value.evaluated_value < 600
            for element in node.elements
        )
        return not refused and all(is_constant(element.value) for element in node.elements)
    if isinstance(node, cst.Dict):
        return not node.elements
    if isinstance(node, cst.SimpleString):
        return not node.raw_value  # a text informs the caller
    return isinstance(node, (cst.Integer, cst.Float)) or (
        isinstance(node, cst.Name) and node.value in ("None", "True", "False")
    )
