"""How often loops go round that count by themselves."""

from __future__ import annotations

from textwrap import indent

import pytest

from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.retries.counted_turns import turns
from resilint_rules.kit.retries.loops import loops
from resilint_rules.kit.syntax.text import Document

TRY = "try:\n    return requests.get(url, timeout=5)\nexcept OSError:\n"


def body(before: str, head: str, handler: str, *, first: str = "", after: str = "") -> str:
    """A function with a loop around a request."""
    inside = indent(first, "    ") + indent(TRY, "    ") + indent(handler, " " * 8) + indent(after, "    ")
    return f"import requests\nTIMES = 4\ndef f(url, most):\n{indent(before + head + inside, '    ')}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (body("n = 0\n", "while n < 3:\n", "n += 1\n"), 3),
        (body("n = 1\n", "while n <= TIMES:\n", "n = n + 1\n"), 4),
        (body("n = 5\n", "while n > 1:\n", "n -= 1\n"), 4),
        (body("n = 3\n", "while n:\n", "n -= 1\n"), 3),
        (body("n, wait = 3, 1\n", "while n > 0:\n", "time.sleep(wait)\nn -= 1\nwait *= 2\n"), 3),
        (body("n = 0\n", "while True:\n", "n += 1\nif n >= 3:\n    raise\n"), 3),
        (body("n = 0\n", "while True:\n", "if n == 3:\n    raise\nn += 1\n"), 4),
        (body("n = 0\n", "while True:\n", "if not passes():\n    raise\nif n > 3: raise\n", first="n += 1\n"), 4),
        (body("n = 0\n", "while n < 9:\n", "if n >= 2:\n    raise\ntime.sleep(1)\n", after="n += 1\n"), 3),
        (body("n = 3\n", "while True:\n", "n -= 1\nif not n:\n    raise\n"), 3),
        (body("n: int = 2\n", "while n < 6:\n", "n += 2\n"), 2),
        (body("n = 0\n", "while n < most:\n", "n += 1\n"), None),
        (body("n = most\n", "while n > 0:\n", "n -= 1\n"), None),
        (body("n = 0\n", "while True:\n", "n += 1\nif n > 3 or late():\n    raise\n"), None),
        (body("n = 0\n", "while n < 3:\n", "if slow():\n    n += 1\n"), None),
        (body("n = 0\n", "while n < 3:\n", "n += 1\nm += 1\n"), None),
        (body("n = 0\n", "while n < 3:\n", "n += 1\n", first="n += 1\n"), 2),
        (body("n = 0\n", "while n > -1:\n", "n += 1\n"), None),
        (body("n = 0\nif most:\n    n = 2\n", "while n < 3:\n", "n += 1\n"), None),
        (body("", "while True:\n", "time.sleep(1)\n"), None),
        (body("", "for n in range(5):\n", "pass\n"), 5),
    ],
)
def test_turns(text: str, expected: int | None) -> None:
    """On paper; what cannot be seen is not known."""
    known = Module(Document(text))
    frame = Session(Project(lambda name: None)).scope(known).frame(known.functions_named("f")[0])
    assert frame is not None
    (loop,) = loops([frame])
    assert turns(loop) == expected
