"""Which files a run looks at, and in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from resilint.config.roots import NO_WISH, Overrides, ProjectRoots
from resilint.run.discovery import Trouble, walk
from runs.tree import plant


def found(
    *paths: Path, wish: Overrides = NO_WISH, force_exclude: bool = False, troubles: list[Trouble] | None = None
) -> list[str]:
    """The files found, relative to the first path, in their order."""
    top = paths[0] if paths[0].is_dir() else paths[0].parent
    told: list[Trouble] = [] if troubles is None else troubles
    names: list[str] = []
    for folder in walk([str(path) for path in paths], ProjectRoots(wish), told, force_exclude):
        names += [os.path.relpath(os.path.join(folder.path, str(own)), top) for own in folder.entries[::4]]
    return names


def test_order_is_by_name_files_first(tmp_path: Path) -> None:
    """The order follows from names, not from the disk."""
    plant(tmp_path, dict.fromkeys(("b/z.py", "b/a/y.py", "c.py", "a.pyi", "B.py", "a/x.py", "notes.txt"), ""))
    assert found(tmp_path) == ["B.py", "a.pyi", "c.py", "a/x.py", "b/z.py", "b/a/y.py"]


def test_default_excludes(tmp_path: Path) -> None:
    """Environments, builds, vendored and generated files are out."""
    out = [".git", ".venv", "venv", "node_modules", "site-packages", "build", "dist", "__pycache__", ".tox", ".nox"]
    out += [".mypy_cache", ".eggs", ".semgrep", "_vendor", "vendor", "third_party", "vendored", ".resilint_cache"]
    plant(tmp_path, {f"pkg/{folder}/x.py": "" for folder in out})
    plant(tmp_path, {"pkg/api_pb2.py": "", "pkg/api_pb2_grpc.py": "", "pkg/api_pb2.pyi": "", "pkg/kept.py": ""})
    assert found(tmp_path) == ["pkg/kept.py"]


def test_what_is_no_regular_file_is_passed_over(tmp_path: Path) -> None:
    """A FIFO, a folder and links called `x.py` neither hang nor show up; the folder is searched."""
    plant(tmp_path, {"a/real.py": "", "folder.py/inner.py": ""})
    os.mkfifo(tmp_path / "fifo.py")
    (tmp_path / "link.py").symlink_to(tmp_path / "a" / "real.py")
    (tmp_path / "broken.py").symlink_to(tmp_path / "none.py")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert found(tmp_path) == ["a/real.py", "folder.py/inner.py"]


def test_what_is_named_is_looked_at(tmp_path: Path) -> None:
    """A file that is excluded is checked when it is named, unless exclusion is forced."""
    plant(tmp_path, {"build/x.py": "", "api_pb2.py": "", "tool": "", ".gitignore": "secret.py\n", "secret.py": ""})
    plant(tmp_path, {"pyproject.toml": ""})
    named = [tmp_path / "build" / "x.py", tmp_path / "api_pb2.py", tmp_path / "tool", tmp_path / "secret.py"]
    assert [os.path.basename(name) for name in found(*named)] == ["x.py", "api_pb2.py", "tool", "secret.py"]
    assert [os.path.basename(name) for name in found(*named, force_exclude=True)] == ["tool"]
    assert found(tmp_path / "build") == ["x.py"]
    assert found(tmp_path / "build", force_exclude=True) == []


def test_nothing_is_seen_twice(tmp_path: Path) -> None:
    """Overlapping paths give each file once, where it is met first."""
    plant(tmp_path, {"a/x.py": "", "a/b/y.py": "", "z.py": ""})
    assert found(tmp_path, tmp_path / "a", tmp_path / "z.py") == ["z.py", "a/x.py", "a/b/y.py"]
    assert found(tmp_path / "a" / "x.py", tmp_path / "a", tmp_path / "a" / "x.py") == ["x.py", "b/y.py"]


def test_gitignore_of_every_level(tmp_path: Path) -> None:
    """The nearest file decides; those above the folder asked for count up to the repository."""
    plant(
        tmp_path,
        {
            "outer/.gitignore": "*.py\n",
            "outer/repo/.git/HEAD": "",
            "outer/repo/.gitignore": "logs/\n/only_here.py\ngen_*.py\n",
            "outer/repo/only_here.py": "",
            "outer/repo/pkg/.gitignore": "!gen_kept.py\n",
            "outer/repo/pkg/only_here.py": "",
            "outer/repo/pkg/gen_a.py": "",
            "outer/repo/pkg/gen_kept.py": "",
            "outer/repo/pkg/logs/x.py": "",
        },
    )
    repo = tmp_path / "outer" / "repo"
    assert found(repo) == ["pkg/gen_kept.py", "pkg/only_here.py"]
    assert found(repo / "pkg") == ["gen_kept.py", "only_here.py"]


def test_gitignore_can_be_switched_off(tmp_path: Path) -> None:
    """`respect-gitignore = false` in the settings."""
    plant(tmp_path, {".gitignore": "x.py\n", "x.py": "", "resilint.toml": "respect-gitignore = false\n"})
    assert found(tmp_path) == ["x.py"]


def test_settings_exclude(tmp_path: Path) -> None:
    """`extend-exclude` adds names, paths and patterns; `exclude` replaces the defaults."""
    files = dict.fromkeys(("a/x.py", "a/deep/y.py", "b/x.py", "c/x.py", "build/x.py", "old_x.py"), "")
    plant(tmp_path, {**files, "resilint.toml": 'extend-exclude = ["c", "a/deep", "old_*.py"]\n'})
    assert found(tmp_path) == ["a/x.py", "b/x.py"]
    plant(tmp_path, {"resilint.toml": 'exclude = ["b/"]\n'})
    assert found(tmp_path) == ["old_x.py", "a/x.py", "a/deep/y.py", "build/x.py", "c/x.py"]


def test_settings_of_a_package_hold_in_it(tmp_path: Path) -> None:
    """In a repository of several projects the nearest settings decide."""
    plant(
        tmp_path,
        {
            "resilint.toml": 'extend-exclude = ["skip"]\n',
            "one/skip/x.py": "",
            "one/kept.py": "",
            "two/pyproject.toml": '[tool.resilint]\nextend-exclude = ["kept.py"]\n',
            "two/skip/x.py": "",
            "two/kept.py": "",
            "three/pyproject.toml": "[project]\n",
            "three/skip/x.py": "",
            "three/kept.py": "",
        },
    )
    assert found(tmp_path) == ["one/kept.py", "three/kept.py", "two/skip/x.py"]


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The others go on."""
    plant(tmp_path, {"a/x.py": ""})
    troubles: list[Trouble] = []
    assert found(tmp_path / "a", tmp_path / "none", troubles=troubles) == ["x.py"]
    assert troubles == [Trouble(str(tmp_path / "none"), "no such file or directory")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """Silence would look like a clean bill of health."""
    plant(tmp_path, {"a/x.py": "", "closed/y.py": ""})
    (tmp_path / "closed").chmod(0)
    troubles: list[Trouble] = []
    try:
        assert found(tmp_path, troubles=troubles) == ["a/x.py"]
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert [trouble.path for trouble in troubles] == [str(tmp_path / "closed")]
