"""The hooks as people use them: a commit with a risky call is stopped, and the fixing hook fixes it.

Takes half a minute, as pre-commit installs the project from its source; skipped without pre-commit.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from clients.tools import FORMATS, run

ROOT = Path(__file__).parents[2]

RISKY = """\
import requests


def pay(order):
    return requests.post("https://pay.example/orders", json=order)
"""


def pre_commit() -> str:
    """The program, or a skip that says how to get it."""
    found = shutil.which("pre-commit", path=str(FORMATS))
    if not found:
        pytest.skip(f"needs: python -m venv {FORMATS.parent} && {FORMATS / 'pip'} install pre-commit")
    return found


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Environment variables under which git and pre-commit know nothing of this machine's user."""
    home = tmp_path_factory.mktemp("home")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "HOME": str(home),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PATH": os.pathsep.join([str(FORMATS), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "A Tester" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "tester@example.org" for who in ("AUTHOR", "COMMITTER")},
    }


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory, surroundings: Mapping[str, str]) -> Path:
    """A repository with this project as it lies here, committed and tagged."""
    pre_commit()
    if not (ROOT / ".git").exists():
        pytest.skip("needs: a git checkout, to know which files belong to the project")
    folder = tmp_path_factory.mktemp("hooks")
    listed = run(ROOT, surroundings, "git", "ls-files", "-co", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        if name.startswith(("tests/", "editors/")) or not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    run(folder, surroundings, "git", "init", "-q", "-b", "main")
    run(folder, surroundings, "git", "add", "-A")
    run(folder, surroundings, "git", "commit", "-q", "-m", "As it is")
    run(folder, surroundings, "git", "tag", "v0")
    return folder


@pytest.fixture
def scratch(tmp_path: Path, surroundings: Mapping[str, str]) -> Path:
    """A user's repository with one risky file, nothing committed yet."""
    run(tmp_path, surroundings, "git", "init", "-q", "-b", "main")
    (tmp_path / "pay.py").write_text(RISKY, encoding="utf-8")
    run(tmp_path, surroundings, "git", "add", "-A")
    return tmp_path


def configure(scratch: Path, hooks: Path, surroundings: Mapping[str, str], hook: str, args: str = "") -> None:
    """Asks for one of the hooks and installs it."""
    text = f"repos:\n- repo: {hooks.as_uri()}\n  rev: v0\n  hooks:\n  - id: {hook}\n"
    if args:
        text += f"    args: [{args}]\n"
    (scratch / ".pre-commit-config.yaml").write_text(text, encoding="utf-8")
    run(scratch, surroundings, "git", "add", "-A")
    run(scratch, surroundings, pre_commit(), "install")


def test_the_manifest_is_valid(surroundings: Mapping[str, str]) -> None:
    """Pre-commit's own check of the file that names the hooks."""
    run(ROOT, surroundings, pre_commit(), "validate-manifest", ".pre-commit-hooks.yaml")


def test_try_repo(scratch: Path, hooks: Path, surroundings: Mapping[str, str]) -> None:
    """Trying the hook before configuring it says where the risk is."""
    output = run(
        *(scratch, surroundings, pre_commit(), "try-repo", hooks, "resilint", "--all-files"),
        status=1,
    )
    assert "no-timeout" in output
    assert "pay.py:5:12" in output


def test_a_risky_commit_is_stopped_and_mended(scratch: Path, hooks: Path, surroundings: Mapping[str, str]) -> None:
    """The message has the line as it is and as it should be; the fixing hook changes the file; then it passes."""
    configure(scratch, hooks, surroundings, "resilint")
    stopped = run(scratch, surroundings, "git", "commit", "-m", "Pay", status=1)
    assert "TMO001[no-timeout] warning:" in stopped
    assert '5 -     return requests.post("https://pay.example/orders", json=order)' in stopped
    assert '5 +     return requests.post("https://pay.example/orders", json=order, timeout=' in stopped
    assert (scratch / "pay.py").read_text("utf-8") == RISKY

    configure(scratch, hooks, surroundings, "resilint-fix", "--unsafe-fixes")
    fixing = run(scratch, surroundings, "git", "commit", "-m", "Pay", status=1)
    assert "files were modified by this hook" in fixing
    assert "timeout=" in (scratch / "pay.py").read_text("utf-8")

    run(scratch, surroundings, "git", "add", "-A")
    passed = run(scratch, surroundings, "git", "commit", "-m", "Pay")
    assert "Passed" in passed


def test_excluded_files_are_left_alone(scratch: Path, hooks: Path, surroundings: Mapping[str, str]) -> None:
    """Pre-commit names the files, and the project's `exclude` counts all the same."""
    (scratch / "pyproject.toml").write_text('[tool.resilint]\nexclude = ["pay.py"]\n', encoding="utf-8")
    configure(scratch, hooks, surroundings, "resilint")
    assert "Passed" in run(scratch, surroundings, "git", "commit", "-m", "Pay")
