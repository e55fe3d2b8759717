"""Handlers that hide a failure, and the fix that makes them log it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import libcst as cst

from ..kit.exceptions.handlers import Handler, handlers_of
from ..kit.findings import Fix
from ..kit.fixes.edits import before_body
from ..kit.fixes.loggers import logger_of
from ..kit.interp.calls import Call, Guard, explained
from ..kit.interp.kinds import Around
from ..kit.policy.through import calls_through
from ..kit.retries.policies import external
from ..kit.syntax.exits import AGAIN, Exit, ways
from ..kit.syntax.idioms import calls_in, closes, is_log, last_name, reports
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import Tree, walk
from ._consequence import (
    answers_with_part,
    excused,
    gives_default,
    is_aside,
    is_constant,
    is_described,
    is_made_empty,
    is_refused,
    is_repeated,
    picks_one,
    raises_refusal,
    refusable,
    tells_visitor,
    within,
)

_MEANT = re.compile(
    r"^(?!.*\b(?:TO.?DO|FIX.?ME)\b).*(?:swallow|ignor|best[- ]effort|no[nt][- ]?(?:critical|fatal)|"
    r"(?:n't|not|never) (?:matter|mind|care|break|block|fail))",
    re.IGNORECASE,
)
"""Comments above a `try` which say that a failure is accepted."""
_OF_USE = re.compile(
    r"telemetr|analytics|\btele\.|anonymous\w* (?:usage|event|statistic|data)|usage (?:data|statistic|report)",
    re.IGNORECASE,
)
"""Texts about usage reports to the authors of a program, which must not fail because of them."""
_READS = re.compile(r"recv|receive|read|next|__anext__|__next__|get_message")
_HUNG_UP = re.compile(r"Closed\w*$|Disconnect\w*$|EndOf\w+$|EOF\w*$|IncompleteRead\w*$")
_FAILED = re.compile(r"\bfail|\berror|\bcould ?n[o']t\b|\bunable\b|\bcan(?:not|'t)\b", re.IGNORECASE)
_NONE = re.compile(r"\bOptional\[|\|\s*None\b|\bNone\s*\|")
_COUNTS = re.compile(r"fail|err|miss|skip|bad|retr|attempt", re.IGNORECASE)
_LOUD = frozenset((
    "warning", "warn", "error", "exception", "critical", "fatal",
    "awarning", "awarn", "aerror", "aexception", "acritical", "afatal",
))  # fmt: skip


def silent_handlers(guard: Guard) -> Iterator[tuple[Handler, Call]]:
    """Yields the handlers that hide the failure of an external call, each with the call."""
    calls = [call for call in (*guard.calls, *calls_through(guard)) if _has_consequence(guard, call)]
    refused = [call for call in refusable(guard) if not excused(call) and not _of_use(call)]
    if not (calls or refused) or _seen_later(guard) or is_described(guard.frame):
        return
    for clause in handlers_of(guard):
        call = _hidden_call(guard, clause, calls, refused) if _hides(clause, guard) else None
        if call is not None and not explained(call, guard.node, _MEANT):
            yield clause, call


def _hidden_call(guard: Guard, clause: Handler, calls: list[Call], refused: list[Call]) -> Call | None:
    """The first call whose failure, or whose refusal by the peer, a handler hides."""
    failed = next((call for call in calls if not excused(call) and _is_hidden(guard, clause, call)), None)
    failed = failed or next((call for call in refused if _is_refusal_hidden(guard, clause, call)), None)
    if failed is None and picks_one(clause, _lines(clause.node.body)):
        return next((call for call in calls if not is_aside(call) and is_refused(clause, call)), None)
    return failed


def _has_consequence(guard: Guard, call: Call) -> bool:
    """Whether a call of a `try` is external, and its failure has a consequence."""
    if not external(call) or call.deferred or call.as_external.question:
        return False
    return within(guard, call) and not _harmless(call)


def _hides(clause: Handler, guard: Guard) -> bool:
    """Whether a handler does not report what it catches, and nothing says that the failure is expected."""
    if clause.comment or not (_says_nothing(clause, guard) or gives_default(_lines(clause.node.body), guard)):
        return False
    if _only_slow(clause, guard) or _verdict(clause, guard):
        return False
    return not (_tried_out(clause, guard) or _tries_next(clause, guard))


def _is_hidden(guard: Guard, clause: Handler, call: Call) -> bool:
    """Whether a handler catches the failure of a call, except that the peer ends a connection."""
    return clause.concerns(call) and not _handled_before(guard, clause, call) and not _hung_up(clause, call)


def _is_refusal_hidden(guard: Guard, clause: Handler, call: Call) -> bool:
    """Whether a handler is the one that catches what the check of a call's status raises."""
    takers = (one for one in handlers_of(guard) if one.errors is None or one.broad or raises_refusal(one, call))
    first = next(takers, None)
    return first is not None and first.node is clause.node and raises_refusal(first, call)


def _parting(call: Call) -> bool:
    """Whether a call closes or deletes something."""
    names = (last_name(call.node), call.callee.rpartition(".")[2])
    return call.verb == "DELETE" or any(closes(name) for name in names)


def _looked_for(call: Call) -> bool:
    """Whether the result of a call is stored in an attribute, and the module tests elsewhere whether it is set."""
    statement = call.statement
    targets = [target.target for target in statement.targets] if isinstance(statement, cst.Assign) else []
    kept = [target for target in targets if isinstance(target, cst.Attribute)]
    module = call.frame.scope.module
    names = (re.escape(call.frame.tree.code(target)) for target in kept)
    tests = (rf"\b(?:if|while|not|and|or) {name}[ \t]*(?:\bis\b|==|:|\n)" for name in names)
    return any(module.search(test) is not None for test in tests)


def _harmless(call: Call) -> bool:
    """Whether a call may fail without a consequence."""
    return _parting(call) or _looked_for(call) or _of_use(call)


def _of_use(call: Call) -> bool:
    """Whether a call only sends a usage report: it reads no answer, and its function or a caller says so."""
    uses = call.response.uses if call.response is not None else []
    if call.peer != "http" or call.verb in ("GET", "HEAD") or any(name not in ("close", "aclose") for name, _ in uses):
        return False
    if call.response is not None and call.response.escaped:
        return False
    module, name = call.frame.scope.module, call.frame.outermost.qualname.rpartition(".")[2]
    return bool(name) and module.chunk_with(name, _OF_USE)


def _says_nothing(clause: Handler, guard: Guard) -> bool:
    """Whether a handler only continues, returns a constant or an empty answer, or minds one error of several."""
    lines = _lines(clause.node.body)
    if picks_one(clause, lines) and not is_repeated(guard):
        return True
    return all(_is_nothing(line, clause) or _is_empty_answer(line, guard) for line in lines)


def _lines(body: cst.BaseSuite) -> list[cst.CSTNode]:
    """Returns the statements of a block, without the lines that group them."""
    if isinstance(body, cst.SimpleStatementSuite):
        return list(body.body)
    return [
        statement
        for line in body.body
        for statement in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))
    ]


def _is_nothing(node: cst.CSTNode, clause: Handler) -> bool:
    if isinstance(node, (cst.Pass, cst.Continue)):
        return True
    if isinstance(node, cst.Expr):
        return isinstance(node.value, cst.Ellipsis) or tells_visitor(clause.frame, node.value)
    if isinstance(node, cst.If):  # one error is looked for, and all others vanish with it
        about = any(isinstance(part, cst.Name) and part.value == clause.name for part in walk(node.test))
        return about and node.orelse is None and all(_is_nothing(line, clause) for line in _lines(node.body))
    return isinstance(node, cst.Return) and (node.value is None or is_constant(node.value))


def _is_empty_answer(node: cst.CSTNode, guard: Guard) -> bool:
    """Whether a statement gives an empty list, tuple, dict or text to a name that the `try` was to fill."""
    if not isinstance(node, cst.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0].target, cst.Name):
        return False
    empty = isinstance(node.value, (cst.List, cst.Tuple, cst.Dict)) and not node.value.elements
    if (
        not empty
        and not is_made_empty(node.value)
        and not (isinstance(node.value, cst.SimpleString) and not node.value.raw_value)
    ):
        return False
    name = node.targets[0].target.value
    kept = (target for line in _lines(guard.node.body) if isinstance(line, cst.Assign) for target in line.targets)
    return any(isinstance(target.target, cst.Name) and target.target.value == name for target in kept)


def _verdict(clause: Handler, guard: Guard) -> bool:
    """Whether a handler reports the failure to the caller: by False, an exit code, or a None that callers expect.

    One that continues reports by the function's last statement, if the `try` returns where nothing fails.
    """
    returned = [node for node in walk(clause.node.body) if isinstance(node, cst.Return)]
    if not returned and any(isinstance(node, cst.Return) for node in walk(guard.node.body)):
        returned = [item for item in (_after(guard),) if isinstance(item, cst.Return)]
    values = [candidate.value for candidate in returned]
    names = {_constant_name(value) for value in values}
    if returned and _ends_like_success(clause, guard):
        return False
    if names & {"True", "False"} or _exit_codes(values, guard):
        return True
    return names == {"None"} and _expects_none(guard)


def _ends_like_success(clause: Handler, guard: Guard) -> bool:
    """Whether a function gives True after what a handler does not look for."""
    after = _after(guard) if Exit.FALLS in clause.leaves else None
    return isinstance(after, cst.Return) and _constant_name(after.value) == "True"


def _expects_none(guard: Guard) -> bool:
    """Whether who calls a function expects None for a failure, and for nothing else: it is private, or may be None."""
    name = guard.frame.qualname.rpartition(".")[2]
    private = name.startswith("_") and not name.startswith("__")
    return private or (_may_be_none(guard) and not answers_with_part(guard))


def _exit_codes(values: list[cst.BaseExpression | None], guard: Guard) -> bool:
    """Whether a failure is reported by a number, where success is another."""
    answers = [node.value for node in walk(guard.node.body) if isinstance(node, cst.Return)]
    returned = [*values, *answers]
    if not values or not answers or not all(isinstance(candidate, cst.Integer) for candidate in returned):
        return False
    failures, successes = (
        {candidate.value for candidate in group if isinstance(candidate, cst.Integer)} for group in (values, answers)
    )
    return failures.isdisjoint(successes)


def _tried_out(clause: Handler, guard: Guard) -> bool:
    """Whether a `try` only finds the first of several that works: results are discarded, and success ends the loop."""
    loop = guard.within[-1].node if guard.within and guard.within[-1].kind is Around.LOOP else None
    if not isinstance(loop, cst.For) or not clause.leaves <= AGAIN:
        return False
    if not any(line is guard.node for line in loop.body.body):
        return False
    statements = _lines(guard.node.body)
    ends = isinstance(statements[-1], (cst.Break, cst.Return))
    if not _discards_results(statements[:-1] if ends else statements, loop.target):
        return False
    return ends or _success_ends(loop, clause, guard)


def _tries_next(clause: Handler, guard: Guard) -> bool:
    """Whether what follows a `try` that returns if nothing fails asks another peer: a second source for the same."""
    if Exit.FALLS not in clause.leaves or Exit.FALLS in ways(guard.node.orelse or guard.node.body):
        return False
    tree = guard.frame.tree
    block, end = tree.parent(guard.node), tree.span(guard.node).end
    later = (call for call in guard.frame.calls.values() if call.span.start >= end and external(call))
    return block is not None and any(tree.inside(call.node, block) for call in later)


def _discards_results(statements: list[cst.CSTNode], target: cst.CSTNode) -> bool:
    """Whether statements are only expressions, and use a variable of the loop's target."""
    names = {node.value for node in walk(target) if isinstance(node, cst.Name)}
    used = {node.value for line in statements for node in walk(line) if isinstance(node, cst.Name)}
    return all(isinstance(line, cst.Expr) for line in statements) and not names.isdisjoint(used)


def _success_ends(loop: cst.For, clause: Handler, guard: Guard) -> bool:
    """Whether the statements that run only after a success leave the loop: `else`, or those that a handler skips."""
    after: cst.CSTNode | None = guard.node.orelse
    if after is None and Exit.CONTINUE in clause.leaves:
        lines = loop.body.body
        after = next((line for before, line in pairwise(lines) if before is guard.node), None)
    return after is not None and ways(after).isdisjoint(AGAIN)


def _constant_name(node: cst.CSTNode | None) -> str:
    """Returns the name of a returned constant: True, False, None, also a tuple of one; "" for other values."""
    if isinstance(node, cst.Tuple):
        names = {_constant_name(element.value) for element in node.elements}
        return names.pop() if len(names) == 1 else ""
    return "None" if node is None else node.value if isinstance(node, cst.Name) else ""


def _may_be_none(guard: Guard) -> bool:
    """Whether the function may return None anyway, by its annotation or elsewhere: its callers expect it."""
    node = guard.frame.node
    if not isinstance(node, cst.FunctionDef):
        return False
    if node.returns is not None and _NONE.search(guard.frame.tree.code(node.returns.annotation)):
        return True
    returned = guard.frame.tree.derived(_returned_names, node).items()
    start, end = guard.frame.tree.span(guard.node)
    names = {name for name, places in returned if min(places) < start or max(places) >= end}
    return "None" in names and names != {"None"}


def _returned_names(tree: Tree, top: cst.CSTNode) -> dict[str, list[int]]:
    """The names of constants that a function returns, each with the places where it does."""
    found: dict[str, list[int]] = {}
    for node in walk(top):
        if isinstance(node, cst.Return):
            found.setdefault(_constant_name(node.value), []).append(tree.span(node).start)
    return {name: [min(places), max(places)] for name, places in found.items()}


def _after(guard: Guard) -> cst.CSTNode | None:
    """Returns the statement after a `try`, or the function's last if it ends a block; None for a compound one."""
    body = guard.frame.node.body if isinstance(guard.frame.node, cst.FunctionDef) else None
    if not isinstance(body, cst.IndentedBlock):
        return None
    above = guard.frame.tree.parent(guard.node)
    block = above.body if isinstance(above, cst.IndentedBlock) else body.body
    place = next((index for index, line in enumerate(block) if line is guard.node), -1)
    line = block[place + 1] if 0 <= place < len(block) - 1 else body.body[-1]
    return line.body[-1] if isinstance(line, cst.SimpleStatementLine) else None


def _only_slow(clause: Handler, guard: Guard) -> bool:
    """Whether a handler only catches timeouts, in a loop that continues to wait."""
    looped = any(place.kind is Around.LOOP for place in guard.within)
    return looped and bool(clause.errors) and all("timeout" in error.lower() for error in clause.errors or ())


def _hung_up(clause: Handler, call: Call) -> bool:
    """Whether a handler only catches that the peer closed a connection, which a reader expects.

    The reader is the call itself, or another on the connection that an object keeps.
    """
    lasting = call.record is not None and call.record.lasting
    kept = lasting and call.written.startswith(("self.", "cls."))
    talks = kept or _READS.match(call.callee.rpartition(".")[2])
    return bool(talks and clause.errors) and all(_HUNG_UP.search(error) for error in clause.errors or ())


def _handled_before(guard: Guard, clause: Handler, call: Call) -> bool:
    """Whether a handler above catches the failures to reach the peer, so that this one gets only the rest."""
    for candidate in handlers_of(guard):
        if candidate.node is clause.node:
            return False
        if candidate.concerns(call):
            return True
    return False


def _seen_later(guard: Guard) -> bool:
    """Whether the function raises or logs after the `try`, counts failures, or reports the failure in another way."""
    frame = guard.frame
    if frame.node is None:
        return False
    start, end = frame.tree.span(guard.node)
    signs = frame.tree.derived(_signs, frame.node)
    if signs.last_report >= end or signs.first_count < start or signs.last_count >= end:
        return True
    return any(_reports_failure(candidate) for candidate in calls_in(guard.node.body))


class _Signs(NamedTuple):
    """Where a function raises or reports a failure, and where it counts failures: offsets; -1 or the end for none."""

    last_report: int
    first_count: int
    last_count: int


def _signs(tree: Tree, top: cst.CSTNode) -> _Signs:
    reports_at, counts_at = [-1], []
    for node in walk(top):
        if isinstance(node, cst.Raise) or (isinstance(node, cst.Call) and _reports_failure(node)):
            reports_at.append(tree.span(node).start)
        elif isinstance(node, cst.AugAssign) and _COUNTS.search(tree.code(node.target)):
            counts_at.append(tree.span(node).start)
    return _Signs(max(reports_at), min(counts_at, default=sys.maxsize), max(counts_at, default=-1))


def _reports_failure(node: cst.Call) -> bool:
    """Whether a call reports a failure, by its name."""
    name = last_name(node)
    if is_log(node):
        texts = (inner for inner in walk(node) if isinstance(inner, (cst.SimpleString, cst.FormattedStringText)))
        return name in _LOUD or any(_FAILED.search(text.value) for text in texts)
    return reports(name)


def log_failure(clause: Handler, call: Call) -> list[Fix]:
    """Returns the fix that logs a warning with the traceback, and continues as before."""
    frame, body = clause.frame, clause.node.body
    logger, imports = logger_of(frame)
    subject = call.written if '"' not in call.written and len(call.written) <= 60 else call.callee
    text = f'{logger}.warning("{subject} failed", exc_info=True)'
    nothing = [
        line
        for line in _lines(body)
        if isinstance(line, cst.Pass) or (isinstance(line, cst.Expr) and isinstance(line.value, cst.Ellipsis))
    ]
    edit: Edit | None
    if nothing:
        start, end = frame.tree.span(nothing[-1])
        edit = Edit(start, end, text)
    else:
        edit = before_body(frame, body, text)
    return [Fix("Write a warning to the log", (edit,), imports)] if edit is not None and len(nothing) <= 1 else []
