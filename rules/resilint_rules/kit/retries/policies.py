"""Retries: the layers that libraries add around calls, and what bounds, spaces and chooses their attempts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from ..catalog.parts import Amount, Param
from ..catalog.policies import ConditionFact, RetryFact, StopFact, WaitFact
from ..catalog.records import CallFact
from ..catalog.surroundings import TaskFact
from ..exceptions.handlers import error_names, is_builtin, named
from ..exceptions.hierarchy import is_a
from ..findings import Finding, Fix, Import, Severity
from ..interp.calls import Call, Frame
from ..interp.kinds import Around
from ..interp.values import Argument, Arguments, Const, Derived, Mapping, Ref, Value
from ..syntax.exits import Exit, ways
from ..syntax.text import Span
from ..syntax.tree import walk
from .inherited import with_base

LIMITED, UNLIMITED, UNKNOWN = "limited", "unlimited", "unknown"
"""Whether the attempts of a policy end: surely, surely not, or nothing is known."""

_AWAY = ("ConnectionError", "TimeoutError", "asyncio.TimeoutError")


_LIMITED_LATER = re.compile(r"\.(?:retry_with|copy|new|increment)\(\s*\w*(?:stop|total|max|attempts)|\.stop\s*=[^=]")
"""What sets another limit on a policy after it was made."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """A retry policy as written: a decorator, a policy object, the options of a task or a client.

    `call` is None for a decorator without parentheses. `body` is the function that it decorates.
    """

    fact: RetryFact
    frame: Frame
    node: cst.BaseExpression
    call: Call | None = None
    body: Frame | None = None
    inherited: Arguments | None = None
    """The arguments of the call, with those that the base of a task holds; None if it has none."""

    @property
    def written(self) -> str:
        """The policy's name as it is written."""
        return self.call.written if self.call is not None else self.frame.tree.code(self.node)

    @property
    def args(self) -> Arguments:
        """What the policy was given."""
        if self.inherited is not None:
            return self.inherited
        return self.call.args if self.call is not None else Arguments()

    @property
    def limit(self) -> str:
        """Whether attempts or time are `LIMITED`, `UNLIMITED`, or it is `UNKNOWN`."""
        if self.fact.form == "raise":
            return UNKNOWN
        if self.args.open_names or self.args.open_positions:
            return UNKNOWN
        stop = self._value(self.fact.stop)
        if stop is not None and not self._never(stop):
            return LIMITED
        if any(self.args.get(other_attempt) is not None for other_attempt in self.fact.other_attempts):
            return LIMITED
        attempts, deadline = self._bound(self.fact.attempts), self._bound(self.fact.deadline)
        option = self._option("retries")
        if option is not None:
            attempts = UNLIMITED if _is_const(option, None) else LIMITED
        if attempts == "":
            attempts = UNLIMITED if self.fact.unlimited_by_default else LIMITED
        if deadline == "":
            deadline = LIMITED if self.fact.is_timed else UNLIMITED
        return LIMITED if LIMITED in (attempts, deadline) else UNLIMITED

    @property
    def attempts(self) -> int | None:
        """How often it tries in all, the first time included; None if that is not known."""
        if self.args.open_names or self.args.open_positions:
            return None
        given = self._value(self.fact.attempts)
        option = self._option("retries")
        more = 1 if self.fact.attempts is not None and self.fact.attempts.counts == "retries" else 0
        if option is not None:
            return _whole(option, 1)
        if given is not None:
            return _whole(given, more)
        stop = self._argument(self.fact.stop)
        if stop is not None:
            return self._stops(stop.node)
        return self.fact.default_attempts

    @property
    def repeated(self) -> bool:
        """Whether it tries again more than once, as far as that can be seen."""
        if self.fact.other_attempts and self._argument(self.fact.attempts) is None:
            return False
        given = self._value(self.fact.attempts)
        if isinstance(given, Const) and (given.value is None or isinstance(given.value, bool)):
            return False
        return self.attempts is None or self.attempts > 2

    @property
    def remote(self) -> bool:
        """Whether it surely repeats external calls: it can do nothing else, or they or their errors are seen."""
        if self.fact.remote or self.calls:
            return True
        catalog = self.frame.scope.catalog
        return any(is_a(catalog, error, away) for error in self.errors or () for away in _AWAY) or any(
            not is_builtin(error) and catalog.bases(error) for error in self.errors or ()
        )

    @property
    def waits(self) -> bool | None:
        """Whether it waits between attempts; None if that is not known."""
        if self.args.open_names or self.args.open_positions:
            return None
        if any(name in self.args.named for name in self.fact.other_waits):
            return True
        default = self.fact.waits_by_default
        given = self._argument(self.fact.wait)
        known = self._pausing(given) if given is not None else None
        if known is True:
            return True
        delay = self._value(self.fact.delay)
        option = self._option("wait")
        if delay is not None or option is not None:
            both = [item for item in (delay, option) if item is not None]
            return not all(_is_const(candidate, 0) for candidate in both)
        if known is False and self.fact.delay is None:
            return False
        return default

    @property
    def errors(self) -> tuple[str, ...] | None:
        """The exceptions it retries; None if a condition decides that cannot be seen, or it is about results."""
        fact, entry = self.fact, self.fact.errors
        if entry is None or entry.inverted or self.args.open_names or self.args.open_positions:
            return None
        if any(self._value(param) is not None for param in (fact.giveup, fact.never_on, fact.predicate)):
            return None
        given = self._argument(entry)
        if given is None:
            return ("Exception",) if entry.default == "Exception" else None
        if isinstance(given.value, Derived) and isinstance(given.node, cst.Call):
            return self._condition(given.node, given.value)
        return error_names(self.frame, given.value)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The external calls that it is seen to repeat."""
        if self.body is not None:
            return tuple(call for frame in self.body.all_frames() for call in frame.calls.values() if external(call))
        return tuple(call for call in self.frame.calls.values() if external(call) and self.repeats(call))

    def repeats(self, call: Call) -> bool:
        """Whether a call stands in the loop that this policy makes: `for attempt in Retrying(...)`."""
        loops = (place.node for place in call.within if place.kind is Around.LOOP)
        return any(loop.iter is self.node for loop in loops if isinstance(loop, cst.For))

    @property
    def chosen(self) -> bool:
        """Whether the function chooses by itself: it raises what it wants repeated, or catches what it does not."""
        if self.body is None or self.body.node is None:
            return False
        for node in walk(self.body.node):
            if isinstance(node, cst.Raise) and node.exc is not None:
                return True
            if isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler)) and Exit.RAISE not in ways(node.body):
                return True
        return False

    @property
    def settled(self) -> bool:
        """Whether nothing else in the module sets a limit on it later: `policy.copy(stop=...)`, `f.retry_with(...)`."""
        return self.frame.scope.module.search(_LIMITED_LATER) is None

    def finding(self, message: str, *fixes: Fix, span: Span | None = None, severity: Severity | None = None) -> Finding:
        """A finding about this policy; what a base holds is changed there, and by no fix."""
        fixes = fixes if self.inherited is None else ()
        if self.call is not None:
            return self.call.finding(message, *fixes, span=span, severity=severity)
        return self.frame.finding(
            message, self.frame.tree.span(self.node), fixes, callee=self.fact.name, library=self.fact.library
        )

    def spelled(self, text: str) -> tuple[str, tuple[Import, ...]]:
        """A text in the library's words with the names this module has for them, and the imports it still needs.

        In a module that knows the library only by its name, `stop_after_attempt(5)` becomes
        `tenacity.stop_after_attempt(5)`.
        """
        names = self.fact.fix_imports
        imports: list[Import] = []
        module = self.frame.scope.module
        dotted = isinstance(self.node.func if isinstance(self.node, cst.Call) else self.node, cst.Attribute)
        prefix = self.written.rpartition(".")[0] if dotted else ""
        for name, home in names.items():
            whole = rf"(?<![\w.]){name}\b"
            if re.search(whole, text) is None:
                continue
            if prefix:
                text = re.sub(whole, f"{prefix}.{name}", text)
                continue
            own = next(
                (n for n, ts in module.imports.items() if any(t.module == home and t.name == name for t in ts)), None
            )
            if own is None:
                imports.append(Import(home, name))
            else:
                text = re.sub(whole, own, text)
        return text, tuple(imports)

    def _argument(self, param: Param | None) -> Argument | None:
        return self.args.get(param) if param is not None else None

    def _value(self, param: Param | None) -> Value | None:
        found = self._argument(param)
        return found.value if found is not None else None

    def _option(self, key: str) -> Value | None:
        """The value under a key of the mapping that holds options; None if it is not given."""
        value, options = self._value(self.fact.options), self.fact.options
        key = "" if options is None else options.retries if key == "retries" else options.wait
        if value is None or not key:
            return None
        if not isinstance(value, Mapping):
            return value
        found = value.items.get(key)
        return found[0] if found is not None else value if value.open else None

    def _bound(self, param: Amount | None) -> str:
        """What an argument for attempts or time says; "" if none is given."""
        value = self._value(param)
        if value is None or param is None:
            return ""
        unlimited = {"None", *param.unlimited}
        literal = isinstance(value, Const) and not value.soft and str(value.value) in unlimited
        return UNLIMITED if literal else LIMITED

    def _never(self, value: Value) -> bool:
        if isinstance(value, Ref):
            stop = self.frame.scope.catalog.fact(StopFact, value.name)
            return stop is not None and stop.never
        return _is_const(value, None)

    def _stops(self, node: cst.CSTNode) -> int | None:
        """After how many attempts a stop condition ends."""
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
            both = [item for item in (self._stops(node.left), self._stops(node.right)) if item is not None]
            return min(both) if both else None
        if not isinstance(node, cst.Call) or len(node.args) != 1:
            return None
        target = named(self.frame, node.func)
        stop = self.frame.scope.catalog.fact(StopFact, target.name) if isinstance(target, Ref) else None
        if stop is None or stop.attempts is None:
            return None
        value = node.args[0].value
        if isinstance(value, cst.Integer):
            return int(value.evaluated_value)
        return _whole(named(self.frame, value), 0)

    def _pausing(self, given: Argument) -> bool:
        """Whether an argument for the wait makes it wait; an unknown one is taken to."""
        value = given.value
        if isinstance(value, Const):
            return value.soft or bool(value.value) or self.fact.is_jittered
        if isinstance(value, Ref):
            return self._generator_waits(value)
        if isinstance(value, Derived) and isinstance(given.node, cst.Call):
            return self._strategy_waits(value, given.node.args)
        return True

    def _generator_waits(self, generator: Ref) -> bool:
        """Whether a generator of waits such as `backoff.constant` does, whose seconds the policy itself is given."""
        wait = self.frame.scope.catalog.fact(WaitFact, generator.name)
        seconds = self.args.named.get(wait.seconds.name) if wait is not None and wait.seconds is not None else None
        return seconds is None or not _is_const(seconds.value, 0)

    def _strategy_waits(self, strategy: Derived, args: Sequence[cst.Arg]) -> bool:
        """Whether a strategy such as `wait_fixed(0)` waits."""
        wait = self.frame.scope.catalog.fact(WaitFact, strategy.path.qualified)
        if wait is None:
            return True
        if wait.nothing:
            return False
        if wait.seconds is None or len(args) != 1:
            return True
        only = args[0].value
        return not isinstance(only, (cst.Integer, cst.Float)) or bool(only.evaluated_value)

    def _condition(self, node: cst.Call, value: Derived) -> tuple[str, ...] | None:
        """The exceptions of a condition such as `retry_if_exception_type(OSError)`."""
        fact = self.frame.scope.catalog.fact(ConditionFact, value.path.qualified)
        if fact is None or fact.errors is None or fact.never_on is not None or len(node.args) > 1:
            return None
        if not node.args:
            return ("Exception",)
        if node.args[0].star:
            return None
        inner = node.args[0].value
        if isinstance(inner, cst.Tuple):
            found = [error_names(self.frame, named(self.frame, element.value)) for element in inner.elements]
            return None if None in found else tuple(name for hit in found for name in hit or ())
        return error_names(self.frame, named(self.frame, inner))


def layers(frames: list[Frame]) -> Iterator[RetryPolicy]:
    """The retry policies of functions and statements, each once."""
    for outer in frames:
        for frame in outer.all_frames():
            yield from layers_of(frame)


def layers_of(frame: Frame) -> tuple[RetryPolicy, ...]:
    """The retry policies of one function or statement, found once for all of its calls."""
    if layers_of not in frame.derived:
        frame.derived[layers_of] = tuple(_layers_of(frame))
    found: tuple[RetryPolicy, ...] = frame.derived[layers_of]
    return found


def _layers_of(frame: Frame) -> Iterator[RetryPolicy]:
    yield from _decorating(frame)
    made = [(fact, call) for call in frame.calls.values() if (fact := _policy(frame, call)) is not None]
    if not made:
        return
    decorators = {id(decorator.decorator) for decorator, _ in frame.decorators}
    for nested in frame.nested:  # theirs: a strategy in it is no policy of this function
        decorators.update(id(inner) for decorator, _ in nested.decorators for inner in walk(decorator.decorator))
    for fact, call in made:
        if id(call.node) not in decorators:
            yield RetryPolicy(fact, frame, call.node, call)


def _decorating(frame: Frame) -> Iterator[RetryPolicy]:
    """The policies among the decorators of a function, with and without parentheses."""
    for decorator, value in frame.decorators:
        node = decorator.decorator
        call = frame.calls.get(id(node))
        fact = _policy(frame, call) if call is not None else None
        if fact is not None and call is not None:
            yield RetryPolicy(fact, frame, node, call, frame, with_base(frame, fact, call))
        elif isinstance(value, Ref) and not isinstance(node, cst.Call):
            bare = frame.scope.catalog.fact(RetryFact, value.name)
            if bare is not None and bare.bare:
                yield RetryPolicy(bare, frame, node, None, frame)


def _policy(frame: Frame, call: Call) -> RetryFact | None:
    """What a call says about retries: a policy's own entry, or a task's that has one."""
    if isinstance(call.fact, RetryFact):
        return call.fact
    return frame.scope.catalog.fact(RetryFact, call.callee) if isinstance(call.fact, TaskFact) else None


def external(call: Call) -> bool:
    """Whether a call reaches out of the program."""
    return isinstance(call.fact, CallFact) or call.as_client.connects


def _is_const(value: Value, wanted: object) -> bool:
    return isinstance(value, Const) and not value.soft and value.value == wanted and value.value is not False


def _whole(value: Value | None, more: int) -> int | None:
    if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return value.value + more
    return None
