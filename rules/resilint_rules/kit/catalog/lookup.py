"""The catalogue: TOML files as libraries of records, and the entry for a name in the versions of a project."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, overload

import tomli

from ...catalog.index import IMPORTS, TABLES
from . import fields as toml
from .fields import Record, Refused
from .parts import Transient
from .policies import BreakerFact, ConditionFact, LimiterFact, RetryFact, StopFact, WaitFact
from .records import AdapterFact, BlockFact, CallFact, ClientFact, ExternalFact, Fact, LimitFact, ResponseFact
from .security import CompareFact, ContextFact, DigestFact, InsecureFact, TokenFact, VerifyFact
from .surroundings import (
    AppFact,
    ConsumeFact,
    CoroutineFact,
    DoubleFact,
    EntryFact,
    GlobalFact,
    LockFact,
    LogFact,
    LoopFact,
    OffloadFact,
    OptionsFact,
    PatienceFact,
    RawFact,
    RefuseFact,
    RouteFact,
    ScopeFact,
    SleepFact,
    SpawnFact,
    TaskFact,
    TransactionFact,
)
from .versions import covers, normal

FOLDER = Path(__file__).resolve().parents[2] / "catalog"
RECORDS: dict[str, type[Fact]] = {
    record.kind: record
    for record in (
        ClientFact, CallFact, BlockFact, GlobalFact, LimitFact, AdapterFact, ResponseFact, SpawnFact, OffloadFact,
        ScopeFact,
        SleepFact, LoopFact, RetryFact, WaitFact, StopFact, ConditionFact, BreakerFact, LimiterFact, TaskFact,
        ConsumeFact, TransactionFact, LockFact, AppFact, RouteFact, EntryFact, RawFact, OptionsFact, VerifyFact,
        DigestFact, CompareFact, TokenFact, ContextFact, InsecureFact, LogFact, DoubleFact, CoroutineFact, RefuseFact,
        PatienceFact,
    )
}  # fmt: skip
"""The record of each table."""
F = TypeVar("F", bound=Fact)
_TYPED = (ClientFact, ResponseFact, LimitFact, AdapterFact)
"""Tables whose `type` is the first spelling of an entry."""
_OWN = frozenset(("on", "names", "method", "client_less"))
"""Keys that an entry does not take from the one that it is like."""


class Library(Record):
    """One file of the catalogue: the keys at its top, and its entries by qualified name."""

    name: str = toml.required_text("The name of the library.", toml="library")
    imports: tuple[str, ...] = toml.words("Module prefixes that bring it in.", toml="import")
    distribution: str = toml.text("Its name in a package index, if it is another; `stdlib` for Python's own.")
    also: tuple[str, ...] = toml.words("Other distributions with the same modules.")
    python2: tuple[str, ...] = toml.words(
        "Names that Python 2 alone has: of several that a name may stand for, these are none."
    )
    elsewhere: Mapping[str, str] = toml.texts_by_name(
        "Other names of its modules, each with their own; `*.` is any package, which has a copy of its own."
    )
    words: tuple[str, ...] = toml.words(
        "Words of which one has to occur in a file, for modules that nearly every program imports."
    )
    checked: str = toml.text("The version that was read.")
    peer: str = toml.text("What is at the other end: http, database, broker, llm, cloud, ...")
    driver: str = toml.text("`own`: coroutines may run on a loop that is not asyncio's.", "own")
    lasting: bool = toml.flag("Connections are kept open until a side ends them, so that a closed one is no failure.")
    removed: str = toml.text("The version of Python that removed the module.")
    only_errors: tuple[str, ...] = toml.words(
        "Where the errors of its calls come from, if from nowhere else: modules, and `builtins` for Python's own."
    )
    programs: Mapping[str, tuple[str, ...]] = toml.words_by_name(
        "Programs that ask a peer, with the words after the name for which they do; none if always."
    )
    transient: Transient | None = toml.one(Transient, "Errors that are worth another attempt.")
    errors: Mapping[str, tuple[str, ...]] = toml.words_by_name("Exception classes and their bases.")
    aliases: Mapping[str, str] = toml.texts_by_name("Other spellings of qualified names.")
    facts: Mapping[tuple[str, str], Fact] = {}
    """(table, qualified name) -> record; a method's name is that of its type and its own, with a dot."""
    entries: Mapping[tuple[str, str], Mapping[str, Any]] = {}
    """The same as written, `like` resolved: what versions change."""

    @property
    def broken_answers(self) -> tuple[str, ...]:
        """The errors of an answer that breaks off."""
        return self.transient.broken if self.transient is not None else ()

    @property
    def transient_errors(self) -> tuple[str, ...]:
        """Errors that are worth another attempt."""
        return self.transient.errors if self.transient is not None else ()


def build(data: Mapping[str, Any]) -> Library:
    """Makes a library from the parsed TOML of its file. Refused, a ValueError, if a key is unknown or mistyped."""
    library = Library.of({key: value for key, value in data.items() if key not in RECORDS})
    facts: dict[tuple[str, str], Fact] = {}
    entries: dict[tuple[str, str], Mapping[str, Any]] = {}
    for kind, record in RECORDS.items():
        for entry in _entries(kind, data):
            words = _inherited(kind, entry, entries, library.aliases)
            fact = _fact(record, library.name, words)
            for changed in fact.versions:  # a mistake is one now, not when the version is in use
                _fact(record, library.name, {**words, **_changes(changed)})
            for spelling in _spellings(kind, fact, entries):
                canonical = fact.type if isinstance(fact, _TYPED) and fact.type else spelling
                facts[kind, spelling] = fact.replaced(name=canonical)
                entries[kind, spelling] = words
    return library.replaced(facts=facts, entries=entries, distribution=library.distribution or library.name)


def _entries(kind: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of a table."""
    found = data.get(kind, [])
    if not isinstance(found, (list, tuple)) or not all(isinstance(entry, dict) for entry in found):
        raise Refused((kind,), "must be a list of tables")
    return list(found)


def _inherited(
    kind: str, entry: dict[str, Any], above: Mapping[tuple[str, str], Mapping[str, Any]], aliases: Mapping[str, str]
) -> dict[str, Any]:
    """The keys of an entry, with those of the entry that it is like."""
    like = str(entry.get("like", ""))
    if not like:
        return entry
    model = above.get((kind, aliases.get(like, like)))
    if model is None:
        raise Refused((kind,), f'"{like}" is no {kind} above, so that nothing can be like it')
    inherited = {key: value for key, value in model.items() if key not in _OWN}
    return {**inherited, **{key: value for key, value in entry.items() if key != "like"}}


def _fact(record: type[Fact], library: str, words: Mapping[str, Any], name: str = "") -> Fact:
    """The record of an entry; Refused names the table and the entry."""
    try:
        return record.of(dict(words), library=library, name=name)
    except Refused as refused:
        names = words.get("names")
        about = names[0] if isinstance(names, (list, tuple)) and names else words.get("type", "")
        raise Refused((), f"[[{record.kind}]] {about}: {refused}") from None


def _changes(version: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that differ for a range of versions."""
    return {key: value for key, value in version.items() if key != "range"}


def _varying(one: Any, other: Any) -> dict[str, Any] | None:
    """What is known of a library's retries where versions differ: that some have any, and how many at most."""
    known = [words for words in (one, other) if words]
    counts = [words.get("varies", words.get("attempts", 0)) for words in known]
    if any(words.get("unlimited") for words in known):
        return {"varies": 0}
    return {"varies": max(counts)} if counts and max(counts) > 1 else None


def _spellings(kind: str, fact: Fact, above: Mapping[tuple[str, str], Any]) -> list[str]:
    """The qualified names of an entry."""
    found = [f"{fact.on}.{name}" if fact.on else name for name in fact.names]
    first = fact.type if isinstance(fact, _TYPED) else ""
    if not found and not first:
        raise Refused((kind,), "needs the key `names`")
    if first and first not in found and (kind, first) not in above:
        found.insert(0, first)  # what a factory says does not hold for the class that it makes
    return found


@cache
def load(file: str) -> Library:
    """Reads `catalog/FILE.toml`; parsed once per process."""
    try:
        return build(tomli.loads((FOLDER / f"{file}.toml").read_text("utf-8")))
    except Refused as refused:
        raise Refused((), f"{file}.toml: {refused}") from None


_OWN_OF_PYTHON = "stdlib"
_SUPPORTED = ">=3.10"


class Catalog:
    """All libraries that ship, the project's own descriptions, and the versions the project uses.

    `pins` maps a distribution to the versions it may have, as clauses of `versions`; a fact that depends on the
    version holds only where it holds for the whole range.
    """

    __slots__ = ("_facts", "_own", "_pins", "_silenced")

    def __init__(
        self, own: Mapping[str, Mapping[str, Any]] | None = None, pins: Mapping[str, str] | None = None
    ) -> None:
        self._own = tuple(described(name, words) for name, words in (own or {}).items() if set(words) - {"ignore"})
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

    def older_python(self, first: str) -> bool:
        """Whether the project says that it may run on a Python before a version, such as "3.9"."""
        pin = self._pins.get("python", "")
        return bool(pin) and covers(f"<{first}", pin) is not False

    def prefixes(self) -> Iterator[str]:
        """Module prefixes of the project's own libraries."""
        for library in self._own:
            yield from library.imports

    def with_table(self, kind: str) -> Iterator[Library]:
        """The libraries that have entries of a table."""
        for prefix in TABLES.get(kind, ()):
            yield from self.libraries(prefix)

    def libraries(self, qualname: str) -> Iterator[Library]:
        """Libraries that a qualified name may belong to."""
        parts = qualname.split(".")
        for end in range(len(parts), 0, -1):
            prefix = ".".join(parts[:end])
            for file in IMPORTS.get(prefix, ()):
                yield load(file)
        for library in self._own:
            if any(qualname == prefix or qualname.startswith(prefix + ".") for prefix in library.imports):
                yield library

    def distributions(self) -> Iterator[str]:
        """The distributions whose versions the project names, with underscores for other signs."""
        return (name.replace("-", "_") for name in self._pins)

    def pinned(self, library: Library) -> str:
        """The versions of a library that the project may have, "" if that is not known."""
        return self._pins.get(normal(library.distribution), "")

    def _versions_of(self, library: Library) -> str:
        """The same; for a library of Python's own the versions of Python, if unknown those that still get fixes."""
        if library.distribution == _OWN_OF_PYTHON:
            return self._pins.get("python", "") or _SUPPORTED
        return self.pinned(library)

    def canonical(self, qualname: str) -> str:
        """The first spelling of a qualified name."""
        for library in self.libraries(qualname):
            found = library.aliases.get(qualname)
            if found is not None:
                return found
        return qualname

    @overload
    def fact(self, table: type[F], qualname: str) -> F | None: ...
    @overload
    def fact(self, table: str, qualname: str) -> Fact | None: ...
    def fact(self, table: type[Fact] | str, qualname: str) -> Fact | None:
        """The entry of a table with this name, for the versions the project uses; None if there is none.

        `table` is a record, or the name of a table where several are tried.
        """
        key = (table if isinstance(table, str) else table.kind, qualname)
        if key not in self._facts:
            self._facts[key] = self._find(*key)
        return self._facts[key]

    @overload
    def method(self, table: type[F], owner: str, name: str) -> F | None: ...
    @overload
    def method(self, table: str, owner: str, name: str) -> Fact | None: ...
    def method(self, table: type[Fact] | str, owner: str, name: str) -> Fact | None:
        """The entry for a method, looked for on the type and on the types it extends.

        One that names it comes before one for any method, which says less.
        """
        owners = self._lineage(owner)
        named = (self.fact(table, f"{candidate}.{name}") for candidate in owners)
        anyway = (self._any(table, candidate, name) for candidate in owners)
        return next((found for found in (*named, *anyway) if found is not None), None)

    def _lineage(self, owner: str) -> list[str]:
        """A type and the types it extends, nearest first."""
        found: list[str] = []
        while owner and owner not in found:
            found.append(owner)
            described = self.fact(ClientFact, owner) or self.fact(ResponseFact, owner) or self.fact(LoopFact, owner)
            owner = described.extends if described is not None else ""
        return found

    def _any(self, table: type[Fact] | str, owner: str, name: str) -> Fact | None:
        """The entry that stands for every method of a type, `names = ["*"]`, unless it leaves this one out."""
        found = self.fact(table, f"{owner}.*")
        if not isinstance(found, ExternalFact) or not found.any_method:
            return None
        if any(_like(name, pattern) for pattern in found.except_):
            return None
        last = name.rpartition(".")[2]
        if last.startswith("_") or (found.nested and "." not in name):
            return None
        if found.initial and found.initial != ("upper" if last[0].isupper() else "lower"):
            return None
        return found.replaced(name=f"{found.name[:-1]}{name}")

    def _find(self, kind: str, qualname: str) -> Fact | None:
        for library in self.libraries(qualname):
            name = library.aliases.get(qualname, qualname)
            found = library.facts.get((kind, name))
            if found is None and kind == ClientFact.kind:  # by the type it makes
                made = (fact for fact in library.facts.values() if isinstance(fact, ClientFact) and fact.type == name)
                found = next(made, None)
            if found is not None:
                return self._versioned(found, library)
        return None

    def _versioned(self, fact: Fact, library: Library) -> Fact:
        """An entry as it is for all versions that the project may have."""
        if not fact.versions:
            return fact
        pin = self._versions_of(library)
        entries = library.entries
        words = dict(next(entries[key] for key, known in library.facts.items() if known is fact))
        for entry in fact.versions:
            verdict, changed = covers(entry["range"], pin), _changes(entry)
            if verdict:
                words.update(changed)
            elif verdict is None:  # some of the versions it may have, or nothing is known: only what all share holds
                for key in changed:
                    shared = _varying(words.pop(key, None), changed[key]) if key == "retries" else None
                    words.update({key: shared} if shared else {})
                if "missing" in changed or "default" in changed:
                    words["missing"], words["default"] = "unknown", {}
                if pin and "writes" in changed:  # what the project says may be the version that knows less
                    words["writes"] = changed["writes"]
        return _fact(type(fact), fact.library, words, fact.name)

    def bases(self, error: str) -> tuple[str, ...]:
        """All bases of an exception class, nearest first; () if nothing is known."""
        found: list[str] = []
        pending = [self.canonical(error)]
        while pending:
            name = pending.pop(0)
            parents: tuple[str, ...] = BUILTIN_ERRORS.get(name, ())
            for library in self.libraries(name):
                parents = library.errors.get(name, parents)
            for parent in parents:
                if parent not in found:
                    found.append(parent)
                    pending.append(self.canonical(parent))
        return tuple(found)


def described(name: str, words: Mapping[str, Any]) -> Library:
    """A library that a project describes in its settings. Refused if it cannot be used."""
    return build({"library": name, "import": [name], **{key: value for key, value in words.items() if key != "ignore"}})


def _like(name: str, pattern: str) -> bool:
    """Whether a name is the pattern, or starts with it where it ends in a star."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


BUILTIN_ERRORS: dict[str, tuple[str, ...]] = {
    name: tuple(base.__name__ for base in error.__bases__) if error.__name__ == name else (error.__name__,)
    for name, error in vars(builtins).items()
    if isinstance(error, type) and issubclass(error, BaseException) and error is not BaseException
}
"""Python's own exceptions; `IOError` and the like are other spellings."""
