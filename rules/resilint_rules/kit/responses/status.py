"""Status checks of responses: whether a response is checked, and fixes that insert the check."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import NamedTuple

import libcst as cst

from ..catalog.parts import Param
from ..catalog.records import ClientFact, ResponseFact
from ..exceptions.handlers import Handler, handlers_of, known_as
from ..findings import Fix, Import
from ..fixes.edits import add_member, after_statement, before_body, hoist, indentation, replace
from ..interp.calls import Call, Frame, Guard, call_at, maker
from ..interp.kinds import Around, EventKind, Part
from ..interp.values import Const, Instance, Response
from ..project.module import ClassChunk
from ..retries.breakers import breakers
from ..syntax.text import Edit
from ..syntax.tree import walk
from ..trust.switches import protection_argument
from .body_flow import is_examined_elsewhere
from .ineffective_checks import IneffectiveChecks, ineffective_checks, treated_first
from .sinks import PLAIN, drained, is_displayed, without_await


def read_unchecked(response: Response) -> str:
    """The first accessor by which the body is read although nothing looks at the status; "" if all is well.

    Silent when the response leaves the function's sight, its client raises by itself, its truth value
    is tested where that is the status, or the body itself is examined, here or by its receiver.
    """
    call = call_at(response.call)
    fact = call.answer
    if fact is None or call.as_external.status != "silent" or call.verb == "HEAD":
        return ""
    if _may_be_checked(response, fact) or raises_itself(call):
        return ""
    read = _body_reads(response, fact)
    checks = ineffective_checks(response, fact) if read else None
    if checks is not None:
        read = [(name, node) for name, node in read if checks.reached(node)]
    if not read or is_displayed(response, read) or is_examined_elsewhere(response):
        return ""
    return read[0][0]


def _may_be_checked(response: Response, fact: ResponseFact) -> bool:
    """Whether a response's status is looked at, or may be: out of sight, or by an accessor that is not known."""
    if response.escaped or response.envelope or (response.truth and fact.truth == "status"):
        return True
    unrelated = PLAIN.union(fact.body, fact.plain)
    if any(name not in unrelated and name not in fact.checks for name, _ in response.uses):
        return True
    return any(name in fact.checks for name, _ in response.uses) and ineffective_checks(response, fact) is None


def is_given_back_unchecked(call: Call) -> bool:
    """Whether a function returns the response of a call, and nothing has looked at its status or its body before."""
    response, fact = call.response, call.answer
    if response is None or fact is None or response.escaped != "it is returned" or response.truth:
        return False
    if call.as_external.status != "silent" or call.verb == "HEAD" or raises_itself(call):
        return False
    uses = [name for name, _ in response.uses if name not in PLAIN and name not in fact.plain]
    return not uses or (all(name in fact.checks for name in uses) and treated_in_part(response, fact) is not None)


def treated_in_part(response: Response, fact: ResponseFact) -> IneffectiveChecks | None:
    """The looks at the status of a response that is given back, if they let other error pages pass; else None."""
    if not any(name in fact.checks and name != fact.raiser for name, _ in response.uses):
        return None
    checks = IneffectiveChecks(response, fact, given_back=True)
    return checks if checks.ineffective and not checks.swallowed else None


def how_given_back(call: Call) -> str:
    """How an answer is given back that `is_given_back_unchecked` is about, in words."""
    checks = treated_in_part(call.response, call.answer) if call.response is not None and call.answer else None
    return f"although {_treated(checks)}" if checks is not None else "unchecked"


def _treated(checks: IneffectiveChecks) -> str:
    treated = [*map(str, sorted(checks.statuses)), *(["5xx"] if checks.servers else [])]
    return f"only {' and '.join(treated)} {'are' if len(treated) > 1 else 'is'} treated"


class SeenInPart(NamedTuple):
    """A status that is looked at, but not so that all error pages are kept away: how, and where the body is read."""

    how: str
    read: cst.CSTNode


def seen_in_part(response: Response) -> SeenInPart | None:
    """What is looked at of a status that is not checked altogether; None if nothing is."""
    fact = call_at(response.call).answer
    checks = ineffective_checks(response, fact) if fact is not None else None
    if checks is None or fact is None:
        return None
    how = _treated(checks)
    if checks.swallowed:
        how = f"`{fact.raiser}` is called and its error dropped"
    read = next((node for _, node in _body_reads(response, fact) if checks.reached(node)), None)
    return SeenInPart(how, read) if read is not None else None


def _body_reads(response: Response, fact: ResponseFact) -> list[tuple[str, cst.CSTNode]]:
    """The accessors that read a response's body as data, in order, with their nodes."""
    read = [(name, node) for name, node in response.uses if name in fact.body]
    harmless = drained(call_at(response.call).frame.tree) if read else frozenset()
    return [(name, node) for name, node in read if id(node) not in harmless]


def raises_itself(call: Call) -> bool:
    """Whether the client, or an argument, makes error statuses raise; also when that cannot be seen."""
    return _is_set(call, call.as_external.raises_param) or any(_client_raises(client, call) for client in call.clients)


def _client_raises(client: Instance, call: Call) -> bool:
    """Whether a client makes error statuses raise, or may do so out of sight."""
    made = maker(client)
    if made is None:
        if client.subclass is not None and _may_check_status(call, client.subclass):
            return True
        plain = call.frame.scope.catalog.fact(ClientFact, client.type)
        return client.origin != "annotation" or plain is None
    if client.subclass is not None or client.escaped:
        return True
    if _is_set(made, made.as_client.raise_hook) or _is_set(made, made.as_external.raises_param):
        return True
    return any(event.kind is not EventKind.CALL and event.name in _HOOKS for event in client.events)


_HOOKS = frozenset(("hooks", "event_hooks", "raise_for_status"))
"""Attributes of clients that can make error statuses raise."""


def _is_set(call: Call, param: Param | None) -> bool:
    """Whether a call is given a parameter, and not with a false literal."""
    value = call.args.value(param)
    return value is not None and not (isinstance(value, Const) and not value.value)


def _may_check_status(call: Call, cls: ClassChunk) -> bool:
    """Whether a client's class may look at each answer itself: it sets hooks, or mentions a status."""
    return any(call.frame.scope.session.mentions(cls, word) for word in ("hooks", "raise_for_status", ".status"))


def read_together(call: Call) -> list[Call]:
    """The calls on different paths whose answers are read unchecked at one place, this one among them, in order."""
    users = _users(call.frame)
    nodes = {id(node) for _, node in call.response.uses} if call.response is not None else set()
    together = {number: other for node in nodes for number, other in users.get(node, ())}
    return [
        other for _, other in sorted(together.items(), key=itemgetter(0))
        if other.response is not None and other.response.names and read_unchecked(other.response)
    ]  # fmt: skip


def _users(frame: Frame) -> dict[int, list[tuple[int, Call]]]:
    """The calls of a function, with their numbers, by the ids of the nodes that use their responses."""
    found: dict[int, list[tuple[int, Call]]] | None = frame.derived.get(_users)
    if found is None:
        found = frame.derived[_users] = {}
        for number, call in enumerate((*frame.calls.values(), *frame.wrapped_calls.values())):
            for _, node in call.response.uses if call.response is not None else ():
                found.setdefault(id(node), []).append((number, call))
    return found


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
    if response is not None and fact is not None and not fact.raiser:
        return _raised_by_hand(call, response, fact)
    if response is None or fact is None:
        return []
    wider, imports = _widened(call, fact)
    own = call.as_external.raises_param
    off = call.args.get(own) if own is not None else None
    if own is not None and off is not None and _is_name(off.node, "False") and protection_argument(call, off):
        flipped = replace(call.frame, off.node, "True")
        return [Fix(f"Set {own.name}=True", tuple(sorted((flipped, *wider))), imports)]
    text = f"{response.names[0]}.{fact.raiser}()"
    checks = ineffective_checks(response, fact)
    if checks is not None:
        treated = treated_first(call, checks)
        after = after_statement(call.frame, treated, text) if treated is not None else None
        return [Fix(f"Insert {text}", tuple(sorted((after, *wider))), imports)] if after is not None else []
    edit = _inserted(text, response, fact)
    return [Fix(f"Insert {text}", tuple(sorted((edit, *wider))), imports)] if edit is not None else []


def _raised_by_hand(call: Call, response: Response, fact: ResponseFact) -> list[Fix]:
    """Raises an error of a library that has no method for that."""
    library, statement = call.record, call.statement
    transient = library.transient if library is not None else None
    if not fact.number or transient is None or not transient.unreadable or not response.names or statement is None:
        return []
    checks = ineffective_checks(response, fact)
    place = treated_first(call, checks) if checks is not None else statement
    error, needed = known_as(call.frame, transient.unreadable)
    status = f"{response.names[0]}.{fact.number}"
    step = "\t" if "\t" in indentation(call.frame, call.span.start) else "    "
    text = f'if {status} >= 400:\n{step}raise {error}(f"HTTP status {{{status}}}")'
    edit = after_statement(call.frame, place, text) if place is not None else None
    return [Fix("Raise for an error status", (edit,), (needed,) if needed is not None else ())] if edit else []


def _inserted(text: str, response: Response, fact: ResponseFact) -> Edit | None:
    """Puts the status check into the `try` that reads the body, or behind the statement that binds the response."""
    call = call_at(response.call)
    statement = call.statement
    later = _guarded_later(response, fact)
    if later is not None:
        return before_body(call.frame, later.node.body, text)
    if isinstance(statement, cst.With):
        last = statement.items[-1].asname
        if last is not None and _is_name(last.name, response.names[0]):
            return before_body(call.frame, statement.body, text)
    elif isinstance(statement, (cst.Assign, cst.AnnAssign)):
        value = without_await(statement.value) if statement.value is not None else None
        place = _left_block(response, fact) or statement
        if place is statement and any(breakers(call)):  # it would count the 404s of one caller
            return None
        return after_statement(call.frame, place, text) if value is call.node else None
    return None


def _left_block(response: Response, fact: ResponseFact) -> cst.With | None:
    """The outermost `with` around a call behind which the body is read: a breaker or timer is about the call alone.

    None if there is none, or if the client or another call that gives a response is entered there.
    """
    call = call_at(response.call)
    tree = call.frame.tree
    reads = [node for name, node in response.uses if name in fact.body]
    found: cst.With | None = None
    above = tree.parent(call.statement) if call.statement is not None else None
    while above is not None and not isinstance(above, (cst.FunctionDef, cst.Lambda, cst.For, cst.While, cst.Try)):
        if isinstance(above, (cst.If, cst.TryStar)):
            break  # the call may not be made
        if isinstance(above, cst.With):
            known = any(id(item.item) in call.frame.calls for item in above.items)
            if known or any(tree.inside(node, above) for node in reads):
                break
            found = above
        above = tree.parent(above)
    return found


_UNREADABLE = re.compile(r"^ValueError$|JSONDecodeError$")
"""What is raised for a body that is no JSON, such as an error page."""


def _widened(call: Call, fact: ResponseFact) -> tuple[list[Edit], tuple[Import, ...]]:
    """Lets the clause that takes an error page, as it cannot be parsed, take what the check raises for it, too."""
    clause = _parse_error_clause(call, fact.raiser_raises)
    if clause is None or clause.node.type is None or clause.reads_attributes:
        return [], ()
    kept = clause.node.type
    name, needed = known_as(call.frame, fact.raiser_raises)
    if isinstance(kept, cst.Tuple):
        edit = add_member(call.frame, kept, name)
    else:
        edit = replace(call.frame, kept, f"({call.frame.tree.code(kept)}, {name})")
    return [edit], (needed,) if needed is not None else ()


def _parse_error_clause(call: Call, raised: str) -> Handler | None:
    """The innermost clause around a call that takes a body which cannot be parsed.

    None if a clause on the way out to it takes what the check raises already.
    """
    for within in reversed(call.within):
        if within.kind is not Around.TRY or within.part is not Part.BODY:
            continue
        guard = call.frame.guards.get(id(within.node))
        clauses = handlers_of(guard) if guard is not None else ()
        if any(clause.errors is None or clause.broad or clause.catches(raised) for clause in clauses):
            return None
        for clause in clauses:
            if any(_UNREADABLE.search(error) for error in clause.errors or ()):
                return clause
    return None


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


def _raise_behind(call: Call, checks: IneffectiveChecks, text: str) -> list[Fix]:
    """Inserts the status check behind what treats some statuses."""
    treated = treated_first(call, checks)
    edit = after_statement(call.frame, treated, text) if treated is not None else None
    return [Fix(f"Insert {text}", (edit,))] if edit is not None else []


def raise_before_giving_back(call: Call) -> list[Fix]:
    """Inserts the status check before a response is given back: after the call, or around what is returned."""
    response, fact = call.response, call.answer
    if response is None or fact is None or not fact.raiser:
        return []
    if response.names:
        checks = treated_in_part(response, fact)
        return (
            raise_after(call) if checks is None else _raise_behind(call, checks, f"{response.names[0]}.{fact.raiser}()")
        )
    statement, tree = call.statement, call.frame.tree
    if not isinstance(statement, cst.Return) or statement.value is None:
        return []
    if without_await(statement.value) is not call_at(response.call).node:
        return []
    if fact.raiser_returns == "response" and statement.value is call.node:
        end = tree.outer(call.node).end
        return [Fix(f"Insert .{fact.raiser}()", (Edit(end, end, f".{fact.raiser}()"),))]
    names = ("response", "resp", "answer", "reply")
    edits = hoist(call, statement.value, names, lambda name: f"{name}.{fact.raiser}()")
    return [Fix(f"Keep the response and insert {fact.raiser}()", edits)] if edits else []
