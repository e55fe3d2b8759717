"""Findings that a project's baseline knows are hints in the editor; damage and other findings are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from resilint.baseline import match
from resilint.baseline.editor import BaselineView, recorded
from resilint.config.roots import ProjectRoots
from resilint_rules.kit.rule import Finding, Severity
from resilint_rules.kit.syntax.text import Span

NAME = ".resilint-baseline.json"


def finding(code: str = "TMO001", scope: str = "pull", text: str = "t", fingerprint: str = "f") -> Finding:
    """A warning in a function."""
    return Finding(
        code,
        "no-timeout",
        Severity.WARNING,
        Span(0, 1),
        "m",
        callee="requests.get",
        scope=scope,
        text=text,
        fingerprint=fingerprint,
    )


def severities(known: BaselineView, path: str, *findings: Finding) -> list[str]:
    """What becomes of the severity of findings in a file."""
    return [found.severity.value for found in known.soften(findings, path)]


def baseline(folder: Path, *findings: Finding, file: str = "a.py") -> BaselineView:
    """A baseline that holds these findings of a file, read as the editor does."""
    (folder / NAME).write_text(match.write(match.entry(found, file) for found in findings))
    return read(folder)


def read(folder: Path, said: list[str] | None = None) -> BaselineView:
    """The baseline of a project; what is wrong with it is added to `said`, or must not be."""
    (folder / "pyproject.toml").touch()
    homes = ProjectRoots()
    messages: list[str] = []
    known = recorded(homes.above(str(folder)), homes, messages.append)
    assert said is not None or not messages
    if said is not None:
        said += messages
    return known


def test_a_recorded_finding_is_a_hint(tmp_path: Path) -> None:
    """Another one beside it, and one more of its kind, are not."""
    known = baseline(tmp_path, finding())
    path = str(tmp_path / "a.py")
    assert severities(known, path, finding()) == ["hint"]
    assert severities(known, path, finding(), finding(scope="push")) == ["hint", "warning"]
    assert severities(known, path, finding(text="u", fingerprint="g"), finding()) == ["warning", "hint"]


def test_a_finding_in_another_file_is_recorded_only_if_its_file_is_gone(tmp_path: Path) -> None:
    """As after a rename."""
    known = baseline(tmp_path, finding(), file="old.py")
    path = str(tmp_path / "new.py")
    assert severities(known, path, finding()) == ["hint"]
    (tmp_path / "old.py").touch()
    assert severities(known, path, finding()) == ["warning"]


def test_damage_is_never_recorded(tmp_path: Path) -> None:
    """It hides findings, so that it must be seen."""
    known = baseline(tmp_path, finding(), finding("E999"))
    found = severities(known, str(tmp_path / "a.py"), finding("E999"), finding())
    assert found == ["warning", "hint"]


def test_without_a_baseline_nothing_is_recorded(tmp_path: Path) -> None:
    """Nor is a finding of a document that is no file, which has the entries of no file."""
    known = read(tmp_path)
    assert known == BaselineView(str(tmp_path))
    assert severities(known, str(tmp_path / "a.py"), finding()) == ["warning"]
    assert severities(baseline(tmp_path, finding()), "", finding(scope="other")) == ["warning"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [("damaged", "is not JSON"), ("<<<<<<< a\n", "holds a merge conflict"), ("{}", "is not a baseline")],
)
def test_a_damaged_baseline_is_said_and_records_nothing(tmp_path: Path, content: str, reason: str) -> None:
    """With the file's name and the reason."""
    (tmp_path / NAME).write_text(content)
    said: list[str] = []
    known = read(tmp_path, said)
    assert known.entries == ()
    assert len(said) == 1
    assert said[0].startswith(f"{tmp_path / NAME}: {reason}")


def test_a_baseline_outside_of_the_project_is_refused(tmp_path: Path) -> None:
    """A link could make us read any file."""
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "other.json").write_text(match.write([match.entry(finding(), "a.py")]))
    (project / "link.json").symlink_to(tmp_path / "other.json")
    (project / "resilint.toml").write_text('baseline = "link.json"\n')
    said: list[str] = []
    assert read(project, said).entries == ()
    assert len(said) == 1
    assert said[0] == f"the settings' baseline 'link.json' leads out of {project}"
