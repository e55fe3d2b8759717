"""Acknowledgements that come before the work with the message: at delivery, or by the handler itself."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

import libcst as cst

from ..kit import Call, Function, Mapping, dotted, literal, options, walk
from ..kit.catalog.parts import Acknowledges
from ..kit.catalog.surroundings import ConsumeFact
from ..kit.effects.callees import nested_frame
from ..kit.interp.calls import Frame
from ..kit.interp.session import Session
from ..kit.interp.statements import evaluate
from ._messages import does_work, facts, given, literal_of, mentions_any, names_in, own_calls, own_nodes
from ._sending import task_of

_GIVES_BACK = ("nack", "reject", "requeue", "ack", "delete_message")
_BLOCKS = (cst.With, cst.Try, cst.TryStar)


class EarlyAck(NamedTuple):
    """An acknowledgement, and the first call after it that works with the message."""

    ack: cst.Call
    work: cst.Call


def early_acks(frame: Frame) -> Iterator[EarlyAck]:
    """Yields the acknowledgements of a function that come before all work with the message."""
    node = frame.node
    names = {fact.acknowledge: fact for fact in facts(frame, ConsumeFact) if fact.acknowledge}
    if not isinstance(node, cst.FunctionDef) or not any(name in frame.tree.text for name in names):
        return
    if not any(f".{name}(" in frame.tree.flat for name in names) or frame.scope.module.search(_OWN_QUEUE) is not None:
        return
    for call in own_calls(node.body):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in names:
            work = _work_after(frame, node, call, names[call.func.attr.value])
            if work is not None:
                yield EarlyAck(call, work)


def _work_after(frame: Frame, function: cst.FunctionDef, ack: cst.Call, fact: ConsumeFact) -> cst.Call | None:
    """The first call after an acknowledgement that works with the same message; None if work comes before, too."""
    if fact.receipt and given(ack, fact.receipt) is None:
        return None
    loop = _loop_around(frame, ack)
    body = loop.body if loop is not None else function.body
    messages = _messages(function, loop)
    if not messages or not mentions_any(ack, messages):
        return None
    starts, calls = _works(frame, body, messages)
    start = frame.tree.span(ack).start
    if starts and starts[0] < start:
        return None
    for statement in _following(frame, ack, body):
        first, end = frame.tree.span(statement)
        index = bisect_left(starts, first)
        if index < len(starts) and starts[index] < end:
            return calls[index]
    return None


def _works(frame: Frame, body: cst.BaseSuite, messages: frozenset[str]) -> tuple[list[int], list[cst.Call]]:
    """The calls in a block that work with a message, in text order, and where they begin."""
    key = _works, id(body)
    if key not in frame.derived:
        known = _with_derived(body, messages)
        calls = [
            call for call in own_calls(body)
            if mentions_any(call, known) and does_work(call) and not _gives_back(call)
        ]  # fmt: skip
        frame.derived[key] = [frame.tree.span(call).start for call in calls], calls
    found: tuple[list[int], list[cst.Call]] = frame.derived[key]
    return found


def _loop_around(frame: Frame, ack: cst.Call) -> cst.For | cst.While | None:
    above = frame.tree.parent(ack)
    while above is not None and above is not frame.node:
        if isinstance(above, (cst.For, cst.While)):
            return above
        above = frame.tree.parent(above)
    return None


def _messages(function: cst.FunctionDef, loop: cst.For | cst.While | None) -> frozenset[str]:
    """The names that stand for a message: the variable of a loop, or the parameters of a function without one."""
    if isinstance(loop, cst.For):
        return frozenset(names_in(loop.target))
    if loop is not None:
        return frozenset()
    return frozenset(param.name.value for param in function.params.params) - {"self", "cls"}


def _with_derived(body: cst.BaseSuite, messages: frozenset[str]) -> frozenset[str]:
    """The names of a message, and those that are assigned something of it."""
    known = set(messages)
    for node in own_nodes(body):
        if isinstance(node, cst.Assign) and mentions_any(node.value, known):
            for target in node.targets:
                known.update(names_in(target.target))
    return frozenset(known)


def _following(frame: Frame, ack: cst.Call, body: cst.BaseSuite) -> Iterator[cst.CSTNode]:
    """Yields the statements that always come after an acknowledgement: in its block, and behind blocks around it."""
    node: cst.CSTNode | None = ack
    while node is not None and node is not body:
        parent = frame.tree.parent(node)
        if isinstance(parent, (cst.IndentedBlock, cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            rest: Sequence[cst.CSTNode] = parent.body[[id(line) for line in parent.body].index(id(node)) + 1 :]
            for line in rest:
                yield line
                if _leaves(line):
                    return
            above = frame.tree.parent(parent)
            if parent is body or not isinstance(above, (*_BLOCKS, cst.IndentedBlock)):
                return
        node = parent


def _leaves(line: cst.CSTNode) -> bool:
    leaving = (cst.Return, cst.Raise, cst.Continue, cst.Break)
    parts = line.body if isinstance(line, cst.SimpleStatementLine) else (line,)
    return any(isinstance(part, leaving) for part in parts)


def _gives_back(call: cst.Call) -> bool:
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    return name.removeprefix("basic_") in _GIVES_BACK


_OWN_QUEUE = re.compile(r"\b(?:exclusive|auto_delete)\s*=\s*True\b")
"""A queue that ends with its consumer."""
_BUILT_IN = "amq."


class Automatic(NamedTuple):
    """A consumer that acknowledges at delivery."""

    call: cst.Call
    fact: ConsumeFact
    switch: cst.BaseExpression
    """The argument that says so."""
    handler: Frame | None
    """The function that gets the messages, if it is one of the module."""
    names: str
    """What is said of the queue and the handler."""

    @property
    def needs(self) -> int:
        """How many parameters of the handler an acknowledgement needs."""
        return 2 if "{second}" in self.fact.acknowledgement else 1


def automatic_acks(frame: Frame) -> Iterator[Automatic]:
    """Yields the consumers of a function that acknowledge at delivery, unless nothing can be lost with a message."""
    if not isinstance(frame.node, cst.FunctionDef) and frame.outer is not None:
        return
    known: dict[str, list[ConsumeFact]] = {}
    for fact in facts(frame, ConsumeFact):
        for name in fact.names:
            known.setdefault(name.rpartition(".")[2], []).append(fact)
    body = frame.node.body if isinstance(frame.node, cst.FunctionDef) else frame.tree.module
    for call in own_calls(body) if any(name in frame.tree.text for name in known) else ():
        name = call.func.attr.value if isinstance(call.func, cst.Attribute) else getattr(call.func, "value", "")
        found = next(filter(None, (_automatic(frame, call, fact) for fact in known.get(name, ()))), None)
        if found is not None:
            yield found


def _automatic(frame: Frame, call: cst.Call, fact: ConsumeFact) -> Automatic | None:
    switch = given(call, fact.automatic.name, fact.automatic.index) if fact.automatic is not None else None
    if switch is None or fact.automatic is None or literal_of(switch) != fact.automatic.on:
        return None
    written = frame.tree.code(call)
    if frame.scope.module.search(_OWN_QUEUE) is not None or _BUILT_IN in written:
        return None
    callback = given(call, fact.callback.name, fact.callback.index) if fact.callback is not None else None
    handler = _handler(frame, callback) if callback is not None else None
    if handler is not None and not any(does_work(inner) for inner in own_calls(_body(handler))):
        return None
    return Automatic(call, fact, switch, handler, written)


def _body(frame: Frame) -> cst.CSTNode:
    return frame.node.body if frame.node is not None else frame.tree.module


def _handler(frame: Frame, node: cst.BaseExpression) -> Frame | None:
    """The function of the same module that is given as the handler."""
    for option in options(evaluate(frame, node)):
        nested = nested_frame(frame, option)
        if nested is not None:
            return nested
        if isinstance(option, Function) and option.module is frame.scope.module:
            return cast("Session", frame.scope.session).frame(option)
    return None


def timed_acks(frame: Frame) -> Iterator[tuple[Call, cst.Call]]:
    """Yields consumers of which a timer acknowledges what was delivered, and the work that it may overtake."""
    for made in frame.calls.values():
        setting = made.as_client.acknowledges
        name = _bound_to(frame, made.node) if setting is not None and setting.timer else ""
        if setting is None or not name or not _is_automatic(made, setting):
            continue
        by_hand = (f".{setting.manual}(", "store_offsets(")
        if any(word in inner.tree.flat for inner in _users(frame, name) for word in by_hand):
            continue
        work = next(_work_on(frame, name, setting.takes), None)
        if work is not None:
            yield made, work


def _is_automatic(made: Call, setting: Acknowledges) -> bool:
    """Whether a consumer acknowledges by itself: it is said so, or left out where all options are seen."""
    items = {key: argument.value for key, argument in made.args.named.items()}
    if made.args.open_names or made.args.open_positions:
        return False
    for argument in made.args.positional:
        if isinstance(argument.value, Mapping):
            if argument.value.open:
                return False
            items.update({key: value for key, (value, _) in argument.value.items.items()})
        elif "." in setting.name:
            return False  # the options are made elsewhere
    if setting.name not in items:
        return True
    return literal(items[setting.name]) in (True, "true")


def _bound_to(frame: Frame, node: cst.CSTNode) -> str:
    """The name or attribute that a consumer is bound to; "" for none."""
    above = frame.tree.parent(node)
    if isinstance(above, cst.Assign) and len(above.targets) == 1:
        return dotted(above.targets[0].target)
    asname = above.asname if isinstance(above, cst.WithItem) else None
    return dotted(asname.name) if asname is not None else ""


def _work_on(frame: Frame, name: str, takes: tuple[str, ...]) -> Iterator[cst.Call]:
    """The calls in loops over a consumer, or over what it gives, that work with a message."""
    for inner in _users(frame, name):
        node = inner.node if inner.node is not None else inner.tree.module
        for loop in walk(node):
            if not isinstance(loop, (cst.For, cst.While)):
                continue
            head = loop.iter if isinstance(loop, cst.For) else loop.test
            taken = (call for call in own_calls(loop) if _takes(call, name, takes))
            if dotted(head) == name or next(taken, None) is not None:
                body = own_calls(loop.body)
                yield from (call for call in body if does_work(call) and not _takes(call, name, takes) and call.args)


def _takes(call: cst.Call, name: str, takes: tuple[str, ...]) -> bool:
    owner, _, method = dotted(call.func).rpartition(".")
    return owner == name and method in takes


def _users(frame: Frame, name: str) -> Iterator[Frame]:
    """The functions that may use what a name holds: this one, and for an attribute the methods of its class."""
    yield frame
    module, owner = frame.scope.module, frame.qualname.rpartition(".")[0]
    if name.startswith("self.") and owner:
        for function in module.all_functions():
            if function.qualname.rpartition(".")[0] == owner and function.qualname != frame.qualname:
                inner = frame.scope.frame(function) if name in module.source(function.chunk) else None
                if inner is not None:
                    yield inner


_SET_ELSEWHERE = ("config_from_object", "from_envvar", "config_from_envvar", "os.environ", "getenv", "import_module")
"""What a module says whose settings are not all seen."""


def vain_redelivery(frame: Frame) -> Iterator[tuple[Call, cst.CSTNode, str]]:
    """Yields declarations of tasks that ask for another delivery, though they are acknowledged before they run."""
    for decorator, _ in frame.decorators:
        made = frame.calls.get(id(decorator.decorator))
        fact = task_of(frame) if made is not None else None
        if made is None or fact is None or fact.redelivers is None or fact.acks_late is None:
            continue
        wanted = made.args.get(fact.redelivers)
        late = made.args.value(fact.acks_late)
        early = literal(late) is False if late is not None else _is_early_by_default(made, fact.acks_late.name)
        if wanted is not None and literal(wanted.value) is True and early:
            yield made, wanted.node, fact.redelivers.name


def _is_early_by_default(made: Call, late: str) -> bool:
    """Whether the application is made in this module, which says nothing of late acknowledgements."""
    module = made.frame.scope.module
    makers = [candidate.made for candidate in made.clients]
    return bool(makers) and None not in makers and not module.mentions(f"task_{late}", *_SET_ELSEWHERE)
