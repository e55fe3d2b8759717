"""The VS Code extension as it is published: it is typed, small, complete, and says what the server understands."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from resilint.version import __version__

HERE = Path(__file__).parent / "vscode"
ROOT = HERE.parents[2]
EXTENSION = ROOT / "editors" / "vscode"
SCHEMA = ROOT / "server" / "resilint" / "config" / "schema.json"

SMALL = 2_000_000
"""Bytes; a language client, and the server as a wheel without what it depends on."""


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, check=False, cwd=EXTENSION, timeout=300, capture_output=True, text=True)
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def modules() -> Path:
    """The extension's folder with what it is built from."""
    if shutil.which("npm") is None:
        pytest.skip("no npm")
    if not (EXTENSION / "node_modules").exists():
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    return EXTENSION


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """The extension's package.json."""
    return json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))


def _settings(manifest: dict[str, Any]) -> dict[str, Any]:
    groups = manifest["contributes"]["configuration"]
    return {name.removeprefix("resilint."): value for group in groups for name, value in group["properties"].items()}


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)


def test_one_command_makes_the_package(modules: Path) -> None:
    """`npm run package` checks the types, and the .vsix is small and has a licence, a readme, an icon, the server."""
    _run("npm", "run", "package")
    package = modules / "resilint.vsix"
    assert package.stat().st_size < SMALL
    with zipfile.ZipFile(package) as vsix:
        names = {name.removeprefix("extension/").lower() for name in vsix.namelist() if name.startswith("extension/")}
        wheels = {name for name in names if name.endswith(".whl")}
        assert wheels == {f"dist/resilint-{__version__}-py3-none-any.whl"}
        assert names - wheels == {
            "package.json", "readme.md", "license.txt", "images/icon.png", "dist/extension.js", "dist/notices.txt",
            *(f"walkthrough/{page}.md" for page in ("install", "project", "repair", "see")),
        }  # fmt: skip
        assert "![" not in vsix.read("extension/readme.md").decode()  # it could not show the pictures
        notices = vsix.read("extension/dist/NOTICES.txt").decode()
    assert "vscode-languageclient 11" in notices
    assert "Microsoft" in notices


def test_search_for_the_server(modules: Path) -> None:
    """The search for the server passes its own tests, which need no VS Code."""
    _run("node", "--test", HERE / "locate.test.mjs")


def test_lock_names_no_host() -> None:
    """Every package is pinned by its digest, and none by the place it came from."""
    packages = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    pinned = {name: package for name, package in packages.items() if name}
    assert pinned
    assert not [name for name, package in pinned.items() if "resolved" in package or "integrity" not in package]


def test_settings_are_the_servers(manifest: dict[str, Any]) -> None:
    """Each setting that is sent is known to the server, with the same choices, and none of its rules is invented."""
    switches = {"path", "enable", "hover", "inlayHints", "codeLens", "workspaceDiagnostics"}
    known = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]
    sent = {_kebab(name): value for name, value in _settings(manifest).items() if name not in switches}
    for name, value in sent.items():
        theirs = known[name]
        assert value.get("enum") == theirs.get("enum"), name
        assert value.get("type") == theirs.get("type", "string"), name
        assert value.get("items", {}).get("enum") == theirs.get("items", {}).get("enum"), name
        assert set(value.get("properties", ())) <= set(theirs.get("properties", ())), name
    for_the_command_line = {"fail-on", "output-format", "force-exclude", "jobs"}
    for_the_project = {"baseline", "docs-url", "extend", "required-version", "respect-gitignore"}
    assert known.keys() - for_the_command_line - for_the_project == sent.keys()


def test_switches_are_the_servers(manifest: dict[str, Any]) -> None:
    """The switches of the editor mean to the server what their names say, and have the same defaults."""
    from resilint.lsp.capabilities import EditorSettings

    settings = _settings(manifest)
    names = ("enable", "hover", "inlayHints", "codeLens", "workspaceDiagnostics")
    defaults = {_kebab(name): settings[name]["default"] for name in names}
    assert EditorSettings.read(defaults) == EditorSettings()
    other = EditorSettings.read({name: not value for name, value in defaults.items()})
    assert [other.enable, other.hover, other.inlay_hints] == [False, False, False]
    assert [other.code_lens, other.workspace_diagnostics] == [True, True]
    assert not other.given


def test_everything_is_described(manifest: dict[str, Any]) -> None:
    """Every setting has a description and a scope, every command a title."""
    for name, value in _settings(manifest).items():
        assert value.get("description") or value.get("markdownDescription"), name
        assert value.get("scope") in {"resource", "window", "machine-overridable"}, name
    for command in manifest["contributes"]["commands"]:
        assert command["title"], command


def test_settings_are_grouped_and_in_order(manifest: dict[str, Any]) -> None:
    """Groups and the settings in them are numbered as they stand."""
    groups = manifest["contributes"]["configuration"]
    assert [group["order"] for group in groups] == [*range(1, len(groups) + 1)]
    for group in groups:
        assert group["title"]
        assert [value["order"] for value in group["properties"].values()] == [*range(1, len(group["properties"]) + 1)]


def test_menus_and_steps_name_commands(manifest: dict[str, Any]) -> None:
    """Whatever a menu, a view or a step of the walkthrough offers is there, and the pages of steps too."""
    contributed = manifest["contributes"]
    known = {command["command"] for command in contributed["commands"]}
    known |= {f"command:{name}" for name in known}
    for entries in contributed["menus"].values():
        assert {entry["command"] for entry in entries if "command" in entry} <= known
    (walkthrough,) = contributed["walkthroughs"]
    assert [step["id"] for step in walkthrough["steps"]] == ["install", "see", "repair", "project"]
    for step in walkthrough["steps"]:
        assert (EXTENSION / step["media"]["markdown"]).is_file()
        assert set(re.findall(r"\((command:[\w.]+)\)", step["description"])) <= known
        events = {event.removeprefix("onCommand:") for event in step["completionEvents"] if "onCommand:" in event}
        assert events <= known
    (welcome,) = contributed["viewsWelcome"]
    assert set(re.findall(r"\((command:[\w.]+)\)", welcome["contents"])) <= known
    assert welcome["view"] in {view["id"] for view in contributed["views"]["explorer"]}


def test_untrusted_workspaces(manifest: dict[str, Any]) -> None:
    """The manifest promises what `locate.ts` keeps: the workspace's path is not heeded before it is trusted."""
    promise = manifest["capabilities"]["untrustedWorkspaces"]
    assert promise["supported"] == "limited"
    assert promise["restrictedConfigurations"] == ["resilint.path"]
    assert manifest["extensionKind"] == ["workspace"]
