"""Whether several things of which one is called come to the same."""

from __future__ import annotations

from .catalog import Catalog, Fact
from .values import Method, Ref, Value


def same_method(choices: tuple[Value, ...]) -> Method | None:
    """The method that all of them are, of one type of client; None if they are not."""
    first = choices[0]
    if not isinstance(first, Method):
        return None
    for each in choices[1:]:
        if not isinstance(each, Method) or each.name != first.name or each.owner.type != first.owner.type:
            return None
    return first


def same_function(catalog: Catalog, choices: tuple[Value, ...]) -> bool:
    """Whether all that may be called are functions of one library that the catalogue describes in the same words."""
    facts = [catalog.fact("call", each.name) if isinstance(each, Ref) else None for each in choices]
    first = facts[0]
    return first is not None and all(
        each is not None and each.library == first.library and _words(each) == _words(first) for each in facts
    )


def _words(fact: Fact) -> dict[str, object]:
    return {key: value for key, value in fact.data.items() if key not in ("names", "proof")}
