"""Records of the tables inside an entry: parameters, retries, switches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import fields as toml
from .fields import Literal, Record


class Param(Record):
    """A parameter of a function."""

    name: str = toml.required_text("Its name.", toml="param")
    index: int = toml.whole("Its position without self; -1: keyword only.", -1)
    phases: tuple[str, ...] = toml.phases("The phases of a call that it bounds.")
    by_name: bool = toml.flag("Its position differs between versions, so that `index` is not compared.")

    def __init__(self, name: str, index: int = -1, phases: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(name=name, index=index, phases=phases, **more)


class Setting(Param):
    """A parameter with a default."""

    default: Literal | None = toml.literal('What leaving it out means; "required" if it cannot be left out.')


class Amount(Setting):
    """A parameter that takes a number of attempts or a time."""

    unit: str = toml.text("The unit of a time.", "s", "ms", default="s")
    counts: str = toml.text("Whether it counts all attempts or the retries after the first.", "attempts", "retries")
    unlimited: tuple[str, ...] = toml.words("Literals that mean no limit; `None` always does.")


class Jitter(Setting):
    """A parameter that spreads pauses at random."""

    none: tuple[str, ...] = toml.words("Literals that mean none.")


class Errors(Setting):
    """A parameter that takes exception classes."""

    inverted: bool = toml.flag("The classes are those that are not repeated.")


class Methods(Param):
    """A parameter that takes HTTP methods."""

    default: tuple[str, ...] = toml.words("The methods if it is left out; every method if this is empty.")
    all: tuple[str, ...] = toml.words("Literals that mean every method.")


class Options(Param):
    """A parameter that takes a mapping with settings of a policy."""

    retries: str = toml.text("The key of the retries.")
    wait: str = toml.text("The key of the pause.")


class Carrier(Param):
    """A parameter whose text or mapping may hold a limit."""

    key: str = toml.text("The name of the limit inside.")


class Switch(Param):
    """A parameter that switches a behaviour on."""

    on: str = toml.text("The literal that does so.")


class Off(Param):
    """A parameter that switches a check off."""

    off: tuple[str, ...] = toml.word_or_words("Literals or qualified names that do so.")


class Tls(Off):
    """A parameter for the check of the peer's certificate."""

    older: tuple[str, ...] = toml.words("Older names of the parameter.")
    needs: str = toml.text("Another parameter that has to be true for TLS to be used.")
    attribute: bool = toml.flag("It is an attribute of the object, not a parameter of the constructor.")
    bundle: str = toml.text("A value that trusts the certificates of `CA_BUNDLE`.")
    secure: str = toml.text("The qualified name that keeps the check.")
    knows: tuple[str, ...] = toml.words("Methods that load trusted keys; one is called before `secure` is used.")


class About(Param):
    """A parameter that says what a function is about."""

    is_: tuple[str, ...] = toml.words("Qualified names for which the entry holds.", toml="is")


class Forever(Param):
    """A parameter that takes a time to live or to wait."""

    forever: tuple[str, ...] = toml.words("Literals that mean without limit.")


class Tolerance(Setting):
    """A parameter that takes the greatest age of a signature."""

    off: tuple[str, ...] = toml.words("Literals that switch the check off.")


class Acknowledges(Setting):
    """A parameter that decides whether messages are acknowledged automatically."""

    manual: str = toml.text("The method that acknowledges instead.")
    timer: bool = toml.flag("That is done every few seconds, for all that was delivered, also while it is in work.")
    takes: tuple[str, ...] = toml.words("Methods that give messages, besides a loop over it.")


class AdapterRetries(Param):
    """The parameter of a transport that takes retries."""

    int_retries: str = toml.text("The failures that a plain number is for.", "connect")
    policy: str = toml.text("The qualified name of the policy that it takes too.")
    becomes: str = toml.template("Such a policy as a fix writes it, with {total}.", "total")


class ClientRetry(Param):
    """The parameter of an object of options that takes a mapping with retries."""

    total: str = toml.text("The key of the attempts in all.")
    retries: str = toml.text("The key of the retries after the first attempt.")
    mode: str = toml.text("The key of the mode.")
    modes: Mapping[str, int] = toml.numbers_by_name("Attempts in all by mode.")


class AnyRetry(Record):
    """What a transport does with a plain number of retries."""

    methods: tuple[str, ...] = toml.words("HTTP methods that it repeats.")
    retry_after: bool = toml.flag("An answer with Retry-After is repeated too.")
    hang: str = toml.text("The exception at the end of a hang.")
    dropped: str = toml.text("The exception at the end of dropped connections.")
    status: str = toml.text("The exception at the end of error statuses.")

    @property
    def ends(self) -> dict[str, str]:
        """The exceptions at the end by failure."""
        every = {"hang": self.hang, "dropped": self.dropped, "status": self.status}
        return {failure: error for failure, error in every.items() if error}


class Retries(Record):
    """What a library repeats by itself."""

    attempts: int | None = toml.maybe_whole("Attempts in all, the first included.")
    unlimited: bool = toml.flag("It repeats without a number, until `deadline`.")
    deadline: int | None = toml.maybe_whole("Seconds after which it gives up.")
    on: tuple[str, ...] = toml.words("What it repeats: connect, timeout, status, 429, 503, ...")
    statuses: tuple[int, ...] | None = toml.numbers("The statuses, if `on` has status; unknown if left out.")
    methods: tuple[str, ...] = toml.words("The HTTP methods that it repeats; all if left out.")
    unsafe: bool = toml.flag("It may repeat what was done already.")
    param: str = toml.text("The parameter that changes it.")
    counts: str = toml.text("What `param` counts.", "attempts", "retries")
    waits: bool | None = toml.stated_flag("Whether it pauses in between; unknown if left out.")
    pace: str = toml.text("The pauses in words.")
    exhausted: str = toml.text("The exception at the end.")
    exhausted_status: str = toml.text(
        "The exception at the end of error statuses, if it is another than of a single one."
    )
    with_retry_after: tuple[int, ...] | None = toml.numbers(
        "Statuses that it repeats only if an answer has Retry-After."
    )
    beneath: int | None = toml.maybe_whole(
        "Attempts in all of its transport, each time, on a connection that is closed without an answer."
    )
    gives_way: bool = toml.flag("Another policy takes its place if `param` is given, so that nothing is known then.")
    varies: int | None = toml.maybe_whole("Attempts in all of some versions only.")
    note: str = toml.text("What else has to be known.")
    proof: str = toml.text("Where it was read, if not with the entry.")


class Driver(Record):
    """A library through which a client connects, by the beginning of the address."""

    scheme: str = toml.required_text("What stands before `://`.")
    connects: str = toml.required_text("The qualified name of the entry of what it is connected with.")
    range: str = toml.text("The versions of the client's library that choose this driver, if not all do.")


class Elsewhere(Record):
    """How a program shows that what it makes of a type, in another module, may have a limit."""

    words: tuple[str, ...] = toml.words("Words of which a module then has one.")
    modules: tuple[str, ...] = toml.words("Modules in which that is done, by name, beside those where programs begin.")


class Reconnects(Record):
    """How a client connects again by itself."""

    param: str = toml.text("The parameter that takes the attempts.")
    default: Literal | None = toml.literal("The attempts if it is left out.")
    unlimited: bool = toml.flag("It never gives up.")
    wait: Setting | None = toml.one(Setting, "The parameter for the pause.")


class RedisLock(Record):
    """Parameters of a lock that a client makes, or of a call that takes one."""

    ttl: Param | None = toml.one(Param, "How long the lock lives.")
    ends: tuple[str, ...] = toml.words("Other parameters with which it ends by itself.")
    later: tuple[str, ...] = toml.words("Methods of the client that make it end by itself later.")
    needs: Switch | None = toml.one(Switch, "The argument without which the call takes no lock.")
    named: str = toml.text("What the name of a lock has in it, where the call may be about anything, with `|` between.")
    wait: Param | None = toml.one(Param, "How long to wait for it.")


class CurlOptions(Record):
    """Options that are set one by one."""

    method: str = toml.text("The method that sets one.")
    timeout: tuple[str, ...] = toml.words("Options for the whole.")
    connect: tuple[str, ...] = toml.words("Options for connecting.")
    tls: tuple[str, ...] = toml.words("Options for the check of the peer.")


class TaskLimits(Record):
    """Time limits of a task."""

    soft: Amount | None = toml.one(Amount, "The limit that raises in the task.")
    hard: Amount | None = toml.one(Amount, "The limit that ends the task.")
    settings: str = toml.text("The beginning of the names of settings with the same names, for all tasks.")
    raises: str = toml.text("The end of the name of the exceptions that a task may handle when its time is over.")


class Refusal(Record):
    """The exception that an error status becomes, and where it keeps what the peer has answered."""

    error: str = toml.text("Its qualified name.")
    status: str = toml.text("The attribute with the status, dots included.")
    headers: str = toml.text("The attribute with the headers, dots included.")


class Envelope(Record):
    """Where an answer says that parts of a request failed, which its status and exceptions do not."""

    methods: tuple[str, ...] = toml.words("Methods of an entry that stands for several; all of them if left out.")
    keys: tuple[str, ...] = toml.words("Keys or attributes that tell it; none: the answer is nothing else.")
    sized: tuple[str, ...] = toml.words("Keys of lists with an entry for each part, whatever became of it.")
    index: int | None = toml.maybe_whole("Its position, if the answer is a tuple.")
    yields: bool = toml.flag("It yields such an answer for each part.")
    parts: str = toml.text("What may fail, in the plural.")
    only: Off | None = toml.one(Off, "The parameter that has to be given like this, as otherwise it raises.")
    unless: Off | None = toml.one(Off, "The parameter that, given like this, leaves nothing to be looked at.")
    needs: str = toml.text("A parameter that has to be given by name, which tells it from others of its name.")
    test: str = toml.template("The condition that is true if a part failed, with {name}.", "name")
    proof: str = toml.text("Where it was read, if not with the entry.")


class Answering(Record):
    """How a function answers the sender of an event."""

    by: str = toml.text("The argument of the function that it calls to do so.")
    at_once: bool = toml.flag("The answer leaves before the function runs.")
    late: str = toml.text("The option of what it is made on, with which the answer leaves after the function.")
    patience: int = toml.whole("The seconds that senders wait for the answer.", 0)


class Pages(Record):
    """Methods whose answer ends at a page, which says where to go on."""

    methods: tuple[str, ...] = toml.words("Methods of an entry that stands for several; a star for any ending.")
    except_: tuple[str, ...] = toml.words("Methods that these leave out.", "except")
    bare: tuple[str, ...] = toml.words("Those of which only a call without arguments wants all there are.")
    filters: tuple[str, ...] = toml.words("Parameters of these that choose what is listed, not one thing by its name.")
    by_length: tuple[str, ...] = toml.words("Methods that give all there is, unless a length of a page is given.")
    built_by: tuple[str, ...] = toml.words("Methods of which one built the request that is sent.")
    lists: tuple[str, ...] = toml.words("What that method belongs to, as some lists are always whole.")
    whole: bool = toml.flag("The answer is the list itself; else it holds the list under a key.")
    under: str = toml.text("What holds the list, if a loop over the answer itself ends at the page too.")
    iterates: bool = toml.flag("The answer gets the other pages if a loop takes it apart.")
    lengths: tuple[str, ...] = toml.words("Parameters for the length of a page.")
    chosen: tuple[str, ...] = toml.words("Parameters that choose a page or few entries, or ask for all of them.")
    opens: str = toml.template("What a fix writes in place of the {method}, to get all pages.", "method")
    closes: str = toml.text("What it writes behind the call then.")
    full_for: tuple[str, ...] = toml.words("The methods for which it does.")
    rest: str = toml.text("How to get the rest.")
    proof: str = toml.text("Where it was read, if not with the entry.")


class Transient(Record):
    """Errors of a library that are worth another attempt."""

    errors: tuple[str, ...] = toml.words("Their qualified names.")
    broken: tuple[str, ...] = toml.words("Those of an answer that breaks off.")
    refusal: Refusal | None = toml.one(Refusal, "The exception of an error status.")
    unreadable: str = toml.text("The exception for a body that is not what was expected, made from a text.")


class Buffer(Record):
    """What a client keeps in memory and sends in the background."""

    sends: tuple[str, ...] = toml.words("Methods that only put something into it.")
    ends: tuple[str, ...] = toml.words("Methods that wait until it is empty, or report what was delivered.")
    writes: str = toml.text("The method of these that a fix calls, with its arguments.")


class Subscriptions(Record):
    """What a client asks for, which is lost with the connection."""

    method: str = toml.text("The method that asks for it.")
    callback: str = toml.text("The attribute for the function that is called at each connection.")
    loops: tuple[str, ...] = toml.words("Methods that connect again by themselves.")
    kept_by: tuple[str, ...] = toml.words("Parameters with which the other side remembers it.")


class Lease(Record):
    """How long a broker leaves a message to the worker that has it, before another one gets it."""

    key: str = toml.text("The name of the setting.")
    brokers: tuple[str, ...] = toml.words("Beginnings of the addresses of brokers that have one.")
    default: int | None = toml.maybe_whole("The seconds if it is not set.")
    late: str = toml.text("The setting for acknowledging after the work.")
