"""The pattern `retry`: a request that may be sent twice is sent again while its failure may pass.

Not where repeating could do something twice, where another layer repeats already, or where the body is read bit by bit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.findings import Finding, Fix, Severity
from ..kit.fixes.edits import width
from ..kit.fixes.loops.wanted import numbers
from ..kit.interp.calls import Call
from ..kit.interp.kinds import Around
from ..kit.interp.values import Const, Mapping, Sequence
from ..kit.reach.addresses import stays_here
from ..kit.retries.attempts import built_in, policies
from ..kit.retries.layer import HANG, LIMITED_RATE, UNAVAILABLE, RetryLayer
from ..kit.retries.loops import loops
from ..kit.syntax.text import Edit, Span
from ..kit.syntax.tree import walk
from .loops.reaching import is_tried_again
from .loops.recursion import calls_itself
from .loops.refused import is_refused_again
from .loops.statuses import is_requested_again
from .resending import is_resender, resender

SAFE = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE"))
"""Methods that may be sent twice: RFC 9110, section 9.2.2."""
_KEY = re.compile(r"idempotency[-_]?key", re.IGNORECASE)
_CONFIGURES = re.compile(r"\bRetry\(|\bmax_retries\b|\.mount\(|\btransport\s*=")
"""What gives a client retries."""
_ONCE = frozenset(("data", "content", "files"))
"""Arguments that may hold what can be read once only, such as an open file."""


def repeat(call: Call) -> Iterator[Finding]:
    """Offers to send a request again that nothing repeats."""
    if not (_is_request(call) and may_repeat(call) and _fits(call)) or is_repeated(call):
        return
    again = resender(call)
    if again is None:
        return
    wanted = numbers(call.frame)
    end = f"{wanted.attempts} attempts, none begins after {wanted.within} s"
    title = f"Send {call.written} again on no answer, 429 and 5xx: {end}"
    if not is_resender(again.name):
        title = f"Send {call.written} again by {again.name}, as this project does"
    edits = tuple(sorted((*again.edits, *_wrapped(call, f"{_awaited(call)}{again.name}"))))
    fix = Fix(title, edits, again.imports)
    yield call.finding(f"`{call.written}` gives up at the first failure", fix, severity=Severity.HINT)


def _is_request(call: Call) -> bool:
    """Whether a call is one request and one answer, to an HTTP peer."""
    fact = call.as_call
    if call.fact.kind != "call" or call.peer != "http" or fact.context or fact.streams:
        return False
    return call.as_external.status in ("silent", "raises") and not stays_here(call) and not call.streams


def may_repeat(call: Call) -> bool:
    """Whether a request may be sent twice: by its method, or as it carries a key by which the peer knows it again."""
    if call.verb in SAFE:
        given = [call.args.named[name].value for name in _ONCE if name in call.args.named]
        return all(isinstance(value, (Const, Mapping, Sequence)) for value in given) and not call.args.open_names
    return has_key(call)


def has_key(call: Call) -> bool:
    """Whether a request is seen to carry an idempotency key in its headers."""
    headers = call.args.named.get("headers")
    if headers is None:
        return False
    if isinstance(headers.value, Mapping) and any(_KEY.fullmatch(name) for name in headers.value.items):
        return True
    return bool(_KEY.search(call.frame.tree.code(headers.node)))


def is_repeated(call: Call) -> bool:
    """Whether something makes a call again, or may: a function, a loop, a decorator, the client or the library."""
    if call.passed_by is not None or policies(call):
        return True
    if any(_repeats(layer) for layer in built_in(call)):
        return True
    if any(layer.attempts is None and _mentions_retries(call) for layer in built_in(call)):
        return True
    if is_resender(call.frame.outermost.qualname) or calls_itself(call.frame, call):
        return True
    return _is_in_loop(call) or is_tried_again(call.frame)


def _repeats(layer: RetryLayer) -> bool:
    """Whether a library repeats more than what a lost connection has cut off, and that more than once."""
    if layer.attempts is None or (layer.attempts == 1 and not layer.endless):
        return False
    once = layer.attempts == 2 and not layer.endless and not layer.connects
    return not once or any(layer.on.get(kind, True) for kind in (HANG, UNAVAILABLE, LIMITED_RATE))


def _is_in_loop(call: Call) -> bool:
    """Whether a loop around a call makes it again after a failure, or a status."""
    if any(call in loop.calls for loop in loops([call.frame])) or is_refused_again(call):
        return True
    return is_requested_again(call)


def _mentions_retries(call: Call) -> bool:
    """Whether the module configures transports, so that a client that it does not make may repeat."""
    return call.frame.scope.module.search(_CONFIGURES) is not None


def _fits(call: Call) -> bool:
    """Whether the function and its arguments can be passed to another function where the call stands."""
    if call.deferred or call.offloaded or call.factory is not None or not call.keywords:
        return False
    if any(place.kind is Around.SCOPE for place in call.within) and not call.inside_async:
        return False
    func = call.node.func
    if not isinstance(func, (cst.Name, cst.Attribute)) or call.frame.tree.comments_in(func):
        return False
    if any(isinstance(node, (cst.Call, cst.Subscript)) for node in walk(func)):
        return False  # a client that is made for this call would be evaluated once, and be out of sight
    return (call.fact.mode == "async") == call.inside_async


def _awaited(call: Call) -> str:
    """What stands before the function where an `async with` enters what a call gives: a coroutine cannot be entered."""
    is_entered = isinstance(call.frame.tree.parent(call.node), cst.WithItem)
    return "await " if call.inside_async and is_entered else ""


def _wrapped(call: Call, name: str) -> list[Edit]:
    """Passes the function and its arguments to another function, on the lines that a formatter would give them."""
    tree, document = call.frame.tree, call.frame.scope.module.even
    func, end = tree.span(call.node.func), tree.span(call.node).end
    text = document.text
    opened = text.index("(", func.end) + 1
    if not call.node.args:
        return [Edit(func.start, func.start, f"{name}("), Edit(func.end, opened, "")]
    first = tree.span(call.node.args[0]).start
    gap = text[opened:first]
    together = len(call.node.args) > 1 and "\n" not in text[first : tree.span(call.node.args[1]).start]
    if (
        "\n" in gap
        and together
        and document.position(first)[0] == document.position(tree.span(call.node.args[-1]).end)[0]
    ):
        line = document.line(document.position(first)[0])
        if len(line) + func.end - func.start + 2 <= width(document):
            return [Edit(func.start, func.end, name), Edit(first, first, f"{text[func.start : func.end]}, ")]
    if "\n" in gap:  # one argument on a line: the function is one more
        indent = gap[gap.rindex("\n") + 1 :]
        own = f"{document.newline}{indent}{text[func.start : func.end]},"
        return [Edit(func.start, func.end, name), Edit(opened, opened, own)]
    line = document.line(document.position(func.start)[0])
    if "\n" in text[opened:end] or len(line) + len(name) + 2 <= width(document):
        return [Edit(func.start, func.start, f"{name}("), Edit(func.end, opened, ", ")]
    indent = line[: len(line) - len(line.lstrip())]
    deeper = document.newline + indent + ("\t" if "\t" in indent else "    ")
    parts = [
        text[func.start : func.end],
        *(tree.source(*_argument(call, index)) for index in range(len(call.node.args))),
    ]
    fits = len(deeper) + len(", ".join(parts)) <= width(document)
    inside = ", ".join(parts) if fits else f",{deeper}".join(parts) + ","
    return [Edit(func.start, end, f"{name}({deeper}{inside}{document.newline}{indent})")]


def _argument(call: Call, index: int) -> Span:
    """Where an argument stands, its keyword or stars included, its comma not."""
    tree, arg = call.frame.tree, call.node.args[index]
    return Span(tree.span(arg).start, tree.outer(arg.value).end)
