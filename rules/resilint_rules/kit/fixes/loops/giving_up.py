"""The fix for what repeats a request as long as the peer refuses: it ends after some attempts, or a minute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ...exceptions.handlers import known_as
from ...findings import Fix, Import
from ...interp.call_kinds import SleepCall
from ...interp.calls import Frame
from ...syntax.exits import Exit, ways_of
from ...syntax.text import Edit
from ...syntax.tree import Tree, walk
from ..edits import after_statement, are_free, before_body, front, indentation, replace, unused
from ..retry_after import HELPER, IMPORTS, SECONDS, can_import
from .refusals import Refusal, is_counted, lasts, refusals_in
from .waits import RefusedLoop, asks
from .wanted import STATUSES, numbers

_NAMES = ("attempt", "attempts", "tries")
_LEFT = frozenset((Exit.RETURN, Exit.BREAK, Exit.RAISE))


class Ended(NamedTuple):
    """The edits after which something ends, and the imports that they need."""

    edits: tuple[Edit, ...]
    imports: tuple[Import, ...] = ()


def end_loop(loop: RefusedLoop) -> Fix | None:
    """The fix after which a loop makes three attempts at most, and none if the peer asks for more than a minute."""
    node, frame, fact = loop.node, loop.frame, loop.call.answer
    brought = helper(frame)
    if brought is None or node.orelse is not None or fact is None or not fact.headers:
        return None
    refusals = refusals_in(loop) if lasts(loop) else []
    ended = _counted(loop) if not lasts(loop) else _refused(loop, refusals) if refusals else None
    if ended is None:
        return None
    title = f"Repeat {loop.call.written} {numbers(frame).attempts} times at most"
    needs = (*IMPORTS, Import("asyncio" if frame.is_async else "time"))
    imports = (*needs, *ended.imports)
    return Fix(title, tuple(sorted((*brought, *ended.edits))), imports) if are_free(frame, imports) else None


def _refused(loop: RefusedLoop, refusals: list[Refusal]) -> Ended | None:
    """Counts the refusals of a request in a `while True`; each request that has succeeded sets the count back."""
    frame, start = loop.frame, loop.frame.tree.span(loop.node).start
    name = unused(frame, ("refusals", "refused"))
    newline = frame.scope.module.doc.newline
    last = f"{name} == {numbers(frame).attempts}"
    given_up = [give_up(refusal, last, f"{name} += 1") for refusal in refusals] if name else []
    ended = [one for one in given_up if one is not None]
    again = _begin_again(loop, refusals[-1], f"{name} = 0")
    if len(ended) < len(refusals) or again is None:
        return None
    above = Edit(start, start, f"{name} = 0{newline}{indentation(frame, start)}")
    edits = (above, *(edit for one in ended for edit in one.edits), *again)
    return Ended(edits, tuple(dict.fromkeys(needed for one in ended for needed in one.imports)))


def _begin_again(loop: RefusedLoop, refusal: Refusal, text: str) -> list[Edit] | None:
    """Sets a count back behind an `if`, where a round without a refusal leads to the next; None if it cannot."""
    tree = loop.frame.tree
    top: cst.CSTNode = refusal.node
    while isinstance(above := tree.parent(top), cst.If):
        top = above
    block = tree.parent(top)
    if not isinstance(block, cst.IndentedBlock):
        return None
    parts = list(block.body)
    rest = parts[next(number for number, part in enumerate(parts) if part is top) + 1 :]
    if ways_of([part for part in rest if not (isinstance(part, cst.If) and is_counted(part))]) <= _LEFT:
        return []
    edit = after_statement(loop.frame, top, text)
    return [edit] if edit is not None else None


def give_up(refusal: Refusal, last: str, counting: str = "") -> Ended | None:
    """Raises for the last refusal, or one for longer than a minute, before the wait in the body of an `if`."""
    frame, call = refusal.frame, refusal.call
    fact, name, raised = call.answer, unused(frame, ("pause", "wanted_pause")), _raised(refusal)
    if fact is None or not fact.headers or not name or raised is None or call.response is None:
        return None
    given, seconds = _slept(refusal), f'{SECONDS}({call.response.names[0]}.{fact.headers}.get("Retry-After", "")'
    text = frame.tree.code(given) if given is not None else ""
    first = _first(refusal, given)
    indent, newline = indentation(frame, first), frame.scope.module.doc.newline
    step = indent[len(indentation(frame, frame.tree.span(refusal.node).start)) :]
    lines = [
        counting,
        f"{name} = {text if SECONDS in text else f'{seconds}, default=0.0)'}",
        f"if {f'{last} or ' if last else ''}{name} > {numbers(frame).within}{_stays(refusal)}:", f"{step}{raised[0]}",
        "" if given is not None else f"{'await asyncio' if frame.is_async else 'time'}.sleep(max(1, {name}))",
    ]  # fmt: skip
    put = Edit(first, first, "".join(f"{row}{newline}{indent}" for row in lines if row))
    return Ended((put, *(_longer(frame, given, name) if given is not None else ())), raised[1])


def _longer(frame: Frame, given: cst.BaseExpression, name: str) -> Iterator[Edit]:
    """Makes a sleep as long as the peer asks; one that reads the header by itself stays as it is."""
    text = frame.tree.code(given)
    if SECONDS in text:
        yield replace(frame, given, name)
    elif "retry" not in text.lower():
        yield replace(frame, given, f"max({text}, {name})")


def _slept(refusal: Refusal) -> cst.BaseExpression | None:
    """How long the body of an `if` sleeps; None if it does not, or more than once."""
    calls = refusal.frame.calls
    sleeps = [known for node in walk(refusal.node.body) if isinstance(known := calls.get(id(node)), SleepCall)]
    return sleeps[0].node.args[0].value if len(sleeps) == 1 and sleeps[0].node.args else None


def _first(refusal: Refusal, given: cst.BaseExpression | None) -> int:
    """Where the statement of a sleep begins, or the body of the `if` without one."""
    line: cst.CSTNode | None = given
    while line is not None and not isinstance(line, cst.SimpleStatementLine):
        line = refusal.frame.tree.parent(line)
    return refusal.frame.tree.span(line if line is not None else refusal.node.body.body[0]).start


def _stays(refusal: Refusal) -> str:
    """What a condition has to be given for statuses that no further attempt changes; "" if it is for none of them."""
    comparisons = [node for node in walk(refusal.node.test) if isinstance(node, cst.Comparison)]
    plain = all(isinstance(c.operator, (cst.Equal, cst.In)) for node in comparisons for c in node.comparisons)
    numbered = {int(n.evaluated_value) for node in comparisons for n in walk(node) if isinstance(n, cst.Integer)}
    fact, response = refusal.call.answer, refusal.call.response
    if (plain and numbered <= {*STATUSES, 408}) or fact is None or not fact.number or response is None:
        return ""
    return f" or {response.names[0]}.{fact.number} not in {STATUSES}"


def _raised(refusal: Refusal) -> tuple[str, tuple[Import, ...]] | None:
    """The statement that raises for an error status, with its imports; None if there is none."""
    call = refusal.call
    fact, library = call.answer, call.record
    if fact is None or call.response is None:
        return None
    own = next(_raised_below(refusal), "")
    name = call.response.names[0]
    if own or fact.raiser:
        return own or f"{name}.{fact.raiser}()", ()
    error = library.transient.unreadable if library is not None and library.transient is not None else ""
    if not error or not fact.number:
        return None
    spelled, needed = known_as(call.frame, error)
    return f'raise {spelled}(f"HTTP status {{{name}.{fact.number}}}")', (needed,) if needed is not None else ()


def _raised_below(refusal: Refusal) -> Iterator[str]:
    """What the function raises for other error statuses of the same answer: the errors that its callers know."""
    frame, response = refusal.frame, refusal.call.response
    if frame.node is None or response is None:
        return
    loop = RefusedLoop(cst.While(cst.Name("True"), cst.IndentedBlock([])), frame, refusal.call)
    bound = frame.tree.derived(_bound, frame.node) - set(response.names)
    for node in _tested(refusal):
        raised = _last_raise(node) if asks(loop, node.test) else None
        text = frame.tree.code(raised) if raised is not None else "\n"
        if "\n" not in text and raised is not None and not _names(raised) & bound:
            yield text


def _tested(refusal: Refusal) -> list[cst.If]:
    """The other statements that ask something of the same answer, in order."""
    tree, response = refusal.frame.tree, refusal.call.response
    found: dict[int, cst.If] = {}
    for _, used in response.uses if response is not None else ():
        above = tree.parent(used)
        while above is not None and not isinstance(above, (cst.BaseStatement, cst.FunctionDef)):
            above = tree.parent(above)
        if isinstance(above, cst.If) and above is not refusal.node:
            found[tree.span(above).start] = above
    return [found[start] for start in sorted(found)]


def _bound(tree: Tree, top: cst.CSTNode) -> set[str]:
    """The names that are assigned somewhere."""
    targets = (node.target for node in walk(top) if isinstance(node, cst.AssignTarget))
    return {target.value for target in targets if isinstance(target, cst.Name)}


def _names(top: cst.CSTNode) -> set[str]:
    return {node.value for node in walk(top) if isinstance(node, cst.Name)}


def _last_raise(node: cst.If) -> cst.Raise | None:
    """The exception that the body of an `if` makes and raises at its end."""
    line = node.body.body[-1] if node.body.body else None
    raised = line.body[-1] if isinstance(line, cst.SimpleStatementLine) else None
    return raised if isinstance(raised, cst.Raise) and isinstance(raised.exc, cst.Call) else None


def helper(frame: Frame) -> list[Edit] | None:
    """The edit that brings the function which reads the header; [] if it is there, None if it cannot be brought."""
    module = frame.scope.module
    if SECONDS in module.functions:
        return []
    place = front(module)
    if not place or place > frame.tree.start or not can_import(module, *IMPORTS):
        return None
    newline = module.doc.newline
    return [Edit(place, place, HELPER.replace("\n", newline) + newline * 2)]


def _counted(loop: RefusedLoop) -> Ended | None:
    """The edits after which a loop that goes on while a status is an error counts its attempts."""
    node, frame, call = loop.node, loop.frame, loop.call
    name = unused(frame, _NAMES)
    if not name or call.answer is None or call.response is None:
        return None
    tree, newline, wanted = frame.tree, frame.scope.module.doc.newline, numbers(frame)
    start, tested = tree.span(node).start, tree.outer(node.test)
    above = Edit(start, start, f"{name} = 1{newline}{indentation(frame, start)}")
    count = before_body(frame, node.body, f"{name} += 1")
    header = f'{SECONDS}({call.response.names[0]}.{call.answer.headers}.get("Retry-After", ""))'
    more = f" and {name} < {wanted.attempts} and {header} <= {wanted.within}"
    return Ended((above, *_conjoined(node.test, tested, more), count)) if count is not None else None


def _conjoined(test: cst.BaseExpression, span: tuple[int, int], more: str) -> list[Edit]:
    """Adds to a condition, in brackets where it is an alternative."""
    start, end = span
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.Or) and not test.lpar:
        return [Edit(start, start, "("), Edit(end, end, f"){more}")]
    return [Edit(end, end, more)]
