"""The names of the patterns, and the rules whose fixes are part of one: what is known before anything is parsed."""

from __future__ import annotations

RULES = {
    "limit": ("no-timeout", "timeout-disabled", "timeout-without-effect"),
    "status": ("status-never-checked", "unchecked-body", "body-parsed-before-check", "response-may-be-none"),
    "retry": (
        "unbounded-retry", "retry-without-backoff", "retries-every-exception", "retries-permanent-errors",
        "retry-without-effect", "swallow-defeats-retry",
    ),
    "retry-after": ("retry-after-as-number",),
    "idempotency": ("idempotency-key-per-attempt",),
    "layers": (),
    "last-error": (),
    "breaker": (),
    "rate-limit": (),
    "bulkhead": ("unbounded-fan-out",),
    "pagination": ("first-page-only",),
    "token": ("token-expiry-without-margin",),
    "webhook": (
        "signature-compared-with-equals", "signature-over-reserialised-body", "signature-check-fails-open",
        "replay-window-missing",
    ),
    "on-commit": ("enqueue-in-transaction",),
    "acknowledge": ("auto-ack",),
    "trace": ("failure-swallowed",),
    "offload": ("blocking-call-in-async", "blocking-sleep-in-async", "file-io-in-async"),
}  # fmt: skip
"""By the name of a pattern, the rules whose fixes it needs first."""
NAMES = tuple(RULES)
UNASKED = tuple(name for name in NAMES if name != "breaker")
"""Those that are written where none is named: a breaker raises an error of its own, which callers have to know."""
PREFIX = "pattern:"
"""What stands before a pattern's name where a finding has the name of its rule."""
