"""What the README tells people to paste is valid, and so is the GitHub action that it offers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from resilint.cli.main import main

yaml = pytest.importorskip("yaml", reason="needs: pip install pyyaml")

ROOT = Path(__file__).parents[2]
TOOLS = Path(os.environ.get("RESILINT_TOOLS") or "~/.cache/resilint-tools").expanduser() / "formats"
SCRIPTS = TOOLS / "venv" / ("Scripts" if os.name == "nt" else "bin")

ACTION = ROOT / ".github/actions/check/action.yml"

_FENCE = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)

_CHECK = re.compile(r"resilint check (--output-format full --output-format \S+:[\w.]+)")
"""What GitLab and Jenkins run."""

CHECKS = {
    r"\.github/workflows/[\w-]+\.ya?ml": ("check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
    r"\.gitlab-ci\.yml": ("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci"),
    r"(?:.*/)?action\.ya?ml": ("check-jsonschema", "--builtin-schema", "vendor.github-actions"),
    r"\.pre-commit-config\.yaml": ("pre-commit", "validate-config"),
}
"""The file that a recipe is for, and what judges it."""


def program(name: str) -> str:
    """A program from PyPI, or a skip that says how to get it."""
    found = shutil.which(name, path=str(SCRIPTS))
    if not found:
        pytest.skip(f"needs: python -m venv {TOOLS / 'venv'} && {SCRIPTS / 'pip'} install {name}")
    return found


def recipes() -> list[str]:
    """The text of every YAML fence of the README."""
    readme = ROOT / "README.md"
    return _FENCE.findall(readme.read_text("utf-8")) if readme.exists() else []


def judge(file: str, text: str, folder: Path) -> None:
    """Fails unless the judge for such a file is content."""
    command = next((words for name, words in CHECKS.items() if re.fullmatch(name, file)), None)
    assert command, f"no judge is known for {file!r}; the first line of a recipe names its file"
    target = folder / Path(file).name
    target.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program(command[0]), *command[1:], str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_has_recipes() -> None:
    """Otherwise the test below would pass without looking at anything."""
    assert recipes()


@pytest.mark.parametrize("recipe", recipes())
def test_recipes_are_valid(recipe: str, tmp_path: Path) -> None:
    """The first line is a comment that names the file a recipe is for."""
    first = re.match(r"# *(\S+)", recipe)
    assert first, recipe
    judge(first[1], recipe, tmp_path)


def test_every_place_has_its_recipe() -> None:
    """Three for machines that have a schema; Jenkins has none, so what it runs is run below."""
    named = {re.match(r"# *(\S+)", recipe)[1] for recipe in recipes()}  # type: ignore[index]
    assert named == {".pre-commit-config.yaml", ".github/workflows/resilint.yml", ".gitlab-ci.yml"}
    assert "\n// Jenkinsfile\n" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("written", _CHECK.findall((ROOT / "README.md").read_text("utf-8")))
def test_what_recipes_run_writes_the_report_that_they_hand_over(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command fails on a finding, shows it in the log, and its report is the file that is named again."""
    (tmp_path / "pay.py").write_text("import requests\nrequests.get('https://pay.example')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["check", *written.split()]) == 1
    assert "no-timeout" in capsys.readouterr().out
    (report,) = (path.name for path in tmp_path.iterdir() if path.name.startswith("resilint."))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.search(rf"(codequality: |junit '){re.escape(report)}", readme)


def test_an_invalid_recipe_is_noticed(tmp_path: Path) -> None:
    """The judges do judge."""
    with pytest.raises(AssertionError, match=r"runs-on|required|valid"):
        judge(".github/workflows/x.yml", "name: x\non: push\njobs:\n  a:\n    steps: 3\n", tmp_path)


def action() -> dict[str, Any]:
    """Our composite action."""
    return yaml.safe_load(ACTION.read_text("utf-8"))  # type: ignore[no-any-return]


def test_the_action_is_valid(tmp_path: Path) -> None:
    """GitHub's schema of an action's description."""
    judge("action.yml", ACTION.read_text("utf-8"), tmp_path)


def test_no_input_of_the_action_is_read_as_a_script() -> None:
    """Inputs come through the environment; an expression inside a script would be an injection."""
    assert all("${{" not in step["run"] for step in action()["runs"]["steps"])


def test_the_action_installs_the_project_it_lies_in() -> None:
    """The folder that it names from its own is the project's top."""
    source = action()["runs"]["steps"][0]["env"]["SOURCE"]
    up = source.removeprefix("${{ github.action_path }}/")
    assert (ACTION.parent / up).resolve() == ROOT


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs: bash")
def test_the_action_hands_its_inputs_over_word_by_word(tmp_path: Path) -> None:
    """One word a line, spaces kept, nothing expanded or executed; the exit status comes through."""
    bin_folder = tmp_path / "resilint/bin"
    bin_folder.mkdir(parents=True)
    stand_in = bin_folder / "resilint"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 1\n', encoding="utf-8")
    stand_in.chmod(0o755)
    step = action()["runs"]["steps"][1]
    assert set(step["env"]) == {"PATHS", "ARGS", "SARIF"}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(tmp_path),
            "PATHS": "src\nmy folder/*\n\n$(touch pwned)\n--help\n",
            "ARGS": "--fail-on=error\n--ignore=a b\n",
            "SARIF": "out put.sarif",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "check",
        "--output-format=github",
        "--output-format=sarif:out put.sarif",
        "--fail-on=error",
        "--ignore=a b",
        "--",
        "src",
        "my folder/*",
        "$(touch pwned)",
        "--help",
    ]
    assert not (tmp_path / "pwned").exists()
