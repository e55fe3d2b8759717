"""The pattern `limit` beyond its rules: limits longer than a caller waits, and clients that repeat too often."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit.findings import Finding, Fix, Severity
from ..kit.fixes.edits import add_argument, before_body, replace
from ..kit.fixes.loops.wanted import numbers
from ..kit.fixes.timeouts import needed, takes_long, written
from ..kit.interp.call_kinds import ClientCall
from ..kit.interp.calls import Call, Frame
from ..kit.retries.attempts import built_in
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import walk
from ..kit.timeouts.effective import limit

_ALL = 115
"""Seconds that a client may wait in all with its own attempts."""
_PHASES = frozenset(("read", "total"))


def shorten(frame: Frame) -> Iterator[Finding]:
    """Offers a shorter limit for requests that wait for minutes."""
    for call in frame.calls.values():
        if type(call) not in (Call, ClientCall) or call.peer not in ("http", "llm") or call.tails:
            continue
        fix = _passed_on(call) or (None if call.streams else _fewer(call) or _sooner(call))
        if fix is not None:
            message = f"`{call.written}` may wait for minutes"
            yield call.finding(message, fix, severity=Severity.HINT)


def _longest(call: Call) -> int:
    """Seconds that one attempt of a call may take: as long as a retry begins some, less if the client repeats."""
    attempts = max((layer.attempts or 1 for layer in built_in(call)), default=1)
    return min(int(float(numbers(call.frame).within)), _ALL // attempts // 5 * 5)


def _sooner(call: Call) -> Fix | None:
    """Puts a shorter limit in place of a long one, unless it is said that the call takes long."""
    fix = _shorter(call) or _default(call)
    return fix if fix is not None and not takes_long(call) else None


def _shorter(call: Call) -> Fix | None:
    """Puts the longest limit in place of a longer number that is written at a call, or at its client."""
    most = _longest(call)
    edits: list[Edit] = []
    for bound in limit(call).bounds:
        if bound.seconds is None or bound.seconds <= most or not bound.phases & _PHASES or bound.node is None:
            continue
        found = [node for node in walk(bound.node) if isinstance(node, (cst.Integer, cst.Float))]
        same = [node for node in found if float(node.evaluated_value) == bound.seconds]
        if len(same) == 1 and call.frame.tree.inside(same[0], call.node):
            edits.append(replace(call.frame, same[0], str(most)))
    return Fix(f"Wait {most} s at most", tuple(dict.fromkeys(edits))) if edits else None


def _fewer(call: Call) -> Fix | None:
    """Lowers the number of attempts that a client makes by itself."""
    fact = call.as_external.retries if type(call) is ClientCall else None
    given = call.args.named.get(fact.param) if fact is not None and fact.param else None
    if fact is None or given is None or not isinstance(given.node, cst.Integer):
        return None
    most = numbers(call.frame).attempts - (1 if fact.counts == "retries" else 0)
    if int(given.node.evaluated_value) <= most:
        return None
    return Fix(f"Set {fact.param}={most}", (replace(call.frame, given.node, str(most)),))


def _default(call: Call) -> Fix | None:
    """Gives a client a limit whose library waits for minutes by default."""
    fact = call.as_external
    most, pairs = _longest(call), written(call, fact)
    known = {param.name for param in fact.timeout}
    if type(call) is not ClientCall or len(pairs) != 1 or call.args.open_names or known & set(call.args.named):
        return None
    longest = [seconds for phase, seconds in fact.default.items() if phase in _PHASES and seconds is not None]
    if not longest or min(longest) <= most:
        return None
    name, text = pairs[0]
    imports, texts = needed(call, fact, [text])
    edit = add_argument(call, f"{name}={texts[0]}")
    return Fix(f"Add {name}={texts[0]}", (edit,), imports) if edit is not None else None


def _passed_on(call: Call) -> Fix | None:
    """Gives a wrapper's `**kwargs` a limit where its callers give none."""
    node, fact = call.frame.node, call.as_external
    if type(call) is not Call or not isinstance(node, cst.FunctionDef) or not call.args.open_names:
        return None
    rest = node.params.star_kwarg
    pairs = written(call, fact)
    if rest is None or len(pairs) != 1 or fact.missing == "ok" or limit(call).state != "unknown":
        return None
    spread = [arg.value for arg in call.node.args if arg.star == "**"]
    names = {value.value for value in spread if isinstance(value, cst.Name)}
    name, text = pairs[0]
    if names != {rest.name.value} or name in call.frame.tree.code(node):
        return None
    imports, texts = needed(call, fact, [text])
    edit = before_body(call.frame, node.body, f'{rest.name.value}.setdefault("{name}", {texts[0]})')
    return Fix(f"Set {name}={texts[0]} where no caller does", (edit,), imports) if edit is not None else None
