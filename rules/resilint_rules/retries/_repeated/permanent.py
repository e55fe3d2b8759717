"""Retries of error statuses that no further attempt changes."""

from __future__ import annotations

import re

import libcst as cst

from ...kit.exceptions.handlers import Handler
from ...kit.exceptions.hierarchy import is_a
from ...kit.findings import Fix
from ...kit.fixes.edits import replace
from ...kit.interp.calls import Call, Frame
from ...kit.interp.values import Argument, Const, Sequence
from ...kit.reach.addresses import is_local
from ...kit.retries.loops import RetryLoop
from ...kit.retries.policies import RetryPolicy
from ...kit.retries.status_loops import last_choice, verdict_on
from ...kit.syntax.exits import Exit, ways
from ...kit.syntax.idioms import BROAD, is_log, last_name
from ...kit.syntax.tree import walk

PERMANENT = frozenset((400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422))
_LOOKS = re.compile(r"status|\.code\b|getcode|\.ok\b|is_(?:client|server)_error|retry_?after", re.IGNORECASE)
"""What looks at a status, other than the method that raises for each."""
_FEW = 3
"""Attempts that are a habit, whatever has failed."""
_LEFT = frozenset((Exit.RETURN, Exit.BREAK))
_RAISES = re.compile(r"raise_for_status|\w*StatusError\b")
"""The method that raises for each error status, and its exceptions."""
_POLLS = re.compile(r"wait|poll|until|ready|exists|propagat|eventual|appear", re.IGNORECASE)
"""Names of functions that wait for something to be there."""


def permanent_statuses(layer: RetryPolicy) -> tuple[int, ...]:
    """Returns the statuses in a policy's list that stay; () if there are none."""
    given = _statuses(layer)
    members = given.value.members if given is not None and isinstance(given.value, Sequence) else ()
    numbers = [member.value for member in members if isinstance(member, Const) and isinstance(member.value, int)]
    if _POLLS.search(layer.frame.outermost.qualname):
        return ()
    return tuple(number for number in numbers if number in PERMANENT)


def _statuses(layer: RetryPolicy) -> Argument | None:
    param = layer.fact.statuses
    return layer.args.get(param) if param is not None else None


def keep_transient(layer: RetryPolicy) -> list[Fix]:
    """Returns the fix that takes the permanent statuses out of a list that is written in place."""
    given = _statuses(layer)
    node = given.node if given is not None else None
    if not isinstance(node, (cst.List, cst.Tuple, cst.Set)):
        return []
    code = layer.frame.tree.code
    numbers = [element.value for element in node.elements]
    kept = [
        code(number)
        for number in numbers
        if not isinstance(number, cst.Integer) or number.evaluated_value not in PERMANENT
    ]
    if not kept or len(kept) == len(numbers):
        return []
    text = ", ".join(kept)
    if isinstance(node, cst.Tuple):
        text = f"({text},)" if len(kept) == 1 else f"({text})"
    else:
        text = f"[{text}]" if isinstance(node, cst.List) else f"{{{text}}}"
    return [Fix(f"Retry {', '.join(kept)} only", (replace(layer.frame, node, text),))]


def refused_call(retry: RetryPolicy | RetryLoop) -> Call | None:
    """Returns a call whose status raises, and whose exception is retried whatever the status is; None without one."""
    if isinstance(retry, RetryLoop):
        return _refused_in_loop(retry)
    wanted = retry.errors
    if retry.body is None or not wanted or set(wanted) & BROAD or retry.chosen or _examined(retry.body):
        return None
    catalog = retry.frame.scope.catalog
    for call in retry.calls:
        raised = _raised(call)
        if raised and any(is_a(catalog, error, raised) for error in wanted):
            return call
    return None


def _refused_in_loop(loop: RetryLoop) -> Call | None:
    """The call of a counted loop that goes round again after each error status."""
    if not loop.counted or loop.varies:
        return None
    leaves = loop.every_success_leaves or (loop.is_named_as_retry and loop.leaves_or_repeats)
    if not leaves or _examined(loop.frame):
        return next((call for call in loop.calls if _repeats_all_but_success(loop, call)), None)
    return next((call for call in loop.calls if _takes_refusals(loop, call)), None)


def _takes_refusals(loop: RetryLoop, call: Call) -> bool:
    """Whether a handler of a loop goes round again after each error status of a call."""
    raised = _raised_anyhow(call)
    clause = next((handler for handler in loop.handlers_of if raised and handler.catches(raised)), None)
    if clause is None or _chooses(clause) or not (clause.broad or _names(clause, raised)):
        return False
    return any(clause.node is handler.node for handler in loop.retried)


def _repeats_all_but_success(loop: RetryLoop, call: Call) -> bool:
    """Whether a loop of many attempts is left for a good status only: nothing else looks at it in the function."""
    if (loop.attempts is not None and loop.attempts <= _FEW) or _POLLS.search(loop.frame.qualname) or is_local(call):
        return False  # what runs on this machine was started a moment ago
    last = last_choice(loop.guard.node.body)
    if last is None or last.orelse is not None or not ways(last.body) <= _LEFT:
        return False
    return verdict_on(call, last.test) is True and not _other_looks(loop, call, last.test)


def _other_looks(loop: RetryLoop, call: Call, test: cst.BaseExpression) -> bool:
    """Whether anything but a condition looks at the status of a call, save what only says it."""
    response, fact = call.response, call.answer
    if response is None or fact is None or call.as_external.status != "silent":
        return True
    looks = {id(node) for name, node in response.uses if name in fact.checks}
    said = [part for inner in walk(loop.node) if isinstance(inner, cst.Call) and _says(inner) for part in walk(inner)]
    kept = loop.guard.node.body.body[-1]  # such as `last = Exception(answer.status_code)`
    said += walk(kept) if isinstance(kept, cst.SimpleStatementLine) else []
    return bool(looks - {id(part) for part in walk(test)} - {id(part) for part in said})


def _names(handler: Handler, raised: str) -> bool:
    """Whether a handler names the exception of error statuses itself, and not a base of what else a library raises."""
    return any(is_a(handler.frame.scope.catalog, name, raised) for name in handler.names)


def _chooses(clause: Handler) -> bool:
    """Whether a handler looks at its exception before it goes on."""
    tests = [node.test for node in walk(clause.node.body) if isinstance(node, cst.If)]
    names = [node.value for test in tests for node in walk(test) if isinstance(node, cst.Name)]
    return bool(clause.name) and clause.name in names


def _raised(call: Call) -> str:
    """The exception that the check of a call's status raises; "" if its status is not checked."""
    fact = call.answer
    if fact is None or call.response is None or fact.raiser not in dict(call.response.uses):
        return ""
    return fact.raiser_raises


def _raised_anyhow(call: Call) -> str:
    """The exception of an error status, also where the library raises it by itself; "" if nothing does."""
    if call.reached is not None:
        return _raised_anyhow(call.reached) if not _examined(call.reached.frame) else ""
    library = call.record
    refusal = library.transient.refusal if library is not None and library.transient is not None else None
    if call.as_external.status == "raises" and refusal is not None and call.peer in ("http", "llm"):
        return refusal.error
    return _raised(call)


def _examined(frame: Frame) -> bool:
    """Whether a function looks at a status by itself, or waits for something to be there; not where it only says it."""
    if _POLLS.search(frame.outermost.qualname):
        return True
    if not _LOOKS.search(_RAISES.sub("", frame.outermost.tree.flat)):
        return False
    tree, node = frame.outermost.tree, frame.outermost.node
    said = [part for part in walk(node) if isinstance(part, cst.Call) and _says(part)] if node is not None else []
    text = tree.code(node) if node is not None else tree.flat
    for part in said:
        text = text.replace(tree.code(part), "")
    return bool(_LOOKS.search(_RAISES.sub("", text)))


def _says(node: cst.Call) -> bool:
    return is_log(node) or last_name(node) == "print"
