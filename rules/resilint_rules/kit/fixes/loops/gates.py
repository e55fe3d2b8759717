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
from ...interp.values import Class, Const
from ...retries.loops import RetryLoop
from ...retries.status_loops import last_choice, verdict_on
from ...syntax.exits import Exit, is_endless, ways
from ...syntax.text import Edit
from ...syntax.tree import children, walk
from ...timeouts.effective import limit
from ..edits import after_statement, are_free, before_body, indentation, replace, unused
from .bounds import Bounds, Consecutive, at_end, bounded, consecutive
from .giving_up import Ended, give_up
from .judges import MAY_PASS, Judges, judges
from .refusals import Refusal, only_refusals_go_round
from .waits import in_place_of_wait, is_bare_wait, is_passing
from .wanted import STATUSES, attempts_of, numbers

_LONG = 35.0
"""Seconds of one attempt beyond which three take more than two minutes with their pauses."""


_NAME = "{name}"
_PLAIN = frozenset(("RuntimeError", "ConnectionError", "OSError", "IOError", "TimeoutError"))
"""Built-in errors by which code says that a request has failed."""
_USUAL = 30.0
"""Seconds of one attempt where nothing limits it yet."""
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
    row = consecutive(loop) if _goes_on(loop, call) else None
    bound = bounded(loop) if not _goes_on(loop, call) else _in_a_row(loop, row)
    late = _late(loop, call, waits=row is not None)
    if bound is None or late is None:
        return None
    (last, edits), counting = bound, row.counting if row is not None else ""
    edits, imports = [*edits, *late.edits], [*judged.imports, *late.imports]
    leave = "break" if _ends_in_own_error(loop) else "raise"
    given = Gate(last, late.condition, leave, counting, _passing_error(loop, call))
    for clause in open_clauses:
        gate = gated(clause, judged, given._replace(least="" if _waits(loop, clause) else "1"), frame)
        if gate is None:
            return None
        edits += gate
    edits += _checked(loop, call)
    ended = _refused_behind(loop, call, last, counting)
    edits, imports = [*edits, *ended.edits], [*imports, *ended.imports]
    imports.append(Import("asyncio" if frame.is_async else "time"))
    return _titled(loop, last, [*judged.edits, *edits], imports)


class Late(NamedTuple):
    """The condition for the end of the time, as an alternative, and what it needs."""

    condition: str = ""
    edits: tuple[Edit, ...] = ()
    imports: tuple[Import, ...] = ()


def _late(loop: RetryLoop, call: Call, *, waits: bool) -> Late | None:
    """Ends a loop that may take long when its time is over; None if there is no name for that.

    What a loop waits for that goes on after success may come after any time.
    """
    if waits or not _takes_long(loop, call):
        return Late()
    end = unused(loop.frame, ("end", "deadline", "give_up_at"))
    start = f"{end} = time.monotonic() + {numbers(loop.frame).within}"
    return Late(f" or time.monotonic() >= {end}", (_above(loop, start),), (Import("time"),)) if end else None


def _in_a_row(loop: RetryLoop, row: Consecutive | None) -> Bounds | None:
    """The bounds of a loop that counts the failures in a row."""
    return (f"{row.name} == {attempts_of(loop, loop.calls)}", [*row.edits]) if row is not None else None


def _titled(loop: RetryLoop, last: str, edits: list[Edit], imports: list[Import]) -> Fix | None:
    if not are_free(loop.frame, imports):
        return None
    times = f"{attempts_of(loop, loop.calls)} times at most"
    then = "; raise the last failure" if last else ""  # else the loop ends as it has ended before
    title = f"Repeat {loop.calls[0].written} on no answer, 429 and 5xx only, {times}{then}"
    return Fix(title, tuple(sorted(edits)), tuple(dict.fromkeys(imports)))


def _goes_on(loop: RetryLoop, call: Call) -> bool:
    """Whether a loop goes on after success, as one that waits for something, or fetches one thing after the other."""
    if loop.every_success_leaves or (loop.is_named_as_retry and loop.leaves_or_repeats):
        return False
    if only_refusals_go_round(loop.node, call, loop.after):
        return False
    if _only_waits_go_round(loop, call):
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


def _passing_error(loop: RetryLoop, call: Call) -> str:
    """The condition for an error that a `try` raises for statuses that may pass, to be tried again; "" for others."""
    frame, body = loop.frame, loop.guard.node.body
    found = [node for node in walk(body) if isinstance(node, cst.Raise) and isinstance(node.exc, cst.Call)]
    names = {frame.tree.code(node.exc.func) for node in found if isinstance(node.exc, cst.Call)}
    tests = [node for node in walk(body) if isinstance(node, cst.If) and any(part in found for part in walk(node.body))]
    if not tests or len(names) != 1:
        return ""
    if all(is_passing(call, node.test) for node in tests):
        return f"isinstance({_NAME}, {names.pop()})" if names <= _PLAIN else ""
    return _refused_error(loop, call, names.pop(), tests)


def _refused_error(loop: RetryLoop, call: Call, error: str, tests: list[cst.If]) -> str:
    """The same for an error that stands for each error status: it is tried again for those that may pass."""
    fact, response = call.answer, call.response
    if fact is None or not fact.number or response is None or len(response.names) != 1 or call.frame is not loop.frame:
        return ""
    if not all(verdict_on(call, node.test) is False for node in tests):
        return ""
    own = isinstance(named(loop.frame, cst.parse_expression(error)), Class)
    if not own and error != "RuntimeError":
        return ""  # the library may raise it as well, before there is an answer
    return f"(isinstance({_NAME}, {error}) and {response.names[0]}.{fact.number} in {STATUSES})"


def _success_leaves(loop: RetryLoop) -> bool:
    """Whether what an endless loop tries leaves it at its end."""
    found = ways(loop.guard.node.body)
    return is_endless(loop.node) and loop.guard.node.orelse is None and Exit.RETURN in found and Exit.FALLS not in found


def _only_waits_go_round(loop: RetryLoop, call: Call) -> bool:
    """Whether the one `continue` of what a loop tries is that of a wait for a refusal."""
    wait = _waits_itself(loop, call) if loop.leaves_or_repeats or _success_leaves(loop) else None
    rounds = [node for node in walk(loop.guard.node.body) if isinstance(node, cst.Continue)]
    return wait is not None and len(rounds) == 1 and any(node is rounds[0] for node in walk(wait))


def _takes_long(loop: RetryLoop, call: Call) -> bool:
    """Whether three attempts with their pauses may take two minutes, or the number of attempts is configured."""
    attempt = limit(call).seconds or _USUAL
    pauses = [
        _seconds(loop.frame, known.node.args[0].value) for known in _sleeps(loop.frame, loop.node) if known.node.args
    ]
    most = attempts_of(loop, loop.calls)
    attempts = min(loop.own_attempts or most, most)
    unknown = loop.own_attempts is None and (bool(loop.ranged()) or (loop.counted and not is_endless(loop.node)))
    return attempt > _LONG or unknown or attempts * attempt + (attempts - 1) * max(pauses, default=0) > _MOST


def _seconds(frame: Frame, node: cst.CSTNode) -> float:
    """The seconds of a pause as far as numbers and constants tell: their product, or the largest one."""
    if isinstance(node, (cst.Integer, cst.Float)):
        return float(node.evaluated_value)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply):
        return (_seconds(frame, node.left) or 1.0) * (_seconds(frame, node.right) or 1.0)
    value = named(frame, node) if isinstance(node, (cst.Name, cst.Attribute)) else None
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return float(value.value)
    parts = (child for child in children(node) if isinstance(child, (cst.BaseExpression, cst.Arg)))
    return max((_seconds(frame, child) for child in parts), default=0.0)


def _waits(loop: RetryLoop, clause: Handler) -> bool:
    """Whether something sleeps, or is named as if it did, between what a handler takes and the next attempt."""
    if not loop.paced:
        return False
    elsewhere = [*loop.before, *(loop.after if Exit.FALLS in clause.leaves else ()), clause.node]
    return any(_sleeps(loop.frame, part) for part in elsewhere) or not _sleeps(loop.frame, loop.node)


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
    again: str = ""
    """The condition for an error that is raised to be tried again, with `{name}` for it."""
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
    stays = _stays(judged, name, f"isinstance({name}, {own})" if own else gate.again.replace(_NAME, name))
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
    edit = _put(clause, block, lines, inner, keeps=gate.leave == "break")
    return [*edits, edit] if edit is not None else None


def _stays(judged: Judges, name: str, again: str) -> str:
    """The condition for a failure that no further attempt changes."""
    passes = f"{judged.may_pass}({name})"
    return f"not ({passes} or {again})" if again else f"not {passes}"


def _put(clause: Handler, block: cst.IndentedBlock, lines: list[str], indent: str, *, keeps: bool) -> Edit | None:
    """Puts lines at the beginning of a handler, or behind what keeps its failure."""
    frame = clause.frame
    kept = _keeps_it(clause) if keeps else None
    if kept is None:
        return before_body(frame, block, _newline(frame).join(lines))
    return after_statement(frame, kept, "\n".join(line.removeprefix(indent) for line in lines))


def _keeps_it(clause: Handler) -> cst.SimpleStatementLine | None:
    """The statement of a handler that keeps the failure for what is raised behind the loop; None if none does."""
    for line in clause.node.body.body:
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            return None
        only = line.body[0]
        if isinstance(only, (cst.Assign, cst.AnnAssign)) and only.value is not None:
            if clause.name and clause.name in _names([only.value]):
                return line
        elif not isinstance(only, cst.Expr):
            return None
    return None


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
        node for node in walk(loop.guard.node.body) if isinstance(node, cst.If) and is_bare_wait(loop.frame, call, node)
    ]
    return found[0] if len(found) == 1 else None


def _above(loop: RetryLoop, text: str) -> Edit:
    """Puts a statement on the line above a loop."""
    start = loop.head.start
    return Edit(start, start, f"{text}{_newline(loop.frame)}{indentation(loop.frame, start)}")


def _refused_behind(loop: RetryLoop, call: Call, last: str, counting: str) -> Ended:
    """Lets out a refusal in the last attempt, or of more than a minute, that is waited for behind a `try`."""
    if counting or call.frame is not loop.frame or call.response is None or not call.response.names:
        return Ended(())
    found = [part for part in loop.after if isinstance(part, cst.If) and is_bare_wait(loop.frame, call, part)]
    ended = give_up(Refusal(found[0], loop.frame, call), last) if len(found) == 1 else None
    return ended or Ended(())


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
