"""Records of what surrounds external calls: concurrency, tasks, requests, transactions, tests."""

from __future__ import annotations

from typing import ClassVar

from . import fields as toml
from .parts import Amount, Answering, Forever, Lease, Param, Setting, Switch, TaskLimits
from .records import Fact


class SpawnFact(Fact):
    """Starts a task."""

    kind: ClassVar[str] = "spawn"

    idempotent: bool = toml.flag("A task that it is given is given back.")


class CoroutineFact(Fact):
    """Gives a coroutine: nothing of it runs before it is awaited."""

    kind: ClassVar[str] = "coroutine"

    wraps: bool = toml.flag("It gives an object that runs the coroutine where it is awaited or entered.")


class OffloadFact(Fact):
    """Runs a function in another thread or process."""

    kind: ClassVar[str] = "offload"

    form: str = toml.text("Whether it wraps the function instead of calling it.", "wrap")
    function: int = toml.whole("The position of the function.", 0)
    keywords: str = toml.text("Whether it passes on keyword arguments.", "yes", "no", default="yes")


class ScopeFact(Fact):
    """Bounds the time of a block or of an awaitable."""

    kind: ClassVar[str] = "scope"

    form: str = toml.text("A context manager, or a function around an awaitable.", "context", "wrap")
    entered: str = toml.text("It is entered with `async with` only.", "async")
    entered_versions: str = toml.text("The versions for which that holds, if not for all.")
    param: Param | None = toml.one(Param, "The parameter for the seconds.")


class OptionsFact(Fact):
    """Gives the options of a call, which are spread over it."""

    kind: ClassVar[str] = "options"

    keys: tuple[str, ...] = toml.words("The names of the options; it gives no others.")


class GlobalFact(Fact):
    """Sets something for the whole process."""

    kind: ClassVar[str] = "global"

    value: Param | None = toml.one(Param, "The parameter for what is set.")
    asks: str = toml.text("The function that says what is set: a caller of it puts that back.")
    about: str = toml.text("For what it holds, in words.")


class SleepFact(Fact):
    """Waits for a time."""

    kind: ClassVar[str] = "sleep"

    seconds: Param | None = toml.one(Param, "The parameter for the seconds.")
    twin: str = toml.text("What a coroutine awaits instead.")
    plain: str = toml.text("What a plain function calls instead.")


class LoopFact(Fact):
    """Gives an event loop."""

    kind: ClassVar[str] = "loop"

    type: str = toml.text("The type of the loop.")
    extends: str = toml.text("The type whose methods it has too.")


class TaskFact(Fact):
    """Declares a task of a queue, or sends one."""

    kind: ClassVar[str] = "task"

    form: str = toml.text("What it does.", "declare", "send")
    bare: bool = toml.flag("It is a decorator without parentheses too.")
    called: bool = toml.flag("Calling the declared function sends it.")
    sends: tuple[str, ...] = toml.words("Methods of the declared function that send it.")
    parts: tuple[str, ...] = toml.words("Methods of the declared function that give one that is sent later.")
    delays: tuple[str, ...] = toml.words("Parameters of sending for the seconds until it is due.")
    due: tuple[str, ...] = toml.words("Parameters of sending for the time at which it is due.")
    lease: Lease | None = toml.one(Lease, "How long a worker may have a task before another one gets it, too.")
    waits: tuple[str, ...] = toml.words("Methods of what sending returns that wait for the result.")
    wait_limit: Param | None = toml.one(Param, "Their parameter for the seconds.")
    own_store: bool = toml.flag("The queue may be in the program's own database: a message is committed with the rows.")
    replaced_by: tuple[str, ...] = toml.words("Parameters that may change what sending does.")
    makes: str = toml.text("The type of the declared function, on which these methods are described.")
    limits: TaskLimits | None = toml.one(TaskLimits, "Parameters for time limits.")
    acks_late: Setting | None = toml.one(Setting, "The parameter for acknowledging after the work.")
    redelivers: Param | None = toml.one(
        Param, "The parameter for another delivery after a crash; it needs `acks_late`."
    )


class ConsumeFact(Fact):
    """Reads messages."""

    kind: ClassVar[str] = "consume"

    automatic: Switch | None = toml.one(Switch, "The parameter that acknowledges before the work.")
    acknowledge: str = toml.text("The method that acknowledges.")
    callback: Param | None = toml.one(Param, "The parameter for the function that gets messages.")
    receipt: str = toml.text("The parameter of that method which says what is acknowledged.")
    acknowledgement: str = toml.template(
        "The acknowledgement in the function that gets messages, by its {first} and {second} parameter.",
        "first", "second",
    )  # fmt: skip


class PatienceFact(Fact):
    """Sets how long the other side lets a program be busy with one message."""

    kind: ClassVar[str] = "patience"

    limit: Amount | None = toml.one(Amount, "The parameter for that time; its default is what holds without it.")
    percent: int = toml.whole("How much of that time the other side waits in fact.", 100)
    callbacks: tuple[str, ...] = toml.words("Attributes for the function that gets messages.")
    loops: bool = toml.flag("Messages are taken in a loop, by what it makes or gives back.")
    busy: tuple[str, ...] = toml.words("Methods with which a program that is busy asks for more time.")
    then: str = toml.text("What happens after that time, in words.")


class RefuseFact(Fact):
    """Gives a message back to the broker, unprocessed."""

    kind: ClassVar[str] = "refuse"

    requeue: Setting | None = toml.one(Setting, "The parameter for delivering it again; always if there is none.")
    whole: bool = toml.flag("It opens a block, of which any error gives the message back.")


class TransactionFact(Fact):
    """Opens a transaction, or runs a function after one, or has it called inside those of others: a handler."""

    kind: ClassVar[str] = "transaction"

    form: str = toml.text("How it is written.", "context", "context+decorator", "after", "handler")
    bare: bool = toml.flag("It is a decorator without parentheses too.")
    function: Param | None = toml.one(Param, "The parameter for the function to run.")
    after: str = toml.text("The function that runs another after the transaction.")
    signals: tuple[str, ...] = toml.words("With `handler`: what its first argument is, or has in it, for that to hold.")


class LockFact(Fact):
    """Makes a lock."""

    kind: ClassVar[str] = "lock"

    form: str = toml.text("How it is written.", "context")
    ttl: Forever | None = toml.one(Forever, "The parameter for the time that it lives.")
    wait: Forever | None = toml.one(Forever, "The parameter for the time to wait for it.")


class AppFact(Fact):
    """Makes an application whose methods are `route` decorators."""

    kind: ClassVar[str] = "app"

    type: str = toml.text("The type that it makes.")


class RouteFact(Fact):
    """Makes a function a handler of requests."""

    kind: ClassVar[str] = "route"

    form: str = toml.text("How it is written.", "decorator", "call")
    bare: bool = toml.flag("It is a decorator without parentheses too.")
    handler: Param | None = toml.one(Param, "The parameter for the handler.")
    outside: bool = toml.flag("Callers are not the site's own pages.")
    modules: tuple[str, ...] = toml.words("Modules in which routes of other modules' handlers are written, by name.")


class EntryFact(Fact):
    """Makes a function or a method something that is called from outside: for a task, a message, a command."""

    kind: ClassVar[str] = "entry"

    form: str = toml.text("How it is written.", "decorator", "base", "call")
    runs: str = toml.text("What it is called for.", "request", "task", "message", "event", "command", "startup")
    methods: tuple[str, ...] = toml.words("With `base`: the methods that are called.")
    handler: Param | None = toml.one(Param, "With `call`: the parameter for the function, or a list of them.")
    answer: Answering | None = toml.one(Answering, "How the function answers the sender.")


class RawFact(Fact):
    """Gives the body of a request as it came."""

    kind: ClassVar[str] = "raw"

    form: str = toml.text("How it is written.", "call", "attribute")
    text: Param | None = toml.one(Param, "The parameter that decodes it.")


class LogFact(Fact):
    """Writes to a log."""

    kind: ClassVar[str] = "log"

    visitor: bool = toml.flag("It is for the visitor of a page alone.")


class DoubleFact(Fact):
    """A stand-in for a peer in tests."""

    kind: ClassVar[str] = "double"

    covers: tuple[str, ...] = toml.words("The modules whose calls it answers.")
    failure: tuple[str, ...] = toml.words("Ways to answer with a failure.")
    fixture: str = toml.text("The fixture that gives it.")
    records: bool = toml.flag("The first run goes to the network.")
