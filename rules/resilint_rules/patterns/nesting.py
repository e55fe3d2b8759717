"""The pattern `layers`: of two layers that repeat one call one is removed, and many attempts become three."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.findings import Finding, Fix, Severity
from ..kit.fixes.edits import replace
from ..kit.fixes.loops.wanted import numbers
from ..kit.fixes.retries import rewritten
from ..kit.interp.calls import Call, Frame
from ..kit.project.module import Module
from ..kit.retries.attempts import built_in
from ..kit.retries.loops import loops
from ..kit.retries.policies import RetryPolicy, layers_of
from ..kit.syntax.text import Edit, Span
from ..kit.syntax.tree import walk
from ..kit.timeouts.effective import limit

_WORD = re.compile(r"[A-Za-z_]\w*")
_IMPORT = re.compile(r"(from[ \t]+[\w.]+[ \t]+import[ \t]+|import[ \t]+)([\w, \t]+)(\r?\n|\Z)")
_LONG = 35.0
"""Seconds of one attempt beyond which three take more than two minutes."""


def fewer(frame: Frame) -> Iterator[Finding]:
    """Offers to remove a policy around what repeats the same calls, and to bound what a policy does."""
    for policy in layers_of(frame):
        calls = [call for call in policy.calls if call.peer == "http"]
        doubled = _doubled(policy, calls)
        if doubled:
            fix, message = _removed(policy), f"`{policy.written}` repeats {doubled} already"
        else:
            fix, message = _left_to_caller(policy), f"`{policy.written}` waits as long as a peer wants"
            if fix is None:
                fix, message = _bounded(policy, calls), f"`{policy.written}` tries {policy.attempts} times"
        if fix is not None:
            yield policy.finding(message, fix, severity=Severity.HINT)


def _doubled(policy: RetryPolicy, calls: list[Call]) -> str:
    """What repeats the calls of a policy inside of it, in words; "" if nothing does."""
    if policy.body is None or not calls:
        return ""
    if any(loop.calls[0] in calls for inner in policy.body.all_frames() for loop in loops([inner])):
        return f"a loop that repeats `{calls[0].written}`"
    return f"what the client of `{calls[0].written}` repeats" if all(map(_client_repeats, calls)) else ""


_SAFE = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")
_ASKS = ("413", "429", "503")
"""Statuses that come with a Retry-After."""


def _client_repeats(call: Call) -> bool:
    """Whether the client repeats a call after no answer and after a status."""
    layers = built_in(call)
    return call.verb in _SAFE and any(layer.attempts is not None and layer.attempts > 1 for layer in layers)


def _left_to_caller(policy: RetryPolicy) -> Fix | None:
    """Leaves refusals to the caller where a policy would wait as long as the peer says, however long that is."""
    fact = policy.fact
    if fact.retry_after is None or fact.statuses is None or policy.call is None:
        return None
    if fact.retry_after.name in policy.args.named or policy.args.open_names:
        return None
    given = policy.args.get(fact.statuses)
    node = given.node if given is not None else None
    if not isinstance(node, (cst.List, cst.Tuple, cst.Set)) or policy.frame.tree.comments_in(node):
        return None
    code = policy.frame.tree.code
    kept = [code(element.value) for element in node.elements if code(element.value) not in _ASKS]
    whole = code(node)
    new = {id(node): f"{whole[0]}{', '.join(kept)}{whole[-1]}"} if len(kept) < len(node.elements) else {}
    edit = rewritten(policy.call, new, [f"{fact.retry_after.name}=False"])
    if edit is None or len(kept) < 2:
        return None
    return Fix("Leave a refusal with Retry-After to the caller", (edit,))


def _bounded(policy: RetryPolicy, calls: list[Call]) -> Fix | None:
    """Puts three attempts, two of long ones, in place of more; None if the number is not written at the policy."""
    number, attempts = _default(policy) or (None, policy.attempts)
    wanted = numbers(policy.frame).attempts
    most = wanted if all((limit(call).seconds or 0) <= _LONG for call in calls) else max(wanted - 1, 2)
    if attempts is None or attempts <= most or not policy.remote:
        return None
    number = number or _number(policy)
    if number is None:
        return None
    more = attempts - int(number.evaluated_value)
    edit = replace(policy.frame, number, str(most - more))
    return Fix(f"Try {most} times in all, not {attempts}", (edit,))


def _default(policy: RetryPolicy) -> tuple[cst.Integer, int] | None:
    """The default of the parameter that says how often a policy tries, and how often that is; None if it is no such."""
    fact, function = policy.fact.attempts, policy.frame.node
    given = policy.args.get(fact) if fact is not None else None
    if (
        fact is None
        or given is None
        or not isinstance(given.node, cst.Name)
        or not isinstance(function, cst.FunctionDef)
    ):
        return None
    every = (*function.params.params, *function.params.kwonly_params)
    default = next((param.default for param in every if param.name.value == given.node.value), None)
    more = 1 if fact.counts == "retries" else 0
    return (default, int(default.evaluated_value) + more) if isinstance(default, cst.Integer) else None


def _number(policy: RetryPolicy) -> cst.Integer | None:
    """The literal that says how often a policy tries."""
    fact = policy.fact
    given = policy.args.get(fact.attempts) if fact.attempts is not None else None
    if given is None and fact.stop is not None:
        given = policy.args.get(fact.stop)
    if given is None:
        return None
    found = [node for node in walk(given.node) if isinstance(node, cst.Integer)]
    return found[0] if len(found) == 1 else None


def _removed(policy: RetryPolicy) -> Fix | None:
    """Removes a decorator, and the imports that nothing else needs."""
    body = policy.body
    decorator = next((d for d, _ in body.decorators if d.decorator is policy.node), None) if body is not None else None
    if body is None or decorator is None or body.tree.comments_in(decorator):
        return None
    document, module = body.scope.module.even, body.scope.module
    start, end = body.tree.span(policy.node)
    first = document.starts[document.position(start)[0] - 1]
    row = document.position(end)[0]
    line_end = document.starts[row - 1] + len(document.line(row))
    if document.text[first:start].strip() != "@" or document.text[end:line_end].strip() or row >= len(document.starts):
        return None
    gone = Span(first, document.starts[row])
    edits = [Edit(gone.start, gone.end, ""), *unneeded(module, document.text[gone.start : gone.end])]
    return Fix(f"Remove {policy.written}: the loop inside repeats already", tuple(sorted(edits)))


def unneeded(module: Module, gone: str) -> Iterator[Edit]:
    """Removes names from the import statements of a module that only a removed text needs."""
    words = {name for name in _WORD.findall(gone) if name in module.imports}
    unused = {name for name in words if _is_needed_there_alone(module, name, gone)}
    for chunk in module.outline.chunks if unused else ():
        source = module.source(chunk) if chunk.kind == "statement" else ""
        kept = _without(source, unused)
        if kept != source:
            yield Edit(chunk.start, chunk.start + len(source), kept)


def _without(source: str, unused: set[str]) -> str:
    """An import statement on one line without some names; other statements as they are."""
    found = _IMPORT.fullmatch(source)
    listed = [name.strip() for name in found.group(2).split(",")] if found is not None else []
    if found is None or any(" " in name for name in listed):
        return source
    kept = [name for name in listed if name not in unused]
    return f"{found.group(1)}{', '.join(kept)}{found.group(3)}" if kept else ""


def _is_needed_there_alone(module: Module, name: str, gone: str) -> bool:
    """Whether a name occurs in its import and in a text, and nowhere else."""
    word = rf"(?<![\w.]){name}\b"
    return module.count(word) == 1 + len(re.findall(word, gone))
