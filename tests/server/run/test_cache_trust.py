"""A cache is used only if this user has written it on this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from resilint.__main__ import main
from resilint.run import cache_dir, cache_trust
from runs.small import OPTIONS, Run, run, told
from runs.tree import age, plant

TREE = {"pyproject.toml": "", "pkg/a.py": "# matter BAD\n", "pkg/b.py": "# matter\n"}


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key of its own for each test; its path. An edit to our own sources is no part of what these tests check."""
    monkeypatch.setattr(cache_dir, "tool", lambda: "steady")
    monkeypatch.setattr(cache_trust, "_user_folder", lambda: str(tmp_path / "user"))
    return tmp_path / "user" / "resilint" / "cache.key"


def index_of(root: Path) -> Path:
    """The cache of a root."""
    (index,) = (root / cache_dir.FOLDER).glob("*.json")
    return index


def git(folder: Path, *words: str) -> None:
    """Runs git with a name and without the settings of whoever runs the test."""
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, env=quiet)


def notices(root: Path) -> tuple[str, ...]:
    """What a run says beside its results."""
    one = Run([str(root)], OPTIONS)
    list(one)
    return one.notices


def test_a_cache_of_another_key_is_not_used(tmp_path: Path, own_key: Path) -> None:
    """It is another user's, or another machine's; the next run writes its own."""
    root = plant(tmp_path / "root", TREE)
    run(root)
    assert run(root)[1].chunks == 0
    own_key.write_bytes(bytes(32))
    assert run(root)[1].chunks == 2
    assert run(root)[1].chunks == 0


def test_an_edited_result_is_not_used(tmp_path: Path) -> None:
    """Even with a checksum as anybody can compute it."""
    root = plant(tmp_path / "root", TREE)
    run(root)
    index = index_of(root)
    mark, _, body = index.read_bytes().partition(b"\n")
    silent = body.replace(b"TMO001", b"XXX001")
    assert silent != body
    for forged in (mark, cache_trust.seal(b"", str(index), silent), cache_trust.seal(bytes(32), str(index), silent)):
        index.write_bytes(forged + b"\n" + silent)
        age(root)
        assert told(run(root)[0]) == [("a.py", "TMO001")]


def test_a_cache_of_another_place_is_not_used(tmp_path: Path) -> None:
    """What was found in one project says nothing of another that looks the same."""
    one, other = plant(tmp_path / "one", TREE), plant(tmp_path / "other", TREE)
    run(one)
    run(other)
    index_of(other).write_bytes(index_of(one).read_bytes())
    assert run(other)[1].chunks == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_key_that_others_may_know_is_replaced(tmp_path: Path, own_key: Path) -> None:
    """Neither one that others may read, nor a short one, nor a link."""
    root = plant(tmp_path / "root", TREE)
    run(root)
    first = own_key.read_bytes()
    assert len(first) == 32
    assert own_key.stat().st_mode & 0o777 == 0o600
    own_key.chmod(0o644)
    run(root)
    second = own_key.read_bytes()
    assert second != first
    own_key.write_bytes(b"short")
    run(root)
    assert len(own_key.read_bytes()) == 32
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(second)
    elsewhere.chmod(0o600)
    own_key.unlink()
    own_key.symlink_to(elsewhere)
    run(root)
    assert not own_key.is_symlink()
    assert elsewhere.read_bytes() == second


def test_a_key_inside_the_repository_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`XDG_CACHE_HOME` may lie in the checkout, and a key there may have come with it."""
    top = plant(tmp_path / "top", {".git/HEAD": "", **{f"inner/{name}": text for name, text in TREE.items()}})
    monkeypatch.setattr(cache_trust, "_user_folder", lambda: str(top / ".cache"))
    for _ in range(2):
        results, counts = run(top / "inner")
        assert told(results) == [("a.py", "TMO001")]
        assert counts.chunks == 2
    assert not (top / ".cache").exists()


def test_without_a_home_there_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container without a user."""
    root = plant(tmp_path / "root", TREE)
    monkeypatch.setattr(cache_trust, "_user_folder", lambda: "~/.cache")
    assert told(run(root)[0]) == [("a.py", "TMO001")]
    assert run(root)[1].chunks == 2


@pytest.mark.parametrize("version", ["2", "3", "4", "split"])
@pytest.mark.parametrize("below", ["", "inner"])
def test_a_tracked_cache_is_said_and_left_alone(tmp_path: Path, version: str, below: str) -> None:
    """One message; it is neither read nor written, whoever has written it."""
    top = tmp_path / "top"
    root = plant(top / below, TREE)
    git(top, "init", "-q")
    run(root)
    assert run(root)[1].chunks == 0
    assert notices(root) == ()
    git(top, "add", "-f", ".")
    if version == "split":
        git(top, "update-index", "--split-index")
    else:
        git(top, "update-index", "--index-version", version)
    if version == "3":
        git(top, "update-index", "--skip-worktree", os.path.relpath(index_of(root), top))
    before = index_of(root).read_bytes()
    (root / "pkg" / "b.py").write_text("# matter BAD\n")
    assert told(run(root)[0]) == [("a.py", "TMO001"), ("b.py", "TMO001")]
    (notice,) = notices(root)
    assert "git tracks it" in notice
    assert index_of(root).read_bytes() == before


def test_a_clone_with_a_committed_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command line reports what it finds, and says once that the cache is not used; `--quiet` does not."""
    first = tmp_path / "first"
    first.mkdir()
    (first / "a.py").write_text("import requests\nrequests.get(URL, timeout=None)\n")
    git(first, "init", "-q")
    monkeypatch.chdir(first)
    assert main(["check"]) == 1
    git(first, "add", "-f", ".")
    git(first, "commit", "-q", "-m", "first")
    git(tmp_path, "clone", "-q", "first", "second")
    monkeypatch.chdir(tmp_path / "second")
    capsys.readouterr()
    assert main(["check"]) == 1
    out = capsys.readouterr()
    assert "TMO003" in out.out
    assert out.err.count("git tracks it") == 1
    assert main(["check", "--quiet"]) == 1
    assert capsys.readouterr().err == ""


def test_a_damaged_git_index_is_no_index(tmp_path: Path) -> None:
    """Whatever it holds, the question has an answer."""
    root = plant(tmp_path / "root", {**TREE, ".git/HEAD": ""})
    for data in (b"", b"DIRC", b"DIRC\0\0\0\4\xff\xff\xff\xff" + b"\xff" * 200, b"DIRC\0\0\0\2" + b".resilint_cache/"):
        (root / ".git" / "index").write_bytes(data)
        cache_trust.tracked(str(root / cache_dir.FOLDER))
    (root / ".git" / "index").unlink()
    (root / ".git" / "HEAD").unlink()
    (root / ".git").rmdir()
    (root / ".git").write_text("gitdir: \0\n")
    assert not cache_trust.tracked(str(root / cache_dir.FOLDER))
