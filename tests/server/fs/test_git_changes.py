"""What git says has changed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from resilint.fs.git_changes import EVERYTHING, Changes, GitError, Lines, parse, since


def git(folder: Path, *words: str) -> None:
    """Runs git with a name and without the settings of whoever runs the test."""
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, env=quiet)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit on `main`."""
    top = tmp_path / "top folder"
    (top / "pkg").mkdir(parents=True)
    git(top, "init", "-q", "-b", "main")
    (top / "a.py").write_text("".join(f"line {number}\n" for number in range(1, 21)))
    (top / "pkg" / "old.py").write_text("".join(f"row {number}\n" for number in range(1, 21)))
    (top / ".gitignore").write_text("*.log\n")
    git(top, "add", ".")
    git(top, "commit", "-q", "-m", "first")
    return top


def changed(repo: Path, revision: str = "main") -> dict[str, Lines]:
    """Changed lines by names below the repository."""
    files = since(revision, str(repo)).files
    return {os.path.relpath(path, os.path.realpath(repo)): lines for path, lines in files.items()}


def test_committed_staged_unstaged_and_untracked_work_counts(repo: Path) -> None:
    """All that differs from the shared commit is told, in the rows of the files as they are now."""
    git(repo, "switch", "-q", "-c", "work")
    lines = (repo / "a.py").read_text().splitlines(keepends=True)
    (repo / "a.py").write_text("".join(["new\n", *lines]))
    git(repo, "commit", "-q", "-a", "-m", "second")
    (repo / "a.py").write_text("".join(["new\n", *lines[:10], "changed\n", *lines[11:]]))
    git(repo, "add", ".")
    (repo / "a.py").write_text("".join(["new\n", *lines[:10], "changed\n", *lines[11:], "last\n"]))
    (repo / "mine é.py").write_text("x\n")
    (repo / "x.log").write_text("ignored\n")
    assert changed(repo) == {"a.py": Lines(((1, 1), (12, 12), (22, 22))), "mine é.py": EVERYTHING}


def test_the_merge_base_counts_and_not_the_other_branch(repo: Path) -> None:
    """What others did on the branch since is none of ours."""
    git(repo, "switch", "-q", "-c", "work")
    (repo / "b.py").write_text("x\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "ours")
    git(repo, "switch", "-q", "main")
    (repo / "a.py").write_text("theirs\n")
    git(repo, "commit", "-q", "-a", "-m", "theirs")
    git(repo, "switch", "-q", "work")
    assert changed(repo) == {"b.py": Lines(((1, 1),))}


def test_a_renamed_file_is_followed(repo: Path) -> None:
    """Only the lines that changed on the way count, under the new name."""
    git(repo, "mv", "pkg/old.py", 'pkg/new "name".py')
    place = repo / "pkg" / 'new "name".py'
    place.write_text(place.read_text().replace("row 5\n", "row five\n"))
    assert changed(repo, "HEAD") == {'pkg/new "name".py': Lines(((5, 5),))}


def test_a_gap_is_a_change_within_what_spans_it(repo: Path) -> None:
    """Where lines are gone, a finding over the place counts and its neighbours do not."""
    lines = (repo / "a.py").read_text().splitlines(keepends=True)
    (repo / "a.py").write_text("".join([*lines[:4], *lines[6:]]))
    assert changed(repo) == {"a.py": Lines((), (4,))}
    found = since("main", str(repo))
    path = str(repo / "a.py")
    assert found.touch(path, 3, 5)
    assert not found.touch(path, 4, 4)
    assert not found.touch(path, 5, 5)
    assert not found.touch(str(repo / "pkg" / "old.py"), 1, 20)


def test_from_a_folder_below(repo: Path) -> None:
    """Names are right wherever one stands."""
    (repo / "a.py").write_text("x\n")
    assert list(since("main", str(repo / "pkg")).files) == [os.path.realpath(repo / "a.py")]


def test_a_line_that_looks_like_a_header_is_content() -> None:
    """Lines of a hunk are counted, not read."""
    patch = (
        b"--- a/x.py\n+++ b/x.py\n@@ -1 +1,2 @@\n--- a/no.py\n+++ b/no.py\n+@@ -1 +9 @@\n"
        b"@@ -5,0 +7 @@\n+y\n\\ No newline at end of file\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-z\n"
    )
    assert parse(patch) == {b"x.py": Lines(((1, 2), (7, 7)))}


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("nonsense", "git knows no revision 'nonsense' here; in CI the clone may need its history (fetch-depth: 0)"),
        ("--output=x", "'--output=x' is not a revision"),
        ("orphan", "'orphan' and HEAD share no commit"),
    ],
)
def test_mistakes_are_told(repo: Path, revision: str, message: str) -> None:
    """A revision that does not serve is told in a person's words."""
    git(repo, "switch", "-q", "--orphan", "orphan")
    git(repo, "commit", "-q", "--allow-empty", "-m", "other")
    git(repo, "switch", "-q", "main")
    with pytest.raises(GitError) as caught:
        since(revision, str(repo))
    assert str(caught.value) == message


def test_outside_a_repository_and_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have their own words."""
    with pytest.raises(GitError, match="is not in a git repository"):
        since("main", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed, or not on PATH"):
        since("main", str(tmp_path))


def program(folder: Path) -> tuple[str, Path]:
    """A program that passes its input on and leaves a mark, and the path of the mark."""
    mark = folder / "mark"
    script = folder / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch '{mark}'\nexec cat\n")
    script.chmod(0o755)
    return str(script), mark


CONFIGURED = [
    ["filter.x.clean"],
    ["filter.x.smudge", "filter.x.process"],
    ["filter.x.clean", "filter.x.required=true"],
    ["filter.a=b c.clean"],
    ["core.fsmonitor"],
    ["core.pager", "pager.diff", "pager.ls-files", "pager.rev-parse"],
    ["diff.external", "diff.x.command", "diff.x.textconv", "diff.x.cachetextconv=true"],
    ["core.sshCommand", "core.gitProxy", "core.askPass", "credential.helper"],
    ["core.alternateRefsCommand", "gpg.program", "sequence.editor", "core.editor"],
    ["alias.diff", "alias.ls-files", "alias.rev-parse"],
]
"""Keys under which a repository names programs; those without a value get the program."""


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
@pytest.mark.parametrize("keys", CONFIGURED, ids=lambda keys: keys[0])
@pytest.mark.parametrize("included", [False, True])
def test_no_program_of_the_repository_is_run(repo: Path, tmp_path: Path, keys: list[str], included: bool) -> None:
    """Neither one that its settings name nor a hook: an edit of a file with every attribute is told as it is."""
    evil, mark = program(tmp_path)
    (repo / ".gitattributes").write_text("* filter=x diff=x merge=x\n*.txt filter=a=b\\040c\n")
    (repo / "b.txt").write_text("one\ntwo\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "second")
    place = ["-f", str(repo / ".git" / "more")] if included else []
    for key in keys:
        name, _, value = key.partition("=") if key.endswith("true") else (key, "", "")
        git(repo, "config", *place, name, value or evil)
    if included:
        git(repo, "config", "include.path", "more")
    for hook in ("post-index-change", "pre-auto-gc", "reference-transaction", "fsmonitor-watchman"):
        (repo / ".git" / "hooks" / hook).parent.mkdir(exist_ok=True)
        shutil.copy(evil, repo / ".git" / "hooks" / hook)
    lines = (repo / "a.py").read_text().splitlines(keepends=True)
    (repo / "a.py").write_text("".join([*lines[:4], "changed\n", *lines[5:]]))
    (repo / "b.txt").write_text("one\nzwei\n")
    os.utime(repo / "pkg" / "old.py", (5, 5))
    assert changed(repo) == {"a.py": Lines(((5, 5),)), "b.txt": Lines(((2, 2),))}
    assert not mark.exists()


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_what_a_partial_clone_lacks_is_not_fetched(repo: Path, tmp_path: Path) -> None:
    """Its settings name the program that would fetch it."""
    evil, mark = program(tmp_path)
    blob = subprocess.run(
        ["git", "rev-parse", "HEAD:a.py"], cwd=repo, check=True, capture_output=True, text=True
    ).stdout.strip()
    (repo / "a.py").write_text("x\n")
    (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for name, value in {
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{evil}",
        "remote.origin.uploadpack": evil,
        "protocol.ext.allow": "always",
        "core.repositoryFormatVersion": "1",
    }.items():
        git(repo, "config", name, value)
    with pytest.raises(GitError, match="git diff failed"):
        since("main", str(repo))
    assert not mark.exists()


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_a_bare_repository_in_the_project_is_none_of_ours(repo: Path, tmp_path: Path) -> None:
    """A folder of the project can look like one, and bring settings of its own."""
    evil, mark = program(tmp_path)
    inner = repo / "inner"
    git(repo, "init", "-q", "--bare", str(inner))
    for key, value in {"core.bare": "false", "core.worktree": str(repo), "core.fsmonitor": evil}.items():
        git(inner, "config", "-f", str(inner / "config"), key, value)
    git(repo, "add", "-f", "inner")
    git(repo, "commit", "-q", "-m", "bare")
    (repo / "a.py").write_text("x\n")
    with contextlib.suppress(GitError):  # git is free to refuse
        since("main", str(inner))
    assert not mark.exists()


def test_settings_about_files_still_count(repo: Path) -> None:
    """Line ends that git converts are no change, what is excluded locally is not new, and an index may be split."""
    git(repo, "config", "core.autocrlf", "true")
    git(repo, "update-index", "--split-index")
    text = (repo / "a.py").read_text()
    (repo / "a.py").write_bytes(text.replace("line 3\n", "line three\n").replace("\n", "\r\n").encode())
    (repo / ".git" / "info" / "exclude").write_text("*.tmp.py\n")
    (repo / "mine.py.own").write_text("x\n")
    (repo.parent / "excludes").write_text("*.own\n")
    git(repo, "config", "core.excludesFile", str(repo.parent / "excludes"))
    (repo / "x.tmp.py").write_text("x\n")
    assert changed(repo) == {"a.py": Lines(((3, 3),))}


def test_a_source_file_called_binary_is_compared(repo: Path) -> None:
    """Else an attribute would hide its changes."""
    (repo / ".gitattributes").write_text("*.py binary\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "second")
    (repo / "a.py").write_text((repo / "a.py").read_text().replace("line 7\n", "line seven\n"))
    assert changed(repo) == {"a.py": Lines(((7, 7),))}


def test_in_a_linked_work_tree(repo: Path) -> None:
    """Its index and its HEAD lie elsewhere."""
    git(repo, "worktree", "add", "-q", "-b", "work", str(repo.parent / "linked"))
    linked = repo.parent / "linked"
    (linked / "a.py").write_text("x\n" + (repo / "a.py").read_text())
    assert changed(linked) == {"a.py": Lines(((1, 1),))}


def test_nothing_has_changed() -> None:
    """A file that is not named has not changed."""
    assert not Changes().touch("/x.py", 1, 99)
