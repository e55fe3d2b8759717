"""Scripts for shells: they are valid, complete what there is, and nothing that there is not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from resilint.__main__ import main
from resilint.cli.parser import SHELLS


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The script for a shell."""
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


def ask(program: str, *words: str) -> list[str]:
    """The lines that a shell prints."""
    if shutil.which(program) is None:
        pytest.skip(f"no {program}")
    done = subprocess.run([program, *words], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_options_and_rules_are_in_it(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For every shell; the first lines say how it is loaded."""
    text = script(shell, capsys)
    for word in ("check", "baseline", "init", "no-timeout", "junit", "strict"):
        assert word in text
    assert f"resilint completion {shell}" in text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("'resilint' 'ch'", "check"),
        ("'resilint' 'check' '--sel'", "--select"),
        ("'resilint' 'check' '--select' 'no-t'", "no-timeout"),
        ("'resilint' 'check' '--fail-on' ''", "error warning info hint"),
        ("'resilint' 'rule' 'no-t'", "no-timeout"),
        ("'resilint' 'completion' 'z'", "zsh"),
        ("'resilint' 'check' '--config' ''", ""),
        ("'resilint' 'check' 'x'", ""),
    ],
)
def test_bash(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, found: str) -> None:
    """Where nothing is found bash completes files."""
    file = tmp_path / "resilint.bash"
    file.write_text(script("bash", capsys))
    at = "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))"
    code = f"source {file}; COMP_WORDS=({words}); {at}; _resilint; echo ${{COMPREPLY[*]}}"
    assert ask("bash", "-c", code) == [found]


def test_fish(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Asked as it asks itself."""
    file = tmp_path / "resilint.fish"
    file.write_text(script("fish", capsys))
    assert ask("fish", "-n", str(file)) == []
    lines = ask("fish", "-c", f"source {file}; complete -C 'resilint check --select no-t'; complete -C 'resilint comp'")
    assert [line.split("\t")[0] for line in lines] == ["no-timeout", "completion"]


def test_zsh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Read without a complaint."""
    file = tmp_path / "_resilint"
    file.write_text(script("zsh", capsys))
    assert ask("zsh", "-n", str(file)) == []


def test_select_help_lists_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    """The table of `resilint rule`."""
    assert main(["check", "--select", "help"]) == 0
    table = capsys.readouterr().out
    assert main(["rule"]) == 0
    assert table == capsys.readouterr().out
