"""Facts about libraries hold for what is installed: names, parameters, positions, defaults, exceptions, accessors.

A library that is not installed is skipped, and pytest counts it. `pip install .[catalog]` brings most of them.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import importlib
import importlib.util
import inspect
import platform
import sys
import warnings
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import pytest

from resilint_rules import generate
from resilint_rules.kit.catalog import lookup
from resilint_rules.kit.catalog.records import CallFact, ClientFact, ResponseFact
from resilint_rules.kit.catalog.versions import covers

FILES = sorted(path.stem for path in lookup.FOLDER.glob("*.toml"))
PLAIN = ("adapter", "response", "limit", "loop", "sleep", "offload", "scope", "spawn")
"""Tables whose entries say where they were read only if it is not plain."""


def resolve(name: str) -> Any:
    """The object that a dotted name reaches; attributes win over submodules of the same name."""
    parts = name.split(".")
    try:
        found: Any = importlib.import_module(parts[0])
    except ImportError:
        if len(parts) > 1:
            raise
        return getattr(builtins, name)
    done = parts[0]
    for part in parts[1:]:
        done = f"{done}.{part}"
        try:
            found = getattr(found, part)
        except AttributeError:
            found = importlib.import_module(done)
    return found


def reach(owner: str, name: str) -> Any:
    """A method of a type, or of what an attribute of the type makes: `containers.get`."""
    found = resolve(owner)
    for part in name.split("."):
        if isinstance(found, property) and found.fget is not None:  # a part: its annotation says what it is
            found = made_by(found.fget)
            if found is None:
                return None
        try:
            found = getattr(found, part)
        except AttributeError:
            if part in instance_names(found):
                return None
            raise
    return found


def made_by(getter: Any) -> Any:
    """What a property's function gives back, if its annotation or its only import says so; None if not."""
    given = inspect.get_annotations(getter).get("return")
    return given if isinstance(given, type) else None


def instance_names(cls: Any) -> set[str]:
    """Names that a class gives to its objects in annotations, slots or assignments to `self`."""
    names: set[str] = set()
    for each in getattr(cls, "__mro__", ()):
        names.update(vars(each).get("__annotations__", {}))
        try:
            source = inspect.getsource(each)
        except (OSError, TypeError):
            try:
                source = inspect.getsource(vars(each)["__init__"])  # some libraries move their classes' names
            except (OSError, TypeError, KeyError):
                continue
        names.update(word.partition("=")[0].partition(":")[0].strip() for word in source.split("self.")[1:])
    return {name.split()[0] if name.split() else "" for name in names}


def here(library: lookup.Library) -> bool:
    """Whether a library can be looked at; the standard library always can, unless this Python dropped the module."""
    if library.distribution == "stdlib":
        removed = library.removed
        return not removed or sys.version_info[:2] < tuple(int(part) for part in removed.split("."))
    return bool(installed_version(library))


def installed_version(library: lookup.Library) -> str:
    """The version of a library, or of Python for its own; "" if it is not installed."""
    if library.distribution == "stdlib":
        return platform.python_version()
    for each in (library.distribution, *library.also):
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(each)
    return ""


def is_older(library: lookup.Library) -> bool:
    """Whether a range that leaves out the version the file was checked with holds the installed one."""
    have = f"=={installed_version(library)}"
    ranges = {version["range"] for entry in library.entries.values() for version in entry.get("versions", ())}
    return any(covers(one, have) and not covers(one, f"=={library.checked}") for one in ranges)


@pytest.fixture(params=FILES)
def library(request: pytest.FixtureRequest) -> lookup.Library:
    """Each file of the catalogue."""
    return lookup.load(request.param)


@pytest.fixture
def installed(library: lookup.Library) -> Iterator[lookup.Library]:
    """Each library that is installed here."""
    if not here(library):
        pytest.skip(f"{library.distribution} is not installed")
    if library.name in ("asyncio", "concurrent", "concurrent.futures") and sys.version_info < (3, 11):
        pytest.skip(f"what is said of {library.name} came with Python 3.11")
    if library.distribution != "stdlib" and is_older(library):
        pytest.skip(f"{library.distribution} is older: for test_older_versions.py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            importlib.import_module(library.imports[0])
        except ImportError as error:
            pytest.skip(f"{library.distribution} cannot be imported: {error}")
        yield library


def entries(library: lookup.Library) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(table, spelling, words) of all entries as they are for the installed version, `like` resolved.

    The type of a factory is left to its own entry.
    """
    for (kind, name), entry in library.entries.items():
        words = dict(entry)
        for version in words.get("versions", ()):
            if covers(version["range"], f"=={installed_version(library)}"):
                words.update({key: value for key, value in version.items() if key != "range"})
        if name in (words.get("type"), *words.get("names", ())) or words.get("on"):
            made_elsewhere = name == words.get("type") and name not in words.get("names", ())
            if not made_elsewhere:
                yield kind, name, words


def named(words: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every parameter that an entry names."""
    for key, value in words.items():
        if key in ("versions", "carriers", "retries"):
            continue
        inner = value if isinstance(value, list) else [value]
        for each in inner:
            if isinstance(each, dict):
                if "param" in each:
                    yield each
                yield from named(each)


def target(name: str, words: dict[str, Any]) -> Any:
    """The object that an entry is about; None if it exists in generated code only."""
    owner = words.get("on")
    if words.get("virtual") or words.get("any"):
        return None
    return reach(owner, name[len(owner) + 1 :]) if owner and name.startswith(f"{owner}.") else resolve(name)


def test_file_says_what_it_is_about(library: lookup.Library) -> None:
    """Imports, the version that was looked at, and for each entry where its facts were read."""
    assert library.imports
    assert library.checked
    without = [(kind, name) for kind, name, words in entries(library) if not words.get("proof") and kind not in PLAIN]
    assert not without


def test_words_are_ours(library: lookup.Library) -> None:
    """Values that are one of a few words are one of them."""
    for kind, name, words in entries(library):
        where = f"{library.name}: {kind} {name}"
        assert words.get("missing", "n/a") in ("flag", "ok", "partial", "inherit", "n/a"), where
        assert words.get("mode", "sync") in ("sync", "async", "both"), where
        assert words.get("none", "unbounded") in ("unbounded", "default", "inherit", "error"), where
        assert words.get("zero", "unbounded") in ("unbounded", "default", "inherit", "error"), where
        assert words.get("status", "raises") in ("raises", "silent"), where
        if words.get("missing") == "flag" and kind in ("call", "client"):
            assert None in [None if value == "none" else value for value in words.get("default", {}).values()], where
        if words.get("missing") == "ok" and kind == "client":
            assert words.get("default"), where
        for each in words.get("versions", ()):
            assert covers(each["range"], ">=0") is not True, where
            assert covers(each["range"], each["range"]) is True, where


def test_written_limits_use_the_settings_words(library: lookup.Library) -> None:
    """A limit is written with values of the settings, for parameters that the entry knows."""
    values = {f"{name}{unit}": "1" for name in ("connect", "read", "total", "llm") for unit in ("", "_ms", "_whole")}
    for kind, name, words in entries(library):
        writes = words.get("writes")
        if writes is None:
            continue
        texts = [writes] if isinstance(writes, str) else list(writes.values())
        assert all(text.format(**values) for text in texts), (kind, name)
        if isinstance(writes, dict):
            assert set(writes) <= {each["param"] for each in words["timeout"]}, (kind, name)


def test_what_calls_give_back_is_described(library: lookup.Library) -> None:
    """A type that a call returns has an entry of its own, as a response or as a client."""
    everything = lookup.Catalog()
    for kind, name, words in entries(library):
        for each in filter(None, (words.get("returns"), words.get("extends"), *words.get("attributes", {}).values())):
            known = any(everything.fact(table, each) is not None for table in ("response", "client", "limit"))
            assert known or each == "socket.socket", (kind, name, each)


def test_names_exist(installed: lookup.Library) -> None:
    """Every spelling reaches something."""
    missing: list[str] = []
    for kind, name, words in entries(installed):
        if words.get("removed"):
            continue
        try:
            target(name, words)
            if words.get("any") and not words.get("virtual"):
                resolve_owner(installed, words["on"])
        except (ImportError, AttributeError) as error:
            missing.append(f"{kind} {name}: {error}")
    assert not missing


def resolve_owner(library: lookup.Library, owner: str) -> None:
    """Reaches a type, unless it exists in generated code only."""
    known = library.facts.get(("client", owner))
    if known is None or not known.virtual:
        resolve(owner)


def signature(found: Any) -> tuple[dict[str, tuple[int, Any]], bool, bool] | None:
    """(parameter -> position without self and default, takes *args, takes **kwargs); None if it cannot be read."""
    try:
        params = list(inspect.signature(found).parameters.values())
    except (ValueError, TypeError):
        return None
    if params and params[0].name in ("self", "cls", "_self"):
        params = params[1:]
    kinds = {each.kind for each in params}
    known = {
        f"/{index}" if each.kind is each.POSITIONAL_ONLY else each.name: (
            -1 if each.kind is each.KEYWORD_ONLY else index,
            each.default,
        )
        for index, each in enumerate(params)
        if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    }
    return known, inspect.Parameter.VAR_POSITIONAL in kinds, inspect.Parameter.VAR_KEYWORD in kinds


def test_parameters_exist_at_their_position(installed: lookup.Library) -> None:
    """A parameter has the name and position that the catalogue gives, or goes through `**kwargs`."""
    wrong: list[str] = []
    for kind, name, words in entries(installed):
        if words.get("removed"):
            continue
        shape = signature(target(name, words)) if target(name, words) is not None else None
        if shape is None:
            continue
        known, positions, keywords = shape
        for each in [*named(words), *words.get("carriers", ())]:
            param, index = each["param"], each.get("index", -1)
            if each.get("attribute"):  # set on the object, not given to its constructor
                continue
            if each.get("by_name"):  # its position changed between versions
                index = known.get(param, (index,))[0]
            if f"/{index}" in known:  # its name is never written
                continue
            if param not in known:
                if not keywords and not (positions and index >= 0):
                    wrong.append(f"{kind} {name}: no parameter {param}")
            elif known[param][0] not in (index, -1) and not words.get("value"):
                wrong.append(f"{kind} {name}: {param} is at {known[param][0]}, not {index}")
    assert not wrong


def test_defaults_are_the_library_s_own(installed: lookup.Library) -> None:
    """A number in the signature is the limit that the catalogue gives for the phases of the parameter."""
    wrong: list[str] = []
    for kind, name, words in entries(installed):
        found = target(name, words) if kind in ("client", "call") else None
        shape = signature(found) if found is not None else None
        if shape is not None:
            wrong.extend(limits_that_differ(f"{kind} {name}", words, shape[0]))
    assert not wrong


def limits_that_differ(name: str, words: dict[str, Any], known: dict[str, tuple[int, Any]]) -> Iterator[str]:
    """Yields the limits that a signature has as its defaults and the catalogue does not."""
    if words.get("missing") not in ("ok", "flag", "partial"):
        return
    for each in words.get("timeout", ()):
        default = known.get(each["param"], (0, None))[1]
        if isinstance(default, bool) or not isinstance(default, (int, float)) or default < 0:
            continue
        seconds = default * (0.001 if words.get("unit") == "ms" else 1)
        given = {words["default"].get(phase) for phase in each["phases"].split("+")}
        if default == 0 and words.get("zero") == "unbounded":
            seconds = "none"
        if seconds not in given and given != {None}:
            yield f"{name}: {each['param']}={default} in the library, {given} in the catalogue"


def base_of(name: str) -> Any:
    """A class of exceptions; before Python 3.11 asyncio has a TimeoutError of its own, which libraries extend."""
    return (TimeoutError, asyncio.TimeoutError) if name == "TimeoutError" else resolve(name)


def test_exceptions_and_their_bases(installed: lookup.Library) -> None:
    """Every exception exists, and a child is a subclass of what the catalogue says."""
    wrong: list[str] = []
    used = {
        name
        for _, _, words in entries(installed)
        for names in words.get("raises", {}).values()
        for name in names
        if not words.get("removed")
    }
    for name in sorted(used | set(installed.errors) | set(installed.transient_errors)):
        try:
            found = resolve(name)
        except (ImportError, AttributeError) as error:
            if name.partition(".")[0] == installed.imports[0].partition(".")[0]:
                wrong.append(f"{name}: {error}")
            continue
        bases = installed.errors.get(name, ())
        wrong.extend(f"{name} is no {base}" for base in bases if not issubclass(found, base_of(base)))
        if not issubclass(found, BaseException):
            wrong.append(f"{name} is no exception")
    assert not wrong


def test_what_patterns_write_is_there(installed: lookup.Library) -> None:
    """The exceptions that patterns catch and raise exist, and the one for an unreadable body is made from a text."""
    transient = installed.transient
    if transient is None:
        return
    for name in filter(None, (*transient.broken, transient.unreadable)):
        assert issubclass(resolve(name), BaseException), name
    if transient.unreadable:
        assert "no json" in str(resolve(transient.unreadable)("no json"))
    if transient.refusal is not None:
        assert issubclass(resolve(transient.refusal.error), BaseException)
        assert transient.refusal.status and transient.refusal.headers
    for (table, name), fact in installed.facts.items():
        if table == "response" and isinstance(fact, ResponseFact) and fact.number:
            assert fact.number in fact.checks and fact.headers, name


def test_other_spellings_reach_the_same(installed: lookup.Library) -> None:
    """An alias is another name for the same object."""
    for name, first in installed.aliases.items():
        assert resolve(name) is resolve(first), name


def test_other_import_names_reach_the_same(library: lookup.Library) -> None:
    """Another import name is one of the module itself, where the package that has it is installed."""
    for name, first in library.elsewhere.items():
        assert any(first == known or first.startswith(f"{known}.") for known in library.imports), name
        if not name.startswith(("*.", "future.backports.")) and importlib.util.find_spec(name.partition(".")[0]):
            public = {word for word in dir(resolve(first)) if not word.startswith("_")}
            assert public <= set(dir(resolve(name))), name


def test_exceptions_are_known_to_the_end(library: lookup.Library) -> None:
    """From every exception a chain of bases leads to BaseException, so that a handler can be judged."""
    everything = lookup.Catalog()
    for name in library.errors:
        foreign = [each for each in everything.bases(name) if "." in each and not any(everything.libraries(each))]
        assert "BaseException" in everything.bases(name) or foreign, name


def test_accessors_exist(installed: lookup.Library) -> None:
    """What reads a response's body or status is there."""
    for kind, name, words in entries(installed):
        if kind != "response":
            continue
        found = resolve(words["type"])
        own = instance_names(found)
        for each in (*words.get("body", ()), *words.get("checks", ()), *words.get("plain", ())):
            assert hasattr(found, each) or each in own, f"{name}.{each}"


def test_extended_types_are_bases(installed: lookup.Library) -> None:
    """A client that extends another library's type is a subclass of it."""
    for kind, name, words in entries(installed):
        base = words.get("extends")
        if kind != "client" or not base or words.get("virtual") or words.get("alike"):
            continue
        try:
            parent = resolve(base)
        except ImportError:
            continue
        assert issubclass(resolve(words["type"]), parent), name


def test_coroutines_run_nothing_before_they_are_awaited(installed: lookup.Library) -> None:
    """What is called a coroutine is a coroutine function, unless it gives an object around one."""
    for kind, name, words in entries(installed):
        if kind == "coroutine":
            assert inspect.iscoroutinefunction(target(name, words)) is not words.get("wraps", False), name


def test_any_method_but_those_left_out() -> None:
    """`names = ["*"]` stands for all methods of a type, with the exceptions and the first letter it names."""
    entry = {"on": "pay.Api", "names": ["*"], "any": True, "except": ["close", "with_*"], "initial": "lower"}
    known = lookup.Catalog({"pay": {"call": [entry]}})
    found = known.method(CallFact, "pay.Api", "charge")
    assert found is not None
    assert found.name == "pay.Api.charge"
    for name in ("close", "with_options", "Charge", "_send"):
        assert known.method(CallFact, "pay.Api", name) is None


def test_factory_does_not_speak_for_the_class() -> None:
    """What is known of a factory is not taken for the class that it makes, in either order."""
    factory = {"names": ["pay.connect"], "type": "pay.Api", "missing": "ok", "default": {"read": 5}}
    made = {"names": ["pay.Api"], "type": "pay.Api", "missing": "flag", "default": {"read": "none"}}
    for order in ([factory, made], [made, factory]):
        known = lookup.build({"library": "pay", "import": ["pay"], "client": order})
        missing = {name: fact.missing for (_, name), fact in known.facts.items() if isinstance(fact, ClientFact)}
        assert missing == {"pay.Api": "flag", "pay.connect": "ok"}


def test_what_differs_between_possible_versions_is_not_said() -> None:
    """A word that holds for some of the versions in use only is left out; what all of them share stays."""
    older = {"range": "<2", "retries": {"attempts": 1}}
    entry = {"names": ["pay.charge"], "missing": "ok", "default": {"read": 5}, "retries": {"attempts": 3}}
    entry["versions"] = [older]
    attempts = {}
    for pin in (">=2,<3", "==1.9", ">=1", ""):
        found = lookup.Catalog({"pay": {"call": [entry]}}, {"pay": pin}).fact(CallFact, "pay.charge")
        assert found is not None
        assert found.missing == "ok"
        attempts[pin] = found.retries.attempts if found.retries is not None else None
    assert attempts == {">=2,<3": 3, "==1.9": 1, ">=1": None, "": None}


def test_index_and_table_are_fresh() -> None:
    """What is generated from the catalogue is what is committed; `python -m resilint_rules.generate` writes it."""
    assert (lookup.FOLDER / "index.py").read_text("utf-8") == generate.catalog_index()
    assert generate.README.read_text("utf-8") == generate.readme()
