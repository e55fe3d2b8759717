"""The command line's words: commands, options, and the sentences that explain them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from ..fs.escapes import visible

FORMATS = ("full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit")
SEVERITIES = ("error", "warning", "info", "hint")
SHELLS = ("bash", "zsh", "fish", "powershell")
PROFILES = ("default", "strict", "security", "library", "core")

_ABOUT = """\
Finds integration code that will fail in production, shows what really happens at each external call,
and repairs it."""

_AFTER = """\
Start with `resilint check`. `resilint COMMAND --help` explains a command, `resilint rule NAME` a rule.
Exit status: 0 nothing at or above --fail-on, 1 findings, 2 the run itself failed."""

_CHECK = """\
Checks Python files and tells what will fail in production. Folders are searched for .py, .pyi and
.ipynb files; what git ignores, generated and vendored files are passed over."""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The options of one invocation; ends the process with 2 and a sentence if they make no sense."""
    # The reason is optional, and what follows may be a path: only `--add-ignore=REASON` gives one.
    words = ["--add-ignore=" if word == "--add-ignore" else word for word in argv]
    return make().parse_args(words)


class _Parser(argparse.ArgumentParser):
    """Spells control characters of arguments out: in CI they may be file names of a stranger."""

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            print(message, end="", file=file or sys.stderr, flush=True)  # argparse itself is silent about a full device

    def error(self, message: str) -> NoReturn:
        """Effect: ends the process with 2."""
        super().error(visible(message))


def make() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser: argparse.ArgumentParser = _Parser(
        prog="resilint",
        description=_ABOUT,
        epilog=_AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _check(_command(commands, "check", "find risky integration code, and fix it", _CHECK))
    rule = _command(
        commands, "rule", "explain a rule", "Shows the page of a rule or pattern; without an argument a table of all."
    )
    rule.add_argument(
        "rule", nargs="?", metavar="RULE", help="a code or a name, such as TMO001, no-timeout or pattern:retry"
    )
    rule.add_argument("--output-format", choices=("full", "json"), default="full", help="how to print it")
    _colour(rule)
    explain = _command(
        commands,
        "explain",
        "what really happens at the calls on a line, or behind a function",
        "Shows what really happens at the calls on a line, behind the functions that are called there, or behind a "
        "function: the bounds in force and who set them, retries, how many requests are sent while a peer is away, "
        "how long a hang takes, who sees the failure; and where nothing is reported, why.",
    )
    explain.add_argument(
        "place",
        metavar="PATH[:LINE|:FUNCTION]",
        help="a line or a function of a Python file; all its calls, or those of a folder, without",
    )
    explain.add_argument("--output-format", choices=("text", "json"), default="text", help="how to print it")
    _where_settings(explain)
    harden = _command(
        commands,
        "harden",
        "put resilient patterns around external calls",
        "Puts resilient patterns around the external calls of files and folders, of a function or of a line: a time "
        "limit, a check of the status, another attempt where that is safe. A second run changes nothing.",
    )
    harden.add_argument(
        "paths",
        nargs="*",
        metavar="PATH[:LINE|:FUNCTION]",
        help="files and folders, or a line or function of a file; the current folder by default",
    )
    harden.add_argument(
        "--with",
        dest="patterns",
        metavar="PATTERN",
        action="append",
        default=[],
        help="only some patterns, with commas in between; all by default",
    )
    harden.add_argument("--diff", action="store_true", help="show what would change, and write nothing")
    _where_settings(harden)
    harden.add_argument("-q", "--quiet", action="store_true", help="print the diff and nothing else")
    baseline = _command(
        commands,
        "baseline",
        "record today's findings, so that check reports new ones only",
        "Records today's findings in .resilint-baseline.json; `resilint check` then reports new ones only.",
    )
    _paths(baseline)
    baseline.add_argument("--prune", action="store_true", help="only remove entries that nothing is found for any more")
    _selection(baseline.add_argument_group("which rules"))
    _where_settings(baseline)
    _effort(baseline)
    baseline.add_argument("--baseline", metavar="FILE", default="", help="the file to write")
    _voice(baseline)
    server = _command(
        commands, "server", "the language server, for editors", "Serves one editor on standard input and output."
    )
    server.add_argument("--stdio", action="store_true", help="accepted because editors pass it; there is no other way")
    _command(commands, "mcp", "the tools for coding agents", "Serves one coding agent on standard input and output.")
    clean = _command(
        commands, "clean", "remove the cache", "Removes the cache of a project: only folders that resilint has made."
    )
    _paths(clean)
    clean.add_argument("--cache-dir", metavar="FOLDER", default="", help="the cache to remove")
    start = _command(
        commands,
        "init",
        "set a project up: settings, baseline, hook, CI",
        "Shows the settings, the baseline, the hook and the file for CI that a project needs, asks, and writes them.",
    )
    start.add_argument(
        "path", nargs="?", metavar="FOLDER", default=".", help="the project; the current folder by default"
    )
    start.add_argument("--yes", action="store_true", help="write without a question")
    pages = _command(
        commands,
        "docs",
        "write the documentation as a static site",
        "Writes the pages of rules, libraries and settings as a site that needs no server.",
    )
    pages.add_argument("--output", metavar="DIR", required=True, help="the folder to write into")
    complete = _command(
        commands, "completion", "a script that completes commands in a shell", "Prints a script for a shell to load."
    )
    complete.add_argument("shell", choices=SHELLS, help="the shell; the first line of the script says how to load it")
    _command(commands, "version", "show the version", "Shows the version.")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, short: str, about: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=short, description=about, allow_abbrev=False)


def _paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; the current folder by default")


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files and folders, or - for standard input; the current folder by default",
    )
    fixing = parser.add_argument_group("fixing")
    fixing.add_argument("--fix", action="store_true", help="apply the preferred fixes that are safe")
    fixing.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: also fixes that change what happens on a failure, such as a new timeout",
    )
    fixing.add_argument("--diff", action="store_true", help="show what --fix would change, and write nothing")
    fixing.add_argument(
        "--add-ignore",
        metavar="[=REASON]",
        default=None,
        help="silence today's findings with comments; --add-ignore=REASON gives a reason",
    )
    rules = parser.add_argument_group("which rules")
    _selection(rules)
    rules.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="",
        help="the mildest severity that gives exit status 1 (default: warning)",
    )
    rules.add_argument("--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    rules.add_argument("--baseline", metavar="FILE", default="", help="report only what is not recorded in FILE")
    rules.add_argument(
        "--diff-base", metavar="REV", default="", help="report only lines changed since the commit shared with REV"
    )
    output = parser.add_argument_group("output")
    output.add_argument(
        "--output-format",
        metavar="FORMAT[:FILE]",
        action="append",
        default=[],
        help=f"one of {', '.join(FORMATS)}; may be given several times, each with a file to write",
    )
    output.add_argument(
        "--show-suppressed",
        action="store_true",
        help="put what a comment or the baseline silences into SARIF, too, marked as suppressed",
    )
    output.add_argument("--output-file", metavar="FILE", default="", help="write there instead of standard output")
    output.add_argument(
        "--statistics",
        action="store_true",
        help="count instead: by rule, by library, by what is at the other end, and by other tools that know the risk",
    )
    output.add_argument("--show-settings", action="store_true", help="show the settings that hold here, and stop")
    output.add_argument("--watch", action="store_true", help="check again whenever a file changes, until Ctrl+C")
    _colour(output)
    files = parser.add_argument_group("files and settings")
    files.add_argument("--stdin-filename", metavar="FILE", default="", help="what standard input is to be called")
    files.add_argument("--force-exclude", action="store_true", help="pass over excluded files even if they are named")
    _where_settings(files)
    _effort(parser.add_argument_group("effort"))
    _voice(parser)


def _selection(group: argparse._ActionsContainer) -> None:
    selector = {"metavar": "RULES", "action": "append", "default": []}
    about = "the rules to run: codes, names, first letters of codes, ALL; `--select help` lists them"
    group.add_argument("--select", help=about, **selector)  # type: ignore[arg-type]
    group.add_argument("--extend-select", help="rules to run besides those of the settings", **selector)  # type: ignore[arg-type]
    group.add_argument("--ignore", help="rules to leave out", **selector)  # type: ignore[arg-type]
    group.add_argument(
        "--per-file-ignores",
        metavar="PATTERN:RULE",
        action="append",
        default=[],
        help="rules to leave out in files that a pattern means; several with commas",
    )
    group.add_argument("--profile", choices=PROFILES, default="", help="which rules are on when none are selected")
    group.add_argument("--preview", action="store_true", help="let rules run that are still on trial")


def _where_settings(group: argparse._ActionsContainer) -> None:
    group.add_argument("--config", metavar="FILE", default="", help="settings to use instead of the project's own")
    group.add_argument("--isolated", action="store_true", help="heed no file of settings")


def _effort(group: argparse._ActionsContainer) -> None:
    group.add_argument("--jobs", type=_whole, metavar="N", default=0, help="processes; one for each core by default")
    group.add_argument("--no-cache", action="store_true", help="neither use nor write the cache")
    group.add_argument(
        "--cache-dir", metavar="FOLDER", default="", help="where to keep the cache; RESILINT_CACHE_DIR says the same"
    )


def _voice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-q", "--quiet", action="store_true", help="print findings and nothing else")
    parser.add_argument("-v", "--verbose", action="store_true", help="say what was read, parsed and remembered")


def _colour(group: argparse._ActionsContainer) -> None:
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="when to use colours")


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"wants a number of processes, not {text!r}")
    return int(text)
