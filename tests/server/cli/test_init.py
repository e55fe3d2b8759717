"""`resilint init`: shows what it would write, writes it once, and leaves alone what is there."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
import tomli
import yaml

from resilint.__main__ import main
from resilint.config.settings import Settings, parse
from resilint_rules.registry import rules

RISKY = "import requests\n\nrequests.get(URL, timeout=None)\n"
PYPROJECT = '[project]\nname = "x"\n'
HOOKS = "repos:\n  - repo: https://example.com/a\n    rev: v1\n    hooks:\n      - id: a\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one finding, as the working folder."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "a.py").write_text(RISKY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listing(home: Path) -> set[str]:
    """All files of the project but caches."""
    found = (path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
    return {name for name in found if not name.startswith(".resilint_cache")}


def test_without_a_terminal_it_only_shows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it would write, each file with its content."""
    before = listing(home)
    assert main(["init"]) == 0
    out = capsys.readouterr().out
    assert "pyproject.toml gets the settings, at its end:\n    [tool.resilint]\n" in out
    assert ".resilint-baseline.json records today's 1 finding, so that only new ones fail.\n" in out
    assert out.endswith("Nothing was written; `resilint init --yes` writes without a question.\n")
    assert listing(home) == before


def test_what_it_writes_is_what_the_tools_read(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The settings are those that hold by default, the check passes, and a second run writes nothing."""
    assert main(["init", "--yes"]) == 0
    text = (home / "pyproject.toml").read_text()
    assert text.startswith(PYPROJECT)
    assert parse(text.encode(), "pyproject.toml", "pyproject", rules().values()) == (Settings(), ())
    (repo,) = yaml.safe_load((home / ".pre-commit-config.yaml").read_text())["repos"]
    assert repo["hooks"][0]["entry"] == "resilint check --force-exclude"
    (job,) = yaml.safe_load((home / ".github/workflows/resilint.yml").read_text())["jobs"].values()
    assert job["steps"][-1]["run"].startswith("resilint check ")
    assert len(json.loads((home / ".resilint-baseline.json").read_text())["findings"]) == 1
    assert main(["check"]) == 0
    before = {name: (home / name).read_bytes() for name in listing(home)}
    capsys.readouterr()
    assert main(["init", "--yes"]) == 0
    assert capsys.readouterr().out.endswith("Nothing is left to write.\n")
    assert {name: (home / name).read_bytes() for name in listing(home)} == before


@pytest.mark.parametrize(
    ("answer", "written"), [("y\n", True), ("yes\n", True), ("\n", False), ("n\n", False), ("", False)]
)
def test_on_a_terminal_it_asks(home: Path, monkeypatch: pytest.MonkeyPatch, answer: str, written: bool) -> None:
    """Silence is a no."""
    stream = io.StringIO(answer)
    stream.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdin", stream)
    assert main(["init"]) == 0
    assert (home / ".pre-commit-config.yaml").exists() is written


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_that_are_there_get_an_entry_more(home: Path, newline: str) -> None:
    """In the line ends and the margin that they have."""
    hooks = HOOKS.replace("\n", newline)
    (home / ".pre-commit-config.yaml").write_bytes(hooks.encode())
    (home / ".gitlab-ci.yml").write_bytes(b"test:\n  script: [a]")
    (home / "pyproject.toml").write_bytes(PYPROJECT.rstrip("\n").replace("\n", newline).encode())
    assert main(["init", "--yes"]) == 0
    data = (home / ".pre-commit-config.yaml").read_bytes().decode()
    assert data.startswith(hooks)
    assert data.count(newline) == data.count("\n")
    assert [repo["repo"] for repo in yaml.safe_load(data)["repos"]] == ["https://example.com/a", "local"]
    assert set(yaml.safe_load((home / ".gitlab-ci.yml").read_text())) == {"test", "resilint"}
    assert not (home / ".github").exists()
    assert tomli.loads((home / "pyproject.toml").read_bytes().decode())["tool"]["resilint"]["profile"] == "default"


@pytest.mark.parametrize(
    "hooks", ["repos: []\n", HOOKS + "ci:\n  skip: [a]\n", "repos:\n- repo: a\n  hooks:\n  - repo: b\n", "{}\n"]
)
def test_what_cannot_be_extended_safely_is_left_alone(
    home: Path, capsys: pytest.CaptureFixture[str], hooks: str
) -> None:
    """And the entry is shown, to be put there by hand."""
    (home / ".pre-commit-config.yaml").write_text(hooks)
    assert main(["init", "--yes"]) == 0
    assert "put this into its list `repos`:\n  - repo: local" in capsys.readouterr().out
    assert (home / ".pre-commit-config.yaml").read_text() == hooks


def test_a_project_without_pyproject_has_settings_of_its_own(home: Path) -> None:
    """In `resilint.toml`; where nothing is found there is no baseline."""
    (home / "pyproject.toml").unlink()
    (home / "a.py").write_text("x = 1\n")
    assert main(["init", "--yes", str(home)]) == 0
    text = (home / "resilint.toml").read_bytes()
    assert parse(text, "resilint.toml", "own", rules().values()) == (Settings(), ())
    assert not (home / ".resilint-baseline.json").exists()
