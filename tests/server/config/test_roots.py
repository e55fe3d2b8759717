"""Where a file is at home: root and settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from resilint.config.roots import Overrides, ProjectRoots
from resilint.fs import exclude
from runs.tree import plant


def test_the_nearest_settings_make_the_root(tmp_path: Path) -> None:
    """Before a nearer `pyproject.toml` without any."""
    plant(
        tmp_path,
        {
            "pyproject.toml": '[tool.resilint]\nprofile = "strict"\n',
            "pkg/pyproject.toml": "[project]\nname = 'resilint-user'\n",
            "pkg/src/x.py": "",
        },
    )
    home = ProjectRoots().above(str(tmp_path / "pkg" / "src"))
    assert (home.root, home.settings.profile) == (str(tmp_path), "strict")


def test_without_settings_a_project_file_or_repository_makes_the_root(tmp_path: Path) -> None:
    """The nearest one."""
    plant(tmp_path, {".git/HEAD": "", "a/x.py": "", "b/pyproject.toml": "", "b/c/x.py": ""})
    assert ProjectRoots().above(str(tmp_path / "a")).root == str(tmp_path)
    assert ProjectRoots().above(str(tmp_path / "b" / "c")).root == str(tmp_path / "b")


def test_without_anything_the_folder_above_the_package_is_the_root(tmp_path: Path) -> None:
    """So that `pkg.sub` can be found when only `pkg/sub` was asked for."""
    plant(tmp_path, {"pkg/__init__.py": "", "pkg/sub/__init__.py": "", "pkg/sub/x.py": "", "plain/x.py": ""})
    assert ProjectRoots().above(str(tmp_path / "pkg" / "sub")).root == str(tmp_path)
    assert ProjectRoots().above(str(tmp_path / "plain")).root == str(tmp_path / "plain")


def test_a_root_met_from_above_stays_one(tmp_path: Path) -> None:
    """A file that is opened again, for its fix, sees as much of the project as when it was found in a folder."""
    plant(tmp_path, {"pkg/sub/x.py": ""})
    homes = ProjectRoots()
    assert homes.above(str(tmp_path)) is homes.above(str(tmp_path / "pkg" / "sub"))
    assert ProjectRoots().above(str(tmp_path / "pkg" / "sub")).root == str(tmp_path / "pkg" / "sub")


def test_own_file_wins_over_shared(tmp_path: Path) -> None:
    """`resilint.toml` before `pyproject.toml` in one folder."""
    plant(tmp_path, {"pyproject.toml": '[tool.resilint]\nprofile = "strict"\n', "resilint.toml": "preview = true\n"})
    settings = ProjectRoots().above(str(tmp_path)).settings
    assert (settings.profile, settings.preview) == ("default", True)


def test_extend(tmp_path: Path) -> None:
    """A file may rest on another one of its project, and say less."""
    plant(
        tmp_path,
        {
            ".git/HEAD": "",
            "resilint.toml": 'profile = "strict"\npreview = true\n',
            "pkg/resilint.toml": 'extend = "base/more.toml"\npreview = false\n',
            "pkg/base/more.toml": 'preview = true\nfail-on = "error"\n',
        },
    )
    home = ProjectRoots().above(str(tmp_path / "pkg"))
    assert (home.settings.preview, home.settings.fail_on, home.mistakes) == (False, "error", ())


def test_extend_stays_below_the_root_and_ends(tmp_path: Path) -> None:
    """What leads out of the project, or round in a circle, costs one message and nothing else."""
    plant(
        tmp_path,
        {
            "secret.toml": 'profile = "strict"\n',
            "a/resilint.toml": 'extend = "../secret.toml"\npreview = true\n',
            "b/resilint.toml": 'extend = "other.toml"\npreview = true\n',
            "b/other.toml": 'extend = "resilint.toml"\n',
            "c/resilint.toml": 'extend = "none.toml"\npreview = true\n',
            "d/resilint.toml": 'extend = "link.toml"\n',
        },
    )
    (tmp_path / "d" / "link.toml").symlink_to(tmp_path / "secret.toml")
    said: dict[str, list[str]] = {}
    for name in "abcd":
        home = ProjectRoots().above(str(tmp_path / name))
        assert home.settings.preview is (name != "d")
        assert home.settings.profile == "default"
        said[name] = [mistake.message for mistake in home.mistakes]
    assert ["below" in message for message in said["a"]] == [True], said["a"]
    assert ["back to itself" in message for message in said["b"]] == [True]
    assert ["no such file" in message for message in said["c"]] == [True]
    assert ["outside" in message for message in said["d"]] == [True]


def test_wishes_win(tmp_path: Path) -> None:
    """`--config` stands in for all files, `--isolated` heeds none, and options win over both."""
    plant(tmp_path, {"pkg/resilint.toml": 'profile = "strict"\n', "mine.toml": 'profile = "security"\n'})
    folder = str(tmp_path / "pkg")

    def profile(wish: Overrides) -> str:
        return ProjectRoots(wish).above(folder).settings.profile

    assert profile(Overrides()) == "strict"
    assert profile(Overrides(config=str(tmp_path / "mine.toml"))) == "security"
    assert profile(Overrides(isolated=True)) == "default"
    assert profile(Overrides(given={"profile": "core"})) == "core"
    assert ProjectRoots(Overrides(isolated=True)).above(folder).root == folder


def test_defaults_cost_no_import(tmp_path: Path) -> None:
    """Knowing that nothing is set must not load the parser of settings."""
    plant(tmp_path, {"pyproject.toml": "[project]\n", "x.py": ""})
    program = (
        "import sys; from resilint.config.roots import ProjectRoots; home = ProjectRoots().above(sys.argv[1]);"
        "home.excluded, home.digest, home.mistakes, home.respects_gitignore;"
        "print([name for name in ('tomli', 'dataclasses', 'resilint.config.settings') if name in sys.modules])"
    )
    path = [folder for folder in sys.path if folder]
    command = [sys.executable, "-c", f"import sys; sys.path[:] = {path!r}; {program}", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_exclusion_by_name_ending_path_and_pattern() -> None:
    """The four ways to say it mean what they say in ruff."""
    out = exclude.Excluded(("build/", "*_gen.py", "docs/conf.py", "a*/b.py")).out
    assert out("build", "pkg/build")
    assert not out("builder", "pkg/builder")
    assert out("x_gen.py", "pkg/x_gen.py")
    assert out("conf.py", "docs/conf.py")
    assert not out("conf.py", "pkg/docs/conf.py")
    assert out("b.py", "ab/b.py")
    assert not out("b.py", "b/b.py")
