"""Names of the catalogue's tables, apart from their records, which a start without analysis does not need."""

from __future__ import annotations

TABLES = (
    "client", "call", "block", "global",
    "limit", "adapter", "response", "spawn", "offload", "scope", "sleep", "loop", "retry",
    "wait", "stop", "condition", "breaker", "limiter", "task", "consume", "transaction", "lock", "app", "route",
    "entry", "raw", "options", "verify", "digest", "compare", "token", "context", "insecure", "log", "double",
    "coroutine", "refuse", "patience",
)  # fmt: skip
