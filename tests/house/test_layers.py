"""Imports point down only: windows, effects, pure modules, rules, kit, catalogue."""

from __future__ import annotations

import re
import sys

import pytest

from house.modules import PACKAGES, Source, inside, read_modules

MODULES = read_modules()
SERVER = [source for source in MODULES if inside(source.name, "resilint")]
RULES = [source for source in MODULES if inside(source.name, "resilint_rules")]
TOP = {"resilint_rules.registry", "resilint_rules.generate"}
"""What stands above the rules in their package; the table of rules is data that the sieve reads."""
FAMILIES = {
    path.name for path in PACKAGES["resilint_rules"].iterdir() if path.is_dir() and path.name not in ("kit", "catalog")
}

CLI = ("__main__", "checking", "cli", "invocation", "output", "recorded", "repair", "session")
"""The terminal's window and its parts."""
LSP = ("lsp",)
"""The editor's window."""
EFFECTS = (
    "analysis", "cache", "changes", "discovery", "explain", "files", "homes", "memory", "pages", "plan",
    "remembered", "remembering", "report", "run", "settings_schema", "terminal", "versions", "workers",
)  # fmt: skip
"""What touches disks and processes, and the views that these need. Everything else is pure."""
TOUCHES = {"glob", "multiprocessing", "pathlib", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "threading"}
"""Importing one of these is touching disks or processes."""

OS = re.compile(
    r"\bos\.(?!(?:sep|altsep|fspath)\b"
    r"|path(?: import|\.(?:join|basename|dirname|normpath|splitext|isabs|commonprefix)\b))\w+(?:\.\w+)?"
)
"""Uses of `os` that ask the system something; the others only look at a string."""


def layer(name: str) -> int:
    """3 for a window, 2 for an effect or a view, 1 for a pure module of the server, 0 for the rules."""
    if not inside(name, "resilint"):
        return 0
    first = name.split(".")[1] if "." in name else ""
    return 3 if first in CLI + LSP else 2 if first in EFFECTS else 1


def family(name: str) -> str:
    """The folder of a rule's module, "" for what is no rule."""
    parts = name.split(".")
    return parts[1] if len(parts) >= 3 and parts[0] == "resilint_rules" and parts[1] in FAMILIES else ""


def offences(sources: list[Source], wrong: str) -> list[str]:
    """Lines `file imports name` for every import of a package that is not allowed."""
    return [f"{s.shown} imports {name}" for s in sources for name in sorted(s.imports) if inside(name, wrong)]


def test_both_packages_are_seen() -> None:
    """The test reads what it thinks it reads."""
    names = {source.name for source in MODULES}
    assert {"resilint.check", "resilint_rules.kit.text", "resilint_rules.kit.rule"} <= names
    check = next(source for source in MODULES if source.name == "resilint.check")
    assert "resilint_rules.kit.project.Project" in check.imports
    assert "resilint.settings" in check.imports


def test_server_modules_import_down() -> None:
    """A pure module knows no effect, an effect knows no window."""
    wrong = [
        f"{source.shown} imports {name}"
        for source in SERVER
        for name in sorted(source.imports)
        if layer(name) > layer(source.name)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("ones", "others"), [(CLI, LSP), (LSP, CLI)], ids=["terminal", "editor"])
def test_the_windows_do_not_know_each_other(ones: tuple[str, ...], others: tuple[str, ...]) -> None:
    """Terminal and editor are two views of one thing; only `__main__` opens either."""
    names = {f"resilint.{name}" for name in ones} - {"resilint.__main__"}
    window = [source for source in SERVER if any(inside(source.name, name) for name in names)]
    assert window
    wrong = [offence for other in others for offence in offences(window, f"resilint.{other}")]
    assert not wrong, "\n".join(wrong)


def test_pure_modules_touch_nothing() -> None:
    """What is called pure does not even import what could touch a disk or a process."""
    wrong = [
        f"{source.shown} imports {name}"
        for source in SERVER
        if layer(source.name) == 1 or inside(source.name, "resilint.report")
        for name in sorted({*(source.imports & TOUCHES), *OS.findall(source.text)})
    ]
    assert not wrong, "\n".join(wrong)


def test_rules_do_not_know_the_server() -> None:
    """Everything that understands code works without the package that talks to people."""
    assert offences(RULES, "resilint") == []


def test_a_rule_imports_the_kit_and_nothing_else_of_ours() -> None:
    """A rule never imports another rule, the registry, the catalogue or another family."""
    wrong = [
        f"{source.shown} imports {name}"
        for source in RULES
        if family(source.name)
        for name in sorted(source.imports)
        if inside(name, "resilint_rules") and not inside(name, "resilint_rules.kit")
    ]
    assert not wrong, "\n".join(wrong)


def test_the_kit_knows_no_rule() -> None:
    """The kit stands below the rules and above the catalogue's data."""
    wrong = [
        f"{source.shown} imports {name}"
        for source in RULES
        if inside(source.name, "resilint_rules.kit") or inside(source.name, "resilint_rules.catalog")
        for name in sorted(source.imports)
        if family(name) or any(inside(name, top) for top in TOP)
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_slow_of_libcst_is_imported() -> None:
    """Importing the metadata providers or the matchers alone doubles the start-up."""
    assert offences(MODULES, "libcst.metadata") + offences(MODULES, "libcst.matchers") == []


def test_no_third_party_package_but_the_dependencies() -> None:
    """What is imported is the standard library, ours, or a dependency that pyproject.toml gives a reason for."""
    ours = {"resilint", "resilint_rules", "__future__"}
    python = {"tomllib"}  # since 3.11
    allowed = ours | python | {"libcst", "lsprotocol", "pathspec", "pygls", "tomli"} | {"cattrs"}  # lsprotocol's own
    wrong = [
        f"{source.shown} imports {name}"
        for source in MODULES
        for name in sorted(source.imports)
        if name.partition(".")[0] not in allowed | set(sys.stdlib_module_names)
    ]
    assert not wrong, "\n".join(wrong)
