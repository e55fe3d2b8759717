"""What a project wants: read from `[tool.resilint]` or `resilint.toml`, checked, and frozen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from resilint_rules.kit.findings import Severity
from resilint_rules.kit.rule import Rule

from ..fs import toml_text
from ..fs.exclude import FOLDERS
from ..version import __version__
from .complaints import Complaints
from .keys import KEYS
from .validators import Say, excess, nearest, quote

Where = Literal["pyproject", "resilint"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in the settings: the file, a one-based row (0: not in a file), the key, the message."""

    file: str
    row: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        return f"{place}: `{self.key}` {self.message}" if self.key else f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """What fixes insert, in seconds."""

    connect: float = 3.05
    read: float = 27
    total: float = 30
    llm: float = 60


@dataclass(frozen=True, slots=True)
class Patterns:
    """What patterns write. `within`, `pause` and `recovery` are in seconds."""

    attempts: int = 3
    within: float = 60
    pause: float = 2
    concurrency: int = 10
    failures: int = 5
    recovery: float = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that hold for a file; every field has its default. Keys in TOML are kebab case.

    `exclude` and `extend_exclude` are patterns relative to the folder of the settings, `baseline` and
    `extend` paths below it.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    profile: str = "default"
    preview: bool = False
    severity: Mapping[str, Severity] = field(default_factory=dict)
    timeouts: Timeouts = Timeouts()
    patterns: Patterns = Patterns()
    defer_to: tuple[str, ...] = ()
    library: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fail_on: str = "warning"
    output_format: tuple[str, ...] = ("full",)
    exclude: tuple[str, ...] = FOLDERS
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    jobs: int = 0
    baseline: str = ""
    extend: str = ""
    required_version: str = ""
    docs_url: str = ""

    @property
    def digest(self) -> str:
        """The same for all settings under which a text has the same findings and fixes: for cache keys."""
        relevant = {name: value for name, value in as_json(self).items() if name in _DECIDE_FINDINGS}
        return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()[:16]


_DECIDE_FINDINGS = frozenset(
    ("select", "extend-select", "ignore", "per-file-ignores", "profile", "preview", "severity", "timeouts",
     "patterns", "defer-to", "library")
)  # fmt: skip


def as_json(settings: Settings) -> dict[str, Any]:
    """The settings under the keys that people write, in values that JSON and TOML have."""
    return {field.name.replace("_", "-"): _plain(getattr(settings, field.name)) for field in fields(Settings)}


def _plain(value: Any) -> Any:
    if isinstance(value, (Timeouts, Patterns)):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Severity):
        return value.value
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner) for inner in value]
    return value


def parse(
    data: bytes,
    where: str,
    table: Where,
    rules: Iterable[Rule] = (),
    under: Settings = Settings(),
) -> tuple[Settings, tuple[Mistake, ...]]:
    """Parses settings from the bytes of a file called `where`; invalid values are left out and reported.

    `table` says whether they lie in `[tool.resilint]` or at the top. `under` is what the file extends.
    Selectors are compared with `rules` unless that is empty. Never raises.
    """
    try:
        text = data.decode("utf-8-sig")
        found: object = toml_text.parse(text)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        return under, (Mistake(where, row, "", "is not UTF-8, as TOML has to be"),)
    except toml_text.BrokenTomlError as error:
        return under, (Mistake(where, error.row, "", str(error)),)
    prefix = ("tool", "resilint") if table == "pyproject" else ()
    for name in prefix:
        found = found.get(name, {}) if isinstance(found, dict) else found
    complaints = Complaints(text, prefix)
    settings = _read(found, under, complaints, tuple(rules))
    mistakes = [Mistake(where, row, key, message) for row, key, message in complaints.rows()]
    return settings, tuple(mistakes)


def override(
    settings: Settings, given: Mapping[str, object], where: str, rules: Iterable[Rule] = ()
) -> tuple[Settings, tuple[Mistake, ...]]:
    """`settings` under values that come from elsewhere: the command line, an editor. Never raises."""
    complaints = Complaints()
    read = _read(dict(given), settings, complaints, tuple(rules))
    return read, tuple(Mistake(where, 0, key, message) for _, key, message in complaints.rows())


def holds(data: bytes) -> bool:
    """Whether a `pyproject.toml` has a `[tool.resilint]` table; a broken file counts if it seems to."""
    if b"resilint" not in data:
        return False
    try:
        tool = toml_text.parse(data.decode("utf-8-sig")).get("tool")
    except ValueError:
        return re.search(rb"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*\"?resilint\b", data, re.MULTILINE) is not None
    return isinstance(tool, dict) and "resilint" in tool


def _read(found: object, under: Settings, say: Say, rules: tuple[Rule, ...]) -> Settings:
    if isinstance(found, dict):
        found = {name: value for name, value in found.items() if not _too_much(name, value, say)}
    given = KEYS.read(found, (), say) or {}
    if rules:
        _keep_known(given, rules, say)
    for name, inner in list(given.get("library", {}).items()):
        if inner.keys() - {"ignore"} and (wrong := _wrong_description(name, inner)):
            say(("library", name), wrong)
            del given["library"][name]
    version = given.get("required-version", "")
    if version and not allows(version, __version__):
        say(("required-version",), f"wants resilint {quote(version)}; this is {__version__}")
    return _lay(given, under)


def _too_much(name: str, value: object, say: Say) -> bool:
    """Whether a key holds more than is read, which is then said."""
    wrong = excess(value)
    if wrong:
        say((name,), wrong)
    return bool(wrong)


def _wrong_description(name: str, words: Mapping[str, Any]) -> str:
    """Why the catalogue cannot use a description of a library; "" if it can."""
    from resilint_rules.kit.catalog.fields import Refused
    from resilint_rules.kit.catalog.lookup import described

    try:
        described(name, words)
    except Refused as refused:
        return f"is not a description in the catalogue's words: {refused}"
    return ""


def _lay(given: dict[str, Any], under: Settings) -> Settings:
    """New values over old ones: `select` starts afresh, `ignore` and `extend-...` add, tables merge by key."""
    new = {name.replace("-", "_"): value for name, value in given.items()}
    ignored = () if "select" in new else under.ignore
    wanted = {*new.get("select", ()), *new.get("extend_select", ())}
    ignored = tuple(selector for selector in ignored if selector not in wanted)
    if {"select", "extend_select", "ignore"} & new.keys():
        more = () if "select" in new else under.extend_select
        new["extend_select"] = _joined(more, new.get("extend_select", ()))
        new["ignore"] = _joined(ignored, new.get("ignore", ()))
    if "extend_exclude" in new:
        new["extend_exclude"] = _joined(under.extend_exclude, new["extend_exclude"])
    if "severity" in new:
        new["severity"] = {**under.severity, **{name: Severity(word) for name, word in new["severity"].items()}}
    for name in ("timeouts", "patterns"):
        if name in new:
            new[name] = replace(getattr(under, name), **new[name])
    for name in ("per_file_ignores", "library"):
        if name in new:
            new[name] = {**getattr(under, name), **new[name]}
    return replace(under, **new)


def _joined(first: tuple[str, ...], then: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *then)))


def _keep_known(given: dict[str, Any], rules: tuple[Rule, ...], say: Say) -> None:
    """Drops selectors that mean no rule, with a word about each."""
    words = {word for rule in rules for word in (rule.code, rule.name)} | {"ALL"}

    def known(selector: str, path: tuple[str, ...]) -> bool:
        if selector in words or (selector.isupper() and any(word.startswith(selector) for word in words)):
            return True
        say(path, f"names no rule: {quote(selector)}", selector, lambda: nearest(selector, words))
        return False

    def kept(selectors: tuple[str, ...], *path: str) -> tuple[str, ...]:
        return tuple(selector for selector in dict.fromkeys(selectors) if known(selector, path))

    for name in ("select", "extend-select", "ignore"):
        if name in given:
            given[name] = kept(given[name], name)
    for pattern, selectors in given.get("per-file-ignores", {}).items():
        given["per-file-ignores"][pattern] = kept(selectors, "per-file-ignores", pattern)
    for selector in list(given.get("severity", {})):
        if not known(selector, ("severity", selector)):
            del given["severity"][selector]
    for library, inner in given.get("library", {}).items():
        if "ignore" in inner:
            inner["ignore"] = kept(inner["ignore"], "library", library, "ignore")


_COMPARISONS = {
    "==": lambda have, want: have == want,
    "!=": lambda have, want: have != want,
    ">=": lambda have, want: have >= want,
    "<=": lambda have, want: have <= want,
    "<": lambda have, want: have < want,
    ">": lambda have, want: have > want,
}


def allows(wanted: str, version: str) -> bool:
    """Whether a plain version such as "0.1.0" lies in a range such as ">=0.1,<2"; "0.1" means "==0.1"."""
    have = _numbers(version)
    for part in wanted.split(","):
        sign, number = re.match(r"\s*(\D*?)\s*([0-9.]+)\s*$", part).groups()  # type: ignore[union-attr]
        want = _numbers(number)
        if sign == "~=":
            upper = [int(section) for section in number.split(".")][:-1] or [0]
            upper[-1] += 1
            if not want <= have < _numbers(".".join(map(str, upper))):
                return False
        elif not _COMPARISONS[sign or "=="](have, want):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(word) for word in re.findall(r"\d+", version)][:6]
    return tuple(numbers + [0] * (6 - len(numbers)))
