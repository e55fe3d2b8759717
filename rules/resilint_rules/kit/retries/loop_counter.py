"""Loop bounds: maximum iterations, pauses, counter variable."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from ..exceptions.handlers import named, pauses
from ..interp.call_kinds import SleepCall
from ..interp.calls import Frame
from ..interp.values import Const, Ref
from ..syntax.idioms import COMPUTES, COMPUTES_ELSEWHERE, calls_in, harmless, is_log
from ..syntax.text import Span
from ..syntax.tree import walk

_PACED = re.compile(r"limit|throttl|back_?off|pace", re.IGNORECASE)
_TRIES = re.compile(r"retr|attempt|tries|trial", re.IGNORECASE)


def names_attempts(name: str) -> bool:
    """Whether a name is about attempts: `max_retries`, `attempt`."""
    return _TRIES.search(name) is not None


def counters(node: cst.CSTNode) -> set[str]:
    """The names that a loop changes by a number: `tries += 1`, `tries = tries + 1`."""
    return {name for part in walk(node) if (name := changed(part))}


def changed(node: cst.CSTNode) -> str:
    """The name that a statement adds a number to, or takes one from; "" if it does something else."""
    if isinstance(node, cst.AugAssign):
        return node.target.value if isinstance(node.target, cst.Name) and isinstance(node.value, cst.Integer) else ""
    if not isinstance(node, cst.Assign) or len(node.targets) != 1 or not isinstance(node.value, cst.BinaryOperation):
        return ""
    target, sum_ = node.targets[0].target, node.value
    if not isinstance(target, cst.Name) or not isinstance(sum_.operator, (cst.Add, cst.Subtract)):
        return ""
    same = isinstance(sum_.left, cst.Name) and sum_.left.value == target.value
    return target.value if same and isinstance(sum_.right, cst.Integer) else ""


@dataclass(frozen=True, slots=True)
class BoundedLoop:
    """A `for` or `while` loop with its bounds."""

    node: cst.For | cst.While
    frame: Frame

    def is_inert(self, call: cst.Call) -> bool:
        """Whether a call surely does not end the loop, and repairs nothing: it sleeps, logs or computes."""
        known = self.frame.calls.get(id(call))
        if known is not None:
            return isinstance(known, SleepCall)
        if is_log(call):
            return True
        if isinstance(call.func, cst.Name) and harmless(call.func.value, COMPUTES):
            return True
        target = named(self.frame, call.func)
        return isinstance(target, Ref) and harmless(target.name, COMPUTES_ELSEWHERE)

    @property
    def counted(self) -> bool:
        """Whether its attempts are counted and compared: by `range`, or by a name that goes up or down by one."""
        if self.ranged():
            return True
        names = counters(self.node)
        compared = [node for node in walk(self.node) if isinstance(node, cst.Comparison)]
        if any(isinstance(n, cst.Name) and n.value in names for candidate in compared for n in walk(candidate)):
            return True
        used_up = [n.expression for n in walk(self.node) if names and isinstance(n, cst.UnaryOperation)]
        return any(isinstance(n, cst.Name) and n.value in names for n in used_up)  # `if not tries: raise`

    @property
    def paced(self) -> bool:
        """Whether anything in the loop sleeps, waits, or is named as if it did."""
        if any(pauses(self.frame, candidate) for candidate in calls_in(self.node.body)):
            return True
        heads = (node for node in walk(self.node.body) if isinstance(node, cst.WithItem))
        return any(_PACED.search(self.frame.tree.code(head.item)) for head in heads)

    @property
    def is_generator(self) -> bool:
        """Whether it is a generator, whose caller decides how often it goes round."""
        return any(isinstance(node, cst.Yield) for node in walk(self.node.body))

    @property
    def counter(self) -> str:
        """The name of what counts the attempts of a `for ... in range(...)`; "" if it is none."""
        node = self.node
        if not isinstance(node, cst.For) or not isinstance(node.target, cst.Name) or not self.ranged():
            return ""
        return node.target.value

    @property
    def first(self) -> int | None:
        """The counter's first value; None if it cannot be seen."""
        args = self.ranged()
        if len(args) == 1:
            return 0
        value = self.number(args[0].value) if args else None
        return value if len(args) == 2 else None

    @property
    def attempts(self) -> int | None:
        """How often it goes round at most; None if that cannot be seen."""
        args = self.ranged()
        if len(args) == 1:
            return self.number(args[0].value)
        if len(args) == 2:
            low, high = self.number(args[0].value), self.number(args[1].value)
            return high - low if low is not None and high is not None else None
        return None

    @property
    def own_attempts(self) -> int | None:
        """The same, where the loop has the number itself; None if each place that runs it may give it another."""
        return self.attempts

    @property
    def is_named_as_retry(self) -> bool:
        """Whether its head mentions attempts."""
        last = self.node.iter if isinstance(self.node, cst.For) else self.node.test
        return bool(_TRIES.search(self.frame.tree.code(last)) or _TRIES.search(self.counter))

    def ranged(self) -> tuple[cst.Arg, ...]:
        """Returns the arguments of the `range` that it iterates over; () if there is none."""
        node = self.node
        if isinstance(node, cst.For) and isinstance(node.iter, cst.Call):
            func = node.iter.func
            if isinstance(func, cst.Name) and func.value in ("range", "xrange"):
                return tuple(node.iter.args)
        return ()

    def number(self, node: cst.BaseExpression) -> int | None:
        """The whole number that an expression stands for; None if it cannot be seen."""
        if isinstance(node, cst.Integer):
            return int(node.evaluated_value)
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            left, right = self.number(node.left), self.number(node.right)
            return left + right if left is not None and right is not None else None
        value = named(self.frame, node)
        if isinstance(value, Const) and isinstance(value.value, int) and not value.soft:
            return value.value
        return None

    @property
    def head(self) -> Span:
        """The loop's first line, without its colon."""
        last = self.node.iter if isinstance(self.node, cst.For) else self.node.test
        return Span(self.frame.tree.span(self.node).start, self.frame.tree.outer(last).end)
