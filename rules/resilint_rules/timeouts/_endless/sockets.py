"""Plain sockets that nothing gives a limit: where they wait for a connection, and where they read."""

from __future__ import annotations

import re

import libcst as cst

from ...kit import (
    Arguments,
    BlockCall,
    Call,
    ClientFact,
    Const,
    EventKind,
    Fix,
    FrameKind,
    Instance,
    Ref,
    Sequence,
    Value,
    call_at,
    dotted,
    number,
    options,
)
from ...kit.fixes.edits import after_statement, before_body
from ...kit.interp.values import Object
from ...kit.project.startup import sets
from ...kit.syntax.exits import is_endless

_HANGS_UP = ("connect", "connect_ex", "close", "shutdown", "setsockopt", "__enter__", "__exit__")
"""What is done with a socket that only looks whether a port is open."""
_FAMILIES = ("AF_INET", "AF_INET6")
_HERE = re.compile(r"localhost|127\.|::1|0\.0\.0\.0")


def reads_without_limit(wait: BlockCall) -> bool:
    """Whether a wait is the first read in its function of a connection that nothing gives a limit."""
    found = _unlimited_socket(wait)
    return not wait.fact.opens and found is not None and wait is next(iter(_reads(wait, found[0])), None)


def connects_without_limit(wait: BlockCall) -> bool:
    """Whether a wait is for a connection alone, on which its function reads nothing, and that nothing gives a limit.

    A datagram socket connects at once.
    """
    found = _unlimited_socket(wait)
    if not wait.fact.opens or found is None:
        return False
    client, made = found
    sort = made.args.named.get("type") or next(iter(made.args.positional[1:2]), None)
    streams = sort is None or (isinstance(sort.value, Ref) and sort.value.name.endswith(".SOCK_STREAM"))
    own = made.frame.outermost is wait.frame.outermost and isinstance(made.statement, (cst.Assign, cst.With))
    given = [*wait.frame.returns, *(value for *_, value in wait.frame.sets.values())]
    kept = any(option is client for value in given for option in options(value))
    return streams and own and not kept and all(event.name in _HANGS_UP for event in client.events)


def _unlimited_socket(wait: BlockCall) -> tuple[Instance, Call] | None:
    """Returns the socket that waits, and its construction, if it asks another machine and nothing gives it a limit."""
    fact, client = wait.fact, wait.clients[0] if len(wait.clients) == 1 else None
    made = call_at(client.made) if client is not None and client.made is not None else None
    if not fact.opened_by or client is None or made is None or not isinstance(made.fact, ClientFact):
        return None
    if client.escaped or client.subclass is not None or not _asks_network(made.args):
        return None
    if not _is_opened(client, fact.opened_by) or _may_be_limited(wait, client, made):
        return None
    return client, made


def _reads(wait: BlockCall, client: Instance) -> list[Call]:
    """The reads of one connection in a function, in order of the text."""
    found = [
        call for call in wait.frame.asides.values()
        if isinstance(call, BlockCall) and not call.fact.opens
        and any(other.made is client.made for other in call.clients)
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
    if made.frame.kind is FrameKind.STATEMENT or _is_reached_by_others(wait, made):
        return True
    return any(isinstance(place.node, cst.While) and is_endless(place.node) for place in wait.within)


def _is_reached_by_others(wait: BlockCall, made: Call) -> bool:
    """Whether code that sets limits may do so for a socket which one method of a class keeps for another.

    Such code in an unrelated class is about its own sockets, as long as all say `self` before the attribute.
    """
    module, owner = wait.frame.scope.module, wait.frame.owner
    if not module.mentions(*wait.fact.limited_by):
        return False
    statement = made.statement
    name = dotted(statement.targets[0].target) if isinstance(statement, cst.Assign) else ""
    keeper, _, attribute = name.rpartition(".")
    if keeper != "self" or not isinstance(owner, Object) or made.frame.owner is None:
        return True
    cls = made.frame.qualname.rpartition(".")[0]
    if len(wait.frame.scope.session.bases(owner.cls)) > 0 or wait.frame.qualname.rpartition(".")[0] != cls:
        return True
    if module.search(rf"class\s+\w+\([^)]*\b{cls}\b") is not None:
        return True
    users = {user for word in wait.fact.limited_by for user in module.functions_mentioning(word)}
    if any(user.startswith(f"{cls}.") for user in users):
        return True
    return module.search(rf"(?<!\bself)\.{attribute}\b") is not None


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
