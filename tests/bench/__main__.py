"""All measurements, or (`--smoke`) those that are quick enough to be made at every change.

Usage: `python tests/bench --smoke` or `python tests/bench FOLDER`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import compare
import startup

SLACK = 1.5
"""A shared machine is given this much more than the limits say."""


def plant(root: Path, count: int) -> None:
    """A tree of small packages: one file in ten has integration code."""
    for number in range(count):
        folder = root / f"package{number % 12}"
        folder.mkdir(exist_ok=True)
        body = "import requests\n\ndef call(x):\n    return requests.get(x)\n" if number % 10 == 0 else "x = 1\n" * 40
        (folder / f"module{number}.py").write_text(body)


def smoke() -> int:
    """Start-up with slack, a few doublings, and a comparison with ruff on a small tree. Effect: prints tables."""
    found = startup.ratios(7)
    print(startup.report(found) + "\n")
    wrong = [name for name, ratio in found.items() if ratio > startup.LIMITS[name] * SLACK]
    with tempfile.TemporaryDirectory() as held:
        plant(Path(held), 600)
        costs = compare.compare(held, 1, ("bandit",))
    print(compare.report(costs) + "\n")
    wrong += [name for name, each in costs.items() if each.status not in (0, 1)]
    sys.argv[1:] = ["functions with a call each", "one string of many lines", "nothing but comments", "handlers"]
    wrong += ["doubling"] * double()
    if wrong:
        print("\nNot as it should be: " + ", ".join(wrong))
    return int(bool(wrong))


def double() -> int:
    """Loads what is measured only now: a process is never told to hold less than the one it came from."""
    import doubling

    return doubling.main()


if __name__ == "__main__":
    if sys.argv[1:] == ["--smoke"]:
        sys.exit(smoke())
    print(startup.report(startup.ratios()) + "\n")
    if len(sys.argv) > 1:
        compare.main()
        print()
        sys.argv[1:] = []
    sys.exit(double())
