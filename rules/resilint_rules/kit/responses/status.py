"""Status checks of responses: whether a response is checked, and fixes that insert the check."""

from __future__ import annotations

import re

import libcst as cst

from ..catalog.records import ClientFact, ResponseFact
from ..exceptions.handlers import handlers_of, known_as
from ..findings import Fix, Import
from ..fixes.edits import add_member, after_statement, before_body, hoist, replace
from ..interp.calls import Call, Guard, call_at, maker
from ..interp.kinds import Around, EventKind, Part
from ..interp.values import Const, Response
from ..project.module import ClassChunk
from ..syntax.text import Edit
from ..syntax.tree import walk
from ..trust.switches import protection_argument
from .body_flow import is_examined_elsewhere
from .sinks import drained, is_displayed, without_await


def read_unchecked(response: Response) -> str:
    """The first accessor by which the body is read although nothing looks at the status; "" if all is well.

    Silent when the response leaves the function's sight, its client raises by itself, its truth value
    is tested where that is the status, or the body itself is examined, here or by its receiver.
    """
    call = call_at(response.call)
    fact = call.answer
    if fact is None or response.escaped or call.as_external.status != "silent" or call.verb == "HEAD":
        return ""
    if response.envelope or (response.truth and fact.truth == "status") or raises_itself(call):
        return ""
    checks, body = fact.checks, fact.body
    if any(name in checks for name, _ in response.uses):
        return ""
    known = {*body, *fact.plain}
    if any(name not in known and name not in _PLAIN for name, _ in response.uses):
        return ""  # an accessor we know nothing of may be the check
    read = [(name, node) for name, node in response.uses if name in body]
    harmless = drained(call.frame.tree) if read else frozenset()
    read = [(name, node) for name, node in read if id(node) not in harmless]
    if not read or is_displayed(response, read):
        return ""
    return "" if is_examined_elsewhere(response) else read[0][0]


_PLAIN = frozenset(
    (
        "headers",
        "url",
        "encoding",
        "cookies",
        "elapsed",
        "history",
        "request",
        "close",
        "aclose",
        "links",
        "http_version",
    )
)


def raises_itself(call: Call) -> bool:
    """Whether the client, or an argument, makes error statuses raise; also when that cannot be seen."""
    own = call.as_external.raises_param
    if own is not None:
        value = call.args.value(own)
        if value is not None and not (isinstance(value, Const) and not value.value):
            return True
    for client in call.clients:
        made = maker(client)
        if made is None:
            if client.subclass is not None and _may_check_status(call, client.subclass):
                return True
            if client.origin == "annotation" and call.frame.scope.catalog.fact(ClientFact, client.type) is not None:
                continue
            return True
        if client.subclass is not None or client.escaped:
            return True
        for param in (made.as_client.raise_hook, made.as_external.raises_param):
            if param is not None:
                value = made.args.value(param)
                if value is not None and not (isinstance(value, Const) and not value.value):
                    return True
        if any(
            event.kind is not EventKind.CALL and event.name in ("hooks", "event_hooks", "raise_for_status")
            for event in client.events
        ):
            return True
    return False


def _may_check_status(call: Call, cls: ClassChunk) -> bool:
    """Whether a client's class may look at each answer itself: it sets hooks, or mentions a status."""
    return any(call.frame.scope.session.mentions(cls, word) for word in ("hooks", "raise_for_status", ".status"))


def read_together(call: Call) -> list[Call]:
    """The calls on different paths whose answers are read unchecked at one place, this one among them, in order."""
    nodes = {id(node) for _, node in call.response.uses} if call.response is not None else set()
    return [
        other for other in call.frame.calls.values() if other.response is not None and other.response.names
        and any(id(node) in nodes for _, node in other.response.uses) and read_unchecked(other.response)
    ]  # fmt: skip


def raise_after_all(calls: list[Call]) -> list[Fix]:
    """Inserts the status check right after each of some calls, or nothing."""
    found = [fix for call in calls for fix in raise_after(call)]
    if len(found) < len(calls):
        return []
    edits = sorted({edit for fix in found for edit in fix.edits})
    return [Fix(found[0].title, tuple(edits), found[0].imports)]


def raise_after(call: Call) -> list[Fix]:
    """Inserts the status check right after the call, where that can be done without restructuring."""
    response = call.response
    fact = call.answer
    if response is None or fact is None or not fact.raiser:
        return []
    name = response.names[0]
    text = f"{name}.{fact.raiser}()"
    wider, imports = _widened(call, fact)
    own = call.as_external.raises_param
    off = call.args.get(own) if own is not None else None
    if (
        own is not None
        and off is not None
        and _is_name(off.node, "False")
        and protection_argument(call, off) is not None
    ):
        flipped = replace(call.frame, off.node, "True")
        return [Fix(f"Set {own.name}=True", tuple(sorted((flipped, *wider))), imports)]
    statement = call.statement
    edit = None
    later = _guarded_later(response, fact)
    if later is not None:
        edit = before_body(call.frame, later.node.body, text)
    elif isinstance(statement, cst.With):
        last = statement.items[-1]
        if last.asname is not None and isinstance(last.asname.name, cst.Name) and last.asname.name.value == name:
            edit = before_body(call.frame, statement.body, text)
    elif isinstance(statement, (cst.Assign, cst.AnnAssign)):
        inner = statement.value
        if isinstance(inner, cst.Await):
            inner = inner.expression
        if inner is call.node:
            edit = after_statement(call.frame, statement, text)
    if edit is None:
        return []
    return [Fix(f"Insert {text}", tuple(sorted((edit, *wider))), imports)]


_UNREADABLE = re.compile(r"^ValueError$|JSONDecodeError$")
"""What is raised for a body that is no JSON, such as an error page."""
_COMMON_ATTRIBUTES = frozenset(("args", "__class__", "__traceback__", "with_traceback"))
"""What every exception has."""


def _widened(call: Call, fact: ResponseFact) -> tuple[list[Edit], tuple[Import, ...]]:
    """Lets the clause that takes an error page, as it cannot be parsed, take what the check raises for it, too."""
    raised = fact.raiser_raises
    for within in reversed(call.within):
        guard = (
            call.frame.guards.get(id(within.node)) if within.kind is Around.TRY and within.part is Part.BODY else None
        )
        around = handlers_of(guard) if guard is not None else ()
        if any(candidate.errors is None or candidate.broad or candidate.catches(raised) for candidate in around):
            return [], ()
        for candidate in around:
            kept = candidate.node.type
            if kept is not None and any(_UNREADABLE.search(error) for error in candidate.errors or ()):
                parts = [part for part in walk(candidate.node.body) if isinstance(part, cst.Attribute)]
                attributes = {part.attr.value for part in parts if _is_name(part.value, candidate.name)}
                if not attributes <= _COMMON_ATTRIBUTES:
                    return [], ()  # the handler reads attributes of its own class
                name, needed = known_as(call.frame, raised)
                if isinstance(kept, cst.Tuple):
                    edit = add_member(call.frame, kept, name)
                else:
                    edit = replace(call.frame, kept, f"({call.frame.tree.code(kept)}, {name})")
                return [edit], (needed,) if needed is not None else ()
    return [], ()


def _is_name(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _guarded_later(response: Response, fact: ResponseFact) -> Guard | None:
    """The `try` in which the body is read, if its handler takes what the check raises and none does so at the call."""
    call = call_at(response.call)
    reads = [node for name, node in response.uses if name in fact.body]
    if any(place.kind is Around.TRY and place.part is Part.BODY for place in call.within):
        return None
    for guard in call.frame.guards.values():
        without_await = {id(node) for node in walk(guard.node.body)}
        if reads and all(id(node) in without_await for node in reads) and guard.within == call.within:
            taken = (candidate.broad or candidate.catches(fact.raiser_raises) for candidate in handlers_of(guard))
            return guard if any(taken) else None
    return None


def chained(response: Response) -> bool:
    """Whether everything that is read is read straight off the call, so that no name keeps the response."""
    return bool(response.uses) and all(
        isinstance(node, cst.Attribute) and without_await(node.value) is call_at(response.call).node
        for _, node in response.uses
    )


def raise_between(call: Call) -> list[Fix]:
    """Puts the status check between a call and what is read off it: in the chain, or on a line before."""
    response = call.response
    fact = call.answer
    if response is None or fact is None or not fact.raiser:
        return []
    node = response.uses[0][1]
    assert isinstance(node, cst.Attribute)
    raiser = f"{fact.raiser}()"
    wider, imports = _widened(call, fact)
    if fact.raiser_returns == "response":
        end = call.frame.tree.outer(node.value).end
        return [Fix(f"Insert .{raiser}", tuple(sorted((Edit(end, end, f".{raiser}"), *wider))), imports)]
    edits = hoist(call, node.value, ("response", "resp", "answer", "reply"), lambda name: f"{name}.{raiser}")
    title = f"Keep the response and insert {raiser}"
    return [Fix(title, tuple(sorted((*edits, *wider))), imports)] if edits else []
