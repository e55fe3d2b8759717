"""How long a broker leaves a task to one worker, and tasks that need longer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import Const, literal
from ..kit.catalog.parts import Lease
from ..kit.catalog.surroundings import TaskFact
from ..kit.interp.calls import Call, Frame
from ..kit.interp.statements import evaluate
from ..kit.project.module import Module
from ..kit.syntax.tree import dotted
from ._messages import given
from ._sending import sendings, task_of

_ELSEWHERE = ("config_from_object", "from_envvar", "config_from_envvar", "os.environ", "getenv")
"""Settings that are not seen."""
_UNITS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1, "weeks": 604800}


def late_sendings(frame: Frame) -> Iterator[tuple[cst.Call, float, float]]:
    """Yields the calls that send a task which is due after the lease, with both in seconds."""
    for sending in sendings(frame):
        known = sending.fact.lease
        modules = [frame.scope.module, *([sending.declared.scope.module] if sending.declared is not None else [])]
        lease = next(filter(None, (_lease(module, known) for module in modules)), None) if known is not None else None
        delay = _delay(frame, sending.node, sending.fact)
        if lease is not None and delay is not None and delay > lease:
            yield sending.node, delay, lease


def long_task(frame: Frame) -> tuple[cst.Decorator, float, float] | None:
    """Returns the decorator of a task that may run longer than its lease, with both in seconds; None if it may not."""
    fact = task_of(frame) if frame.decorators else None
    if fact is None or fact.lease is None or fact.limits is None or fact.limits.hard is None:
        return None
    lease = _lease(frame.scope.module, fact.lease)
    for decorator, _ in frame.decorators if lease is not None else ():
        made = frame.calls.get(id(decorator.decorator))
        seconds = literal(made.args.value(fact.limits.hard)) if made is not None else None
        late = made is not None and _is_late(frame, made, fact)
        if lease is not None and late and isinstance(seconds, (int, float)) and seconds > lease:
            return decorator, seconds, lease
    return None


def _is_late(frame: Frame, made: Call, fact: TaskFact) -> bool:
    """Whether a task is acknowledged after the work, by its decorator or by the settings in the module."""
    own = literal(made.args.value(fact.acks_late)) if fact.acks_late is not None else None
    if own in (True, False):
        return own is True
    late = fact.lease.late if fact.lease is not None else ""
    return bool(late) and frame.scope.module.search(rf"\b{late}\b[\"']?[ \t]*[:=][ \t]*True\b") is not None


def _lease(module: Module, lease: Lease) -> float | None:
    """The seconds that a module sets, or those of a broker that it names, if no other settings are read."""
    matches = module.matches(re.compile(rf"\b{lease.key}[\"']?[ \t]*[:=][ \t]*(\d[\d_]*(?:[ \t]*\*[ \t]*\d[\d_]*)*)"))
    if matches:
        return min(_product(found) for found in set(matches))
    if module.mentions(lease.key, *_ELSEWHERE) or lease.default is None:
        return None
    brokers = "|".join(re.escape(start) for start in lease.brokers)
    named = module.search(rf"\bbroker(?:_url)?[ \t]*=[ \t]*[\"'](?:{brokers})")
    return float(lease.default) if named is not None else None


def _product(text: str) -> float:
    result = 1.0
    for factor in text.split("*"):
        result *= int(factor.strip().replace("_", ""))
    return result


def _delay(frame: Frame, node: cst.Call, fact: TaskFact) -> float | None:
    """The seconds until a task is due; None if they are not seen."""
    for name in fact.delays:
        value = given(node, name)
        known = evaluate(frame, value) if value is not None else None
        if isinstance(known, Const) and isinstance(known.value, (int, float)) and not known.soft:
            return float(known.value)
    for name in fact.due:
        value = given(node, name)
        if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add):
            return _duration(frame, value.right)
    return None


def _duration(frame: Frame, node: cst.BaseExpression) -> float | None:
    """The seconds of `timedelta(hours=6)`; None for anything else."""
    if not isinstance(node, cst.Call) or not dotted(node.func).endswith("timedelta"):
        return None
    total = 0.0
    for arg in node.args:
        unit = _UNITS.get(arg.keyword.value) if arg.keyword is not None else None
        value = evaluate(frame, arg.value)
        if unit is None or not isinstance(value, Const) or not isinstance(value.value, (int, float)):
            return None
        total += unit * value.value
    return total
