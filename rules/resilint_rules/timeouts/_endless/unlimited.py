"""Calls, clients and connections for which nothing sets a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...kit import (
    Call,
    ClientCall,
    Finding,
    Fix,
    Severity,
    WrappedCall,
    bound,
    connects_late,
    explained,
    in_transport,
    is_local,
    limit,
    once,
    open_driver,
    path_of,
    set_later,
    stays_here,
)
from ...kit.fixes.timeouts import advice
from .passed_on import open_wrapper
from .trailing_wait import find_trailing_wait, guard_trailing_wait

_ON_PURPOSE = re.compile(
    r"^(?!.*\b(?:TO.?DO|FIX.?ME|BUG|yet|default)\b).*(?:\bno|\bnot|n't|\bnever|\bwithout)\b"
    r"(?: \w+){0,3} time\W?out",
    re.IGNORECASE,
)


def _is_exempt(call: Call) -> bool:
    """Whether a call stays on the machine, is explained by a comment, or is of a client that gets a limit later."""
    if stays_here(call) or explained(call, call.node, _ON_PURPOSE):
        return True
    if call.as_client.drivers:
        return is_local(call)
    return isinstance(call, ClientCall) and (set_later(call) or in_transport(call))


def unlimited_calls(call: Call | ClientCall) -> Iterator[Finding]:
    """Reports a call, or a client that decides for its calls, where every limit is known and none is finite."""
    driver = open_driver(call)
    decides = call.as_external.missing == "flag" or driver is not None or connects_late(call)
    if not decides or call.tails:
        return  # a call that inherits is reported once, where its client is made
    found = limit(call)
    if found.state == "unknown" and not _is_exempt(call):
        yield from open_wrapper(call)
    if not found.unbounded or found.off is not None or _is_exempt(call):
        return
    if driver is not None:
        yield call.finding(
            f"`{call.written}` connects without limit: its driver, {driver.name}, sets none by default", *bound(call)
        )
        return
    if isinstance(call, ClientCall):
        fixes = [*bound(call)]
        message = f"`{call.written}` sets no timeout for its calls: {found.why}"
        yield call.finding(message, *fixes, help=_help(call, fixes))
        return
    if call.as_external.default.keys() == {"pool"}:
        yield call.finding(
            f"`{call.written}` waits without limit for a free connection of this pool",
            *bound(call), client=call.client, severity=Severity.INFO,
        )  # fmt: skip
        return
    rest = find_trailing_wait(call)
    more = f", and `{rest.method}()` takes no timeout" if rest is not None else ""
    fixes = [*guard_trailing_wait(rest)] if rest is not None else [*bound(call), *once(call)]
    message = f"`{call.written}` has no timeout: {found.why}{more}"
    yield call.finding(message, *fixes, client=call.client, help=_help(call, fixes))


def unlimited_by_caller(call: WrappedCall) -> Iterator[Finding]:
    """Reports a call of a function that has a limit only if its caller gives one, which this caller does not."""
    made = call.made
    if call.as_external.missing != "flag" or call.tails or limit(made).unbounded or _is_exempt(made):
        return
    found = limit(call)
    if found.unbounded and found.off is None and not _is_exempt(call) and next(open_wrapper(made), None) is None:
        yield call.finding(
            f"`{call.written}` gives `{made.written}` no timeout: {found.why}", *bound(call), related=path_of(call)
        )


def _help(call: Call, fixes: list[Fix]) -> str:
    """What the catalogue advises where no fix can be offered."""
    return "" if fixes else advice(call)
