"""What the command line refuses, and how it ends when something goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from resilint.__main__ import main
from resilint.cli import check

RISKY = "import requests\n\n\ndef rates():\n    return requests.get(URL, timeout=None)\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project that is the working folder."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["check", "--add-ignore=why", "--fix"], "--add-ignore silences what"),
        (["check", "--add-ignore=why", "--diff"], "--add-ignore silences what"),
        (["check", "--add-ignore=why", "-"], "standard input is none"),
        (["check", "--add-ignore=two\nlines"], "one line without #"),
        (["baseline", "-"], "standard input is none"),
        (["baseline", "--prune", "."], "there is no baseline here"),
        (["explain", "missing.py:1"], "missing.py cannot be read"),
        (["explain", "a.py:99"], "a.py has 6 lines, and no line 99"),
    ],
)
def test_what_contradicts_itself_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], reason: str
) -> None:
    """With status 2 and the reason, and no file is touched."""
    (home / "a.py").write_text(RISKY)
    assert main(words) == 2
    assert reason in capsys.readouterr().err
    assert (home / "a.py").read_text() == RISKY


@pytest.mark.parametrize("words", [["check", "--add-ignore=why"], ["baseline"]])
def test_nothing_is_written_while_the_settings_are_wrong(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """What would be silenced or recorded might not be what was meant."""
    (home / "resilint.toml").write_text("select = 1\n")
    (home / "a.py").write_text(RISKY)
    assert main(words) == 2
    assert "nothing is written while the settings are wrong" in capsys.readouterr().err
    assert (home / "a.py").read_text() == RISKY
    assert not (home / ".resilint-baseline.json").exists()


def test_findings_are_silenced_or_said_to_be_read_only(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be written costs the status, and is not counted."""
    from resilint.cli import fix_files

    (home / "a.py").write_text(RISKY)
    with monkeypatch.context() as context:
        context.setattr(fix_files, "write", lambda done: f"{done.file}: is read-only")
        assert main(["check", "--select", "timeout-disabled", "--add-ignore=why"]) == 2
    out = capsys.readouterr()
    assert out.err == "resilint: a.py: is read-only\n"
    assert out.out == "Silenced 0 findings in 0 files.\n"
    assert main(["check", "--select", "timeout-disabled", "--add-ignore=why"]) == 0
    assert capsys.readouterr().out == "Silenced 1 finding in 1 file.\n"
    assert "# resilint: ignore[timeout-disabled] why" in (home / "a.py").read_text()


def test_a_fix_that_cannot_be_written_is_no_fix(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finding is still there, and the status says that something failed."""
    from resilint.cli import fix_files

    (home / "a.py").write_text(RISKY)
    monkeypatch.setattr(fix_files, "write", lambda done: f"{done.file}: is read-only")
    assert main(["check", "--select", "timeout-disabled", "--fix", "--unsafe-fixes"]) == 2
    out = capsys.readouterr()
    assert "resilint: a.py: is read-only" in out.err
    assert "timeout-disabled" in out.out
    assert (home / "a.py").read_text() == RISKY


@pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt(), 130), (RuntimeError("ours"), 2)])
def test_an_error_of_ours_has_a_status(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
) -> None:
    """An interrupt is silent; anything else asks for a report."""

    def fail(*arguments: Any) -> int:
        raise error

    monkeypatch.setattr(check, "check", fail)
    assert main(["check"]) == status
    assert ("ours" in capsys.readouterr().err) == (status == 2)
