"""The command `init`: shows what a project needs to be checked from now on, asks, and writes it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..config.roots import Overrides
from ..errors import RunError
from ..fs import atomic, files, writing
from ..fs.escapes import visible
from ..version import __version__
from . import options, summary, terminal

if TYPE_CHECKING:
    from argparse import Namespace

    from ..run.run import Options

_SETTINGS = """\
{table}
profile = "default"   # default, strict, security, library or core
fail-on = "warning"   # the mildest severity that fails a run

{timeouts}   # what fixes insert, in seconds
connect = {limits.connect:g}
read = {limits.read:g}
total = {limits.total:g}
llm = {limits.llm:g}
"""

_HOOK = """\
- repo: local
  hooks:
    - id: resilint
      name: resilint
      entry: resilint check --force-exclude
      language: system
      types_or: [python, pyi, jupyter]
      require_serial: true
"""

_WORKFLOW = """\
name: resilint
on: [push, pull_request]
permissions:
  contents: read
jobs:
  resilint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-python@v6
        with:
          python-version: "3.x"
      - run: pip install {source}
      - run: resilint check --output-format full --output-format github
"""

_GITLAB = """\
resilint:
  image: python:3
  script:
    - pip install {source}
    - resilint check --output-format full --output-format gitlab:resilint.json
  artifacts:
    when: always
    reports:
      codequality: resilint.json
"""

_LAST_KEY = re.compile(r"^(?P<key>[A-Za-z_][\w-]*)[ \t]*:(?P<rest>.*)$", re.MULTILINE)


class Step(NamedTuple):
    """A file to write: what is there already, what is added, and the sentence about it; no text: only the sentence."""

    path: str
    said: str
    text: str = ""
    before: str | None = None


def init(args: Namespace, engine: Options) -> int:
    """`resilint init`. Raises RunError. Effect: writes, after a question or with `--yes`."""
    home = options.home_of(args.path, Overrides())
    root = os.path.abspath(args.path) if os.path.isdir(args.path) else home.root
    steps = [_settings(root, home.source), _hook(root), _ci(root)]
    found = _count(root, engine)
    baseline = os.path.join(root, ".resilint-baseline.json")
    if os.path.exists(baseline):
        known = "is there already"
    elif found:
        known = f"records today's {summary.count(found, 'finding')}, so that only new ones fail"
    else:
        known = "is not needed: nothing is found today"
    for step in steps:
        _show(step)
    _show(Step(baseline, known))
    wanted = [step for step in steps if step.text]
    number = len(wanted) + (found > 0 and not os.path.exists(baseline))
    if not number:
        terminal.tell("Nothing is left to write.")
        return 0
    if not args.yes and not _agreed(number):
        terminal.tell("Nothing was written; `resilint init --yes` writes without a question.")
        return 0
    for step in wanted:
        _write(step, root)
    if number > len(wanted):
        _record(root, engine)
    terminal.tell(f"Wrote {summary.count(number, 'file')}. `pre-commit install` switches the hook on.")
    return 0


def _settings(root: str, source: str) -> Step:
    """The settings: a table in `pyproject.toml` if there is one, else a file of their own."""
    from ..config.settings import Settings

    if source:
        return Step(source, "has settings already")
    path = os.path.join(root, "pyproject.toml")
    before = _read(path)
    prefix = "tool.resilint" if before is not None else ""
    table = f"[{prefix}]" if prefix else "# Settings of resilint"
    timeouts = f"[{prefix}.timeouts]" if prefix else "[timeouts]"
    text = _SETTINGS.format(table=table, timeouts=timeouts, limits=Settings().timeouts)
    if before is None:
        return Step(os.path.join(root, "resilint.toml"), "is new: the settings", text)
    return Step(path, "gets the settings, at its end", text, before)


def _hook(root: str) -> Step:
    """The hook of pre-commit: a new file, or one entry more where the list of repositories stands last."""
    path = os.path.join(root, ".pre-commit-config.yaml")
    before = _read(path)
    if before is None:
        return Step(path, "is new: the hook for every commit", "repos:\n" + _indented(_HOOK, "  "))
    if re.search(r"\bid:[ \t]*[\"']?resilint\b", before):
        return Step(path, "has the hook already")
    keys = list(_LAST_KEY.finditer(before))
    entries = re.findall(r"^([ \t]*)- repo:", before, re.MULTILINE)
    last = keys[-1] if keys else None
    if last and last["key"] == "repos" and not last["rest"].split("#")[0].strip() and len(set(entries)) == 1:
        return Step(path, "gets the hook, at its end", _indented(_HOOK, entries[0]), before)
    return Step(path, "cannot be extended safely; put this into its list `repos`:\n" + _indented(_HOOK, "  ").rstrip())


def _ci(root: str) -> Step:
    """The file for CI: GitLab's if the project has one, else a workflow of its own for GitHub."""
    gitlab = os.path.join(root, ".gitlab-ci.yml")
    before = _read(gitlab)
    if before is not None:
        if "resilint" in before:
            return Step(gitlab, "has the job already")
        return Step(gitlab, "gets the job, at its end", _GITLAB.format(source=_source()), before)
    path = os.path.join(root, ".github", "workflows", "resilint.yml")
    if os.path.exists(path):
        return Step(path, "is there already")
    return Step(path, "is new: the check of every push", _WORKFLOW.format(source=_source()))


def _source() -> str:
    """Where this program was installed from, as pip takes it."""
    import json
    from importlib import metadata

    try:
        origin = json.loads(metadata.distribution("resilint").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        origin = {}
    address = str(origin.get("url", ""))
    if isinstance(origin.get("vcs_info"), dict):
        return f"git+{address}@{origin['vcs_info'].get('commit_id', '')}"
    if address.startswith("file:") or not origin:
        return f"git+https://example.com/resilint@v{__version__}   # where you keep this repository"
    return address or f"resilint=={__version__}"


def _count(root: str, engine: Options) -> int:
    """How many findings there are today."""
    from ..run.run import Run
    from .session import DAMAGE

    progress = terminal.progress(quiet=False)
    found = list(Run([root], engine._replace(progress=progress)))
    if progress:
        progress.clear()
    return sum(problem.code not in DAMAGE for problem in summary.problems_of(found))


def _record(root: str, engine: Options) -> None:
    from . import check, parser

    check.baseline(parser.parse(["baseline", "--quiet", root]), engine)


def _show(step: Step) -> None:
    """Effect: prints a step, and what it adds."""
    terminal.tell(f"{visible(os.path.relpath(step.path))} {step.said}" + (":" if step.text else "."))
    for line in step.text.splitlines():
        terminal.tell(f"    {line}".rstrip())
    terminal.tell("")


def _agreed(number: int) -> bool:
    """Asks on a terminal, and takes silence elsewhere for a no."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    sys.stdout.write(f"Write {summary.count(number, 'file')}? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _write(step: Step, root: str) -> None:
    """Effect: writes a new file, or the old text of one with the new at its end. Raises RunError."""
    try:
        if step.before is None:
            os.makedirs(os.path.dirname(step.path), exist_ok=True)
            atomic.write(step.path, step.text.encode("utf-8"))
            return
        newline = "\r\n" if "\r\n" in step.before else "\n"
        gap = "" if step.text.lstrip().startswith("- ") else newline
        start = step.before if step.before.endswith("\n") or not step.before else step.before + newline
        text = start + gap + step.text.replace("\n", newline)
        writing.write(step.path, text, root=root, before=files.digest(files.read(step.path)))
    except (OSError, files.Unwritable, files.Unreadable) as error:
        raise RunError(f"{step.path} was not written: {error}") from None


def _read(path: str) -> str | None:
    """The text of a file of the project, None if there is none. Raises RunError for one that cannot be read."""
    if not os.path.lexists(path):
        return None
    try:
        return files.decode(files.read(path)).text
    except files.Unreadable as error:
        raise RunError(f"{path} cannot be read: {error}") from None


def _indented(text: str, margin: str) -> str:
    return "".join(_lines(text, margin))


def _lines(text: str, margin: str) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        yield margin + line
