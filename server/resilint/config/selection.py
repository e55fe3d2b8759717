"""Which rules run: the settings' selectors compared with the rules there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from resilint_rules.kit.findings import Severity
from resilint_rules.kit.rule import Rule

from ..fs.globs import meets

if TYPE_CHECKING:
    from .settings import Settings

_SECURITY = ("ATH", "WHK")
_NOT_FOR_LIBRARIES = ("BGT", "OBS", "CON001")
"""What the author of a library leaves to those who call it: budgets, client reuse, traces."""

_CORE = frozenset((
    "TMO001", "TMO003", "TMO004", "TMO007", "TMO009",
    "BGT001", "BGT002", "BGT003",
    "RTY001", "RTY002", "RTY003", "RTY004", "RTY005", "RTY007", "RTY009",
    "ERR001", "ERR002", "ERR003", "ERR004", "ERR005", "ERR006", "ERR007", "ERR009",
    "RLM001", "RLM002", "RLM003",
    "ISO001",
    "CON001", "CON002",
    "ASY001", "ASY002", "ASY003", "ASY006",
    "MSG001", "MSG002",
    "WHK001", "WHK002", "WHK003",
    "ATH001", "ATH002",
    "RPC001",
    "TST001",
))  # fmt: skip
"""What a project that starts today should switch on first; it does not grow with new rules."""


def in_profile(rule: Rule, profile: str) -> bool:
    """Whether a profile holds a rule. Whether the rule is still on trial is another question."""
    if rule.family == "own" or profile == "strict":
        return True
    if profile == "security":
        return rule.code.startswith(_SECURITY)
    if profile == "library":
        return rule.default and not rule.code.startswith(_NOT_FOR_LIBRARIES)
    if profile == "core":
        return rule.default and rule.code in _CORE
    return rule.default


def weight(selector: str, rule: Rule) -> int:
    """How closely a selector means a rule: 0 not at all, 1 for "ALL", more for every letter of its code."""
    if selector in (rule.name, rule.code):
        return 100
    if selector == "ALL":
        return 1
    return 1 + len(selector) if selector.isupper() and rule.code.startswith(selector) else 0


def chosen(rule: Rule, selectors: Iterable[str]) -> int:
    """The weight of the selector that means the rule most closely."""
    return max((weight(selector, rule) for selector in selectors), default=0)


def enabled(settings: Settings, rules: Iterable[Rule]) -> set[str]:
    """Names of the rules that are on in a project. The closer selector wins, `ignore` on a draw."""
    names: set[str] = set()
    for rule in rules:
        if rule.preview and not settings.preview:
            continue
        wanted = chosen(rule, (*settings.select, *settings.extend_select))
        held = not settings.select and in_profile(rule, settings.profile)
        against = chosen(rule, settings.ignore)
        if (wanted or held or rule.family == "own") and (wanted > against or not against):
            names.add(rule.name)
    return names


def for_file(settings: Settings, rules: Iterable[Rule], name: str) -> set[str]:
    """Names of the rules that are on in the file at `name`, a path below the folder of the settings."""
    rules = tuple(rules)
    names = enabled(settings, rules)
    for pattern, selectors in settings.per_file_ignores.items():
        if meets(pattern, name):
            names -= {rule.name for rule in rules if chosen(rule, selectors)}
    return names


def ignored_for(settings: Settings, rule: Rule, library: str) -> bool:
    """Whether `[tool.resilint.library.NAME] ignore = [...]` switches a rule off for one library."""
    inner = settings.library.get(library, {})
    return bool(chosen(rule, inner.get("ignore", ())))


def severity_of(settings: Settings, rule: Rule) -> Severity:
    """How bad a rule's findings are in this project: the closest selector under `severity`, or its own."""
    closest = max(settings.severity, key=lambda selector: weight(selector, rule), default="")
    return settings.severity[closest] if closest and weight(closest, rule) else rule.severity
