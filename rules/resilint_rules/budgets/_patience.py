"""How long others leave a function to its work: a queue to a task, a broker to the one who has a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import libcst as cst

from ..kit import Arguments, Around, Call, Const, Frame, Instance, TaskCall, Value, literal, options
from ..kit.catalog.parts import Amount, TaskLimits
from ..kit.catalog.surroundings import ConsumeFact, PatienceFact, TaskFact
from ..kit.interp.statements import evaluate
from ..kit.interp.values import Mapping
from ..kit.policy.sending import declaration
from ..kit.project.module import Module
from ..kit.syntax.idioms import last_name
from ..kit.syntax.tree import dotted, walk
from ._durations import Duration

Kind = TypeVar("Kind", ConsumeFact, PatienceFact)
_NUMBER = r"\d[\d_]*(?:[ \t]*\*[ \t]*\d[\d_]*)*"
_UNITS = {"s": 1.0, "ms": 0.001}


class Patience(NamedTuple):
    """A time that a function has, and what happens then."""

    seconds: float
    setting: str
    """The name of what sets it."""
    then: str
    task: bool = False
    """Whether the function is ended, as a task is."""


def patience_with(frame: Frame, duration: Duration) -> Patience | None:
    """Returns the shortest time that others leave a function for one of its calls; None if none is known."""
    found = [*_always(frame), *_in_loop(frame, duration)]
    return min(found, key=lambda one: one.seconds, default=None)


def is_awaited(frame: Frame) -> bool:
    """Whether a time is known for a function or a part of it: else its durations need not be looked for."""
    if _always(frame) or _givers(frame):
        return True
    sites = [*frame.calls.values(), *(call for call, _ in frame.uses.values())]
    loops = {id(node): node for site in sites for node in _loops(site)}
    return any(_of_loop(frame, loop) for loop in loops.values())


def _always(frame: Frame) -> list[Patience]:
    """The times that hold for all of a function, found once for all of its calls."""
    if _always not in frame.derived:
        frame.derived[_always] = [*_as_task(frame), *_as_callback(frame)]
    found: list[Patience] = frame.derived[_always]
    return found


# Tasks


def _as_task(frame: Frame) -> Iterator[Patience]:
    """The time limits of the task that a function is."""
    for decorator, value in frame.decorators:
        made, catalog = frame.calls.get(id(decorator.decorator)), frame.scope.catalog
        fact = catalog.fact(TaskFact, made.callee) if made is not None else declaration(catalog, value)
        if fact is not None and fact.form == "declare" and fact.limits is not None:
            yield from _limits(frame, made.args if made is not None else Arguments(), fact.limits)


def limits_of_sending(call: TaskCall) -> Iterator[Patience]:
    """Yields the time limits that a task is sent with."""
    if call.fact.form == "send" and call.fact.limits is not None:
        yield from _limits(call.frame, call.args, call.fact.limits)


def _limits(frame: Frame, args: Arguments, limits: TaskLimits) -> Iterator[Patience]:
    if limits.raises and limits.raises in frame.tree.flat:
        return  # the task knows what to do when its time is over
    for param in (limits.soft, limits.hard):
        value = args.value(param) if param is not None else None
        number = literal(value) if value is not None else _setting(frame, limits, param)
        if param is not None and isinstance(number, (int, float)) and number > 0:
            yield Patience(number * _UNITS[param.unit], param.name, "the task is ended", task=True)


def _setting(frame: Frame, limits: TaskLimits, param: Amount | None) -> object:
    """The limit of all tasks, by a setting in the module of the task."""
    if param is None or not limits.settings:
        return None
    return _written(frame, rf"{limits.settings}{param.name}")


# Callbacks


def _as_callback(frame: Frame) -> Iterator[Patience]:
    """The time of a function that a consumer of the same module calls for each message."""
    if not isinstance(frame.node, cst.FunctionDef) or frame.is_async:
        return
    for fact in imported(frame, PatienceFact):
        if fact.loops or fact.limit is None or _asks_for_more(frame, fact) or not _is_given(frame, fact):
            continue
        value = _written(frame, re.escape(fact.limit.name), fact)
        if value:
            yield _patience(value, fact)


def _patience(value: float, fact: PatienceFact) -> Patience:
    assert fact.limit is not None
    return Patience(value * _UNITS[fact.limit.unit] * fact.percent / 100, fact.limit.name, fact.then)


def _asks_for_more(frame: Frame, fact: PatienceFact) -> bool:
    """Whether the module shows that it knows how to keep the other side waiting."""
    return any(frame.scope.module.mentions(f".{name}") for name in fact.busy)


def _is_given(frame: Frame, patience: PatienceFact) -> bool:
    """Whether a function is given to a consumer of that library, by its name, in its module."""
    module, name = frame.scope.module, frame.qualname.rpartition(".")[2]
    methods: dict[str, ConsumeFact] = {}
    for fact in imported(frame, ConsumeFact):
        if fact.library == patience.library:
            methods.update(dict.fromkeys((spelling.rpartition(".")[2] for spelling in fact.names), fact))
    attributes = patience.callbacks
    chunks = [chosen.chunk for chosen in module.chosen(module.functions_mentioning(name))]
    chunks += module.statements_mentioning(name)
    for chunk in chunks:
        relevant = any(word in module.source(chunk) for word in (*methods, *attributes))
        tree = frame.scope.tree(chunk) if relevant else None
        for node in walk(tree.module) if tree is not None else ():
            if isinstance(node, cst.Call) and _takes(node, methods.get(last_name(node)), name):
                return True
            if isinstance(node, cst.Assign) and _names(node.value, name) and _sets(node, attributes):
                return True
    return False


def _sets(node: cst.Assign, attributes: tuple[str, ...]) -> bool:
    targets = [target.target for target in node.targets]
    return any(isinstance(target, cst.Attribute) and target.attr.value in attributes for target in targets)


def _takes(call: cst.Call, fact: ConsumeFact | None, name: str) -> bool:
    """Whether a call gives a function of that name as what gets the messages."""
    param = fact.callback if fact is not None else None
    for number, arg in enumerate(call.args if param is not None else ()):
        keyword = arg.keyword.value if arg.keyword is not None else ""
        if param is not None and (keyword == param.name or (not keyword and number == param.index)):
            return _names(arg.value, name)
    return False


def _names(node: cst.BaseExpression, name: str) -> bool:
    return dotted(node) in (name, f"self.{name}")


# Loops


def _in_loop(frame: Frame, duration: Duration) -> Iterator[Patience]:
    """The time until the next message has to be taken, where that is done in a loop around a call."""
    loops = _loops(duration.site)
    for loop in loops:
        yield from _of_loop(frame, loop)
    for call, found in _givers(frame) if loops else ():
        if call is not duration.site and call.head.start < duration.site.head.start:
            yield found


def _loops(site: Call) -> list[cst.CSTNode]:
    return [place.node for place in site.within if place.kind is Around.LOOP]


def _of_loop(frame: Frame, loop: cst.CSTNode) -> list[Patience]:
    """The time until the next step of a loop over a consumer, found once for each loop."""
    known: dict[int, list[Patience]] = frame.derived.setdefault(_of_loop, {})
    if id(loop) not in known:
        values = options(evaluate(frame, loop.iter)) if isinstance(loop, cst.For) else ()
        found = [_of_source(frame, None, value) for value in values]
        known[id(loop)] = [patience for patience in found if patience is not None]
    return known[id(loop)]


def _givers(frame: Frame) -> list[tuple[Call, Patience]]:
    """The calls of a function that give messages, with the time until the next ones, found once for all others."""
    if _givers not in frame.derived:
        pairs = (
            (call, _of_source(frame, call, call.clients[0] if len(call.clients) == 1 else Const(None)))
            for call in frame.calls.values()
        )
        frame.derived[_givers] = [(call, patience) for call, patience in pairs if patience is not None]
    found: list[tuple[Call, Patience]] = frame.derived[_givers]
    return found


def _of_source(frame: Frame, source: Call | None, value: Value) -> Patience | None:
    """The time that comes with a call that gives messages, or with the consumer that it is made on."""
    catalog = frame.scope.catalog
    fact = catalog.fact(PatienceFact, source.callee) if source is not None else None
    maker: object = source
    if fact is None and isinstance(value, Instance):
        maker = value.made
        fact = catalog.fact(PatienceFact, value.made.callee) if value.made is not None else None
    if fact is None or fact.limit is None or not fact.loops or not isinstance(maker, Call):
        return None
    if source is maker and isinstance(source.statement, cst.CSTNode) and _makes(source):
        return None
    seconds = _given(maker, fact.limit)
    return _patience(seconds, fact) if seconds and not _asks_for_more(frame, fact) else None


def _makes(call: Call) -> bool:
    """Whether a call makes a consumer, and takes no message yet."""
    return isinstance(call.result, Instance)


def _given(call: Call, limit: Amount) -> float | None:
    """The limit that an argument sets, or a key of a mapping that is one; the default if nothing is given."""
    value = call.args.value(limit)
    held = call.args.positional[0].value if call.args.positional else None
    if value is None and isinstance(held, Mapping):
        found = held.items.get(limit.name)
        value = found[0] if found is not None else Const(...) if held.open else None
    number = literal(value) if value is not None else limit.default
    return float(number) if isinstance(number, (int, float)) and not isinstance(number, bool) else None


# What a module says


def imported(frame: Frame, kind: type[Kind]) -> list[Kind]:
    """Returns the entries of a table of those libraries that the module of a function imports."""
    catalog = frame.scope.catalog
    names = {
        f"{target.module}.{target.name}" if target.name else target.module
        for target in frame.scope.module.imported_names() if not target.level
    }  # fmt: skip
    libraries = {library.name: library for name in sorted(names) for library in catalog.libraries(name)}
    return [fact for library in libraries.values() for fact in library.facts.values() if isinstance(fact, kind)]


def _written(frame: Frame, name: str, fact: PatienceFact | None = None) -> float | None:
    """The number that a module writes for a setting, if it is the same everywhere; None if it cannot be seen."""
    module = frame.scope.module
    pattern = re.compile(rf"\b{name}\b[\"']?[ \t]*(?::[ \t]*int[ \t]*)?[:=][ \t]*({_NUMBER}|[A-Za-z_][\w.]*|[^\s\w])")
    found = set(module.matches(pattern))
    index = fact.limit.index if fact is not None and fact.limit is not None else -1
    for spelling in fact.names if fact is not None and index > 0 else ():
        method = spelling.rpartition(".")[2]
        found.update(module.matches(re.compile(rf"\b{method}\((?:[^(),=]+,){{{index}}}[ \t]*({_NUMBER})[,)]")))
    numbers = {_number(frame, module, text) for text in found}
    return numbers.pop() if len(numbers) == 1 else None


def _number(frame: Frame, module: Module, text: str) -> float | None:
    """What a text stands for: a product of numbers, or a name of the module for one."""
    if text[0].isdigit():
        result = 1.0
        for factor in text.split("*"):
            result *= int(factor.strip().replace("_", ""))
        return result
    number = literal(frame.scope.value(text)) if text.isidentifier() else ...
    return float(number) if isinstance(number, (int, float)) and not isinstance(number, bool) else None
