"""Explanations in words: a call's policy as text, Markdown and a label, and what is behind a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from resilint_rules.kit.syntax.text import Document

if TYPE_CHECKING:
    from resilint_rules.kit.policy.effective import Policy, Setting

    from .behind import Reachable, Reached

HOVERED = 3
"""External calls that a hover names."""


def _title(found: Policy) -> str:
    peer = f", {found.peer}" if found.peer else ""
    return f"a call of {found.edition}{peer}" if found.outcomes else f"makes a client of {found.edition}{peer}"


def as_text(doc: Document, name: str, found: Policy) -> str:
    """The policy of a call as plain text; `name` is what people call the file."""
    row, column = doc.position(found.span.start)
    lines = [f"{name}:{row}:{column}: `{found.written}`, {_title(found)}", f"  limit: {limits(found)}"]
    lines += [f"  {outcome.event}: {outcome.text}" for outcome in found.outcomes]
    return "\n".join(lines)


def markdown(found: Policy) -> str:
    """The policy as an editor shows it; failures of which the same comes share a line."""
    lines = [f"**`{found.written}`**: {_title(found)}", "", f"Limit: {limits(found)}"]
    events: dict[str, list[str]] = {}
    for outcome in found.outcomes:
        events.setdefault(outcome.text, []).append(outcome.event)
    lines += ["", *(f"- {', '.join(named)}: {text}" for text, named in events.items())] if events else []
    return "\n".join(lines)


def limits(found: Policy) -> str:
    """The limits of a call, and who sets them."""
    from resilint_rules.kit.retries.layer import seconds

    if not found.outcomes and found.why == "nothing to decide here":
        return "none is set here: each call decides"
    if found.state == "unknown":
        return _unknown_limits(found)
    named = ", ".join(_setting(setting, seconds) for setting in found.settings)
    if found.state == "unbounded":
        by_default = all(setting.origin == "library" and setting.seconds is None for setting in found.settings)
        return f"none: {found.why}" if by_default else f"{named} ({found.why})"
    return named or found.why  # who has set it says why


def _unknown_limits(found: Policy) -> str:
    """Why the limits of a call are not known, and those that are."""
    from resilint_rules.kit.retries.layer import seconds

    known = [setting for setting in found.settings if setting.seconds is not None]
    more = "; besides " + ", ".join(_setting(entry, seconds) for entry in known) if known else ""
    return f"nothing is reported, as {found.why}{more}"


def _setting(setting: Setting, seconds: Callable[[float], str]) -> str:
    value = "none" if setting.seconds is None else seconds(setting.seconds)
    return f"{'+'.join(setting.phases)} {value} from {setting.source}"


def label(found: Policy) -> str:
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


def reachable_text(doc: Document, name: str, found: Reachable) -> str:
    """What is behind a function or a call of one, as plain text."""
    row, column = doc.position(found.span.start)
    count = len(found.calls)
    more = "" if found.complete else ", and perhaps more: not every call could be followed"
    lines = [f"{name}:{row}:{column}: `{found.name}` leads to {_number(count, 'external call')}{more}"]
    for reached in found.calls:
        lines.append(f"  {way(reached, doc.name)}: {_kind(reached)}; {costs(reached)}")
        if reached.policy is not None:
            lines.append(f"    limit: {limits(reached.policy)}")
            lines += [f"    {outcome.event}: {outcome.text}" for outcome in reached.policy.outcomes]
    return "\n".join(lines)


def reachable_markdown(doc: Document, found: Reachable) -> str:
    """The same in short, as an editor shows it."""
    more = "" if found.complete else ", perhaps more"
    lines = [f"**`{found.name}`** leads to {_number(len(found.calls), 'external call')}{more}", ""]
    lines += [f"- {way(reached, doc.name)}: {costs(reached)}" for reached in found.calls[:HOVERED]]
    if len(found.calls) > HOVERED:
        lines.append(f"- {len(found.calls) - HOVERED} more: `resilint explain FILE:{found.name}`")
    return "\n".join(lines)


def sum_text(found: Sequence[Reachable]) -> str:
    """What several calls on one line come to together; "" for less than two external calls."""
    calls = [reached for behind in found for reached in behind.calls]
    if len(calls) < 2:
        return ""
    parts = [f"together {len(calls)} external calls"]
    counts = [reached.requests for reached in calls]
    if None not in counts and not any(reached.is_uncounted for reached in calls):
        parts.append(f"while their peers are away up to {sum(count or 0 for count in counts)} requests")
    longest = _longest(calls)
    parts += [f"on a hang {longest}"] if longest else []
    return "; ".join(parts)


def _longest(calls: Sequence[Reached]) -> str:
    """What the longest of some calls takes on a hang, in words; "" if that is not known."""
    from resilint_rules.kit.retries.layer import seconds

    if any(reached.policy is not None and reached.policy.state == "unbounded" for reached in calls):
        return "one of them may wait without limit"
    held = [reached.seconds for reached in calls if reached.seconds is not None]
    return f"the longest takes {seconds(max(held))}" if held else ""


def policy_json(doc: Document, found: Policy) -> dict[str, object]:
    """The policy of a call in the document, in values that JSON has."""
    row, column = doc.position(found.span.start)
    return {"location": {"row": row, "column": column}, **_policy_values(found)}


def reachable_json(doc: Document, found: Reachable) -> dict[str, object]:
    """What is behind a function or a call of one, in values that JSON has."""
    row, column = doc.position(found.span.start)
    return {
        "name": found.name,
        "location": {"row": row, "column": column},
        "complete": found.complete,
        "calls": [_reached_values(reached) for reached in found.calls],
    }


def call_json(doc: Document, reached: Reached) -> dict[str, object]:
    """An external call in the document with what an outage of its peer costs, in values that JSON has."""
    values = policy_json(doc, reached.policy) if reached.policy is not None else {}
    return {**values, **_cost_values(reached)}


def _reached_values(reached: Reached) -> dict[str, object]:
    path = [{"file": step.file, "row": step.row, "call": step.written} for step in reached.path]
    known: dict[str, object] = (
        _policy_values(reached.policy) if reached.policy is not None else {"call": path[-1]["call"]}
    )
    return {**known, "path": path, **_cost_values(reached)}


def _cost_values(reached: Reached) -> dict[str, object]:
    return {
        "requests": reached.requests,
        "seconds": reached.seconds,
        "at_least": {"requests": reached.is_uncounted, "seconds": reached.is_longer},
        "protected": reached.is_protected,
    }


def _policy_values(found: Policy) -> dict[str, object]:
    return {
        "call": found.written,
        "callee": found.callee,
        "library": found.library,
        "edition": found.edition,
        "peer": found.peer,
        "limit": {"state": found.state, "why": found.why, "settings": [asdict(setting) for setting in found.settings]},
        "outcomes": [asdict(outcome) for outcome in found.outcomes],
    }


def way(reached: Reached, here: str) -> str:
    """The calls that lead to an external call, with its place."""
    place = reached.path[-1]
    file = "" if place.file == here else f"{place.file}, "
    return f"{' > '.join(f'`{step.written}`' for step in reached.path)} ({file}line {place.row})"


def costs(reached: Reached) -> str:
    """How often a call is sent while its peer is away, how long it holds up, and whether it is protected."""
    if reached.policy is None:
        return "what happens while its queue is away is not known"
    from resilint_rules.kit.retries.layer import seconds

    least = "at least " if reached.is_uncounted else ""
    longer = "at least " if reached.is_longer else ""
    sent = f"{least}{_number(reached.requests, 'request')} on an outage" if reached.requests is not None else ""
    endless = "no limit on a hang" if reached.policy.state == "unbounded" else ""
    held = f"{longer}{seconds(reached.seconds)} on a hang" if reached.seconds is not None else endless
    protected = "protected" if reached.is_protected else "not protected"
    return ", ".join(filter(None, (sent, held, protected)))


def _kind(reached: Reached) -> str:
    if reached.policy is None:
        return f"sends a task of {reached.library} to its broker"
    return _title(reached.policy)


def _number(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
