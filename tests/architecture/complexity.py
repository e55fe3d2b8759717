"""Functions whose complexity, as radon counts it, is above the limit: the list in `complexity.txt` only shrinks.

`python tests/architecture/complexity.py` writes the list again after a function became simpler or moved. It refuses
if the list would have more functions or a larger sum.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from radon.complexity import cc_visit
from radon.visitors import Class, Function

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_suffix(".txt")
LIMIT = 15
"""ruff's C901 does not count boolean operators and conditions of comprehensions; radon does."""


def measure(root: Path = ROOT) -> dict[str, int]:
    """Returns `path:function` -> complexity of all functions and methods above the limit."""
    found = {}
    for package in ("server/resilint", "rules/resilint_rules"):
        for path in sorted((root / package).rglob("*.py")):
            for function in _functions(cc_visit(path.read_text("utf-8"))):
                if function.complexity > LIMIT:
                    found[f"{path.relative_to(root).as_posix()}:{function.fullname}"] = function.complexity
    return found


def _functions(blocks: Iterable[Class | Function]) -> Iterator[Function]:
    for block in blocks:
        if isinstance(block, Class):
            yield from _functions(block.methods)
        else:
            yield block


def listed() -> dict[str, int]:
    """Returns the committed list."""
    rows = (line.rsplit(" ", 1) for line in LIST.read_text("utf-8").splitlines())
    return {name: int(value) for name, value in rows}


def main() -> int:
    """Effect: writes the list, unless it grew."""
    found, before = measure(), listed()
    if len(found) > len(before) or sum(found.values()) > sum(before.values()):
        worse = [f"{name} {value}" for name, value in found.items() if value > before.get(name, LIMIT)]
        print("more complex than before:", *worse, sep="\n")
        return 1
    LIST.write_text("".join(f"{name} {value}\n" for name, value in found.items()), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
