"""What was read in real packages: whether it is still found, and how much there is to read.

Usage: `python tests/corpus/verdicts.py FOLDER`, where FOLDER holds a folder for each package of the corpus.
Effect: checks the packages, and writes the table into `tests/corpus/README.md`. Exit status 1 if a finding that was
judged true is found no longer, or one that was judged false still is.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import tomli

HERE = Path(__file__).parent
TOP = HERE.parents[1]
sys.path[:0] = [str(TOP / "server"), str(TOP / "rules")]

PAGE = HERE / "README.md"
START, END = "<!-- verdicts -->\n", "<!-- end -->"
BAR = 0.95
"""How many of the warnings and errors that were read must be true."""
FEW = 20
"""Findings that are read for a rule, if it has as many."""


class Found(NamedTuple):
    """A finding of today."""

    rule: str
    severity: str
    package: str
    file: str
    fingerprint: str


def look(folder: str) -> tuple[list[Found], Counter[str]]:
    """All findings below a folder, and the lines of each package. Effect: reads and checks them, previews included."""
    from resilint.run.run import Options, Overrides, Run

    run = Run([folder], Options(wish=Overrides(given={"preview": True}), cache=False))
    found = []
    for result in run:
        package, _, file = os.path.relpath(os.path.abspath(result.file), os.path.abspath(folder)).partition(os.sep)
        name = file.replace(os.sep, "/")
        found += [Found(each.rule, each.severity, package, name, each.fingerprint) for each in result.problems]
    lines: Counter[str] = Counter()
    for path in Path(folder).rglob("*.py"):
        if path.is_file():
            lines[path.relative_to(folder).parts[0]] += path.read_bytes().count(b"\n")
    return found, lines


def verdicts() -> dict[str, dict[str, Any]]:
    """What was read, by rule."""
    files = sorted(HERE.glob("*.toml"))
    return {path.stem: tomli.loads(path.read_text("utf-8")) for path in files}


def compare(found: list[Found]) -> tuple[list[str], list[str]]:
    """The rows of the table, and what is not as it was read."""
    by_rule: dict[str, list[Found]] = defaultdict(list)
    for each in found:
        by_rule[each.rule].append(each)
    known = verdicts()
    rows, wrong = [], []
    for rule in sorted({*by_rule, *known}):
        there = {(each.package, each.file, each.fingerprint) for each in by_rule[rule]}
        read = known.get(rule, {}).get("finding", [])
        still = {True: 0, False: 0}
        for entry in read:
            place = (entry["package"], entry["file"], entry["fingerprint"])
            good = entry["verdict"] == "true"
            still[good] += place in there
            if good and place not in there:
                wrong.append(f"{rule}: true and found no longer: {entry['package']}/{entry['file']}:{entry['row']}")
            if not good and place in there:
                wrong.append(f"{rule}: false and still found: {entry['package']}/{entry['file']}:{entry['row']}")
        count = len(by_rule[rule])
        if sum(still.values()) < min(FEW, count):
            wrong.append(f"{rule}: {sum(still.values())} of {count} findings are read")
        cured = sum(entry["verdict"] != "true" for entry in read) - still[False]
        worst = min((each.severity for each in by_rule[rule]), key=SEVERITIES.index, default="")
        rows.append(f"| {rule} | {worst} | {count} | {sum(still.values())} | {still[True]} | {cured or ''} |")
    heavy = [r for r in known if any(e.rule == r and e.severity in ("warning", "error") for e in found)]
    places = {(each.rule, each.package, each.file, each.fingerprint) for each in found}
    judged = [
        entry["verdict"] == "true"
        for rule in heavy
        for entry in known[rule].get("finding", [])
        if (rule, entry["package"], entry["file"], entry["fingerprint"]) in places  # what was cured is no alarm
    ]
    return rows, wrong + ([] if not judged or sum(judged) / len(judged) >= BAR else ["too few are true"])


SEVERITIES = ("error", "warning", "info", "hint")


def noise(found: list[Found], lines: Counter[str]) -> list[str]:
    """Findings per thousand lines by severity, for each package."""
    by_package = Counter((each.package, each.severity) for each in found)
    rows = []
    for package, count in sorted(lines.items()):
        cells = [f"{1000 * by_package[package, severity] / count:.2f}" for severity in SEVERITIES[:3]]
        rows.append(f"| {package} | {count:,} | {' | '.join(cells)} |")
    total = sum(lines.values())
    cells = [f"{1000 * sum(e.severity == s for e in found) / total:.3f}" for s in SEVERITIES[:3]]
    return [*rows, f"| all | {total:,} | {' | '.join(cells)} |"]


def main(folder: str) -> int:
    """Effect: writes the table, prints what is wrong."""
    found, lines = look(folder)
    rows, wrong = compare(found)
    table = [
        "| rule | worst severity | findings | read | true | false once, silent now |",
        "| --- | --- | --: | --: | --: | --: |",
        *rows,
        "\nFindings per 1,000 lines:\n",
        "| package | lines | errors | warnings | infos |",
        "| --- | --: | --: | --: | --: |",
        *noise(found, lines),
    ]
    head, rest = PAGE.read_text("utf-8").split(START)
    PAGE.write_text(head + START + "\n".join(table) + "\n" + END + rest.partition(END)[2], "utf-8", newline="\n")
    print("\n".join([*rows, "", *(wrong or ["all is as it was read"])]))
    return int(bool(wrong))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
