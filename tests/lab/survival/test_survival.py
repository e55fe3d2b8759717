"""Naive modules under twelve failures: as written, after all fixes, and after `harden`; careful ones as a yardstick."""

from __future__ import annotations

import time

import pytest

from lab.survival import table
from lab.survival.network import failures
from lab.survival.play import play

pytest.importorskip("requests")
pytest.importorskip("httpx")
pytest.importorskip("tenacity")
pytest.importorskip("backoff")


@pytest.mark.timeout(900)
def test_the_page_is_fresh_and_the_bars_hold() -> None:
    """At most 35 % as written, at least 90 % after `harden`; the yardstick at least 97 %."""
    naive, careful = table.played("naive", failures(time.time())), table.played("careful", failures(time.time()))
    plays = 12 * len(naive)
    survived = [sum(module.survived(stage) for module in naive) for stage in range(3)]
    assert len(naive) >= 20
    assert survived[0] <= 0.35 * plays
    assert survived[2] >= 0.90 * plays
    assert sum(module.survived(0) for module in careful) >= 0.97 * 12 * len(careful)
    rows = [line for line in table.PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    for module in naive:
        row = f"| {module.name} | {' | '.join(f'{module.survived(stage)} of 12' for stage in range(3))} |"
        assert row in rows, "stale: `python -m lab.survival.table` writes it again"


@pytest.mark.parametrize(
    ("code", "failure", "reason"),
    [
        ("import requests\ndef f():\n    return requests.get('https://a.example').json()['a']", "hang", "without limit"),
        ("import requests\ndef f():\n    return requests.get('https://a.example', timeout=5).text", "503", "for data"),
        ("import requests\ndef f():\n    for n in range(9):\n        r = requests.get('https://a.example')\n"
         "    r.raise_for_status()", "404", "for what stays"),
        ("import requests\ndef f():\n    return requests.get('https://a.example', timeout=5).json()['a']",
         "JSON of another shape", "a bug of its own"),
        ("import requests\ndef f():\n    r = requests.get('https://a.example', timeout=5)\n    r.raise_for_status()",
         "503", ""),
    ],
)  # fmt: skip
def test_the_judge_sees_what_happens(code: str, failure: str, reason: str) -> None:
    """Each way of not surviving, and of surviving."""
    (one,) = [candidate for candidate in failures(time.time()) if candidate.name == failure]
    ended = play(f"# play: f()\n{code}\n", one).reason
    assert reason in ended if reason else not ended
