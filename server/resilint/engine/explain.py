"""What really happens at an external call: its effective policy as text, hover and inlay hints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Span

from ..config.settings import Settings
from .frames import frames

if TYPE_CHECKING:
    from resilint_rules.kit.interp.calls import Call
    from resilint_rules.kit.policy.effective import Policy, Setting


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


def explain(doc: Document, project: Project, settings: Settings, row: int, name: str = "") -> str:
    """What happens at the external calls on a one-based row, as plain text; why there is nothing, if so.

    `name` is what people call the file, if not by its name below the root.
    """
    name = name or doc.name
    start = doc.starts[row - 1]
    end = doc.starts[row] - 1 if row < len(doc.starts) else len(doc.text)
    found = _on(_calls(doc, project, settings, start, end), start, end)
    if not found:
        return f"{name}:{row}: no call here that resilint knows to reach out of the program."
    from resilint_rules.kit.policy.effective import policy

    return "\n\n".join(_text(doc, name, policy(call)) for call in found)


def policy(doc: Document, project: Project, settings: Settings, offset: int) -> Policy | None:
    """The effective policy of the innermost external call at an offset; None if there is none."""
    found = [call for call in _calls(doc, project, settings, offset, offset) if _within(call.head, offset)]
    if not found:
        return None
    from resilint_rules.kit.policy.effective import policy as judge

    return judge(min(found, key=lambda call: call.head.end - call.head.start))


def hover(doc: Document, project: Project, settings: Settings, offset: int) -> Behind | None:
    """The policy at an offset, as Markdown."""
    found = policy(doc, project, settings, offset)
    return Behind(found.span, markdown(found)) if found is not None else None


def hints(doc: Document, project: Project, settings: Settings, span: Span) -> list[Hint]:
    """The limits in force at calls in a span that are given none, behind each call."""
    from resilint_rules.kit.policy.effective import policy as judge
    from resilint_rules.kit.retries.policies import external

    found: list[Hint] = []
    for call in _calls(doc, project, settings, span.start, span.end):
        if not external(call) or not (span.start <= call.head.end and call.head.start <= span.end):
            continue
        known = judge(call, follow=False)
        label = _label(known)
        if label:
            found.append(Hint(call.span.end, label, _limits(known)))
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


def _title(found: Policy) -> str:
    peer = f", {found.peer}" if found.peer else ""
    return f"a call of {found.edition}{peer}" if found.outcomes else f"makes a client of {found.edition}{peer}"


def _text(doc: Document, name: str, found: Policy) -> str:
    row, column = doc.position(found.span.start)
    lines = [f"{name}:{row}:{column}: `{found.written}`, {_title(found)}", f"  limit: {_limits(found)}"]
    lines += [f"  {outcome.event}: {outcome.text}" for outcome in found.outcomes]
    return "\n".join(lines)


def markdown(found: Policy) -> str:
    """The policy as an editor shows it."""
    lines = [f"**`{found.written}`**: {_title(found)}", "", f"Limit: {_limits(found)}"]
    lines += ["", *(f"- {outcome.event}: {outcome.text}" for outcome in found.outcomes)] if found.outcomes else []
    return "\n".join(lines)


def _limits(found: Policy) -> str:
    from resilint_rules.kit.retries.layer import seconds

    if not found.outcomes and found.why == "nothing to decide here":
        return "none is set here: each call decides"
    if found.state == "unknown":
        known = [setting for setting in found.settings if setting.seconds is not None]
        more = "; besides " + ", ".join(_setting(entry, seconds) for entry in known) if known else ""
        return f"nothing is reported, as {found.why}{more}"
    named = ", ".join(_setting(setting, seconds) for setting in found.settings)
    return f"{named} ({found.why})" if named else found.why


def _setting(setting: Setting, seconds: Callable[[float], str]) -> str:
    value = "none" if setting.seconds is None else seconds(setting.seconds)
    return f"{'+'.join(setting.phases)} {value} from {setting.source}"


def _label(found: Policy) -> str:
    """What an inlay hint says of a call that sets no limit itself; "" if there is nothing to say."""
    if found.state == "unknown" or any(setting.origin == "call" for setting in found.settings):
        return ""
    if found.state == "unbounded":
        return "timeout=\u221e"
    known = [
        setting for setting in found.settings if setting.seconds is not None and {"read", "total"} & set(setting.phases)
    ]
    if not known:
        return ""
    least = min(known, key=lambda setting: setting.seconds or 0)
    origin = {"library": "default", "scope": "scope"}.get(least.origin, least.origin)
    return f"timeout={least.seconds:g}s from {origin}"
