"""Lines changed since a revision, according to git; uncommitted and untracked files included."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .git import GitError, fails, git, without_settings

__all__ = ["EVERYTHING", "Changes", "GitError", "Lines", "parse", "since"]

_SOURCES = ("*.py", "*.pyi", "*.ipynb")

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


@dataclass(frozen=True, slots=True)
class Lines:
    """Changed lines of one file: one-based ranges, both ends included, and rows behind which lines are gone."""

    ranges: tuple[tuple[int, int], ...] = ()
    gaps: tuple[int, ...] = ()

    def touch(self, first: int, last: int) -> bool:
        """Whether something between two rows (both included) has changed."""
        changed = any(start <= last and first <= end for start, end in self.ranges)
        return changed or any(first <= gap < last for gap in self.gaps)


EVERYTHING = Lines(((1, 1 << 60),))


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed lines by absolute path; a file that is not named has not changed."""

    files: Mapping[str, Lines] = field(default_factory=dict)

    def touch(self, path: str, first: int, last: int) -> bool:
        """Whether something between two rows of a file (an absolute path) has changed."""
        lines = self.files.get(os.path.realpath(path))
        return lines is not None and lines.touch(first, last)


def since(revision: str, folder: str) -> Changes:
    """What has changed since the last commit shared with `revision`. Effect: runs git. Raises GitError."""
    if revision.startswith("-"):
        raise GitError(f"{revision!r} is not a revision")
    top = os.fsdecode(git(folder, "rev-parse", "--show-toplevel").rstrip(b"\r\n"))
    if fails(folder, "rev-parse", "--quiet", "--verify", revision + "^{commit}"):
        raise GitError(
            f"git knows no revision {revision!r} here; in CI the clone may need its history (fetch-depth: 0)"
        )
    if fails(folder, "rev-parse", "--quiet", "--verify", "HEAD"):
        raise GitError("there is no commit yet")
    missing = f"{revision!r} and HEAD share no commit"
    base = os.fsdecode(git(folder, "merge-base", revision, "HEAD", missing=missing).strip())
    with without_settings(top, base) as environment:
        difference = (
            "diff", "-U0", "-M", "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/",
            "--ignore-submodules",
        )  # fmt: skip
        # Attributes may call a source file binary, and then nothing is said of its lines.
        patches = (
            git(top, *difference, "--text", base, "--", *_SOURCES, environment=environment),
            git(top, *difference, base, "--", environment=environment),
        )
        others = git(top, "ls-files", "--others", "--exclude-standard", "-z", environment=environment)
    files = {_path(top, name): lines for patch in patches for name, lines in parse(patch).items()}
    for name in others.split(b"\0"):
        if name:
            files[_path(top, name)] = EVERYTHING
    return Changes(files)


def _path(top: str, name: bytes) -> str:
    return os.path.realpath(os.path.join(top, os.fsdecode(name)))


def parse(patch: bytes) -> dict[bytes, Lines]:
    """The changed lines in a patch without context, by the new names of files. Pure."""
    found: dict[bytes, tuple[list[tuple[int, int]], list[int]]] = {}
    ranges: list[tuple[int, int]] = []
    gaps: list[int] = []
    skip = 0
    for line in patch.split(b"\n"):
        if skip:  # the content of a hunk: a line of it may look like a header
            skip -= not line.startswith(b"\\")
        elif line.startswith(b"+++ "):
            ranges, gaps = found.setdefault(_name(line[4:]), ([], []))
        elif hunk := _HUNK.match(line):
            gone, start, count = int(hunk.group(1) or 1), int(hunk.group(2)), int(hunk.group(3) or 1)
            skip = gone + count
            if count:
                ranges.append((start, start + count - 1))
            else:
                gaps.append(start)
    return {name: Lines(tuple(spans), tuple(holes)) for name, (spans, holes) in found.items() if name}


def _name(written: bytes) -> bytes:
    """The name in a `+++` line; empty for a file that is no more."""
    if written.startswith(b'"'):
        written = _ESCAPE.sub(_unescape, written[1 : written.rindex(b'"')])
    else:
        written = written.rstrip(b"\t\r")
    return b"" if written == b"/dev/null" else written[len(b"b/") :]


def _unescape(found: re.Match[bytes]) -> bytes:
    inner = found.group(1)
    return bytes([int(inner, 8)]) if len(inner) == 3 else _LETTERS.get(inner, inner)
