"""Part of the pattern `retry`: policies repeat what may pass only, wait as long as the peer asks, and raise that."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.exceptions.handlers import is_builtin, named
from ..kit.findings import Finding, Fix, Import, Severity
from ..kit.fixes.loops.judges import MAY_PASS, Judges, judges
from ..kit.fixes.retries import rewritten
from ..kit.interp.calls import Call, Frame
from ..kit.interp.values import Function, Ref, options
from ..kit.retries.policies import RetryPolicy, layers_of
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import walk

_RAISES = re.compile(r"^[ \t]+raise[ \t]+\w", re.MULTILINE)
"""A statement that raises an error of its own, not the one at hand again."""

_BY_STATUS = re.compile(r"lambda (\w+): isinstance\(\1, [\w.]+\) and \1(?:\.\w+)+ not in ?\([\d, ]+\)")
"""What ends a policy at the statuses that stay, as the fix of a policy for every exception writes it."""


def judge(frame: Frame) -> Iterator[Finding]:
    """Offers functions that judge a failure to policies that repeat requests after any of a class."""
    for policy in layers_of(frame):
        call = next((call for call in policy.calls if call.peer == "http"), None)
        if call is None or policy.call is None or not policy.fact.fix_judge:
            continue
        if not _is_of_library(policy, call):
            continue
        if MAY_PASS in frame.scope.module.even.text[slice(*policy.call.span)]:
            continue
        judged = judges(call)
        found = _judged(policy, policy.call, judged) if judged is not None else None
        if judged is None or found is None:
            continue
        edits, imports = found
        title = f"Repeat {call.written} on no answer, 429 and 5xx only"
        fix = Fix(title, tuple(sorted((*judged.edits, *edits))), tuple(dict.fromkeys((*judged.imports, *imports))))
        message = f"`{policy.written}` repeats what stays, or sooner than the peer asks"
        yield policy.finding(message, fix, severity=Severity.HINT)


def _judged(policy: RetryPolicy, call: Call, judged: Judges) -> tuple[list[Edit], list[Import]] | None:
    """The edits that give a policy the functions; None if the project judges by itself."""
    text, imports = policy.spelled(policy.fact.fix_judge.format(may_pass=judged.may_pass, pause=judged.pause))
    name, _, value = text.partition("=")
    given, wait = call.args.named.get(name), call.args.get(policy.fact.wait) if policy.fact.wait is not None else None
    if given is not None and not _is_by_class(policy, given.node):
        return None
    new = {id(given.node): value} if given is not None else {}
    added = [] if given is not None else [text]
    if wait is not None and policy.fact.fix_pause:
        words = policy.fact.fix_pause.format(wait=policy.frame.tree.code(wait.node), pause=judged.pause)
        new[id(wait.node)] = words.partition("=")[2]
    reraise = policy.fact.reraise
    other = policy.fact.gives_up.rpartition(".")[2]
    if (
        reraise is not None
        and reraise.name not in call.args.named
        and not policy.frame.scope.module.mentions_name(other)
    ):
        added.append(f"{reraise.name}=True")
    edit = rewritten(call, new, added)
    return ([edit], [*imports]) if edit is not None else None


def _is_of_library(policy: RetryPolicy, call: Call) -> bool:
    """Whether a policy repeats failures of the call's library only: none that the project raises for a status.

    What judges a failure knows the library's errors, and would give up at once after all others.
    """
    known = call.record.errors if call.record is not None else {}
    catalog = policy.frame.scope.catalog
    errors = policy.errors
    if errors is None and policy.call is not None:  # by a condition
        given = policy.call.args.named.get(policy.fact.fix_judge.partition("=")[0])
        errors = () if given is not None and _is_by_class(policy, given.node) else None
    if errors is None or any(not (is_builtin(e) or e in known or catalog.bases(e)) for e in errors):
        return False
    return not any(_raises_own(frame) for frame in policy.body.all_frames()) if policy.body is not None else True


def _raises_own(frame: Frame) -> bool:
    """Whether a function raises an error by itself, or calls a function of the project that does."""
    raised = (node.exc for node in walk(frame.node or frame.tree.module) if isinstance(node, cst.Raise))
    if any(exc is not None and not _is_known(frame, exc) for exc in raised):
        return True
    for _, target in frame.uses.values():
        for option in options(target):
            if isinstance(option, Function) and _RAISES.search(option.module.source(option.chunk.chunk)):
                return True
    return False


def _is_known(frame: Frame, exc: cst.BaseExpression) -> bool:
    """Whether an error that is raised is one of a library's."""
    value = named(frame, exc.func if isinstance(exc, cst.Call) else exc)
    return isinstance(value, Ref) and bool(frame.scope.catalog.libraries(value.name))


def _is_by_class(policy: RetryPolicy, node: cst.CSTNode) -> bool:
    """Whether a condition chooses by the class of an exception, and by the statuses that a fix has named."""
    code = policy.frame.tree.code(node)
    if _BY_STATUS.fullmatch(code):
        return True
    code = code.replace("lambda error: isinstance(", "")
    words = policy.fact.fix_on.partition("=")[2].partition("(")[0]
    return bool(words) and code.startswith(f"{words}(") and "lambda" not in code
