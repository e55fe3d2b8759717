"""How the reader looks at a report: colours, width, where files lie, and what the rules are."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from resilint_rules.kit.findings import Severity
from resilint_rules.kit.rule import Rule

from ..fs.escapes import spell, visible
from ..results import Problem

__all__ = [
    "Card",
    "View",
    "addressed",
    "is_absolute",
    "linked",
    "said",
    "slashed",
    "sound",
    "spell",
    "spot",
    "visible",
    "where",
]

_SURROGATE = re.compile("[\ud800-\udfff]")
_DRIVE = re.compile("[A-Za-z]:/")


@dataclass(frozen=True, slots=True)
class Card:
    """A rule and its page in Markdown."""

    rule: Rule
    page: str


@dataclass(frozen=True, slots=True)
class View:
    """What a format may know beside the results.

    `width` is the number of terminal columns, 0 if the output is no terminal. `folder` is the
    absolute folder that relative file names start from and `root` the one that code hosts count
    from (the repository's top); both may be "". `cards` holds the rules of the run by code.
    `fail_on` is the lowest severity that fails the run, `levels` the same for files of which other settings say
    so, by what a problem calls its file; `files` is the number of files that were looked
    at, as a run need not hand over results of those without problems.
    """

    colour: bool = False
    width: int = 0
    folder: str = ""
    root: str = ""
    cards: Mapping[str, Card] = field(default_factory=dict)
    fail_on: str = "warning"
    levels: Mapping[str, str] = field(default_factory=dict)
    files: int = 0
    links: bool = False
    """Whether the terminal makes links of the escape sequences for them (OSC 8)."""
    docs: str = ""
    """Where the pages of rules are hosted; "" if nowhere."""
    silenced: bool = False
    """Whether formats that can mark a finding as silenced show such findings at all."""

    def below_root(self, file: str) -> str:
        """The file's path below `root` with forward slashes; absolute if it lies elsewhere."""
        path = slashed(file)
        folder, root = slashed(self.folder), slashed(self.root)
        if folder and not is_absolute(path):
            path = f"{folder}/{path}"
        path = posixpath.normpath(path)
        if root and path.startswith(root.rstrip("/") + "/"):
            path = path[len(root.rstrip("/")) + 1 :]
        return path

    def page(self, rule: str) -> str:
        """The address of a rule's page, "" if it has none."""
        return f"{self.docs.rstrip('/')}/rules/{rule}.html" if self.docs else ""

    def fails(self, problem: Problem) -> bool:
        """Whether the problem is bad enough to fail the run."""
        return Severity(problem.severity).rank <= Severity(self.levels.get(problem.file, self.fail_on)).rank


def addressed(text: str, address: str, view: View) -> str:
    """A text as a link to an address, where there is one and the terminal can follow it."""
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if view.links and address else text


def linked(text: str, file: str, view: View) -> str:
    """A text as a link to a file, where the terminal can follow it."""
    path = slashed(file)
    if not view.links or not (view.folder or is_absolute(path)):
        return text
    path = path if is_absolute(path) else f"{slashed(view.folder).rstrip('/')}/{path}"
    address = "file://" + quote(path if path.startswith("/") else "/" + path, errors="surrogateescape")
    return addressed(text, address, view)


def slashed(path: str) -> str:
    """A path with forward slashes, also on Windows."""
    return path.replace(os.sep, "/")


def is_absolute(path: str) -> bool:
    """Whether a path with forward slashes starts at a root or a drive."""
    return path.startswith("/") or _DRIVE.match(path) is not None


def sound(text: str) -> str:
    """Text that every decoder accepts: undecodable bytes of a file name become U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def where(problem: Problem) -> str:
    """`path:row:column` of a problem, fit for a terminal; in a notebook `path:cell number:row:column`."""
    return f"{visible(problem.file)}:{spot(problem, problem.place.row)}:{problem.place.column}"


def spot(problem: Problem, row: int) -> str:
    """A row of a problem's file as people count: `row`, or `cell number:row`."""
    cell = problem.cell_of(row)
    return f"cell {cell.number}:{problem.row_in_cell(row)}" if cell else str(row)


def said(problem: Problem) -> str:
    """`CODE[name] severity: message` of a problem on one line, fit for a terminal."""
    return f"{problem.code}[{problem.rule}] {problem.severity}: {visible(problem.message)}"
