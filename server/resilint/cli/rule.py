"""The command `rule`: a rule's page, or a table of all rules, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resilint_rules.kit.rule import Rule

    from ..report.view import Card


def find(word: str, cards: Mapping[str, Card]) -> Card | None:
    """The card of a rule by code (in any case) or name."""
    return next((card for code, card in cards.items() if word.upper() == code or word == card.rule.name), None)


def table(cards: Mapping[str, Card]) -> str:
    """One line a rule: code, name, severity, marks, summary."""
    name = max(len(card.rule.name) for card in cards.values())
    lines = [
        f"{rule.code:<7} {rule.name:<{name}}  {rule.severity.value:<7}  {_marks(rule)}  {rule.summary}"
        for rule in (card.rule for card in cards.values())
    ]
    legend = "f: has a fix, p: in preview, -: off unless selected; `resilint rule NAME` explains one"
    return "\n".join([*lines, "", legend]) + "\n"


def _marks(rule: Rule) -> str:
    return ("f" if rule.fixable else " ") + ("p" if rule.preview else " " if rule.default else "-")


def page(card: Card, colour: bool) -> str:
    """A rule's page with a line about it on top."""
    rule = card.rule
    facts = [rule.severity.value, _state(card)]
    facts += ["has a fix"] * rule.fixable + ["for tests"] * rule.tests
    if rule.equivalents:
        facts.append("also heeds comments for " + ", ".join(rule.equivalents))
    head = f"{rule.code} {rule.name}"
    head = f"\x1b[1m{head}\x1b[0m" if colour else head
    return f"{head}\n{'; '.join(facts)}\n\n{card.page.strip()}\n"


def _state(card: Card) -> str:
    if card.rule.preview:
        return "in preview: off unless `preview` is set"
    return "on by default" if card.rule.default else "off unless selected"


def as_json(card: Card) -> dict[str, Any]:
    """A rule for programs."""
    rule = card.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "severity": rule.severity.value,
        "summary": rule.summary,
        "fixable": rule.fixable,
        "default": rule.default,
        "preview": rule.preview,
        "tests": rule.tests,
        "equivalents": list(rule.equivalents),
        "explanation": card.page,
    }


def show(word: str, cards: Mapping[str, Card], format: str, colour: bool) -> str:  # noqa: A002 - its name
    """What `resilint rule` prints; LookupError for a rule that there is not."""
    if not word:
        return _dumped([as_json(card) for card in cards.values()]) if format == "json" else table(cards)
    card = find(word, cards)
    if card is None:
        raise LookupError(word)
    return _dumped(as_json(card)) if format == "json" else page(card, colour)


def _dumped(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
