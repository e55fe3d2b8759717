"""What is known about libraries: the TOML files of `catalog/`, as frozen records.

A file describes one library. `import` lists the module prefixes that bring it in, `words` (optional)
narrows the sieve for modules that nearly every program imports. Tables:

    client    a constructor: `type` is what it makes, `names` its public spellings
    call      a function (`names` are qualified) or methods (`on` a type, `names` are bare) that do I/O or wait
    limit     a class that holds timeouts; `params` maps its parameters to phases
    adapter   a transport that a client can be given; `retries` says where its attempts are counted
    response  what a call returns: `body` reads it, `checks` look at the status
    block     a wait inside the program: for a thread, a queue, a child process
    retry     a policy: `form` decorator, policy, call, task or raise; `attempts`, `deadline`, `stop`, `wait`,
              `errors`, `giveup` name its parameters; `unlimited_by_default`, `waits_by_default` say what leaving
              them out means; `fix_stop`, `fix_wait`, `fix_on` are written in its own words
    stop, wait, condition     what such a policy is given; breaker, limiter: the like
    spawn, offload, scope, sleep, loop     concurrency: tasks, threads, time limits, sleeping, event loops
    task      a task queue: `form` declare (a decorator) or send
    consume   reads messages; `automatic` acknowledges early
    transaction, lock, route     what the name says;  app: the type whose methods are `route` decorators
    raw       the body of a request as it came;  verify: checks a webhook's signature
    digest    makes a keyed digest, read by `reads`;  compare: compares in constant time
    token     decodes a signed token: `off` are options that switch a check off, `form = "peek"` checks nothing;
              `unsafe_algorithms` are accepted unsigned if listed, `typed_keys` fit one kind of algorithm only;
              `token` is the parameter of the token, if not the first one or `token`
    insecure  switches a protection off, or does so with `tls`
    context   what holds the checks of TLS: `verifies` are ways to make one that checks, `trusts` methods that say whom
              to trust; made with `plain` arguments alone it is the same as `better`, which trusts the system's
    double    a stand-in for a remote side in tests
    errors    exception class -> its bases;  aliases: another spelling -> the first one
    transient errors that are worth a retry
    driver    "own": coroutines that use the library may be driven by a loop that is not asyncio's
    lasting   connections are kept open until either side ends them: then a closed connection is no failure

`like = "NAME"` starts an entry from an earlier one of the same file. `names = ["*"]` with `any = true` stands for all
methods of a type but those in `except` (a star at the end stands for any ending), `initial = "lower"` for those that
start so. On a client with `resources = true` a method's name may have dots: `client.chat.completions.create`; with
`nested` only such count. `virtual`: the type exists in generated code only. Words of an entry:

    missing   what leaving the timeout out means: flag (unbounded), ok (bounded by `default`), partial,
              inherit (the client decides), n/a
    default   phase -> seconds or "none";    none, zero: what these values mean: unbounded, inherit,
              default, error;    tuple: the phases of a tuple's members;    unit: s or ms
    versions  [{ range = "<8", ... }]: words that differ for these versions of the library
    long      its default is a limit, but longer than somebody who waits for the answer would
    covers    whether a client's limit also bounds the calls made on it;  connects: its constructor does I/O
    part      made from another client: it costs nothing, and what made it has the limits
    through   the method of its client that it goes through, which can be given a limit for all calls
    bearers   timeout parameters that take an object with a limit: text given there has none
    lazy      the parameter without which a constructor does not connect, so that the limit may come later
    buffered  what it gives is there already
    carriers  parameters in whose text or mapping a limit may stand, under `key`;  opaque: that may hold one unseen
    process   the function that sets a limit for the whole program, which it heeds: socket.setdefaulttimeout
    between   what is called on the way to the other side, and may set a limit: interceptors
    tails     parameters that ask for what goes on coming: then waiting is the purpose
    writes    the limit as the library writes it: {connect} {read} {total} {llm} in seconds, {total_ms}, {total_whole}
    beyond    the wait for what a call began that no limit of the call reaches, unless one of `reached` comes before it;
              `watches` is true once it need not wait: {owner}.status_event.wait({read})
    status    whether an error status `raises` or is `silent`;  raises: kind of failure -> exception classes
    fix_...   what fixes write: fix_stop, fix_wait, fix_on, fix_statuses; fix_statuses_any if any call may be repeated
    retries   what it does by itself: `attempts` in all, `on` what, `unsafe` if it may repeat what was done, `param`
              sets it and `counts` retries or attempts
    safe      methods that change nothing;  proof: where the fact was read

A project describes its in-house client in the same words under `[tool.resilint.library.NAME]`.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tomli

from ...catalog.index import IMPORTS
from .versions import covers, normal

FOLDER = Path(__file__).resolve().parents[2] / "catalog"
TABLES = (
    "client", "call", "block", "limit", "adapter", "response", "spawn", "offload", "scope", "sleep", "loop", "retry",
    "wait", "stop", "condition", "breaker", "limiter", "task", "consume", "transaction", "lock", "app", "route", "raw",
    "verify", "digest", "compare", "token", "context", "insecure", "log", "header", "double", "defaults",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its name, its position without self (-1: keyword only) and the phases it bounds."""

    name: str
    index: int = -1
    phases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the catalogue under one name. `data` holds the entry's words as written."""

    kind: str
    library: str
    name: str
    data: Mapping[str, Any]

    def word(self, key: str, default: str = "") -> str:
        """A word of the entry as text."""
        return str(self.data.get(key, default))

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words of the entry."""
        return tuple(self.data.get(key, ()))

    def flag(self, key: str) -> bool:
        """Whether the entry says so."""
        return bool(self.data.get(key, False))

    def param(self, key: str) -> Param | None:
        """A parameter of the entry, written `{ param = "url", index = 0 }`."""
        found = self.data.get(key)
        return _param(found) if isinstance(found, Mapping) and "param" in found else None

    def params(self, key: str) -> tuple[Param, ...]:
        """A list of parameters of the entry."""
        return tuple(_param(each) for each in self.data.get(key, ()))

    @property
    def mode(self) -> str:
        """sync, async or both."""
        return self.word("mode", "sync")

    @property
    def missing(self) -> str:
        """What leaving the timeout out means."""
        return self.word("missing", "n/a")

    @property
    def default(self) -> dict[str, float | None]:
        """Phase -> seconds that hold when nothing is given; None = proven unlimited."""
        found = self.data.get("default", {})
        return {phase: None if value == "none" else float(value) for phase, value in found.items()}

    @property
    def timeout(self) -> tuple[Param, ...]:
        """The parameters that set a timeout."""
        return self.params("timeout")


def _param(data: Mapping[str, Any]) -> Param:
    phases = tuple(data["phases"].split("+")) if data.get("phases") else ()
    return Param(data["param"], data.get("index", -1), phases)


@dataclass(frozen=True, slots=True)
class Library:
    """One file of the catalogue: facts by qualified name, exception bases, other spellings."""

    name: str
    distribution: str
    imports: tuple[str, ...]
    data: Mapping[str, Any]
    facts: Mapping[tuple[str, str], Fact]
    """(kind, qualified name) -> fact; a method's name is its type's and its own, with a dot."""
    aliases: Mapping[str, str]
    errors: Mapping[str, tuple[str, ...]]


def build(data: Mapping[str, Any]) -> Library:
    """Makes a library from the parsed words of its file; KeyError or ValueError say what is wrong."""
    name = data["library"]
    facts: dict[tuple[str, str], Fact] = {}
    aliases: dict[str, str] = dict(data.get("aliases", {}))
    for kind in TABLES:
        for entry in data.get(kind, ()):
            words = dict(entry)
            like = str(words.pop("like", ""))
            if like:
                model = facts.get((kind, aliases.get(like, like)))
                if model is None:
                    raise ValueError(f"{name}: no {kind} {like!r} above, to be like")
                inherited = {k: v for k, v in model.data.items() if k not in ("on", "names", "method", "client_less")}
                words = {**inherited, **words}
            on = words.get("on")
            spellings = [f"{on}.{each}" if on else each for each in words.get("names", ())]
            first = words.get("type") if kind in ("client", "response", "limit", "adapter") else None
            if not spellings and not first:
                raise ValueError(f"{name}: a {kind} without names")
            if first and first not in spellings and (kind, first) not in facts:
                spellings.insert(0, first)  # a factory does not speak for the class that it makes
            for each in spellings:
                canonical = first or each
                facts[kind, each] = Fact(kind, name, canonical, words)
    errors = {child: tuple(bases) for child, bases in data.get("errors", {}).items()}
    return Library(name, data.get("distribution", name), tuple(data["import"]), data, facts, aliases, errors)


@cache
def load(file: str) -> Library:
    """Reads `catalog/FILE.toml`; parsed once per process."""
    return build(tomli.loads((FOLDER / f"{file}.toml").read_text("utf-8")))


class Catalog:
    """All libraries that ship, the project's own descriptions, and the versions the project uses.

    `pins` maps a distribution to the versions it may have, as `Versions`; a fact that depends on the
    version holds only where it holds for the whole range.
    """

    __slots__ = ("_facts", "_own", "_pins", "_silenced")

    def __init__(
        self, own: Mapping[str, Mapping[str, Any]] | None = None, pins: Mapping[str, str] | None = None
    ) -> None:
        self._own = tuple(
            build({"library": name, "import": [name], **words})
            for name, words in (own or {}).items()
            if set(words) - {"ignore"}
        )
        self._silenced = {name: tuple(words.get("ignore", ())) for name, words in (own or {}).items()}
        self._pins = {normal(name): pin for name, pin in (pins or {}).items()}
        self._facts: dict[tuple[str, str], Fact | None] = {}

    def silenced(self, library: str) -> tuple[str, ...]:
        """Rules that the project has switched off for a library."""
        return self._silenced.get(library, ())

    def within(self, qualname: str, wanted: str) -> bool | None:
        """Whether all versions of a name's library that the project may have lie in a range; None if unknown."""
        for library in self.libraries(qualname):
            return covers(wanted, self.pinned(library))
        return None

    def python(self, wanted: str) -> bool | None:
        """Whether all versions of Python that the project may run on lie in a range; None if unknown."""
        return covers(wanted, self._pins.get("python", ""))

    def prefixes(self) -> Iterator[str]:
        """Module prefixes of the project's own libraries."""
        for library in self._own:
            yield from library.imports

    def libraries(self, qualname: str) -> Iterator[Library]:
        """Libraries that a qualified name may belong to."""
        parts = qualname.split(".")
        for end in range(len(parts), 0, -1):
            prefix = ".".join(parts[:end])
            for file in IMPORTS.get(prefix, ()):
                yield load(file)
        for library in self._own:
            if any(qualname == each or qualname.startswith(each + ".") for each in library.imports):
                yield library

    def pinned(self, library: Library) -> str:
        """The versions of a library that the project may have, "" if that is not known."""
        return self._pins.get(normal(library.distribution), "")

    def canonical(self, qualname: str) -> str:
        """The first spelling of a qualified name."""
        for library in self.libraries(qualname):
            found = library.aliases.get(qualname)
            if found is not None:
                return found
        return qualname

    def fact(self, kind: str, qualname: str) -> Fact | None:
        """The entry of a kind with this name, for the versions the project uses; None if there is none."""
        key = (kind, qualname)
        if key not in self._facts:
            self._facts[key] = self._find(kind, qualname)
        return self._facts[key]

    def method(self, kind: str, owner: str, name: str) -> Fact | None:
        """The entry for a method, looked for on the type and on the types it extends."""
        seen: set[str] = set()
        while owner and owner not in seen:
            seen.add(owner)
            found = self.fact(kind, f"{owner}.{name}") or self._any(kind, owner, name)
            if found is not None:
                return found
            client = self.fact("client", owner) or self.fact("response", owner) or self.fact("loop", owner)
            owner = client.word("extends") if client else ""
        return None

    def _any(self, kind: str, owner: str, name: str) -> Fact | None:
        """The entry that stands for every method of a type, `names = ["*"]`, unless it leaves this one out."""
        found = self.fact(kind, f"{owner}.*")
        if found is None or not found.flag("any") or any(_like(name, each) for each in found.words("except")):
            return None
        last = name.rpartition(".")[2]
        if last.startswith("_") or (found.flag("nested") and "." not in name):
            return None
        initial = found.word("initial")
        if initial and initial != ("upper" if last[0].isupper() else "lower"):
            return None
        return Fact(kind, found.library, f"{found.name[:-1]}{name}", found.data)

    def _find(self, kind: str, qualname: str) -> Fact | None:
        for library in self.libraries(qualname):
            name = library.aliases.get(qualname, qualname)
            found = library.facts.get((kind, name))
            if found is None and kind == "client":  # by the type it makes
                found = next(
                    (f for (k, _), f in library.facts.items() if k == kind and f.data.get("type") == name), None
                )
            if found is not None:
                return self._versioned(found, library)
        return None

    def _versioned(self, fact: Fact, library: Library) -> Fact:
        history = fact.data.get("versions")
        if not history:
            return fact
        pin = self.pinned(library)
        words = dict(fact.data)
        for entry in history:
            verdict = covers(entry["range"], pin)
            changed = {key: value for key, value in entry.items() if key != "range"}
            if verdict:
                words.update(changed)
            elif verdict is None:  # some of the versions it may have, or nothing is known: only what all share holds
                for key in changed:
                    words.pop(key, None)
                if "missing" in changed or "default" in changed:
                    words["missing"], words["default"] = "unknown", {}
        return Fact(fact.kind, fact.library, fact.name, words)

    def bases(self, error: str) -> tuple[str, ...]:
        """All bases of an exception class, nearest first; () if nothing is known."""
        found: list[str] = []
        todo = [self.canonical(error)]
        while todo:
            name = todo.pop(0)
            parents: tuple[str, ...] = BUILTIN_ERRORS.get(name, ())
            for library in self.libraries(name):
                parents = library.errors.get(name, parents)
            for parent in parents:
                if parent not in found:
                    found.append(parent)
                    todo.append(self.canonical(parent))
        return tuple(found)


def _like(name: str, pattern: str) -> bool:
    """Whether a name is the pattern, or starts with it where it ends in a star."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


BUILTIN_ERRORS: dict[str, tuple[str, ...]] = {
    name: tuple(base.__name__ for base in each.__bases__) if each.__name__ == name else (each.__name__,)
    for name, each in vars(builtins).items()
    if isinstance(each, type) and issubclass(each, BaseException) and each is not BaseException
}
"""Python's own exceptions; `IOError` and the like are other spellings."""
