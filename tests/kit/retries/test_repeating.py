"""Texts that try something again, as far as that can be seen without parsing."""

from __future__ import annotations

import pytest

from resilint_rules.kit.retries.repeating import tries_again

LOOP = "def f(g):\n    for _ in range(3):\n        try:\n            g()\n        except OSError:\n            x\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (LOOP, True),
        (LOOP.replace("for _ in range(3)", "while True"), True),
        (LOOP.replace("for _ in range(3)", "if True"), False),
        ("def f(g):\n    try:\n        g()\n    except OSError:\n        for _ in range(3):\n            g()\n", False),
        ("def f(g):\n    return [g(n) for n in range(3)]\n", False),
        ("", False),
    ],
)
def test_a_loop_with_a_handler(source: str, expected: bool) -> None:
    """A handler in front of the loop, and a comprehension, try nothing again."""
    assert tries_again(source) is expected
