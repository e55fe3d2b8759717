"""resilint beside ruff and bandit, at comparable rules, on a folder of your choice.

Usage: `python tests/bench/compare.py FOLDER [--rounds 3] [--without bandit]`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from measure import Cost, alternate, cost, table


def commands(folder: str, caches: Path) -> dict[str, list[str]]:
    """What is run, by name. A `cold` run finds no cache, a `warm` one the cache of the same command."""
    python = sys.executable
    resilint = [python, "-m", "resilint", "check", folder, "--exit-zero", "--output-format", "concise"]
    resilint += ["--cache-dir", str(caches / "resilint")]
    ruff = [
        python,
        "-m",
        "ruff",
        "check",
        "--quiet",
        "--select",
        "S113,S501,ASYNC,S110",
        "--cache-dir",
        str(caches / "ruff"),
        folder,
    ]
    bandit = [python, "-m", "bandit", "--quiet", "--recursive", "--tests", "B113", folder]
    return {
        "resilint, cold": resilint,
        "ruff, cold": ruff,
        "bandit": bandit,
        "resilint, warm": resilint,
        "ruff, warm": ruff,
    }


def compare(folder: str, rounds: int, without: tuple[str, ...]) -> dict[str, Cost]:
    """Medians by name. Effect: runs each command `rounds` times, the cold ones after removing their cache."""
    with tempfile.TemporaryDirectory() as held:
        caches = Path(held)
        chosen = {name: line for name, line in commands(folder, caches).items() if not name.startswith(without)}

        def prepare(name: str) -> None:
            tool, _, state = name.partition(", ")
            if state == "cold":
                shutil.rmtree(caches / tool, ignore_errors=True)

        cold = {name: line for name, line in chosen.items() if not name.endswith("warm")}
        warm = {name: line for name, line in chosen.items() if name.endswith("warm")}
        costs = alternate(cold, rounds, prepare)
        for line in warm.values():
            cost(line)  # what was written in the very last moments is looked at once more
        return {**costs, **alternate(warm, max(rounds, 5))}


def report(costs: dict[str, Cost]) -> str:
    """A Markdown table; a ratio above 1 means that resilint takes longer."""
    rows = []
    for name, (wall, cpu, memory, status) in costs.items():
        state = "warm" if name.endswith("warm") else "cold"
        ours = costs.get(f"resilint, {state}")
        ratio = f"{ours.wall / wall:.2f}" if ours and not name.startswith("resilint") else ""
        failed = "" if status in (0, 1) else f" (failed: {status})"
        rows.append([name + failed, f"{wall:.2f}", f"{cpu:.2f}", f"{memory:.0f}", ratio])
    return table(["", "seconds", "CPU seconds", "MB, largest process", "resilint takes"], rows)


def main() -> int:
    """Effect: prints the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--without", action="append", default=[], help="a tool that is not to be run")
    args = words.parse_args()
    costs = compare(os.path.abspath(args.folder), args.rounds, tuple(args.without) or ("-",))
    print(report(costs))
    return 0 if all(each.status in (0, 1) for each in costs.values()) else 2


if __name__ == "__main__":
    sys.exit(main())
