"""The fix for loops that repeat by hand: they let out what is no use to repeat, and the last failure.

A loop keeps its shape: its handlers get a condition, its attempts and its pauses a bound.
"""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from ...exceptions.handlers import Handler, named
from ...findings import Fix, Import
from ...interp.call_kinds import SleepCall
from ...interp.calls import Call, Frame
from ...interp.values import Class
from ...retries.loops import RetryLoop
from ...retries.status_loops import last_choice, verdict_on
from ...syntax.exits import Exit, is_endless, ways
from ...syntax.text import Edit
from ...syntax.tree import walk
from ...timeouts.effective import limit
from ..edits import are_free, before_body, indentation, replace, unused
from .bounds import at_end, bounded, consecutive
from .judges import MAY_PASS, Judges, judges
from .waits import in_place_of_wait, is_wait
from .wanted import numbers

_LONG = 35.0
"""Seconds of one attempt beyond which three take more than two minutes with their pauses."""


_MOST = 115
"""Seconds that all attempts may take."""


def gates(loop: RetryLoop) -> Fix | None:
    """The fix after which the handlers of a loop let out what stays, and the last failure; None if it cannot be."""
    call = loop.calls[0]
    judged = judges(call)
    if judged is None or call.peer not in ("http", "llm") or _varies(loop) or loop.is_generator:
        return None
    return _with_gates(loop, call, judged)


def let_out(loop: RetryLoop) -> list[Fix]:
    """The same as fixes; none where the handlers do already."""
    fix = gates(loop)
    return [fix] if fix is not None else []


def _varies(loop: RetryLoop) -> bool:
    """Whether an attempt differs from the one before, and not by its number alone."""
    if not loop.varies or loop.counter in _names([loop.guard.node.body]):
        return loop.varies
    handlers = [clause.node.body for clause in loop.handlers_of]
    if any(isinstance(node, (cst.Assign, cst.AnnAssign)) for body in handlers for node in walk(body)):
        return True
    counting = [node for node in walk(loop.node.body) if isinstance(node, cst.AugAssign)]
    counts = _names([node.target for node in counting if isinstance(node.value, cst.Integer)])
    return not counts or bool(counts & _names([call.node for call in loop.calls]))


def _names(nodes: list[cst.CSTNode]) -> set[str]:
    return {inner.value for node in nodes for inner in walk(node) if isinstance(inner, cst.Name)}


def _with_gates(loop: RetryLoop, call: Call, judged: Judges) -> Fix | None:
    frame = loop.frame
    open_clauses = [clause for clause in loop.retried if MAY_PASS not in frame.tree.code(clause.node)]
    if not open_clauses or not isinstance(loop.node.body, cst.IndentedBlock):
        return None
    counting = ""
    if _goes_on(loop, call):
        row = consecutive(loop)
        if row is None:
            return None
        last, edits, counting = f"{row.name} == {numbers(frame).attempts}", [*row.edits], row.counting
    else:
        bound = bounded(loop)
        if bound is None:
            return None
        last, edits = bound
    imports: list[Import] = [*judged.imports]
    late = ""
    if _takes_long(loop, call):
        end = unused(frame, ("end", "deadline", "give_up_at"))
        start = loop.head.start
        if not end:
            return None
        edits.append(
            Edit(
                start,
                start,
                f"{end} = time.monotonic() + {numbers(frame).within}{_newline(frame)}{indentation(frame, start)}",
            )
        )
        late = f" or time.monotonic() >= {end}"
        imports.append(Import("time"))
    leave = "break" if _ends_in_own_error(loop) else "raise"
    for clause in open_clauses:
        gate = gated(clause, judged, Gate(last, late, leave, counting, "" if loop.paced else "1"), frame)
        if gate is None:
            return None
        edits += gate
    checked = _checked(loop, call)
    edits += checked
    imports.append(Import("asyncio" if frame.is_async else "time"))
    return _titled(call, frame, last, [*judged.edits, *edits], imports)


def _titled(call: Call, frame: Frame, last: str, edits: list[Edit], imports: list[Import]) -> Fix | None:
    if not are_free(frame, imports):
        return None
    times = f"{numbers(frame).attempts} times at most"
    then = "; raise the last failure" if last else ""  # else the loop ends as it has ended before
    title = f"Repeat {call.written} on no answer, 429 and 5xx only, {times}{then}"
    return Fix(title, tuple(sorted(edits)), tuple(dict.fromkeys(imports)))


def _goes_on(loop: RetryLoop, call: Call) -> bool:
    """Whether a loop goes on after success, as one that waits for something, or fetches one thing after the other."""
    if loop.every_success_leaves:
        return False
    last = last_choice(loop.guard.node.body)
    if last is None or not ways(last.body) <= {Exit.RETURN, Exit.BREAK}:
        return True
    if last.orelse is not None and ways(last.orelse) != {Exit.FALLS}:
        return True
    if verdict_on(call, last.test):
        return False  # only an error status goes round
    parts = [last.test.left, last.test.right] if isinstance(last.test, cst.BooleanOperation) else []
    return not (any(verdict_on(call, part) for part in parts) and loop.is_named_as_retry)


def _takes_long(loop: RetryLoop, call: Call) -> bool:
    """Whether three attempts with their pauses may take two minutes, or the number of attempts is configured."""
    attempt = limit(call).seconds or 0
    pauses = [
        float(node.evaluated_value)
        for known in _sleeps(loop.frame, loop.node)
        for node in walk(known.node)
        if isinstance(node, (cst.Integer, cst.Float))
    ]
    attempts = min(loop.attempts or numbers(loop.frame).attempts, numbers(loop.frame).attempts)
    unknown = loop.attempts is None and (bool(loop.ranged()) or (loop.counted and not is_endless(loop.node)))
    return attempt > _LONG or unknown or attempts * attempt + (attempts - 1) * max(pauses, default=0) > _MOST


def _sleeps(frame: Frame, block: cst.CSTNode) -> list[SleepCall]:
    """The sleeps in a block."""
    found = (frame.calls.get(id(node)) for node in walk(block) if isinstance(node, cst.Call))
    return [call for call in found if isinstance(call, SleepCall)]


def _newline(frame: Frame) -> str:
    return frame.scope.module.doc.newline


def _ends_in_own_error(loop: RetryLoop) -> bool:
    """Whether an exception class of the project is raised behind a loop: what its callers expect."""
    block = loop.frame.tree.parent(loop.node)
    if not isinstance(block, cst.IndentedBlock) or loop.node.orelse is not None:
        return False
    at = next(number for number, part in enumerate(block.body) if part is loop.node)
    after = block.body[at + 1] if at + 1 < len(block.body) else None
    raised = after.body[0] if isinstance(after, cst.SimpleStatementLine) else None
    if not isinstance(raised, cst.Raise) or not isinstance(raised.exc, cst.Call):
        return False
    return isinstance(named(loop.frame, raised.exc.func), Class)


class Gate(NamedTuple):
    """What a handler is given: the condition of the last attempt and of the end of the time, and how it is left."""

    last: str = ""
    late: str = ""
    leave: str = "raise"
    counting: str = ""
    """What counts the failure before."""
    least: str = ""
    """Seconds that a pause takes at least where there is none; "" if something else waits."""

    def at_least(self, pause: str) -> str:
        """A pause, as long as the peer asks."""
        return f"max({self.least}, {pause})" if self.least else pause


def gated(clause: Handler, judged: Judges, gate: Gate, frame: Frame) -> list[Edit] | None:
    """The condition as the first statement of a handler, and its pauses at least as long as the peer asks."""
    name = clause.name or unused(frame, ("error", "exc", "err"))
    block = clause.node.body
    if not name or not isinstance(block, cst.IndentedBlock) or not block.body:
        return None
    edits: list[Edit] = []
    if not clause.name:
        written = " Exception as " if clause.node.type is None else " as "
        edits.append(Edit(clause.head.end, clause.head.end, f"{written}{name}"))
    tree, newline = frame.tree, _newline(frame)
    inner = indentation(frame, tree.span(block.body[0]).start)
    step = inner[len(indentation(frame, tree.span(clause.node).start)) :]
    lasts = f"{gate.last} or " if gate.last and not _raises_at_last(clause) else ""
    own = _own_errors(frame, clause)
    stays = f"not ({judged.may_pass}({name}) or isinstance({name}, {own}))" if own else f"not {judged.may_pass}({name})"
    lines = _counted_first(gate, [f"if {lasts}{stays}{gate.late}:", f"{inner}{step}{gate.leave}"], inner)
    longer = longer_pauses(frame, block, f"{judged.pause}({name})")
    if not longer:
        sleep = "await asyncio.sleep" if frame.is_async else "time.sleep"
        lines.append(f"{inner}{sleep}({gate.at_least(f'{judged.pause}({name})')})")
    edits += longer
    only = _only_pass(block)
    if only is not None and not longer:
        span = tree.span(only)
        return [*edits, Edit(span.start, span.end, newline.join(lines))]
    edit = before_body(frame, block, newline.join(lines))
    return [*edits, edit] if edit is not None else None


def _counted_first(gate: Gate, lines: list[str], indent: str) -> list[str]:
    """The lines of a condition, behind what counts the failure."""
    return [gate.counting, f"{indent}{lines[0]}", *lines[1:]] if gate.counting else lines


def _own_errors(frame: Frame, clause: Handler) -> str:
    """The error of the project that a handler names beside others: what the `try` raises to be repeated; "" if none."""
    node = clause.node.type
    names = [element.value for element in node.elements] if isinstance(node, cst.Tuple) else []
    own = [name for name in names if isinstance(named(frame, name), Class)]
    return frame.tree.code(own[0]) if len(own) == 1 else ""


def _raises_at_last(clause: Handler) -> bool:
    """Whether a handler raises, and not only for some failures."""
    if Exit.RAISE not in clause.leaves:
        return False
    tests = [node.test for node in walk(clause.node.body) if isinstance(node, cst.If) and Exit.RAISE in ways(node.body)]
    return not (clause.name and tests) or not all(
        any(isinstance(inner, cst.Name) and inner.value == clause.name for inner in walk(test)) for test in tests
    )


def longer_pauses(frame: Frame, block: cst.BaseSuite, wanted: str, behind: int = 0) -> list[Edit]:
    """Makes the sleeps in a block at least as long as an expression says; [] if there are none behind an offset."""
    tree = frame.tree
    sleeps = [sleep for sleep in _sleeps(frame, block) if sleep.span.start >= behind]
    given = [sleep.node.args[0].value for sleep in sleeps if sleep.node.args]
    return [replace(frame, node, f"max({tree.code(node)}, {wanted})") for node in given]


def _only_pass(block: cst.IndentedBlock) -> cst.Pass | None:
    """The `pass` that is all of a block; None if there is more."""
    first = block.body[0]
    only = first.body[0] if len(block.body) == 1 and isinstance(first, cst.SimpleStatementLine) else None
    return only if isinstance(only, cst.Pass) else None


def _waits_itself(loop: RetryLoop, call: Call) -> cst.If | None:
    """The `if` in the body of a `try` that waits after a refusal and goes round: the handler does that as well."""
    found = [
        node for node in walk(loop.guard.node.body) if isinstance(node, cst.If) and is_wait(loop.frame, call, node)
    ]
    return found[0] if len(found) == 1 else None


def _checked(loop: RetryLoop, call: Call) -> list[Edit]:
    """Lets an error status raise where a `try` ends without success, if a handler takes what is raised then."""
    response, fact = call.response, call.answer
    if response is None or fact is None or not fact.raiser or not response.names or call.as_external.status != "silent":
        return []
    if not any(clause.broad or clause.catches(fact.raiser_raises) for clause in loop.retried):
        return []
    wait = _waits_itself(loop, call)
    if wait is not None:
        return [in_place_of_wait(loop.frame, call, wait)]
    if any(name == fact.raiser for name, _ in response.uses):
        return []
    return at_end(loop, f"{response.names[0]}.{fact.raiser}()")
