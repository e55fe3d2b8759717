"""What a project's ruff already reports: with `defer-to = ["ruff"]` it is not reported again. Pure.

ruff knows a function by the import in the same file and by nothing else. So only what it surely sees is
left to it: a call of one of its functions, spelled as this file imports it. When its settings cannot be
read whole (they extend others, say which files they are for, or are broken), nothing is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.module import Module

from ..fs import toml_text
from ..fs.globs import MAX_COST, cost, excess, meets

Read = Callable[[str], "str | None"]
"""Gives the text of a file below the root; None if there is none."""

_SEEN = {
    "S113": frozenset(
        f"requests.{verb}" for verb in ("get", "options", "head", "post", "put", "patch", "delete", "request")
    )
}
"""Code -> the functions whose calls ruff looks at."""
_RULES = {"no-timeout": "S113"}
"""Rules of ours that report such a call for the same reason, when they report it at all."""
_FOLDERS = frozenset((
    ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d",
    ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pypackages__", "_build",
    "buck-out", "build", "dist", "node_modules", "site-packages", "venv",
))  # fmt: skip
"""Folders that ruff leaves out by default."""


@dataclass(frozen=True, slots=True)
class Ruff:
    """The part of ruff's settings that decides what it reports; patterns are relative to `folder`."""

    folder: str
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    excluded: tuple[str, ...]
    per_file: tuple[tuple[str, tuple[str, ...]], ...]

    def reports(self, code: str, name: str) -> bool:
        """Whether it surely reports a code in the file at `name`, a path below the root."""
        own = name[len(self.folder) :].lstrip("/")
        if _closest(code, self.select) <= _closest(code, self.ignore):
            return False
        if any(_touches(pattern, own) for pattern in self.excluded):
            return False
        return not any(_closest(code, codes) and _touches(pattern, own) for pattern, codes in self.per_file)


def left_over(module: Module, findings: Sequence[Finding], read: Read) -> tuple[Finding, ...]:
    """The findings without those that ruff reports, too."""
    if not any(finding.rule in _RULES for finding in findings):
        return tuple(findings)
    ruff = settings_for(module.doc.name, read)
    if ruff is None:
        return tuple(findings)
    return tuple(
        found for found in findings if not (_sees(module, found) and ruff.reports(_RULES[found.rule], module.doc.name))
    )


def settings_for(name: str, read: Read) -> Ruff | None:
    """The settings nearest to a file; None if there are none, or they cannot be read whole."""
    folder = name.rpartition("/")[0]
    while True:
        for own in (".ruff.toml", "ruff.toml", "pyproject.toml"):
            text = read(f"{folder}/{own}" if folder else own)
            if text is None:
                continue
            table = _table(text, own)
            if table is not None:
                return _read(table, folder)
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _table(text: str, name: str) -> Mapping[str, Any] | None:
    """ruff's settings in a file; an empty table if it is broken, None if it has none."""
    try:
        found = toml_text.parse(text)
    except ValueError:
        return {"extend": ""}
    if name != "pyproject.toml":
        return found if isinstance(found, Mapping) else None
    tool = found.get("tool")
    table = tool.get("ruff") if isinstance(tool, Mapping) else None
    return table if isinstance(table, Mapping) else None


def _read(table: Mapping[str, Any], folder: str) -> Ruff | None:
    if "extend" in table or "include" in table:
        return None
    lint = table.get("lint", {})
    if not isinstance(lint, Mapping):
        return None

    def words(*keys: str) -> tuple[str, ...]:
        return tuple(
            str(candidate)
            for place in (table, lint)
            for key in keys
            if isinstance(place.get(key), list)
            for candidate in place[key]
        )

    per_file = tuple(
        (str(pattern), tuple(str(code) for code in codes))
        for place in (table, lint)
        for key in ("per-file-ignores", "extend-per-file-ignores")
        if isinstance(place.get(key), Mapping)
        for pattern, codes in place[key].items()
        if isinstance(codes, list)
    )
    excluded = (*words("exclude", "extend-exclude"), *(() if "exclude" in table else sorted(_FOLDERS)))
    patterns = (*excluded, *(pattern for pattern, _ in per_file))
    if sum(map(cost, patterns)) > MAX_COST:
        return None
    return Ruff(folder, words("select", "extend-select"), words("ignore", "extend-ignore"), excluded, per_file)


def _closest(code: str, selectors: Iterable[str]) -> int:
    """How closely the best of some selectors means a code: 0 not at all, 1 for "ALL", more for a longer prefix."""
    found = 0
    for selector in selectors:
        if selector == "ALL":
            found = max(found, 1)
        elif selector and code.startswith(selector):
            found = max(found, 1 + len(selector))
    return found


def _touches(pattern: str, name: str) -> bool:
    """Whether a pattern means a file or a folder above it; in doubt, it does."""
    if pattern.startswith("!") or excess(pattern):
        return True
    steps = name.split("/")
    plain = pattern.removeprefix("./").removesuffix("/").removesuffix("/**").removesuffix("/*")
    return any(meets(plain, "/".join(steps[: depth + 1])) for depth in range(len(steps))) or meets(pattern, name)


def _sees(module: Module, finding: Finding) -> bool:
    """Whether a finding is about a call that ruff resolves: its spelling leads to the function by an import alone."""
    code = _RULES.get(finding.rule)
    if code is None or finding.callee not in _SEEN[code]:
        return False
    written = "".join(module.doc.text[finding.span.start : finding.span.end].split())
    first, _, rest = written.partition(".")
    targets = module.imports.get(first, [])
    if len(targets) != 1 or targets[0].level:
        return False
    target = targets[0]
    return ".".join(filter(None, (target.module, target.name, rest))) == finding.callee
