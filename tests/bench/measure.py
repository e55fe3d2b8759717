"""Running a command and knowing what it cost."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).parents[2]
sys.path[:0] = [str(TOP / "server"), str(TOP / "rules")]


class Cost(NamedTuple):
    """Seconds on the wall, seconds of all processors, the most megabytes that one process held, exit status.

    Linux counts what this very process held when the command was started, so keep it small.
    """

    wall: float
    cpu: float
    memory: float
    status: int


def environment() -> dict[str, str]:
    """Where resilint is found as it lies here, and may keep its byte code, as it does when installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    path = [str(TOP / "server"), str(TOP / "rules"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(path)}


def cost(command: Sequence[str]) -> Cost:
    """What one run of a command costs, its children included. Effect: runs it."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    memory = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Cost(wall, used.ru_utime + used.ru_stime, memory, process.returncode)


def middle(costs: Sequence[Cost]) -> Cost:
    """The medians, and the most memory."""
    wall, cpu = (statistics.median(values) for values in list(zip(*costs, strict=True))[:2])
    return Cost(wall, cpu, max(each.memory for each in costs), costs[-1].status)


def alternate(
    commands: Mapping[str, Sequence[str]],
    rounds: int,
    before: Callable[[str], None] = lambda name: None,
) -> dict[str, Cost]:
    """Each command once, then each again, so that a busy minute of the machine hits all alike.

    `before` is called with a command's name before each of its runs.
    """
    seen: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            before(name)
            seen[name].append(cost(command))
    return {name: middle(costs) for name, costs in seen.items()}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
