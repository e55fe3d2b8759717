"""Texts at the end of a run: summary, statistics, and three lines for a first run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..fs.escapes import visible

if TYPE_CHECKING:
    from resilint_rules.kit.rule import Rule

    from ..results import FileResult, Problem

MANY = 20
"""Findings from which on a first run gets three more lines."""


def count(number: int, noun: str) -> str:
    """Formats a number with its noun: `1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def problems_of(results: Iterable[FileResult]) -> list[Problem]:
    """Returns all problems in order."""
    return [problem for result in results for problem in result.problems]


def summary(results: Sequence[FileResult], files: int, hook: bool = False) -> str:
    """Returns one or two lines: number and severity of findings, and how many can be fixed.

    `hook`: pre-commit runs it, so that fixes are applied by a line of its settings.
    """
    found = problems_of(results)
    known = sum(problem.suppressed == "baseline" for result in results for problem in result.suppressed)
    behind = f" ({count(known, 'known finding')} in the baseline)" if known else ""
    if not found:
        return f"Nothing found in {count(files, 'file')}{behind}."
    severities = Counter(problem.severity for problem in found)
    parts = ", ".join(
        count(severities[word], word) for word in ("error", "warning", "info", "hint") if severities[word]
    )
    where = count(len({problem.file for problem in found}), "file")
    lines = [f"Found {count(len(found), 'finding')} in {where}: {parts}{behind}."]
    safe = sum(_trust(problem) == "safe" for problem in found)
    unsafe = sum(_trust(problem) == "unsafe" for problem in found)
    if safe or unsafe:
        lines.append(_way_to_fix(safe, unsafe, hook))
    return "\n".join(lines)


def _way_to_fix(safe: int, unsafe: int, hook: bool) -> str:
    """Returns the line that says how many findings can be fixed, and by what."""
    if hook:
        way = "the hook `resilint-fix`" + (" and `args: [--unsafe-fixes]`" if unsafe else "")
        alone, show = "without `args`", "`resilint check --diff --unsafe-fixes` shows how"
    else:
        way = "`--fix --unsafe-fixes`" if unsafe else "`--fix`"
        alone, show = "with `--fix` alone", "`--diff` in place of `--fix` shows how"
    some = f", {safe} of them {alone}" if safe and unsafe else ""
    return f"{safe + unsafe} can be fixed with {way}{some}; {show}."


def failed(severities: Iterable[str], levels: Iterable[str]) -> str:
    """Returns the line that says in a log why the run fails; `levels` are the severities from which on it does."""
    counts = Counter(severities)
    parts = ", ".join(count(counts[word], word) for word in ("error", "warning", "info", "hint") if counts[word])
    return f"Failed with exit status 1: {parts} at or above `--fail-on {'` or `'.join(sorted(set(levels)))}`."


def stale(number: int, file: str) -> str:
    """Returns one line about stale baseline entries."""
    are, them = ("is", "it") if number == 1 else ("are", "them")
    return f"{file} records {count(number, 'finding')} that {are} gone: `resilint baseline --prune` forgets {them}."


def unfixed(results: Iterable[FileResult]) -> str:
    """Returns one line if `--diff` has nothing to show; "" if nothing was found either."""
    found = problems_of(results)
    unsafe = sum(_trust(problem) == "unsafe" for problem in found)
    if unsafe:
        return f"No fix is safe; `--diff --unsafe-fixes` shows what the others do about {count(unsafe, 'finding')}."
    return f"There is no fix for {count(len(found), 'finding')}." if found else ""


def _trust(problem: Problem) -> str:
    return problem.offers[0].applicability if problem.offers else ""


def first_run(results: Sequence[FileResult]) -> list[str]:
    """Returns three lines of advice for a first run with many findings; none if they are few."""
    found = problems_of(results)
    if len(found) < MANY:
        return []
    rules = Counter(problem.rule for problem in found).most_common()
    frequent = ", ".join(f"{number} {name}" for name, number in rules[:5])
    rest = f", {sum(number for _, number in rules[5:])} of {count(len(rules) - 5, 'other rule')}" if rules[5:] else ""
    return [
        f"By rule: {frequent}{rest}.",
        "`resilint baseline` records them, and `resilint check` then reports new ones only.",
        "Off with a rule: `ignore` under [tool.resilint]; with one finding: `# resilint: ignore[NAME]` on its line.",
    ]


def numbers(
    results: Sequence[FileResult], rules: Mapping[str, Rule], peer_of: Callable[[str], str]
) -> dict[str, dict[str, int]]:
    """Counts findings by rule, library, peer and other tools that report the same call, most frequent first.

    `peer_of` returns the kind of peer of a library: http, database, ...; "" if nothing, as asyncio.
    """
    from ..suppress.elsewhere import tools_that_report

    found = problems_of(results)
    tools: Counter[str] = Counter()
    for problem in found:
        direct = problem.rule in rules and not problem.related  # behind a function of the project only we see it
        known = tools_that_report(rules[problem.rule].equivalents, problem.callee) if direct else ()
        tools.update(known or ["resilint alone"])
    return {
        "rule": _ranked(Counter(problem.rule for problem in found)),
        "library": _ranked(Counter(problem.library for problem in found if problem.library)),
        "peer": _ranked(Counter(peer for problem in found if (peer := peer_of(problem.library)))),
        "tool": _ranked(tools),
    }


def _ranked(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def statistics(found: Mapping[str, Mapping[str, int]], rules: Mapping[str, Rule], format: str) -> str:  # noqa: A002 - its name
    """Formats the numbers as tables or as JSON."""
    if format.startswith("json"):
        import json

        return json.dumps(found, indent=2) + "\n"
    titles = {
        "rule": "by rule",
        "library": "by library",
        "peer": "by what is at the other end",
        "tool": "reported by a rule of another tool, too, if it is on",
    }
    blocks: list[str] = []
    for key, title in titles.items():
        rows = [f"{number:>7}  {_named(name, rules)}" for name, number in found[key].items()]
        blocks += ["\n".join([title, *rows])] if rows else []
    return "\n\n".join(blocks) + "\n" if any(found.values()) else ""


def _named(name: str, rules: Mapping[str, Rule]) -> str:
    return f"{rules[name].code}  {name}" if name in rules else visible(name)  # projects name libraries


def verbose(counts: Any, seconds: float) -> str:
    """Returns the costs of a run, for `--verbose`."""
    return (
        f"{count(counts.seen, 'file')} seen, {counts.read} read, {counts.wanted} with integration code, "
        f"{counts.cached} known from the cache; {count(counts.chunks, 'piece')} of {count(counts.lines, 'line')} "
        f"parsed, {counts.left_out} left out; {seconds:.2f} s"
    )
