"""The pattern `breaker`: a function that fails again and again sends nothing for a while.

With a library that the project has: imported in the module, or among its dependencies.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...kit.catalog.policies import BreakerFact
from ...kit.findings import Finding, Fix, Import, Severity
from ...kit.fixes.edits import number, width
from ...kit.fixes.loops.judges import Judges, judges
from ...kit.fixes.loops.wanted import definition_place
from ...kit.fixes.timeouts import spelled
from ...kit.interp.calls import Call, Frame
from ...kit.interp.kinds import FrameKind
from ...kit.retries.breakers import breakers
from ...kit.retries.policies import external
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk
from ..resending import is_resender

_SIGN = "break"
"""What the distributions have in their names that are worth a look."""


def stop_sending(frame: Frame) -> Iterator[Finding]:
    """Offers a breaker around a function whose only external call lets its failures out."""
    call = _only_call(frame)
    if call is None or not _raises_refusals(call) or next(breakers(call), None) is not None:
        return
    fact = next(_known(call), None)
    judged = judges(call) if fact is not None else None
    fix = _broken(call, fact, judged) if fact is not None and judged is not None else None
    if fix is not None:
        message = f"`{frame.qualname}` sends to a peer that is away again and again"
        yield call.finding(message, fix, severity=Severity.HINT)


def _only_call(frame: Frame) -> Call | None:
    """The one external call of a plain function or method, which handles no failure itself; None for all else."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or frame.kind is not FrameKind.FUNCTION or frame.outer is not None:
        return None
    if node.decorators or frame.guards or is_resender(frame.qualname):
        return None
    if any(isinstance(inner, cst.Yield) for inner in walk(node.body)):
        return None
    found = [call for call in frame.calls.values() if external(call)]
    return found[0] if len(found) == 1 and type(found[0]) is Call and found[0].peer == "http" else None


def _raises_refusals(call: Call) -> bool:
    """Whether an error status becomes an exception in the function: a breaker sees nothing else."""
    fact, response = call.answer, call.response
    if call.deferred or call.as_external.status == "raises":
        return not call.deferred
    return fact is not None and response is not None and any(name == fact.raiser for name, _ in response.uses)


def _known(call: Call) -> Iterator[BreakerFact]:
    """The breakers that can be made here: of libraries that the module imports, then of what the project depends on."""
    scope = call.frame.scope
    catalog = scope.catalog
    imported = {target.module for targets in scope.module.imports.values() for target in targets}
    wanted = {name for name in catalog.distributions() if _SIGN in name}
    for module in (*sorted(imported), *sorted(wanted)):
        for library in catalog.libraries(module) if module else ():
            for fact in library.facts.values():
                if isinstance(fact, BreakerFact) and fact.fix_make and _fits(call, fact):
                    yield fact


def _fits(call: Call, fact: BreakerFact) -> bool:
    return fact.mode == "both" or (fact.mode == "async") == call.inside_async


def _broken(call: Call, fact: BreakerFact, judged: Judges) -> Fix | None:
    """Puts a decorator on the function; a breaker that is an object gets a name at the top of the module."""
    frame = call.frame
    assert isinstance(frame.node, cst.FunctionDef)
    module, document = frame.scope.module, frame.scope.module.even
    start = frame.tree.span(frame.node).start
    indent = document.text[document.starts[document.position(start)[0] - 1] : start]
    values = frame.scope.session.patterns
    words = fact.fix_make.format(
        failures=number(values["failures"]), seconds=number(values["recovery"]), counts=judged.may_pass
    )
    needed, (opening,) = spelled(module, [f"{fact.name}("])
    if indent.strip():
        return None
    imports: tuple[Import, ...] = (*needed, *judged.imports)
    newline = document.newline
    title = f"Send nothing for {number(values['recovery'])} s after {number(values['failures'])} failures in a row"
    if fact.form == "decorator":
        made = _fitted(f"{indent}@{opening}", words, indent, newline, width(document)).lstrip()
        edit = Edit(start, start, f"{made}{newline}{indent}")
        return Fix(title, tuple(sorted((*judged.edits, edit))), imports)
    name, place = f"_{frame.node.name.value.lstrip('_')}_breaker", definition_place(call)
    if place is None or module.mentions_name(name):
        return None
    made = _fitted(f"{name} = {opening}", words, "", newline, width(document)) + newline * 3
    above = "".join(edit.text for edit in judged.edits) + made
    return Fix(title, (Edit(place, place, above), Edit(start, start, f"@{name}{newline}{indent}")), imports)


def _fitted(head: str, words: str, indent: str, newline: str, most: int) -> str:
    """A call on one line, or with its arguments on lines of their own."""
    if len(head) + len(words) + 1 <= most:
        return f"{head}{words})"
    deeper = f"{newline}{indent}    "
    if len(indent) + 4 + len(words) > most:
        words = words.replace(", ", f",{deeper}", words.count("=") - 1) + ","
    return f"{head}{deeper}{words}{newline}{indent})"
