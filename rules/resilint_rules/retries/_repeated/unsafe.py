"""Writes that a retry may carry out twice."""

from __future__ import annotations

import re

import libcst as cst

from ...kit.exceptions.hierarchy import is_a
from ...kit.findings import Fix
from ...kit.fixes.edits import remove_argument, replace
from ...kit.interp.calls import Call
from ...kit.interp.values import Argument, Const, Mapping, Sequence, literal
from ...kit.retries.loops import RetryLoop
from ...kit.retries.policies import RetryPolicy

_UNSAFE = frozenset(("POST", "PATCH"))
_LOADED = frozenset((413, 425, 429, 503))
"""Statuses of a peer that has not carried out the call."""
_RECOGNISED = re.compile(
    r"idempot|client_?token|dedup|if[-_]match|request_?id|correlation|x-request|nonce|transaction_?id|\buuid|unique|upsert",
    re.IGNORECASE,
)
"""What lets a peer recognise a write that it has carried out."""
_READS = re.compile(
    r"search|quer|graphql|find|look_?up|fetch|(?:^|_|/)get|list|read|token|auth|log_?in|session|embed|complet|chat|generat|"
    r"predict|translat|rpc|scor|classif|infer|rank|detect|analy|valid|check|count|llm|prompt|oauth|refresh|render|convert|"
    r"transcri|summar|ping|beat|report|metric|telemetr|log|trace|track|download|export|resolv|parse|poll|connect|ask|"
    r"request|call|_api|invoke|execute|send|notif|upload|put|update|edit|set|sync|register|subscrib",
    re.IGNORECASE,
)
"""Names of what changes nothing, or the same if it is done twice, or anything."""
_ASKS = re.compile(r"(?:get|list|search|find|fetch|read|query|lookup|describe)(?:[_.A-Z-]|\Z)")
"""Commands in a body that change nothing."""
_COMMANDS = ("action", "query", "method", "command", "cmd", "op", "operation", "function", "call", "request")
"""Keys of a body that say what the peer shall do."""
_FETCHES = re.compile(r"\w*(?:session|client|http)\w*\.get\(", re.IGNORECASE)
_WRITES = re.compile(r"\.(?:post|patch|put|delete|request|send)\(|\burlopen\(")
_SENDS = re.compile(r"\b(\w*_request)\(")
"""What functions are called that send any request."""


def allows_writes(layer: RetryPolicy) -> bool:
    """Whether a policy of a transport is for POST or PATCH, after failures that come too late to know."""
    given = _methods(layer)
    if given is None or not layer.fact.remote or layer.call is None or layer.args.open_names:
        return False
    value = given.value
    members = value.members if isinstance(value, Sequence) else ()
    named = {str(member.value).upper() for member in members if isinstance(member, Const)}
    every = layer.fact.methods is not None and str(literal(value)) in layer.fact.methods.all
    if not every and (not named & _UNSAFE or named <= _UNSAFE):
        return False  # for nothing else: chosen for a peer that is known
    return not _comes_early(layer) and not _only_fetches(layer)


def _only_fetches(layer: RetryPolicy) -> bool:
    """Whether the module of a policy uses its session itself, and for nothing but GET."""
    module = layer.frame.scope.module
    if module.search(_FETCHES) is None or module.search(_WRITES) is not None:
        return False
    return all(module.search(re.compile(rf"\bdef {name}\(")) for name in module.matches(_SENDS))


def _methods(layer: RetryPolicy) -> Argument | None:
    return layer.args.get(layer.fact.methods) if layer.fact.methods is not None else None


def _comes_early(layer: RetryPolicy) -> bool:
    """Whether a policy repeats only what was not carried out: no failed read, and statuses of a loaded peer."""
    read = layer.args.named.get("read")
    if read is None or literal(read.value) not in (0, False):
        return False
    status = layer.args.named.get("status")
    if status is not None and literal(status.value) in (0, False):
        return True
    statuses = layer.args.get(layer.fact.statuses) if layer.fact.statuses is not None else None
    members = statuses.value.members if statuses is not None and isinstance(statuses.value, Sequence) else ()
    return statuses is None or (bool(members) and all(literal(member) in _LOADED for member in members))


def leave_out_writes(layer: RetryPolicy) -> list[Fix]:
    """Returns the fix that takes POST and PATCH out of the methods, or the argument if it stands for every method."""
    given, call = _methods(layer), layer.call
    if given is None or call is None:
        return []
    node = given.node
    if isinstance(node, (cst.List, cst.Tuple, cst.Set)):
        code = layer.frame.tree.code
        kept = [code(item.value) for item in node.elements if code(item.value).strip("'\"").upper() not in _UNSAFE]
        marks = "()" if isinstance(node, cst.Tuple) else "[]" if isinstance(node, cst.List) else "{}"
        text = ", ".join(kept) + ("," if marks == "()" and len(kept) == 1 else "")
        return (
            [Fix("Leave POST and PATCH out", (replace(layer.frame, node, marks[0] + text + marks[1]),))] if kept else []
        )
    param = layer.fact.methods.name if layer.fact.methods is not None else ""
    edit = remove_argument(call, param) if isinstance(node, cst.Name) and param in call.args.named else None
    return [Fix("Repeat idempotent methods only", (edit,))] if edit is not None else []


def repeated_write(retry: RetryPolicy | RetryLoop) -> Call | None:
    """Returns a POST or PATCH that is repeated after a timeout, and that the peer cannot recognise; else None."""
    for call in retry.calls:
        if call.peer == "http" and call.verb in _UNSAFE and _is_repeated(retry, call) and not _is_repeatable(call):
            return call
    return None


def _is_repeated(retry: RetryPolicy | RetryLoop, call: Call) -> bool:
    """Whether a call is surely repeated after its timeout."""
    timeouts = call.raises("timeout") or ()
    if isinstance(retry, RetryLoop):
        return retry.counted and any(handler.catches(error) for handler in retry.retried for error in timeouts)
    catalog = call.frame.scope.catalog
    wanted = retry.errors or ()
    return retry.body is not None and any(is_a(catalog, error, other) for error in timeouts for other in wanted)


def _is_repeatable(call: Call) -> bool:
    """Whether a write may be carried out twice: a key says so, or a name that it changes nothing."""
    frame, target = call.frame.outermost, call.target
    written = call.frame.tree.code(target.node) if target is not None else ""
    known = target.value.value if target is not None and isinstance(target.value, Const) else ""
    names = f"{frame.qualname.rpartition('.')[2]} {written} {known}"
    return bool(_RECOGNISED.search(frame.tree.flat) or _READS.search(names)) or _asks_only(call)


def _asks_only(call: Call) -> bool:
    """Whether a word of the body says that the peer shall only give something: `{"action": "get_results"}`."""
    given = (call.args.named.get(name) for name in ("json", "data"))
    bodies = (body.value for body in given if body is not None)
    items = (item for body in bodies if isinstance(body, Mapping) for item in body.items.items())
    values = [value for key, (value, _) in items if key.lower() in _COMMANDS]
    return any(isinstance(value, Const) and _ASKS.match(str(value.value)) is not None for value in values)
