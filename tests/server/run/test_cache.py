"""What earlier runs know: used while it holds, and never a moment longer."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from resilint.run import cache_dir
from resilint.run.cache_dir import tool
from runs.small import run, told
from runs.tree import OLD, age, plant

TREE = {
    "pyproject.toml": "",
    "pkg/__init__.py": "",
    "pkg/a.py": "# matter\nBAD\n",
    "pkg/b.py": "# matter\nask pkg/c.py pkg/late.py\n",
    "pkg/c.py": "x = 1\n",
    "other/d.py": "# matter\n",
}


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit to our own sources while the tests run is no part of what they ask."""
    monkeypatch.setattr(cache_dir, "tool", lambda: "steady")


def change(path: Path, text: str, when: int = OLD + 60) -> None:
    """Gives a file another text, and another time of change that is long past."""
    path.write_text(text)
    os.utime(path, (when, when))
    os.utime(path.parent, (when, when))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree that was run over once."""
    plant(tmp_path, TREE)
    _, counts = run(tmp_path)
    assert (counts.read, counts.cached) == (5, 0)
    return tmp_path


def test_an_unchanged_tree_is_not_read(tree: Path) -> None:
    """And gives the same results."""
    results, counts = run(tree)
    assert (counts.read, counts.cached, counts.chunks) == (0, 3, 0)
    assert told(results) == [("a.py", "TMO001")]
    assert [each.cached for each in results] == [True]


def test_a_changed_file_is_checked_again(tree: Path) -> None:
    """Alone."""
    change(tree / "pkg" / "a.py", "# matter\nBAD BAD\n")
    results, counts = run(tree)
    assert told(results) == [("a.py", "TMO001")] * 2
    assert (counts.read, counts.cached, counts.chunks) == (1, 2, 1)
    assert run(tree)[1].read == 0


def test_a_touched_file_is_read_but_not_checked(tree: Path) -> None:
    """The text decides, not the time."""
    os.utime(tree / "pkg" / "a.py", (OLD + 5, OLD + 5))
    results, counts = run(tree)
    assert told(results) == [("a.py", "TMO001")]
    assert (counts.read, counts.cached, counts.chunks) == (1, 3, 0)
    assert run(tree)[1].read == 0


def test_a_change_within_the_tick_of_a_clock_is_seen(tmp_path: Path) -> None:
    """A file written just before the run may be written again without looking different."""
    plant(tmp_path, {"a.py": "# matter\nBAD\n"})
    path = tmp_path / "a.py"
    os.utime(path)
    before = path.stat()
    assert told(run(tmp_path)[0]) == [("a.py", "TMO001")]
    path.write_text("# matter\nOK!\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert told(run(tmp_path)[0]) == []


def test_an_answer_that_changed_undoes_a_result(tree: Path) -> None:
    """`b` asked about `c`: when `c` changes, `b` is checked again; `a` is not."""
    change(tree / "pkg" / "c.py", "x = 2\n")
    _, counts = run(tree)
    assert (counts.read, counts.cached, counts.chunks) == (2, 2, 1)
    assert run(tree)[1].read == 0


def test_an_absence_is_an_answer(tree: Path) -> None:
    """`b` asked for `late`, which was not there: now that it is, `b` is checked again."""
    change(tree / "pkg" / "late.py", "x = 1\n")
    _, counts = run(tree)
    assert (counts.cached, counts.chunks) == (2, 1)
    os.unlink(tree / "pkg" / "late.py")
    assert run(tree)[1].chunks == 1


def test_an_answer_outside_what_is_walked_counts(tmp_path: Path) -> None:
    """A file that is excluded, and one that is no module, are asked about like any other."""
    plant(tmp_path, {"pyproject.toml": "", "a.py": "# matter\nask build/made.py\n"})
    plant(tmp_path, {"b.py": "# matter\nask answers.txt\n"})
    plant(tmp_path, {"build/made.py": "x = 1\n"})
    run(tmp_path)
    assert run(tmp_path)[1].chunks == 0
    change(tmp_path / "answers.txt", "new\n")
    assert run(tmp_path)[1].chunks == 1
    change(tmp_path / "build" / "made.py", "x = 2\n")
    assert run(tmp_path)[1].chunks == 1
    assert run(tmp_path)[1].chunks == 0


def test_a_partial_run_does_not_vouch_for_the_rest(tree: Path) -> None:
    """A run over one file learns that `c` changed; the next full run must still see what that means for `b`."""
    change(tree / "pkg" / "c.py", "x = 3\n")
    run(tree / "pkg" / "c.py")
    _, counts = run(tree)
    assert counts.chunks == 1
    assert run(tree)[1].chunks == 0


def test_a_partial_run_keeps_the_rest(tree: Path) -> None:
    """What it did not look at is known as before."""
    change(tree / "other" / "d.py", "# matter\nBAD\n")
    assert told(run(tree / "other")[0]) == [("d.py", "TMO001")]
    results, counts = run(tree)
    assert told(results) == [("d.py", "TMO001"), ("a.py", "TMO001")]
    assert (counts.read, counts.cached) == (0, 3)


def test_a_new_package_renames_its_modules(tree: Path) -> None:
    """A result names the module: an `__init__` that comes or goes changes it."""
    os.unlink(tree / "pkg" / "__init__.py")
    results, _ = run(tree)
    assert [problem.message for each in results for problem in each.problems] == ["bad in a"]


def test_new_and_gone_files_and_folders(tree: Path) -> None:
    """Folders are looked at again when their names change, and forgotten when they are gone."""
    change(tree / "pkg" / "new.py", "# matter BAD\n")
    (tree / "fresh").mkdir()
    change(tree / "fresh" / "e.py", "# matter BAD\n")
    assert told(run(tree)[0]) == [("e.py", "TMO001"), ("a.py", "TMO001"), ("new.py", "TMO001")]
    os.unlink(tree / "pkg" / "a.py")
    os.unlink(tree / "fresh" / "e.py")
    os.rmdir(tree / "fresh")
    assert told(run(tree)[0]) == [("new.py", "TMO001")]
    (index,) = (tree / cache_dir.FOLDER).glob("*.json")
    assert '"fresh"' not in index.read_text()
    assert "a.py" not in json.loads(index.read_text().split("\n")[1])["folders"]["pkg"][0]


def test_generated_files_are_checked_only_when_named(tmp_path: Path) -> None:
    """Neither answer may be taken for the other's."""
    plant(tmp_path, {"a.py": "# Generated by a program\n# matter BAD\n"})
    for _ in range(2):
        assert told(run(tmp_path)[0]) == []
        assert told(run(tmp_path / "a.py")[0]) == [("a.py", "TMO001")]


def test_other_settings_have_other_results(tree: Path) -> None:
    """And do not push each other out."""
    change(tree / "resilint.toml", 'ignore = ["TMO001"]\n')
    assert told(run(tree)[0]) == []
    os.unlink(tree / "resilint.toml")
    results, counts = run(tree)
    assert told(results) == [("a.py", "TMO001")]
    assert counts.chunks == 0


def test_another_version_of_ours_starts_afresh(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that has changed may say something else of the same text."""
    before = cache_dir.key("x")
    monkeypatch.setattr(cache_dir, "tool", lambda: "9.9.9")
    assert cache_dir.key("x") != before
    assert run(tree)[1].chunks == 3


def test_a_version_being_worked_on_is_known_by_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit to our own sources counts; an installed release needs no look at them."""
    import resilint_rules

    ours = plant(tmp_path / "resilint_rules", {"kit/a.py": "x = 1\n"})
    monkeypatch.setattr(resilint_rules, "__path__", [str(ours)])
    before = tool()
    assert before == tool()
    change(ours / "kit" / "a.py", "x = 2\n")
    assert tool() != before


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "not json", "a folder"])
def test_a_damaged_cache_is_no_cache(tree: Path, damage: str) -> None:
    """It is passed over, and replaced by a good one."""
    (index,) = (tree / cache_dir.FOLDER).glob("*.json")
    data = index.read_bytes()
    if damage == "a folder":
        index.unlink()
        index.mkdir()
    else:
        at = len(data) // 2
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        index.write_bytes({"empty": b"", "cut": data[:-5], "flipped": flipped, "not json": b"{]"}[damage])
    results, counts = run(tree)
    assert told(results) == [("a.py", "TMO001")]
    assert counts.chunks == 3
    if damage != "a folder":
        assert run(tree)[1].chunks == 0


def test_the_folder_is_marked(tree: Path) -> None:
    """Backups know it by its tag, and git does not see it."""
    folder = tree / cache_dir.FOLDER
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (folder / ".gitignore").read_text() == "*\n"
    assert not list(folder.glob("*.tmp"))


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    """A link in its place is not followed, and the run says what it finds."""
    plant(tmp_path / "root", {"a.py": "# matter BAD\n"})
    (tmp_path / "target").mkdir()
    (tmp_path / "root" / cache_dir.FOLDER).symlink_to(tmp_path / "target")
    assert told(run(tmp_path / "root")[0]) == [("a.py", "TMO001")]
    assert os.listdir(tmp_path / "target") == []


def test_a_shared_folder_keeps_roots_apart(tmp_path: Path) -> None:
    """`--cache-dir`: two roots with a file of the same name and look."""
    for root, text in (("one", "# matter BAD\n"), ("two", "# matter ok!\n")):
        plant(tmp_path / root, {"a.py": text})
    shared = str(tmp_path / "shared")
    for _ in range(2):
        assert told(run(tmp_path / "one", cache_dir=shared)[0]) == [("a.py", "TMO001")]
        assert told(run(tmp_path / "two", cache_dir=shared)[0]) == []
    assert not (tmp_path / "one" / cache_dir.FOLDER).exists()


def test_without_a_cache_nothing_is_written(tmp_path: Path) -> None:
    """`--no-cache`."""
    plant(tmp_path, {"a.py": "# matter BAD\n"})
    run(tmp_path, cache=False)
    assert os.listdir(tmp_path) == ["a.py"]


def test_runs_at_once_do_not_harm_each_other(tree: Path) -> None:
    """Each sees a whole cache or none, and all find the same."""
    failures: list[object] = []

    def go(number: int) -> None:
        try:
            for turn in range(6):
                change(tree / "other" / "d.py", f"# matter\n# {number} {turn}\n", OLD + number * 10 + turn)
                if told(run(tree)[0]) != [("a.py", "TMO001")]:
                    failures.append((number, turn))
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=go, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert not list((tree / cache_dir.FOLDER).glob("*.tmp"))


def test_cleaning_takes_our_folder_and_nothing_else(tree: Path, tmp_path: Path) -> None:
    """Only a real folder with our own tag, and in it only what we write."""
    folder = tree / cache_dir.FOLDER
    assert cache_dir.clean(str(folder))
    assert not folder.exists()
    assert not cache_dir.clean(str(folder))
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    (theirs / "x.json").write_text("{}")
    assert not cache_dir.clean(str(theirs))
    assert (theirs / "x.json").exists()
    run(tree)
    (folder / "keep.txt").write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert not cache_dir.clean(str(link))
    assert cache_dir.clean(str(folder))
    assert os.listdir(folder) == ["keep.txt"]


TEXTS = ["", "# matter\n", "# matter BAD\n", "# matter\nask {}\n", "# Generated by x\n# matter BAD\n"]
NAMES = ["a.py", "p/__init__.py", "p/b.py", "p/q/c.py"]


@given(
    some.lists(
        some.tuples(
            some.sampled_from(NAMES),
            some.sampled_from(["write", "write", "write", "remove", "run one"]),
            some.sampled_from(TEXTS),
            some.sampled_from([*NAMES, "p/none.py", "none/at/all.py"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_cached_is_what_uncached_is(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str, str]]
) -> None:
    """Whatever happens between runs, a run with a cache finds what a run without one finds."""
    root = plant(tmp_path_factory.mktemp("tree"), {"pyproject.toml": "", "a.py": "# matter BAD\n"})
    for turn, (name, what, text, target) in enumerate(steps):
        path = root / name
        if what == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            change(path, text.format(target), OLD + turn)
        elif what == "remove" and path.exists():
            path.unlink()
        elif what == "run one" and path.exists():
            run(path)
            continue
        if turn % 2 and (root / "p").exists():
            age(root / "p", OLD + turn)
        found = [(each.file, each.problems) for each in run(root)[0]]
        assert found == [(each.file, each.problems) for each in run(root, cache=False)[0]], steps[: turn + 1]
