"""Retry policies that repeat the refusal of an open circuit breaker."""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import RetryPolicy, is_a
from ..kit.effects.callees import callee
from ..kit.interp.session import Session
from ..kit.retries.breakers import Breaker, breakers, breakers_of
from ..kit.retries.layer import row


def repeated_refusal(policy: RetryPolicy) -> Breaker | None:
    """Returns the breaker inside of a policy whose refusal it repeats; None if there is none, or it is not seen."""
    errors, catalog = policy.errors, policy.frame.scope.catalog
    for breaker in _inside(policy) if errors else ():
        if any(is_a(catalog, refusal, error) for refusal in breaker.errors for error in errors or ()):
            return breaker
    return None


def _inside(policy: RetryPolicy) -> Iterator[Breaker]:
    """The breakers that stand inside of a policy: below it in its function, and around functions that this calls."""
    here = row(policy.frame, policy.node)
    if policy.body is not None:
        yield from (breaker for breaker in breakers_of(policy.body) if breaker.line > here)
    for call in policy.calls:
        yield from (breaker for breaker in breakers(call) if breaker.line > here)
    session = policy.frame.scope.session
    assert isinstance(session, Session)
    for call, target in policy.body.uses.values() if policy.body is not None else ():
        function = None if call.offloaded or call.deferred else callee(session, target)
        inner = session.frame(function) if function is not None else None
        yield from breakers_of(inner) if inner is not None else ()
