"""Records of external calls: clients, calls, limits, transports, responses, and the keys that all entries have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from . import fields as toml
from .fields import Record
from .parts import (
    Acknowledges,
    AdapterRetries,
    AnyRetry,
    Buffer,
    Carrier,
    ClientRetry,
    CurlOptions,
    Driver,
    Elsewhere,
    Envelope,
    Forever,
    Off,
    Pages,
    Param,
    Reconnects,
    RedisLock,
    Retries,
    Setting,
    Subscriptions,
    Switch,
    Tls,
)

_LIMITS = tuple(f"{phase}{unit}" for phase in ("connect", "read", "total", "llm") for unit in ("", "_ms", "_whole"))
"""What a text that a fix writes may have in braces."""


class Fact(Record):
    """One entry of the catalogue under one qualified name; the keys of every table."""

    kind: ClassVar[str] = ""
    """The table; "" for what the catalogue does not know."""

    library: str
    name: str
    """The first spelling of what the entry is about."""
    names: tuple[str, ...] = toml.words("Qualified names, or bare names of methods of the type `on`. `*`: see `any`.")
    on: str = toml.text("The type that has the methods.")
    like: str = toml.text("An earlier entry of the same table and file; what is not given here is taken from it.")
    mode: str = toml.text("Whether it blocks its thread or is awaited; sync if left out.", "sync", "async", "both")
    raises: Mapping[str, tuple[str, ...]] = toml.words_by_name(
        "Exceptions by failure: timeout, connect, status, 429; stall: an answer stops half way;"
        " dropped: the connection ends before the answer, if that is not `connect`."
    )
    virtual: bool = toml.flag("It exists in generated code only, so that no test looks for it.")
    removed: str = toml.text("The version that removed it.")
    versions: tuple[Mapping[str, Any], ...] = toml.raw_tables(
        'Keys that differ for some versions of the library: `{ range = "<8", ... }`.', "range"
    )
    note: str = toml.text("What else has to be known.")
    proof: str = toml.text("Where the fact was read.")

    @property
    def is_sync(self) -> bool:
        """Whether it blocks its thread: it says so, or nothing about it."""
        return self.mode in ("", "sync")


class ValueFact(Fact):
    """Keys that say what values of a timeout mean."""

    default: Mapping[str, float | None] = toml.seconds_by_phase("Limits by phase if none is given.")
    none: str = toml.text("What None means.", "unbounded", "default", "inherit", "error")
    zero: str = toml.text("What 0 means.", "unbounded", "default", "inherit", "error")
    unit: str = toml.text("The unit of a number.", "s", "ms", default="s")
    members: tuple[str, ...] = toml.phases("The phases of the members of a tuple.", toml="tuple")
    writes: str | Mapping[str, str] = toml.template_or_templates(
        "The limit as a fix writes it, or several by parameter: {connect} {read} {total} {llm} in seconds, "
        "{total_ms} in milliseconds, {total_whole} in whole seconds.",
        *_LIMITS,
    )


class ExternalFact(ValueFact):
    """Keys of calls and of the making of clients."""

    missing: str = toml.text(
        "What leaving the timeout out means: no limit, the `default`, a limit on some phases, what the client has, "
        "nothing.",
        "flag", "ok", "partial", "inherit", "n/a", "unknown", default="n/a",
    )  # fmt: skip
    timeout: tuple[Param, ...] = toml.several(Param, "Parameters that set a timeout.")
    status: str = toml.text("Whether an error status raises or is an answer like any other.", "raises", "silent")
    raises_param: Param | None = toml.one(Param, "The parameter that makes error statuses raise.")
    retries: Retries | None = toml.one(Retries, "What the library repeats by itself.")
    tls: Tls | None = toml.one(Tls, "The parameter for the check of the peer.")
    target: Param | None = toml.one(Param, "The parameter for the address.")
    opaque: tuple[str, ...] = toml.words("Parameters that may hold a limit which cannot be seen.")
    process: str = toml.text("The function that sets a limit for the whole program, which this heeds.")
    advice: str = toml.text("What to do where no parameter takes a limit.")
    method: Param | None = toml.one(Param, "The parameter for the HTTP method.")
    stream: Switch | None = toml.one(Switch, "The parameter that leaves the body to be read later.")
    streams: bool = toml.flag("The body is always read bit by bit.")
    tails: tuple[str, ...] = toml.words("Parameters that ask for what goes on coming: waiting is the purpose.")
    harmless: tuple[str, ...] = toml.words("Beginnings of addresses that never leave the machine.")
    only_for: tuple[str, ...] = toml.words("Beginnings of addresses for which alone it leaves the machine.")
    question: bool = toml.flag("A failure is an answer: whether a name is known.")
    lazy: Param | None = toml.one(Param, "The parameter without which it does not connect yet.")
    bearers: tuple[str, ...] = toml.words("Timeout parameters that take an object with a limit: a text there has none.")
    carriers: tuple[Carrier, ...] = toml.several(Carrier, "Parameters in whose text or mapping a limit may stand.")
    any_method: bool = toml.flag('With `names = ["*"]`: the entry stands for all methods of the type.', toml="any")
    except_: tuple[str, ...] = toml.words(
        "Methods that `any` leaves out; a star at the end stands for any ending.", "except"
    )
    nested: bool = toml.flag("`any` means methods of attributes only: `client.chat.completions.create`.")
    initial: str = toml.text("`any` means methods with such a first letter only.", "lower", "upper")
    closed_by: tuple[str, ...] = toml.words("Methods of what it makes, of which one closes the connection.")
    graphql: bool = toml.flag("Its protocol is GraphQL: errors come with status 200.")
    lock: RedisLock | None = toml.one(RedisLock, "Parameters of a lock that it makes or takes.")


class CallFact(ExternalFact):
    """A function, or methods of the type `on`, that reach a peer and wait for it."""

    kind: ClassVar[str] = "call"

    returns: str = toml.text("The type of what it returns: of `response` or `client`.")
    context: bool = toml.flag("It is used by `with` or `async with`.")
    feeds: bool = toml.flag("Where it is iterated over it is a stream, which may be silent for long.")
    buffered: bool = toml.flag("What it gives is there already.")
    through: str = toml.text(
        "The method of its client through which it is sent, which can be given a limit for all calls."
    )
    beyond: str = toml.text("The method that waits for what this call began, which no limit of the call reaches.")
    reached: tuple[str, ...] = toml.words("Methods after which that wait is no risk.")
    watches: str = toml.template(
        "A condition that is true once that wait is over, with {owner} and the limits.", "owner", *_LIMITS
    )
    safe: tuple[str, ...] = toml.words("Methods that change nothing.")
    delivers: tuple[str, ...] = toml.words("Methods that send or store what is lost where they fail.")
    conditions: tuple[str, ...] = toml.words("Parameters of these with which a refusal is an answer.")
    posts: Param | None = toml.one(Param, "The parameter for a body, with which it changes something.")
    silent: bool = toml.flag("It does not raise when the time is over.")
    discards: str = toml.text("Where an error is, that the call does not raise.")
    quiet: tuple[str, ...] = toml.words("Parameters that keep it from raising.")
    saves: Param | None = toml.one(Param, "The parameter for the file that it writes while the answer arrives.")
    pages: Pages | None = toml.one(Pages, "Its answer is a page of a longer list.")
    envelopes: tuple[Envelope, ...] = toml.several(Envelope, "Where its answer tells which parts failed.")
    client: Param | None = toml.one(Param, "The parameter that takes the client it is made on.")
    client_less: bool = toml.flag("A function that makes a client for this call alone.")
    idempotency: Param | None = toml.one(Param, "The parameter for a key that makes repeating safe.")
    server_limit: Param | None = toml.one(Param, "The parameter that asks the server to end it.")
    keepalive: Setting | None = toml.one(Setting, "The parameter for the pause between signs of life.")
    wait: Forever | None = toml.one(Forever, "The parameter for the time to wait for something to come.")


class ClientFact(ExternalFact):
    """A constructor, or a method of the type `on`, that makes a client; names of methods may have dots."""

    kind: ClassVar[str] = "client"

    type: str = toml.text("The type that it makes.")
    extends: str = toml.text("The type whose methods it has too.")
    attributes: Mapping[str, str] = toml.texts_by_name("Types of its attributes.")
    awaited: bool = toml.flag("It is made by `await`.")
    resources: bool = toml.flag("Methods lie on attributes: `client.chat.completions.create`.")
    identified: bool = toml.flag("Such an attribute may be called with an identifier: `client.messages(sid).fetch()`.")
    part: bool = toml.flag("It is made from another client, costs nothing, and has the limits of that.")
    covers: bool = toml.flag("Its limit bounds the calls made on it too.")
    connects: bool = toml.flag("Making it reaches the peer.")
    reuse: bool = toml.flag("It keeps connections: made once, used often.")
    at_once: tuple[str, ...] = toml.words("Parameters with which it returns before it is connected.")
    long: bool = toml.flag("Its default is a limit, but longer than a waiting user accepts.")
    inherits: bool = toml.flag("It is made from another client and takes what is not given from that.")
    between: Param | None = toml.one(Param, "The parameter for what is called on the way and may set a limit.")
    adapters: tuple[str, ...] = toml.words("Methods that give it a transport.")
    funnel: tuple[str, ...] = toml.words("Methods that all its calls go through; a module may replace them.")
    inert: tuple[str, ...] = toml.words("Attributes that look like a setting and are never read.")
    inert_when_sync: tuple[str, ...] = toml.words("Parameters that have no effect on calls that are not awaited.")
    raise_hook: Param | None = toml.one(Param, "The parameter for functions that see each answer.")
    stub: str = toml.text("The type of what a generated class makes of it: `FooStub(channel)`.")
    generated: str = toml.text("The end of the names of modules whose classes `FooStub`, made of anything, are of it.")
    elsewhere: Elsewhere | None = toml.one(Elsewhere, "How it may get a limit where it is made in another module.")
    environment: tuple[str, ...] = toml.words("Environment variables that change its limits or retries.")
    close: str = toml.text("The method that closes it.")
    one_thread: str = toml.text("Why one thread alone may use it at a time, in words.")
    sent_along: tuple[str, ...] = toml.words("Attributes that go into every request, whichever thread makes it.")
    alike: bool = toml.flag("It wraps a client of another type and has its methods.")
    index: str = toml.text("The type of `client[name]`, and of what a loop over it gives.")
    local: bool = toml.flag("There is no peer: it is a file.")
    statement: str = toml.text("The limit on a statement as an argument.")
    errors_key: str = toml.text("The key of errors in its answers.")
    limits_rate: bool = toml.flag("It limits the rate of calls.")
    options: CurlOptions | None = toml.one(CurlOptions, "Options that are set one by one.")
    drivers: tuple[Driver, ...] = toml.several(Driver, "The libraries through which it connects.")
    driver_hooks: tuple[str, ...] = toml.words("Words of a module that changes what drivers are given.")
    host_key: Off | None = toml.one(Off, "The parameter for known hosts.")
    keepalive: Setting | None = toml.one(Setting, "The parameter for the pause between signs of life.")
    reconnects: Reconnects | None = toml.one(Reconnects, "How it connects again by itself.")
    acknowledges: Acknowledges | None = toml.one(Acknowledges, "How read messages are acknowledged.")
    acks: Setting | None = toml.one(Setting, "The parameter for the copies that a sent message waits for.")
    command: Param | None = toml.one(Param, "The parameter for a program and its arguments.")
    spread: bool = toml.flag("Each word of a command is an argument of its own.")
    workers: Param | None = toml.one(Param, "The parameter for the number of workers.")
    buffer: Buffer | None = toml.one(Buffer, "What it keeps in memory before it is sent.")
    subscriptions: Subscriptions | None = toml.one(Subscriptions, "What it asks for and loses with a connection.")


class BlockFact(ValueFact):
    """A wait inside the program: for a thread, a queue, a child process."""

    kind: ClassVar[str] = "block"

    missing: str = toml.text("What leaving the timeout out means: no limit, or the `default`.", "flag", "ok")
    timeout: tuple[Param, ...] = toml.several(Param, "Parameters that set a timeout.")
    raises_param: Param | None = toml.one(Param, "The parameter that makes an exit status raise.")
    silent: bool = toml.flag("It does not raise when the time is over.")
    command: Param | None = toml.one(Param, "The parameter for a program and its arguments.")
    starts: bool = toml.flag("The object that it is a method of was made with a command.")
    opened_by: tuple[str, ...] = toml.words("It waits for a peer: methods that reach that.")
    opens: bool = toml.flag("It waits for a connection only, which the system gives up after minutes.")
    limited_by: tuple[str, ...] = toml.words("Methods that set its limit; the first takes seconds.")
    limited_for_all: tuple[str, ...] = toml.words("Words of a module that sets limits in other ways.")
    for_the_process: tuple[str, ...] = toml.words("Functions that set a limit for the whole program, by their names.")


class LimitFact(ValueFact):
    """A class that holds timeouts."""

    kind: ClassVar[str] = "limit"

    type: str = toml.text("The type that it makes.")
    params: tuple[Param, ...] = toml.several(Param, "Parameters that set a limit.")
    omitted: str = toml.text(
        "What a phase without a value has: the value of the first parameter, no limit, or the `default`.",
        "first", "none", "default",
    )  # fmt: skip
    retry: ClientRetry | None = toml.one(ClientRetry, "The parameter for retries.")
    loading: Param | None = toml.one(Param, "The parameter that bounds loading a description only.")
    opaque: tuple[str, ...] = toml.words("Parameters that may hold a limit which cannot be seen.")
    inert: tuple[str, ...] = toml.words("Attributes that look like a setting and are never read.")
    environment: tuple[str, ...] = toml.words("Environment variables that change its limits or retries.")


class AdapterFact(Fact):
    """A transport that a client can be given."""

    kind: ClassVar[str] = "adapter"

    type: str = toml.text("The type that it makes.")
    retries: AdapterRetries | None = toml.one(AdapterRetries, "The parameter for its retries.")
    again: AnyRetry | None = toml.one(AnyRetry, "What a plain number of retries does.")
    mounted: str = toml.text("The method of the client that takes it.")
    limits_rate: bool = toml.flag("It limits the rate of calls.")
    inside: bool = toml.flag("It answers within the program: no call of its client leaves it.")


class ResponseFact(Fact):
    """The response of a call."""

    kind: ClassVar[str] = "response"

    type: str = toml.text("The type of the response.")
    extends: str = toml.text("The type whose methods it has too.")
    body: tuple[str, ...] = toml.words("Attributes and methods that read the body.")
    checks: tuple[str, ...] = toml.words("Attributes and methods that look at the status.")
    number: str = toml.text("The attribute with the status as a number.")
    headers: str = toml.text("The attribute with the headers.")
    plain: tuple[str, ...] = toml.words("Attributes that say nothing about the status.")
    streaming: tuple[str, ...] = toml.words("Methods that read the body bit by bit.")
    raiser: str = toml.text("The method that raises for an error status.")
    raiser_raises: str = toml.text("The exception that it raises.")
    raiser_returns: str = toml.text("What it returns.", "response", "none")
    truth: str = toml.text("What `bool(response)` says.", "status")
    close: str = toml.text("The method that closes it.")


_NO_EXTERNAL = ExternalFact(library="", name="")
_NO_CALL = CallFact(library="", name="")
_NO_CLIENT = ClientFact(library="", name="")


class Described:
    """Something with an entry of the catalogue, and that entry as one of a certain table."""

    __slots__ = ()

    fact: Fact

    @property
    def as_external(self) -> ExternalFact:
        """Its entry, if that is one of a call or client; else an entry without keys."""
        return self.fact if isinstance(self.fact, ExternalFact) else _NO_EXTERNAL

    @property
    def as_call(self) -> CallFact:
        """Its entry, if that is one of a call; else an entry without keys."""
        return self.fact if isinstance(self.fact, CallFact) else _NO_CALL

    @property
    def as_client(self) -> ClientFact:
        """Its entry, if that is one of a client; else an entry without keys."""
        return self.fact if isinstance(self.fact, ClientFact) else _NO_CLIENT
