"""Whether several things of which one is called come to the same."""

from __future__ import annotations

from ..catalog.records import Catalog, Fact
from .values import Method, Ref, Value


def same_method(catalog: Catalog, choices: tuple[Value, ...]) -> Method | None:
    """The method that all of them are, of one type of client or of types that have it from one; None if not."""
    first = choices[0]
    if not isinstance(first, Method):
        return None
    for each in choices[1:]:
        if not isinstance(each, Method) or each.name != first.name:
            return None
        if each.owner.type != first.owner.type and not _inherited(catalog, first, each):
            return None
    return first


def _inherited(catalog: Catalog, one: Method, other: Method) -> bool:
    """Whether the catalogue describes both by the same entry."""
    found = catalog.method("call", one.owner.type, one.name)
    return found is not None and found is catalog.method("call", other.owner.type, other.name)


def same_function(catalog: Catalog, choices: tuple[Value, ...]) -> bool:
    """Whether all that may be called are functions of one library that the catalogue describes in the same words.

    So are those of one name in libraries of which it knows nothing: `json.loads`, with `json` from here or there.
    """
    names = [each.name if isinstance(each, Ref) else "" for each in choices]
    last = {each.rpartition(".")[2] for each in names}
    if all(names) and len(last) == 1 and not any(True for each in names for _ in catalog.libraries(each)):
        return True
    facts = [catalog.fact("call", each) if each else None for each in names]
    first = facts[0]
    return first is not None and all(
        each is not None and each.library == first.library and _words(each) == _words(first) for each in facts
    )


def _words(fact: Fact) -> dict[str, object]:
    return {key: value for key, value in fact.data.items() if key not in ("names", "proof")}
