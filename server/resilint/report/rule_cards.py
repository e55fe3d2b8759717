"""The rules that a report describes: those of the registry, and the codes of the tool itself."""

from __future__ import annotations

from .view import Card


def cards() -> dict[str, Card]:
    """The cards of everything that can be reported, by code and in the order of codes.

    Effect: reads the source of every rule, as pages are docstrings.
    """
    from resilint_rules import registry

    from ..own_rules import OWN, PAGES

    known = {rule.code: Card(rule, PAGES[rule.code]) for rule in OWN}
    known.update((rule.code, Card(rule, registry.page(rule))) for rule in registry.rules().values())
    return dict(sorted(known.items()))
