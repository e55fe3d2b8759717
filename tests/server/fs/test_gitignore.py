"""What a `.gitignore` leaves out, compared with what git itself says."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pathspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from machine import slowness
from resilint.fs.gitignore import MAX_COST, Ignores

STEPS = ["a", "b", "ab", "*", "a*", "*b", "**", "?", "[ab]", "[!a]", "[^b]", r"\*", "x.py", "*.py", r"a\b"]
NAMES = ["a", "b", "ab", "ba", "x.py", "y.py", "*", "c"]


@some.composite
def patterns(draw: some.DrawFn) -> str:
    """A line of a `.gitignore`."""
    text = "/".join(draw(some.lists(some.sampled_from(STEPS), min_size=1, max_size=3)))
    return draw(some.sampled_from(["", "!", "/"])) + text + draw(some.sampled_from(["", "", "/", "  "]))


PATHS = some.lists(some.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


def left_out(ignores: Ignores, path: str) -> bool:
    """Whether a file is out, or a folder above it: as a walk finds it."""
    steps = path.split("/")
    for end in range(1, len(steps)):
        if ignores.verdict("/".join(steps[:end]), True):
            return True
    return bool(ignores.verdict(path, False))


@given(some.lists(patterns(), min_size=1, max_size=5), some.lists(PATHS, min_size=1, max_size=8))
def test_agrees_with_pathspec(lines: list[str], paths: list[str]) -> None:
    """Wherever no pattern brings a file back, the library that others use says the same.

    Not where a pattern ends with `**/`: the library takes a file for a folder there, and git, which is asked below,
    does not.
    """
    lines = [line for line in lines if not line.startswith("!") and not line.rstrip().endswith("**/")]
    judge = pathspec.GitIgnoreSpec.from_lines(lines)
    ignores = Ignores("\n".join(lines))
    for path in paths:
        assert left_out(ignores, path) == judge.match_file(path), (lines, path)


@pytest.mark.skipif(not shutil.which("git"), reason="git is the judge")
@pytest.mark.parametrize(
    "lines",
    [
        ["*.py", "!x.py"],
        ["!x.py", "*.py"],
        ["a/", "!a/x.py"],
        ["/a/*", "!/a/b"],
        ["**/b", "!ab/b"],
        ["a/**", "!a/b/"],
        ["**"],
        ["a/**/b"],
        ["a/**/"],
        ["**/"],
        [r"\!x.py", r"\#a", "# x.py", "", "   "],
        ["x.py  ", r"y.py\ "],
        ["[!a]", "!?"],
        ["*/x.py", "!b/x.py"],
    ],
)
def test_agrees_with_git(tmp_path: Path, lines: list[str]) -> None:
    """Git's own answer, with patterns that bring files back, for every path of up to three names."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n")
    names = ["a", "b", "ab", "x.py", "y.py"]
    paths = names + [f"{one}/{two}" for one in names[:3] for two in names]
    paths += [f"{path}/{name}" for path in paths if "/" in path and "." not in path for name in names[3:]]
    for path in paths:
        if any(other.startswith(path + "/") for other in paths):
            continue
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    asked = [path for path in paths if (tmp_path / path).is_file()]
    answer = subprocess.run(
        ["git", "-C", str(tmp_path), "check-ignore", "--stdin", "-z"],
        input="\0".join(asked).encode(),
        capture_output=True,
        check=False,
    )
    said = set(answer.stdout.decode().split("\0")) - {""}
    ignores = Ignores("\n".join(lines) + "\n")
    assert {path for path in asked if left_out(ignores, path)} == said


def test_crlf_and_mark_do_not_matter() -> None:
    """A file written on Windows says the same."""
    ignores = Ignores("\ufeffx.py\r\nlogs/\r\n")
    assert ignores.verdict("x.py", False) is True
    assert ignores.verdict("logs", True) is True
    assert ignores.verdict("logs", False) is None


@pytest.mark.once
@pytest.mark.parametrize(
    "lines",
    [
        [f"*a{number}*" for number in range(100_000)],
        [f"a{number}/*/b" for number in range(100_000)],
        ["[a-\uff00]" * 50 + str(number) for number in range(3000)],
        [("*a" * 2000)[:4000]] * 1000,
    ],
    ids=["names", "paths", "ranges", "stars"],
)
def test_many_patterns_are_bounded(lines: list[str]) -> None:
    """Those over the budget are counted and not used; a plain name or path costs nothing, wherever it stands."""
    began = time.process_time()
    ignores = Ignores("\n".join(["first*", *lines, "last", "/some/path.py", "!last"]))
    assert 0 < ignores.cost <= MAX_COST
    assert ignores.left_out > len(lines) // 2
    assert ignores.verdict("first1", False) is True
    assert ignores.verdict("last", False) is False
    assert ignores.verdict("some/path.py", False) is True
    assert ignores.verdict("other/some/path.py", False) is None
    for number in range(20):
        ignores.verdict(f"{'ab/' * 20}x{number}.py", False)
    assert time.process_time() - began < 5 * slowness()
    assert Ignores("x*\ny*\n", budget=15).left_out == 1


def test_hostile_pattern_is_quick() -> None:
    """A pattern made to go back for ever is answered at once: doubling the name must not square the work."""
    ignores = Ignores("*a" * 30 + "*c\n" + "/".join(["**", "a"] * 30) + "/c\n")

    def cost(length: int) -> float:
        began = time.process_time()
        assert ignores.verdict("a" * length, False) is None
        assert ignores.verdict("/".join("a" * length), False) is None
        return time.process_time() - began

    small = min(cost(400) for _ in range(3))
    assert min(cost(800) for _ in range(3)) < max(small, 0.005) * 8
