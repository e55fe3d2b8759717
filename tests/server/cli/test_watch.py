"""`--watch`: a run now, and one after each change of a file or a setting."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from resilint.__main__ import main
from resilint.cli import parser
from resilint.cli.watch import watch
from resilint.run.run import DEFAULT, Options


class End(Exception):
    """The person ends it."""


def runs(words: list[str], *changes: Callable[[], object]) -> int:
    """How often the check runs when these things happen one after the other, each in a pause."""
    count, waiting = 0, list(changes)

    def check(args: Namespace, engine: Options) -> int:
        nonlocal count
        count += 1
        return 1

    def sleep(seconds: float) -> None:
        if not waiting:
            raise End
        waiting.pop(0)()

    with pytest.raises(End):
        watch(parser.parse(["check", "--watch", *words]), DEFAULT, check, sleep)
    return count


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one file, as the working folder."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (tmp_path / "a.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_change_is_a_run(home: Path) -> None:
    """An edit, a new file, a removed one, a notebook, a setting, a lock file; what is excluded is none."""
    changes = [
        lambda: (home / "a.py").write_text("x = 22\n"),
        lambda: (home / "b.py").write_text("x = 1\n"),
        (home / "b.py").unlink,
        lambda: (home / "c.ipynb").write_text("{}"),
        lambda: (home / "pyproject.toml").write_text("[tool.resilint]\npreview = true\n"),
        lambda: (home / "uv.lock").write_text("version = 1\n"),
    ]
    assert runs([], *changes) == 1 + len(changes)
    (home / "build").mkdir()
    others = [lambda: (home / "notes.txt").write_text("x"), lambda: (home / "build" / "d.py").write_text("x"), int]
    assert runs([], *others) == 1


def test_only_the_files_that_are_named_count(home: Path) -> None:
    """A file that is gone for a moment, as some editors save, does no harm."""
    (home / "b.py").write_text("x = 1\n")
    assert runs(["a.py"], lambda: (home / "b.py").write_text("x = 22\n")) == 1
    assert runs(["a.py"], lambda: os.replace("a.py", "z"), lambda: os.replace("z", "a.py"), int) >= 2


def test_a_wrong_setting_does_not_end_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, and the next change is waited for."""
    (home / "pyproject.toml").write_text("[tool.resilint]\nselect = 3\n")
    assert runs([], lambda: (home / "pyproject.toml").write_text("[tool.resilint]\n")) == 2


@pytest.mark.parametrize("words", [["-"], ["--diff"], ["--add-ignore"], ["--show-settings"]])
def test_what_makes_no_sense_is_refused(home: Path, words: list[str]) -> None:
    """With a sentence."""
    assert main(["check", "--watch", *words]) == 2
