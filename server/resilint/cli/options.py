"""What the command line asks for, in the words of a run: settings that are given, paths, options."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..config.roots import Overrides, ProjectRoot, ProjectRoots
from ..errors import RunError

if TYPE_CHECKING:
    from argparse import Namespace

    from ..config.settings import Mistake
    from ..run.run import Options
    from .terminal import Progress


def listed(values: Iterable[str]) -> list[str]:
    """The items of options that may be repeated, and hold several with commas."""
    return [item.strip() for value in values for item in value.split(",") if item.strip()]


def given(args: Namespace) -> dict[str, Any]:
    """The settings that options give, under the keys of `[tool.resilint]`. Raises RunError."""
    found: dict[str, Any] = {
        "select": listed(args.select),
        "extend-select": listed(args.extend_select),
        "ignore": listed(args.ignore),
        "per-file-ignores": _by_file(listed(args.per_file_ignores)),
        "profile": args.profile,
        "preview": args.preview,
    }
    return {key: value for key, value in found.items() if value}


def _by_file(pairs: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        pattern, colon, rule = pair.rpartition(":")
        if not colon or not pattern or not rule:
            raise RunError(f"--per-file-ignores wants PATTERN:RULE, not {pair!r}")
        found.setdefault(pattern, []).append(rule)
    return found


def overrides(args: Namespace) -> Overrides:
    """Returns the settings overrides of the command line. Raises RunError for unknown names."""
    values = given(args) if "select" in args else {}
    if args.config and args.isolated:
        raise RunError("--config and --isolated contradict each other")
    if args.config and not os.path.isfile(args.config):
        raise RunError(f"--config: there is no file {args.config!r}")
    if values:
        from resilint_rules.registry import rules

        from ..config.settings import Settings, override

        _, mistakes = override(Settings(), values, "command line", rules().values())
        if mistakes:
            raise RunError("; ".join(f"--{mistake.key} {mistake.message}" for mistake in mistakes))
    return Overrides(args.config, args.isolated, values)


def home_of(path: str, wanted: Overrides) -> ProjectRoot:
    """Returns the project root whose settings apply to the run as a whole: that of the first path."""
    whole = os.path.abspath(path)
    return ProjectRoots(wanted).above(whole if os.path.isdir(whole) else os.path.dirname(whole))


def options(
    args: Namespace, engine: Options, wanted: Overrides, home: ProjectRoot, progress: Progress | None
) -> Options:
    """Returns the run options; settings of `home` apply where no option is given."""
    plain = home.plain
    return engine._replace(
        wish=wanted,
        jobs=args.jobs or (0 if plain else home.settings.jobs),
        cache=engine.cache and not args.no_cache,
        cache_dir=args.cache_dir or os.environ.get("RESILINT_CACHE_DIR", ""),
        force_exclude=getattr(args, "force_exclude", False) or (not plain and home.settings.force_exclude),
        progress=progress,
    )


def mistake_lines(mistakes: Iterable[Mistake]) -> list[str]:
    """Returns the mistakes in settings without duplicates, files relative to the working folder."""
    lines: dict[str, None] = {}
    for mistake in mistakes:
        line = str(mistake)
        here = os.getcwd() + os.sep
        lines[line.removeprefix(here)] = None
    return list(lines)
