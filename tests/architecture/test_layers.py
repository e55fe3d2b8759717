"""Imports point down only, between folders and between files, and there are no cycles."""

from __future__ import annotations

import re
import sys
from collections import Counter

import pytest

from architecture.graph import as_text
from architecture.modules import PACKAGES, ROOT, Source, inside, read_modules
from resilint_rules import kit

MODULES = read_modules()
SERVER = [source for source in MODULES if inside(source.name, "resilint")]
NAMES = {source.name for source in MODULES}
RULES = [source for source in MODULES if inside(source.name, "resilint_rules")]
TOP = {"resilint_rules.registry", "resilint_rules.generate"}
"""What stands above the rules in their package; the table of rules is data that the sieve reads."""
FAMILIES = {
    path.name
    for path in PACKAGES["resilint_rules"].iterdir()
    if path.is_dir() and path.name not in ("kit", "catalog", "patterns")
}

API = {
    f"resilint_rules.kit.{name}": f"resilint_rules.kit.{module}"
    for module, names in kit._MODULES.items() for name in names.split()
}  # fmt: skip
"""The module that defines a name which rules import from the kit itself."""
MODULES_IN_A_FOLDER = 14
STILL_LARGE: dict[str, int] = {}
"""Folders with more modules, each with their number, which may only shrink."""

SERVER_ORDER = (
    ("fs", "fixes", "own_rules", "errors", "version"),
    ("versions", "results"),
    ("config", "report"),
    ("baseline", "suppress"),
    ("docs", "engine"),
    ("run",),
    ("agents", "cli", "lsp"),
    ("__main__",),
)
"""The folders and files of the server from the lowest: a place imports its own and lower levels only."""
KIT_ORDER = (
    ("syntax",),
    ("findings", "reasons"),
    ("rule", "rule_page", "catalog"),
    ("project",),
    ("prefilter",),
    ("interp",),
    ("exceptions", "reach"),
    ("timeouts", "retries"),
    ("fixes",),
    ("entry_points",),
    ("trust",),
    ("responses",),
    ("effects",),
    ("policy",),
    ("subscriptions",),
)
"""The same of the kit."""
PURE = (
    "resilint.errors", "resilint.fixes", "resilint.own_rules", "resilint.results", "resilint.version",
    "resilint.report", "resilint.suppress", "resilint.baseline.match", "resilint.engine.check",
    "resilint.engine.fingerprint", "resilint.engine.incremental", "resilint.config.keys",
    "resilint.config.selection", "resilint.config.settings", "resilint.config.toml_positions",
    "resilint.config.validators", "resilint.fs.globs", "resilint.fs.exclude",
    "resilint.fs.gitignore", "resilint.versions.lockfiles", "resilint.versions.names",
)  # fmt: skip
"""What touches neither disks nor processes."""
TOUCHES = {"glob", "multiprocessing", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "threading"}
"""Importing one of these is touching disks or processes."""

OS = re.compile(
    r"\bos\.(?!(?:sep|altsep|fspath)\b"
    r"|path(?: import|\.(?:join|basename|dirname|normpath|splitext|isabs|commonprefix)\b))\w+(?:\.\w+)?"
)
"""Uses of `os` that ask the system something; the others only look at a string."""


def level(name: str, package: str, order: tuple[tuple[str, ...], ...]) -> int | None:
    """The level of a module of a package; None for the package itself and for what lies outside of it."""
    if not inside(name, package) or name == package:
        return None
    first = name[len(package) + 1 :].split(".", maxsplit=1)[0]
    return next((number for number, places in enumerate(order) if first in places), None)


def upward(sources: list[Source], package: str, order: tuple[tuple[str, ...], ...]) -> set[str]:
    """Imports of a package that go to a higher level, or between places of one level, as `a imports b`."""
    found = set()
    for source in sources:
        own = level(source.name, package, order)
        for name in source.imports & NAMES:
            other = level(name, package, order)
            if own is not None and other is not None and other > own:
                found.add(f"{source.name} imports {name}")
    return found


def cycles(sources: list[Source]) -> list[list[str]]:
    """The groups of modules that import each other, `TYPE_CHECKING` and late imports included."""
    graph = {source.name: sorted(source.imports & NAMES - {source.name}) for source in sources}
    found: list[list[str]] = []
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph.get(name, ()):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return found


def family(name: str) -> str:
    """The folder of a rule's module, "" for what is no rule."""
    parts = name.split(".")
    return parts[1] if len(parts) >= 3 and parts[0] == "resilint_rules" and parts[1] in FAMILIES else ""


def private(name: str, importer: str) -> bool:
    """Whether a module is a private one of the importer's family, in a private folder there too, or such a folder."""
    folder = ".".join(importer.split(".")[:2])
    return name == folder or name.startswith(f"{folder}._")


def offences(sources: list[Source], wrong: str) -> list[str]:
    """Lines `file imports name` for every import of a package that is not allowed."""
    return [f"{s.shown} imports {name}" for s in sources for name in sorted(s.imports) if inside(name, wrong)]


def test_both_packages_are_seen() -> None:
    """The test reads what it thinks it reads."""
    names = {source.name for source in MODULES}
    assert {"resilint.engine.check", "resilint_rules.kit.syntax.text", "resilint_rules.kit.rule"} <= names
    check = next(source for source in MODULES if source.name == "resilint.engine.check")
    assert "resilint_rules.kit.project.imports.Project" in check.imports
    assert "resilint.config.settings" in check.imports


@pytest.mark.parametrize(
    ("package", "order"), [("resilint", SERVER_ORDER), ("resilint_rules.kit", KIT_ORDER)], ids=["server", "kit"]
)
def test_every_place_has_a_level(package: str, order: tuple[tuple[str, ...], ...]) -> None:
    """A new folder or file must be put in its place; a level that nothing has is removed."""
    placed = {name for places in order for name in places}
    there = {
        source.name[len(package) + 1 :].split(".")[0]
        for source in MODULES
        if inside(source.name, package) and source.name != package
    }
    assert there == placed


@pytest.mark.parametrize(
    ("package", "order"), [("resilint", SERVER_ORDER), ("resilint_rules.kit", KIT_ORDER)], ids=["server", "kit"]
)
def test_imports_go_down(package: str, order: tuple[tuple[str, ...], ...]) -> None:
    """No import goes to a higher level."""
    found = upward(MODULES, package, order)
    assert not found, "\n".join(sorted(found))


def test_the_graph_is_printed() -> None:
    """As text, with each place on its level: `pytest -s -k graph_is_printed` shows it."""
    lines = [*as_text(MODULES, "resilint", SERVER_ORDER), *as_text(MODULES, "resilint_rules.kit", KIT_ORDER)]
    print(*lines, sep="\n")
    assert any(line.split(": ")[0].split() == ["0", "syntax"] and line.endswith(": -") for line in lines)
    assert any(line.strip().startswith("5 run: ") and "engine" in line and "lsp" not in line for line in lines)


def test_no_cycle() -> None:
    """No group of modules imports each other."""
    assert cycles(MODULES) == []


@pytest.mark.parametrize(("one", "other"), [("cli", "lsp"), ("lsp", "cli"), ("agents", "cli"), ("agents", "lsp")])
def test_terminal_and_editor_do_not_know_each_other(one: str, other: str) -> None:
    """They are two views of one thing; only `__main__` opens either."""
    places = [source for source in SERVER if inside(source.name, f"resilint.{one}")]
    assert places
    assert offences(places, f"resilint.{other}") == []


def test_pure_modules_touch_nothing() -> None:
    """What is called pure does not even import what could touch a disk or a process."""
    wrong = [
        f"{source.shown} imports {name}"
        for source in SERVER
        if any(inside(source.name, pure) for pure in PURE)
        for name in sorted({*(source.imports & TOUCHES), *OS.findall(source.text)})
    ]
    assert not wrong, "\n".join(wrong)


def test_rules_do_not_know_the_server() -> None:
    """Everything that understands code works without the package that talks to people."""
    assert offences(RULES, "resilint") == []


def test_a_rule_imports_the_kit_and_nothing_else_of_ours() -> None:
    """A rule never imports another rule, the registry, the catalogue or another family; private modules are its own."""
    wrong = [
        f"{source.shown} imports {name}"
        for source in RULES
        if family(source.name)
        for name in sorted(source.imports)
        if inside(name, "resilint_rules") and name in NAMES
        if not inside(name, "resilint_rules.kit") and not private(name, source.name)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_pattern_imports_the_kit_and_other_patterns() -> None:
    """Patterns stand beside the rules: both are made of the kit, and neither knows the other."""
    wrong = [
        f"{source.shown} imports {name}"
        for source in RULES
        if inside(source.name, "resilint_rules.patterns")
        for name in sorted(source.imports)
        if inside(name, "resilint_rules") and name in NAMES and name != "resilint_rules"
        if not inside(name, "resilint_rules.kit") and not inside(name, "resilint_rules.patterns")
    ]
    assert not wrong, "\n".join(wrong)
    rules = [source for source in RULES if family(source.name)]
    assert offences(rules, "resilint_rules.patterns") == []


def test_the_kit_knows_no_rule() -> None:
    """The kit stands below the rules and above the catalogue's data."""
    wrong = [
        f"{source.shown} imports {name}"
        for source in RULES
        if inside(source.name, "resilint_rules.kit") or inside(source.name, "resilint_rules.catalog")
        for name in sorted(source.imports)
        if family(name) or inside(name, "resilint_rules.patterns") or any(inside(name, top) for top in TOP)
    ]
    assert not wrong, "\n".join(wrong)


def test_module_texts_are_read_by_recorded_queries() -> None:
    """Above the prefilter nothing reads a module's text: dependent results could not be distinguished from others."""
    allowed = tuple(f"resilint_rules.kit.{folder}" for folder in ("syntax", "project", "prefilter"))
    wrong = [
        f"{source.shown}: {line.strip()}"
        for source in MODULES
        if not any(inside(source.name, folder) for folder in allowed)
        for line in source.text.splitlines()
        if re.search(r"\bmodule\.text\b", line)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_slow_of_libcst_is_imported() -> None:
    """Importing the metadata providers or the matchers alone doubles the start-up."""
    assert offences(MODULES, "libcst.metadata") + offences(MODULES, "libcst.matchers") == []


def test_no_third_party_package_but_the_dependencies() -> None:
    """What is imported is the standard library, ours, or a dependency that pyproject.toml gives a reason for."""
    ours = {"resilint", "resilint_rules", "__future__"}
    python = {"tomllib"}  # since 3.11
    dependencies = {"libcst", "lsprotocol", "packaging", "pygls", "tomli", "wcwidth"}
    optional = {"mcp", "mcp_types"}  # for one command, which says so where they are missing
    allowed = ours | python | dependencies | optional | {"cattrs"}  # lsprotocol's own
    wrong = [
        f"{source.shown} imports {name}"
        for source in MODULES
        for name in sorted(source.imports)
        if name.partition(".")[0] not in allowed | set(sys.stdlib_module_names)
    ]
    assert not wrong, "\n".join(wrong)


def users(sources: list[Source]) -> dict[str, set[str]]:
    """For each module of the kit the modules that import it, by name or through the kit's API."""
    modules = {s.name for s in sources if inside(s.name, "resilint_rules.kit") and s.path.name != "__init__.py"}
    found: dict[str, set[str]] = {name: set() for name in modules}
    for source in sources:
        if source.name == "resilint_rules.kit":
            continue
        for name in source.imports:
            home = API.get(name, name)
            if home in modules and home != source.name:
                found[home].add(source.name)
    return found


def test_a_kit_module_has_several_users() -> None:
    """The kit, the registry or the server needs it, or two modules of rules: what one rule needs lies beside it."""
    wrong = [
        f"{name} is needed by {' and '.join(sorted(importers)) or 'no module'} alone: move it beside its rule"
        for name, importers in sorted(users(MODULES).items())
        if len(importers) < 2 and not any(not family(importer) for importer in importers)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_api_is_seen() -> None:
    """What a rule imports through the API counts for the module that defines it."""
    assert API["resilint_rules.kit.BROAD"] == "resilint_rules.kit.syntax.idioms"
    assert "resilint_rules.retries.retries_every_exception" in users(MODULES)["resilint_rules.kit.syntax.idioms"]


def test_no_folder_holds_many_modules() -> None:
    """A folder with more modules has two topics and becomes two; those that still have are listed with their number."""
    folders = (source.path.parent for source in MODULES if source.path.stem != "__init__")
    counts = Counter(folder.relative_to(ROOT).as_posix() for folder in folders)
    large = {folder: count for folder, count in counts.items() if count > MODULES_IN_A_FOLDER}
    wrong = [f"{folder} holds {count} modules" for folder, count in large.items() if count != STILL_LARGE.get(folder)]
    wrong += [f"{folder} is no longer large: remove it from the list" for folder in STILL_LARGE.keys() - large.keys()]
    assert not wrong, "\n".join(wrong)
