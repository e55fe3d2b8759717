"""Records of retry policies and their parts, of circuit breakers and rate limiters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from . import fields as toml
from .parts import Amount, Errors, Jitter, Methods, Options, Param, Setting
from .records import Fact


class RetryFact(Fact):
    """A retry policy. `fix_...` keys are arguments in the library's own words that fixes add."""

    kind: ClassVar[str] = "retry"

    form: str = toml.text("How it is written.", "decorator", "policy", "call", "task", "raise")
    bare: bool = toml.flag("It is a decorator without parentheses too.")
    remote: bool = toml.flag("It repeats external calls and nothing else.")
    function: Param | None = toml.one(Param, "The parameter for the function to repeat.")
    unit: str = toml.text("The unit of its times.", "s", "ms", default="s")
    attempts: Amount | None = toml.one(Amount, "The parameter for the number of attempts.")
    default_attempts: int | None = toml.maybe_whole("Attempts in all if it is left out.")
    other_attempts: tuple[Param, ...] = toml.several(Param, "Parameters for attempts by kind of failure.")
    deadline: Amount | None = toml.one(Amount, "The parameter for the time in all.")
    default_deadline: int | None = toml.maybe_whole("Seconds in all if it is left out.")
    older_deadline: str = toml.text("An older name of the parameter.")
    stop: Setting | None = toml.one(Setting, "The parameter for a stop condition.")
    unlimited_by_default: bool = toml.flag("Without arguments it never ends.")
    wait: Amount | None = toml.one(Amount, "The parameter for the pause.")
    wait_most: Amount | None = toml.one(Amount, "The parameter for the longest pause.")
    other_waits: tuple[str, ...] = toml.words("Other parameters that make it wait.")
    waits_by_default: bool = toml.flag("Without arguments it pauses.")
    delay: Setting | None = toml.one(Setting, "The parameter for the pause before a task is repeated.")
    growth: Setting | None = toml.one(Setting, "The parameter for the factor by which pauses grow.")
    jitter: Jitter | None = toml.one(Jitter, "The parameter that spreads pauses.")
    options: Options | None = toml.one(Options, "The parameter for a mapping of settings.")
    base: Param | None = toml.one(Param, "The parameter for a class whose attributes are the other arguments.")
    errors: Errors | None = toml.one(Errors, "The parameter for the exceptions to repeat.")
    never_on: Param | None = toml.one(Param, "The parameter for the exceptions not to repeat.")
    giveup: Param | None = toml.one(Param, "The parameter for a condition that ends it.")
    predicate: Param | None = toml.one(Param, "The parameter for a condition on results.")
    methods: Methods | None = toml.one(Methods, "The parameter for the HTTP methods to repeat.")
    statuses: Setting | None = toml.one(Setting, "The parameter for the statuses to repeat.")
    raise_on_status: Param | None = toml.one(Param, "The parameter for raising after the last error status.")
    raise_on_giveup: Setting | None = toml.one(Setting, "The parameter for raising after the last attempt.")
    retry_after: Setting | None = toml.one(Setting, "The parameter for heeding Retry-After.")
    retry_after_most: Param | None = toml.one(Param, "The parameter for the longest pause by Retry-After.")
    default_retry_after: int | None = toml.maybe_whole("That pause if it is left out; 0: no limit.")
    on_by_default: tuple[str, ...] = toml.words("What it repeats if nothing is said: connect, timeout, status.")
    unsafe: bool = toml.flag("It may repeat what was done already.")
    reraise: Setting | None = toml.one(Setting, "The parameter that keeps the last exception.")
    gives_up: str = toml.text("The exception at the end, if it is another.")
    counters: tuple[str, ...] = toml.words("Methods by which code counts attempts itself, without a transport.")
    renamed: Mapping[str, str] = toml.texts_by_name("Removed parameters and the names they have now.")
    removed_versions: str = toml.text("The versions without the old names.")
    renamed_versions: str = toml.text("The versions with the new names.")
    logs: tuple[str, ...] = toml.words("Parameters by which its attempts are logged.")
    fix_stop: str = toml.text("Limits the attempts.")
    fix_wait: str = toml.text("Makes it wait.")
    fix_on: str = toml.template("Chooses exceptions: {errors}, {tuple}.", "errors", "tuple")
    fix_on_status: str = toml.template(
        "Adds the statuses worth a retry to that: {status} is their exception, {look} its attribute for the number.",
        "status", "look",
    )  # fmt: skip
    fix_but_statuses: str = toml.template("Ends it at all other statuses, by the same two.", "status", "look")
    fix_log: str = toml.template("Logs each attempt that has failed, by the name of a logger: {logger}.", "logger")
    fix_judge: str = toml.template(
        "Lets functions judge an exception: {may_pass} whether it may pass, {pause} how long the peer wants to wait.",
        "may_pass", "pause",
    )  # fmt: skip
    fix_pause: str = toml.template("Waits at least as long as {pause} says, else as {wait} did.", "wait", "pause")
    fix_statuses: str = toml.text("Chooses statuses.")
    fix_statuses_any: str = toml.text("The same, if any call may be repeated.")
    fix_imports: Mapping[str, str] = toml.texts_by_name("Modules of the names in these texts.")

    @property
    def is_timed(self) -> bool:
        """Whether it ends after a time if none is given."""
        return self.default_deadline is not None or (self.deadline is not None and self.deadline.default is not None)

    @property
    def is_jittered(self) -> bool:
        """Whether it spreads pauses if nothing is said, by a number of seconds."""
        spread = self.jitter.default if self.jitter is not None else None
        return isinstance(spread, (int, float)) and bool(spread)


class StopFact(Fact):
    """A stop condition of a policy."""

    kind: ClassVar[str] = "stop"

    attempts: Amount | None = toml.one(Amount, "The parameter for the number of attempts.")
    deadline: Amount | None = toml.one(Amount, "The parameter for the time in all.")
    event: Param | None = toml.one(Param, "The parameter for an event that ends it.")
    never: bool = toml.flag("It never ends.")
    combines: bool = toml.flag("It combines other conditions.")
    value: bool = toml.flag("It is an object, not a function.")


class WaitFact(Fact):
    """A pause of a policy."""

    kind: ClassVar[str] = "wait"

    seconds: Setting | None = toml.one(Setting, "The parameter for the pause.")
    least: Param | None = toml.one(Param, "The parameter for the shortest pause.")
    most: Setting | None = toml.one(Setting, "The parameter for the longest pause.")
    nothing: bool = toml.flag("There is no pause.")
    grows: bool = toml.flag("Pauses grow.")
    jitter: bool = toml.flag("Pauses are spread at random.")
    combines: bool = toml.flag("It combines other pauses.")
    value: bool = toml.flag("It is an object, not a function.")


class ConditionFact(Fact):
    """A condition of a policy: what it repeats."""

    kind: ClassVar[str] = "condition"

    errors: Errors | None = toml.one(Errors, "The parameter for the exceptions to repeat.")
    never_on: Param | None = toml.one(Param, "The parameter for the exceptions not to repeat.")
    narrows: bool = toml.flag("A function decides, so that it is not every exception.")


class BreakerFact(Fact):
    """A circuit breaker."""

    kind: ClassVar[str] = "breaker"

    form: str = toml.text("How it is written.", "decorator", "object")
    bare: bool = toml.flag("It is a decorator without parentheses too.")
    threshold: Amount | None = toml.one(Amount, "The parameter for the failures that open it.")
    reset: Amount | None = toml.one(Amount, "The parameter for the time that it stays open.")
    errors: Errors | None = toml.one(Errors, "The parameter for the exceptions that count.")
    fallback: Param | None = toml.one(Param, "The parameter for a function that answers while it is open.")
    calls: tuple[str, ...] = toml.words("Methods that call what they are given first, with the other arguments.")
    fix_make: str = toml.template(
        "Makes one: {failures} and {seconds} are numbers, {counts} is a function that says whether an error counts.",
        "failures", "seconds", "counts",
    )  # fmt: skip


class LimiterFact(Fact):
    """A rate limiter."""

    kind: ClassVar[str] = "limiter"

    form: str = toml.text("How it is written.", "decorator", "object", "call")
    bare: bool = toml.flag("It is a decorator without parentheses too.")
    rate: Amount | None = toml.one(Amount, "The parameter for the number of calls.")
    period: Amount | None = toml.one(Amount, "The parameter for their time.")
    waits: bool = toml.flag("It waits when the limit is reached.")
    timeout: tuple[Param, ...] = toml.several(Param, "Parameters that bound the wait.")
    gives: str = toml.text("What it returns, if it does not raise.", "bool")
