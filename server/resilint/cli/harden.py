"""`resilint harden`: puts resilient patterns around external calls, in files or as a patch."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from resilint_rules.patterns.names import NAMES, PREFIX, UNASKED

from ..config.validators import nearest
from ..engine import harden as engine
from ..engine.file_checker import on_deep_stack
from ..errors import RunError
from ..fs import files
from ..fs.escapes import visible_lines
from . import fix_files, options, output, summary, terminal

if TYPE_CHECKING:
    from argparse import Namespace

    from ..run.run import Opened, Options, Run

_PART = re.compile(r"(.+?):(\d+|[A-Za-z_][\w.]*)(?::\d+)?", re.ASCII)


class Wanted(NamedTuple):
    """A path of the command line, and the line or function of that file that is meant; "" for all of it."""

    path: str
    part: str = ""


def run(args: Namespace, defaults: Options) -> int:
    """Runs the command and returns its exit status. Raises RunError. Effect: writes files unless `--diff` is given."""
    from ..run.run import Run

    wanted = [parse_place(path) for path in args.paths or ["."]]
    patterns = _patterns(options.listed(args.patterns))
    wish = options.overrides(args)
    home = options.home_of(wanted[0].path, wish)
    session = Run([item.path for item in wanted], defaults._replace(wish=wish, cache=False, jobs=1))
    mistakes = options.mistake_lines(home.mistakes)
    for line in mistakes:
        terminal.say(f"resilint: {line}")
    if mistakes and not args.diff:
        terminal.say("resilint: nothing is written while the settings are wrong")
        return 2
    tally: Counter[str] = Counter()
    failed = touched = 0
    for done in on_deep_stack(_hardened(session, wanted, patterns)):
        changed = done.text != done.opened.document.text
        complaint = _put(done, diff=args.diff) if changed else ""
        if changed and not complaint:
            touched += 1
            tally.update(finding.rule.removeprefix(PREFIX) for finding in done.settled)
        for line in fix_files.said(done, complaint):
            terminal.say(f"resilint: {line}")
            failed = 2
    if not args.quiet:
        _tell(tally, touched, diff=args.diff)
    return failed


def parse_place(text: str) -> Wanted:
    """Returns a path with the line or function behind its last colon, if a file of that name is there."""
    found = _PART.fullmatch(text)
    if os.path.exists(text) or found is None or not os.path.isfile(found.group(1)):
        if not os.path.exists(text):
            raise RunError(f"there is no file or folder {text!r}")
        return Wanted(text)
    return Wanted(found.group(1), found.group(2))


def _patterns(names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name not in NAMES:
            raise RunError(f"--with: there is no pattern {name!r}{nearest(name, NAMES)}")
    return tuple(name for name in NAMES if name in (names or UNASKED))


def _hardened(session: Run, wanted: Iterable[Wanted], patterns: Sequence[str]) -> Iterator[fix_files.Repaired]:
    """Yields each file with its new text."""
    for item in wanted:
        if item.part:
            opened = _open(session, item.path)
            yield _applied(item.path, opened, patterns, _place(opened, item))
    folders = [item.path for item in wanted if not item.part]
    if not folders:
        return
    for file in type(session)(folders, session.options).candidates():  # also where no rule has a finding
        try:
            opened = session.open(file)
        except files.Unreadable:
            continue
        yield _applied(file, opened, patterns, engine.EVERYWHERE)


def _open(session: Run, path: str) -> Opened:
    try:
        return session.open(path)
    except files.Unreadable as error:
        raise RunError(f"{path} cannot be read: {error}") from None


def _place(opened: Opened, item: Wanted) -> engine.Place:
    """The part of a file that is named on the command line. Raises RunError if it is not there."""
    if not item.part.isdecimal():
        module = opened.project.module(opened.document)
        if not module.functions_named(item.part) and item.part not in {cls.qualname for cls in module.all_classes()}:
            raise RunError(f"{item.path} has no function or class {item.part!r}")
        return engine.Place(item.part)
    row = int(item.part)
    if not 1 <= row <= len(opened.document.starts):
        raise RunError(f"{item.path} has {len(opened.document.starts)} lines, and no line {row}")
    found = engine.place_of(opened.document, opened.project, opened.settings, row)
    if found is None:
        raise RunError(f"{item.path}:{row}: no call here that resilint knows to reach out of the program")
    return found


def _applied(file: str, opened: Opened, patterns: Sequence[str], place: engine.Place) -> fix_files.Repaired:
    done = engine.harden(opened.document, opened.project, opened.settings, patterns, place)
    return fix_files.Repaired(file, opened, done.text, done.applied, defects=tuple(fix_files.defects(done)))


def _put(done: fix_files.Repaired, *, diff: bool) -> str:
    """Writes a file, or prints the patch for it; returns "" or the reason for a failure."""
    if not diff:
        return fix_files.write(done)
    from ..fixes.diff import unified

    patch = unified(done.opened.document.text, done.text, done.file.replace(os.sep, "/"))
    output.put(visible_lines(patch) if sys.stdout.isatty() else patch, "")
    return ""


def _tell(tally: Counter[str], touched: int, *, diff: bool) -> None:
    if not touched:
        terminal.say("Nothing to harden.")
        return
    names = ", ".join(f"{number} {name}" for name, number in tally.most_common())
    number = summary.count(sum(tally.values()), "place")
    terminal.say(f"{'Would change' if diff else 'Changed'} {number} in {summary.count(touched, 'file')}: {names}.")
