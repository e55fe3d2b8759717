"""Calls, clients and connections for which nothing sets a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import (
    Arguments,
    BlockCall,
    Call,
    ClientCall,
    ClientFact,
    Const,
    EventKind,
    Finding,
    Fix,
    FrameKind,
    Instance,
    Ref,
    Sequence,
    Severity,
    Value,
    WrappedCall,
    bound,
    call_at,
    connects_late,
    dotted,
    explained,
    in_transport,
    is_local,
    limit,
    number,
    once,
    open_driver,
    path_of,
    set_later,
    stays_here,
)
from ..kit.fixes.edits import after_statement, before_body
from ..kit.fixes.timeouts import advice
from ..kit.project.startup import sets
from ..kit.syntax.exits import is_endless
from ._passed_on import open_wrapper
from ._trailing_wait import find_trailing_wait, guard_trailing_wait

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
    if found.unbounded and found.off is None and not _is_exempt(call):
        yield call.finding(
            f"`{call.written}` gives `{made.written}` no timeout: {found.why}", *bound(call), related=path_of(call)
        )


def _help(call: Call, fixes: list[Fix]) -> str:
    """What the catalogue advises where no fix can be offered."""
    return "" if fixes else advice(call)


_FAMILIES = ("AF_INET", "AF_INET6")
_HERE = re.compile(r"localhost|127\.|::1|0\.0\.0\.0")


def reads_without_limit(wait: BlockCall) -> bool:
    """Whether a wait is the first read in its function of a connection that nothing gives a limit."""
    fact, client = wait.fact, wait.clients[0] if len(wait.clients) == 1 else None
    made = call_at(client.made) if client is not None and client.made is not None else None
    if not fact.opened_by or client is None or made is None or not isinstance(made.fact, ClientFact):
        return False
    if client.escaped or client.subclass is not None or not _asks_network(made.args):
        return False
    if not _is_opened(client, fact.opened_by) or _may_be_limited(wait, client, made):
        return False
    return wait is next(iter(_reads(wait, client)), None)


def _reads(wait: BlockCall, client: Instance) -> list[Call]:
    """The reads of one connection in a function, in order of the text."""
    found = [
        call for call in wait.frame.asides.values()
        if isinstance(call, BlockCall) and any(other.made is client.made for other in call.clients)
    ]  # fmt: skip
    return sorted(found, key=lambda call: call.span.start)


def _asks_network(args: Arguments) -> bool:
    """Whether a socket is one of the internet protocols: without a family, it is."""
    first = args.named.get("family") or (args.positional[0] if args.positional else None)
    if args.open_names or args.open_positions or "fileno" in args.named:
        return False
    return first is None or (isinstance(first.value, Ref) and first.value.name.rpartition(".")[2] in _FAMILIES)


def _is_opened(client: Instance, opened_by: tuple[str, ...]) -> bool:
    """Whether a socket asks another machine: it is connected, or sends to an address, and is no server."""
    names = [event.name for event in client.events if event.kind is EventKind.CALL]
    opened = [event for event in client.events if event.name in opened_by]
    if not opened or "bind" in names or "listen" in names:
        return False
    return not any(_is_here(value) for event in opened for value in event.values)


def _is_here(value: Value) -> bool:
    """Whether an address is one of this machine."""
    first = value.members[0] if isinstance(value, Sequence) and value.members else value
    return isinstance(first, Const) and isinstance(first.value, str) and bool(_HERE.match(first.value))


def _may_be_limited(wait: BlockCall, client: Instance, made: Call) -> bool:
    """Whether anything may give a socket a limit, or says that it is to wait for news."""
    scope = wait.frame.scope
    if any(event.name in wait.fact.limited_by for event in client.events):
        return True
    if scope.module.mentions(*wait.fact.limited_for_all) or sets(
        wait.fact.for_the_process, scope.module, scope.session.project
    ):
        return True
    if made.frame.outermost is wait.frame.outermost:
        return False
    if made.frame.kind is FrameKind.STATEMENT or scope.module.mentions(*wait.fact.limited_by):
        return True  # kept where others may reach it
    return any(isinstance(place.node, cst.While) and is_endless(place.node) for place in wait.within)


def limit_socket(wait: BlockCall) -> list[Fix]:
    """Gives a socket a limit right after it is made."""
    made, method = call_at(wait.clients[0].made), wait.fact.limited_by[0]  # type: ignore[arg-type]
    if made.frame.scope.module is not wait.frame.scope.module:
        return []
    seconds = number(made.frame.scope.session.timeouts["total"])
    statement, edit, name = made.statement, None, ""
    if isinstance(statement, cst.Assign) and statement.value is made.node and len(statement.targets) == 1:
        name = dotted(statement.targets[0].target)
        edit = after_statement(made.frame, statement, f"{name}.{method}({seconds})") if name else None
    elif isinstance(statement, cst.With):
        item = next((item for item in statement.items if item.item is made.node and item.asname is not None), None)
        name = dotted(item.asname.name) if item is not None and item.asname is not None else ""
        edit = before_body(made.frame, statement.body, f"{name}.{method}({seconds})") if name else None
    return [Fix(f"Add {name}.{method}({seconds})", (edit,))] if edit is not None else []
