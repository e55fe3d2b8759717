"""Which other tools report a call that a finding is about. Pure.

A rule of ours has a wider reach than its equivalents: these know a function by its name, and none that a client is
made of. So it is counted by what they look at, tried with ruff 0.17, bandit 1.9 and pylint 4.
"""

from __future__ import annotations

from collections.abc import Sequence

from .foreign import tool_of

_VERBS = ("get", "options", "head", "post", "put", "patch", "delete", "request")
_REQUESTS = frozenset(f"requests.{verb}" for verb in _VERBS)
_HTTPX = frozenset(f"httpx.{verb}" for verb in (*_VERBS, "stream", "Client", "AsyncClient"))
_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.AbstractEventLoop.create_task"})
_POLICIES = frozenset({"paramiko.AutoAddPolicy", "paramiko.WarningPolicy"})

_SEEN = {
    "ASYNC210": _REQUESTS | _HTTPX | {"urllib.request.urlopen"},
    "ASYNC251": frozenset({"time.sleep"}),
    "B113": _REQUESTS | _HTTPX,
    "B323": frozenset({"ssl._create_unverified_context"}),
    "B501": _REQUESTS | _HTTPX,
    "B507": _POLICIES,
    "RUF006": _TASKS,
    "S113": _REQUESTS | _HTTPX,
    "S323": frozenset({"ssl._create_unverified_context"}),
    "S501": _REQUESTS | _HTTPX,
    "S507": _POLICIES,
    "missing-timeout": _REQUESTS,
}
"""Code -> the functions whose calls its tool looks at. A code without an entry counts for nothing."""


def tools_that_report(equivalents: Sequence[str], callee: str) -> list[str]:
    """The tools of which a rule reports a call of `callee` for the same reason, in order."""
    return sorted({str(tool_of(code)) for code in equivalents if callee in _SEEN.get(code, ())})
