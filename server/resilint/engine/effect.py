"""What making a call resilient changes while its peer is away: requests and seconds, before and after."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.policy.effective import Policy
from resilint_rules.kit.policy.outcome import EVENTS, Outcome
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.retries.layer import HANG
from resilint_rules.kit.syntax.text import Document
from resilint_rules.patterns.names import PREFIX, RULES

from ..config.settings import Settings
from .explain import explain_line

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OWNERS = {rule: pattern for pattern, rules in RULES.items() for rule in rules}
_REPEATING = ("retry", "layers")
"""Patterns after which a call is made as often as the settings say."""


class Load(NamedTuple):
    """How often a call is made at most while its peer is away, and how many seconds it takes while the peer hangs.

    Both are None where they are not known, and where `repeats` or `waits` says that they have no limit.
    """

    requests: int | None
    seconds: float | None
    repeats: bool = False
    waits: bool = False


def effect(doc: Document, project: Project, settings: Settings, row: int, parts: Sequence[Finding]) -> str:
    """Returns what some patterns at the calls of a row do, as " (1 -> 3 requests, no limit -> 81 s)"; "" if unknown.

    `parts` are their findings, the last one that of the call.
    """
    callee = parts[-1].callee
    found = [known for known in explain_line(doc, project, settings, row).policies if known.callee == callee]
    if len(found) != 1:
        return ""
    now = load(found[0])
    return wording(now, _expected(now, parts, settings))


def load(policy: Policy) -> Load:
    """The load of a call as it is."""
    hang = next((outcome for outcome in policy.outcomes if outcome.event == EVENTS[HANG]), None)
    others = [outcome for outcome in policy.outcomes if outcome is not hang and outcome.event in EVENTS.values()]
    seconds = hang.seconds if hang is not None and not hang.uncounted else None
    repeats = any(outcome.attempts is None and outcome.least for outcome in others)
    return Load(_most(others), seconds, repeats, waits=policy.state == "unbounded" and seconds is None)


def _most(outcomes: Sequence[Outcome]) -> int | None:
    """The most attempts after some failures; None if one of them may have more than are counted."""
    counts = [outcome.attempts for outcome in outcomes if outcome.attempts is not None and not outcome.uncounted]
    return max(counts) if counts and len(counts) == len(outcomes) else None


def _expected(now: Load, parts: Iterable[Finding], settings: Settings) -> Load:
    """The load that is left after some patterns."""
    limits = [part for part in parts if part.rule in RULES["limit"]]
    names = {_OWNERS.get(part.rule, part.rule.removeprefix(PREFIX)) for part in parts}
    requests = _requests(now, names, settings.patterns.attempts)
    once: float | None = None
    if limits:
        once = _longest(limits)
    elif now.seconds is not None and now.requests:
        once = now.seconds / now.requests
    if once is None or requests is None:
        return Load(requests, None, waits=now.waits and not limits)
    return Load(requests, once * requests)


def _requests(now: Load, names: Collection[str], attempts: int) -> int | None:
    if not any(name in names for name in _REPEATING):
        return now.requests
    return attempts


def _longest(limits: Iterable[Finding]) -> float | None:
    """The longest time that the fixes of some findings write, in seconds."""
    written = (edit.text for part in limits for fix in part.fixes[:1] for edit in fix.edits)
    return max((float(number) for text in written for number in _NUMBER.findall(text)), default=None)


def wording(now: Load, then: Load) -> str:
    """What changes from one load to another, in brackets; "" if nothing does, or nothing is known."""
    changes = []
    if then.requests is not None and (now.repeats or now.requests is not None) and then.requests != now.requests:
        noun = "request" if then.requests == 1 else "requests"
        changes.append(f"{'no end' if now.repeats else now.requests} -> {then.requests} {noun}")
    if then.seconds is not None and (now.waits or now.seconds is not None) and then.seconds != now.seconds:
        before = "no limit" if now.waits else f"{now.seconds:.0f} s"
        changes.append(f"{before} -> about {then.seconds:.0f} s")
    return f" ({', '.join(changes)})" if changes else ""
