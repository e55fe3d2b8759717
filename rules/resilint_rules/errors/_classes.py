"""Handlers whose classes are not what the calls of their `try` raise: dead ones, and those that let a timeout pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit.catalog.lookup import BUILTIN_ERRORS
from ..kit.catalog.records import ClientFact, LimitFact, ResponseFact
from ..kit.exceptions.handlers import Handler, caught, handlers_of, known_as, named
from ..kit.exceptions.hierarchy import TIMEOUT, is_a
from ..kit.findings import Fix, Import
from ..kit.fixes.edits import add_member, replace
from ..kit.interp.call_kinds import SleepCall
from ..kit.interp.calls import Call, Frame, Guard
from ..kit.interp.kinds import Around, Part
from ..kit.interp.values import Const, Derived, Mapping, Ref, Sequence, literal
from ..kit.retries.policies import external
from ..kit.syntax.idioms import calls_in, last_name
from ..kit.syntax.tree import dotted
from ..kit.timeouts.effective import limit

_NETWORK = ("TimeoutError", TIMEOUT, "ConnectionError", "socket.timeout", "socket.gaierror", "socket.herror")
"""Python's own exceptions for failures of the network, which a library may turn into its own."""
_BUILTINS = frozenset((
    "int", "str", "float", "bool", "len", "dict", "list", "set", "tuple", "sorted", "min", "max", "sum", "any", "all",
    "enumerate", "zip", "isinstance", "bytes", "reversed", "range", "abs", "round", "repr", "type",
))  # fmt: skip
_PURE = (
    "json.", "re.", "datetime.", "math.", "base64.", "hashlib.", "logging.", "urllib.parse.", "collections.", "io.",
    "html.", "time.time", "time.monotonic", "time.perf_counter", "os.path.", "os.environ", "copy.", "uuid.",
)  # fmt: skip
"""Functions that reach no peer."""
_METHODS = frozenset((
    "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "join", "format", "lower", "upper", "replace",
    "append", "extend", "startswith", "endswith", "items", "keys", "values", "setdefault", "encode", "decode",
    "removeprefix", "removesuffix", "partition", "rpartition", "isoformat",
))  # fmt: skip
"""Methods of texts and collections, which no client has."""
_TIMES_OUT = re.compile(r"Time_?d?out", re.IGNORECASE)
_CONNECTS = re.compile(r"Connect|gaierror|herror|Network", re.IGNORECASE)
_REFUSES = re.compile(r"HTTPError|Status|Response")


class Dead(NamedTuple):
    """A handler that is never reached, and a call of its `try`; whether what it names are exception classes."""

    clause: Handler
    call: Call
    is_class: bool


def dead_handlers(guard: Guard) -> Iterator[Dead]:
    """Yields the handlers of a `try` whose classes nothing in its body can raise."""
    calls = [call for call in guard.calls if external(call) and not call.deferred]
    if not calls:
        return
    for handler in handlers_of(guard):
        names = handler.names
        if not names or handler.node.type is None:
            continue
        if len(names) == 1 and _is_no_class(guard.frame, names[0]):
            yield Dead(handler, calls[0], is_class=False)
        elif all(_is_foreign(call, name) for call in guard.calls for name in names) and _is_closed(guard, names):
            yield Dead(handler, calls[0], is_class=True)


def _is_no_class(frame: Frame, name: str) -> bool:
    """Whether a name is surely no exception: a client, a limit, a response, or a module of a library."""
    catalog = frame.scope.catalog
    if catalog.bases(name):
        return False
    known = any(catalog.fact(table, name) is not None for table in (ClientFact, LimitFact, ResponseFact))
    modules = (module for library in catalog.libraries(name) for module in library.imports)
    return known or name in modules or name.rpartition(".")[2] == "exceptions"


def _is_foreign(call: Call, name: str) -> bool:
    """Whether a call surely never raises an exception, which belongs to another library or to Python."""
    if isinstance(call, SleepCall):
        return True
    sources = call.record.only_errors if call.record is not None else ()
    catalog = call.frame.scope.catalog
    if not sources:
        return False
    if any(is_a(catalog, name, error) for error in _NETWORK) and _is_own(name):
        return "builtins" not in sources and name.partition(".")[0] not in sources
    return not _is_own(name) and bool(catalog.bases(name)) and name.partition(".")[0] not in sources


def _is_own(name: str) -> bool:
    """Whether an exception is one of Python's own."""
    return name in BUILTIN_ERRORS or name.partition(".")[0] in ("asyncio", "socket")


def _is_closed(guard: Guard, names: tuple[str, ...]) -> bool:
    """Whether nothing in the body of a `try` besides its external calls may raise some exceptions."""
    uses = {id(node) for call in guard.calls if call.response is not None for _, node in call.response.uses}
    return all(_is_quiet(guard.frame, node, uses, names) for node in guard.unseen)


def _is_quiet(frame: Frame, node: cst.CSTNode, uses: set[int], names: tuple[str, ...]) -> bool:
    """Whether an operation raises none of some exceptions: it computes, or reads a response."""
    if isinstance(node, (cst.Subscript, cst.BinaryOperation, cst.AugAssign, cst.Assert, cst.Del)):
        return True
    if isinstance(node, cst.Raise):
        return _raises_another(frame, node, names)
    if isinstance(node, cst.Call):
        return _computes(frame, node) or _is_data(frame, node.func, uses)
    if isinstance(node, cst.Await):
        return _is_data(frame, node.expression, uses)
    if isinstance(node, cst.WithItem):
        return _is_data(frame, node.item, uses)
    return isinstance(node, (cst.For, cst.CompFor)) and _is_data(frame, node.iter, uses)


def _raises_another(frame: Frame, node: cst.Raise, names: tuple[str, ...]) -> bool:
    """Whether a `raise` is of a class that is known and none of some others."""
    raised = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
    found = caught(frame, raised) if raised is not None else None
    catalog = frame.scope.catalog
    if not found or not all(catalog.bases(error) or error in BUILTIN_ERRORS for error in found):
        return False
    return not any(is_a(catalog, error, name) for error in found for name in names)


def _computes(frame: Frame, node: cst.Call) -> bool:
    """Whether a call reaches no peer, as its name says."""
    if isinstance(node.func, cst.Name) and node.func.value in _BUILTINS:
        return True
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in _METHODS:
        return True
    raised = caught(frame, node.func)
    if raised is not None and len(raised) == 1 and raised[0] in BUILTIN_ERRORS:
        return True  # an exception that a `raise` makes
    target = named(frame, node.func)
    return isinstance(target, Ref) and target.name.startswith(_PURE)


def _is_data(frame: Frame, node: cst.CSTNode, uses: set[int]) -> bool:
    """Whether an expression is read from a response, or from a value that is written out."""
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call, cst.Await)) and id(node) not in uses:
        if isinstance(node, cst.Call):
            builtin = isinstance(node.func, cst.Name) and node.func.value in _BUILTINS and node.args
            node = node.args[0].value if builtin else node.func
        else:
            node = node.expression if isinstance(node, cst.Await) else node.value
    if id(node) in uses or isinstance(node, (cst.SimpleString, cst.FormattedString, cst.Dict, cst.List)):
        return True
    value = frame.lookup(node.value) if isinstance(node, cst.Name) else None
    return isinstance(value, (Const, Mapping, Sequence)) or (isinstance(value, Derived) and value.source is not None)


def replace_classes(dead: Dead) -> list[Fix]:
    """Returns the fix that names what the call raises for the same failures; none where that is not known."""
    frame = dead.call.frame
    if dead.clause.reads_attributes:
        return []
    found: list[str] = []
    for name in dead.clause.names:
        for error in _counterparts(dead.call, name):
            if error not in found:
                found.append(error)
        if not found:
            return []
    written = [known_as(frame, error) for error in found]
    names = ", ".join(name for name, _ in written)
    text = f"({names})" if len(written) > 1 else names
    imports: list[Import] = [needed for _, needed in written if needed is not None]
    return [Fix(f"Catch {names}", dead.clause.replace_type(text), tuple(dict.fromkeys(imports)))]


def _counterparts(call: Call, name: str) -> tuple[str, ...]:
    """The exceptions of a call for the failure that another exception is named after."""
    last = name.rpartition(".")[2]
    if _TIMES_OUT.search(last):
        return call.raises("timeout") or ()
    if _CONNECTS.search(last):
        return call.raises("connect") or ()
    if _REFUSES.search(last) and call.answer is not None and call.answer.raiser_raises:
        return (call.answer.raiser_raises,)
    return ()


_NO_CONNECTION = re.compile(r"\.\w*Connect(?:or|ion)?Error$")
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
        if clause is None or _raises_again(clause) or _calls_itself(clause) or not _times_out(call):
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
            if is_a(catalog, error, failure) and _NO_CONNECTION.search(error) and not _ELSE.search(error):
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


def _calls_itself(handler: Handler) -> bool:
    """Whether a handler calls its own function again: it says which failures are repeated, and a hang may be none."""
    own = handler.frame.qualname.rpartition(".")[2]
    return any(last_name(call) == own for call in calls_in(handler.node.body))


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
