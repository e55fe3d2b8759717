"""Timeouts of calls that no handler catches, where one catches a failed connection."""

from __future__ import annotations

import re
from typing import NamedTuple

import libcst as cst

from ..kit.exceptions.handlers import Handler, caught, handlers_of, known_as
from ..kit.exceptions.hierarchy import TIMEOUT, is_a
from ..kit.findings import Fix, Import
from ..kit.fixes.edits import add_member, replace
from ..kit.interp.calls import Call, Guard
from ..kit.interp.kinds import Around, Part
from ..kit.interp.values import literal
from ..kit.retries.policies import external
from ..kit.syntax.tree import dotted
from ..kit.timeouts.effective import limit

_CONNECTS = re.compile(r"\.\w*Connect(?:or|ion)?Error$")
"""An exception of a library that is named after a failed connection."""
_ELSE = re.compile(r"SSL|TLS|Cert|Proxy|DNS|Timeout", re.IGNORECASE)
"""Failures of a connection for one reason, which a handler may be about."""


class Missed(NamedTuple):
    """A call, the exceptions of its timeout that no handler catches, and the handler that should."""

    call: Call
    errors: tuple[str, ...]
    clause: Handler


def uncaught_timeout(guard: Guard) -> Missed | None:
    """Returns the first call of a `try` whose failed connection is caught and whose timeout is not; else None."""
    handlers = handlers_of(guard)
    if any(handler.errors is None or handler.broad for handler in handlers):
        return None
    for call in guard.calls:
        clause = next((handler for handler in handlers if _is_about_connection(handler, call)), None)
        if clause is None or _raises_again(clause) or not _times_out(call):
            continue
        missed = tuple(error for error in call.raises("timeout") or () if not _is_caught(call, error))
        if missed:
            return Missed(call, _widest(call, missed), clause)
    return None


def _times_out(call: Call) -> bool:
    """Whether a call has a timeout that raises here: it is bounded, or is given one."""
    if not external(call) or call.deferred or call.offloaded or _suppressed(call):
        return False
    if limit(call).state == "bounded":
        return True
    given = (call.args.get(param) for param in call.as_external.timeout)
    return any(argument is not None and literal(argument.value) is not None for argument in given)


def _is_about_connection(handler: Handler, call: Call) -> bool:
    """Whether a handler surely catches that a call cannot connect, and not only for one reason."""
    catalog = call.frame.scope.catalog
    for failure in call.raises("connect") or ():
        for error in handler.names:
            if is_a(catalog, failure, error):
                return True
            if is_a(catalog, error, failure) and _CONNECTS.search(error) and not _ELSE.search(error):
                return True
    return False


def _is_caught(call: Call, error: str) -> bool:
    """Whether a handler around a call catches an exception of its timeout, or may."""
    for place in call.within:
        guard = call.frame.guards.get(id(place.node)) if place.kind is Around.TRY else None
        if guard is None or place.part is not Part.BODY:
            continue
        for handler in handlers_of(guard):
            if handler.errors is None or any(handler.catches(name) for name in _spellings(call, error)):
                return True
    return False


def _spellings(call: Call, error: str) -> tuple[str, ...]:
    """The classes that an exception may be of: the builtin `TimeoutError` is another one in coroutines before 3.11."""
    return (error, TIMEOUT) if error == "TimeoutError" and not call.fact.is_sync else (error,)


def _suppressed(call: Call) -> bool:
    """Whether a `with suppress(...)` stands around a call."""
    items = (place.node for place in call.within if place.kind is Around.WITH)
    calls = (item.item for item in items if isinstance(item, cst.WithItem) and isinstance(item.item, cst.Call))
    return any("suppress" in dotted(item.func) for item in calls)


def _raises_again(handler: Handler) -> bool:
    """Whether a handler ends in a bare `raise`, or raises its own class again with other words.

    What it catches reaches the caller then as all else does.
    """
    body = handler.node.body.body
    last: cst.CSTNode | None = body[-1] if body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    if not isinstance(last, cst.Raise):
        return False
    raised = last.exc.func if isinstance(last.exc, cst.Call) else last.exc
    return raised is None or bool(set(caught(handler.frame, raised) or ()) & set(handler.names))


def _widest(call: Call, errors: tuple[str, ...]) -> tuple[str, ...]:
    """Some exceptions without those that extend another one of them."""
    catalog = call.frame.scope.catalog
    return tuple(
        error for error in errors if not any(other != error and is_a(catalog, error, other) for other in errors)
    )


def catch_too(missed: Missed) -> list[Fix]:
    """Returns the fix that adds the exceptions to the handler's; none where it reads what only its own have."""
    handler, frame = missed.clause, missed.call.frame
    kept = handler.node.type
    if kept is None or handler.reads_attributes:
        return []
    names: list[str] = []
    imports: list[Import] = []
    for error in missed.errors:
        name, needed = _written(missed.call, error)
        names.append(name)
        imports.extend([needed] if needed is not None else [])
    text = ", ".join(names)
    if isinstance(kept, cst.Tuple) and kept.elements:
        edit = add_member(frame, kept, text)
    elif caught(frame, kept) is not None and isinstance(kept, (cst.Name, cst.Attribute)):
        if len(handler.names) > 1:  # a name that stands for several
            return []
        edit = replace(frame, kept, f"({frame.tree.code(kept)}, {text})")
    else:
        return []
    return [Fix(f"Catch {text}, too", (edit,), tuple(imports))]


def _written(call: Call, error: str) -> tuple[str, Import | None]:
    """The name of an exception in a module, and its import; in coroutines one that is right before Python 3.11, too."""
    if len(_spellings(call, error)) > 1 and call.frame.scope.catalog.python(">=3.11") is not True:
        return known_as(call.frame, TIMEOUT)
    return known_as(call.frame, error)
