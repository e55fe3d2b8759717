"""What really happens at an external call: its effective policy as text, hover and inlay hints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Span

from ..config.settings import Settings
from .behind import Follower, Reachable, Reached
from .frames import frames
from .wording import (
    as_text,
    label,
    limits,
    markdown,
    policy_json,
    reachable_json,
    reachable_markdown,
    reachable_text,
    sum_text,
)

if TYPE_CHECKING:
    from resilint_rules.kit.interp.calls import Call
    from resilint_rules.kit.policy.effective import Policy


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a place: Markdown about the text in `span`."""

    span: Span
    markdown: str


@dataclass(frozen=True, slots=True)
class Hint:
    """A few words behind an offset, and what is shown when they are pointed at (Markdown)."""

    offset: int
    label: str
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of a line, a function or a file: external calls in it, and what its calls of functions lead to."""

    policies: tuple[Policy, ...] = ()
    reachable: tuple[Reachable, ...] = ()

    def as_text(self, doc: Document, name: str, place: str) -> str:
        """As plain text; `name` is what people call the file, `place` what was typed."""
        found = [as_text(doc, name, known) for known in self.policies]
        found += [reachable_text(doc, name, known) for known in self.reachable]
        together = sum_text(self.reachable) if not self.policies else ""
        found += [f"{place}: {together}"] if together else []
        return "\n\n".join(found) or f"{place}: no call here that resilint knows to reach out of the program."

    def as_json(self, doc: Document) -> dict[str, object]:
        """As values that JSON has; rows and columns count from one."""
        return {
            "calls": [policy_json(doc, known) for known in self.policies],
            "reachable": [reachable_json(doc, known) for known in self.reachable],
        }


def explain(doc: Document, project: Project, settings: Settings, row: int, name: str = "") -> str:
    """What happens at the external calls on a one-based row, as plain text; why there is nothing, if so.

    `name` is what people call the file, if not by its name below the root.
    """
    name = name or doc.name
    return explain_line(doc, project, settings, row).as_text(doc, name, f"{name}:{row}")


def explain_line(doc: Document, project: Project, settings: Settings, row: int) -> Explanation:
    """What happens at the external calls on a one-based row, and behind the functions that are called there.

    Without these, what is behind the function whose name stands there.
    """
    start = doc.starts[row - 1]
    end = doc.starts[row] - 1 if row < len(doc.starts) else len(doc.text)
    found = _on(_calls(doc, project, settings, start, end), start, end)
    policies = _policies(found)
    named = any(start <= call.head.end and call.head.start <= end for call in found)
    follower = Follower(doc, project, settings)
    behind = [known for known in follower.of_calls(start, end) if known.calls]
    if behind and not named:
        policies = ()
    if not behind and not policies:
        return Explanation(reachable=_defined(follower, start, end))
    sent = _sent(behind)
    return Explanation((*policies, *sent), tuple(item for item in behind if item.calls[0].policy not in sent))


def _sent(behind: list[Reachable]) -> tuple[Policy, ...]:
    """The policies of what is sent on the line itself, such as a task."""
    direct = (item.calls[0].policy for item in behind if len(item.calls[0].path) == 1)
    return tuple(known for known in direct if known is not None)


def _defined(follower: Follower, start: int, end: int) -> tuple[Reachable, ...]:
    """What is behind the function whose name stands in a stretch of the text, if that is anything."""
    function = follower.function_in(start, end)
    inside = follower.of_function(function) if function is not None else None
    return (inside,) if inside is not None and inside.calls else ()


def explain_function(doc: Document, project: Project, settings: Settings, name: str) -> Explanation | None:
    """What the functions of a name lead to; None if there is no such function."""
    follower = Follower(doc, project, settings)
    functions = follower.functions(name)
    found = [follower.of_function(function) for function in functions]
    return Explanation(reachable=tuple(known for known in found if known is not None)) if functions else None


def explain_file(doc: Document, project: Project, settings: Settings) -> Explanation:
    """What happens at all external calls in a file."""
    calls = sorted(_calls(doc, project, settings, 0, len(doc.text)), key=lambda call: call.span)
    return Explanation(_policies(calls))


def inventory(doc: Document, project: Project, settings: Settings) -> tuple[Reached, ...]:
    """The external calls in a file, in order, without what only makes a client; none of a test."""
    if doc.kind == "test":
        return ()
    known = explain_file(doc, project, settings).policies
    return tuple(Reached((), policy.library, policy) for policy in known if policy.outcomes)


def _policies(calls: list[Call]) -> tuple[Policy, ...]:
    if not calls:
        return ()
    from resilint_rules.kit.policy.effective import policy

    return tuple(policy(call) for call in calls)


def policy(doc: Document, project: Project, settings: Settings, offset: int) -> Policy | None:
    """The effective policy of the innermost external call at an offset; None if there is none."""
    found = [call for call in _calls(doc, project, settings, offset, offset) if _within(call.head, offset)]
    if not found:
        return None
    from resilint_rules.kit.policy.effective import policy as judge

    return judge(min(found, key=lambda call: call.head.end - call.head.start))


def hover(doc: Document, project: Project, settings: Settings, offset: int) -> Behind | None:
    """The policy of the call at an offset, or what is behind the function that is named there, as Markdown."""
    found = policy(doc, project, settings, offset)
    if found is not None:
        return Behind(found.span, markdown(found))
    repeated = _repeated(doc, project, settings, offset)
    if repeated is not None:
        return repeated
    follower = Follower(doc, project, settings)
    function = follower.function_at(offset)
    known = [follower.of_function(function)] if function is not None else follower.of_calls(offset, offset)
    reachable = next((item for item in known if item is not None and item.calls), None)
    return Behind(reachable.span, reachable_markdown(doc, reachable)) if reachable is not None else None


def _repeated(doc: Document, project: Project, settings: Settings, offset: int) -> Behind | None:
    """The policies of the calls that the retry loop repeats whose first line has the offset, as Markdown."""
    row = doc.position(offset)[0]
    for frame in frames(doc, project, settings, Span(offset, offset)):
        from resilint_rules.kit.policy.effective import policy as judge
        from resilint_rules.kit.retries.loops import retry_loop

        for guard in (guard for inner in frame.all_frames() for guard in inner.guards.values()):
            loop = retry_loop(guard)
            if loop is not None and doc.position(frame.tree.span(loop.node).start)[0] == row:
                start = doc.starts[row - 1]
                line = doc.line(row)
                span = Span(start + len(line) - len(line.lstrip()), start + len(line.rstrip()))
                return Behind(span, "\n\n".join(markdown(judge(call)) for call in loop.calls))
    return None


def hints(doc: Document, project: Project, settings: Settings, span: Span) -> list[Hint]:
    """The limits in force at calls in a span that are given none, behind each call."""
    from resilint_rules.kit.policy.effective import policy as judge
    from resilint_rules.kit.retries.policies import external

    found: list[Hint] = []
    for call in _calls(doc, project, settings, span.start, span.end):
        if not external(call) or not (span.start <= call.head.end and call.head.start <= span.end):
            continue
        known = judge(call, follow=False)
        short = label(known)
        if short:
            found.append(Hint(call.span.end, short, limits(known)))
    return sorted(found, key=lambda hint: hint.offset)


def as_json(found: Policy) -> dict[str, object]:
    """A policy in values that JSON has."""
    return asdict(found)


def _calls(doc: Document, project: Project, settings: Settings, start: int, end: int) -> Iterator[Call]:
    """The external calls in the chunks that touch a stretch of the text."""
    for frame in frames(doc, project, settings, Span(start, end)):
        from resilint_rules.kit.policy.effective import subjects

        yield from subjects([frame])


def _on(calls: Iterator[Call], start: int, end: int) -> list[Call]:
    """The calls whose name stands on a line; else the innermost that spans it."""
    every = list(calls)
    named = [call for call in every if start <= call.head.end - 1 <= end or start <= call.head.start <= end]
    if not named:
        around = [call for call in every if call.span.start <= start and end <= call.span.end]
        named = [min(around, key=lambda call: call.span.end - call.span.start)] if around else []
    return sorted(named, key=lambda call: call.span)


def _within(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end
