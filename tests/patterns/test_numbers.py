"""What a project wants patterns to write: `[tool.resilint.patterns]`."""

from __future__ import annotations

from patterns.hardening import hardened
from resilint.config.settings import Patterns, Settings

WANTED = Settings(patterns=Patterns(attempts=2, within=30, pause=0.5, concurrency=3))


def test_a_request_is_repeated_as_the_project_wants() -> None:
    """Attempts, their end and their pauses."""
    done = hardened(
        "import requests\n\ndef f(u):\n    return requests.get(u, timeout=5).text\n", ("retry",), settings=WANTED
    )
    assert "for attempt in range(1, 3):" in done and "if attempt == 2 or time.monotonic() + pause > end:" in done
    assert "end = time.monotonic() + 30\n" in done
    assert "pause = random.uniform(0.5, 1.0) * 0.5 * 2 ** (attempt - 1)\n" in done


def test_loops_get_the_same_bounds() -> None:
    """Those with a range, those that count, and those that go on while the peer refuses."""
    head = "import time\nimport requests\n\ndef f(u):\n"
    ranged = hardened(
        head + "    for attempt in range(9):\n        try:\n            return requests.get(u, timeout=5)\n"
        "        except requests.ConnectionError:\n            time.sleep(1)\n    raise OSError(u)\n",
        ("retry",),
        settings=WANTED,
    )
    assert "range(2)" in ranged and "<= 30" in ranged
    refused = hardened(
        head + "    answer = requests.get(u, timeout=5)\n    while answer.status_code == 429:\n"
        "        time.sleep(1)\n        answer = requests.get(u, timeout=5)\n    return answer\n",
        ("retry",),
        settings=WANTED,
    )
    assert "attempt < 2" in refused and "<= 30" in refused


def test_a_list_has_as_many_requests_under_way() -> None:
    """The places of the semaphore."""
    text = (
        "import asyncio\nimport httpx\n\nasync def f(c: httpx.AsyncClient, us):\n"
        "    return await asyncio.gather(*(c.get(u) for u in us))\n"
    )
    assert "asyncio.Semaphore(3)" in hardened(text, ("bulkhead",), settings=WANTED)
