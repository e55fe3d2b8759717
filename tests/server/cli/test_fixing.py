"""`--fix` as a person meets it: what is written, what is left alone and named, what is repaired first."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from resilint.__main__ import main
from resilint.engine import check as engine
from resilint.fs import writing
from resilint_rules.kit.findings import Fix
from resilint_rules.kit.syntax.text import Edit

RISKY = "import requests\n\n\ndef rates():\n    return requests.get(URL, timeout=None)\n"
FIXED = RISKY.replace("None", "(3.05, 27)")
FIX = ["check", "--no-cache", "--select", "timeout-disabled", "--fix", "--unsafe-fixes"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one module to fix, which is the working folder."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (tmp_path / "a.py").write_text(RISKY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_read_only_file_is_named_and_left_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run fails, although the other file was fixed; what is left is reported."""
    (home / "b.py").write_text(RISKY)
    (home / "b.py").chmod(0o444)
    assert main(FIX) == 2
    said = capsys.readouterr()
    assert "resilint: b.py was left as it is: it is read-only\n" in said.err
    assert "b.py:5" in said.out
    assert ((home / "a.py").read_text(), (home / "b.py").read_text()) == (FIXED, RISKY)


def test_both_names_of_a_file_are_fixed_once(home: Path) -> None:
    """A file that the run meets under two names is fixed, and stays one file."""
    os.link(home / "a.py", home / "b.py")
    assert main(FIX) == 0
    assert (home / "b.py").read_text() == FIXED
    assert (home / "a.py").samefile(home / "b.py")


def test_a_second_name_that_is_opened_late_is_no_finding(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was fixed through its other name before it was opened is checked again."""
    os.link(home / "a.py", home / "b.py")
    monkeypatch.setattr("resilint.cli.fix_files.on_deep_stack", lambda work: work)  # opens each file when it is needed
    assert main(FIX) == 0
    assert (home / "b.py").read_text() == FIXED


@pytest.mark.parametrize("paths", [[], ["a.py"]])
def test_an_interrupted_fix_is_undone_first(home: Path, capsys: pytest.CaptureFixture[str], paths: list[str]) -> None:
    """What a killed run left in part is restored, said, checked and fixed; its temporary files are gone."""
    path = str(home / "a.py")
    Path(path).write_text(FIXED[:-10] + RISKY[len(FIXED) - 10 :])
    Path(writing.companion(path, writing.JOURNAL)).write_bytes(writing._entry(path, RISKY.encode(), FIXED.encode()))
    Path(writing.companion(path, writing.TEMPORARY)).write_text("import requ")
    assert main([*FIX, *paths]) == 0
    assert "a.py: a fix was interrupted here; the text from before it was restored\n" in capsys.readouterr().err
    assert sorted(os.listdir(home)) == ["a.py", "pyproject.toml"]
    assert Path(path).read_text() == FIXED


def test_a_check_repairs_nothing(home: Path) -> None:
    """Only a run that may write removes or restores anything."""
    spare = Path(writing.companion(str(home / "a.py"), writing.TEMPORARY))
    spare.write_text("import requ")
    assert main([*FIX, "--diff"]) == 1
    assert main(["check", "--no-cache", "--select", "timeout-disabled"]) == 1
    assert spare.exists()


@pytest.mark.skipif(os.name == "nt", reason="no such limit")
def test_a_full_disk_ends_with_a_message(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is as it was and named, nothing lies beside it, and the status says that the run failed."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
    try:
        status = main(FIX)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert status == 2
    assert "a.py was left as it is: it cannot be written (file too large)\n" in capsys.readouterr().err
    assert (home / "a.py").read_text() == RISKY
    assert sorted(os.listdir(home)) == ["a.py", "pyproject.toml"]


@pytest.fixture
def wrong_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    """Effect: the fixes of all rules take the last statement out of its function."""
    real = engine.check

    def check(doc, *more):
        report = real(doc, *more)
        at = doc.text.rindex("    return")
        fix = Fix("Break it", (Edit(at, at, "def other():\n"),), applicability="safe")
        return replace(report, findings=tuple(replace(found, fixes=(fix,)) for found in report.findings))

    monkeypatch.setattr(engine, "check", check)


CAPTURED = RISKY.replace("    return", "    first()\n    return")
DEFECT = (
    "E001 internal-error: the fixes of timeout-disabled do damage, so nothing was changed: "
    "`return requests.get(URL, timeout=None)` would be changed or moved; please report this\n"
)


@pytest.mark.usefixtures("wrong_fix")
def test_damage_is_our_defect(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file stays as it is; the run fails, and its report names the rule, in every format."""
    (home / "a.py").write_text(CAPTURED)
    assert main([*FIX, "--output-format", "json"]) == 2
    said = capsys.readouterr()
    assert said.err == f"resilint: a.py: {DEFECT}"
    assert [found["code"] for found in json.loads(said.out)] == ["E001", "TMO003"]
    assert (home / "a.py").read_text() == CAPTURED


@pytest.mark.usefixtures("wrong_fix")
def test_damage_is_no_patch(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`--diff` shows nothing of it, standard input comes out as it went in, and both say why."""
    (home / "a.py").write_text(CAPTURED)
    assert main([*FIX, "--diff"]) == 2
    said = capsys.readouterr()
    assert (said.out, DEFECT in said.err) == ("", True)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CAPTURED.encode())))
    assert main([*FIX, "-", "--stdin-filename", "a.py"]) == 2
    said = capsys.readouterr()
    assert (said.out, DEFECT in said.err) == (CAPTURED, True)


@pytest.mark.parametrize("undo", [True, False])
def test_fixes_without_an_end_are_not_written(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, undo: bool
) -> None:
    """Two fixes that undo each other, and one that always finds more: the file stays, and it is our defect."""
    real = engine.check

    def check(doc, *more):
        at = doc.text.index("URL")
        old, new = ("(URL", "(URL_") if undo and "URL_" not in doc.text else ("(URL_", "(URL")
        edit = Edit(at - 1, at - 1 + len(old), new) if undo else Edit(at, at, "a, ")
        fix = Fix("Again", (edit,), applicability="safe")
        return replace(report := real(doc, *more), findings=(replace(report.findings[0], fixes=(fix,)),))

    monkeypatch.setattr(engine, "check", check)
    assert main([*FIX, "--output-format", "concise"]) == 2
    said = capsys.readouterr()
    assert "E001 internal-error: its fixes undo each other, so nothing was changed; please report this\n" in said.err
    assert "a.py:1:1: E001" in said.out
    assert (home / "a.py").read_text() == RISKY
