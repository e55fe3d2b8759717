"""What becomes of a failure that is repeated: hidden before the retry sees it, or followed by nothing at the end."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import libcst as cst

from ..kit.effects.followed import followed_calls
from ..kit.exceptions.handlers import Handler, failures, handlers_of
from ..kit.exceptions.hierarchy import is_a
from ..kit.findings import Fix
from ..kit.fixes.edits import after_statement, before_body, indentation, replace, replace_statement, unused
from ..kit.interp.calls import Call, Frame
from ..kit.interp.kinds import Around, Part
from ..kit.policy.decorating import DecoratorLoop
from ..kit.policy.through import calls_through
from ..kit.retries.loops import RetryLoop
from ..kit.retries.policies import RetryPolicy, external
from ..kit.syntax.exits import AGAIN, Exit
from ..kit.syntax.idioms import BROAD, COMPUTES, calls_in, harmless, is_log, last_name
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import children, walk

_NONE = re.compile(r"\bNone\b|\bOptional\b")
_SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef)


def falls_through(loop: RetryLoop) -> bool:
    """Whether a counted loop returns an answer on success, and nothing follows after its last attempt."""
    function = loop.frame.node
    if not isinstance(function, cst.FunctionDef) or loop.endless or loop.node.orelse is not None:
        return False
    if isinstance(loop, DecoratorLoop) and not loop.gives_an_answer:
        return False
    counted = bool(loop.counter) if isinstance(loop.node, cst.For) else loop.counted
    if not counted or any(not handler.leaves <= AGAIN for handler in loop.handlers_of):
        return False
    if not all(handler.errors is not None for handler in loop.handlers_of) or not _ends_function(loop, function):
        return False
    return _promises(loop, function)


def _promises(loop: RetryLoop, function: cst.FunctionDef) -> bool:
    """Whether a function always returns a value in a loop, and nowhere says that it may be None."""
    annotation = function.returns
    if annotation is not None and _NONE.search(loop.frame.tree.code(annotation.annotation)):
        return False
    own = _own(function)
    if any(isinstance(node, cst.Yield) for node in own) or not any(isinstance(n, cst.Return) for n in _own(loop.node)):
        return False
    names = {_named(node.value) for node in own if isinstance(node, cst.Return)}
    return "None" not in names and names != {"True"}


def _named(node: cst.BaseExpression | None) -> str:
    """The name that is returned; "None" where nothing is, "" for any other expression."""
    return "None" if node is None else node.value if isinstance(node, cst.Name) else ""


def _own(top: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes below one that belong to the same function."""
    found, stack = [], list(children(top))
    while stack:
        node = stack.pop()
        if not isinstance(node, _SCOPES):
            found.append(node)
            stack.extend(children(node))
    return found


def _ends_function(loop: RetryLoop, function: cst.FunctionDef) -> bool:
    """Whether only log calls stand between the end of a loop and the end of its function."""
    node: cst.CSTNode = loop.node
    while node is not function.body:
        block = loop.frame.tree.parent(node)
        if isinstance(block, (cst.IndentedBlock, cst.Else, cst.With, cst.If)):
            lines = list(block.body) if isinstance(block, cst.IndentedBlock) else []
            place = next((index for index, line in enumerate(lines) if line is node), len(lines))
            if not all(_only_logs(line) for line in lines[place + 1 :]):
                return False
            node = block
        else:
            return False
    return True


def _only_logs(line: cst.CSTNode) -> bool:
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    calls = [part.value for part in line.body if isinstance(part, cst.Expr)]
    return len(calls) == len(line.body) and all(isinstance(call, cst.Call) and is_log(call) for call in calls)


def raise_last(loop: RetryLoop) -> list[Fix]:
    """Returns the fix that raises the error of the last attempt in all handlers that go on."""
    frame, last = loop.frame, _last(loop)
    if not isinstance(loop.node, cst.For) or not last:
        return []
    edits: list[Edit] = []
    counter = loop.counter
    if counter.strip("_") == "":
        if any(isinstance(node, cst.Name) and node.value == counter for node in walk(loop.node.body)):
            return []
        counter = unused(frame, ("attempt", "try_number"))
        edits.append(replace(frame, loop.node.target, counter))
    document = frame.scope.module.even
    for handler in loop.retried:
        body = handler.node.body
        inner = indentation(frame, frame.tree.span(body.body[0]).start) if body.body else ""
        step = inner[len(indentation(frame, frame.tree.span(handler.node).start)) :]
        edit = before_body(frame, body, document.newline.join((f"if {counter} == {last}:", f"{inner}{step}raise")))
        if edit is None or step.strip(" \t") != "":
            return []
        edits.append(edit)
    return [Fix("Raise the last error", tuple(sorted(edits)))] if counter else []


def _last(loop: RetryLoop) -> str:
    """The counter's last value as a text; "" if it cannot be written."""
    args = loop.ranged()
    if not args or len(args) > 2:
        return ""
    end = args[-1].value
    code = loop.frame.tree.code(end)
    if isinstance(end, cst.Integer):
        return str(int(end.evaluated_value) - 1)
    if isinstance(end, cst.BinaryOperation) and isinstance(end.operator, cst.Add):
        right = end.right
        if isinstance(right, cst.Integer) and right.evaluated_value == 1:
            return loop.frame.tree.code(end.left)
    simple = not any(isinstance(node, cst.Call) for node in walk(end))
    return f"{code} - 1" if simple and isinstance(end, (cst.Name, cst.Attribute)) else ""


_MAY_RAISE = re.compile(r"raise|retry|abort|fail|reject|exit|requeue|again|throw", re.IGNORECASE)
"""Names of functions that may raise, or request another attempt."""


def defeating_handlers(layer: RetryPolicy) -> list[tuple[Handler, Call]]:
    """The handlers of a decorated function that catch all that the policy retries, with a call; [] if any is left.

    So do those of the functions whose results it drops or gives back as they are.
    """
    body, wanted = layer.body, layer.errors
    inner = _left_to(body) if body is not None and wanted and not body.nested else None
    if body is None or not wanted or inner is None:
        return []
    frames = [body, *(frame for _, frame in inner)]
    found: dict[int, tuple[Handler, Call]] = {}
    for frame, call in _to_be_repeated(body, frames):
        handler = _defeating(frame, call, wanted)
        if handler is None:
            return []
        found.setdefault(id(handler.node), (handler, call))
    if set(wanted) & BROAD:
        handlers, followed = [handler for handler, _ in found.values()], {id(node) for node, _ in inner}
        if any(_others(frame, handlers, followed) for frame in frames):
            return []
    return list(found.values())


def _to_be_repeated(body: Frame, frames: list[Frame]) -> Iterator[tuple[Frame, Call]]:
    """The external calls of some functions, and those that a function makes in a `try` through others."""
    for frame in frames:
        yield from ((frame, call) for call in _external(frame))
    for guard in body.guards.values():
        yield from ((body, call) for call in calls_through(guard))


def _external(frame: Frame) -> list[Call]:
    return [call for call in frame.calls.values() if external(call) and not call.deferred]


def _left_to(body: Frame) -> list[tuple[cst.Call, Frame]] | None:
    """The calls of the module's functions outside of any `try`, with their frames.

    None if one is of another module, or its answer is looked at: that may tell what became of the request.
    """
    found: list[tuple[cst.Call, Frame]] = []
    for node, frame in followed_calls(body, reaching=True):
        if any(body.tree.inside(node, guard.node) for guard in body.guards.values()):
            continue
        above = body.tree.parent(node)
        statement = body.tree.parent(above) if isinstance(above, cst.Await) else above
        own = frame.scope.module is body.scope.module and not frame.nested
        if own and isinstance(statement, (cst.Expr, cst.Return)):
            found.append((node, frame))
        elif _external(frame):
            return None
    return found


def _defeating(body: Frame, call: Call, wanted: tuple[str, ...]) -> Handler | None:
    """The handler that catches each failure of a call that the policy retries, and surely raises nothing."""
    awaited = _awaited(body, call, wanted)
    for place in reversed(call.within):
        guard = body.guards.get(id(place.node)) if place.kind is Around.TRY and place.part is Part.BODY else None
        for handler in handlers_of(guard) if guard is not None and awaited else ():
            if handler.errors is not None and all(handler.catches(error) for error in awaited):
                return handler if _is_quiet(handler) else None
            if handler.errors is None or handler.concerns(call):
                return None
    return None


def _awaited(body: Frame, call: Call, wanted: tuple[str, ...]) -> list[str]:
    """The failures of a call that a policy retries; [] in a loop, where one item of several is skipped."""
    if any(place.kind is Around.LOOP for place in call.within):
        return []
    catalog, raised = body.scope.catalog, failures(call)
    found = [error for error in raised if any(is_a(catalog, error, other) for other in wanted)]
    parts = (other for other in wanted if any(is_a(catalog, other, error) for error in raised))
    return list(dict.fromkeys((*found, *parts)))


def _is_quiet(handler: Handler) -> bool:
    """Whether a handler raises nothing, and calls nothing that is named as if it did."""
    if Exit.RAISE in handler.leaves or any(isinstance(node, cst.Raise) for node in walk(handler.node.body)):
        return False
    if handler.comment and _MAY_RAISE.search(handler.comment):
        return False
    return not any(_MAY_RAISE.search(last_name(call)) for call in calls_in(handler.node.body))


def _others(body: Frame, handlers: list[Handler], followed: Collection[int]) -> bool:
    """Whether a function calls something else, outside of its `try` statements, that may raise, too."""
    tree = body.tree
    guarded = [guard.node for guard in body.guards.values()]
    for call in calls_in(body.node.body if isinstance(body.node, cst.FunctionDef) else tree.module):
        if id(call) in followed or any(tree.inside(call, top) for top in guarded):
            continue
        if is_log(call) or (isinstance(call.func, cst.Name) and harmless(call.func.value, COMPUTES)):
            continue
        return True
    return not handlers


def raise_again(handler: Handler) -> list[Fix]:
    """Returns the fix that ends a handler with `raise`; none where its end is a compound statement."""
    frame, body = handler.frame, handler.node.body
    last = body.body[-1] if isinstance(body, cst.IndentedBlock) and body.body else None
    if not isinstance(last, cst.SimpleStatementLine):
        return []
    end = last.body[-1]
    if isinstance(end, (cst.Return, cst.Pass)) and len(handler.leaves) == 1:
        edit = replace_statement(frame, end, "raise")
    else:
        edit = after_statement(frame, end, "raise") if handler.leaves == {Exit.FALLS} else None
    return [Fix("Raise the exception again", (edit,))] if edit is not None else []
