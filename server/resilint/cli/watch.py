"""`resilint check --watch`: checks again whenever a file, or a setting, has changed."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..errors import RunError
from . import options, summary, terminal

if TYPE_CHECKING:
    from ..run.run import Options

_PAUSE = 0.4
"""Seconds between two looks at the files."""

_SHARE = 5
"""A look may take so small a part of the time: one over this."""

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"

_SETTINGS = (
    "pyproject.toml", "resilint.toml", ".gitignore", ".resilint-baseline.json", "uv.lock", "poetry.lock", "pdm.lock",
    "pylock.toml", "Pipfile.lock", "requirements.txt",
)  # fmt: skip

Seen = dict[str, tuple[int, ...]]
"""The look of each file: time of change, size, inode."""


def watch(
    args: Namespace,
    engine: Options,
    check: Callable[[Namespace, Options], int],
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Runs `check` now and after each change, until Ctrl+C ends it. Raises RunError. Effect: clears the terminal."""
    if args.paths == ["-"] or args.add_ignore is not None or args.diff or args.show_settings:
        raise RunError("--watch goes with none of -, --add-ignore, --diff and --show-settings")
    while True:
        before = look(args)
        if sys.stdout.isatty():
            sys.stdout.write(_CLEAR)
        try:
            check(args, engine)
        except RunError as error:  # a setting that is wrong can be made right
            terminal.say(f"resilint: {error}")
        sys.stdout.flush()
        if args.fix:
            before = look(args)
        terminal.say(f"Watching {summary.count(len(before), 'file')}; Ctrl+C ends it.")
        _wait(args, before, sleep)


def _wait(args: Namespace, before: Seen, sleep: Callable[[float], None]) -> None:
    """Returns when a file differs from what it was, is gone, or is new."""
    pause = _PAUSE
    while True:
        sleep(pause)
        start = time.monotonic()
        if look(args) != before:
            return
        pause = max(_PAUSE, _SHARE * (time.monotonic() - start))


def look(args: Namespace) -> Seen:
    """The files that a run would look at, with the settings above them. Effect: asks the disk."""
    from ..config.roots import ProjectRoots
    from ..run.discovery import WIDTH, Trouble, walk

    try:
        homes = ProjectRoots(options.overrides(args))
        troubles: list[Trouble] = []
        found: Seen = {}
        for folder in walk(args.paths or ["."], homes, troubles, args.force_exclude):
            for at in range(0, len(folder.entries), WIDTH):
                own, *stamp = folder.entries[at : at + WIDTH]
                found[os.path.join(folder.path, str(own))] = tuple(map(int, stamp))
        roots = {home.root for home in homes} | {os.path.abspath(path) for path in args.paths or ["."]}
        found.update(_settings(roots))
    except RunError:
        return dict(_settings([os.getcwd()]))
    return found


def _settings(roots: Iterable[str]) -> Iterable[tuple[str, tuple[int, ...]]]:
    for root in roots:
        for name in _SETTINGS:
            path = os.path.join(root, name)
            try:
                stat = os.stat(path)
            except OSError:
                continue
            yield path, (stat.st_mtime_ns, stat.st_size, stat.st_ino)
