"""How fast the language server answers while somebody types, and what it costs: `python tests/bench/lsp_speed.py`.

A module of 5,000 lines with 200 external calls is open; each keystroke goes into a function. Without
debounce, from sending to having received. Ends with 1 if a budget is exceeded. `--edits N` sets how many
keystrokes the memory is judged by, `--engine NAME` another analysis than the house's own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clients.wire import Wire, at

BUDGETS = {"push": 50.0, "pull": 50.0, "code action": 30.0, "hover": 30.0, "longest stall": 20.0, "growth": 20.0}
"""Milliseconds at the 95th percentile; for the stall at most, for the growth of memory percent."""

_CALL = '''

def partner_{n}(order, session, retries=3):
    """Asks partner number {n}, which is SLOW."""
    total = 0
    for attempt in range(retries):
        answer = requests.post(f"https://partner-{n}.example/orders", json=order)
        if answer.status_code == 200:
            total += len(answer.json())
            break
    return total
'''
_PLAIN = '''

def plain_{n}(rows):
    """Sums without asking anybody."""
    total = 0
    for row in rows:
        if row.kind == {n}:
            total += row.amount * row.rate
        elif row.kind > {n}:
            total -= row.amount
    return total
'''
CALLS = 200
LINES = 5000


def module() -> str:
    """The text: 200 calls between functions that are none of our business."""
    parts = ["import requests\n\nBASE = 'https://example.org'\n"]
    rows = parts[0].count("\n")
    for n in range(CALLS):
        parts.append(_CALL.format(n=n))
        rows += _CALL.count("\n")
        while rows < (n + 1) * LINES // CALLS:
            parts.append(_PLAIN.format(n=rows))
            rows += _PLAIN.count("\n")
    return "".join(parts)


def percentile(times: list[float], share: float) -> float:
    """A value below which this share lies, in milliseconds."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def timed(work: Callable[[], object]) -> float:
    """Seconds that something takes."""
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


class Typist:
    """Types into the middle of a module, a letter at a time, and takes it back after a while."""

    def __init__(self, wire: Wire, uri: str, text: str) -> None:
        self.wire = wire
        self.uri = uri
        self.version = 1
        self.rows = text.split("\n")
        self.line = next(n for n, row in enumerate(self.rows) if "partner_100(" in row) + 2
        self.column = len(self.rows[self.line])
        self.typed = 0
        wire.open(uri, text)

    def key(self) -> None:
        """One keystroke."""
        self.version += 1
        end = (self.line, self.column + self.typed)
        if self.typed == 8:
            self.wire.change(self.uri, self.version, ((self.line, self.column), end, ""))
            self.typed = 0
        else:
            self.wire.change(self.uri, self.version, (end, end, " + one"[self.typed % 6]))
            self.typed += 1


def memory(pid: int) -> float:
    """Megabytes that a process and its child hold; 0 where the system does not say."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        pages = sum(int(Path(f"/proc/{p}/statm").read_text(encoding="ascii").split()[1]) for p in [pid, *children])
    except OSError:
        return 0.0
    return pages * 4096 / 1e6


def measure(engine: str, rounds: int, edits: int) -> dict[str, tuple[float, float, float]]:
    """For each question the median, the 95th percentile and the worst, in milliseconds."""
    text = module()
    found: dict[str, tuple[float, float, float]] = {}
    serve = str(Path(__file__).with_name("lsp_serve.py"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").touch()
        uri = (root / "partners.py").as_uri()
        for way in ("push", "pull"):
            report = root / f"stall-{way}"
            later = {"resolveSupport": {"properties": ["edit"]}, "dataSupport": True}
            abilities: dict[str, Any] = {"codeAction": later, **({"diagnostic": {}} if way == "pull" else {})}
            with Wire(program=[sys.executable, serve, engine or "-", str(report)]) as wire:
                wire.greet({"textDocument": abilities}, folder=root)
                typist = Typist(wire, uri, text)

                def settle(typist: Typist = typist, wire: Wire = wire, way: str = way) -> Any:
                    if way == "pull":
                        return wire.pull(uri)["items"]
                    return wire.published(uri, typist.version)

                first = timed(lambda: found.update(findings=(len(settle()), 0, 0)))
                found[f"opening, {way}"] = (first * 1000,) * 3

                def stroke(typist: Typist = typist, settle: Callable[[], Any] = settle) -> None:
                    typist.key()
                    settle()

                for _ in range(10):
                    stroke()
                found[way] = _summary([timed(stroke) for _ in range(rounds)])
                if way == "push":
                    place = (typist.line + 2, 18)
                    ask = {
                        "code action": lambda: wire.actions(uri, place, place),  # noqa: B023
                        "hover": lambda: wire.ask("textDocument/hover", at(uri, place)),  # noqa: B023
                        "inlay hints": lambda: wire.ask("textDocument/inlayHint", at(uri, (2400, 0), (2460, 0))),
                    }
                    for name, question in ask.items():
                        question()
                        times = []
                        for _ in range(rounds):
                            stroke()
                            times.append(timed(question))
                        found[name] = _summary(times)
                    before = memory(wire.process.pid)
                    for _ in range(edits):
                        stroke()
                    after = memory(wire.process.pid)
                    found["memory in MB before, after"] = (before, after, after)
                    found["growth"] = ((after - before) / before * 100 if before else 0.0,) * 3
                wire.leave()
            worst, nearly = map(float, report.read_text(encoding="ascii").split())
            found[f"longest stall, {way}"] = (nearly, worst, worst)
    return found


def _summary(times: list[float]) -> tuple[float, float, float]:
    return percentile(times, 0.5), percentile(times, 0.95), max(times) * 1000


def main() -> int:
    """Prints the table; 1 if a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--edits", type=int, default=1000)
    wanted = parser.parse_args()
    status = 0
    print(f"{'':28}{'median':>9}{'95 %':>9}{'worst':>9}{'budget':>9}")
    for name, (median, most, worst) in measure(wanted.engine, wanted.rounds, wanted.edits).items():
        budget = BUDGETS.get(name.partition(",")[0])
        over = budget is not None and most > budget
        status = status or int(over)
        limit = "" if budget is None else f"{budget:9.0f}{'  over' if over else ''}"
        print(f"{name:28}{median:9.1f}{most:9.1f}{worst:9.1f}{limit}")
    return status


if __name__ == "__main__":
    sys.exit(main())
