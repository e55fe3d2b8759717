"""What resilint costs before it does anything, in empty interpreters.

Usage: `python tests/bench/startup.py`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import alternate, table

LIMITS = {"version": 3.0, "a file without integration code": 5.0, "the same, known": 5.0}
"""How many empty interpreters each may cost."""


def ratios(rounds: int = 15) -> dict[str, float]:
    """Processor seconds as multiples of `python -c pass`. Effect: runs each `rounds` times."""
    with tempfile.TemporaryDirectory() as held:
        plain = Path(held, "plain.py")
        plain.write_text("def double(value):\n    return value * 2\n")
        resilint = [sys.executable, "-m", "resilint"]
        commands = {
            "nothing": [sys.executable, "-c", "pass"],
            "version": [*resilint, "version"],
            "a file without integration code": [*resilint, "check", "--no-cache", str(plain)],
            "the same, known": [*resilint, "check", held],
        }
        alternate(commands, 1)  # byte code and cache are written
        costs = alternate(commands, rounds)
        nothing = costs.pop("nothing").cpu
        return {name: each.cpu / nothing for name, each in costs.items()}


def report(found: dict[str, float]) -> str:
    """A Markdown table."""
    rows = [[name, f"{ratio:.1f}", f"{LIMITS[name]:.0f}"] for name, ratio in found.items()]
    return table(["start-up", "times `python -c pass`", "at most"], rows)


def main() -> int:
    """Effect: prints the table; the exit status is 1 if a limit is exceeded."""
    found = ratios()
    print(report(found))
    return int(any(ratio > LIMITS[name] for name, ratio in found.items()))


if __name__ == "__main__":
    sys.exit(main())
