"""resilint beside ruff, where both look for the same thing: what ruff reports and resilint does not, and why.

Usage: `python tests/corpus/beside_ruff.py FOLDER [--all]`. Reasons are decided by code, from the text around
a finding; what none of them fits is "other", and always listed, so that somebody reads it.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from resilint.fs import files
from resilint.fs.exclude import DEFAULT

PAIRS = {
    "S113": "no-timeout",
    "S501": "tls-verification-off",
    "S507": "tls-verification-off",
    "ASYNC210": "blocking-call-in-async",
    "ASYNC212": "blocking-call-in-async",
    "ASYNC251": "blocking-sleep-in-async",
    "RUF006": "task-dropped",
}
"""Rule of ruff -> ours. ASYNC212 is one of ruff's previews, hence `--preview` below."""

TEST = "a test"
EXCLUDED = "left out: vendored, generated, a build"
SPREAD = "a `**spread` may hold the limit"
CHOSEN = "a condition decides: whoever calls or configures it"
BRIDGE = "made to be driven with a loop and without: the other branch awaits"
GONE = "started in `__del__`: nobody is left to keep it"
OTHER = "other"


class Reported(NamedTuple):
    """A finding of ruff: its rule, the file below the folder, where it starts and ends (row, column, from 1)."""

    code: str
    name: str
    start: tuple[int, int]
    end: tuple[int, int]


def ruffs(folder: str) -> list[Reported]:
    """What ruff reports. Effect: runs ruff, without settings and without heeding any."""
    line = [sys.executable, "-m", "ruff", "check", "--isolated", "--preview", "--no-cache", "--quiet", "--exit-zero"]
    found = json.loads(_run([*line, "--select", ",".join(PAIRS), "--output-format", "json", folder]))
    return [
        Reported(each["code"], _below(each["filename"], folder), _place(each["location"]), _place(each["end_location"]))
        for each in found
        if each["code"] in PAIRS  # files that it cannot parse have none
    ]


def ours(folder: str) -> set[tuple[str, str, int]]:
    """What resilint reports: rule, file below the folder, row. Effect: runs resilint with its defaults."""
    line = [sys.executable, "-m", "resilint", "check", folder, "--isolated", "--preview", "--no-cache", "--exit-zero"]
    found = json.loads(_run([*line, "--output-format", "json"]))
    return {(each["name"], _below(each["filename"], folder), each["location"]["row"]) for each in found}


def reason(each: Reported, text: str) -> str:
    """Why resilint is silent where ruff reports, in the words above."""
    if files.kind(each.name) == "test":
        return TEST
    *folders, own = each.name.split("/")
    if any(DEFAULT.out(part, part) for part in (*folders, own)) or files.generated(text.encode()[:4000]):
        return EXCLUDED
    tree = ast.parse(text)
    node, around = _at(tree, each)
    if each.code == "S113" and isinstance(node, ast.Call) and any(word.arg is None for word in node.keywords):
        return SPREAD
    if each.code in ("S501", "S507") and any(isinstance(outer, ast.If) for outer in around):
        return CHOSEN
    branches = [outer for outer in around if isinstance(outer, ast.If)]
    if each.code == "ASYNC251" and any(isinstance(inner, ast.Await) for outer in branches for inner in ast.walk(outer)):
        return BRIDGE
    if each.code == "RUF006" and any(
        isinstance(outer, ast.FunctionDef)
        and outer.name == "__del__"
        and any(node is inner for inner in ast.walk(outer))
        for outer in ast.walk(tree)
    ):
        return GONE
    return OTHER


def _at(tree: ast.Module, each: Reported) -> tuple[ast.AST | None, list[ast.AST]]:
    """The call that a finding is about, and what stands around it in the same function."""
    for node, around in _nested(tree, []):
        if isinstance(node, ast.Call) and each.end in (_ending(node), _ending(node.func)):
            return node, around
    return None, []


def _ending(node: ast.expr) -> tuple[int, int]:
    return (node.end_lineno or 0, (node.end_col_offset or 0) + 1)


def _nested(node: ast.AST, around: list[ast.AST]) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    for child in ast.iter_child_nodes(node):
        yield child, around
        inside = [] if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)) else [*around, child]
        yield from _nested(child, inside)


def compare(folder: str) -> tuple[Counter[str], dict[str, Counter[str]], list[tuple[str, Reported]]]:
    """Findings by rule of either, ruff's by rule and reason (also ours: ""), and those that are not ours."""
    known = ours(folder)
    total = Counter(name for name, _, _ in known)
    why: dict[str, Counter[str]] = defaultdict(Counter)
    missing: list[tuple[str, Reported]] = []
    for each in ruffs(folder):
        total[each.code] += 1
        if any((PAIRS[each.code], each.name, row) in known for row in range(each.start[0], each.end[0] + 1)):
            why[each.code][""] += 1
            continue
        with open(os.path.join(folder, each.name), encoding="utf-8", errors="replace") as opened:
            found = reason(each, opened.read())
        why[each.code][found] += 1
        missing.append((found, each))
    return total, why, missing


def report(total: Counter[str], why: dict[str, Counter[str]]) -> str:
    """A Markdown table, one row a rule of ruff."""
    lines = ["| ruff | its findings | also ours | not ours, and why | resilint | its findings |"]
    lines.append("| --- | ---: | ---: | --- | --- | ---: |")
    for code, name in PAIRS.items():
        reasons = "; ".join(f"{count}: {text}" for text, count in why[code].most_common() if text) or "-"
        lines.append(f"| {code} | {total[code]} | {why[code]['']} | {reasons} | {name} | {total[name]} |")
    return "\n".join(lines)


def _place(location: dict[str, int]) -> tuple[int, int]:
    return location["row"], location["column"]


def _below(name: str, folder: str) -> str:
    return os.path.relpath(os.path.abspath(name), folder).replace(os.sep, "/")


def _run(line: list[str]) -> str:
    return subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> int:
    """Effect: prints the table, and where resilint is silent."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder")
    words.add_argument("--all", action="store_true", help="list all that are not ours, not only the unexplained")
    args = words.parse_args()
    total, why, missing = compare(os.path.abspath(args.folder))
    print(report(total, why))
    for text, each in sorted(missing):
        if args.all or text == OTHER:
            print(f"{each.name}:{each.start[0]}: {each.code}, {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
