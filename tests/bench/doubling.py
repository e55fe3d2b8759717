"""Twice the text, at most two and a half times the time: the whole check on text made to be slow.

Usage: `python tests/bench/doubling.py [TEXT ...]`.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable

from measure import table

from resilint.config.settings import Settings
from resilint.engine.file_checker import FileChecker, FileJob, on_deep_stack

HEAD = "import requests\nimport tenacity\nfrom urllib.request import urlopen\n"

TEXTS: dict[str, Callable[[int], str]] = {
    "calls, one after the other": lambda n: "requests.get(URL)\n" * n,
    "functions with a call each": lambda n: "".join(f"def f{i}(x):\n    return requests.get(x)\n" for i in range(n)),
    "one long function": lambda n: "def f(x):\n" + "    x = requests.get(x).json()\n" * n,
    "one string of many lines": lambda n: "x = '''" + "it's requests.get(a)\n" * (8 * n) + "'''\nrequests.get(x)\n",
    "one string in one line": lambda n: "x = '" + "requests.get(a) # " * (8 * n) + "'\nrequests.get(x)\n",
    "comments": lambda n: "# resilint: ignore[no-timeout] because\nrequests.get(URL)\n" * n,
    "nothing but comments": lambda n: "# import requests\n" * (16 * n) + "requests.get(URL)\n",
    "empty lines": lambda n: "\n" * (64 * n) + "requests.get(URL)\n",
    "brackets open at the end": lambda n: "requests.get(URL)\nx = " + "(" * n,
    "brackets side by side": lambda n: "requests.get(URL)\nx = " + "[]," * (8 * n) + "\n",
    "a long expression": lambda n: "x = requests.get(" + " + ".join(["URL"] * (2 * n)) + ")\n",
    "a long chain of calls": lambda n: "x = requests.get(URL)" + ".strip()" * n + "\n",
    "many arguments": lambda n: "requests.get(URL, " + ", ".join(f"a{i}=1" for i in range(n)) + ")\n",
    "elif after elif": lambda n: "if a:\n    requests.get(URL)\n" + "elif b:\n    pass\n" * n,
    "handlers": lambda n: "try:\n    requests.get(URL)\n" + "except KeyError:\n    pass\n" * n,
    "decorators": lambda n: (
        "@tenacity.retry(stop=tenacity.stop_after_attempt(3))\n" * n + "def f(): requests.get(URL)\n"
    ),
    "names that name each other": lambda n: (
        "a0 = 5\n" + "".join(f"a{i + 1} = a{i}\n" for i in range(n)) + f"requests.get(URL, timeout=a{n})\n"
    ),
    "sessions": lambda n: "".join(f"s{i} = requests.Session()\ns{i}.get(URL)\n" for i in range(n)),
    "a class of many methods": lambda n: (
        "class C:\n    def __init__(self):\n        self.s = requests.Session()\n"
        + "".join(f"    def m{i}(self):\n        return self.s.get(URL)\n" for i in range(n))
    ),
    "carriage returns": lambda n: "requests.get(URL)\r" * n,
    "continued lines": lambda n: "x = requests.get(URL) " + "\\\n + 1 " * n + "\n",
    "semicolons": lambda n: "requests.get(URL);" * n + "\n",
    "loops": lambda n: (
        ("while True:\n    try:\n        requests.get(URL)\n        break\n    except OSError:\n        pass\n") * n
    ),
}

WORST = 2.5
"""How many times longer twice the text may take."""

LOOSER = {"a long chain of calls": 4.0, "elif after elif": 3.0}
"""Where libcst's own parser is worse than linear; what is left out above 1,000 operators bounds it at half a second."""

SHORTEST = 0.05
"""Seconds below which a time says more about the clock than about us."""


def seconds(text: str) -> float:
    """The least of three times that the check of a text takes, in seconds of this processor."""
    job = FileJob("", "pkg/module.py", "pkg", len(text))
    times = []
    for _ in range(3):
        analyst = FileChecker("/", Settings(profile="strict", preview=True), "resilint.engine.check:check")
        gc.collect()
        began = time.process_time()
        list(on_deep_stack(analyst.judge((HEAD + text).encode(), each) for each in [job]))
        times.append(time.process_time() - began)
    return min(times)


def factor(make: Callable[[int], str], start: int) -> tuple[int, float, float]:
    """Size, seconds, and how many times longer twice the size takes, from `start` on where time can be told."""
    size = start
    seconds(make(8))  # what is loaded once is loaded
    while (once := seconds(make(size))) < SHORTEST and size < 200 * start:
        size *= 2
    return size, once, seconds(make(2 * size)) / max(once, SHORTEST)


def main() -> int:
    """Effect: prints a table; the exit status is 1 if a text is worse than linear."""
    names = sys.argv[1:] or list(TEXTS)
    rows, worst = [], 0.0
    for name in names:
        size, once, times = factor(TEXTS[name], 64)
        limit = LOOSER.get(name, WORST)
        if times > limit:  # once more: another process may have been in the way
            times = min(times, factor(TEXTS[name], size)[2])
        worst = max(worst, times / limit)
        rows.append([name, str(size), f"{once * 1000:.0f}", f"{times:.2f}" + (" **slow**" if times > limit else "")])
    print(table(["text", "size", "milliseconds", "twice the size takes"], rows))
    return int(worst > 1)


if __name__ == "__main__":
    sys.exit(main())
