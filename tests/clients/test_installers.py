"""A built wheel on a machine that has nothing of ours: uvx, `uv tool`, pipx and the GitHub action.

Their programs are skipped where they are not installed; each installs the dependencies from the package index.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from clients.tools import FORMATS, run

pytest.importorskip("hatchling", reason="hatchling builds the wheel")

ROOT = Path(__file__).parents[2]
RISKY = """\
import requests


def pay(order):
    return requests.post("https://pay.example/orders", json=order)
"""
FOUND = "pay.py:5:12: TMO001[no-timeout]"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a release uploads."""
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(iter(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one risky call, which has never heard of us."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "pay.py").write_text(RISKY, encoding="utf-8")
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Mapping[str, str]:
    """The environment of a new user: a home folder of its own, and no program of the environment that tests run in."""
    home = tmp_path / "home"
    mine = str(Path(sys.executable).parent)
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV", "RESILINT_TOOLS")
    }
    path = [part for part in os.environ["PATH"].split(os.pathsep) if part != mine]
    return {
        **inherited,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "PIPX_HOME": str(home / "pipx"),
        "PIPX_BIN_DIR": str(home / "bin"),
        "UV_TOOL_BIN_DIR": str(home / "bin"),
        "UV_CACHE_DIR": str(home / "uv"),
        "PATH": os.pathsep.join([str(home / "bin"), str(FORMATS), *path]),
    }


def program(name: str) -> str:
    """An installer, or a skip that says how to get it."""
    found = shutil.which(name, path=str(FORMATS))
    if not found:
        pytest.skip(f"needs: python -m venv {FORMATS.parent} && {FORMATS / 'pip'} install uv pipx")
    return found


def test_uvx(wheel: Path, project: Path, bare: Mapping[str, str]) -> None:
    """One command, nothing installed for good."""
    out = run(project, bare, program("uvx"), "--from", wheel, "resilint", "check", "--output-format=concise", status=1)
    assert FOUND in out


@pytest.mark.parametrize("words", [("uv", "tool", "install"), ("pipx", "install")], ids=lambda words: words[0])
def test_a_tool_for_every_shell(words: tuple[str, ...], wheel: Path, project: Path, bare: Mapping[str, str]) -> None:
    """Afterwards `resilint` is a command, which is that of the wheel."""
    run(project, bare, program(words[0]), *words[1:], wheel)
    command = shutil.which("resilint", path=bare["PATH"])
    assert command is not None
    assert Path(command).is_relative_to(bare["HOME"])
    assert FOUND in run(project, bare, command, "check", "--output-format=concise", status=1)


@pytest.mark.skipif(os.name == "nt", reason="the steps of the action are written for bash")
def test_the_github_action(project: Path, bare: Mapping[str, str], tmp_path: Path) -> None:
    """The steps of the action, one after the other as the runner runs them: the pull request gets an annotation."""
    source, temporary = tmp_path / "source", tmp_path / "runner"
    temporary.mkdir()
    listed = run(
        ROOT, os.environ, "git", "ls-files", "-co", "--exclude-standard", "server", "rules", "README.md", ".github"
    )
    for name in [*listed.splitlines(), "pyproject.toml", "LICENSE"]:
        if (ROOT / name).is_file():  # as the runner checks it out, without what builds leave behind
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    folder = source / ".github" / "actions" / "check"
    action = yaml.safe_load((folder / "action.yml").read_text("utf-8"))
    inputs = {name: str(words["default"]) for name, words in action["inputs"].items()}
    inputs["sarif"] = "report.sarif"
    install, check = action["runs"]["steps"]
    surroundings = {**bare, "RUNNER_TEMP": str(temporary)}
    for step, status in ((install, 0), (check, 1)):
        for name, text in step["env"].items():
            value = text.replace("${{ github.action_path }}", str(folder))
            for key, given in inputs.items():
                value = value.replace(f"${{{{ inputs.{key} }}}}", given)
            assert "${{" not in value
            surroundings[name] = value
        out = run(project, surroundings, "bash", "-e", "-o", "pipefail", "-c", step["run"], status=status)
    assert "::warning title=resilint TMO001[no-timeout],file=pay.py,line=5," in out
    assert (project / "report.sarif").is_file()
