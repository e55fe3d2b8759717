"""What other tools report is counted by the call, not by the rule."""

from __future__ import annotations

import pytest

from resilint.suppress.elsewhere import tools_that_report
from resilint_rules.registry import rules

EQUIVALENTS = {rule.name: rule.equivalents for rule in rules().values()}


@pytest.mark.parametrize(
    ("rule", "callee", "tools"),
    [
        ("no-timeout", "requests.get", ["bandit", "pylint", "ruff"]),
        ("no-timeout", "requests.Session.get", []),
        ("no-timeout", "urllib.request.urlopen", []),
        ("timeout-disabled", "httpx.AsyncClient", ["bandit", "ruff"]),
        ("timeout-disabled", "redis.Redis", []),
        ("tls-verification-off", "paramiko.AutoAddPolicy", ["bandit", "ruff"]),
        ("blocking-sleep-in-async", "time.sleep", ["ruff"]),
        ("blocking-call-in-async", "psycopg2.connect", []),
        ("task-dropped", "asyncio.create_task", ["ruff"]),
        ("status-never-checked", "requests.get", []),
        ("unbounded-retry", "requests.get", []),
    ],
)
def test_tools(rule: str, callee: str, tools: list[str]) -> None:
    """Each knows functions by their names, and no client."""
    assert tools_that_report(EQUIVALENTS[rule], callee) == tools
